package scheduler

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// namedServer is a mail server of another name.
type namedServer struct {
	*mailServer
	name string
}

func (p namedServer) Name() string { return p.name }

// takenFrom are the domains a server took mail to.
func (p *mailServer) takenFrom() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := map[string]int{}
	for to, n := range p.taken {
		out[campaign.Domain(to)] += n
	}
	return out
}

// routed sends a run over two servers, and returns the run.
func routed(t *testing.T, f *fixture, first, second *mailServer, routes map[string]Route, change func(*setup)) campaign.Run {
	t.Helper()
	run := f.startRun()
	s := f.scheduler(first, func(c *setup) {
		c.Mail, c.Others, c.Routes = namedServer{first, "first.example:25"}, []Mail{namedServer{second, "second.example:25"}}, routes
		if change != nil {
			change(c)
		}
	})
	must(t, s.SendRun(t.Context(), run.ID))
	for to, n := range first.taken {
		if second.taken[to]+n > 1 {
			t.Errorf("%s got %d messages", to, second.taken[to]+n)
		}
	}
	return run
}

// TestWeights: each server gets its part, even though one is connected to later than the other.
func TestWeights(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 400)
	first, second := newMailServer(3), newMailServer(3)
	run := routed(t, f, first, second, map[string]Route{"first.example:25": {Weight: 3}, "second.example:25": {Weight: 1}}, nil)
	if first.count() < 290 || first.count() > 310 || first.count()+second.count() != 400 || f.states(run.ID)[campaign.Accepted] != 400 {
		t.Errorf("%d and %d", first.count(), second.count())
	}
	ds, _, err := f.store.Deliveries.FindDeliveries(t.Context(), run.ID, "", campaignPage())
	must(t, err)
	for _, d := range ds {
		if by := map[bool]string{true: "first.example:25", false: "second.example:25"}[first.taken[d.Email] > 0]; d.Server != by {
			t.Fatalf("%s went over %s, and is noted as given to %q", d.Email, by, d.Server)
		}
	}
}

// TestRoutes: what a server names goes over it alone, by the domain or by the provider the DNS tells; all else over the other.
func TestRoutes(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 40)
	for _, domain := range []string{"gmail.com", "hosted.rs", "single.rs", "else.rs"} {
		f.addAt(domain, 40)
	}
	_, err := f.store.Providers.SaveMailDomain(t.Context(), "hosted.rs", "gmail.com")
	must(t, err)
	first, second := newMailServer(2), newMailServer(2)
	routed(t, f, first, second, map[string]Route{"second.example:25": {Takes: []string{"gmail.com", "single.rs"}}}, func(c *setup) {
		c.ProviderOf = func(_ context.Context, domain string) (string, error) { return domain, nil }
	})
	if got := second.takenFrom(); got["gmail.com"] != 40 || got["single.rs"] != 40 || got["example.org"]+got["else.rs"] != 0 {
		t.Errorf("the second took %v", got)
	}
	if first.count()+second.count() != 200 {
		t.Errorf("%d and %d", first.count(), second.count())
	}
}

// TestFailOver: where the server of a provider is down, or the provider refuses us there, the other takes its mail, once.
func TestFailOver(t *testing.T) {
	t.Parallel()
	routes := map[string]Route{"second.example:25": {Takes: []string{"gmail.com"}}}
	for name, spoil := range map[string]func(*mailServer){
		"down": func(p *mailServer) { p.setDown(errors.New("connection refused")) },
		"refused": func(p *mailServer) {
			p.refuse = func(string, int) campaign.Outcome {
				return campaign.Outcome{Result: campaign.ResultRefused, Code: 550, OurFault: true, Policy: true, Answer: "550 5.7.1 blocked by a list"}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, 20)
			f.addAt("gmail.com", 40)
			first, second := newMailServer(2), newMailServer(2)
			spoil(second)
			run := routed(t, f, first, second, routes, func(c *setup) { c.Retries = []time.Duration{time.Hour, time.Hour} })
			if first.count() != 60 || second.count() != 0 || f.states(run.ID)[campaign.Accepted] != 60 {
				t.Errorf("%d and %d, %v", first.count(), second.count(), f.states(run.ID))
			}
			holds, err := f.store.Holds.FindHolds(t.Context())
			must(t, err)
			if len(holds) > 0 {
				t.Errorf("held: %+v", holds)
			}
		})
	}
}

