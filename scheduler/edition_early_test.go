package scheduler

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// sendNow sends the next edition of the fixture's campaign before its time, approved as it stands.
func (f *fixture) sendNow(p *mailServer) string {
	f.t.Helper()
	ctx, before := f.t.Context(), f.reload().LastRun
	c, err := f.store.Sending.SendNow(ctx, f.campaign.ID, 0)
	must(f.t, err)
	o, err := f.store.Upcomings.PrepareUpcoming(ctx, &c, campaign.Slot{At: c.NextAt})
	must(f.t, err)
	must(f.t, f.store.Upcomings.ApproveUpcoming(ctx, &c, o.Upcoming.ID, ""))
	f.setClock(f.now().Add(time.Second))
	s := f.scheduler(p, nil)
	f.runUntil(s, func() bool { return f.settled(s)() && f.reload().LastRun != before })
	return f.reload().LastRun
}

// What was sent by hand before its time is told by no later edition: its regular time comes with what is new since.
func TestEditionsSentBeforeTheirTime(t *testing.T) {
	t.Parallel()
	for _, kind := range []campaign.ContentKind{campaign.GatherContent, campaign.CopyContent} {
		for _, way := range []string{"sent twice", "skipped before"} {
			t.Run(fmt.Sprint(kind, " ", way), func(t *testing.T) {
				onBothStores(t, 2, func(t *testing.T, f *fixture) { checkSentEarly(t, f, kind, way == "skipped before") })
			})
		}
	}
}

func checkSentEarly(t *testing.T, f *fixture, kind campaign.ContentKind, skipped bool) {
	slot := f.editions(campaign.ContentRule{Kind: kind, Late: campaign.WaitLate})
	p := newMailServer(1)
	var sent []campaign.Release
	// next makes an edition that says something new, and checks that nothing of those before comes again.
	next := func(title string) campaign.Outlook {
		t.Helper()
		f.setClock(f.now().Add(time.Hour))
		if kind == campaign.GatherContent {
			f.publish(title, nil)
		}
		o := f.ahead()
		for _, old := range sent {
			if o.Release.ID == old.ID || o.Release.Says() == old.Says() {
				t.Fatalf("%s: the release of an edition that went out comes again, which says %q", title, headlines(&o.Release, campaign.English))
			}
		}
		if got := headlines(&o.Release, campaign.English); kind == campaign.GatherContent && !slices.Equal(got, []string{title}) {
			t.Fatalf("the edition tells %q, not %q", got, title)
		}
		if kind == campaign.CopyContent {
			c := f.reload()
			if fate, why := o.Fate(&c.Content); fate != campaign.Waits {
				t.Fatalf("%s: a copy that nobody has written %s: %s", title, fate, why)
			}
			f.write(o.Release.ID, title)
		}
		return o
	}
	gone := func(id string) {
		t.Helper()
		e, err := f.store.Runs.GetEdition(t.Context(), id)
		must(t, err)
		sent = append(sent, e.Release)
		if p.count() != 2*len(sent) {
			t.Fatalf("%d messages of %d editions", p.count(), len(sent))
		}
		c := f.reload()
		o, err := f.store.Upcomings.NextEdition(t.Context(), &c)
		if campaign.UnlessMissing(err) != nil || err == nil && o.Release.ID == e.Release.ID && o.Upcoming.State == campaign.UpcomingOpen {
			t.Fatalf("what went out is shown as the next edition: %v", err)
		}
	}
	o := next("first")
	if skipped {
		_, err := f.store.Upcomings.SkipUpcoming(t.Context(), o.Upcoming.ID, campaign.Textf("nobody reads it"))
		must(t, err)
		gone(f.sendNow(p))
		must(t, f.store.Upcomings.UnskipUpcoming(t.Context(), o.Upcoming.ID))
	} else {
		gone(f.sendNow(p))
	}
	next("second")
	gone(f.sendNow(p))
	o = next("third")
	if c := f.reload(); !o.Upcoming.Slot.Equal(slot.At) || !c.NextAt.Equal(slot.At) {
		t.Fatalf("the third edition is that of %s", o.Upcoming.Slot)
	}
	c := f.reload()
	must(t, f.store.Upcomings.ApproveUpcoming(t.Context(), &c, o.Upcoming.ID, ""))
	f.pass(p)
	gone(f.reload().LastRun)
}
