package store

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/erasing"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// Holds are the mail providers that get nothing for a while.
type Holds struct {
	engine document.Engine
	now    func() time.Time

	providers *Providers
	runs      *Runs
}

// FindHolds returns the providers to whom nothing goes just now.
func (s *Holds) FindHolds(ctx context.Context) ([]campaign.Hold, error) {
	var docs []campaign.Hold
	err := s.engine.Find(ctx, schema.Holds, document.Query{Order: []document.Order{{Field: "id"}}}, &docs)
	return docs, err
}

// HoldProvider notes that a provider refused a message of a run by policy. The first refusal begins the hold; one of a
// trial makes it last longer, by the next of the waits. Others, which were under way when it began, change nothing.
func (s *Holds) HoldProvider(ctx context.Context, provider, run, why string, code int64, waits []time.Duration) (campaign.Hold, error) {
	now, why := s.now(), campaign.WithoutAddresses(why)
	h := campaign.Hold{ID: provider, Version: 1, Why: why, Code: code, Run: run, Since: now, LastAt: now, Refused: 1}
	h.Until = now.Add(withJitter(waits[0]))
	n, err := s.engine.InsertNew(ctx, schema.Holds, &h)
	if err != nil || n == 1 {
		return h, err
	}
	if known, err := document.Get[campaign.Hold](ctx, s.engine, schema.Holds, provider); err != nil || !known.Trying(now) {
		return known, err
	}
	return document.Modify(ctx, s.engine, schema.Holds, provider, func(h *campaign.Hold) *int64 { return &h.Version }, func(h *campaign.Hold) error {
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

// TryHold lets one message find out now whether a provider takes mail again. What was put off for it follows when it does.
func (s *Holds) TryHold(ctx context.Context, provider string) (campaign.Hold, error) {
	h, err := document.Modify(ctx, s.engine, schema.Holds, provider, func(h *campaign.Hold) *int64 { return &h.Version }, func(h *campaign.Hold) error {
		if now := s.now(); h.Until.After(now) {
			h.Until = now
		}
		return nil
	})
	if err != nil {
		return h, err
	}
	domains, err := s.providers.DomainsOf(ctx, provider)
	if err != nil {
		return h, err
	}
	return h, s.bringForward(ctx, domains)
}

// bringForward makes deferred deliveries to some domains due now. The version of their run tells its sender.
func (s *Holds) bringForward(ctx context.Context, domains []string) error {
	rs, err := s.runs.FindRunsIn(ctx, campaign.Sending, campaign.PausedRun)
	if err != nil {
		return err
	}
	now := s.now()
	for _, r := range rs {
		off := document.All{document.Equal("run_id", r.ID), document.Equal("state", string(campaign.Deferred)), document.Where{Field: "next_at", Op: document.Gt, Value: now}, document.Where{Field: "domain", Op: document.In, Value: domains}}
		n, err := s.engine.Update(ctx, schema.Deliveries, off, document.Change{Set: map[string]any{"next_at": now}})
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if _, err := s.runs.UpdateRun(ctx, r.ID, func(*campaign.Run) error { return nil }); err != nil {
			return err
		}
	}
	return nil
}

// tryHolds sends one message to each held provider now, as somebody may have mended what was wrong.
func (s *Holds) tryHolds(ctx context.Context) error {
	held, err := s.FindHolds(ctx)
	for _, h := range held {
		if _, err := s.TryHold(ctx, h.ID); err != nil && campaign.CodeOf(err) != campaign.NotFound {
			return err
		}
	}
	return err
}

// ReleaseHold ends a hold: the provider took a message.
func (s *Holds) ReleaseHold(ctx context.Context, provider string) error {
	_, err := s.engine.Delete(ctx, schema.Holds, document.ByID(provider))
	return err
}

// WaitsOnlyFor reports whether something waits in a run, and all of it is for some domains.
func (s *Holds) WaitsOnlyFor(ctx context.Context, run string, domains []string) (bool, error) {
	open := document.All{document.Equal("run_id", run), document.OneOf("state", campaign.OpenStates...)}
	others, err := document.Exists[campaign.Delivery](ctx, s.engine, schema.Deliveries, append(open, document.Not{Filter: document.Where{Field: "domain", Op: document.In, Value: domains}}))
	if err != nil || others {
		return false, err
	}
	return document.Exists[campaign.Delivery](ctx, s.engine, schema.Deliveries, open)
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
		domains, err := s.providers.DomainsOf(ctx, h.ID)
		if err != nil {
			return err
		}
		needed, err := s.waitsFor(ctx, open, domains)
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
			document.Equal("run_id", r.ID), document.OneOf("state", campaign.OpenStates...), document.Where{Field: "domain", Op: document.In, Value: domains},
		})
		if waits || err != nil {
			return waits, err
		}
	}
	return false, nil
}

// scrub takes an erased person out of what providers said, and drops a hold of a domain that says who they were.
func (s *Holds) scrub(ctx context.Context, p *erasing.Person) error {
	held, err := s.FindHolds(ctx)
	if err != nil {
		return err
	}
	for _, h := range held {
		if campaign.DomainNames(h.ID, p.Words) {
			if err := s.ReleaseHold(ctx, h.ID); err != nil {
				return err
			}
			continue
		}
		why := campaign.WithoutPerson(h.Why, p.Words)
		if why == h.Why {
			continue
		}
		if err := s.reword(ctx, h.ID, why); err != nil {
			return err
		}
	}
	return nil
}
