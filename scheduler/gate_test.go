package scheduler

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/glasnik/glasnik/campaign"
)

// letters notes which contact got a message when, by the fixture's clock.
type letters struct {
	f  *fixture
	mu sync.Mutex
	at map[string][]time.Time
	in []string // addresses in the order of the messages
}

func (f *fixture) noting(p *mailServer) *letters {
	l := &letters{f: f, at: map[string][]time.Time{}}
	p.check = func(m campaign.Message) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.at[m.To] = append(l.at[m.To], f.now())
		l.in = append(l.in, m.To)
	}
	return l
}

func (f *fixture) set(change func(*campaign.Settings)) {
	f.t.Helper()
	_, err := f.store.Settings.UpdateSettings(f.t.Context(), func(s *campaign.Settings) error { change(s); return nil })
	must(f.t, err)
}

// change changes the fixture's campaign before it leaves.
func (f *fixture) change(fn func(*campaign.Campaign)) {
	f.t.Helper()
	c, err := f.store.Campaigns.UpdateCampaign(f.t.Context(), f.campaign.ID, func(c *campaign.Campaign) error { fn(c); return nil })
	must(f.t, err)
	f.campaign = c
}

// addIn puts readers of a time zone on the press list.
func (f *fixture) addIn(n int, zone, address string, more func(*campaign.Contact)) {
	f.t.Helper()
	for i := range n {
		c := campaign.Contact{Email: fmt.Sprintf(address, i), Kind: campaign.Journalist, Zone: zone}
		c.Subscribe(campaign.Membership{List: f.list.ID, Status: campaign.Subscribed, Basis: campaign.LegitimateInterest}, false)
		if more != nil {
			more(&c)
		}
		must(f.t, f.store.Contacts.CreateContact(f.t.Context(), &c))
	}
}

// settled waits until all of a run is in some states, and none in others.
func (f *fixture) become(run string, want map[campaign.DeliveryState]int64) {
	f.t.Helper()
	waitFor(f.t, func() bool {
		got := f.states(run)
		for state, n := range want {
			if got[state] != n {
				return false
			}
		}
		return true
	})
}

// Readers get a campaign in its hours at their own time, wherever they are: no message leaves outside them, also on the day on
// which the clocks change, and none twice.
func TestHoursAtTheReadersOwnTime(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 0)
	f.set(func(s *campaign.Settings) { s.Zone = "Europe/Belgrade" })
	f.addIn(6, "", "belgrade%d@example.org", nil)
	f.addIn(5, "Pacific/Auckland", "auckland%d@example.org", nil)
	f.addIn(4, "", "paris%d@example.org", func(c *campaign.Contact) { c.Attributes = map[string]string{"Pays": "France"} })
	f.addIn(3, "America/New_York", "york%d@example.org", nil)
	f.change(func(c *campaign.Campaign) {
		c.Window = campaign.Window{Hours: campaign.Hours{From: "08:00", Until: "18:00"}}
	})
	belgrade, err := time.LoadLocation("Europe/Belgrade")
	must(t, err)
	at := func(wall string) time.Time {
		at, err := time.ParseInLocation("2006-01-02 15:04", wall, belgrade)
		must(t, err)
		return at.UTC()
	}
	f.setClock(at("2026-03-28 20:00")) // the night before summer time
	p := newMailServer(2)
	l := f.noting(p)
	run := f.startRun()
	s := f.scheduler(p, func(c *setup) { c.Poll = 10 * time.Millisecond })
	f.runUntil(s, func() bool {
		f.become(run.ID, map[campaign.DeliveryState]int64{campaign.Timed: 10, campaign.Accepted: 8}) // 08:00 in Auckland, 15:00 in New York
		f.setClock(at("2026-03-29 07:59"))
		f.become(run.ID, map[campaign.DeliveryState]int64{campaign.Timed: 10})
		f.setClock(at("2026-03-29 08:00"))
		f.become(run.ID, map[campaign.DeliveryState]int64{campaign.Accepted: 18})
		return true
	})
	zones := campaign.Zones{}
	for to, times := range l.at {
		zone := zones.Of(map[byte]string{'b': "Europe/Belgrade", 'a': "Pacific/Auckland", 'p': "Europe/Paris", 'y': "America/New_York"}[to[0]], nil)
		if hour := times[0].In(zone).Hour(); len(times) != 1 || hour < 8 || hour >= 18 {
			t.Errorf("%s got it at %s", to, times[0].In(zone))
		}
	}
	r, err := f.store.Runs.GetRun(t.Context(), run.ID)
	if must(t, err); r.State != campaign.Sent && r.State != campaign.Sending {
		t.Errorf("the run is %s", r.State)
	}
}

