package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// plan writes down n deliveries of a run of one shard, twice; their ids are in d.ids.
func (d *desk) plan(t *testing.T, run string, n int) {
	t.Helper()
	var ds []*campaign.Delivery
	d.ids = nil
	for i := range n {
		contact := fmt.Sprintf("c%02d", i)
		id, shard := campaign.DeliveryID(run, 1, contact)
		ds = append(ds, &campaign.Delivery{ID: id, Run: run, Contact: contact, Shard: shard, State: campaign.Queued, Email: contact + "@example.org", MadeAt: d.now()})
		d.ids = append(d.ids, id)
	}
	must(t, d.Deliveries.PlanDeliveries(ctx, ds))
	must(t, d.other.Deliveries.PlanDeliveries(ctx, ds))
}

func (d *desk) counts(t *testing.T, what, run string, want map[campaign.DeliveryState]int64) {
	t.Helper()
	got, err := d.Deliveries.CountDeliveries(ctx, run)
	must(t, err)
	same(t, what, got, want)
}

func (d *desk) announce(t *testing.T, what string, epoch int64, ids []string, want ...string) {
	t.Helper()
	var intents []store.Intent
	for _, id := range ids {
		intents = append(intents, store.Intent{ID: id, Epoch: epoch})
	}
	allowed, err := d.Deliveries.Record(ctx, intents, nil)
	must(t, err)
	var got []string
	for id, ok := range allowed {
		if ok {
			got = append(got, id)
		}
	}
	slices.Sort(got)
	same(t, what, got, want)
}

func (d *desk) settle(t *testing.T, epoch int64, id string, to campaign.DeliveryState, nextAt time.Time) campaign.Delivery {
	t.Helper()
	_, err := d.Deliveries.Record(ctx, nil, []store.Settled{{
		Intent: store.Intent{ID: id, Epoch: epoch}, State: to, Code: 250, Queue: "queued as 1", Reason: "r", NextAt: nextAt, At: d.now(), Tried: true,
	}})
	must(t, err)
	got, err := d.Deliveries.GetDelivery(ctx, id)
	must(t, err)
	return got
}

func TestRecord(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		d.plan(t, "run", 6)
		a, b, c, e := d.ids[0], d.ids[1], d.ids[2], d.ids[3]
		d.announce(t, "queued ones may go", 1, []string{a, b, c}, a, b, c)
		d.announce(t, "announced again after an error", 1, []string{a, b, c}, a, b, c)
		d.announce(t, "what another epoch announced may not", 2, []string{a, e, "none"}, e)
		got, _ := d.Deliveries.GetDelivery(ctx, a)
		equal(t, "it stands as announced first", got.Epoch, 1)

		got = d.settle(t, 2, a, campaign.Failed, time.Time{})
		equal(t, "an outcome under another epoch changes nothing", got.State, campaign.InFlight)
		equal(t, "nor counts as an attempt", got.Attempts, 0)
		d.pass(time.Second)
		for range 2 {
			got = d.settle(t, 1, a, campaign.Accepted, time.Time{})
			equal(t, "taken", got.State, campaign.Accepted)
			equal(t, "attempts", got.Attempts, 1)
			equal(t, "sent at", got.SentAt, noon.Add(time.Second))
			equal(t, "the server's words", got.Queue, "queued as 1")
		}
		got = d.settle(t, 1, a, campaign.Failed, time.Time{})
		equal(t, "what was taken stays taken", got.State, campaign.Accepted)
		d.announce(t, "and does not go again", 3, []string{a})

		due := d.now().Add(time.Minute)
		got = d.settle(t, 1, b, campaign.Deferred, due)
		equal(t, "goes again at", got.NextAt, due)
		equal(t, "was not sent", got.SentAt.IsZero(), true)
		next, err := d.Deliveries.NextDeferred(ctx, "run")
		must(t, err)
		equal(t, "the next of the run", next, due)
		found, err := d.Deliveries.FindDeferred(ctx, "run", 0, due.Add(-time.Millisecond), 10)
		must(t, err)
		equal(t, "not due yet", len(found), 0)
		must(t, d.Deliveries.PullForward(ctx, "run", 0, d.now()))
		found, err = d.Deliveries.FindDeferred(ctx, "run", 0, d.now(), 10)
		must(t, err)
		equal(t, "put off by a clock that is right", len(found), 0)
		d.announce(t, "what is not due may not go", 1, []string{b})
		d.pass(time.Minute)
		found, err = d.Deliveries.FindDeferred(ctx, "run", 0, d.now(), 10)
		must(t, err)
		equal(t, "due", len(found), 1)
		d.announce(t, "what is due may go", 3, []string{b}, b)
		got = d.settle(t, 1, b, campaign.Accepted, time.Time{})
		equal(t, "an outcome of its first attempt comes late", got.State, campaign.InFlight)
		got = d.settle(t, 3, b, campaign.Accepted, time.Time{})
		equal(t, "attempts in all", got.Attempts, 2)

		// Outcomes and intents in one round trip, under two epochs; one delivery is settled and another announced.
		allowed, err := d.Deliveries.Record(ctx, []store.Intent{{ID: d.ids[4], Epoch: 5}, {ID: d.ids[5], Epoch: 6}}, []store.Settled{
			{Intent: store.Intent{ID: c, Epoch: 1}, State: campaign.Queued, At: d.now()}, {Intent: store.Intent{ID: e, Epoch: 2}, State: campaign.Failed, Reason: "550 no", Code: 550, At: d.now(), Tried: true},
		})
		must(t, err)
		same(t, "both may go", allowed, map[string]bool{d.ids[4]: true, d.ids[5]: true})
		got, _ = d.Deliveries.GetDelivery(ctx, c)
		equal(t, "given back without an attempt", got.Attempts, 0)
		d.counts(t, "in the end", "run", map[campaign.DeliveryState]int64{campaign.Accepted: 2, campaign.Queued: 1, campaign.Failed: 1, campaign.InFlight: 2})
		allowed, err = d.Deliveries.Record(ctx, nil, nil)
		must(t, err)
		equal(t, "nothing to record", len(allowed), 0)
	})
}

