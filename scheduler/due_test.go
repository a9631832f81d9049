package scheduler

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/schedule"
	"github.com/glasnik/glasnik/campaign/store"
)

// schedule gives the fixture's campaign a schedule and makes it wait for the first slot after now.
func (f *fixture) schedule(s campaign.Schedule) campaign.Slot {
	f.t.Helper()
	ctx := f.t.Context()
	_, err := f.store.Campaigns.UpdateCampaign(ctx, f.campaign.ID, func(c *campaign.Campaign) error { c.Schedule = s; return nil })
	must(f.t, err)
	slots, err := schedule.Planner{Zone: time.UTC}.Next(s, f.now(), 1)
	must(f.t, err)
	_, err = f.store.Sending.ScheduleCampaign(ctx, f.campaign.ID, slots[0])
	must(f.t, err)
	return slots[0]
}

func (f *fixture) reload() campaign.Campaign {
	f.t.Helper()
	c, err := f.store.Campaigns.GetCampaign(context.Background(), f.campaign.ID)
	must(f.t, err)
	return c
}

// settled says whether nothing is due and nothing is being sent.
func (f *fixture) settled(s *Scheduler) func() bool {
	return func() bool {
		s.Wake()
		c := f.reload()
		return c.State != campaign.Sending && (c.NextAt.IsZero() || c.NextAt.After(f.now()))
	}
}

// byRule is a schedule of every day at nine, so many times.
func byRule(count int) campaign.Schedule {
	return campaign.Schedule{Kind: campaign.ByRule, Rule: &campaign.Recurrence{Pattern: campaign.EachDay, Time: "09:00", From: "2026-12-01", Count: count}}
}

func TestMissedSlots(t *testing.T) {
	t.Parallel()
	nine := instant(t, "2026-12-01T09:00:00Z")
	tests := []struct {
		name     string
		schedule campaign.Schedule
		embargo  bool
		late     time.Duration
		messages int
		state    campaign.State
		next     string
		note     string
	}{
		{"on time", campaign.Schedule{Kind: campaign.Once, Wall: "2026-12-01T09:00"}, false, time.Second, 1, campaign.Sent, "", ""},
		{"once, hours late", campaign.Schedule{Kind: campaign.Once, Wall: "2026-12-01T09:00"}, false, 5 * time.Hour, 1, campaign.Sent, "", ""},
		{"once, too late", campaign.Schedule{Kind: campaign.Once, Wall: "2026-12-01T09:00"}, false, 7 * time.Hour, 0, campaign.Draft, "", "while nothing was running"},
		{"H-08 under embargo, late", campaign.Schedule{Kind: campaign.Once, Wall: "2026-12-01T09:00"}, true, time.Hour, 0, campaign.Draft, "", "embargo"},
		{"daily, on time", campaign.Schedule{Kind: campaign.ByCron, Cron: "0 9 * * *"}, false, time.Second, 1, campaign.Scheduled, "2026-12-02T09:00:00Z", ""},
		{"H-08 hourly, five slots missed, collapse into one", campaign.Schedule{Kind: campaign.ByCron, Cron: "0 * * * *"}, false, 5*time.Hour + time.Minute, 1, campaign.Scheduled, "2026-12-01T15:00:00Z", ""},
		{"H-08 daily, seven hours late, is skipped", campaign.Schedule{Kind: campaign.ByCron, Cron: "0 9 * * *"}, false, 7 * time.Hour, 0, campaign.Scheduled, "2026-12-02T09:00:00Z", "skipped"},
		{"by a rule, on time", byRule(0), false, time.Second, 1, campaign.Scheduled, "2026-12-02T09:00:00Z", ""},
		{"by a rule, five hours late", byRule(0), false, 5 * time.Hour, 1, campaign.Scheduled, "2026-12-02T09:00:00Z", ""},
		{"by a rule, seven hours late, is skipped", byRule(0), false, 7 * time.Hour, 0, campaign.Scheduled, "2026-12-02T09:00:00Z", "skipped"},
		{"the last time of a rule", byRule(1), false, time.Second, 1, campaign.Sent, "", ""},
		{"the last time of a rule, seven hours late, waits for a person", byRule(1), false, 7 * time.Hour, 0, campaign.Draft, "", "skipped"},
		{"daily, a week late, runs the latest slot", campaign.Schedule{Kind: campaign.ByCron, Cron: "0 9 * * *"}, false, 7*24*time.Hour + time.Hour, 1, campaign.Scheduled, "2026-12-09T09:00:00Z", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t, 1)
			f.setClock(nine.Add(-30 * time.Minute))
			if tt.embargo {
				_, err := f.store.Releases.UpdateRelease(t.Context(), f.campaign.Release, func(r *campaign.Release) error { r.Embargo = nine.Add(time.Hour); return nil })
				must(t, err)
			}
			f.schedule(tt.schedule)
			f.setClock(nine.Add(tt.late))
			p := newMailServer(1)
			s := f.scheduler(p, nil)
			f.runUntil(s, f.settled(s))
			c := f.reload()
			if p.count() != tt.messages || c.State != tt.state || !strings.Contains(c.Note, tt.note) {
				t.Errorf("%d messages, %s, note %q", p.count(), c.State, c.Note)
			}
			if tt.next != "" && !c.NextAt.Equal(instant(t, tt.next)) {
				t.Errorf("next is %s, want %s", c.NextAt, tt.next)
			}
		})
	}
}

