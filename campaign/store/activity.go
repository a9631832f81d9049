package store

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// Activities are what the team held, and the totals of helplines.
type Activities struct {
	engine document.Engine
	now    func() time.Time
}

// FindActivities returns the activities a filter fits, the latest first.
func (s *Activities) FindActivities(ctx context.Context, f OutcomeFilter, limit int) ([]campaign.Activity, error) {
	var docs []campaign.Activity
	err := s.engine.Find(ctx, schema.Activities, document.Query{Filter: f.filter(), Order: []document.Order{{Field: "day", Desc: true}, {Field: "id", Desc: true}}, Limit: limit}, &docs)
	return docs, err
}

// AddActivity checks and adds an activity, see AddCoverage.
func (s *Activities) AddActivity(ctx context.Context, a *campaign.Activity) error {
	if err := a.Normalize(); err != nil {
		return err
	}
	if a.ID == "" {
		a.ID = campaign.NewID(s.now())
	}
	a.Version, a.CreatedAt, a.By = 1, s.now(), actorOf(ctx).Name
	_, err := s.engine.InsertNew(ctx, schema.Activities, a)
	return err
}

// GetActivity reads one activity.
func (s *Activities) GetActivity(ctx context.Context, id string) (campaign.Activity, error) {
	return document.Get[campaign.Activity](ctx, s.engine, schema.Activities, id)
}

// UpdateActivity lets fn change an activity and writes it back checked.
func (s *Activities) UpdateActivity(ctx context.Context, id string, fn func(*campaign.Activity) error) (campaign.Activity, error) {
	return document.Modify(ctx, s.engine, schema.Activities, id, func(a *campaign.Activity) *int64 { return &a.Version }, func(a *campaign.Activity) error {
		if err := fn(a); err != nil {
			return err
		}
		return a.Normalize()
	})
}

// DeleteActivity removes an activity.
func (s *Activities) DeleteActivity(ctx context.Context, id string) error {
	_, err := s.engine.Delete(ctx, schema.Activities, document.ByID(id))
	return err
}

// FindHelplineTotals returns the totals of the months from one day to before another, the latest first; a zero time is no bound.
func (s *Activities) FindHelplineTotals(ctx context.Context, from, until time.Time) ([]campaign.HelplineTotal, error) {
	var all document.All
	if !from.IsZero() {
		all = append(all, document.Where{Field: "month", Op: document.Gte, Value: campaign.OnDay(from)})
	}
	if !until.IsZero() {
		all = append(all, document.Where{Field: "month", Op: document.Lt, Value: campaign.OnDay(until)})
	}
	var docs []campaign.HelplineTotal
	err := s.engine.Find(ctx, schema.HelplineTotals, document.Query{Filter: all, Order: []document.Order{{Field: "month", Desc: true}, {Field: "id"}}, Limit: campaign.MaxReportRuns}, &docs)
	return docs, err
}

// SetHelplineTotal stores the total of a helpline for a month, in place of one that is there.
func (s *Activities) SetHelplineTotal(ctx context.Context, h *campaign.HelplineTotal) error {
	if err := h.Normalize(); err != nil {
		return err
	}
	h.ID = campaign.DerivedID(campaign.Fold(h.Helpline), h.Month.Format(time.DateOnly))
	h.Version, h.CreatedAt, h.By = 1, s.now(), actorOf(ctx).Name
	return s.engine.Upsert(ctx, schema.HelplineTotals, h)
}

// DeleteHelplineTotal removes a total.
func (s *Activities) DeleteHelplineTotal(ctx context.Context, id string) error {
	_, err := s.engine.Delete(ctx, schema.HelplineTotals, document.ByID(id))
	return err
}
