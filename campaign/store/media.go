package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// Media is the library: pictures and files with their rights.
type Media struct {
	engine document.Engine
	now    func() time.Time

	settings *Settings
}

// MediaState narrows the library down to what somebody has to look at.
type MediaState string

const (
	MediaUnused    MediaState = "unused"     // by no release and not by the brand
	MediaEnding    MediaState = "ending"     // licence or consent ends within thirty days
	MediaEnded     MediaState = "ended"      // licence or consent is over
	MediaNoAlt     MediaState = "no_alt"     // pictures nobody described
	MediaNoConsent MediaState = "no_consent" // a person can be recognised, and no consent is recorded
	MediaUnsaid    MediaState = "unsaid"     // nobody said whether a person can be recognised
)

// MediaStates are all of them in the order they are offered.
var MediaStates = []MediaState{MediaNoConsent, MediaUnsaid, MediaEnding, MediaEnded, MediaNoAlt, MediaUnused}

// MediaFilter narrows the library down.
type MediaFilter struct {
	Search string // parts of any words of the item, in either script
	Kind   campaign.MediaKind
	State  MediaState
}

// FindMedia returns one page of the library, what was uploaded last first.
func (s *Media) FindMedia(ctx context.Context, f MediaFilter, p Page) ([]campaign.MediaItem, string, error) {
	var all document.All
	if f.Kind != "" {
		all = append(all, document.Equal("kind", string(f.Kind)))
	}
	for _, term := range campaign.SearchTerms(f.Search) {
		all = append(all, document.Where{Field: "text", Op: document.Contains, Value: term})
	}
	switch now := s.now(); f.State {
	case MediaEnding:
		all = append(all, document.Where{Field: "ends", Op: document.Gt, Value: now}, document.Where{Field: "ends", Op: document.Lte, Value: now.Add(campaign.EndingWithin)})
	case MediaEnded:
		all = append(all, document.Where{Field: "ends", Op: document.Gt, Value: time.Time{}}, document.Where{Field: "ends", Op: document.Lte, Value: now})
	case MediaNoAlt:
		all = append(all, document.Equal("no_alt", true))
	case MediaNoConsent:
		all = append(all, document.Equal("no_consent", true))
	case MediaUnsaid:
		all = append(all, document.Equal("people", ""))
	case MediaUnused:
		used, err := s.used(ctx)
		if err != nil {
			return nil, "", err
		}
		all = append(all, document.Not{Filter: document.Where{Field: "id", Op: document.In, Value: used}})
	}
	p.Sort, p.Desc = "created_at", true
	return page(ctx, s.engine, schema.Media, all, p, func(m *campaign.MediaItem) (any, string) { return m.CreatedAt, m.ID })
}

// used returns the ids of all items a release or the brand uses.
func (s *Media) used(ctx context.Context) ([]string, error) {
	groups, err := s.engine.GroupCount(ctx, schema.Releases, nil, "media")
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(groups))
	for id := range groups {
		ids = append(ids, id)
	}
	brand, err := s.ofBrand(ctx)
	return append(ids, brand...), err
}

// ofBrand returns the ids of the items the settings name, such as logos.
func (s *Media) ofBrand(ctx context.Context) ([]string, error) {
	set, err := s.settings.GetSettings(ctx)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(set)
	return campaign.MediaIn(string(text)), err
}

// GetMedia reads one item.
func (s *Media) GetMedia(ctx context.Context, id string) (campaign.MediaItem, error) {
	return document.Get[campaign.MediaItem](ctx, s.engine, schema.Media, id)
}

