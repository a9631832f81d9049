package scheduler

import (
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store"
)

// TestSeriesOnSegment takes in who comes into a segment, and nobody who was in it before.
func TestSeriesOnSegment(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, address string) {
		d := newSeriesDesk(t, address, nil)
		ctx := t.Context()
		rule, err := d.store.Rules.ReadRule(ctx, "kind = school")
		must(t, err)
		schools := segment.Segment{Name: "Schools", Rule: rule}
		must(t, d.store.Segments.CreateSegment(ctx, &schools))
		become := func(c campaign.Contact, kind campaign.Kind) {
			t.Helper()
			_, err := d.store.Contacts.UpdateContact(ctx, c.ID, func(c *campaign.Contact) error { c.Kind = kind; return nil })
			must(t, err)
		}
		d.series = campaign.Series{Name: "Schools", Trigger: campaign.OnEntering, Segments: []string{schools.ID}, Zone: "Europe/Belgrade", Steps: []campaign.SeriesStep{{}, {Wait: 2}}}
		must(t, d.store.Series.CreateSeries(ctx, &d.series, d.messages()))
		before, enters, stays := d.join("before"), d.join("enters"), d.join("stays")
		become(before, campaign.School)
		d.setClock(d.now().Add(time.Hour))
		d.start(campaign.LeaveBefore) // who is in the segment by now was there before, and nobody else
		d.setClock(d.now().Add(time.Second))
		become(enters, campaign.School)
		d.until("2026-12-01T20:00:00Z", 5*time.Hour)
		become(enters, campaign.Partner)
		become(enters, campaign.School) // comes in again
		d.until("2026-12-08T20:00:00Z", 12*time.Hour)
		d.wants(before)
		d.wants(enters, 1, 2)
		d.wants(stays)
	})
}

// TestSeriesOnSegmentAgain lets who left a segment and comes in again begin again, where the series says so: after its end, from its
// middle, and who was there before it.
func TestSeriesOnSegmentAgain(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, address string) {
		d := newSeriesDesk(t, address, nil)
		ctx := t.Context()
		rule, err := d.store.Rules.ReadRule(ctx, "kind = school")
		must(t, err)
		schools := segment.Segment{Name: "Schools", Rule: rule}
		must(t, d.store.Segments.CreateSegment(ctx, &schools))
		d.series = campaign.Series{Name: "Schools", Trigger: campaign.OnEntering, Segments: []string{schools.ID}, Zone: "Europe/Belgrade", Again: true, Steps: []campaign.SeriesStep{{}, {Wait: 2}}}
		must(t, d.store.Series.CreateSeries(ctx, &d.series, d.messages()))
		become := func(kind campaign.Kind, cs ...campaign.Contact) {
			t.Helper()
			d.setClock(d.now().Add(time.Minute))
			for _, c := range cs {
				_, err := d.store.Contacts.UpdateContact(ctx, c.ID, func(c *campaign.Contact) error { c.Kind = kind; return nil })
				must(t, err)
			}
		}
		before, done, middle, once := d.join("before"), d.join("done"), d.join("middle"), d.join("once")
		become(campaign.School, before)
		d.setClock(d.now().Add(time.Hour))
		d.start(campaign.LeaveBefore)
		become(campaign.School, done, once)
		d.until("2026-12-05T08:00:00Z", 12*time.Hour)
		become(campaign.School, middle)
		d.until("2026-12-06T08:00:00Z", 12*time.Hour)
		d.wants(done, 1, 2)
		d.wants(middle, 1)
		become(campaign.Partner, before, done, middle)
		d.until("2026-12-12T08:00:00Z", 12*time.Hour)
		become(campaign.Partner, before) // changed once more while out of it
		d.wants(middle, 1)
		become(campaign.School, before, done, middle)
		d.until("2026-12-20T08:00:00Z", 12*time.Hour)
		d.wants(before, 1, 2)
		d.wants(done, 1, 1, 2, 2)
		d.wants(middle, 1, 1, 2)
		d.wants(once, 1, 2)
	})
}

// TestSeriesKilledAgainAndAgain kills the process that advances a series at each of its writes; the next one goes on, and everybody
// gets every step once.
func TestSeriesKilledAgainAndAgain(t *testing.T) {
	t.Parallel()
	d := newSeriesDesk(t, "", nil)
	ctx := t.Context()
	engine := &mortal{Engine: d.engine()}
	engine.left.Store(1 << 30)
	st, err := store.New(ctx, engine, campaign.NewSigner("test"), d.now)
	must(t, err)
	killed := d.scheduler(d.server, func(c *setup) { c.Node, c.Store = "killed", st })
	d.start(campaign.LeaveBefore)
	d.setClock(d.now().Add(time.Minute))
	first, second := d.join("first"), d.join("second")
	var late campaign.Contact
	for i := range 14 { // half days
		engine.left.Store(int64(i % 7))
		_ = st.Series.AdvanceSeries(ctx) // as far as it comes
		_ = killed.due.fire(ctx)
		d.work()
		if i == 3 {
			late = d.join("late")
		}
		d.setClock(d.now().Add(12 * time.Hour))
	}
	d.work()
	for _, c := range []campaign.Contact{first, second, late} {
		d.wants(c, 1, 2, 3)
	}
	if n := d.server.count(); n != 9 {
		t.Errorf("%d messages left", n)
	}
}