// What has not left when the hours end waits for the next day; a campaign that is stopped and goes on keeps to them, and one that
// is cancelled leaves out whoever waits.
func TestHoursEndAndStops(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 30)
	f.change(func(c *campaign.Campaign) {
		c.Window = campaign.Window{Hours: campaign.Hours{From: "08:00", Until: "18:00"}, Spread: 4}
	})
	f.setClock(time.Date(2026, 10, 14, 16, 0, 0, 0, time.UTC))
	p := newMailServer(2)
	l := f.noting(p)
	run := f.startRun()
	s := f.scheduler(p, func(c *setup) { c.Poll = 10 * time.Millisecond })
	var sent int64
	f.runUntil(s, func() bool {
		waitFor(t, func() bool { return f.states(run.ID)[campaign.Timed] == 30 })
		for hour := 1; hour < 36; hour++ {
			now := time.Date(2026, 10, 14, 16+hour, 0, 0, 0, time.UTC)
			f.setClock(now)
			if hour == 17 { // 09:00 on the next day
				must(t, f.store.Sending.PauseCampaign(context.Background(), f.campaign.ID, ""))
				f.setClock(now.Add(30 * time.Minute))
				must(t, f.store.Sending.ResumeCampaign(context.Background(), f.campaign.ID))
			}
			due := now.Add(-time.Minute)
			waitFor(t, func() bool {
				next, err := f.store.Deliveries.NextDeferred(context.Background(), run.ID)
				must(t, err)
				open := now.Hour() >= 8 && now.Hour() < 18
				if states := f.states(run.ID); states[campaign.Timed]+states[campaign.Accepted] != 30 {
					return false // some are on their way
				}
				return next.IsZero() || next.After(due) || !open
			})
			if sent = f.states(run.ID)[campaign.Accepted]; sent > 20 {
				must(t, f.store.Sending.CancelCampaign(context.Background(), f.campaign.ID))
				return true
			}
		}
		return true
	})
	for to, times := range l.at {
		if hour := times[0].Hour(); len(times) != 1 || hour < 8 || hour >= 18 {
			t.Errorf("%s got it at %v", to, times)
		}
	}
	states := f.states(run.ID)
	if states[campaign.Accepted]+states[campaign.Skipped] != 30 || sent < 21 || states[campaign.Skipped] == 0 {
		t.Errorf("%d had left when it was cancelled: %v", sent, states)
	}
}

// In the quiet hours nothing leaves to readers; what they have just asked for does.
func TestQuietHours(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 10)
	f.set(func(s *campaign.Settings) { s.Quiet = campaign.Hours{From: "21:00", Until: "07:00"} })
	f.addIn(5, "Asia/Tokyo", "tokyo%d@example.org", nil)
	f.setClock(time.Date(2026, 10, 14, 23, 0, 0, 0, time.UTC)) // 08:00 in Tokyo
	p := newMailServer(2)
	run := f.startRun()
	s := f.scheduler(p, func(c *setup) { c.Poll = 10 * time.Millisecond })
	f.runUntil(s, func() bool {
		f.become(run.ID, map[campaign.DeliveryState]int64{campaign.Timed: 10, campaign.Accepted: 5})
		f.setClock(time.Date(2026, 10, 15, 7, 0, 0, 0, time.UTC))
		f.become(run.ID, map[campaign.DeliveryState]int64{campaign.Accepted: 15})
		return true
	})
	if len(p.twice()) > 0 {
		t.Errorf("%v got two", p.twice())
	}
	for _, trigger := range []campaign.Trigger{campaign.TriggerNotice, campaign.TriggerTest} {
		if g := s.sender.newGate(&campaign.Run{Trigger: trigger}, nil); g != nil {
			t.Errorf("mails of the kind %s wait", trigger)
		}
	}
}

