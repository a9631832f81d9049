package scheduler

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// refusal is one in words that nobody has listed.
func refusal(to string) campaign.Outcome {
	return campaign.Outcome{Result: campaign.ResultRefused, Code: 554, Unclear: true,
		Answer: fmt.Sprintf("5.7.1 no thanks <%s> (q%dx at 12:00:0%d)", to, len(to), len(to)%10)}
}

// TestRefusalOfUsFailsNobody: however few readers a run has, at one provider or at many, and whatever the words, the run
// waits, says why, and goes on by itself once somebody has mended it, with everybody once.
func TestRefusalOfUsFailsNobody(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(string) campaign.Outcome{
		"unlisted words": refusal,
		"other words each": func(to string) campaign.Outcome {
			o := refusal(to)
			o.Answer = "5.7.1 no thanks " + strings.NewReplacer("0", "a", "1", "b", "2", "c", "3", "d", "4", "e", "5", "f", "6", "g", "7", "h", "8", "i", "9", "j", "@", "at", ".", "dot").Replace(to)
			return o
		},
		"the sender": func(string) campaign.Outcome {
			return campaign.Outcome{Result: campaign.ResultLater, Code: 550, OurFault: true, Answer: "5.7.60 no thanks"}
		},
		"the message": func(string) campaign.Outcome {
			return campaign.Outcome{Result: campaign.ResultLater, OurFault: true, MessageFault: true, Answer: "no thanks, too large"}
		},
	} {
		for _, n := range []int{1, 2, 5, 40} {
			for _, domains := range []int{1, 40} {
				t.Run(fmt.Sprint(name, " ", n, " ", domains), func(t *testing.T) {
					t.Parallel()
					f := newFixture(t, 0)
					for i := range n {
						f.add(fmt.Sprintf("reader%d@news%d.example", i, i%domains), f.list)
					}
					run := f.startRun()
					p := newMailServer(3)
					var mended atomic.Bool
					p.refuse = func(to string, _ int) campaign.Outcome {
						if mended.Load() {
							return campaign.Outcome{}
						}
						return answer(to)
					}
					s := f.scheduler(p, func(c *setup) { c.Poll, c.Retries = 50*time.Millisecond, []time.Duration{time.Second, time.Hour} })
					ended := make(chan error, 1)
					go func() { ended <- s.SendRun(t.Context(), run.ID) }()
					waitFor(t, func() bool {
						g, err := f.store.Progress.GetProgress(t.Context(), run.ID)
						return err == nil && strings.Contains(g.Trouble, "no thanks") && !strings.Contains(g.Trouble, "@")
					})
					if states := f.states(run.ID); states[campaign.Failed] > 0 {
						t.Errorf("%v", states)
					}
					mended.Store(true)
					must(t, <-ended)
					if states := f.states(run.ID); states[campaign.Accepted] != int64(n) || len(p.twice()) > 0 {
						t.Errorf("mended: %v, twice %v", states, p.twice())
					}
				})
			}
		}
	}
}

// A server that says the same of reader after reader has lost its users, or means us: whatever it says.
func TestWhatEverybodyIsToldIsAboutUs(t *testing.T) {
	t.Parallel()
	for what, answer := range map[string]campaign.Outcome{
		"there is no address": {Result: campaign.ResultRefused, Code: 550, Enhanced: "5.1.1", Answer: "5.1.1 no thanks", Dead: true},
		"takes no mail":       {Result: campaign.ResultRefused, Code: 550, Enhanced: "5.2.0", Answer: "5.2.0 no thanks"},
		"is full":             {Result: campaign.ResultLater, Code: 552, Enhanced: "5.2.2", Answer: "5.2.2 no thanks"},
	} {
		for name, first := range map[string]int{"from the beginning": 0, "after others were taken": 10} {
			t.Run(what+" "+name, func(t *testing.T) {
				t.Parallel()
				f := newFixture(t, 0)
				for i := range 40 {
					f.add(fmt.Sprintf("reader%d@news%d.example", i, i%20), f.list)
				}
				run := f.startRun()
				p := newMailServer(1)
				var mended atomic.Bool
				var asked atomic.Int64
				p.refuse = func(string, int) campaign.Outcome {
					if asked.Add(1) <= int64(first) || mended.Load() {
						return campaign.Outcome{}
					}
					return answer
				}
				s := f.scheduler(p, func(c *setup) { c.Poll, c.Retries = 50*time.Millisecond, []time.Duration{time.Second, time.Hour} })
				ended := make(chan error, 1)
				go func() { ended <- s.SendRun(t.Context(), run.ID) }()
				waitFor(t, func() bool {
					g, err := f.store.Progress.GetProgress(t.Context(), run.ID)
					return err == nil && strings.Contains(g.Trouble, "no thanks")
				})
				if states := f.states(run.ID); states[campaign.Failed] > 0 {
					t.Errorf("%v", states)
				}
				mended.Store(true)
				must(t, <-ended)
				if states := f.states(run.ID); states[campaign.Accepted] != 40 || len(p.twice()) > 0 {
					t.Errorf("mended: %v, twice %v", states, p.twice())
				}
			})
		}
	}
}