// TestGivenToOneServerAlone: a server breaks off after the dot. What it may have taken is interrupted, and never given to the other.
func TestGivenToOneServerAlone(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 60)
	first, second := newMailServer(2), newMailServer(2)
	second.refuse = func(string, int) campaign.Outcome {
		return campaign.Outcome{Result: campaign.ResultUnknown, Answer: "the connection broke after the dot"}
	}
	run := routed(t, f, first, second, map[string]Route{"first.example:25": {Weight: 1}, "second.example:25": {Weight: 1}}, nil)
	states := f.states(run.ID)
	if int(states[campaign.Interrupted]) != second.count() || int(states[campaign.Accepted]) != first.count() || first.count()+second.count() != 60 || second.count() < 20 {
		t.Errorf("%d and %d, %v", first.count(), second.count(), states)
	}
}

// TestProviderByMX: domains whose mail one hoster takes share its hold; they are looked up while the audience is planned, once each, and
// those about which the DNS says nothing go by their text.
func TestProviderByMX(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 10)
	var asked atomic.Int64
	ask := func(_ context.Context, domain string) (string, error) {
		asked.Add(1)
		switch {
		case strings.HasPrefix(domain, "client"):
			return "hoster.rs", nil
		case domain == "silent.rs":
			return "", errors.New("no answer")
		}
		return domain, nil
	}
	for i := range 3 {
		f.addAt(fmt.Sprintf("client%d.rs", i), 12)
	}
	f.addAt("silent.rs", 5)
	warm := f.scheduler(newMailServer(1), func(c *setup) { c.ProviderOf = ask })
	_, stop := warm.sender.start(t.Context())
	must(t, warm.sender.directory.meet(t.Context(), slices.Values([]string{"client0.rs", "client1.rs", "client2.rs", "silent.rs", "gmail.com"})))
	waitFor(t, func() bool {
		d := warm.sender.directory
		d.mu.Lock()
		defer d.mu.Unlock()
		return len(d.known) == 4 && len(d.wanted) == 0
	})
	if got := warm.sender.directory.of("silent.rs"); got != "silent.rs" || warm.sender.directory.of("gmail.com") != "gmail.com" {
		t.Errorf("silent.rs is of %s", got)
	}
	stop()
	asked.Store(0)
	p := newMailServer(2)
	var mended atomic.Bool
	p.refuse = func(to string, _ int) campaign.Outcome {
		if strings.Contains(to, "@client") && !mended.Load() {
			return campaign.Outcome{Result: campaign.ResultRefused, Code: 550, Enhanced: "5.7.1", OurFault: true, Policy: true, Answer: "5.7.1 your network is blocked"}
		}
		return campaign.Outcome{}
	}
	run := f.startRun()
	_, err := f.store.Holds.HoldProvider(t.Context(), "hoster.rs", run.ID, "5.7.1 your network is blocked", 550, []time.Duration{time.Hour})
	must(t, err)
	s := f.scheduler(p, func(c *setup) { c.ProviderOf, c.Retries = ask, []time.Duration{time.Hour, time.Hour} })
	ended := make(chan error, 1)
	go func() { ended <- s.SendRun(t.Context(), run.ID) }()
	waitFor(t, func() bool { return p.takenAt("example.org") == 10 && p.takenAt("silent.rs") == 5 })
	holds, err := f.store.Holds.FindHolds(t.Context())
	must(t, err)
	if len(holds) != 1 || holds[0].ID != "hoster.rs" {
		t.Errorf("held: %+v", holds)
	}
	mended.Store(true)
	_, err = f.store.Holds.TryHold(t.Context(), "hoster.rs")
	must(t, err)
	must(t, <-ended)
	if states := f.states(run.ID); states[campaign.Accepted] != 51 || len(p.twice()) > 0 {
		t.Errorf("%v, twice %v", states, p.twice())
	}
	if n := asked.Load(); n > 2 { // example.org, and what the DNS said nothing of
		t.Errorf("the DNS was asked %d times about what is stored", n)
	}
}

