package scheduler

import (
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// addAt puts n more readers at a domain on the press list.
func (f *fixture) addAt(domain string, n int) {
	f.addReaders(n, "reader%03d@"+domain)
}

// takenAt counts the messages taken for a domain.
func (p *mailServer) takenAt(domain string) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for to, times := range p.taken {
		if strings.HasSuffix(to, "@"+domain) {
			n += times
		}
	}
	return n
}

// TestLimitedProviderHoldsNobodyUp: one message to Gmail may leave and the next in days; the others do not wait for it,
// however many of Gmail's stand before them, and few of these are in memory.
func TestLimitedProviderHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 0)
	f.addAt("outlook.com", 150)
	f.addAt("hotmail.com", 150)
	f.addAt("example.org", 250)
	run := f.startRun()
	p := newMailServer(3)
	s := f.scheduler(p, func(c *setup) {
		c.Pace.Providers = []campaign.ProviderLimit{{Provider: "outlook.com", PerSecond: 1e-6}}
	})
	ctx := t.Context()
	ended := make(chan error, 1)
	go func() { ended <- s.SendRun(ctx, run.ID) }()
	waitFor(t, func() bool {
		return p.takenAt("example.org") == 250 && p.takenAt("outlook.com")+p.takenAt("hotmail.com") == 1
	})
	s.sender.lanes.mu.Lock()
	if n := s.sender.lanes.lanes["outlook.com"].inMemory; n > laneMost {
		t.Errorf("%d messages to one provider are in memory", n)
	}
	s.sender.lanes.mu.Unlock()
	_, err := f.store.Settings.UpdateSettings(ctx, func(set *campaign.Settings) error {
		set.Pace.Providers = []campaign.ProviderLimit{{Provider: "outlook.com", PerSecond: 5000}}
		return nil
	})
	must(t, err)
	must(t, <-ended)
	if states := f.states(run.ID); p.count() != 550 || len(p.twice()) > 0 || states[campaign.Accepted] != 550 {
		t.Errorf("taken %d, twice %v, %v", p.count(), p.twice(), states)
	}
}

// TestSlowProviderOutlivesConnections: its messages are so far apart that every connection is closed in between.
func TestSlowProviderOutlivesConnections(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 0)
	f.addAt("outlook.com", 8)
	run := f.startRun()
	p := newMailServer(3)
	s := f.scheduler(p, func(c *setup) {
		c.Pace.Providers = []campaign.ProviderLimit{{Provider: "outlook.com", PerSecond: 8}}
	})
	s.sender.keepAlive = 20 * time.Millisecond
	must(t, s.SendRun(t.Context(), run.ID))
	if states := f.states(run.ID); states[campaign.Accepted] != 8 {
		t.Errorf("%v", states)
	}
}

// TestProviderConnectionsAreLimited never has more messages to a provider on the wire than it may.
func TestProviderConnectionsAreLimited(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 0)
	f.addAt("yahoo.com", 60)
	f.addAt("example.org", 60)
	run := f.startRun()
	p := newMailServer(6)
	p.refuse = func(to string, _ int) campaign.Outcome {
		p.mu.Lock()
		defer p.mu.Unlock()
		if strings.HasSuffix(to, "@yahoo.com") {
			p.now++
			p.most = max(p.most, p.now)
		}
		return campaign.Outcome{}
	}
	p.check = func(m campaign.Message) {
		for range 100 { // so that others are on the wire at the same time
			runtime.Gosched()
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		if strings.HasSuffix(m.To, "@yahoo.com") {
			p.now--
		}
	}
	s := f.scheduler(p, func(c *setup) { c.Pace.Providers = []campaign.ProviderLimit{{Provider: "yahoo.com", Connections: 2}} })
	must(t, s.SendRun(t.Context(), run.ID))
	if p.most > 2 || p.count() != 120 || len(p.twice()) > 0 {
		t.Errorf("%d at the same time, %d taken", p.most, p.count())
	}
}

