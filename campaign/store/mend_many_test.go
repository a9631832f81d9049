package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// cut returns the desk's store on an engine that ends after a number of writes.
func (d *desk) cut(t *testing.T, writes int) *store.Store {
	t.Helper()
	e := &cutOff{d.engine, 1000}
	s, err := store.New(ctx, e, campaign.NewSigner("a secret of the test"), d.now)
	must(t, err)
	s.Bulks.SetBulkBatch(3)
	e.left = writes
	return s
}

// isCut reports whether a step was cut off; any other error is one of the test.
func isCut(t *testing.T, err error) bool {
	t.Helper()
	if err != nil && !errors.Is(err, errCutOff) {
		t.Error(err)
	}
	return err != nil
}

// TestBulksThatAreCutOff cuts actions on many contacts, and taking them back, off after each of their writes. The process that goes on does every
// contact, and taken back all stand as they did before.
func TestBulksThatAreCutOff(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		list := d.addList(t, "Press")
		for name, action := range map[string]campaign.BulkAction{
			"tag":       {Kind: campaign.BulkTag, Tag: "beat"},
			"subscribe": {Kind: campaign.BulkSubscribe, List: list.ID, Basis: campaign.ConsentBasis, Source: "a training", Reference: "folder 3"},
		} {
			done := func(c *campaign.Contact) bool { return slices.Contains(c.Tags, "beat") || len(c.Memberships) > 0 }
			for _, undoing := range []bool{false, true} {
				for writes := 0; ; writes++ {
					what := fmt.Sprintf("%s, undoing %v, after %d writes", name, undoing, writes)
					var ids []string
					for i := range 5 {
						c := campaign.Contact{Email: fmt.Sprintf("%s-%v-%d-%d@x.example", name, undoing, writes, i)}
						ids = append(ids, d.addContact(t, c).ID)
					}
					d.pass(time.Minute)
					b := store.Bulk{ID: campaign.NewID(d.now()), Action: action, Chosen: ids, By: "Vera"}
					must(t, d.Bulks.CreateBulk(ctx, &b))
					s := d.cut(t, writes)
					if undoing {
						_, err := d.Bulks.RunBulk(ctx, b.ID, always)
						must(t, err)
						_, err = d.Bulks.UndoBulk(ctx, b.ID, false)
						must(t, err)
					}
					_, err := s.Bulks.RunBulk(ctx, b.ID, always)
					ended := !isCut(t, err)
					if _, err = d.Bulks.RunBulk(ctx, b.ID, always); err != nil {
						t.Errorf("%s: %v", what, err)
					}
					are := func(want int) {
						t.Helper()
						cs, err := d.Contacts.GetContacts(ctx, ids)
						must(t, err)
						n := 0
						for _, c := range cs {
							if done(c) {
								n++
							}
						}
						equal(t, what, n, want)
					}
					if !undoing {
						are(len(ids))
						d.undo(t, b.ID)
					}
					are(0)
					if ended {
						break
					}
				}
			}
		}
	})
}

// TestBulkErasesThatAreCutOff cuts erasing many contacts off after each of its writes: who goes on erases all.
func TestBulkErasesThatAreCutOff(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		for writes := 0; ; writes++ {
			var ids []string
			for i := range 4 {
				ids = append(ids, d.addContact(t, campaign.Contact{Email: fmt.Sprintf("erased-%d-%d@x.example", writes, i)}).ID)
			}
			d.pass(time.Minute)
			b := store.Bulk{ID: campaign.NewID(d.now()), Action: campaign.BulkAction{Kind: campaign.BulkErase}, Chosen: ids, By: "Vera"}
			must(t, d.Bulks.CreateBulk(ctx, &b))
			_, err := d.cut(t, writes).Bulks.RunBulk(ctx, b.ID, always)
			ended := !isCut(t, err)
			got, err := d.Bulks.RunBulk(ctx, b.ID, always)
			must(t, err)
			_, err = d.Eraser.FinishErasures(ctx)
			must(t, err)
			left, err := d.Contacts.GetContacts(ctx, ids)
			must(t, err)
			if len(left) > 0 || got.State != campaign.BulkDone {
				t.Errorf("after %d writes %d are left, it is %s", writes, len(left), got.State)
			}
			if ended {
				break
			}
		}
	})
}

