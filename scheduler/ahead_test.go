package scheduler

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

func (p *mailServer) announced() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ahead
}

// TestStopGivesTheAnnouncedBack stops a run while one message is on the wire and the envelope of the next has gone out.
func TestStopGivesTheAnnouncedBack(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 10)
	run := f.startRun()
	p := newMailServer(1)
	p.gate = make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.scheduler(p, nil).SendRun(ctx, run.ID) }()
	waitFor(t, func() bool { return p.announced() == 1 })
	cancel()
	p.gate <- struct{}{}
	<-ended
	states := f.states(run.ID)
	if states[campaign.Accepted] != 1 || states[campaign.Queued] != 9 || len(states) != 2 {
		t.Errorf("after the stop: %v", states)
	}
	p.gate = nil
	must(t, f.scheduler(p, nil).SendRun(t.Context(), run.ID))
	if p.count() != 10 || len(p.twice()) > 0 {
		t.Errorf("taken %d, twice %v", p.count(), p.twice())
	}
}

// TestBrokenConnectionLeavesTheAnnouncedToAnother breaks connections after the dot while the next is announced on them.
func TestBrokenConnectionLeavesTheAnnouncedToAnother(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 200)
	run := f.startRun()
	p := newMailServer(3)
	p.refuse = func(to string, try int) campaign.Outcome {
		if strings.HasSuffix(to, "7@example.org") {
			return campaign.Outcome{Result: campaign.ResultUnknown, OurFault: true, Answer: "the connection broke"}
		}
		return campaign.Outcome{}
	}
	must(t, f.scheduler(p, nil).SendRun(t.Context(), run.ID))
	states := f.states(run.ID)
	if states[campaign.Accepted] != 180 || states[campaign.Interrupted] != 20 || p.count() != 200 || len(p.twice()) > 0 {
		t.Errorf("states %v, taken %d, twice %v", states, p.count(), p.twice())
	}
}

// TestPaceIsKeptAndCanBeChanged sends one message, since the next would have to wait for days; then somebody thinks again.
func TestPaceIsKeptAndCanBeChanged(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 50)
	ctx := t.Context()
	run := f.startRun()
	p := newMailServer(2)
	s := f.scheduler(p, func(c *setup) { c.Pace.PerSecond = 1e-6 })
	ended := make(chan error, 1)
	go func() { ended <- s.SendRun(ctx, run.ID) }()
	waitFor(t, func() bool {
		g, err := f.store.Progress.GetProgress(ctx, run.ID)
		return err == nil && g.Taken == 1 && g.Limit == 2
	})
	if p.count() != 1 || p.announced() != 0 {
		t.Errorf("taken %d, %d of them announced ahead", p.count(), p.announced())
	}
	_, err := f.store.Settings.UpdateSettings(ctx, func(set *campaign.Settings) error {
		set.Pace = campaign.Pace{PerSecond: 25, Connections: 4} // slow enough for the new connections to have a part
		return nil
	})
	must(t, err)
	must(t, <-ended)
	if p.count() != 50 || len(p.twice()) > 0 || p.opened < 3 {
		t.Errorf("taken %d, twice %v, over %d connections", p.count(), p.twice(), p.opened)
	}
}

// TestServerThatLimitsMessagesPerConnection costs nobody a try or a wait.
func TestServerThatLimitsMessagesPerConnection(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 100)
	run := f.startRun()
	p := newMailServer(2)
	p.atMost = 7
	must(t, f.scheduler(p, func(c *setup) { c.Retries = []time.Duration{time.Hour} }).SendRun(t.Context(), run.ID))
	if states := f.states(run.ID); states[campaign.Accepted] != 100 || p.count() != 100 || len(p.twice()) > 0 {
		t.Errorf("states %v, taken %d, twice %v", states, p.count(), p.twice())
	}
}
