package scheduler

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// TestCrashAtAnyMoment lets processes die in the middle of sending, again and again: their work is cut off without a word
// to the store, as by kill -9. Nobody may be lost, nobody may get two, and what is interrupted is bounded.
func TestCrashAtAnyMoment(t *testing.T) {
	t.Parallel()
	const contacts, connections = 600, 4
	f := newFixture(t, contacts)
	run := f.startRun()
	p := newMailServer(connections)
	crashes := 0
	for crashes < 6 {
		dead := &crashing{}
		st := f.openCrashing(dead)
		s := f.scheduler(p, func(c *setup) {
			c.Store, c.Node, c.LeaseTTL, c.Poll, c.Grace, c.Records = st, campaign.NewID(time.Now()), 600*time.Millisecond, 20*time.Millisecond, time.Millisecond, time.Millisecond
		})
		from, at := p.count(), 17+13*crashes
		p.onTaken = func(n int) {
			if n == from+at {
				dead.dead.Store(true) // from here on the store hears nothing more from this process
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.SendRun(ctx, run.ID) }()
		waitFor(t, func() bool { return dead.dead.Load() || len(ended) > 0 })
		cancel()
		<-ended
		crashes++
	}
	p.onTaken = nil
	must(t, f.scheduler(p, func(c *setup) { c.Node, c.LeaseTTL = "last", 600*time.Millisecond }).SendRun(t.Context(), run.ID))
	states := f.states(run.ID)
	interrupted := int(states[campaign.Interrupted])
	if states[campaign.Accepted]+states[campaign.Interrupted] != contacts || len(p.twice()) > 0 {
		t.Errorf("states %v, twice %v", states, p.twice())
	}
	if interrupted > 2*connections*crashes {
		t.Errorf("%d interrupted by %d crashes of %d connections", interrupted, crashes, connections)
	}
	if missing := contacts - p.count(); missing > interrupted {
		t.Errorf("%d got nothing, only %d are listed as interrupted", missing, interrupted)
	}
	t.Logf("%d interrupted, %d of them had arrived", interrupted, p.count()-int(states[campaign.Accepted]))
}

// crashing is an engine whose process can die: then every write fails and nothing reaches the store.
type crashing struct {
	document.Engine
	dead atomic.Bool
	away atomic.Bool // the store cannot be written for a while
}

func (f *fixture) openCrashing(m *crashing) *store.Store {
	f.t.Helper()
	m.Engine = f.engine()
	s, err := store.New(context.Background(), m, campaign.NewSigner("test"), f.now)
	must(f.t, err)
	return s
}

func (m *crashing) gone() error {
	if m.dead.Load() {
		return context.Canceled
	}
	if m.away.Load() {
		return errCut
	}
	return nil
}

func (m *crashing) Bulk(ctx context.Context, c *document.Collection, ops []document.Op) (int64, error) {
	if err := m.gone(); err != nil {
		return 0, err
	}
	return m.Engine.Bulk(ctx, c, ops)
}

func (m *crashing) Update(ctx context.Context, c *document.Collection, f document.Filter, change document.Change) (int64, error) {
	if err := m.gone(); err != nil {
		return 0, err
	}
	return m.Engine.Update(ctx, c, f, change)
}

func (m *crashing) Replace(ctx context.Context, c *document.Collection, doc any, version int64) error {
	if err := m.gone(); err != nil {
		return err
	}
	return m.Engine.Replace(ctx, c, doc, version)
}
