package store_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

func TestLeases(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		acquire := func(s *store.Store, what, owner string, seen *store.Lease, want bool, epoch int64) store.Lease {
			t.Helper()
			l, ok, err := s.Leases.AcquireLease(ctx, "run/0", owner, seen)
			must(t, err)
			equal(t, what, ok, want)
			equal(t, what+": epoch", l.Epoch, epoch)
			if ok {
				equal(t, what+": owner", l.Owner, owner)
			}
			return l
		}
		renew := func(what string, l store.Lease, want bool) {
			t.Helper()
			renewed, err := d.Leases.RenewLeases(ctx, []store.Lease{l})
			must(t, err)
			equal(t, what, renewed[l.ID], want)
		}
		first := acquire(d.Store, "a free lease", "a", nil, true, 1)
		seen := acquire(d.other, "one another holds", "b", nil, false, 1)
		equal(t, "who holds it", seen.Owner, "a")
		renew("renewing", first, true)
		acquire(d.other, "one that was renewed since it was seen", "b", &seen, false, 1)
		found, err := d.other.Leases.FindLeases(ctx, "run/")
		must(t, err)
		equal(t, "leases", len(found), 1)
		second := acquire(d.other, "one that stands as it was seen", "b", &found[0], true, 2)
		renew("renewing what another took", first, false)
		must(t, d.Leases.ReleaseLeases(ctx, first))
		acquire(d.Store, "what a former holder releases", "a", &found[0], false, 2)
		renew("renewing late what nobody took", second, true)
		again := acquire(d.other, "the holder's own", "b", nil, true, 3)
		renew("renewing under an old epoch", second, false)
		must(t, d.Leases.ReleaseLeases(ctx, again))
		third := acquire(d.Store, "a released one", "a", nil, true, 4)
		other, ok, err := d.other.Leases.AcquireLease(ctx, "run/1", "b", nil)
		if err != nil || !ok {
			t.Errorf("another lease: %v, %v", ok, err)
		}
		renewed, err := d.Leases.RenewLeases(ctx, []store.Lease{third, other, {ID: "run/2", Owner: "a", Epoch: 1}})
		must(t, err)
		equal(t, "renewed together", fmt.Sprint(renewed), "map[run/0:true run/1:true run/2:false]")
		must(t, d.Leases.DropLeases(ctx, "run/1", "run/2"))
		found, err = d.Leases.FindLeases(ctx, "run/")
		must(t, err)
		equal(t, "leases that are left", len(found), 1)
	})
}