// TestPolicyRefusalHoldsTheProvider: a provider that refuses us gets no more until it takes the message of a trial, no
// contact suffers for it, and others get theirs.
func TestPolicyRefusalHoldsTheProvider(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 0)
	f.addAt("gmail.com", 120)
	f.addAt("example.org", 80)
	run := f.startRun()
	p := newMailServer(3)
	mended := make(chan struct{})
	p.refuse = func(to string, _ int) campaign.Outcome {
		select {
		case <-mended:
		default:
			if strings.HasSuffix(to, "@gmail.com") {
				return campaign.Outcome{Result: campaign.ResultRefused, Code: 550, Enhanced: "5.7.26", OurFault: true, Policy: true, Answer: "5.7.26 unauthenticated"}
			}
		}
		return campaign.Outcome{}
	}
	s := f.scheduler(p, func(c *setup) {
		c.Retries = []time.Duration{time.Hour, time.Hour, time.Hour}
	})
	ctx := t.Context()
	ended := make(chan error, 1)
	go func() { ended <- s.SendRun(ctx, run.ID) }()
	waitFor(t, func() bool { return p.takenAt("example.org") == 80 })
	holds, err := f.store.Holds.FindHolds(ctx)
	must(t, err)
	if len(holds) != 1 || holds[0].ID != "gmail.com" || holds[0].Why != "5.7.26 unauthenticated" || holds[0].Run != run.ID || holds[0].Until.Before(time.Now().Add(30*time.Minute)) {
		t.Fatalf("%+v", holds)
	}
	states := f.states(run.ID)
	if tried := p.triedAt("gmail.com"); tried > 2*p.connections || states[campaign.Failed] != 0 || states[campaign.Deferred] != int64(tried) {
		t.Errorf("%d were tried, %v", tried, states)
	}
	tried := p.triedAt("gmail.com")
	f.tryHold()
	waitFor(t, func() bool {
		holds, err := f.store.Holds.FindHolds(ctx)
		return err == nil && len(holds) == 1 && holds[0].Refused == 2
	})
	if again := p.triedAt("gmail.com"); again != tried+1 {
		t.Errorf("a trial cost %d messages", again-tried)
	}
	close(mended)
	f.tryHold()
	waitFor(t, func() bool { return p.takenAt("gmail.com") == 120 }) // those that had an hour to wait among them
	holds, err = f.store.Holds.FindHolds(ctx)
	must(t, err)
	if len(holds) > 0 {
		t.Errorf("still held: %+v", holds)
	}
	must(t, <-ended)
	for i := range 120 {
		c, err := f.store.Contacts.GetContactByAddress(ctx, fmt.Sprintf("reader%03d@gmail.com", i))
		if err != nil || c.Status != campaign.Active {
			t.Fatalf("%s is %s, %v", c.Email, c.Status, err)
		}
	}
}

// TestTryingWhatIsPutOff: a provider all of whose messages were tried, and wait for their hour, is tried when a person says so.
func TestTryingWhatIsPutOff(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 0)
	f.addAt("gmail.com", 1)
	run := f.startRun()
	p := newMailServer(2)
	var mended atomic.Bool
	p.refuse = func(string, int) campaign.Outcome {
		if mended.Load() {
			return campaign.Outcome{}
		}
		return campaign.Outcome{Result: campaign.ResultLater, Code: 421, Enhanced: "4.7.28", OurFault: true, Policy: true, Answer: "4.7.28 unusual rate"}
	}
	s := f.scheduler(p, func(c *setup) { c.Retries = []time.Duration{time.Hour, time.Hour} })
	ended := make(chan error, 1)
	go func() { ended <- s.SendRun(t.Context(), run.ID) }()
	waitFor(t, func() bool { return f.states(run.ID)[campaign.Deferred] == 1 })
	mended.Store(true)
	f.tryHold()
	must(t, <-ended)
	if states := f.states(run.ID); states[campaign.Accepted] != 1 || len(p.twice()) > 0 {
		t.Errorf("%v, twice %v", states, p.twice())
	}
}

// TestHeldForTooLongIsPaused: a run of which only deliveries are left that a provider has refused for as long as deliveries are
// tried is paused. Nobody has failed, and all get theirs when it goes on.
func TestHeldForTooLongIsPaused(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 0)
	f.addAt("gmail.com", 40)
	f.addAt("example.org", 5)
	run := f.startRun()
	p := newMailServer(2)
	var mended atomic.Bool
	p.refuse = func(to string, _ int) campaign.Outcome {
		if strings.HasSuffix(to, "@gmail.com") && !mended.Load() {
			return campaign.Outcome{Result: campaign.ResultLater, Code: 421, Enhanced: "4.7.28", OurFault: true, Policy: true, Answer: "4.7.28 unusual rate"}
		}
		return campaign.Outcome{}
	}
	s := f.scheduler(p, func(c *setup) { c.Retries = []time.Duration{50 * time.Millisecond, 50 * time.Millisecond} })
	ended := make(chan error, 1)
	go func() { ended <- s.SendRun(t.Context(), run.ID) }()
	waitFor(t, func() bool {
		holds, err := f.store.Holds.FindHolds(t.Context())
		return err == nil && len(holds) == 1 && p.takenAt("example.org") == 5
	})
	f.step(2 * heldAtLeast)
	must(t, <-ended)
	states := f.states(run.ID)
	if states[campaign.Failed] != 0 || states[campaign.Accepted] != 5 || p.triedAt("gmail.com") > 20 {
		t.Errorf("%v, %d tries", states, p.triedAt("gmail.com"))
	}
	if c, err := f.store.Campaigns.GetCampaign(t.Context(), f.campaign.ID); err != nil || c.State != campaign.PausedRun || !strings.Contains(c.Note, "gmail.com has taken no mail") || !strings.Contains(c.Note, "4.7.28 unusual rate") {
		t.Errorf("%s: %q, %v", c.State, c.Note, err)
	}
	mended.Store(true)
	must(t, f.store.Sending.ResumeCampaign(t.Context(), f.campaign.ID))
	must(t, s.SendRun(t.Context(), run.ID))
	if states := f.states(run.ID); states[campaign.Accepted] != 45 || len(p.twice()) > 0 {
		t.Errorf("mended: %v, twice %v", states, p.twice())
	}
}

func (f *fixture) tryHold() {
	f.t.Helper()
	_, err := f.store.Holds.TryHold(f.t.Context(), "gmail.com")
	must(f.t, err)
}

func (p *mailServer) triedAt(domain string) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for to, times := range p.tries {
		if strings.HasSuffix(to, "@"+domain) {
			n += times
		}
	}
	return n
}
