package store

import (
	"context"
	"slices"
	"strings"
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
	defer s.counts.forget(ctx, run)
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

// PutOff is a delivery that may not leave before a time, and why.
type PutOff struct {
	ID    string
	Until time.Time
	Why   string
}

// PutOff lets deliveries that were not announced wait for their time.
func (s *Deliveries) PutOff(ctx context.Context, all []PutOff) error {
	now := s.now()
	ops := make([]document.Op, 0, len(all))
	for _, o := range slices.SortedFunc(slices.Values(all), func(a, b PutOff) int { return strings.Compare(a.ID, b.ID) }) { // see AddDeliveries
		ops = append(ops, document.Op{Where: document.All{document.ByID(o.ID), document.OneOf("state", campaign.UntriedStates...)}, Change: document.Change{Set: map[string]any{
			"state": string(campaign.Timed), "next_at": o.Until.UTC(), "reason": o.Why, "last_at": now,
		}}})
	}
	_, err := s.engine.Bulk(ctx, schema.Deliveries, ops)
	return err
}

// FindRecent returns the deliveries to some contacts that were made after a time.
func (s *Deliveries) FindRecent(ctx context.Context, contacts []string, made time.Time) ([]campaign.Delivery, error) {
	var docs []campaign.Delivery
	err := s.engine.Find(ctx, schema.Deliveries, document.Query{Filter: document.All{
		document.Where{Field: "contact_id", Op: document.In, Value: contacts}, document.Where{Field: "made_at", Op: document.Gt, Value: made},
	}}, &docs)
	return docs, err
}
