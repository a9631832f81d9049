package store_test

import (
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

func TestHolds(t *testing.T) {
	waits := []time.Duration{time.Minute, time.Hour}
	onBoth(t, func(t *testing.T, d *desk) {
		hold := func(words string) campaign.Hold {
			h, err := d.Holds.HoldProvider(ctx, "gmail.com", "run", words, 550, waits)
			must(t, err)
			return h
		}
		first := hold("5.7.26 unauthenticated")
		second := hold("5.7.26 another of the same moment")
		same(t, "one that was under way changes nothing", second, first)
		if wait := first.Until.Sub(noon); wait < waits[0] || wait > waits[0]*11/10+time.Millisecond {
			t.Errorf("waits %v", wait)
		}
		equal(t, "trying at once", first.Trying(d.now()), false)
		_, err := d.Holds.TryHold(ctx, "gmail.com")
		must(t, err)
		found, err := d.other.Holds.FindHolds(ctx)
		must(t, err)
		equal(t, "holds", len(found), 1)
		equal(t, "a person lets it try", found[0].Trying(d.now()), true)
		for range 3 {
			d.pass(3 * time.Hour)
			h := hold("5.7.26 still")
			if wait := h.Until.Sub(d.now()); wait < waits[1] || h.Since != first.Since || h.Why != "5.7.26 still" {
				t.Errorf("after a trial: %+v, waits %v", h, wait)
			}
		}
		must(t, d.Holds.ReleaseHold(ctx, "gmail.com"))
		must(t, d.Holds.ReleaseHold(ctx, "gmail.com"))
		_, err = d.Holds.TryHold(ctx, "gmail.com")
		refused(t, "trying what is not held", err, campaign.NotFound)
	})
}

func TestQueueByDomain(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		var ds []*campaign.Delivery
		var ids []string
		for i, domain := range []string{"gmail.com", "a.example", "gmail.com", "b.example", "gmail.com"} {
			id, shard := campaign.DeliveryID("run", 1, string(rune('a'+i)))
			ds = append(ds, &campaign.Delivery{ID: id, Run: "run", Shard: shard, Domain: domain, State: campaign.Queued})
			ids = append(ids, id)
		}
		must(t, d.Deliveries.PlanDeliveries(ctx, ds))
		is := func(what string, want ...string) func([]campaign.Delivery, error) {
			return func(found []campaign.Delivery, err error) {
				t.Helper()
				must(t, err)
				got := []string{}
				for _, f := range found {
					got = append(got, f.ID)
				}
				same(t, what, got, append([]string{}, want...))
			}
		}
		is("all", ids...)(d.Deliveries.FindQueued(ctx, "run", 0, "", 10))
		is("without a provider", ids[1], ids[3])(d.Deliveries.FindQueued(ctx, "run", 0, "", 10, "gmail.com", "googlemail.com"))
		is("the rest of it", ids[3])(d.Deliveries.FindQueued(ctx, "run", 0, ids[1], 10, "gmail.com"))
		is("to a domain", ids[0], ids[2])(d.Deliveries.FindQueuedTo(ctx, "run", 0, []string{"gmail.com"}, "", 2))
		is("to a domain, further", ids[4])(d.Deliveries.FindQueuedTo(ctx, "run", 0, []string{"gmail.com"}, ids[2], 2))
		is("to two domains", ids[0], ids[1], ids[2])(d.Deliveries.FindQueuedTo(ctx, "run", 0, []string{"gmail.com", "a.example"}, "", 3))
		is("another shard")(d.Deliveries.FindQueuedTo(ctx, "run", 1, []string{"gmail.com"}, "", 2))
		d.announce(t, "on the wire", 1, []string{ids[0], ids[1]}, ids[0], ids[1])
		d.settle(t, 1, ids[0], campaign.Deferred, noon)
		d.settle(t, 1, ids[1], campaign.Deferred, noon)
		is("due", ids[0], ids[1])(d.Deliveries.FindDeferred(ctx, "run", 0, noon, 10))
		is("due without a provider", ids[1])(d.Deliveries.FindDeferred(ctx, "run", 0, noon, 10, "gmail.com"))
		is("due to a domain", ids[0])(d.Deliveries.FindDeferredTo(ctx, "run", 0, []string{"gmail.com"}, noon, 10))
		only, err := d.Holds.WaitsOnlyFor(ctx, "run", []string{"gmail.com", "googlemail.com"})
		must(t, err)
		equal(t, "waits only for Gmail", only, false)
	})
}
