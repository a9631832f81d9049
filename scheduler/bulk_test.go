package scheduler

import (
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// One process died at the work and another takes it over; what is asked to be taken back is taken back.
// It runs alone, for the sake of its short lease.
func TestBulksAreDoneWhateverDies(t *testing.T) {
	f := newFixture(t, 30)
	ctx := t.Context()
	b := store.Bulk{ID: "b", Action: campaign.BulkAction{Kind: campaign.BulkTag, Tag: "beat"}, By: "Vera"}
	must(t, f.store.Bulks.CreateBulk(ctx, &b))
	_, ok, err := f.store.Leases.AcquireLease(ctx, "bulk/b", "a process that died", nil)
	must(t, err)
	if !ok {
		t.Fatal("no lease")
	}
	s := f.scheduler(newMailServer(1), func(c *setup) { c.LeaseTTL = 200 * time.Millisecond })
	ended := func(state campaign.BulkState) func() bool {
		return func() bool {
			s.Wake()
			now, err := f.store.Bulks.GetBulk(ctx, b.ID)
			must(t, err)
			return now.State == state
		}
	}
	f.runUntil(s, ended(campaign.BulkDone))
	tagged := func() int64 {
		n, err := f.store.Contacts.CountContacts(ctx, store.ContactFilter{Tag: "beat"})
		must(t, err)
		return n
	}
	if n := tagged(); n != 30 {
		t.Errorf("%d contacts are tagged", n)
	}
	_, err = f.store.Bulks.UndoBulk(ctx, b.ID, false)
	must(t, err)
	undone := ended(campaign.BulkUndone)
	f.runUntil(s, func() bool { // stopped just before it drops its lease, a process releases it alone
		left, err := f.store.Leases.FindLeases(ctx, "bulk/")
		must(t, err)
		return undone() && len(left) == 0
	})
	if n := tagged(); n != 0 {
		t.Errorf("%d contacts are tagged after all", n)
	}
	left, err := f.store.Leases.FindLeases(ctx, "bulk/")
	must(t, err)
	if len(left) > 0 {
		t.Errorf("leases are left: %v", left)
	}
}
