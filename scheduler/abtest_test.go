package scheduler

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store"
)

// armComposer writes the arm into each message, and refuses one that has none.
type armComposer struct{}

func (armComposer) Compose(context.Context, *edition.Edition) (Composition, error) {
	return armComposer{}, nil
}

func (armComposer) Message(buf []byte, d *campaign.Delivery, _ *campaign.Contact, _ string) (campaign.Message, error) {
	if d.Arm == "" {
		return campaign.Message{}, campaign.Errorf(campaign.Invalid, "no arm")
	}
	return campaign.Message{To: d.Email, Data: fmt.Appendf(buf, "%s arm %s.", d.ID, d.Arm)}, nil
}

// gotArms notes which arm each address got, and whether any got two messages.
type gotArms struct {
	mu  sync.Mutex
	arm map[string]string
	two []string
}

func notingArms(p *mailServer) *gotArms {
	g := &gotArms{arm: map[string]string{}}
	p.check = func(m campaign.Message) {
		_, arm, _ := strings.Cut(string(m.Data), " arm ")
		arm, _, _ = strings.Cut(arm, ".")
		g.mu.Lock()
		defer g.mu.Unlock()
		if _, twice := g.arm[m.To]; twice {
			g.two = append(g.two, m.To)
		}
		g.arm[m.To] = arm
	}
	return g
}

func (g *gotArms) counts() map[string]int {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := map[string]int{}
	for _, arm := range g.arm {
		out[arm]++
	}
	return out
}

var abTest = campaign.ABTest{
	Of: campaign.BySubject, Share: 20, Hours: 4, Unclear: campaign.FirstArm,
	Arms: []campaign.Arm{{Texts: campaign.Texts{campaign.English: "Another", campaign.SerbianLatin: "Drugi"}}},
}

func (f *fixture) startTested(t campaign.ABTest) campaign.Run {
	f.t.Helper()
	f.change(func(c *campaign.Campaign) { c.ABTest = &t })
	c, err := f.store.Sending.SendNow(f.t.Context(), f.campaign.ID, 0)
	must(f.t, err)
	r, err := f.store.Sending.StartRun(f.t.Context(), f.campaign.ID, campaign.Slot{At: c.NextAt}, campaign.TriggerHand,
		func(*campaign.Release) []campaign.Link { return []campaign.Link{{URL: "https://example.org/"}} })
	must(f.t, err)
	return r
}

// click records that readers of an arm clicked: people and machines.
func (f *fixture) click(run, arm string, people, machines int) {
	f.t.Helper()
	var es []*campaign.Event
	for i := range people + machines {
		verdict := campaign.Human
		if i >= people {
			verdict = campaign.Machine
		}
		reader := fmt.Sprintf("%s%d", arm, i)
		es = append(es, &campaign.Event{ID: campaign.EventID(run, campaign.Clicked, verdict, reader, 0), Run: run, Kind: campaign.Clicked, Verdict: verdict, Reader: reader, Arm: arm, At: f.now()})
	}
	must(f.t, f.store.Events.RecordEvents(f.t.Context(), es))
}

func (f *fixture) result(run string) campaign.ABResult {
	f.t.Helper()
	r, err := f.store.Runs.GetRun(context.Background(), run)
	must(f.t, err)
	if r.ABTest == nil {
		return campaign.ABResult{}
	}
	return *r.ABTest
}

// decisions are the entries of the audit log about tests.
func (f *fixture) decisions(run string) (out []string) {
	f.t.Helper()
	entries, _, err := f.store.Journal.FindJournal(context.Background(), store.JournalFilter{Kind: campaign.SendingEntry}, store.Page{Limit: 100})
	must(f.t, err)
	for _, e := range entries {
		if e.Object == "/runs/"+run {
			out = append(out, campaign.StoredText(e.Detail).String())
		}
	}
	return out
}

