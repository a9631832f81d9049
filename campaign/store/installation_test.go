package store_test

import (
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

func TestInstallation(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		first, err := d.Installation.GetInstallation(ctx)
		must(t, err)
		again, err := d.other.Installation.GetInstallation(ctx)
		must(t, err)
		same(t, "everybody reads the same", again, first)
		places, err := d.other.Installation.Identity(ctx)
		must(t, err)
		equal(t, "it is at home", first.Doubt(places, 0, 0), campaign.NoDoubt)
		equal(t, "in a place that has a name", len(places) > 0 && places[0] != "", true)
		for epoch := range int64(3) {
			got, err := d.Installation.GetMark(ctx, "a")
			must(t, err)
			equal(t, "epoch", got, epoch)
			must(t, d.other.Installation.SetMark(ctx, "a", epoch+1))
		}
		never := func(*campaign.Campaign) (campaign.Slot, error) { return campaign.Slot{}, nil }
		_, err = d.Installation.Adopt(ctx, campaign.Restored, never)
		must(t, err)
		now, err := d.Installation.GetInstallation(ctx)
		must(t, err)
		equal(t, "name of one put back", now.Name, first.Name)
		_, err = d.Installation.Adopt(ctx, campaign.Copied, never)
		must(t, err)
		now, err = d.Installation.GetInstallation(ctx)
		must(t, err)
		equal(t, "a copy has a name of its own", now.Name != first.Name, true)
	})
}

func TestAdoptStopsWhatWouldBeSent(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		list := d.addList(t, "Press")
		start := func(name string) (campaign.Campaign, campaign.Run) {
			c := d.addCampaign(t, name, list.ID)
			c, err := d.Sending.SendNow(ctx, c.ID, 0)
			must(t, err)
			r, err := d.Sending.StartRun(ctx, c.ID, campaign.Slot{At: c.NextAt}, campaign.TriggerHand, noLinks)
			must(t, err)
			return c, r
		}
		sending, run := start("Under way")
		test, err := d.Sending.StartTest(ctx, sending.ID, []string{"ana@example.org"}, "", "", noLinks)
		must(t, err)
		id, shard := campaign.DeliveryID(test.ID, 1, "ana")
		must(t, d.Deliveries.PlanDeliveries(ctx, []*campaign.Delivery{{ID: id, Run: test.ID, Shard: shard, State: campaign.Queued, MadeAt: d.now(), LastAt: d.now()}}))
		once, daily, later := d.addCampaign(t, "Once", list.ID), d.addCampaign(t, "Daily", list.ID), d.addCampaign(t, "Later", list.ID)
		for c, at := range map[string]time.Time{once.ID: d.now(), daily.ID: d.now(), later.ID: d.now().Add(time.Hour)} {
			_, err := d.Sending.ScheduleCampaign(ctx, c, campaign.Slot{At: at, Wall: "2026-10-18T12:00"})
			must(t, err)
		}
		tomorrow := campaign.Slot{At: d.now().Add(24 * time.Hour), Wall: "2026-10-19T12:00"}
		done, err := d.Installation.Adopt(ctx, campaign.Copied, func(c *campaign.Campaign) (campaign.Slot, error) {
			if c.ID == daily.ID {
				return tomorrow, nil
			}
			return campaign.Slot{}, nil
		})
		must(t, err)
		same(t, "paused", done.Paused, []string{"Under way"})
		equal(t, "held", len(done.Held), 2)
		equal(t, "dropped", done.Dropped, 1)
		for _, tt := range []struct {
			c     campaign.Campaign
			state campaign.State
			next  time.Time
			note  bool
		}{
			{sending, campaign.PausedRun, time.Time{}, true}, {once, campaign.Draft, time.Time{}, true},
			{daily, campaign.Scheduled, tomorrow.At, true}, {later, campaign.Scheduled, d.now().Add(time.Hour), false},
		} {
			c, err := d.Campaigns.GetCampaign(ctx, tt.c.ID)
			must(t, err)
			equal(t, c.Name, c.State, tt.state)
			equal(t, c.Name+": next", c.NextAt.Equal(tt.next), true)
			equal(t, c.Name+": says why", c.Note != "", tt.note)
		}
		r, err := d.Runs.GetRun(ctx, run.ID)
		must(t, err)
		equal(t, "the run", r.State, campaign.PausedRun)
		got, err := d.Deliveries.GetDelivery(ctx, id)
		must(t, err)
		equal(t, "what was left of a test", got.State, campaign.Skipped)
		must(t, d.Sending.ResumeCampaign(ctx, sending.ID))
	})
}
