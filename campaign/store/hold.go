package store

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// FindHolds gives the providers to whom nothing goes just now.
func (s *Store) FindHolds(ctx context.Context) ([]campaign.Hold, error) {
	var docs []campaign.Hold
	err := s.engine.Find(ctx, holds, Query{Order: []Order{{Field: "id"}}}, &docs)
	return docs, err
}

// HoldProvider notes that a provider refused a message of a run by policy. The first refusal begins the hold; one of a
// trial makes it last longer, by the next of the waits. Others, which were under way when it began, change nothing.
func (s *Store) HoldProvider(ctx context.Context, provider, run, why string, code int64, waits []time.Duration) (campaign.Hold, error) {
	now := s.now()
	h := campaign.Hold{ID: provider, Version: 1, Why: why, Code: code, Run: run, Since: now, LastAt: now, Refused: 1}
	h.Until = now.Add(withJitter(waits[0]))
	n, err := s.engine.InsertNew(ctx, holds, &h)
	if err != nil || n == 1 {
		return h, err
	}
	if known, err := get[campaign.Hold](ctx, s.engine, holds, provider); err != nil || !known.Trying(now) {
		return known, err
	}
	return modify(ctx, s.engine, holds, provider, func(h *campaign.Hold) *int64 { return &h.Version }, func(h *campaign.Hold) error {
		if h.Trying(now) {
			h.Why, h.Code, h.Run, h.LastAt = why, code, run, now
			h.Until = now.Add(withJitter(waits[min(int(h.Refused), len(waits)-1)]))
			h.Refused++
		}
		return nil
	})
}

// withJitter makes a wait up to a tenth longer, so that not everything goes again at once.
func withJitter(d time.Duration) time.Duration {
	return (d + rand.N(d/10+1)).Truncate(time.Millisecond)
}

// TryHold lets one message find out now whether a provider takes mail again.
func (s *Store) TryHold(ctx context.Context, provider string) (campaign.Hold, error) {
	return modify(ctx, s.engine, holds, provider, func(h *campaign.Hold) *int64 { return &h.Version }, func(h *campaign.Hold) error {
		if now := s.now(); h.Until.After(now) {
			h.Until = now
		}
		return nil
	})
}

// ReleaseHold ends a hold: the provider took a message.
func (s *Store) ReleaseHold(ctx context.Context, provider string) error {
	_, err := s.engine.Delete(ctx, holds, ByID(provider))
	return err
}

// FailWaiting gives up what still waits in a run for some domains.
func (s *Store) FailWaiting(ctx context.Context, run string, domains []string, reason string) (int64, error) {
	return s.engine.Update(ctx, deliveries,
		All{Equal("run_id", run), OneOf("state", campaign.Queued, campaign.Deferred), Where{"domain", In, domains}},
		Change{Set: map[string]any{"state": string(campaign.Failed), "reason": reason, "last_at": s.now()}})
}
