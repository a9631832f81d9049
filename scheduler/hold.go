package scheduler

import (
	"context"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// refreshEvery is how often what people set while messages go out is read again.
const refreshEvery = 500 * time.Millisecond

// refresher reads pace and holds again, once for all runs of this process.
type refresher struct {
	mu      sync.Mutex
	last    time.Time
	senders map[string][]string // by run, who has shards of it: they share the pace
}

// among is how many processes have a part of any run; elsewhere are those of runs this process has nothing to do with.
func (r *refresher) among(elsewhere []string) int {
	all := map[string]bool{}
	for _, node := range elsewhere {
		all[node] = true
	}
	for _, senders := range r.senders {
		for _, node := range senders {
			all[node] = true
		}
	}
	return len(all)
}

// forget notes that this process does not work on a run any more.
func (r *refresher) forget(run string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.senders, run)
}

// refresh takes over what people have set, and what other senders found out about providers; senders are those who have
// shards of a run. It gives the holds, or nil when they were read a moment ago.
func (s *sender) refresh(ctx context.Context, run string, senders []string) []campaign.Hold {
	s.refreshing.mu.Lock()
	defer s.refreshing.mu.Unlock()
	s.refreshing.senders[run] = senders
	if time.Since(s.refreshing.last) < refreshEvery {
		return nil
	}
	set, err := s.cfg.Store.GetSettings(ctx)
	if err != nil {
		return nil // the ledger says that the store does not answer
	}
	elsewhere, err := s.sendersElsewhere(ctx)
	if err != nil {
		return nil
	}
	began := time.Now()
	holds, err := s.cfg.Store.FindHolds(ctx)
	if err != nil {
		return nil
	}
	s.refreshing.last = time.Now()
	s.pacer.set(set.Pace.Over(s.cfg.Pace), s.refreshing.among(elsewhere))
	s.lanes.set(s.pacer.mine().Providers, holds, began)
	s.grow()
	s.pokeLedger()
	return holds
}

// sendersElsewhere are those who have shards of runs this process does not work on: a command sees only its own.
func (s *sender) sendersElsewhere(ctx context.Context) (nodes []string, err error) {
	runs, err := s.cfg.Store.FindRunsIn(ctx, campaign.Sending)
	for _, r := range runs {
		if s.refreshing.senders[r.ID] != nil {
			continue
		}
		leases, err := s.cfg.Store.FindLeases(ctx, shardLeases(r.ID))
		if err != nil {
			return nil, err
		}
		for _, l := range leases {
			if l.Owner != "" {
				nodes = append(nodes, l.Owner)
			}
		}
	}
	return nodes, err
}

// providerSpoke acts on what a message's outcome says about its provider: a refusal of us by policy holds what else goes
// there, and a message that is taken ends a hold.
func (s *sender) providerSpoke(ctx context.Context, j *job, o campaign.Outcome) (until time.Time) {
	switch {
	case o.Policy:
		ctx, cancel := atLast(ctx)
		defer cancel()
		h, err := s.cfg.Store.HoldProvider(ctx, j.provider, j.conductor.run.ID, o.Answer, int64(o.Code), s.cfg.Retries)
		if err != nil {
			s.cfg.Logger.Error("cannot hold back mail to a provider that refuses us", "provider", j.provider, "error", err)
			return time.Time{}
		}
		s.lanes.hold(h)
		s.cfg.Logger.Error("a provider refuses our mail, what goes to it is held back", "provider", j.provider, "code", o.Code, "until", h.Until)
		return h.Until
	case j.trial && (o.Result == campaign.ResultAccepted || o.Code != 0 && !o.OurFault):
		ctx, cancel := atLast(ctx)
		defer cancel()
		if s.lanes.release(j.provider) {
			s.cfg.Logger.Info("a provider takes our mail again", "provider", j.provider)
		}
		if err := s.cfg.Store.ReleaseHold(ctx, j.provider); err != nil {
			s.cfg.Logger.Error("cannot end the hold of a provider", "provider", j.provider, "error", err)
		}
	}
	return time.Time{}
}
