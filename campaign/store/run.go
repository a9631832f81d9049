package store

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

// Runs are the sendings of campaigns.
type Runs struct {
	engine document.Engine
	now    func() time.Time
}

// CreateRun records a run and what it sends. A run of the same campaign and slot that exists already is a Conflict: of
// two schedulers that fire the same slot, one succeeds. What the run is said to tell is what its edition tells, also where another
// process had stored that and died.
func (s *Runs) CreateRun(ctx context.Context, r *campaign.Run, e *edition.Edition) error {
	r.Version, r.CreatedAt, e.ID = 1, s.now(), r.ID
	n, err := s.engine.InsertNew(ctx, schema.Editions, e)
	if err != nil {
		return err
	}
	if n == 0 {
		if *e, err = s.GetEdition(ctx, r.ID); err != nil {
			return err
		}
	}
	if g := e.Gathering; g != nil {
		r.Release, r.Settled, r.LeftOut, r.Rest, r.Until = e.Release.ID, g.Settled(), g.LeftOut, g.Rest, g.Until
	}
	if e.Sender.Email != "" {
		r.Sender = campaign.Domain(e.Sender.Email)
	}
	return s.engine.Insert(ctx, schema.Runs, r)
}

// GetRun reads one run.
func (s *Runs) GetRun(ctx context.Context, id string) (campaign.Run, error) {
	return document.Get[campaign.Run](ctx, s.engine, schema.Runs, id)
}

// GetEdition reads what a run sends.
func (s *Runs) GetEdition(ctx context.Context, run string) (edition.Edition, error) {
	return document.Get[edition.Edition](ctx, s.engine, schema.Editions, run)
}

// FindRuns returns one page of a campaign's runs, the latest slot first. Test sends are left out unless asked for.
func (s *Runs) FindRuns(ctx context.Context, campaignID string, tests bool, p Page) ([]campaign.Run, string, error) {
	all := document.All{document.Equal("campaign_id", campaignID)}
	if !tests {
		all = append(all, document.Where{Field: "trigger", Op: document.Ne, Value: string(campaign.TriggerTest)})
	}
	p.Sort, p.Desc = "slot", true
	return page(ctx, s.engine, schema.Runs, all, p, func(r *campaign.Run) (any, string) { return r.Slot, r.ID })
}

// FindRunsIn returns the runs in some states, the oldest first.
func (s *Runs) FindRunsIn(ctx context.Context, states ...campaign.State) ([]campaign.Run, error) {
	var docs []campaign.Run
	err := s.engine.Find(ctx, schema.Runs, document.Query{Filter: document.OneOf("state", states...), Order: []document.Order{{Field: "created_at"}}}, &docs)
	return docs, err
}

// UpdateRun lets fn change a run and writes it back. A change of state must be a legal move.
func (s *Runs) UpdateRun(ctx context.Context, id string, fn func(*campaign.Run) error) (campaign.Run, error) {
	return document.Modify(ctx, s.engine, schema.Runs, id, func(r *campaign.Run) *int64 { return &r.Version }, func(r *campaign.Run) error {
		from := r.State
		if err := fn(r); err != nil {
			return err
		}
		if r.State != from {
			return campaign.CheckMove(from, r.State)
		}
		return nil
	})
}

// FindLastRuns returns the runs of all campaigns in a state ("" is any) that were made last, the latest first; test sends
// and mails beside campaigns are left out.
func (s *Runs) FindLastRuns(ctx context.Context, state campaign.State, limit int) ([]campaign.Run, error) {
	all := document.All{document.Not{Filter: document.OneOf("trigger", campaign.TriggersBeside()...)}}
	if state != "" {
		all = append(all, document.Equal("state", string(state)))
	}
	var docs []campaign.Run
	err := s.engine.Find(ctx, schema.Runs, document.Query{Filter: all, Order: []document.Order{{Field: "created_at", Desc: true}}, Limit: limit}, &docs)
	return docs, err
}

// FindRunsBetween returns the runs due from one moment to before another, the first ones first; test sends and mails beside campaigns
// are left out.
func (s *Runs) FindRunsBetween(ctx context.Context, from, to time.Time, limit int) ([]campaign.Run, error) {
	var docs []campaign.Run
	err := s.engine.Find(ctx, schema.Runs, document.Query{
		Filter: document.All{between("slot", from, to), document.Not{Filter: document.OneOf("trigger", campaign.TriggersBeside()...)}},
		Order:  []document.Order{{Field: "slot"}}, Limit: limit,
	}, &docs)
	return docs, err
}

// between is met by what a field of times has from one moment to before another.
func between(field string, from, to time.Time) document.Filter {
	return document.All{document.Where{Field: field, Op: document.Gte, Value: from}, document.Where{Field: field, Op: document.Lt, Value: to}}
}