// H-04: of several schedulers that see the same slot come, one makes the run.
func TestOneRunASlot(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 5)
	f.setClock(instant(t, "2026-12-01T08:59:30Z"))
	f.schedule(campaign.Schedule{Kind: campaign.ByCron, Cron: "* * * * *"})
	p := newMailServer(2)
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for _, node := range []string{"one", "two", "three"} {
		st := f.open()
		s := f.scheduler(p, func(c *setup) { c.Node, c.Store = node, st })
		group.Go(func() {
			if err := s.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	for minute := 1; minute <= 3; minute++ {
		f.setClock(instant(t, "2026-12-01T08:59:00Z").Add(time.Duration(minute)*time.Minute + time.Second))
		waitFor(t, func() bool { return p.count() == 5*minute && f.reload().State == campaign.Scheduled })
	}
	cancel()
	group.Wait()
	runs, _, err := f.store.Runs.FindRuns(t.Context(), f.campaign.ID, false, campaignPage())
	must(t, err)
	if len(runs) != 3 || p.count() != 15 {
		t.Errorf("%d runs, %d messages", len(runs), p.count())
	}
	// A clock set back by three hours finds every slot done.
	f.setClock(instant(t, "2026-12-01T06:00:00Z"))
	s := f.scheduler(p, nil)
	f.runUntil(s, func() bool { s.Wake(); return true })
	if p.count() != 15 {
		t.Errorf("%d messages after the clock went back", p.count())
	}
}

// A process may die between any two of the steps that start a run; the next one to look ends what it began.
func TestHalfStartedRuns(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		claimed bool
		moved   bool // the campaign was given another time after the run was made
		want    int
	}{
		{"made, not claimed", false, false, 3},
		{"claimed, not begun", true, false, 3},
		{"made for a time that was given up", false, true, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t, 3)
			ctx := t.Context()
			c, err := f.store.Sending.SendNow(ctx, f.campaign.ID, 0)
			must(t, err)
			release, err := f.store.Releases.GetRelease(ctx, c.Release)
			must(t, err)
			run := campaign.Run{ID: campaign.RunID(c.ID, c.NextAt), Campaign: c.ID, Trigger: campaign.TriggerHand, State: campaign.Scheduled, Slot: c.NextAt, Shards: 1}
			must(t, f.store.Runs.CreateRun(ctx, &run, &edition.Edition{Name: c.Name, Release: release, Sender: c.Sender, Lists: []campaign.List{f.list}}))
			_, err = f.store.Campaigns.UpdateCampaign(ctx, c.ID, func(c *campaign.Campaign) error {
				if tt.claimed {
					c.State, c.LastRun, c.NextAt = campaign.Sending, run.ID, time.Time{}
				}
				if tt.moved {
					c.State, c.NextAt = campaign.Draft, time.Time{}
				}
				return nil
			})
			must(t, err)
			p := newMailServer(1)
			s := f.scheduler(p, nil)
			f.runUntil(s, func() bool {
				s.Wake()
				r, err := f.store.Runs.GetRun(context.Background(), run.ID)
				return err == nil && r.State.Ended()
			})
			if p.count() != tt.want || len(p.twice()) > 0 {
				t.Errorf("%d messages, want %d", p.count(), tt.want)
			}
		})
	}
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	must(t, err)
	return at
}