// A reader whose server takes nothing from us has failed once others are taken; one whose mailbox is full is tried again.
func TestWhatOneIsToldIsAboutThem(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 12)
	run := f.startRun()
	p := newMailServer(1)
	var full atomic.Int64
	p.refuse = func(to string, _ int) campaign.Outcome {
		switch {
		case strings.HasPrefix(to, "reader0003"):
			return campaign.Outcome{Result: campaign.ResultRefused, Code: 550, Enhanced: "5.7.133", Answer: "5.7.133 takes no mail from outside"}
		case strings.HasPrefix(to, "reader0005") && full.Add(1) == 1:
			return campaign.Outcome{Result: campaign.ResultLater, Code: 552, Enhanced: "5.2.2", Answer: "5.2.2 the mailbox is full"}
		}
		return campaign.Outcome{}
	}
	must(t, f.scheduler(p, func(c *setup) { c.Poll, c.Retries = 50*time.Millisecond, []time.Duration{time.Second, time.Second} }).SendRun(t.Context(), run.ID))
	if states := f.states(run.ID); states[campaign.Accepted] != 11 || states[campaign.Failed] != 1 || full.Load() != 2 {
		t.Errorf("%v, the full mailbox was tried %d times", states, full.Load())
	}
}

// TestContentFilterIsNoProviders: a server that takes every message for spam holds the run, and not one provider after another.
func TestContentFilterIsNoProviders(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 0)
	for i := range 60 {
		f.add(fmt.Sprintf("reader%d@news%d.example", i, i%30), f.list)
	}
	run := f.startRun()
	p := newMailServer(2)
	var mended atomic.Bool
	p.refuse = func(string, int) campaign.Outcome {
		if mended.Load() {
			return campaign.Outcome{}
		}
		return campaign.Outcome{Result: campaign.ResultLater, Code: 554, OurFault: true, Policy: true, Answer: "5.7.1 looks like spam"}
	}
	s := f.scheduler(p, func(c *setup) { c.Poll, c.Retries = 50*time.Millisecond, []time.Duration{time.Hour} })
	ended := make(chan error, 1)
	go func() { ended <- s.SendRun(t.Context(), run.ID) }()
	waitFor(t, func() bool {
		g, err := f.store.Progress.GetProgress(t.Context(), run.ID)
		holds, holdsErr := f.store.Holds.FindHolds(t.Context())
		return err == nil && holdsErr == nil && strings.Contains(g.Trouble, "looks like spam") && len(holds) == 0
	})
	mended.Store(true)
	must(t, <-ended)
	if states := f.states(run.ID); states[campaign.Accepted] != 60 || len(p.twice()) > 0 {
		t.Errorf("%v, twice %v", states, p.twice())
	}
}

// TestLastingRefusals: an address that five runs over a fortnight were refused to rests, and is given up when the next one is too.
func TestLastingRefusals(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 6)
	p := newMailServer(1)
	p.refuse = func(to string, _ int) campaign.Outcome {
		if to == "reader0002@example.org" {
			return refusal(to)
		}
		return campaign.Outcome{}
	}
	s := f.scheduler(p, func(c *setup) { c.Poll = 50 * time.Millisecond })
	for n, want := range []string{"active", "active", "active", "active", "rests", "bounced"} {
		f.campaign = campaign.Campaign{Name: "Training", Release: f.campaign.Release, Lists: f.campaign.Lists, Sender: f.campaign.Sender}
		must(t, f.store.Campaigns.CreateCampaign(t.Context(), &f.campaign))
		must(t, s.SendRun(t.Context(), f.startRun().ID))
		if c, err := f.store.Contacts.GetContactByAddress(t.Context(), "reader0002@example.org"); err != nil || standing(&c, f.now()) != want {
			t.Errorf("after run %d: %s, %v", n+1, standing(&c, f.now()), err)
		}
		f.step(map[bool]time.Duration{false: 4 * 24 * time.Hour, true: 31 * 24 * time.Hour}[want == "rests"])
	}
}

