package store

import (
	"context"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// This file keeps addresses out of what servers said: a reason that many deliveries share must not name one reader.

// maskWords takes addresses out of the reasons and holds that older versions wrote down.
func (s *upgrader) maskWords(ctx context.Context) error {
	held, err := s.holds.FindHolds(ctx)
	if err != nil {
		return err
	}
	for _, h := range held {
		if why := campaign.WithoutAddresses(h.Why); why != h.Why {
			if err := s.holds.reword(ctx, h.ID, why); err != nil {
				return err
			}
		}
	}
	for after := ""; ; {
		var rs []campaign.Run
		q := document.Query{Order: []document.Order{{Field: "id"}}, Limit: 100}
		if after != "" {
			q.After = []any{after}
		}
		if err := s.engine.Find(ctx, schema.Runs, q, &rs); err != nil || len(rs) == 0 {
			return err
		}
		for _, r := range rs {
			if err := s.maskReasons(ctx, r.ID); err != nil {
				return err
			}
		}
		after = rs[len(rs)-1].ID
	}
}

func (s *upgrader) maskReasons(ctx context.Context, run string) error {
	untaken := document.OneOf("state", campaign.Failed, campaign.Deferred, campaign.Queued, campaign.Interrupted, campaign.Skipped)
	for after := ""; ; {
		ds, err := s.deliveries.nextDeliveries(ctx, document.All{document.Equal("run_id", run), untaken, document.Where{Field: "reason", Op: document.Contains, Value: "@"}}, after, 500)
		if err != nil || len(ds) == 0 {
			return err
		}
		ops := make([]document.Op, len(ds))
		for i := range ds {
			ops[i] = document.Op{ // unless it has got another since
				Where:  document.All{document.ByID(ds[i].ID), document.Equal("reason", ds[i].Reason)},
				Change: document.Change{Set: map[string]any{"reason": campaign.WithoutAddresses(ds[i].Reason)}},
			}
		}
		if _, err := s.engine.Bulk(ctx, schema.Deliveries, ops); err != nil {
			return err
		}
		after = ds[len(ds)-1].ID
	}
}

// scrubHolds takes a person out of what providers said, and drops a hold of a domain that says who they were.
func (s *Erasing) scrubHolds(ctx context.Context, _ *campaign.Erasure, words []string) error {
	held, err := s.holds.FindHolds(ctx)
	if err != nil {
		return err
	}
	for _, h := range held {
		if campaign.DomainNames(h.ID, words) {
			if err := s.holds.ReleaseHold(ctx, h.ID); err != nil {
				return err
			}
			continue
		}
		why := campaign.WithoutPerson(h.Why, words)
		if why == h.Why {
			continue
		}
		if err := s.holds.reword(ctx, h.ID, why); err != nil {
			return err
		}
	}
	return nil
}

func (s *Holds) reword(ctx context.Context, provider, why string) error {
	_, err := document.Modify(ctx, s.engine, schema.Holds, provider, func(h *campaign.Hold) *int64 { return &h.Version }, func(h *campaign.Hold) error {
		h.Why = why
		return nil
	})
	return campaign.UnlessMissing(err)
}

// DropIdleHolds forgets holds that nothing waits for any more: the next run finds out anew.
func (s *Holds) DropIdleHolds(ctx context.Context) error {
	held, err := s.FindHolds(ctx)
	if err != nil || len(held) == 0 {
		return err
	}
	open, err := s.runs.FindRunsIn(ctx, campaign.Scheduled, campaign.Sending, campaign.PausedRun)
	if err != nil {
		return err
	}
	for _, h := range held {
		needed, err := s.waitsFor(ctx, open, campaign.ProviderDomains(h.ID))
		if err != nil {
			return err
		}
		if needed {
			continue
		}
		if err := s.ReleaseHold(ctx, h.ID); err != nil {
			return err
		}
	}
	return nil
}

func (s *Holds) waitsFor(ctx context.Context, open []campaign.Run, domains []string) (bool, error) {
	for _, r := range open {
		if !r.Planned {
			return true, nil
		}
		waits, err := document.Exists[campaign.Delivery](ctx, s.engine, schema.Deliveries, document.All{
			document.Equal("run_id", r.ID), document.OneOf("state", campaign.Queued, campaign.InFlight, campaign.Deferred), document.Where{Field: "domain", Op: document.In, Value: domains},
		})
		if waits || err != nil {
			return waits, err
		}
	}
	return false, nil
}
