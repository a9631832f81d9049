package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

func always() error { return nil }

// do runs an action on many contacts to its end.
func (d *desk) do(t *testing.T, a campaign.BulkAction, f store.ContactFilter, chosen ...string) store.Bulk {
	t.Helper()
	b := store.Bulk{ID: campaign.NewID(d.now()), Action: a, Filter: f, Chosen: chosen, By: "Vera"}
	must(t, d.Bulks.CreateBulk(ctx, &b))
	b, err := d.Bulks.RunBulk(ctx, b.ID, always)
	must(t, err)
	equal(t, "state", b.State, campaign.BulkDone)
	return b
}

func (d *desk) undo(t *testing.T, id string) store.Bulk {
	t.Helper()
	_, err := d.Bulks.UndoBulk(ctx, id, false)
	must(t, err)
	b, err := d.Bulks.RunBulk(ctx, id, always)
	must(t, err)
	equal(t, "state", b.State, campaign.BulkUndone)
	return b
}

func (d *desk) addMany(t *testing.T, n int) {
	t.Helper()
	var cs []*campaign.Contact
	for i := range n {
		c := &campaign.Contact{ID: fmt.Sprintf("c%04d", i), Version: 1, Email: fmt.Sprintf("c%d@x.example", i), Kind: campaign.Journalist, CreatedAt: d.now()}
		if i%3 == 0 {
			c.Tags = []string{"beat"}
		}
		if i%2 == 0 {
			c.Language = campaign.French
		}
		must(t, c.Normalize(""))
		cs = append(cs, c)
	}
	must(t, d.Contacts.InsertContacts(ctx, cs))
}

// What is cut off after its first part goes on where it was, does every contact once, and is taken back whole.
func TestBulkIsCutOffAndGoesOn(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		d.addMany(t, 30)
		d.Bulks.SetBulkBatch(10)
		lost := errors.New("the lease is lost")
		cut := func(steps int) func() error {
			return func() error {
				if steps--; steps < 0 {
					return lost
				}
				return nil
			}
		}
		b := store.Bulk{ID: "b1", Action: campaign.BulkAction{Kind: campaign.BulkTag, Tag: "Beat"}, Filter: store.ContactFilter{Kind: campaign.Journalist}, Expected: 30}
		must(t, d.Bulks.CreateBulk(ctx, &b))
		again := store.Bulk{ID: "b1", Action: b.Action}
		refused(t, "the same form again", d.Bulks.CreateBulk(ctx, &again), campaign.Conflict)
		if _, err := d.Bulks.RunBulk(ctx, b.ID, cut(1)); !errors.Is(err, lost) {
			t.Fatalf("error %v", err)
		}
		_, err := d.Bulks.UndoBulk(ctx, b.ID, false)
		refused(t, "undoing while it is under way", err, campaign.Conflict)
		d.pass(time.Minute)
		d.addContact(t, campaign.Contact{Email: "late@x.example", Kind: campaign.Journalist})
		ids, err := d.Bulks.FindBulksUnderWay(ctx)
		must(t, err)
		same(t, "under way", ids, []string{"b1"})
		hand := store.Bulk{ID: "hand", Action: campaign.BulkAction{Kind: campaign.BulkResume}, InHand: true}
		must(t, d.Bulks.CreateBulk(ctx, &hand))
		ids, err = d.Bulks.FindBulksUnderWay(ctx)
		must(t, err)
		same(t, "not what a request has in hand", ids, []string{"b1"})
		d.pass(2 * time.Minute)
		ids, err = d.Bulks.FindBulksUnderWay(ctx)
		must(t, err)
		equal(t, "but not for ever", len(ids), 2)
		got, err := d.other.Bulks.RunBulk(ctx, b.ID, always)
		must(t, err)
		if got.State != campaign.BulkDone || got.Seen != 30 || got.Changed != 20 {
			t.Errorf("done: %+v", got)
		}
		tagged := func() int64 {
			n, err := d.Contacts.CountContacts(ctx, store.ContactFilter{Tag: "beat"})
			must(t, err)
			return n
		}
		equal(t, "tagged", tagged(), 30)
		_, err = d.Bulks.StopBulk(ctx, b.ID)
		refused(t, "stopping what is done", err, campaign.Conflict)

		_, err = d.Bulks.UndoBulk(ctx, b.ID, false)
		must(t, err)
		if got, err = d.Bulks.RunBulk(ctx, b.ID, always); err != nil || got.State != campaign.BulkUndone || got.Reverted != 20 {
			t.Errorf("undone: %+v, %v", got, err)
		}
		equal(t, "tagged as before", tagged(), 10)
		_, err = d.Bulks.UndoBulk(ctx, b.ID, false)
		refused(t, "undoing again", err, campaign.Conflict)
	})
}

