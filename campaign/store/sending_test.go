package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store"
)

// states checks where a campaign and a run stand.
func (d *desk) states(t *testing.T, what, id, run string, wantCampaign, wantRun campaign.State) {
	t.Helper()
	c, err := d.Campaigns.GetCampaign(ctx, id)
	must(t, err)
	equal(t, what+": the campaign", c.State, wantCampaign)
	if run != "" {
		r, err := d.Runs.GetRun(ctx, run)
		must(t, err)
		equal(t, what+": the run", r.State, wantRun)
	}
}

// start lets a campaign wait for now and begins its run.
func (d *desk) start(t *testing.T, id string) campaign.Run {
	t.Helper()
	slot := campaign.Slot{At: d.now(), Wall: "wall"}
	_, err := d.Sending.ScheduleCampaign(ctx, id, slot)
	must(t, err)
	r, err := d.Sending.StartRun(ctx, id, slot, campaign.TriggerSchedule, noLinks)
	must(t, err)
	return r
}

func TestCampaignMovesAreChecked(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		states := []campaign.State{campaign.Draft, campaign.Scheduled, campaign.Sending, campaign.PausedRun, campaign.Sent, campaign.Cancelled}
		for _, from := range states {
			for _, to := range states {
				c := campaign.Campaign{Name: "c", State: from}
				must(t, d.Campaigns.CreateCampaign(ctx, &c))
				r := campaign.Run{ID: campaign.RunID(c.ID, noon), Campaign: c.ID, State: from}
				must(t, d.Runs.CreateRun(ctx, &r, &edition.Edition{}))
				_, err := d.Campaigns.UpdateCampaign(ctx, c.ID, func(c *campaign.Campaign) error { c.State = to; return nil })
				_, runErr := d.Runs.UpdateRun(ctx, r.ID, func(r *campaign.Run) error { r.State = to; return nil })
				want := from
				if from == to || from.CanBecome(to) {
					must(t, err)
					must(t, runErr)
					want = to
				} else {
					refused(t, string(from)+" to "+string(to), err, campaign.Conflict)
					refused(t, "the run "+string(from)+" to "+string(to), runErr, campaign.Conflict)
				}
				d.states(t, string(from)+" to "+string(to), c.ID, r.ID, want, want)
			}
		}
		in, err := d.Runs.FindRunsIn(ctx, campaign.PausedRun)
		must(t, err)
		counts, err := d.Campaigns.CountCampaigns(ctx)
		must(t, err)
		equal(t, "paused", int64(len(in)), counts["paused"])
	})
}

func TestCancellingEndsEarlierRuns(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		l := d.addList(t, "Press")
		c := d.addCampaign(t, "Weekly", l.ID)
		other := d.start(t, d.addCampaign(t, "Another", l.ID).ID)
		first := d.start(t, c.ID)
		d.plan(t, first.ID, 2)
		must(t, d.Sending.FreeCampaign(ctx, c.ID, first.ID, campaign.Slot{At: noon.Add(time.Hour)}))
		d.pass(time.Hour)
		second, err := d.Sending.StartRun(ctx, c.ID, campaign.Slot{At: noon.Add(time.Hour)}, campaign.TriggerSchedule, noLinks)
		must(t, err)
		must(t, d.Sending.CancelCampaign(ctx, c.ID))
		d.states(t, "the last", c.ID, second.ID, campaign.Cancelled, campaign.Cancelled)
		d.states(t, "one before", c.ID, first.ID, campaign.Cancelled, campaign.Cancelled)
		d.states(t, "of another campaign", other.Campaign, other.ID, campaign.Sending, campaign.Sending)
		d.counts(t, "what waited", first.ID, map[campaign.DeliveryState]int64{campaign.Skipped: 2})
	})
}

