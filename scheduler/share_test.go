package scheduler

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// node is one of several processes that share a store.
type node struct {
	name  string
	stop  context.CancelFunc
	ended chan error
}

func (f *fixture) node(p *mailServer, name string, change func(*setup)) *node {
	f.t.Helper()
	s := f.scheduler(p, func(c *setup) {
		c.Node, c.Poll, c.LeaseTTL = name, 20*time.Millisecond, 2*time.Second
		if change != nil {
			change(c)
		}
	})
	ctx, stop := context.WithCancel(context.Background())
	n := &node{name, stop, make(chan error, 1)}
	go func() { n.ended <- s.Run(ctx) }()
	s.Wake()
	f.t.Cleanup(stop)
	return n
}

// holders returns how many shards of a run each process holds.
func (f *fixture) holders(run string) map[string]int {
	ls, err := f.store.Leases.FindLeases(context.Background(), leasesOf(run))
	must(f.t, err)
	held := map[string]int{}
	for _, l := range ls {
		if strings.HasPrefix(l.ID, leasesOf(run)+"send/") && l.Owner != "" {
			held[l.Owner]++
		}
	}
	return held
}

func (f *fixture) heldAs(run string, want map[string]int) func() bool {
	return func() bool { return fmt.Sprint(f.holders(run)) == fmt.Sprint(want) }
}

func TestLateComersGetTheirShare(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 800)
	run := f.startRun()
	_, err := f.store.Runs.UpdateRun(t.Context(), run.ID, func(r *campaign.Run) error { // as many as a store with a server gives it
		r.Shards = 8
		return nil
	})
	must(t, err)
	p := newMailServer(2)
	p.gate = make(chan struct{})
	first := f.node(p, "a", nil)
	waitFor(t, f.heldAs(run.ID, map[string]int{"a": 8}))
	others := []*node{f.node(p, "b", nil)}
	waitFor(t, f.passing(p, f.heldAs(run.ID, map[string]int{"a": 4, "b": 4})))
	others = append(others, f.node(p, "c", nil), f.node(p, "d", nil))
	waitFor(t, f.passing(p, f.heldAs(run.ID, map[string]int{"a": 2, "b": 2, "c": 2, "d": 2})))
	others[0].stop()
	waitFor(t, f.passing(p, func() bool { return len(others[0].ended) == 1 }))
	waitFor(t, f.passing(p, f.heldAs(run.ID, map[string]int{"a": 3, "c": 3, "d": 2})))
	close(p.gate)
	waitFor(t, func() bool {
		r, err := f.store.Runs.GetRun(context.Background(), run.ID)
		return err == nil && r.State == campaign.Sent
	})
	first.stop()
	states := f.states(run.ID)
	if states[campaign.Accepted] != 800 || len(states) != 1 || p.count() != 800 || len(p.twice()) > 0 {
		t.Errorf("states %v, taken %d, twice %v", states, p.count(), p.twice())
	}
}

// passing lets one message after another go until a condition holds: what is in hand has to be settled before a shard
// changes hands.
func (f *fixture) passing(p *mailServer, holds func() bool) func() bool {
	return func() bool {
		for range 5 {
			select {
			case p.gate <- struct{}{}:
			default:
			}
		}
		return holds()
	}
}

// TestEndedProcessIsNotWaitedFor takes over from a process that is known to be dead, however long leases last.
func TestEndedProcessIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 300)
	run := f.startRun()
	p := newMailServer(2)
	m := &crashing{}
	st := f.openCrashing(m)
	p.onTaken = func(n int) {
		if n == 50 {
			m.dead.Store(true)
		}
	}
	long := func(c *setup) {
		c.LeaseTTL, c.Grace, c.Records = time.Hour, time.Millisecond, time.Millisecond
		c.Ended = func(name string) bool { return name == "killed" && m.dead.Load() }
	}
	killed := f.node(p, "killed", func(c *setup) { long(c); c.Store = st })
	waitFor(t, m.dead.Load)
	killed.stop()
	<-killed.ended
	next := f.node(p, "next", long)
	defer next.stop()
	waitFor(t, func() bool {
		r, err := f.store.Runs.GetRun(context.Background(), run.ID)
		return err == nil && r.State == campaign.Sent
	})
	states := f.states(run.ID)
	if states[campaign.Accepted]+states[campaign.Interrupted] != 300 || states[campaign.Interrupted] > 4 || len(p.twice()) > 0 {
		t.Errorf("states %v, twice %v", states, p.twice())
	}
}