func TestBulkOnLists(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		press, other := d.addList(t, "Press"), d.addList(t, "Other")
		fresh := d.addContact(t, campaign.Contact{Email: "fresh@x.example"})
		on := d.addContact(t, campaign.Contact{Email: "on@x.example"}, press.ID)
		off := d.addContact(t, campaign.Contact{Email: "off@x.example"}, press.ID, other.ID)
		left := d.addContact(t, campaign.Contact{Email: "left@x.example"}, press.ID)
		written := d.addContact(t, campaign.Contact{Email: "written@x.example"})
		gone := d.addContact(t, campaign.Contact{Email: "gone@x.example"})
		_, err := d.Contacts.LeaveLists(ctx, off.ID, []string{press.ID}, campaign.Removed)
		must(t, err)
		_, err = d.Contacts.LeaveLists(ctx, left.ID, []string{press.ID}, campaign.Unsubscribed)
		must(t, err)
		must(t, d.Suppressions.Suppress(ctx, "gone@x.example", campaign.HardBounce, ""))
		status := func(c campaign.Contact) campaign.MembershipStatus {
			now, err := d.Contacts.GetContact(ctx, c.ID)
			must(t, err)
			if m := now.Membership(press.ID); m != nil {
				return m.Status
			}
			return ""
		}
		d.pass(time.Hour)
		b := d.do(t, campaign.BulkAction{Kind: campaign.BulkSubscribe, List: press.ID, Basis: campaign.ConsentBasis, Source: "a training", Reference: "folder 3"}, store.ContactFilter{})
		if b.Seen != 6 || b.Changed != 3 {
			t.Errorf("put on the list: %+v", b)
		}
		for c, want := range map[*campaign.Contact]campaign.MembershipStatus{&fresh: campaign.Subscribed, &on: campaign.Subscribed, &off: campaign.Subscribed, &left: campaign.Unsubscribed, &gone: ""} {
			equal(t, c.Email, status(*c), want)
		}
		d.pass(time.Minute)
		must(t, d.Deliveries.PlanDeliveries(ctx, []*campaign.Delivery{{ID: "r.00.x", Run: "r", Contact: written.ID, Email: written.Email, State: campaign.Queued, MadeAt: d.now()}}))
		equal(t, "put back", d.undo(t, b.ID).Reverted, 3)
		for c, want := range map[*campaign.Contact]campaign.MembershipStatus{&fresh: "", &on: campaign.Subscribed, &off: campaign.Removed, &written: campaign.Removed} {
			equal(t, c.Email+" after", status(*c), want)
		}
		now, err := d.Contacts.GetContact(ctx, off.ID)
		must(t, err)
		equal(t, "its basis as it was", now.Membership(press.ID).Basis, campaign.ConsentBasis)

		b = d.do(t, campaign.BulkAction{Kind: campaign.BulkRemove, List: press.ID}, store.ContactFilter{List: press.ID})
		equal(t, "taken off", b.Changed, 1)
		equal(t, "status", status(on), campaign.Removed)
		d.undo(t, b.ID)
		equal(t, "status after", status(on), campaign.Subscribed)

		_, err = d.Lists.UpdateList(ctx, press.ID, func(l *campaign.List) error { l.Archived = true; return nil })
		must(t, err)
		for code, list := range map[campaign.Code]string{campaign.Conflict: press.ID, campaign.Invalid: "none"} {
			b := store.Bulk{ID: "x", Action: campaign.BulkAction{Kind: campaign.BulkSubscribe, List: list, Basis: campaign.ConsentBasis, Source: "a", Reference: "b"}}
			refused(t, "a list nobody can be put on", d.Bulks.CreateBulk(ctx, &b), code)
		}
	})
}

// What somebody changed since stays; who was deleted does not come back; nothing is kept of them.
func TestBulkUndoKeepsWhatIsNewer(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		d.addMany(t, 6)
		b := d.do(t, campaign.BulkAction{Kind: campaign.BulkLanguage, Language: campaign.English}, store.ContactFilter{}, "c0000", "c0001", "c0002", "c0003")
		equal(t, "changed", b.Changed, 4)
		_, err := d.Contacts.UpdateContact(ctx, "c0000", func(c *campaign.Contact) error { c.Language = campaign.SerbianLatin; return nil })
		must(t, err)
		_, err = d.Contacts.UpdateContact(ctx, "c0001", func(c *campaign.Contact) error { c.Place = "Niš"; return nil })
		must(t, err)
		must(t, d.Eraser.DeleteContact(ctx, "c0002"))
		equal(t, "put back", d.undo(t, b.ID).Reverted, 2)
		var got []campaign.Language
		for _, id := range []string{"c0000", "c0001", "c0003"} {
			c, err := d.Contacts.GetContact(ctx, id)
			must(t, err)
			got = append(got, c.Language)
		}
		same(t, "languages", got, []campaign.Language{campaign.SerbianLatin, "", ""})
	})
}