func TestCampaigns(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		l := d.addList(t, "Press")
		a := d.addCampaign(t, "A", l.ID)
		d.pass(time.Minute)
		b := d.addCampaign(t, "B", l.ID)
		draft := campaign.Campaign{Name: "unfinished"}
		must(t, d.Campaigns.CreateCampaign(ctx, &draft))
		_, err := d.Sending.SendNow(ctx, draft.ID, 0)
		refused(t, "scheduling an unfinished one", err, campaign.Invalid)
		_, err = d.Sending.ScheduleCampaign(ctx, a.ID, campaign.Slot{At: noon.Add(time.Hour), Wall: "13:00"})
		must(t, err)
		_, err = d.Sending.ScheduleCampaign(ctx, a.ID, campaign.Slot{At: noon.Add(2 * time.Hour), Wall: "14:00"})
		must(t, err)
		_, err = d.Sending.SendNow(ctx, b.ID, time.Minute)
		must(t, err)
		for now, want := range map[time.Duration][]string{time.Minute: nil, 2 * time.Minute: {b.ID}, 3 * time.Hour: {b.ID, a.ID}} {
			due, err := d.Campaigns.FindDueCampaigns(ctx, noon.Add(now))
			must(t, err)
			var ids []string
			for _, c := range due {
				ids = append(ids, c.ID)
			}
			same(t, "due after "+now.String(), ids, want)
		}
		_, err = d.Sending.UnscheduleCampaign(ctx, b.ID)
		must(t, err)
		got, _ := d.Campaigns.GetCampaign(ctx, b.ID)
		equal(t, "called back", got.State, campaign.Draft)
		equal(t, "it waits for nothing", got.NextAt.IsZero(), true)
		_, err = d.Sending.UnscheduleCampaign(ctx, b.ID)
		refused(t, "calling back a draft", err, campaign.Conflict)
		refused(t, "deleting a scheduled one", d.Campaigns.DeleteCampaign(ctx, a.ID), campaign.Conflict)
		refused(t, "pausing a draft", d.Sending.PauseCampaign(ctx, b.ID, ""), campaign.Conflict)
		must(t, d.Sending.CancelCampaign(ctx, b.ID))
		refused(t, "cancelling again", d.Sending.CancelCampaign(ctx, b.ID), campaign.Conflict)
		for _, sort := range append(slices.Clone(store.CampaignSorts), "no such field") {
			seen := 0
			p := store.Page{Sort: sort, Limit: 1}
			for range 3 {
				found, next, err := d.Campaigns.FindCampaigns(ctx, "", p)
				must(t, err)
				seen += len(found)
				p.After = next
			}
			equal(t, "campaigns by "+sort, seen, 3)
			equal(t, "and no more by "+sort, p.After, "")
		}
		must(t, d.Campaigns.DeleteCampaign(ctx, b.ID))
	})
}

