package store

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// Actions group campaigns, activities and coverage for one report.
type Actions struct {
	engine document.Engine
	now    func() time.Time
}

// FindActions returns the actions, the latest first.
func (s *Actions) FindActions(ctx context.Context) ([]campaign.Action, error) {
	var docs []campaign.Action
	err := s.engine.Find(ctx, schema.Actions, document.Query{Order: []document.Order{{Field: "created_at", Desc: true}, {Field: "id", Desc: true}}, Limit: 500}, &docs)
	return docs, err
}

// GetAction reads one action.
func (s *Actions) GetAction(ctx context.Context, id string) (campaign.Action, error) {
	return document.Get[campaign.Action](ctx, s.engine, schema.Actions, id)
}

// GetActionByName reads the action whose name folds the same.
func (s *Actions) GetActionByName(ctx context.Context, name string) (campaign.Action, error) {
	return document.First[campaign.Action](ctx, s.engine, schema.Actions, document.Equal("key", campaign.Fold(name)))
}

// CreateAction checks and adds an action; its name must be new.
func (s *Actions) CreateAction(ctx context.Context, a *campaign.Action) error {
	if err := a.Normalize(); err != nil {
		return err
	}
	a.ID, a.Version, a.CreatedAt, a.UpdatedAt = campaign.NewID(s.now()), 1, s.now(), s.now()
	return document.SayTaken(document.Insert(ctx, s.engine, schema.Actions, a), "name", "there is an action named %q already", a.Name)
}

// UpdateAction lets fn change an action and writes it back checked.
func (s *Actions) UpdateAction(ctx context.Context, id string, fn func(*campaign.Action) error) (campaign.Action, error) {
	a, err := document.Modify(ctx, s.engine, schema.Actions, id, func(a *campaign.Action) *int64 { return &a.Version }, func(a *campaign.Action) error {
		if err := fn(a); err != nil {
			return err
		}
		a.UpdatedAt = s.now()
		return a.Normalize()
	})
	return a, document.SayTaken(err, "name", "there is an action named %q already", a.Name)
}

// DeleteAction removes an action; what it grouped stays, and belongs to none.
func (s *Actions) DeleteAction(ctx context.Context, id string) error {
	for _, c := range []*document.Collection{schema.Coverage, schema.Activities} {
		if _, err := s.engine.Update(ctx, c, document.Equal("action_id", id), document.Change{Set: map[string]any{"action_id": ""}}); err != nil {
			return err
		}
	}
	_, err := s.engine.Delete(ctx, schema.Actions, document.ByID(id))
	return err
}

// OutcomeFilter says which coverage or activities are wanted: those of an action, a release or a contact, or of the days from one to
// before another. A zero field is no condition.
type OutcomeFilter struct {
	Action, Release, Contact string
	From, Until              time.Time
}

// filter compiles the filter. Every field of it begins an index.
func (f OutcomeFilter) filter() document.All {
	var all document.All
	for _, c := range []struct{ field, value string }{{"action_id", f.Action}, {"release_id", f.Release}, {"contact_id", f.Contact}} {
		if c.value != "" {
			all = append(all, document.Equal(c.field, c.value))
		}
	}
	if !f.From.IsZero() {
		all = append(all, document.Where{Field: "day", Op: document.Gte, Value: campaign.OnDay(f.From)})
	}
	if !f.Until.IsZero() {
		all = append(all, document.Where{Field: "day", Op: document.Lt, Value: campaign.OnDay(f.Until)})
	}
	return all
}