// GetMediaAll reads the items with some ids, by id; those that are gone are not among them.
func (s *Media) GetMediaAll(ctx context.Context, ids []string) (map[string]campaign.MediaItem, error) {
	out := make(map[string]campaign.MediaItem, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	var docs []campaign.MediaItem
	err := s.engine.Find(ctx, schema.Media, document.Query{Filter: document.Where{Field: "id", Op: document.In, Value: ids}}, &docs)
	for _, m := range docs {
		out[m.ID] = m
	}
	return out, err
}

// GetPictures returns how texts show the pictures with some ids; those that are gone are not among them.
func (s *Media) GetPictures(ctx context.Context, ids []string) (campaign.Pictures, error) {
	items, err := s.GetMediaAll(ctx, ids)
	return picturesOf(items), err
}

func picturesOf(items map[string]campaign.MediaItem) campaign.Pictures {
	out := campaign.Pictures{}
	for id, m := range items {
		if m.IsPicture() {
			out[id] = m.Picture()
		}
	}
	return out
}

// FindMediaBars says why a message that uses some items must not go out now; nothing when it may.
func (s *Media) FindMediaBars(ctx context.Context, ids []string) ([]campaign.Text, error) {
	items, err := s.GetMediaAll(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []campaign.Text
	for _, id := range ids {
		m, ok := items[id]
		if bar := m.Bar(s.now()); !ok {
			out = append(out, campaign.Textf("a picture or file of the release is no longer in the library: choose another"))
		} else if !bar.IsZero() {
			out = append(out, bar)
		}
	}
	return out, nil
}

// CheckMedia refuses to send what uses items that must not be shown now, see FindMediaBars.
func (s *Media) CheckMedia(ctx context.Context, ids []string) error {
	bars, err := s.FindMediaBars(ctx, ids)
	if err != nil || len(bars) == 0 {
		return err
	}
	return campaign.Errorf(campaign.Invalid, "%s", bars[0])
}

// GetMediaByOriginal reads the item that was made of an upload with just these bytes, see campaign.HashOf.
func (s *Media) GetMediaByOriginal(ctx context.Context, hash string) (campaign.MediaItem, error) {
	return document.First[campaign.MediaItem](ctx, s.engine, schema.Media, document.Equal("original", hash))
}

// FindMediaWith returns the items one of whose files has a hash, also a former one.
func (s *Media) FindMediaWith(ctx context.Context, hash string) ([]campaign.MediaItem, error) {
	var docs []campaign.MediaItem
	err := s.engine.Find(ctx, schema.Media, document.Query{Filter: document.Where{Field: "hashes", Op: document.Has, Value: hash}, Limit: 20}, &docs)
	return docs, err
}

func (s *Media) zone(ctx context.Context) *time.Location {
	if set, err := s.settings.GetSettings(ctx); err == nil && set.Zone != "" {
		if zone, err := time.LoadLocation(set.Zone); err == nil {
			return zone
		}
	}
	return time.UTC
}

// CreateMedia checks and adds an item whose files are saved.
func (s *Media) CreateMedia(ctx context.Context, m *campaign.MediaItem) error {
	if err := m.Normalize(s.zone(ctx)); err != nil {
		return err
	}
	m.ID, m.Version, m.CreatedAt, m.UpdatedAt = campaign.NewID(s.now()), 1, s.now(), s.now()
	return s.engine.Insert(ctx, schema.Media, m)
}

// UpdateMedia lets fn change an item and writes it back checked.
func (s *Media) UpdateMedia(ctx context.Context, id string, fn func(*campaign.MediaItem) error) (campaign.MediaItem, error) {
	zone := s.zone(ctx)
	return document.Modify(ctx, s.engine, schema.Media, id, func(m *campaign.MediaItem) *int64 { return &m.Version }, func(m *campaign.MediaItem) error {
		if err := fn(m); err != nil {
			return err
		}
		m.UpdatedAt = s.now()
		return m.Normalize(zone)
	})
}

// MediaUse is where an item is used.
type MediaUse struct {
	Releases []campaign.Release // the first few
	More     int64              // how many more there are
	Sent     int64              // in how many runs it went out
	Brand    bool
}

// Any reports whether it is used anywhere.
func (u *MediaUse) Any() bool { return len(u.Releases) > 0 || u.Sent > 0 || u.Brand }

// usesShown is how many releases are told by name.
const usesShown = 10

// FindMediaUse looks where an item is used.
func (s *Media) FindMediaUse(ctx context.Context, id string) (use MediaUse, err error) {
	with := document.Where{Field: "media", Op: document.Has, Value: id}
	if err = s.engine.Find(ctx, schema.Releases, document.Query{Filter: with, Limit: usesShown}, &use.Releases); err != nil {
		return use, err
	}
	if len(use.Releases) == usesShown {
		if use.More, err = s.engine.Count(ctx, schema.Releases, with); err != nil {
			return use, err
		}
		use.More -= usesShown
	}
	if use.Sent, err = s.engine.Count(ctx, schema.Editions, with); err != nil {
		return use, err
	}
	brand, err := s.ofBrand(ctx)
	use.Brand = slices.Contains(brand, id)
	return use, err
}

// DeleteMedia removes an item that is used nowhere, with the bytes no other item has. One that went out in messages stays, for
// them, unless its licence or consent is over: then nobody can see it any more.
func (s *Media) DeleteMedia(ctx context.Context, id string) error {
	m, err := s.GetMedia(ctx, id)
	if err != nil {
		return err
	}
	use, err := s.FindMediaUse(ctx, id)
	if err != nil {
		return err
	}
	switch titles := campaign.Collect(use.Releases, func(r campaign.Release) string { return r.Title }); {
	case len(titles) > 0:
		return campaign.Errorf(campaign.Conflict, "“%s” is used by %s: take it out there first", m.Title, strings.Join(titles, ", "))
	case use.Brand:
		return campaign.Errorf(campaign.Conflict, "“%s” is used by the settings of the brand: take it out there first", m.Title)
	case use.Sent > 0 && !m.Ended(s.now()):
		return campaign.Errorf(campaign.Conflict, "“%s” went out in %d runs, and readers still see it: end its licence or consent first, then it can be deleted", m.Title, use.Sent)
	}
	if err := s.keepEnd(ctx, &m); err != nil {
		return err
	}
	if _, err := s.engine.Delete(ctx, schema.Media, document.ByID(id)); err != nil {
		return err
	}
	return s.dropBytes(ctx, m.Hashes)
}

// keepEnd refuses to delete an item whose licence or consent is over while another has a file of its: that file would be public again.
func (s *Media) keepEnd(ctx context.Context, m *campaign.MediaItem) error {
	if !m.Ended(s.now()) && m.Consent.Withdrawn == "" {
		return nil
	}
	for _, hash := range m.Hashes {
		held, err := s.FindMediaWith(ctx, hash)
		if err != nil {
			return err
		}
		for i := range held {
			if held[i].ID != m.ID && !held[i].Ended(s.now()) {
				return campaign.Errorf(campaign.Conflict, "“%s” has the same file as “%s”, which must not be shown any more: delete “%s” first", held[i].Title, m.Title, held[i].Title)
			}
		}
	}
	return nil
}

// FillPictures takes down in an edition how its release and brand show pictures now.
func (s *Media) FillPictures(ctx context.Context, e *edition.Edition) error {
	brand, err := json.Marshal(e.Brand)
	if err != nil {
		return err
	}
	e.Media = append(slices.Clone(e.Release.Media), campaign.MediaIn(string(brand))...)
	for _, r := range e.ArmReleases() {
		e.Media = append(e.Media, r.Media...)
	}
	slices.Sort(e.Media)
	e.Media = slices.Compact(e.Media)
	items, err := s.GetMediaAll(ctx, e.Media)
	e.Pictures = picturesOf(items)
	e.Release.Attachments = slices.Clone(e.Release.Attachments)
	for i := range e.Release.Attachments { // which may have been replaced
		if m, ok := items[e.Release.Attachments[i].Media]; ok {
			e.Release.Attachments[i].Take(&m)
		}
	}
	return err
}