func TestStartRun(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		l := d.addList(t, "Press")
		c := d.addCampaign(t, "News", l.ID)
		_, err := d.Settings.UpdateSettings(ctx, func(v *campaign.Settings) error { v.Brand.Name = "Desk"; return nil })
		must(t, err)
		slot := campaign.Slot{At: noon, Wall: "14:00"}
		_, err = d.Sending.StartRun(ctx, c.ID, slot, campaign.TriggerHand, noLinks)
		refused(t, "a draft waits for nothing", err, campaign.Conflict)
		_, err = d.Sending.ScheduleCampaign(ctx, c.ID, slot)
		must(t, err)
		_, err = d.Sending.StartRun(ctx, c.ID, campaign.Slot{At: noon.Add(time.Second)}, campaign.TriggerHand, noLinks)
		refused(t, "another time than it waits for", err, campaign.Conflict)
		// Another program starts the same slot at the moment this one has read the campaign: there is one run in the end.
		var other campaign.Run
		run, err := d.Sending.StartRun(ctx, c.ID, slot, campaign.TriggerSchedule, func(*campaign.Release) []campaign.Link {
			var err error
			other, err = d.other.Sending.StartRun(ctx, c.ID, slot, campaign.TriggerSchedule, func(*campaign.Release) []campaign.Link { return []campaign.Link{{URL: "https://example.org/"}} })
			must(t, err)
			return nil
		})
		must(t, err)
		equal(t, "the run of both", run.ID, other.ID)
		run, err = d.Sending.StartRun(ctx, c.ID, slot, campaign.TriggerHand, noLinks)
		must(t, err)
		equal(t, "started again", run.ID, other.ID)
		_, err = d.Sending.StartRun(ctx, c.ID, campaign.Slot{At: noon.Add(time.Second)}, campaign.TriggerHand, noLinks)
		refused(t, "another time while it is sending", err, campaign.Conflict)
		d.states(t, "started", c.ID, other.ID, campaign.Sending, campaign.Sending)
		runs, _, err := d.Runs.FindRuns(ctx, c.ID, true, store.Page{})
		must(t, err)
		equal(t, "runs of the slot", len(runs), 1)
		equal(t, "the time people meant", runs[0].Wall, "14:00")

		_, err = d.Releases.UpdateRelease(ctx, c.Release, func(r *campaign.Release) error { r.Versions[0].Headline = "Changed"; return nil })
		must(t, err)
		e, err := d.Runs.GetEdition(ctx, other.ID)
		must(t, err)
		equal(t, "what goes out is as it stood", e.Release.Versions[0].Headline, "News")
		equal(t, "in the brand's name", e.Brand.Name, "Desk")
		equal(t, "with its link", e.Tracked[0].URL, "https://example.org/")
		refused(t, "deleting what was sent", d.Campaigns.DeleteCampaign(ctx, c.ID), campaign.Conflict)

		test, err := d.Sending.StartTest(ctx, c.ID, []string{"Ana <ana@example.org>"}, campaign.English, "u", noLinks)
		must(t, err)
		e, err = d.Runs.GetEdition(ctx, test.ID)
		must(t, err)
		same(t, "a test goes to", e.TestTo, []string{"ana@example.org"})
		_, err = d.Sending.StartTest(ctx, c.ID, []string{"ana"}, "", "u", noLinks)
		refused(t, "a test to no address", err, campaign.Invalid)
		for tests, want := range map[bool]int{false: 1, true: 2} {
			runs, _, err := d.Runs.FindRuns(ctx, c.ID, tests, store.Page{})
			must(t, err)
			equal(t, "runs", len(runs), want)
		}
		last, err := d.Runs.FindLastRuns(ctx, campaign.Sending, 10)
		must(t, err)
		equal(t, "last runs but tests", len(last), 1)
		must(t, d.Sending.FinishRun(ctx, test.ID, campaign.Slot{}))
		d.states(t, "a test that ended", c.ID, test.ID, campaign.Sending, campaign.Sent)
		must(t, d.Sending.FinishRun(ctx, run.ID, campaign.Slot{}))
		_, err = d.Sending.StartRun(ctx, c.ID, slot, campaign.TriggerHand, noLinks)
		refused(t, "a slot that was sent", err, campaign.Conflict)
	})
}

// TestMendRuns stops between the steps of starting a run.
func TestMendRuns(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		l := d.addList(t, "Press")
		made := func(name string) (campaign.Campaign, string) {
			t.Helper()
			c := d.addCampaign(t, name, l.ID)
			_, err := d.Sending.ScheduleCampaign(ctx, c.ID, campaign.Slot{At: noon})
			must(t, err)
			r := campaign.Run{ID: campaign.RunID(c.ID, noon), Campaign: c.ID, State: campaign.Scheduled, Slot: noon}
			must(t, d.Runs.CreateRun(ctx, &r, &edition.Edition{}))
			return c, r.ID
		}
		claimed, claimedRun := made("claimed")
		_, err := d.Campaigns.UpdateCampaign(ctx, claimed.ID, func(c *campaign.Campaign) error { c.State, c.LastRun = campaign.Sending, claimedRun; return nil })
		must(t, err)
		waiting, waitingRun := made("waiting")
		moved, movedRun := made("moved")
		_, err = d.Sending.ScheduleCampaign(ctx, moved.ID, campaign.Slot{At: noon.Add(time.Hour)})
		must(t, err)
		gone, goneRun := made("gone")
		_, err = d.engine.Delete(ctx, collection(t, "campaigns"), document.ByID(gone.ID))
		must(t, err)
		for range 2 { // doing it again does no harm
			must(t, d.Sending.MendRuns(ctx))
			d.states(t, "claimed", claimed.ID, claimedRun, campaign.Sending, campaign.Sending)
			d.states(t, "still waited for", waiting.ID, waitingRun, campaign.Scheduled, campaign.Scheduled)
			d.states(t, "given another time", moved.ID, movedRun, campaign.Scheduled, campaign.Cancelled)
			r, err := d.Runs.GetRun(ctx, goneRun)
			must(t, err)
			equal(t, "of a campaign that is gone", r.State, campaign.Cancelled)
		}
		run, err := d.Sending.StartRun(ctx, waiting.ID, campaign.Slot{At: noon}, campaign.TriggerSchedule, noLinks)
		must(t, err)
		equal(t, "the run that was made is used", run.ID, waitingRun)
		d.states(t, "begun", waiting.ID, waitingRun, campaign.Sending, campaign.Sending)
	})
}