func TestEventsAndFigures(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		d.plan(t, "run", 5)
		for _, id := range d.ids[:4] {
			d.announce(t, "announced", 1, []string{id}, id)
			d.settle(t, 1, id, campaign.Accepted, time.Time{})
		}
		event := func(kind campaign.EventKind, verdict campaign.Verdict, reader string, link int64, at time.Time) *campaign.Event {
			return &campaign.Event{
				ID: campaign.EventID("run", kind, verdict, reader, link), Run: "run", Kind: kind, Verdict: verdict, Reader: reader, Link: link, At: at,
			}
		}
		known := event(campaign.Opened, campaign.Human, "c00", 0, noon)
		known.Contact, known.Delivery = "c00", d.ids[0]
		record := func() {
			t.Helper()
			must(t, d.Events.RecordEvents(ctx, []*campaign.Event{
				known, event(campaign.Opened, campaign.Human, "r2", 0, noon.Add(59*time.Minute)), event(campaign.Opened, campaign.Human, "r2", 0, noon.Add(3*time.Hour)),
				event(campaign.Opened, campaign.Machine, "r3", 0, noon), event(campaign.Opened, campaign.Unknown, "r4", 0, noon),
			}))
			must(t, d.other.Events.RecordEvents(ctx, []*campaign.Event{
				event(campaign.Opened, campaign.Human, "r5", 0, noon.Add(time.Hour)), event(campaign.Clicked, campaign.Human, "r2", 0, noon.Add(time.Hour)),
				event(campaign.Clicked, campaign.Human, "r2", 1, noon), event(campaign.Clicked, campaign.Human, "r2", 3, noon), event(campaign.Clicked, campaign.Human, "r5", 3, noon),
				event(campaign.Clicked, campaign.Machine, "r3", 0, noon), event(campaign.Clicked, campaign.Machine, "r3", 1, noon),
				event(campaign.BouncedEvent, "", "c03", 0, noon), event(campaign.UnsubscribedEvent, campaign.Human, "c01", 0, noon), event(campaign.ComplainedEvent, "", "c02", 0, noon),
			}))
			elsewhere := event(campaign.Opened, campaign.Human, "r9", 0, noon)
			elsewhere.ID, elsewhere.Run = "elsewhere", "run2"
			must(t, d.Events.RecordEvents(ctx, []*campaign.Event{elsewhere}))
			must(t, d.Events.RecordEvents(ctx, nil))
		}
		want := campaign.Figures{
			States: map[campaign.DeliveryState]int64{campaign.Accepted: 4, campaign.Queued: 1}, Audience: 5, Accepted: 4, Waiting: 1,
			Opened: campaign.Verdicts{People: 2, Known: 1, Times: 3, Machines: 1, Unknown: 1}, Clicked: campaign.Verdicts{People: 1, Times: 1, Machines: 1}, Unsubscribed: 1, Complained: 1, CameBack: 1,
		}
		for range 2 { // recorded twice, counted once; counted again, equal
			record()
			for _, s := range []*store.Store{d.Store, d.other} {
				got, err := s.Events.Figures(ctx, "run")
				must(t, err)
				same(t, "figures", got, want)
			}
			hours, err := d.Events.EventsByHour(ctx, "run")
			must(t, err)
			same(t, "by hour", hours, []store.HourlyCount{{Hour: noon, Opened: 2}, {Hour: noon.Add(time.Hour), Opened: 1, Clicked: 1}})
			links, err := d.Events.ClicksByLink(ctx, "run")
			must(t, err)
			same(t, "by link", links, map[int]int64{0: 1, 2: 2})
		}
		of := d.eventsWith(t, "c00")
		equal(t, "of a contact", len(of), 1)
		equal(t, "at", of[0].At, noon)
		of = d.eventsWith(t, "")
		for _, e := range of {
			if e.Contact != "" || e.Delivery != "" {
				t.Errorf("a reader in aggregate mode has a name: %+v", e)
			}
		}
		empty, err := d.Events.Figures(ctx, "none")
		must(t, err)
		equal(t, "of no run", empty.Audience+empty.Opened.People, 0)
	})
}

func TestDailySalt(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		salt := func(s *store.Store, at time.Time) []byte {
			t.Helper()
			v, err := s.Events.DailySalt(ctx, at)
			must(t, err)
			equal(t, "octets", len(v), 32)
			return v
		}
		kept := func() int64 {
			t.Helper()
			n, err := d.engine.Count(ctx, collection(t, "salts"), nil)
			must(t, err)
			return n
		}
		first := salt(d.Store, noon)
		for _, at := range []time.Time{noon, noon.Add(11 * time.Hour), noon.In(time.FixedZone("", 14*3600))} {
			if !bytes.Equal(salt(d.other, at), first) {
				t.Errorf("at %s the day has another secret", at)
			}
		}
		tomorrow := noon.AddDate(0, 0, 1)
		second := salt(d.other, tomorrow)
		equal(t, "only today's is kept", kept(), 1)
		if bytes.Equal(first, second) {
			t.Error("two days have one secret")
		}
		if bytes.Equal(salt(d.Store, noon), first) { // of a process whose clock is slow
			t.Error("yesterday's secret is still there")
		}
		if !bytes.Equal(salt(d.Store, tomorrow), second) {
			t.Error("today's secret has changed")
		}
		equal(t, "what the slow process made is gone too", kept(), 1)
	})
}

// eventsWith returns what is known of a contact's opens, clicks and leavings.
func (d *desk) eventsWith(t *testing.T, contact string) []campaign.Event {
	t.Helper()
	h, err := d.Histories.HistoryOf(ctx, contact, time.Time{}, 10)
	must(t, err)
	return h.Events
}