// A rule says whom it is about, also when doing it makes the rule untrue.
func TestBulkByRule(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		d.addMany(t, 30)
		d.Bulks.SetBulkBatch(4)
		r, err := d.Rules.ReadRule(ctx, "tag = beat and language = fr")
		must(t, err)
		b := d.do(t, campaign.BulkAction{Kind: campaign.BulkUntag, Tag: "beat"}, store.ContactFilter{Rule: &r})
		equal(t, "changed", b.Changed, 5)
		n, err := d.Contacts.CountContacts(ctx, store.ContactFilter{Rule: &r})
		must(t, err)
		equal(t, "left", n, 0)
		equal(t, "put back", d.undo(t, b.ID).Reverted, 5)
	})
}

func TestBulkErase(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		d.addMany(t, 6)
		b := d.do(t, campaign.BulkAction{Kind: campaign.BulkErase}, store.ContactFilter{Tag: "beat"})
		equal(t, "erased", b.Changed, 2)
		n, err := d.Contacts.CountContacts(ctx, store.ContactFilter{})
		must(t, err)
		equal(t, "left", n, 4)
		_, err = d.Bulks.UndoBulk(ctx, b.ID, false)
		refused(t, "bringing back who was erased", err, campaign.Conflict)
	})
}

// purges counts how often what was deleted is overwritten, which folds the whole log of an SQLite file into it.
type purges struct {
	document.Engine
	n int
}

func (p *purges) Scrub(ctx context.Context) error {
	p.n++
	return p.Engine.Scrub(ctx)
}

func TestBulkErasePurgesOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		d.addMany(t, 6)
		counted := &purges{Engine: d.engine}
		var err error
		d.Store, err = store.New(ctx, counted, campaign.NewSigner("a secret of the test"), d.now)
		must(t, err)
		equal(t, "erased", d.do(t, campaign.BulkAction{Kind: campaign.BulkErase}, store.ContactFilter{}).Changed, 6)
		equal(t, "purges", counted.n, 1)
		open, err := d.Eraser.FinishErasures(ctx)
		must(t, err)
		equal(t, "open", open, 0)
	})
}

func TestBulkIsStopped(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		d.addMany(t, 30)
		d.Bulks.SetBulkBatch(10)
		b := store.Bulk{ID: "b", Action: campaign.BulkAction{Kind: campaign.BulkSetKind, ContactKind: campaign.Partner}}
		must(t, d.Bulks.CreateBulk(ctx, &b))
		steps := 0
		got, err := d.Bulks.RunBulk(ctx, b.ID, func() error {
			if steps++; steps == 2 {
				_, err := d.other.Bulks.StopBulk(ctx, b.ID)
				return err
			}
			return nil
		})
		must(t, err)
		if got.State != campaign.BulkStopped || got.Changed != 10 && got.Changed != 20 {
			t.Errorf("stopped: %+v", got)
		}
		equal(t, "put back", d.undo(t, b.ID).Reverted, got.Changed)
	})
}

func TestBulksThatAreOld(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		d.addMany(t, 2)
		old := d.do(t, campaign.BulkAction{Kind: campaign.BulkPause}, store.ContactFilter{})
		d.pass(31 * 24 * time.Hour)
		_, err := d.Bulks.UndoBulk(ctx, old.ID, false)
		refused(t, "undoing what is long ago", err, campaign.Conflict)
		d.do(t, campaign.BulkAction{Kind: campaign.BulkResume}, store.ContactFilter{})
		found, err := d.Bulks.FindBulks(ctx, 10)
		must(t, err)
		if len(found) != 2 || found[1].ID != old.ID || found[1].State != campaign.BulkClosed {
			t.Errorf("found %+v", found)
		}
		many := store.Bulk{ID: "m", Action: campaign.BulkAction{Kind: campaign.BulkPause}, Chosen: slices.Repeat([]string{"x"}, store.MaxChosen+1)}
		refused(t, "more than can be chosen", d.Bulks.CreateBulk(ctx, &many), campaign.Invalid)
		refused(t, "nothing to do", d.Bulks.CreateBulk(ctx, &store.Bulk{ID: "n"}), campaign.Invalid)
		_, err = d.Bulks.RunBulk(ctx, "none", always)
		refused(t, "what never was", err, campaign.NotFound)
	})
}