func TestPauseResumeCancelFinish(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		l := d.addList(t, "Press")
		c := d.addCampaign(t, "News", l.ID)
		r := d.start(t, c.ID)
		refused(t, "resuming what is sending", d.Sending.ResumeCampaign(ctx, c.ID), campaign.Conflict)
		must(t, d.Sending.PauseCampaign(ctx, c.ID, "a mistake in the headline"))
		d.states(t, "paused", c.ID, r.ID, campaign.PausedRun, campaign.PausedRun)
		got, _ := d.Runs.GetRun(ctx, r.ID)
		equal(t, "why", got.Reason, "a mistake in the headline")
		must(t, d.Sending.FinishRun(ctx, r.ID, campaign.Slot{}))
		d.states(t, "a paused run does not end by itself", c.ID, r.ID, campaign.PausedRun, campaign.PausedRun)
		must(t, d.other.Sending.ResumeCampaign(ctx, c.ID))
		d.states(t, "resumed", c.ID, r.ID, campaign.Sending, campaign.Sending)
		d.pass(time.Hour)
		for range 2 { // doing it again does no harm
			must(t, d.Sending.FinishRun(ctx, r.ID, campaign.Slot{}))
			d.states(t, "finished", c.ID, r.ID, campaign.Sent, campaign.Sent)
		}
		got, _ = d.Runs.GetRun(ctx, r.ID)
		equal(t, "when it ended", got.EndedAt, noon.Add(time.Hour))
		refused(t, "cancelling what was sent", d.Sending.CancelCampaign(ctx, c.ID), campaign.Conflict)

		ended := d.addCampaign(t, "Ended", l.ID)
		r = d.start(t, ended.ID)
		_, err := d.Runs.UpdateRun(ctx, r.ID, func(r *campaign.Run) error { r.State = campaign.Sent; return nil })
		must(t, err)
		refused(t, "pausing in the moment the run ends", d.Sending.PauseCampaign(ctx, ended.ID, ""), campaign.Conflict)
		must(t, d.Sending.FinishRun(ctx, r.ID, campaign.Slot{}))
		d.states(t, "ended", ended.ID, r.ID, campaign.Sent, campaign.Sent)

		recurring := d.addCampaign(t, "Weekly", l.ID)
		first := d.start(t, recurring.ID)
		next := campaign.Slot{At: d.now().Add(time.Hour), Wall: "next"}
		must(t, d.Sending.FreeCampaign(ctx, recurring.ID, "another run", next))
		d.states(t, "freed by another run", recurring.ID, first.ID, campaign.Sending, campaign.Sending)
		must(t, d.Sending.FreeCampaign(ctx, recurring.ID, first.ID, next))
		d.states(t, "freed while retries go on", recurring.ID, first.ID, campaign.Scheduled, campaign.Sending)
		d.pass(time.Hour)
		second := d.start(t, recurring.ID)
		must(t, d.Sending.FinishRun(ctx, first.ID, campaign.Slot{At: d.now().Add(time.Hour)}))
		d.states(t, "the end of an earlier run", recurring.ID, first.ID, campaign.Sending, campaign.Sent)
		must(t, d.Sending.FinishRun(ctx, second.ID, campaign.Slot{At: d.now().Add(time.Hour), Wall: "later"}))
		d.states(t, "a recurring one waits again", recurring.ID, second.ID, campaign.Scheduled, campaign.Sent)
		rc, _ := d.Campaigns.GetCampaign(ctx, recurring.ID)
		equal(t, "for its next slot", rc.NextWall, "later")

		cancelled := d.addCampaign(t, "Cancelled", l.ID)
		r = d.start(t, cancelled.ID)
		d.plan(t, r.ID, 5)
		_, err = d.Deliveries.Record(ctx, []store.Intent{{ID: d.ids[0], Epoch: 1}, {ID: d.ids[1], Epoch: 1}, {ID: d.ids[2], Epoch: 1}}, nil)
		must(t, err)
		_, err = d.Deliveries.Record(ctx, nil, []store.Settled{
			{Intent: store.Intent{ID: d.ids[0], Epoch: 1}, State: campaign.Failed, At: noon}, {Intent: store.Intent{ID: d.ids[1], Epoch: 1}, State: campaign.Deferred, At: noon},
		})
		must(t, err)
		must(t, d.Sending.CancelCampaign(ctx, cancelled.ID))
		d.states(t, "cancelled", cancelled.ID, r.ID, campaign.Cancelled, campaign.Cancelled)
		d.counts(t, "cancelled", r.ID, map[campaign.DeliveryState]int64{campaign.Failed: 1, campaign.Skipped: 3, campaign.InFlight: 1})
		_, err = d.Sending.Resend(ctx, r.ID, campaign.Failed)
		refused(t, "sending again what was cancelled", err, campaign.Conflict)
		d.counts(t, "still cancelled", r.ID, map[campaign.DeliveryState]int64{campaign.Failed: 1, campaign.Skipped: 3, campaign.InFlight: 1})
	})
}

