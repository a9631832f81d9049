package store

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// Releases are the texts that are sent, with their files.
type Releases struct {
	engine document.Engine
	now    func() time.Time
}

// ReleaseFilter narrows releases down.
type ReleaseFilter struct {
	Archived bool
	Kind     campaign.ReleaseKind // "" for all
	Search   string               // parts of the title and the headlines, in either script
}

// FindReleases returns one page of releases, those changed last first.
func (s *Releases) FindReleases(ctx context.Context, f ReleaseFilter, p Page) ([]campaign.Release, string, error) {
	all := document.All{document.Equal("archived", f.Archived)}
	if f.Kind != "" {
		all = append(all, document.Equal("kind", string(f.Kind)))
	}
	for _, term := range campaign.SearchTerms(f.Search) {
		all = append(all, document.Where{Field: "text", Op: document.Contains, Value: term})
	}
	p.Sort, p.Desc = "updated_at", true
	return page(ctx, s.engine, schema.Releases, all, p, func(r *campaign.Release) (any, string) { return r.UpdatedAt, r.ID })
}

// GetRelease reads one release.
func (s *Releases) GetRelease(ctx context.Context, id string) (campaign.Release, error) {
	return document.Get[campaign.Release](ctx, s.engine, schema.Releases, id)
}

// GetReleases reads the releases with some ids, as far as they are there.
func (s *Releases) GetReleases(ctx context.Context, ids []string) ([]campaign.Release, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var docs []campaign.Release
	err := s.engine.Find(ctx, schema.Releases, document.Query{Filter: document.Where{Field: "id", Op: document.In, Value: ids}}, &docs)
	return docs, err
}

// CreateRelease checks and adds a release.
func (s *Releases) CreateRelease(ctx context.Context, r *campaign.Release) error {
	s.sign(ctx, r, nil)
	if err := r.Normalize(); err != nil {
		return err
	}
	r.ID, r.Version, r.CreatedAt, r.UpdatedAt = cmp.Or(r.ID, campaign.NewID(s.now())), 1, s.now(), s.now()
	if err := s.engine.Insert(ctx, schema.Releases, r); err != nil {
		return err
	}
	return s.record(ctx, r.ID, r.Versions)
}

// UpdateRelease lets fn change a release and writes it back checked. What its versions were and what they are is recorded.
func (s *Releases) UpdateRelease(ctx context.Context, id string, fn func(*campaign.Release) error) (campaign.Release, error) {
	var before []campaign.Version
	r, err := document.Modify(ctx, s.engine, schema.Releases, id, func(r *campaign.Release) *int64 { return &r.Version }, func(r *campaign.Release) error {
		before = slices.Clone(r.Versions)
		if err := fn(r); err != nil {
			return err
		}
		s.sign(ctx, r, before)
		r.UpdatedAt = s.now()
		return r.Normalize()
	})
	if err != nil {
		return r, err
	}
	return r, s.record(ctx, id, slices.Concat(before, r.Versions))
}

// sign says in versions that are not as they were who changed them.
func (s *Releases) sign(ctx context.Context, r *campaign.Release, before []campaign.Version) {
	for i := range r.Versions {
		v := &r.Versions[i]
		if v.UpdatedAt.IsZero() {
			v.UpdatedAt = s.now()
		}
		v.UpdatedAt = v.UpdatedAt.Truncate(time.Millisecond)
		old := campaign.First(before, func(b *campaign.Version) bool { return b.Language == v.Language })
		if old == nil || !old.UpdatedAt.Equal(v.UpdatedAt) {
			v.UpdatedBy = actorOf(ctx).Name
		}
		addWriters(v, old, actorOf(ctx).User)
	}
}

// addWriters keeps who wrote a version, and adds who changed it now: none of them may approve it.
func addWriters(v, old *campaign.Version, by string) {
	writers := slices.Clone(v.Writers)
	if old != nil {
		writers = append(writers, old.Writers...)
	}
	if by != "" && (old == nil || !reflect.DeepEqual(old.Text(), v.Text())) {
		writers = append(writers, by)
	}
	slices.Sort(writers)
	v.Writers = slices.Compact(writers)
}

// record adds the revisions that are not on record yet. Those of before a change are among them, so that one whose recording was
// broken off is made up for by the next change.
func (s *Releases) record(ctx context.Context, release string, versions []campaign.Version) error {
	docs := make([]any, len(versions))
	for i := range versions {
		v := &versions[i]
		docs[i] = &campaign.Revision{ID: campaign.RevisionID(release, v), Release: release, Language: v.Language, At: v.UpdatedAt, By: v.UpdatedBy, Text: *v}
	}
	_, err := s.engine.InsertNew(ctx, schema.Revisions, docs...)
	return err
}