// Two campaigns at once never give a reader more than the ceiling; the one of a higher priority goes first, and what is over it
// waits until the week has room.
func TestCeilingOverCampaigns(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, address string) {
		all := underCeiling(address)
		onCeiling(t, newFixtureOn(t, int(all), address), 1, false, func(f *fixture, low, high string) {
			f.become(high, map[campaign.DeliveryState]int64{campaign.Accepted: all})
			f.become(low, map[campaign.DeliveryState]int64{campaign.Timed: all})
			f.setClock(f.now().Add(7*24*time.Hour - time.Minute))
			f.become(low, map[campaign.DeliveryState]int64{campaign.Timed: all})
			f.setClock(f.now().Add(2 * time.Minute))
			f.become(low, map[campaign.DeliveryState]int64{campaign.Accepted: all})
		})
	})
}

// underCeiling is how many readers these tests have.
func underCeiling(address string) int64 {
	if address != "" { // the tests' stand-in is slow
		return 4
	}
	return 60
}

func TestOverTheCeilingIsLeftOut(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, address string) {
		all := underCeiling(address)
		onCeiling(t, newFixtureOn(t, int(all), address), 1, true, func(f *fixture, low, high string) {
			f.become(high, map[campaign.DeliveryState]int64{campaign.Accepted: all})
			f.become(low, map[campaign.DeliveryState]int64{campaign.Skipped: all})
			reasons, err := f.store.Recipients.CountReasons(context.Background(), low, campaign.Skipped)
			if must(f.t, err); len(reasons) != 1 || reasons[0].Reason != campaign.OverCeiling {
				f.t.Errorf("left out for %v", reasons)
			}
		})
	})
}

// Two processes that share both campaigns give no reader more than one would.
func TestCeilingInTwoProcesses(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, address string) {
		onCeiling(t, newFixtureOn(t, 20, address), 2, true, func(f *fixture, low, high string) {
			waitFor(f.t, func() bool {
				a, b := f.states(low), f.states(high)
				return a[campaign.Accepted]+b[campaign.Accepted] == 20 && a[campaign.Skipped]+b[campaign.Skipped] == 20
			})
		})
	})
}

func onCeiling(t *testing.T, f *fixture, processes int, drop bool, then func(f *fixture, low, high string)) {
	f.set(func(s *campaign.Settings) { s.Ceiling = campaign.Ceiling{PerWeek: 1, Drop: drop} })
	f.setClock(time.Date(2026, 10, 14, 9, 0, 0, 0, time.UTC))
	f.change(func(c *campaign.Campaign) { c.Priority = campaign.Low })
	low := f.startRun()
	other := f.campaign
	other.ID, other.Name, other.Priority, other.State, other.LastRun = "", "Urgent matters", campaign.High, campaign.Draft, ""
	must(t, f.store.Campaigns.CreateCampaign(t.Context(), &other))
	f.campaign = other
	high := f.startRun()
	poll := 10 * time.Millisecond
	if f.address != "" { // the tests' stand-in is slow
		poll = 200 * time.Millisecond
	}
	p := newMailServer(4)
	s := f.scheduler(p, func(c *setup) { c.Poll = poll })
	ctx, cancel := context.WithCancel(t.Context())
	var others sync.WaitGroup
	for i := range processes - 1 {
		o := f.scheduler(p, func(c *setup) { c.Poll, c.Node, c.Store = poll, fmt.Sprintf("other%d", i), f.open() })
		others.Go(func() { must(t, o.Run(ctx)) })
	}
	f.runUntil(s, func() bool { then(f, low.ID, high.ID); return true })
	cancel()
	others.Wait()
	for to, n := range p.twice() {
		if drop {
			t.Errorf("%v: %v", to, n)
		}
	}
}