// TestUndoneImportsThatAreCutOff cuts taking an import back off after each of its writes, and takes it again.
func TestUndoneImportsThatAreCutOff(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		for writes := 0; ; writes++ {
			what := fmt.Sprintf("after %d writes", writes)
			address := func(who string) string { return fmt.Sprintf("%s%d@x.example", who, writes) }
			old := d.addContact(t, campaign.Contact{Email: address("old"), FirstName: "Old"})
			list, organisation := fmt.Sprint("Press ", writes), fmt.Sprint("Glas ", writes)
			_, _, sum := told(t, d.Store, []campaign.ImportRow{
				importRow(2, address("new"), "New", organisation), importRow(3, address("old"), "Other", ""), importRow(4, address("newer"), "Newer", ""),
			}, campaign.ImportOptions{ListName: list, Source: "people.csv", Policy: campaign.Overwrite})
			_, err := d.cut(t, writes).Imports.UndoImport(ctx, sum.Import)
			ended := !isCut(t, err)
			if !ended {
				if _, err := d.Imports.UndoImport(ctx, sum.Import); err != nil && campaign.CodeOf(err) != campaign.Conflict { // which is that it was undone
					t.Errorf("%s: %v", what, err)
				}
			}
			got, err := d.Contacts.GetContact(ctx, old.ID)
			must(t, err)
			equal(t, what+" the old one", fmt.Sprint(got.FirstName, len(got.Memberships)), "Old0")
			for _, who := range []string{"new", "newer"} {
				_, err := d.Contacts.GetContactByAddress(ctx, address(who))
				refused(t, what+" "+who, err, campaign.NotFound)
			}
			_, err = d.Lists.GetListByName(ctx, list)
			refused(t, what+" the list", err, campaign.NotFound)
			_, err = d.Organisations.GetOrganisationByName(ctx, organisation)
			refused(t, what+" the organisation", err, campaign.NotFound)
			i, err := d.Imports.GetImport(ctx, sum.Import)
			must(t, err)
			equal(t, what, i.State, campaign.ImportUndone)
			if ended {
				break
			}
		}
	})
}

// TestVerdictsThatAreCutOff: a refused delivery goes again by itself until the verdict on it is written down, and is as the verdict
// says once that is written again.
func TestVerdictsThatAreCutOff(t *testing.T) {
	for name, step := range map[string]struct {
		take func(s *store.Store, ids []string) error
		to   campaign.DeliveryState
	}{
		"back":   {func(s *store.Store, ids []string) error { return s.Deliveries.QueueAgain(ctx, "run", ids) }, campaign.Queued},
		"failed": {func(s *store.Store, ids []string) error { return s.Deliveries.FailDeferred(ctx, "run", ids, true) }, campaign.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, d *desk) {
				d.plan(t, "run", 6)
				d.announce(t, "they go", 1, d.ids, d.ids...)
				for _, id := range d.ids {
					d.settle(t, 1, id, campaign.Deferred, d.now().Add(time.Hour))
				}
				backwards := slices.Clone(d.ids)
				slices.Reverse(backwards)
				if err := step.take(d.cut(t, 0), backwards); !errors.Is(err, errCutOff) {
					t.Fatal(err)
				}
				d.counts(t, "cut off, the first half by their ids is written", "run", map[campaign.DeliveryState]int64{campaign.Deferred: 3, step.to: 3})
				slices.Sort(backwards)
				for i, id := range backwards {
					got, err := d.Deliveries.GetDelivery(ctx, id)
					must(t, err)
					if i < 3 != (got.State == step.to) || (got.State == campaign.Deferred) == got.NextAt.IsZero() {
						t.Errorf("%d is %s, again at %v", i, got.State, got.NextAt)
					}
				}
				must(t, step.take(d.Store, d.ids))
				d.counts(t, "again", "run", map[campaign.DeliveryState]int64{step.to: 6})
				next, err := d.Deliveries.NextDeferred(ctx, "run")
				must(t, err)
				equal(t, "none goes again", next.IsZero(), true)
			})
		})
	}
}
