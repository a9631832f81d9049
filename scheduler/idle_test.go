package scheduler

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// asked counts what a store's engine is asked of deliveries and runs, and of leases, which a run looks at once a poll.
type asked struct {
	document.Engine
	deliveries, leases, runs atomic.Int64
}

func (a *asked) Find(ctx context.Context, c *document.Collection, q document.Query, into any) error {
	a.note(c)
	return a.Engine.Find(ctx, c, q, into)
}

func (a *asked) Get(ctx context.Context, c *document.Collection, id string, into any) error {
	defer a.note(c)
	return a.Engine.Get(ctx, c, id, into)
}

func (a *asked) GroupCount(ctx context.Context, c *document.Collection, f document.Filter, fields ...string) (map[string]int64, error) {
	a.note(c)
	return a.Engine.GroupCount(ctx, c, f, fields...)
}

func (a *asked) Count(ctx context.Context, c *document.Collection, f document.Filter) (int64, error) {
	a.note(c)
	return a.Engine.Count(ctx, c, f)
}

func (a *asked) Update(ctx context.Context, c *document.Collection, f document.Filter, change document.Change) (int64, error) {
	a.note(c)
	return a.Engine.Update(ctx, c, f, change)
}

func (a *asked) note(c *document.Collection) {
	switch c.Name {
	case "deliveries":
		a.deliveries.Add(1)
	case "leases":
		a.leases.Add(1)
	case "runs":
		a.runs.Add(1)
	}
}

// A run in which everything was put off asks next to nothing until the first goes again: over fifty polls no delivery is read or
// counted. Then everybody is written to, once.
func TestWaitingRunRests(t *testing.T) {
	t.Parallel()
	rests := func(t *testing.T, address string) {
		f := newFixtureOn(t, 40, address)
		run := f.startRun()
		p := newMailServer(3)
		p.refuse = func(_ string, try int) campaign.Outcome {
			if try > 1 {
				return campaign.Outcome{}
			}
			return campaign.Outcome{Result: campaign.ResultLater, Code: 451, Answer: "451 4.7.1 greylisted, try again"}
		}
		counting := &asked{Engine: f.engine()}
		st, err := store.New(t.Context(), counting, campaign.NewSigner("test"), f.now)
		must(t, err)
		s := f.scheduler(p, func(c *setup) {
			c.Store, c.Poll, c.Retries = st, 10*time.Millisecond, []time.Duration{time.Hour, time.Hour}
		})
		f.runUntil(s, func() bool {
			if f.states(run.ID)[campaign.Deferred] < 40 {
				return false
			}
			polls := func(n int64) {
				until := counting.leases.Load() + n
				waitFor(t, func() bool { return counting.leases.Load() >= until })
			}
			polls(20) // so long it may find out that there is nothing to do
			before := counting.deliveries.Load()
			polls(50)
			if n := counting.deliveries.Load() - before; n > 10 { // a slow server may see a minute pass, in which it looks once
				t.Errorf("a run that waits asked %d times about deliveries in fifty polls", n)
			}
			f.step(2 * time.Hour)
			waitFor(t, func() bool {
				r, err := f.store.Runs.GetRun(context.Background(), run.ID)
				return err == nil && r.State == campaign.Sent
			})
			return true
		})
		if n := f.states(run.ID)[campaign.Accepted]; n != 40 || p.count() != 40 || len(p.twice()) > 0 {
			t.Errorf("%d are sent, the server took %d", n, p.count())
		}
	}
	t.Run("sqlite", func(t *testing.T) { rests(t, "") })
	t.Run("mongodb", func(t *testing.T) { rests(t, onMongoDB(t)) })
}