// All languages leave at once: mixed, also where the lists have one after the other, and not at all while a version is older than
// its source.
func TestAllLanguagesAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 0)
	f.addIn(50, "", "sr%02d@example.org", func(c *campaign.Contact) { c.Language = campaign.SerbianLatin })
	f.addIn(50, "", "en%02d@example.org", func(c *campaign.Contact) { c.Language = campaign.English })
	f.change(func(c *campaign.Campaign) { c.Together = true })
	p := newMailServer(1)
	l := f.noting(p)
	run := f.startRun()
	must(t, f.scheduler(p, nil).SendRun(t.Context(), run.ID))
	first := l.in[:50]
	serbian := len(slices.DeleteFunc(slices.Clone(first), func(to string) bool { return to[:2] != "sr" }))
	if len(l.in) != 100 || serbian < 12 || serbian > 38 {
		t.Errorf("of the first 50 of %d messages %d are Serbian", len(l.in), serbian)
	}
}

// A version that is older than its source when its time has come keeps all of them back, and says which.
func TestOutdatedVersionKeepsAllLanguagesBack(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 2)
	nine := instant(t, "2026-12-01T09:00:00Z")
	f.setClock(nine.Add(-time.Hour))
	_, err := f.store.Releases.UpdateRelease(t.Context(), f.campaign.Release, func(r *campaign.Release) error {
		r.Source = campaign.English
		r.Versions = slices.Clone(r.Versions)
		r.In(campaign.SerbianLatin).SourceAt, r.In(campaign.English).UpdatedAt = f.now().Add(-time.Hour), f.now()
		return nil
	})
	must(t, err)
	f.change(func(c *campaign.Campaign) { c.Together = true })
	f.schedule(campaign.Schedule{Kind: campaign.Once, Wall: "2026-12-01T09:00"})
	f.setClock(nine.Add(time.Second))
	p := newMailServer(1)
	s := f.scheduler(p, nil)
	f.runUntil(s, f.settled(s))
	if c := f.reload(); p.count() > 0 || c.State != campaign.Draft || !strings.Contains(c.Note, "older than the one it was translated from") {
		t.Errorf("%d messages, %s, note %q", p.count(), c.State, c.Note)
	}
}

// A process dies again and again while a campaign is spread over an hour, also while it is planned: nobody is lost, nobody gets two.
func TestCrashInTheMiddleOfAWindow(t *testing.T) {
	t.Parallel()
	const contacts, connections = 300, 2
	f := newFixture(t, contacts)
	f.change(func(c *campaign.Campaign) { c.Window = campaign.Window{Spread: 1} })
	run := f.startRun()
	p := newMailServer(connections)
	for crash := range 4 {
		f.step(12 * time.Minute)
		dead := &crashing{}
		st := f.openCrashing(dead)
		s := f.scheduler(p, func(c *setup) {
			c.Store, c.Node, c.LeaseTTL, c.Poll, c.Grace, c.Records = st, campaign.NewID(time.Now()), 600*time.Millisecond, 20*time.Millisecond, time.Millisecond, time.Millisecond
		})
		from := p.count()
		p.onTaken = func(n int) {
			if n == from+10+crash {
				dead.dead.Store(true)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.SendRun(ctx, run.ID) }()
		waitFor(t, func() bool { return dead.dead.Load() || len(ended) > 0 })
		cancel()
		<-ended
	}
	p.onTaken = nil
	f.step(time.Hour)
	must(t, f.scheduler(p, func(c *setup) { c.Node, c.LeaseTTL = "last", 600*time.Millisecond }).SendRun(t.Context(), run.ID))
	states := f.states(run.ID)
	if states[campaign.Accepted]+states[campaign.Interrupted] != contacts || len(p.twice()) > 0 {
		t.Errorf("states %v, twice %v", states, p.twice())
	}
	if missing := contacts - p.count(); missing > int(states[campaign.Interrupted]) {
		t.Errorf("%d got nothing, %d are listed as interrupted", missing, states[campaign.Interrupted])
	}
}