// standing is how a contact may be written to, in a word.
func standing(c *campaign.Contact, now time.Time) string {
	if c.Status == campaign.Active && now.Before(c.PausedUntil) {
		return "rests"
	}
	return string(c.Status)
}

// TestUnclearRefusalOfOneIsTheirs: others are taken, before and after.
func TestUnclearRefusalOfOneIsTheirs(t *testing.T) {
	t.Parallel()
	for _, whom := range []string{"reader0000@", "reader0007@", "reader0019@"} {
		f := newFixture(t, 20)
		run := f.startRun()
		p := newMailServer(1)
		p.refuse = func(to string, _ int) campaign.Outcome {
			if strings.HasPrefix(to, whom) {
				return refusal(to)
			}
			return campaign.Outcome{}
		}
		s := f.scheduler(p, func(c *setup) { c.Poll, c.Retries = 50*time.Millisecond, []time.Duration{time.Hour} })
		must(t, s.SendRun(t.Context(), run.ID))
		if states := f.states(run.ID); states[campaign.Accepted] != 19 || states[campaign.Failed] != 1 {
			t.Errorf("%s: %v", whom, states)
		}
		if c, err := f.store.Contacts.GetContactByAddress(t.Context(), whom+"example.org"); err != nil || c.Status != campaign.Active {
			t.Errorf("%s is %s, %v", whom, c.Status, err)
		}
	}
}

// TestProviderThatRefusesAllIsHeld: the same unlisted words to one reader of a provider after another, while all others are
// taken. Those who had failed by then go back into the queue.
func TestProviderThatRefusesAllIsHeld(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 0)
	for i := range 60 {
		f.add(fmt.Sprintf("reader%d@example.org", i), f.list)
		if i%3 == 0 {
			f.add(fmt.Sprintf("reader%d@gmail.com", i), f.list)
		}
	}
	run := f.startRun()
	p := newMailServer(2)
	var mended atomic.Bool
	p.refuse = func(to string, _ int) campaign.Outcome {
		if strings.HasSuffix(to, "@gmail.com") && !mended.Load() {
			return refusal(to)
		}
		return campaign.Outcome{}
	}
	s := f.scheduler(p, func(c *setup) { c.Poll, c.Retries = 50*time.Millisecond, []time.Duration{time.Hour, time.Hour} })
	ended := make(chan error, 1)
	go func() { ended <- s.SendRun(t.Context(), run.ID) }()
	waitFor(t, func() bool {
		holds, err := f.store.Holds.FindHolds(t.Context())
		return err == nil && len(holds) == 1 && holds[0].ID == "gmail.com" && !strings.Contains(holds[0].Why, "@") &&
			f.states(run.ID)[campaign.Failed] == 0 && f.states(run.ID)[campaign.Accepted] == 60
	})
	mended.Store(true)
	waitFor(t, func() bool { // a refusal that was on its way may hold the provider once more
		_, _ = f.store.Holds.TryHold(t.Context(), "gmail.com") // there may be no hold any more
		return len(ended) > 0
	})
	must(t, <-ended)
	if states := f.states(run.ID); states[campaign.Accepted] != 80 || len(p.twice()) > 0 {
		t.Errorf("%v, twice %v", states, p.twice())
	}
}

func TestAnswerKey(t *testing.T) {
	t.Parallel()
	key := func(s string) string { return answerKey(campaign.Outcome{Answer: s}) }
	for _, same := range [][2]string{
		{"5.7.1 <ana@example.org>: refused by mx1.example.org (4XbC2d1kZz)", "5.7.1 <petar@news.example>: refused by mx7.news.example (4XbC2f9qRt)"},
		{"4.7.0 from 192.0.2.1 at 12:30:01 refused", "4.7.0 from 192.0.2.77 at 13:31:02 refused"},
	} {
		if key(same[0]) != key(same[1]) {
			t.Errorf("%q and %q differ: %q, %q", same[0], same[1], key(same[0]), key(same[1]))
		}
	}
	if key("refused by policy") == key("no such user") {
		t.Error("all answers are the same")
	}
}
