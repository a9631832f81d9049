package store

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// WorkingCopies are what the team types and has not saved, and who has what open.
type WorkingCopies struct {
	engine document.Engine
	now    func() time.Time
}

// SaveWorkingCopy keeps what was typed in place of what was kept before. One without fields only tells that its user is there: what
// they typed stays.
func (s *WorkingCopies) SaveWorkingCopy(ctx context.Context, d *campaign.WorkingCopy) error {
	if n := d.Size(); n > campaign.MaxWorkingCopy {
		return campaign.Errorf(campaign.Invalid, "the text is longer than %d MB: put the long part on a page and link to it", campaign.MaxWorkingCopy>>20)
	}
	d.ID, d.SeenAt = campaign.WorkingCopyID(d.Release, d.Language, d.User), s.now()
	if d.Fields != nil {
		d.TypedAt = s.now()
		return s.engine.Upsert(ctx, schema.WorkingCopies, d)
	}
	n, err := s.engine.Update(ctx, schema.WorkingCopies, document.ByID(d.ID), document.Change{Set: map[string]any{"seen_at": d.SeenAt}})
	if err == nil && n == 0 {
		_, err = s.engine.InsertNew(ctx, schema.WorkingCopies, d)
	}
	return err
}

// GetWorkingCopy reads one.
func (s *WorkingCopies) GetWorkingCopy(ctx context.Context, id string) (campaign.WorkingCopy, error) {
	return document.Get[campaign.WorkingCopy](ctx, s.engine, schema.WorkingCopies, id)
}

// FindWorkingCopies returns those of all versions of a release.
func (s *WorkingCopies) FindWorkingCopies(ctx context.Context, release string) ([]campaign.WorkingCopy, error) {
	var docs []campaign.WorkingCopy
	err := s.engine.Find(ctx, schema.WorkingCopies, document.Query{Filter: document.Equal("release_id", release), Limit: 100}, &docs)
	return docs, err
}

// FindNewWorkingCopies returns the releases a user began and never saved, the latest first.
func (s *WorkingCopies) FindNewWorkingCopies(ctx context.Context, user string) ([]campaign.WorkingCopy, error) {
	var docs []campaign.WorkingCopy
	err := s.engine.Find(ctx, schema.WorkingCopies, document.Query{
		Filter: document.All{document.Equal("user_id", user), document.Equal("new", true)}, Order: []document.Order{{Field: "id", Desc: true}}, Limit: 20,
	}, &docs)
	return docs, err
}

// DropWorkingCopy forgets one.
func (s *WorkingCopies) DropWorkingCopy(ctx context.Context, id string) error {
	_, err := s.engine.Delete(ctx, schema.WorkingCopies, document.ByID(id))
	return err
}

// DropOldWorkingCopies forgets those nobody went on with.
func (s *WorkingCopies) DropOldWorkingCopies(ctx context.Context) error {
	_, err := s.engine.Delete(ctx, schema.WorkingCopies, document.Where{Field: "seen_at", Op: document.Lt, Value: s.now().Add(-campaign.WorkingCopyLife)})
	return err
}
