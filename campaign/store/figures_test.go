package store_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// die settles a delivery as refused because the address does not work.
func (d *desk) die(t *testing.T, id string) {
	t.Helper()
	_, err := d.Deliveries.Record(ctx, nil, []store.Settled{{Intent: store.Intent{ID: id, Epoch: 1}, State: campaign.Failed, Code: 550, Reason: "5.1.1 no such user", At: d.now(), Tried: true, Dead: true}})
	must(t, err)
}

// A refusal that says that the address does not work is a returned message, until somebody has it tried again.
func TestReturnedAreCountedFromDeliveries(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		d.plan(t, "run", 8)
		d.announce(t, "announced", 1, d.ids[:6], d.ids[:6]...)
		for _, id := range d.ids[:2] {
			d.settle(t, 1, id, campaign.Accepted, time.Time{})
		}
		d.settle(t, 1, d.ids[2], campaign.Failed, time.Time{})
		d.die(t, d.ids[3])
		d.die(t, d.ids[4])
		d.settle(t, 1, d.ids[5], campaign.Interrupted, time.Time{})
		must(t, d.Deliveries.Drop(ctx, d.ids[6:7], campaign.Skipped, "left"))
		want := campaign.Figures{
			States:   map[campaign.DeliveryState]int64{campaign.Accepted: 2, campaign.Failed: 3, campaign.Interrupted: 1, campaign.Skipped: 1, campaign.Queued: 1},
			Audience: 8, Accepted: 2, Failed: 3, Returned: 2, LeftOut: 1, Interrupted: 1, Waiting: 1,
		}
		got, err := d.Events.Figures(ctx, "run")
		must(t, err)
		same(t, "figures", got, want)
		run := &campaign.Run{ID: "run", State: campaign.Sending, Planned: true}
		for _, s := range []*store.Store{d.Store, d.other, d.Store} {
			got, err := s.Events.LookFigures(ctx, run)
			must(t, err)
			same(t, "on a page", got, want)
		}
		returned, _, err := d.Recipients.FindReaders(ctx, "run", campaign.BouncedEvent, store.Page{Limit: 1})
		must(t, err)
		equal(t, "the first of them", returned[0].ID, d.ids[3])
		waiting, _, err := d.Recipients.FindRecipients(ctx, run, store.RecipientFilter{Waiting: true}, store.Page{})
		must(t, err)
		equal(t, "who waits", len(waiting), 1)
	})
}

// Whatever happens to the deliveries of a run, their figures add up to its audience.
func TestFiguresAddUpInTheStore(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		random := rand.New(rand.NewPCG(3, 9))
		d.plan(t, "run", 30)
		outcomes := []campaign.DeliveryState{campaign.Accepted, campaign.Failed, campaign.Deferred, campaign.Interrupted, campaign.Skipped, campaign.Queued}
		for range 60 {
			id := d.ids[random.IntN(len(d.ids))]
			switch now, err := d.Deliveries.GetDelivery(ctx, id); {
			case err != nil:
				t.Fatal(err)
			case now.State == campaign.Queued:
				d.announce(t, "announced", 1, []string{id}, id)
			case now.State == campaign.InFlight && random.IntN(4) == 0:
				d.die(t, id)
			case now.State == campaign.InFlight:
				d.settle(t, 1, id, outcomes[random.IntN(len(outcomes))], d.now().Add(time.Hour))
			case now.State == campaign.Failed && random.IntN(8) == 0:
				_, err := d.Deliveries.Requeue(ctx, "run", campaign.Failed)
				must(t, err)
			}
			f, err := d.Events.Figures(ctx, "run")
			must(t, err)
			if sum := f.Accepted + f.Failed + f.LeftOut + f.Interrupted + f.Waiting; f.Audience != 30 || sum != 30 || f.Returned > f.Failed {
				t.Fatalf("%+v", f)
			}
		}
	})
}

// How many readers are certain stays when it is forgotten who they were, and is known of what an older version recorded.
func TestKnownReadersStayCounted(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		d.plan(t, "run", 4)
		d.announce(t, "announced", 1, d.ids, d.ids...)
		var es []*campaign.Event
		for _, id := range d.ids {
			d.settle(t, 1, id, campaign.Accepted, time.Time{})
		}
		for _, reader := range append([]string{"proxy", "phone", "browser"}, d.ids[:2]...) {
			e := &campaign.Event{ID: campaign.EventID("run", campaign.Opened, campaign.Human, reader, 0), Run: "run", Kind: campaign.Opened, Verdict: campaign.Human, Reader: reader, At: noon}
			if reader[0] == 'r' {
				e.Delivery, e.Contact = reader, reader
			}
			es = append(es, e)
		}
		must(t, d.Events.RecordEvents(ctx, es))
		want := campaign.Verdicts{People: 3, Known: 2, Times: 5}
		opened := func(what string) {
			t.Helper()
			f, err := d.Events.Figures(ctx, "run")
			must(t, err)
			same(t, what, f.Opened, want)
		}
		opened("recorded")
		events := collection(t, "events")
		_, err := d.engine.Update(ctx, events, document.Equal("delivery_id", d.ids[0]), document.Change{Set: map[string]any{"contact_id": "", "delivery_id": "", "reader": ""}})
		must(t, err)
		opened("one was forgotten")
		_, err = d.engine.Update(ctx, events, nil, document.Change{Set: map[string]any{"known": false}})
		must(t, err)
		_, err = d.engine.Delete(ctx, collection(t, "upgrades"), document.ByID("known_readers"))
		must(t, err)
		d.Store, err = store.New(ctx, d.engine, campaign.NewSigner("a secret"), d.now)
		must(t, err)
		opened("recorded by an older version")
	})
}
