package store

import (
	"context"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

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