// What people decide, and what another process does by hand, ends the rest at once.
func TestWaitingRunIsStirred(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 20)
	run := f.startRun()
	p := newMailServer(2)
	p.refuse = func(_ string, try int) campaign.Outcome {
		switch try {
		case 1:
			return campaign.Outcome{Result: campaign.ResultLater, Code: 451, Answer: "451 4.7.1 greylisted, try again"}
		}
		return campaign.Outcome{}
	}
	s := f.scheduler(p, func(c *setup) { c.Poll, c.Retries = 10*time.Millisecond, []time.Duration{time.Hour, time.Hour} })
	other := f.open()
	f.runUntil(s, func() bool {
		ctx := context.Background()
		if f.states(run.ID)[campaign.Deferred] < 20 {
			return false
		}
		ds, _, err := other.Deliveries.FindDeliveries(ctx, run.ID, campaign.Deferred, store.Page{Limit: 5})
		must(t, err)
		var ids []string
		for _, d := range ds {
			ids = append(ids, d.ID)
		}
		must(t, other.Deliveries.Drop(ctx, ids, campaign.Failed, "by hand"))
		n, err := other.Sending.Resend(ctx, run.ID, campaign.Failed)
		if err != nil || n != 5 {
			t.Errorf("%d are sent again: %v", n, err)
		}
		waitFor(t, func() bool { return p.count() == 5 })
		return true
	})
}

// A run that rests, since all that is left of it was put off by a provider who refuses us, is paused all the same when that lasts too
// long. Nobody has failed.
func TestRestingRunIsPaused(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 0)
	f.addAt("gmail.com", 1)
	f.addAt("example.org", 5)
	run := f.startRun()
	p := newMailServer(2)
	p.refuse = func(to string, _ int) campaign.Outcome {
		if strings.HasSuffix(to, "@gmail.com") {
			return campaign.Outcome{Result: campaign.ResultLater, Code: 421, OurFault: true, Policy: true, Answer: "4.7.28 unusual rate"}
		}
		return campaign.Outcome{}
	}
	counting := &asked{Engine: f.engine()}
	st, err := store.New(t.Context(), counting, campaign.NewSigner("test"), f.now)
	must(t, err)
	s := f.scheduler(p, func(c *setup) {
		c.Store, c.Poll, c.Retries = st, 10*time.Millisecond, []time.Duration{30 * 24 * time.Hour, time.Hour}
	})
	f.runUntil(s, func() bool {
		if states := f.states(run.ID); states[campaign.Deferred] != 1 || states[campaign.Accepted] != 5 {
			return false
		}
		until := counting.leases.Load() + 30
		waitFor(t, func() bool { return counting.leases.Load() >= until })
		before := counting.deliveries.Load()
		until += 50
		waitFor(t, func() bool { return counting.leases.Load() >= until })
		if n := counting.deliveries.Load() - before; n > 15 {
			t.Errorf("a run that waits for a provider asked %d times about deliveries in fifty polls", n)
		}
		f.step(31 * 24 * time.Hour)
		waitFor(t, func() bool {
			c, err := f.store.Campaigns.GetCampaign(context.Background(), f.campaign.ID)
			return err == nil && c.State == campaign.PausedRun && strings.Contains(c.Note, "unusual rate")
		})
		return true
	})
	if states := f.states(run.ID); states[campaign.Failed] > 0 {
		t.Errorf("%v", states)
	}
}

// What changes while the store is asked whether a run only waits is not overlooked.
func TestChangedMeanwhile(t *testing.T) {
	t.Parallel()
	p := newPending("run", 2)
	p.beQuiet(p.changesSoFar())
	if !p.isQuiet() {
		t.Error("nothing has changed, and it is not quiet")
	}
	changes := p.changesSoFar()
	p.wakeShards([]string{"run.01.x"})
	p.beQuiet(changes)
	if p.isQuiet() || p.takeDirty(0) || !p.takeDirty(1) || p.takeDirty(1) || len(p.more) != 1 {
		t.Error("a shard was woken meanwhile, and the run is quiet")
	}
}

// TestOutageIsToldOnce lets every loop of the scheduler that asks the store fail again and again.
func TestOutageIsToldOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 1)
	log := &lockedLog{}
	s := f.scheduler(newMailServer(1), func(c *setup) { c.Logger = slog.New(slog.NewTextHandler(log, nil)) })
	must(t, f.store.Close(t.Context()))
	for range 100 {
		s.bulks.takeUp(t.Context())
		s.clock.finishErasures(t.Context())
		s.clock.mendHalves(t.Context())
		s.clock.warmRuns(t.Context())
		s.clock.keepCounts(t.Context())
		s.fireDigest(t.Context())
		s.clock.sweep(t.Context())
		s.clock.retain(t.Context())
		s.tick(t.Context(), t.Context())
	}
	if n := strings.Count(log.String(), "\n"); n != 1 {
		t.Errorf("an outage is told %d times:\n%.2000s", n, log)
	}
}
