package store

import (
	"cmp"
	"context"
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

// CreateRelease checks and adds a release.
func (s *Releases) CreateRelease(ctx context.Context, r *campaign.Release) error {
	if err := r.Normalize(); err != nil {
		return err
	}
	r.ID, r.Version, r.CreatedAt, r.UpdatedAt = cmp.Or(r.ID, campaign.NewID(s.now())), 1, s.now(), s.now()
	return s.engine.Insert(ctx, schema.Releases, r)
}

// UpdateRelease lets fn change a release and writes it back checked.
func (s *Releases) UpdateRelease(ctx context.Context, id string, fn func(*campaign.Release) error) (campaign.Release, error) {
	return document.Modify(ctx, s.engine, schema.Releases, id, func(r *campaign.Release) *int64 { return &r.Version }, func(r *campaign.Release) error {
		if err := fn(r); err != nil {
			return err
		}
		r.UpdatedAt = s.now()
		return r.Normalize()
	})
}

// DeleteRelease removes a release no campaign uses. What was sent stays: every run has its own edition.
func (s *Releases) DeleteRelease(ctx context.Context, id string) error {
	n, err := s.engine.Count(ctx, schema.Campaigns, document.Equal("release_id", id))
	if err != nil {
		return err
	}
	if n > 0 {
		return campaign.Errorf(campaign.Conflict, "%d campaigns use this release: archive it instead", n)
	}
	_, err = s.engine.Delete(ctx, schema.Releases, document.ByID(id))
	return err
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
	return f.Data, err
}