func TestProgress(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		p, err := d.Progress.GetProgress(ctx, "run")
		must(t, err)
		same(t, "nothing said", p, campaign.Progress{ID: "run", Run: "run"})
		said := func(run, sender string, rate float64, at time.Time) {
			must(t, d.Progress.SaveProgress(ctx, &campaign.Progress{
				ID: campaign.ProgressID(run, sender), Run: run, Taken: 10, PerSecond: rate, Connections: 2, Limit: 5, At: at,
				Servers: []campaign.ServerState{{Server: "mail.example.org:587", Open: 2, Limit: 5, Circuit: campaign.CircuitClosed}},
				Phases:  []campaign.PhaseTime{{Phase: "mail", Seconds: 1.5, Count: 10}},
				Answers: []campaign.Answer{{Text: sender + " heard 451", At: at}},
			}))
		}
		said("run", "host/1/a", 1, noon.Add(-time.Second))
		said("run", "host/1/a", 20.5, noon.Add(-time.Second))
		said("run", "host/2/b", 10, noon)
		said("run", "host/3/gone", 99, noon.Add(-time.Minute))
		said("run2", "host/1/a", 99, noon)
		p, err = d.other.Progress.GetProgress(ctx, "run")
		must(t, err)
		same(t, "said last by those at work", p, campaign.Progress{
			ID: "run", Run: "run", Senders: 2, Taken: 20, PerSecond: 30.5, Connections: 4, Limit: 10, At: noon,
			Servers: []campaign.ServerState{{Server: "mail.example.org:587", Open: 4, Limit: 10, Circuit: campaign.CircuitClosed}},
			Phases:  []campaign.PhaseTime{{Phase: "mail", Seconds: 3, Count: 20}},
			Answers: []campaign.Answer{{Text: "host/2/b heard 451", At: noon}, {Text: "host/1/a heard 451", At: noon.Add(-time.Second)}},
		})
		d.at = noon.Add(48 * time.Hour)
		must(t, d.Sessions.DeleteExpired(ctx))
		n, err := d.engine.Count(ctx, collection(t, "progress"), nil)
		must(t, err)
		equal(t, "kept for ever", n, int64(0))
	})
}