// A part of the readers gets an arm each; the others get, after a restart and hours, what was clicked more, in the same run, and each
// one message. Machines' clicks never count.
func TestABTestOverARestart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name             string
		test             func(*campaign.ABTest)
		peopleA, peopleB int
		machinesA        int
		choose           string // by a person
		others           string
		best             string
	}{
		{"the one clicked more", nil, 1, 25, 0, "", "=b", "b"},
		{"machines prove nothing", nil, 0, 2, 30, "", "=a", ""},
		{"a person decides", func(t *campaign.ABTest) { t.Unclear = campaign.AskPerson }, 3, 4, 0, "b", "=b", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, 401)
			f.setClock(time.Date(2030, 5, 6, 9, 0, 0, 0, time.UTC))
			test := abTest
			test.Share = 15
			if c.test != nil {
				c.test(&test)
			}
			p := newMailServer(2)
			g := notingArms(p)
			ana := campaign.User{Email: "ana@example.org", Name: "Ana", Role: campaign.Editor, Password: "none"}
			must(t, f.store.Users.CreateUser(t.Context(), &ana))
			f.change(func(c *campaign.Campaign) { c.Owner = ana.ID })
			run := f.startTested(test)
			quick := func(s *setup) { s.Poll, s.Composer = 10*time.Millisecond, armComposer{} }
			f.runUntil(f.scheduler(p, quick), func() bool {
				waitFor(t, func() bool { return !f.result(run.ID).TestedAt.IsZero() })
				return true
			})
			if got := g.counts(); got["a"] != 30 || got["b"] != 30 || len(got) != 2 {
				t.Fatalf("the test went to %v", got)
			}
			f.click(run.ID, "a", c.peopleA, c.machinesA)
			f.click(run.ID, "b", c.peopleB, 0)
			if left := f.result(run.ID); left.Arm != "" || !left.DecideAt.Equal(f.now().Add(4*time.Hour)) {
				t.Errorf("before its time: %+v", left)
			}
			f.setClock(f.now().Add(4 * time.Hour))
			f.runUntil(f.scheduler(p, quick), func() bool {
				if c.choose != "" {
					waitFor(t, func() bool { r := f.result(run.ID); return r.Waits() })
					if n := len(g.counts()); n != 2 {
						t.Errorf("some got another arm before it was decided: %v", g.counts())
					}
					_, err := f.store.ABTests.ChooseArm(t.Context(), run.ID, c.choose, "Ana")
					must(t, err)
					_, err = f.store.ABTests.ChooseArm(t.Context(), run.ID, "a", "Petar")
					if campaign.CodeOf(err) != campaign.Conflict {
						t.Errorf("a second choice: %v", err)
					}
				}
				f.become(run.ID, map[campaign.DeliveryState]int64{campaign.Accepted: 401})
				waitFor(t, func() bool {
					r, err := f.store.Runs.GetRun(context.Background(), run.ID)
					must(t, err)
					return r.State == campaign.Sent
				})
				return true
			})
			want := map[string]int{"a": 30, "b": 30, c.others: 341}
			if got := g.counts(); !maps.Equal(got, want) || len(g.two) > 0 {
				t.Errorf("they got %v, want %v; two messages: %v", got, want, g.two)
			}
			result := f.result(run.ID)
			if result.Best != c.best || result.Counts[1].Clicked != int64(c.peopleB) || result.Counts[0] != (campaign.ArmCount{Accepted: 30, Clicked: int64(c.peopleA)}) {
				t.Errorf("the result: %+v", result)
			}
			if log := f.decisions(run.ID); len(log) != 1 {
				t.Errorf("the audit log: %q", log)
			}
			told, _, _, err := f.store.Notices.FindNotices(t.Context(), store.Page{})
			must(t, err)
			if want := len(c.choose); len(told) != want || want > 0 && told[0].Kind != campaign.TeamNotice {
				t.Errorf("%d letters to the owner, want %d", len(told), want)
			}
		})
	}
}

// Two processes that plan, draw and send give each reader one arm, the one that the draw of all gives; a reader who left meanwhile
// changes nobody else's.
func TestABTestDrawsTheSameInTwoProcesses(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 101)
	f.setClock(time.Date(2030, 5, 6, 9, 0, 0, 0, time.UTC))
	p := newMailServer(2)
	g := notingArms(p)
	run := f.startTested(abTest)
	var group sync.WaitGroup
	ctx, cancel := context.WithCancel(t.Context())
	for _, node := range []string{"one", "two"} {
		s := f.scheduler(p, func(s *setup) {
			s.Poll, s.Composer, s.Node, s.Store = 10*time.Millisecond, armComposer{}, node, f.open()
		})
		group.Go(func() { must(t, s.Run(ctx)) })
	}
	waitFor(t, func() bool { return !f.result(run.ID).TestedAt.IsZero() })
	draw := campaign.NewDraw(abTest.Share, 2)
	var all []campaign.Delivery
	must(t, f.store.Deliveries.EachDelivery(t.Context(), run.ID, "", func(ds []campaign.Delivery) error { all = append(all, ds...); return nil }))
	for _, d := range all {
		draw.Add(d.Run, d.Contact, d.Language)
	}
	draw.Close()
	for _, d := range all {
		if want := draw.Arm(d.Run, d.Contact, d.Language); d.Arm != want || g.arm[d.Email] != want {
			t.Errorf("%s has arm %q and got %q, want %q", d.Email, d.Arm, g.arm[d.Email], want)
		}
	}
	f.setClock(f.now().Add(5 * time.Hour))
	f.become(run.ID, map[campaign.DeliveryState]int64{campaign.Accepted: 101})
	cancel()
	group.Wait()
	if got := g.counts(); !maps.Equal(got, map[string]int{"a": 10, "b": 10, "=a": 81}) || len(g.two) > 0 {
		t.Errorf("they got %v; two messages: %v", slices.Collect(maps.Keys(got)), g.two)
	}
	if log := f.decisions(run.ID); len(log) != 1 {
		t.Errorf("the audit log: %q", log)
	}
}