// cutOff is an engine whose connection to the store can be cut, or, as with a full disk, which cannot write.
type cutOff struct {
	document.Engine
	cut       atomic.Bool
	readsWork bool
	instead   document.Engine // writes while it is cut; nil for an error
}

var errCut = errors.New("connection refused")

func (c *cutOff) err() error {
	if c.cut.Load() {
		return errCut
	}
	return nil
}

// writer returns what is to write.
func (c *cutOff) writer() (document.Engine, error) {
	if c.cut.Load() && c.instead != nil {
		return c.instead, nil
	}
	return c.Engine, c.err()
}

func (c *cutOff) Bulk(ctx context.Context, of *document.Collection, ops []document.Op) (int64, error) {
	e, err := c.writer()
	if err != nil {
		return 0, err
	}
	return e.Bulk(ctx, of, ops)
}

func (c *cutOff) InsertNew(ctx context.Context, of *document.Collection, docs ...any) (int64, error) {
	e, err := c.writer()
	if err != nil {
		return 0, err
	}
	return e.InsertNew(ctx, of, docs...)
}

func (c *cutOff) Update(ctx context.Context, of *document.Collection, f document.Filter, change document.Change) (int64, error) {
	e, err := c.writer()
	if err != nil {
		return 0, err
	}
	return e.Update(ctx, of, f, change)
}

func (c *cutOff) Replace(ctx context.Context, of *document.Collection, doc any, version int64) error {
	e, err := c.writer()
	if err != nil {
		return err
	}
	return e.Replace(ctx, of, doc, version)
}

func (c *cutOff) Upsert(ctx context.Context, of *document.Collection, doc any) error {
	e, err := c.writer()
	if err != nil {
		return err
	}
	return e.Upsert(ctx, of, doc)
}

func (c *cutOff) Find(ctx context.Context, of *document.Collection, q document.Query, into any) error {
	if err := c.err(); err != nil && !c.readsWork {
		return err
	}
	return c.Engine.Find(ctx, of, q, into)
}

func (c *cutOff) Get(ctx context.Context, of *document.Collection, id string, into any) error {
	if err := c.err(); err != nil && !c.readsWork {
		return err
	}
	return c.Engine.Get(ctx, of, id, into)
}

// TestFencedOutProcess cuts a process off from the store while messages are on its wire, for longer than its lease lasts.
// It sends nothing more, and what it says about these messages when it is back is refused: another has taken over.
func TestFencedOutProcess(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 300)
	run := f.startRun()
	stalled, swift := newMailServer(2), newMailServer(2)
	stalled.gate = make(chan struct{})
	engine := &cutOff{Engine: f.engine()}
	st, err := store.New(t.Context(), engine, campaign.NewSigner("test"), f.now)
	must(t, err)
	short := func(c *setup) { c.LeaseTTL = 300 * time.Millisecond }
	cut := f.node(stalled, "cut", func(c *setup) { short(c); c.Store = st })
	waitFor(t, func() bool { return f.states(run.ID)[campaign.InFlight] == 4 && stalled.announced() == 2 })
	engine.cut.Store(true)
	f.node(swift, "swift", short)
	waitFor(t, func() bool {
		r, err := f.store.Runs.GetRun(context.Background(), run.ID)
		return err == nil && r.State == campaign.Sent
	})
	for range 2 { // the two whose dots were still to come
		stalled.gate <- struct{}{}
	}
	engine.cut.Store(false)
	cut.stop()
	must(t, <-cut.ended)
	states := f.states(run.ID)
	if states[campaign.Interrupted] != 4 || states[campaign.Accepted] != 296 || swift.count() != 296 || stalled.count() != 0 {
		t.Errorf("states %v; %d by the one that took over, %d by the one that was cut off", states, swift.count(), stalled.count())
	}
}

