package store

import (
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// QueueAgain puts deliveries of a run back into the queue that were put off, or had failed, for what turned out to be our
// fault.
func (s *Deliveries) QueueAgain(ctx context.Context, run string, ids []string) error {
	return s.settleAgain(ctx, run, ids, []campaign.DeliveryState{campaign.Deferred, campaign.Failed}, map[string]any{"state": string(campaign.Queued), "dead": false})
}

// FailDeferred ends deliveries of a run that were put off until it was known whom their refusal was about.
func (s *Deliveries) FailDeferred(ctx context.Context, run string, ids []string, dead bool) error {
	return s.settleAgain(ctx, run, ids, []campaign.DeliveryState{campaign.Deferred}, map[string]any{"state": string(campaign.Failed), "dead": dead})
}

func (s *Deliveries) settleAgain(ctx context.Context, run string, ids []string, from []campaign.DeliveryState, to map[string]any) error {
	if len(ids) == 0 {
		return nil
	}
	defer s.counted.forget(run)
	to["next_at"], to["last_at"] = time.Time{}, s.now()
	ops := make([]document.Op, 0, len(ids))
	for _, id := range slices.Sorted(slices.Values(ids)) { // see AddDeliveries
		ops = append(ops, document.Op{Where: document.All{document.ByID(id), document.OneOf("state", from...)}, Change: document.Change{Set: to}})
	}
	_, err := s.engine.Bulk(ctx, schema.Deliveries, ops)
	return err
}

// queuedAgain makes a delivery go as if it had never been tried.
func (s *Deliveries) queuedAgain() document.Change {
	return document.Change{Set: map[string]any{
		"state": string(campaign.Queued), "reason": "", "code": int64(0), "attempts": int64(0), "next_at": time.Time{}, "last_at": s.now(), "dead": false,
	}}
}

// EachDelivery calls fn for pages of a run's deliveries in a state ("" is any), for exports.
func (s *Deliveries) EachDelivery(ctx context.Context, run string, state campaign.DeliveryState, fn func([]campaign.Delivery) error) error {
	p := Page{Limit: 500}
	for {
		ds, next, err := s.FindDeliveries(ctx, run, state, p)
		if err != nil {
			return err
		}
		if err := fn(ds); err != nil || next == "" {
			return err
		}
		p.After = next
	}
}