func TestInterruptAndResend(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		l := d.addList(t, "Press")
		c := d.addCampaign(t, "News", l.ID)
		r := d.start(t, c.ID)
		d.plan(t, r.ID, 5)
		d.announce(t, "under the first epoch", 1, d.ids[:2], d.ids[0], d.ids[1])
		d.announce(t, "under the second", 2, d.ids[2:3], d.ids[2])
		for _, other := range []string{r.ID + "x", r.ID[:len(r.ID)-1]} {
			n, err := d.Deliveries.Interrupt(ctx, other, 0, 9)
			must(t, err)
			equal(t, "of another run", n, 0)
		}
		n, err := d.Deliveries.Interrupt(ctx, r.ID, 1, 9)
		must(t, err)
		equal(t, "of another shard", n, 0)
		n, err = d.Deliveries.Interrupt(ctx, r.ID, 0, 2)
		must(t, err)
		equal(t, "what the earlier holder left", n, 2)
		got := d.settle(t, 1, d.ids[0], campaign.Accepted, time.Time{})
		equal(t, "the earlier holder's word comes late", got.State, campaign.Interrupted)
		d.announce(t, "what is interrupted waits for a person", 3, d.ids[:2])
		d.settle(t, 2, d.ids[2], campaign.Failed, time.Time{})

		for _, from := range campaign.DeliveryStates {
			if from != campaign.Failed && from != campaign.Interrupted && from != campaign.InFlight {
				_, err := d.Sending.Resend(ctx, r.ID, from)
				refused(t, "sending again what is "+string(from), err, campaign.Conflict)
			}
		}
		must(t, d.Deliveries.Drop(ctx, []string{d.ids[2], d.ids[3]}, campaign.Skipped, "on an excluded list"))
		d.counts(t, "only what waits is dropped", r.ID, map[campaign.DeliveryState]int64{campaign.Interrupted: 2, campaign.Failed: 1, campaign.Skipped: 1, campaign.Queued: 1})
		must(t, d.Deliveries.DropAll(ctx, r.ID, "no more"))
		must(t, d.Sending.FinishRun(ctx, r.ID, campaign.Slot{}))
		d.states(t, "finished", c.ID, r.ID, campaign.Sent, campaign.Sent)
		n, err = d.Sending.Resend(ctx, r.ID, campaign.Interrupted)
		must(t, err)
		equal(t, "sent again", n, 2)
		d.states(t, "going on", c.ID, r.ID, campaign.Sending, campaign.Sending)
		got, _ = d.Deliveries.GetDelivery(ctx, d.ids[0])
		equal(t, "as new", fmt.Sprintf("%s, %d attempts%s", got.State, got.Attempts, got.Reason), "queued, 0 attempts")
		n, err = d.Sending.Resend(ctx, r.ID, campaign.Interrupted)
		must(t, err)
		equal(t, "nothing more", n, 0)
		n, err = d.Deliveries.Requeue(ctx, r.ID, campaign.Failed)
		must(t, err)
		equal(t, "what failed", n, 1)
		_, err = d.Sending.Resend(ctx, "none", campaign.Failed)
		refused(t, "of an unknown run", err, campaign.NotFound)
	})
}

func TestFindDeliveries(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		d.plan(t, "run2", 2)
		d.plan(t, "run", 7)
		var got []string
		after := ""
		for range 4 {
			found, err := d.Deliveries.FindQueued(ctx, "run", 0, after, 2)
			must(t, err)
			for _, x := range found {
				got = append(got, x.ID)
				after = x.ID
			}
		}
		same(t, "queued ones, page by page", got, d.ids)
		found, err := d.Deliveries.FindQueued(ctx, "run", 1, "", 2)
		must(t, err)
		equal(t, "of another shard", len(found), 0)
		for _, state := range []campaign.DeliveryState{"", campaign.Queued} {
			got = nil
			p := store.Page{Limit: 3}
			for range 3 {
				found, next, err := d.Deliveries.FindDeliveries(ctx, "run", state, p)
				must(t, err)
				for _, x := range found {
					got = append(got, x.ID)
				}
				p.After = next
			}
			same(t, "all of the run "+string(state), got, d.ids)
		}
		to, err := d.Deliveries.FindDeliveriesTo(ctx, "c01", 10)
		must(t, err)
		equal(t, "to one contact", len(to), 2)
		next, err := d.Deliveries.NextDeferred(ctx, "run")
		must(t, err)
		equal(t, "nothing is deferred", next.IsZero(), true)
		_, err = d.Deliveries.GetDelivery(ctx, "none")
		refused(t, "an unknown one", err, campaign.NotFound)
	})
}
