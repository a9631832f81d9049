package scheduler

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

func always() bool { return true }

// TestCircuit goes once through its whole life by a clock of its own.
func TestCircuit(t *testing.T) {
	t.Parallel()
	clock := time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC)
	c := &circuit{now: func() time.Time { return clock }}
	enter := func(ctx context.Context) (trial, ok bool) { return c.enter(ctx, nil, always) }
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	state := func() campaign.ServerState {
		var s campaign.ServerState
		c.describe(&s)
		return s
	}
	for range failedMessages - 1 {
		if c.failed("554 relay access denied", true, false) {
			t.Fatal("opened too early")
		}
	}
	c.taken()
	for range failedMessages - 1 {
		c.connected() // the server ends the connection with each refusal
		c.failed("554 relay access denied", true, false)
	}
	c.connected()
	if !c.closed() {
		t.Fatal("one taken in between did not count")
	}
	if !c.failed("554 relay access denied", true, false) || c.closed() || state().Circuit != campaign.CircuitOpen || state().Why != "554 relay access denied" {
		t.Fatalf("%+v", state())
	}
	if _, ok := enter(ended); ok {
		t.Error("entered while open")
	}
	rest := state().Until.Sub(clock)
	clock = clock.Add(2 * firstBackoff)
	if trial, ok := enter(ended); !trial || !ok || state().Circuit != campaign.CircuitTrying {
		t.Errorf("its time has come: %v %v", trial, ok)
	}
	if _, ok := enter(ended); ok {
		t.Error("a second one tries")
	}
	c.connected()
	if c.closed() {
		t.Error("messages were refused, and a connection was enough")
	}
	if c.failed("554 relay access denied", true, false) || state().Until.Sub(clock) < rest*6/5 { // what was told once is not news
		t.Errorf("the wait does not grow: %v after %v", state().Until.Sub(clock), rest)
	}
	clock = clock.Add(lastBackoff)
	enter(ended)
	c.untried()
	if trial, ok := enter(ended); !trial || !ok {
		t.Error("after a trial without a message nobody may try")
	}
	entered := make(chan bool, 1)
	go func() {
		trial, ok := enter(t.Context())
		entered <- !trial && ok
	}()
	c.taken()
	if !<-entered || !c.closed() || state().Why != "" {
		t.Errorf("not closed: %+v", state())
	}
	if !c.failed("the password is wrong", false, true) {
		t.Error("what must be mended is tried again and again")
	}
	for range 40 {
		clock = clock.Add(2 * lastBackoff)
		enter(ended)
		c.failed("again", false, false)
	}
	if wait := state().Until.Sub(clock); wait > lastBackoff*6/5 || wait < lastBackoff*4/5 {
		t.Errorf("rests for %v", wait)
	}
}

// TestServerThatRefusesEverythingIsLeftAlone: nobody fails for it, and all go when the server has come to
// its senses, which nobody has to tell us.
func TestServerThatRefusesEverythingIsLeftAlone(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 60)
	run := f.startRun()
	p := newMailServer(3)
	mended := make(chan struct{})
	p.refuse = func(string, int) campaign.Outcome {
		select {
		case <-mended:
			return campaign.Outcome{}
		default:
			return campaign.Outcome{Result: campaign.ResultRefused, Code: 550, OurFault: true, Answer: "550 5.7.1 you may not send"}
		}
	}
	s := f.scheduler(p, nil)
	ended := make(chan error, 1)
	go func() { ended <- s.SendRun(t.Context(), run.ID) }()
	waitFor(t, func() bool {
		g, err := f.store.Progress.GetProgress(t.Context(), run.ID)
		return err == nil && strings.Contains(g.Trouble, "you may not send") && g.Servers[0].Circuit != campaign.CircuitClosed
	})
	close(mended)
	must(t, <-ended)
	states := f.states(run.ID)
	if states[campaign.Accepted] != 60 || len(p.twice()) > 0 {
		t.Errorf("%v, twice %v", states, p.twice())
	}
}

// TestOneBadServerNeverBlocksTheOthers sends over two servers of which one cannot be reached, and then over two of which
// one refuses everything for now.
func TestOneBadServerNeverBlocksTheOthers(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*mailServer){
		"down": func(p *mailServer) { p.setDown(errors.New("connection refused")) },
		"refuses": func(p *mailServer) {
			p.refuse = func(string, int) campaign.Outcome {
				return campaign.Outcome{Result: campaign.ResultLater, Code: 451, OurFault: true, Answer: "451 4.3.5 misconfigured"}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, 80)
			run := f.startRun()
			bad, good := newMailServer(2), newMailServer(2)
			spoil(bad)
			reached := make(chan struct{}) // before that the good one takes nothing, or it would take all
			bad.reached = sync.OnceFunc(func() { close(reached) })
			good.refuse = func(string, int) campaign.Outcome { <-reached; return campaign.Outcome{} }
			s := f.scheduler(good, func(c *setup) {
				c.Others = []Mail{bad}
				c.Retries = slices.Repeat([]time.Duration{time.Millisecond}, 20)
			})
			must(t, s.SendRun(t.Context(), run.ID))
			if states := f.states(run.ID); states[campaign.Accepted] != 80 || good.count() != 80 {
				t.Errorf("%v, %d taken", states, good.count())
			}
			if name == "refuses" && !bad.triedFew() {
				t.Errorf("the bad server was tried %d times", len(bad.tries))
			}
		})
	}
}

// triedFew reports whether a server that refuses everything was left alone.
func (p *mailServer) triedFew() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, times := range p.tries {
		n += times
	}
	return n > 0 && n <= 3*failedMessages
}