// RecordRevision adds a text to the history that was typed and never saved.
func (s *Releases) RecordRevision(ctx context.Context, release string, v campaign.Version) error {
	return s.record(ctx, release, []campaign.Version{v})
}

// FindRevisions returns one page of what a version of a release was, the latest first.
func (s *Releases) FindRevisions(ctx context.Context, release string, l campaign.Language, p Page) ([]campaign.Revision, string, error) {
	p.Sort, p.Desc = "at", true
	return page(ctx, s.engine, schema.Revisions, document.All{document.Equal("release_id", release), document.Equal("language", string(l))}, p,
		func(r *campaign.Revision) (any, string) { return r.At, r.ID })
}

// GetRevision reads one revision.
func (s *Releases) GetRevision(ctx context.Context, id string) (campaign.Revision, error) {
	return document.Get[campaign.Revision](ctx, s.engine, schema.Revisions, id)
}

// RevisionAt returns what a version of a release was at a time.
func (s *Releases) RevisionAt(ctx context.Context, release string, l campaign.Language, at time.Time) (campaign.Revision, error) {
	f := document.All{document.Equal("release_id", release), document.Equal("language", string(l)), document.Where{Field: "at", Op: document.Lte, Value: at}}
	var docs []campaign.Revision
	err := s.engine.Find(ctx, schema.Revisions, document.Query{Filter: f, Order: []document.Order{{Field: "at", Desc: true}}, Limit: 1}, &docs)
	if err == nil && len(docs) == 0 {
		err = campaign.Errorf(campaign.NotFound, "there is no revision this old")
	}
	if err != nil {
		return campaign.Revision{}, err
	}
	return docs[0], nil
}

// DeleteRelease removes a release no campaign uses, with what it was. What was sent stays: every run has its own edition.
func (s *Releases) DeleteRelease(ctx context.Context, id string) error {
	n, err := s.engine.Count(ctx, schema.Campaigns, document.Equal("release_id", id))
	if err != nil {
		return err
	}
	if n > 0 {
		return campaign.Errorf(campaign.Conflict, "%d campaigns use this release: archive it instead", n)
	}
	if n, err = s.engine.Count(ctx, schema.Upcomings, document.All{document.Equal("release_id", id), document.Equal("state", string(campaign.UpcomingOpen))}); err != nil {
		return err
	}
	if n > 0 {
		return campaign.Errorf(campaign.Conflict, "this is the next edition of a campaign: skip the edition there instead")
	}
	if _, err = s.engine.Delete(ctx, schema.Releases, document.ByID(id)); err != nil {
		return err
	}
	for _, c := range []*document.Collection{schema.WorkingCopies, schema.Revisions, schema.Comments} {
		if _, err := s.engine.Delete(ctx, c, document.Equal("release_id", id)); err != nil {
			return err
		}
	}
	return nil
}

// SaveFile stores the bytes of an attachment and returns its id; equal bytes are stored once.
func (s *Releases) SaveFile(ctx context.Context, data []byte) (string, error) {
	id := campaign.DerivedID(string(data))
	_, err := s.engine.InsertNew(ctx, schema.Files, &campaign.File{ID: id, Data: data})
	return id, err
}

// GetFile reads the bytes of an attachment.
func (s *Releases) GetFile(ctx context.Context, id string) ([]byte, error) {
	f, err := document.Get[campaign.File](ctx, s.engine, schema.Files, id)
	for n := 0; campaign.CodeOf(err) == campaign.NotFound; n++ { // one of the library is stored in parts
		part, partErr := document.Get[campaign.File](ctx, s.engine, schema.Files, chunkID(id, n))
		if campaign.CodeOf(partErr) == campaign.NotFound && n > 0 {
			return f.Data, nil
		}
		if partErr != nil {
			return nil, partErr
		}
		f.Data = append(f.Data, part.Data...)
	}
	return f.Data, err
}

// FindEmbargoes returns the releases whose embargo ends from one moment to before another, the first ones first.
func (s *Releases) FindEmbargoes(ctx context.Context, from, to time.Time, limit int) ([]campaign.Release, error) {
	var docs []campaign.Release
	err := s.engine.Find(ctx, schema.Releases, document.Query{Filter: between("embargo", from, to), Order: []document.Order{{Field: "embargo"}}, Limit: limit}, &docs)
	return docs, err
}