// TestLearnedLimits: a provider that asks for less gets less over that server, keeps it over a restart, and gets more again.
func TestLearnedLimits(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 5)
	f.addAt("slow.rs", 30)
	f.addAt("grey.rs", 10)
	run := f.startRun()
	p := newMailServer(2)
	var less atomic.Bool
	less.Store(true)
	p.refuse = func(to string, try int) campaign.Outcome {
		switch {
		case strings.HasSuffix(to, "@slow.rs") && less.Load():
			return campaign.Outcome{Result: campaign.ResultLater, Code: 450, Enhanced: "4.7.0", Answer: "450 4.7.0 too much mail from " + to}
		case strings.HasSuffix(to, "@grey.rs") && try == 1:
			return campaign.Outcome{Result: campaign.ResultLater, Code: 450, Enhanced: "4.7.1", Answer: "450 4.7.1 Greylisted, try again"}
		}
		return campaign.Outcome{}
	}
	s := f.scheduler(p, func(c *setup) { c.Retries = []time.Duration{time.Hour, time.Hour} })
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.SendRun(ctx, run.ID) }()
	var learned []campaign.LearnedLimit
	waitFor(t, func() bool {
		var err error
		learned, err = f.store.Providers.FindLearnedLimits(t.Context())
		return err == nil && len(learned) > 0 && p.takenAt("example.org") == 5
	})
	stop()
	<-ended
	if l := learned[0]; len(learned) != 1 || l.Provider != "slow.rs" || l.Server != "post.example:25" || l.PerSecond <= 0 || l.Code != 450 || strings.Contains(l.Why, "@") {
		t.Fatalf("%+v", learned)
	}
	less.Store(false)
	f.step(2 * time.Hour) // the steps back up are over, and everybody is due
	must(t, f.scheduler(p, nil).SendRun(t.Context(), run.ID))
	learned, err := f.store.Providers.FindLearnedLimits(t.Context())
	must(t, err)
	if states := f.states(run.ID); len(learned) > 0 || states[campaign.Accepted] != 45 || len(p.twice()) > 0 {
		t.Errorf("%+v, %v, twice %v", learned, states, p.twice())
	}
}

// TestLearner counts answers on a clock of its own.
func TestLearner(t *testing.T) {
	t.Parallel()
	clock := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	l := &learner{now: func() time.Time { return clock }, seen: map[refusalAt]*traffic{}}
	key := refusalAt{"gmail.com", nil}
	for range 100 { // one in a hundred is no reason
		l.count(key, false)
	}
	for range 5 {
		if _, slow := l.count(key, true); slow {
			t.Error("five of a hundred slow a provider down")
		}
	}
	clock = clock.Add(10 * time.Second)
	var rate float64
	for i := range 10 {
		var slow bool
		if rate, slow = l.count(key, true); slow {
			break
		} else if i == 9 {
			t.Fatal("a tenth of the answers asks for less, and it is not slowed down")
		}
	}
	if rate < 9 || rate > 13 {
		t.Errorf("%v a second went there", rate)
	}
	for range 20 {
		if _, slow := l.count(key, true); slow {
			t.Error("what was under way teaches twice")
		}
	}
	clock = clock.Add(campaign.LearnedDownEvery)
	if _, slow := l.count(key, true); !slow {
		t.Error("it is not slowed down further")
	}
	limit := campaign.LearnedLimit{}
	if !limit.SlowDown(8, 421, "less", clock) || limit.PerSecond != 4 || limit.SlowDown(8, 421, "less", clock.Add(time.Second)) {
		t.Errorf("%+v", limit)
	}
	if limit.SlowDown(100, 421, "less", clock.Add(time.Minute)); limit.PerSecond != 2 {
		t.Errorf("%+v", limit)
	}
	steps := 0
	for at := clock.Add(time.Minute); ; steps++ {
		at = at.Add(campaign.LearnedUpEvery)
		if stepped, over := limit.Recover(at); over {
			break
		} else if !stepped || steps > 10 {
			t.Fatalf("after %d steps: %+v", steps, limit)
		}
		if stepped, _ := limit.Recover(at); stepped {
			t.Fatal("two steps at once")
		}
	}
	if steps != 5 {
		t.Errorf("%d steps from 2 to twice 8", steps+1)
	}
	for words, want := range map[string]bool{"421 4.7.0 try later": true, "450 4.7.1 Grey-listed": false, "450 4.2.1 receiving mail too quickly": false, "451 4.7.28 rate": true, "451 4.3.0 trouble": false, "550 5.7.1 no": false} {
		o := campaign.Outcome{Answer: words, Enhanced: strings.Fields(words)[1]}
		fmt.Sscan(words, &o.Code)
		if got := asksForLess(o); got != want {
			t.Errorf("%s: %v", words, got)
		}
	}
}