// words that must not go out hold a planned run, also one of a campaign that recurs and went out before.
func TestBlockedWordsHoldAPlannedRun(t *testing.T) {
	t.Parallel()
	for name, plan := range map[string]campaign.Schedule{"once": {Kind: campaign.Once, Wall: "2026-12-01T09:00"}, "daily": {Kind: campaign.ByCron, Cron: "0 9 * * *"}} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, 2)
			f.store.Sending.Vet = func(r *campaign.Release, _ *campaign.Settings) error {
				if strings.Contains(r.Versions[0].Body, "blocked") {
					return campaign.Errorf(campaign.Invalid, "the writing check blocks it")
				}
				return nil
			}
			nine := instant(t, "2026-12-01T09:00:00Z")
			f.setClock(nine.Add(-time.Hour))
			f.schedule(plan)
			want := 0
			p := newMailServer(1)
			s := f.scheduler(p, nil)
			if plan.Recurs() {
				f.setClock(nine.Add(time.Second))
				f.runUntil(s, f.settled(s))
				nine, want = nine.AddDate(0, 0, 1), 2
			}
			_, err := f.store.Releases.UpdateRelease(t.Context(), f.campaign.Release, func(r *campaign.Release) error { r.Versions[0].Body = "blocked"; return nil })
			must(t, err)
			f.setClock(nine.Add(time.Second))
			s = f.scheduler(p, nil)
			f.runUntil(s, f.settled(s))
			if c := f.reload(); p.count() != want || c.State != campaign.Draft || !strings.Contains(c.Note, "the writing check blocks it") {
				t.Errorf("%d messages, %s, note %q", p.count(), c.State, c.Note)
			}
		})
	}
}

// A campaign that was put on its schedule when nobody had to approve it waits for a person once somebody has to.
func TestApprovalBecomesCompulsory(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 2)
	ctx := t.Context()
	_, err := f.store.Releases.UpdateRelease(ctx, f.campaign.Release, func(r *campaign.Release) error { r.Kind = campaign.PressRelease; return nil })
	must(t, err)
	_, err = f.store.Sending.ScheduleCampaign(ctx, f.campaign.ID, campaign.Slot{At: f.now().Add(time.Minute)})
	must(t, err)
	for _, name := range []string{"Vera", "Boss"} {
		must(t, f.store.Users.CreateUser(ctx, &campaign.User{Email: strings.ToLower(name) + "@example.org", Name: name, Role: campaign.Admin, Password: "none"}))
	}
	f.step(2 * time.Minute)
	p := newMailServer(1)
	f.runUntil(f.scheduler(p, nil), func() bool {
		told, _, _, err := f.store.Notices.FindNotices(ctx, store.Page{})
		must(t, err)
		return f.reload().State == campaign.Draft && len(told) == 2
	})
	if p.count() > 0 {
		t.Errorf("%d messages left", p.count())
	}
}