// TestClockSteps sets the clock forward and back by hours while two processes send.
func TestClockSteps(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 400)
	f.setClock(time.Now())
	run := f.startRun()
	p := newMailServer(3)
	steps := []time.Duration{3 * time.Hour, -9 * time.Hour, 30 * time.Hour, -time.Hour}
	var mu sync.Mutex
	p.onTaken = func(n int) {
		mu.Lock()
		defer mu.Unlock()
		if n%80 == 0 && len(steps) > 0 {
			f.setClock(f.now().Add(steps[0]))
			steps = steps[1:]
		}
	}
	p.refuse = func(to string, try int) campaign.Outcome {
		if try == 1 && strings.HasSuffix(to, "3@example.org") {
			return campaign.Outcome{Result: campaign.ResultLater, Code: 451, Answer: "451 later"}
		}
		return campaign.Outcome{}
	}
	retries := func(c *setup) { c.Retries = []time.Duration{10 * time.Minute, 10 * time.Minute} }
	other := f.open()
	nodes := []*node{f.node(p, "a", retries), f.node(p, "b", func(c *setup) { retries(c); c.Store = other })}
	waitFor(t, func() bool {
		if p.count() >= 360 {
			f.setClock(f.now().Add(time.Minute)) // so that what was put off last comes due
		}
		r, err := f.store.Runs.GetRun(context.Background(), run.ID)
		return err == nil && r.State == campaign.Sent
	})
	for _, n := range nodes {
		n.stop()
		must(t, <-n.ended)
	}
	states := f.states(run.ID)
	if states[campaign.Accepted] != 400 || len(states) != 1 || p.count() != 400 || len(p.twice()) > 0 || len(steps) > 0 {
		t.Errorf("states %v, taken %d, twice %v", states, p.count(), p.twice())
	}
}

// TestCopyDoesNotSend finds out in the middle of a run that the store may be a copy, and goes on when that is cleared up.
func TestCopyDoesNotSend(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 300)
	run := f.startRun()
	p := newMailServer(2)
	var doubted atomic.Bool
	p.onTaken = func(n int) {
		if n == 100 {
			doubted.Store(true)
		}
	}
	home := func(context.Context, bool) error {
		if doubted.Load() {
			return campaign.Errorf(campaign.Conflict, "this database is a copy")
		}
		return nil
	}
	f.node(p, "a", func(c *setup) { c.Home = home })
	waitFor(t, func() bool {
		s := f.states(run.ID)
		return doubted.Load() && s[campaign.InFlight] == 0 && len(f.holders(run.ID)) == 0
	})
	stopped := p.count()
	if err := f.scheduler(p, func(c *setup) { c.Home = home }).SendRun(t.Context(), run.ID); campaign.CodeOf(err) != campaign.Conflict {
		t.Errorf("a command that sends says %v", err)
	}
	if states := f.states(run.ID); p.count() != stopped || states[campaign.Interrupted] > 0 || states[campaign.Queued] != int64(300-stopped) {
		t.Errorf("%d messages, then %d; %v", stopped, p.count(), states)
	}
	doubted.Store(false)
	waitFor(t, func() bool {
		r, err := f.store.Runs.GetRun(context.Background(), run.ID)
		return err == nil && r.State == campaign.Sent
	})
	if p.count() != 300 || len(p.twice()) > 0 {
		t.Errorf("taken %d, twice %v", p.count(), p.twice())
	}
}

func TestFairParts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		shards, among int
		want          []int
	}{{16, 1, []int{16}}, {16, 3, []int{6, 5, 5}}, {16, 8, []int{2, 2, 2, 2, 2, 2, 2, 2}}, {1, 2, []int{1, 0}}, {5, 4, []int{2, 1, 1, 1}}} {
		var got []int
		for rank := range tt.among {
			got = append(got, fairPart(tt.shards, rank, tt.among))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%d shards among %d: %v, want %v", tt.shards, tt.among, got, tt.want)
		}
	}
}
