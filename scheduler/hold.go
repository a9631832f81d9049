package scheduler

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

type holdStore interface {
	HoldProvider(ctx context.Context, provider, run, why string, code int64, waits []time.Duration) (campaign.Hold, error)
	ReleaseHold(ctx context.Context, provider string) error
}

// providers holds back mail to providers that refuse us, and releases it.
type providers struct {
	store   holdStore
	lanes   *lanes
	retries []time.Duration
	logger  *slog.Logger
}

// hold holds a provider for an answer to a run's message and returns until when.
func (p *providers) hold(ctx context.Context, provider, run, answer string, code int) (time.Time, error) {
	h, err := p.store.HoldProvider(ctx, provider, run, answer, int64(code), p.retries)
	if err != nil {
		return time.Time{}, err
	}
	p.lanes.hold(h)
	p.logger.Error("a provider refuses our mail, what goes to it is held back", "provider", provider, "code", code, "until", h.Until)
	return h.Until, nil
}

// heard acts on what a message's outcome says about its provider: a refusal of us by policy holds what else goes there, and
// a trial that is taken ends a hold. It returns until when the provider is held by that.
func (p *providers) heard(ctx context.Context, j *job, o campaign.Outcome) time.Time {
	taken := j.trial && (o.Result == campaign.ResultAccepted || o.Code != 0 && !o.OurFault)
	if !o.Policy && !taken {
		return time.Time{}
	}
	ctx, cancel := atLast(ctx)
	defer cancel()
	if o.Policy {
		until, err := p.hold(ctx, j.provider, j.delivery.Run, o.Answer, o.Code)
		if err != nil {
			p.logger.Error("cannot hold back mail to a provider that refuses us", "provider", j.provider, "error", err)
		}
		return until
	}
	if p.lanes.release(j.provider) {
		p.logger.Info("a provider takes our mail again", "provider", j.provider)
	}
	if err := p.store.ReleaseHold(ctx, j.provider); err != nil {
		p.logger.Error("cannot end the hold of a provider", "provider", j.provider, "error", err)
	}
	return time.Time{}
}

// refreshEvery is how often what people set while messages go out is read again.
const refreshEvery = 500 * time.Millisecond

type settingsStore interface {
	GetSettings(ctx context.Context) (campaign.Settings, error)
	FindHolds(ctx context.Context) ([]campaign.Hold, error)
	RecoverLimits(ctx context.Context) ([]campaign.LearnedLimit, error)
	FindRunsIn(ctx context.Context, states ...campaign.State) ([]campaign.Run, error)
	FindLeases(ctx context.Context, prefix string) ([]store.Lease, error)
}

// refresher reads pace and holds again, once for all runs of this process.
type refresher struct {
	store  settingsStore
	sender *sender
	pace   campaign.Pace // where the team has set none
	zone   *time.Location

	mu      sync.Mutex // guards what follows
	last    time.Time
	senders map[string][]string // by run, the processes that have shards of it: they share the pace
}

// sharing is how many processes have a part of any run; elsewhere are those of runs this process has nothing to do with.
func (r *refresher) sharing(elsewhere []string) int {
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

// refresh takes over what people have set, and what other processes found out about providers; senders are those that have
// shards of a run. It returns the holds, or nil when they were read a moment ago.
func (r *refresher) refresh(ctx context.Context, run string, senders []string) []campaign.Hold {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.senders[run] = senders
	if time.Since(r.last) < refreshEvery {
		return nil
	}
	holds, err := r.read(ctx)
	if err != nil {
		return nil // the ledger says that the store does not answer
	}
	return holds
}

// read does that; the caller holds the lock.
func (r *refresher) read(ctx context.Context) ([]campaign.Hold, error) {
	set, err := r.store.GetSettings(ctx)
	if err != nil {
		return nil, err
	}
	runs, err := r.store.FindRunsIn(ctx, campaign.Sending)
	if err != nil {
		return nil, err
	}
	elsewhere, err := r.sendersElsewhere(ctx, runs)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	holds, err := r.store.FindHolds(ctx)
	if err != nil {
		return nil, err
	}
	learned, err := r.store.RecoverLimits(ctx)
	if err != nil {
		return nil, err
	}
	r.last = time.Now()
	r.sender.sendingRules.Store(rulesOf(&set, r.zone, &r.sender.zones, runs))
	sharing := r.sharing(elsewhere)
	r.sender.pacer.set(set.Pace.Over(r.pace), sharing)
	for i := range learned {
		learned[i].PerSecond /= float64(max(1, sharing))
	}
	r.sender.lanes.set(r.sender.pacer.mine().Providers, learned, holds, began)
	if err := r.sender.warming.save(ctx); err != nil {
		return nil, err
	}
	r.sender.grow()
	r.sender.lookAgain()
	return holds, r.sender.directory.readLanes(ctx)
}

// sendersElsewhere are the processes that have shards of runs this process does not work on: a command sees only its own.
func (r *refresher) sendersElsewhere(ctx context.Context, runs []campaign.Run) (nodes []string, err error) {
	for _, run := range runs {
		if r.senders[run.ID] != nil {
			continue
		}
		leases, err := r.store.FindLeases(ctx, shardLeases(run.ID))
		if err != nil {
			return nil, err
		}
		for _, l := range leases {
			if l.Owner != "" {
				nodes = append(nodes, l.Owner)
			}
		}
	}
	return nodes, nil
}

// readRules reads what the team has set, and what is known of providers, before a run of this process begins.
func (r *refresher) readRules(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, err := r.read(ctx)
	return err
}
