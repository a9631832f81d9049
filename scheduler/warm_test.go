package scheduler

import (
	"context"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// warm makes a fixture at nine on the first day of a plan of so many messages, which double every day.
func warm(t *testing.T, readers int, first int64, address string) (*fixture, time.Time) {
	f := newFixtureOn(t, readers, address)
	start := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	f.setClock(start)
	_, err := f.store.Settings.UpdateSettings(t.Context(), func(set *campaign.Settings) error {
		set.WarmUps = []campaign.WarmUp{{Domain: "example.org", Start: "2026-05-04", First: first, Factor: 2, Most: 1000}}
		return nil
	})
	must(t, err)
	return f, start
}

// sendUntil sends runs until so many messages were taken and nothing more can leave now, with a number of processes.
func sendUntil(t *testing.T, f *fixture, p *mailServer, taken, processes int, runs ...campaign.Run) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, processes)
	for i := range processes {
		s := f.scheduler(p, func(c *setup) {
			c.Node, c.Poll = string(rune('a'+i)), 20*time.Millisecond
			if i > 0 {
				c.Store = f.open()
			}
		})
		go func() { ended <- s.Run(ctx) }()
		s.Wake()
	}
	waitFor(t, func() bool {
		if p.count() < taken {
			return false
		}
		for _, r := range runs {
			states := f.states(r.ID)
			if states[campaign.Queued]+states[campaign.InFlight] > 0 {
				return false
			}
			if run, err := f.store.Runs.GetRun(t.Context(), r.ID); err != nil || !run.Planned {
				return false
			}
		}
		return true
	})
	stop()
	for range processes {
		must(t, <-ended)
	}
	if p.count() != taken || len(p.twice()) > 0 {
		t.Errorf("%d were taken, not %d; twice %v", p.count(), taken, p.twice())
	}
}

// TestWarmUpOverDays: a day's messages leave and no more, over restarts and with two processes; the others leave on the next days.
func TestWarmUpOverDays(t *testing.T) {
	t.Parallel()
	f, start := warm(t, 130, 20, "")
	run := f.startRun()
	if run.Sender != "example.org" {
		t.Fatalf("the run is from %q", run.Sender)
	}
	p := newMailServer(3)
	sendUntil(t, f, p, 20, 2, run)
	sendUntil(t, f, p, 20, 1, run) // started again on the same day
	day, err := f.store.Providers.GetWarmDay(t.Context(), "example.org")
	must(t, err)
	if begins, _ := campaign.DayOf(start, time.UTC); day.UsedOn(begins) != 20 {
		t.Errorf("%+v", day)
	}
	ds, _, err := f.store.Deliveries.FindDeliveries(t.Context(), run.ID, campaign.Timed, campaignPage())
	must(t, err)
	if len(ds) != 110 || ds[0].Reason != campaign.OverWarmUp || !ds[0].NextAt.Equal(start.AddDate(0, 0, 1)) {
		t.Fatalf("%d wait, until %v: %s", len(ds), ds[0].NextAt, ds[0].Reason)
	}
	f.setClock(start.AddDate(0, 0, 1))
	sendUntil(t, f, p, 60, 2, run)
	f.setClock(start.AddDate(0, 0, 2).Add(time.Hour))
	sendUntil(t, f, p, 130, 1, run)
}

// TestRaisedWarmUp: what waits for tomorrow leaves today where the plan was changed to allow it, and the rest waits on.
func TestRaisedWarmUp(t *testing.T) {
	t.Parallel()
	f, start := warm(t, 100, 20, "")
	run := f.startRun()
	p := newMailServer(3)
	sendUntil(t, f, p, 20, 1, run)
	_, err := f.store.Settings.UpdateSettings(t.Context(), func(set *campaign.Settings) error { set.WarmUps[0].First = 50; return nil })
	must(t, err)
	must(t, f.store.Providers.ReleaseWarmUp(t.Context(), "example.org"))
	sendUntil(t, f, p, 50, 1, run)
	ds, _, err := f.store.Deliveries.FindDeliveries(t.Context(), run.ID, campaign.Timed, campaignPage())
	must(t, err)
	if len(ds) != 50 || !ds[0].NextAt.Equal(start.AddDate(0, 0, 1)) {
		t.Errorf("%d wait, until %v", len(ds), ds[0].NextAt)
	}
}

// TestWarmUpByPriority: of what waits for the next day, the campaign with the higher priority goes first.
func TestWarmUpByPriority(t *testing.T) {
	t.Parallel()
	f, start := warm(t, 30, 15, "")
	low := f.startRun()
	p := newMailServer(2)
	sendUntil(t, f, p, 15, 1, low)
	c := campaign.Campaign{Name: "Statement", Release: f.campaign.Release, Lists: f.campaign.Lists, Sender: f.campaign.Sender, Priority: campaign.High}
	must(t, f.store.Campaigns.CreateCampaign(t.Context(), &c))
	f.campaign = c
	high := f.startRun()
	for day, want := range []struct{ taken, high, low int64 }{{0, 0, 15}, {30, 30, 15}, {15, 30, 30}} {
		f.setClock(start.AddDate(0, 0, day))
		sendUntil(t, f, newMailServer(2), int(want.taken), 1, low, high)
		if gotHigh, gotLow := f.states(high.ID)[campaign.Accepted], f.states(low.ID)[campaign.Accepted]; gotHigh != want.high || gotLow != want.low {
			t.Errorf("day %d: %d of the first and %d of the second are sent", day+1, gotHigh, gotLow)
		}
	}
}
