package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// Layouts are the layouts the team copied and changed.
type Layouts struct {
	engine document.Engine
	now    func() time.Time
}

// FindLayouts returns all layouts by name.
func (s *Layouts) FindLayouts(ctx context.Context) ([]campaign.Layout, error) {
	var docs []campaign.Layout
	err := s.engine.Find(ctx, schema.Layouts, document.Query{Order: []document.Order{{Field: "key"}}}, &docs)
	slices.SortStableFunc(docs, func(a, b campaign.Layout) int { return campaign.CompareNames(a.Name, b.Name) })
	return docs, err
}

// GetLayout reads one layout.
func (s *Layouts) GetLayout(ctx context.Context, id string) (campaign.Layout, error) {
	return document.Get[campaign.Layout](ctx, s.engine, schema.Layouts, id)
}

// CreateLayout checks and adds a layout; its name must be new.
func (s *Layouts) CreateLayout(ctx context.Context, l *campaign.Layout) error {
	l.ID, l.Version, l.CreatedAt, l.UpdatedAt = cmp.Or(l.ID, campaign.NewID(s.now())), 1, s.now(), s.now()
	if err := l.Normalize(); err != nil {
		return err
	}
	return document.SayTaken(document.Insert(ctx, s.engine, schema.Layouts, l), "name", "there is a layout named %q already", l.Name)
}

// UpdateLayout lets fn change a layout and writes it back checked.
func (s *Layouts) UpdateLayout(ctx context.Context, id string, fn func(*campaign.Layout) error) (campaign.Layout, error) {
	l, err := document.Modify(ctx, s.engine, schema.Layouts, id, func(l *campaign.Layout) *int64 { return &l.Version }, func(l *campaign.Layout) error {
		if err := fn(l); err != nil {
			return err
		}
		l.UpdatedAt = s.now()
		return l.Normalize()
	})
	return l, document.SayTaken(err, "name", "there is a layout named %q already", l.Name)
}

// FindReleasesIn returns up to limit releases that are shown in a layout.
func (s *Layouts) FindReleasesIn(ctx context.Context, layout string, limit int) ([]campaign.Release, error) {
	var docs []campaign.Release
	err := s.engine.Find(ctx, schema.Releases, document.Query{Filter: document.Equal("layout", layout), Order: []document.Order{{Field: "id", Desc: true}}, Limit: limit}, &docs)
	return docs, err
}

// DeleteLayout removes a layout no release is shown in. What was sent stays: every run has its own edition.
func (s *Layouts) DeleteLayout(ctx context.Context, id string) error {
	using, err := s.FindReleasesIn(ctx, id, 5)
	if err != nil {
		return err
	}
	if len(using) > 0 {
		names := campaign.Collect(using, func(r campaign.Release) campaign.Text { return campaign.Textf("“%s”", r.Title) })
		return campaign.Errorf(campaign.Conflict, "this layout is used by %s: choose another one there first", campaign.Join(names, ", "))
	}
	_, err = s.engine.Delete(ctx, schema.Layouts, document.ByID(id))
	return err
}

// FillLayout takes down in an edition the layout its release is shown in, as it stands now.
func (s *Layouts) FillLayout(ctx context.Context, e *edition.Edition) error {
	id := e.Release.Layout
	if id == "" || slices.Contains(campaign.BuiltInLayouts, id) {
		return nil
	}
	l, err := s.GetLayout(ctx, id)
	if campaign.CodeOf(err) == campaign.NotFound {
		return nil // it is shown in that of its kind
	}
	e.Layout = &l
	return err
}
