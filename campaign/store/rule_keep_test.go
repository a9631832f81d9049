package store_test

import (
	"fmt"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store"
)

// What is kept of runs stays right, whatever becomes of the runs.
func TestWarmRuns(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		w := newRuleWorld(t, d, 21, 15)
		for i := range 12 {
			must(t, d.Rules.WarmRuns(ctx))
			w.stir(t)
			if i == 6 {
				w.addRun(t, w.campaigns[0], campaign.TriggerHand, 7)
			}
			if i > 6 {
				runs, err := d.Runs.FindRunsIn(ctx, campaign.Sent)
				must(t, err)
				must(t, d.Rules.WarmRun(ctx, runs[i%len(runs)].ID))
			}
			for _, text := range []string{`sent "Guide"`, `opened "Guide"`, `not opened "Guide"`, `clicked "Guide"`, "last_sent < 30 days ago", "score >= 50"} {
				r, err := d.Rules.ReadRule(ctx, text)
				must(t, err)
				w.compare(t, r)
			}
		}
	})
}

// Of a run that was cancelled nothing is taken for settled while something of it is on the wire.
func TestCancelledRunSettlesLate(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		l := d.addList(t, "Press")
		c := d.addCampaign(t, "Guide", l.ID)
		r := campaign.Run{ID: campaign.RunID(c.ID, d.now()), Campaign: c.ID, Trigger: campaign.TriggerHand, State: campaign.Cancelled, Planned: true, Slot: d.now(), Shards: 2}
		must(t, d.Runs.CreateRun(ctx, &r, &edition.Edition{ID: r.ID}))
		var ds []*campaign.Delivery
		for i := range 3 {
			p := campaign.Contact{Email: fmt.Sprintf("ana%d@example.org", i)}
			must(t, d.Contacts.CreateContact(ctx, &p))
			id, shard := campaign.DeliveryID(r.ID, 2, p.ID)
			ds = append(ds, &campaign.Delivery{ID: id, Run: r.ID, Campaign: c.ID, Contact: p.ID, Shard: shard, State: campaign.Accepted})
		}
		ds[0].State = campaign.Queued
		must(t, d.Deliveries.PlanDeliveries(ctx, ds))
		allowed, err := d.Deliveries.Record(ctx, []store.Intent{{ID: ds[0].ID, Epoch: 1}}, nil)
		must(t, err)
		equal(t, "announced", len(allowed), 1)
		sent, err := d.Rules.ReadRule(ctx, `sent "Guide"`)
		must(t, err)
		for i, want := range []int64{2, 2, 3, 3} {
			must(t, d.Rules.WarmRuns(ctx))
			n, err := d.Rules.CountRule(ctx, &sent)
			must(t, err)
			equal(t, "sent", n.Contacts, want)
			if i == 1 {
				_, err = d.Deliveries.Record(ctx, nil, []store.Settled{{Intent: store.Intent{ID: ds[0].ID, Epoch: 1}, State: campaign.Accepted, At: d.now()}})
				must(t, err)
			}
		}
	})
}
