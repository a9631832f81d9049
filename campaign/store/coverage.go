package store

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/erasing"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// CoverageNotes are the pieces that newsrooms published, as the team typed them in.
type CoverageNotes struct {
	engine document.Engine
	now    func() time.Time
}

// FindCoverage returns the coverage a filter fits, the latest first.
func (s *CoverageNotes) FindCoverage(ctx context.Context, f OutcomeFilter, limit int) ([]campaign.Coverage, error) {
	var docs []campaign.Coverage
	err := s.engine.Find(ctx, schema.Coverage, document.Query{Filter: f.filter(), Order: []document.Order{{Field: "day", Desc: true}, {Field: "id", Desc: true}}, Limit: limit}, &docs)
	return docs, err
}

// AddCoverage checks and adds a piece, in the name of who the context is for. An id that is given keeps a form sent twice from adding
// it twice.
func (s *CoverageNotes) AddCoverage(ctx context.Context, c *campaign.Coverage) error {
	if err := c.Normalize(); err != nil {
		return err
	}
	if c.ID == "" {
		c.ID = campaign.NewID(s.now())
	}
	c.Version, c.CreatedAt, c.By = 1, s.now(), actorOf(ctx).Name
	_, err := s.engine.InsertNew(ctx, schema.Coverage, c)
	return err
}

// GetCoverage reads one piece.
func (s *CoverageNotes) GetCoverage(ctx context.Context, id string) (campaign.Coverage, error) {
	return document.Get[campaign.Coverage](ctx, s.engine, schema.Coverage, id)
}

// UpdateCoverage lets fn change a piece and writes it back checked.
func (s *CoverageNotes) UpdateCoverage(ctx context.Context, id string, fn func(*campaign.Coverage) error) (campaign.Coverage, error) {
	return document.Modify(ctx, s.engine, schema.Coverage, id, func(c *campaign.Coverage) *int64 { return &c.Version }, func(c *campaign.Coverage) error {
		if err := fn(c); err != nil {
			return err
		}
		return c.Normalize()
	})
}

// JudgeCoverage adds to a piece how who the context is for judged it.
func (s *CoverageNotes) JudgeCoverage(ctx context.Context, id string, answers map[campaign.Criterion]campaign.CriterionAnswer) error {
	by := actorOf(ctx)
	_, err := s.UpdateCoverage(ctx, id, func(c *campaign.Coverage) error {
		return c.Judge(campaign.Judgement{User: by.User, By: by.Name, At: s.now(), Answers: answers})
	})
	return err
}

// DeleteCoverage removes a piece.
func (s *CoverageNotes) DeleteCoverage(ctx context.Context, id string) error {
	_, err := s.engine.Delete(ctx, schema.Coverage, document.ByID(id))
	return err
}

// scrub takes a person who is erased out of the coverage: the piece stays, and names its outlet alone.
func (s *CoverageNotes) scrub(ctx context.Context, p *erasing.Person) error {
	_, err := s.engine.Update(ctx, schema.Coverage, document.Where{Field: "contact_id", Op: document.In, Value: p.IDs()},
		document.Change{Set: map[string]any{"contact_id": "", "journalist": "", "note": ""}})
	return err
}
