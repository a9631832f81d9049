package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

func TestUndoImport(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		old := d.addContact(t, campaign.Contact{Email: "old@x.example", FirstName: "Old"})
		touched := d.addContact(t, campaign.Contact{Email: "touched@x.example"})
		same := d.addContact(t, campaign.Contact{Email: "same@x.example", Place: "Niš"})
		rows := []campaign.ImportRow{
			importRow(2, "new@x.example", "New", "Glas Primera"), importRow(3, "old@x.example", "Other", "Glas Primera"), importRow(4, "touched@x.example", "T", ""),
			importRow(5, "edited@x.example", "E", "Radio Primer"), importRow(6, "redakcija@gmial.com", "", ""),
		}
		_, results, sum := told(t, d.Store, rows, campaign.ImportOptions{ListName: "Press", Source: "people.csv", Policy: campaign.Overwrite})
		if sum.Import == "" || !sum.ListMade || len(results[4].Notes) != 1 {
			t.Fatalf("summary %+v, results %+v", sum, results)
		}
		role, err := d.Contacts.GetContactByAddress(ctx, "redakcija@gmial.com")
		must(t, err)
		equal(t, "tags of an office", len(role.Tags), 1)
		found, err := d.Imports.FindImports(ctx, 10)
		must(t, err)
		if len(found) != 1 || found[0].State != campaign.ImportDone || found[0].Summary.Outcomes[campaign.RowAdded] != 3 || found[0].Source != "people.csv" {
			t.Errorf("imports %+v", found)
		}
		edited, err := d.Contacts.GetContactByAddress(ctx, "edited@x.example")
		must(t, err)
		for _, id := range []string{edited.ID, touched.ID} {
			_, err = d.Contacts.UpdateContact(ctx, id, func(c *campaign.Contact) error { c.Phone = "011"; return nil })
			must(t, err)
		}

		done, err := d.Imports.UndoImport(ctx, sum.Import)
		must(t, err)
		equal(t, "undone", done, campaign.ImportUndo{Removed: 2, Restored: 1, Kept: 2})
		got, err := d.Contacts.GetContact(ctx, old.ID)
		must(t, err)
		if got.FirstName != "Old" || got.Organisation != "" || len(got.Memberships) != 0 || len(got.On) != 0 {
			t.Errorf("put back: %+v", got)
		}
		got, err = d.Contacts.GetContact(ctx, touched.ID)
		must(t, err)
		equal(t, "changed since", got.FirstName+got.Phone, "T011")
		_, err = d.Contacts.GetContactByAddress(ctx, "new@x.example")
		refused(t, "an added contact", err, campaign.NotFound)
		_, err = d.Organisations.GetOrganisationByName(ctx, "Glas Primera")
		refused(t, "an organisation nobody belongs to", err, campaign.NotFound)
		_, err = d.Organisations.GetOrganisationByName(ctx, "Radio Primer")
		must(t, err)
		_, err = d.Lists.GetListByName(ctx, "Press") // somebody who stayed is on it
		must(t, err)
		got, err = d.Contacts.GetContact(ctx, same.ID)
		must(t, err)
		equal(t, "others", got.Version, int64(1))
		_, err = d.Imports.UndoImport(ctx, sum.Import)
		refused(t, "undoing again", err, campaign.Conflict)
		_, err = d.Imports.UndoImport(ctx, "none")
		refused(t, "undoing what never was", err, campaign.NotFound)
	})
}

func TestUndoImportLeavesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		_, _, sum := told(t, d.Store, []campaign.ImportRow{importRow(2, "a@x.example", "", "Glas")}, campaign.ImportOptions{ListName: "Press"})
		_, err := d.Imports.UndoImport(ctx, sum.Import)
		must(t, err)
		_, err = d.Lists.GetListByName(ctx, "Press")
		refused(t, "the list the import made", err, campaign.NotFound)
		_, _, sum = told(t, d.Store, []campaign.ImportRow{importRow(2, "a@x.example", "", "Glas")}, campaign.ImportOptions{ListName: "Press"})
		d.pass(31 * 24 * time.Hour)
		_, err = d.Imports.UndoImport(ctx, sum.Import)
		refused(t, "an import long ago", err, campaign.Conflict)
		_, _, again := told(t, d.Store, []campaign.ImportRow{importRow(2, "a@x.example", "", "Glas")}, campaign.ImportOptions{ListName: "Press"})
		equal(t, "an import that changes nothing", again.Import, "")
		told(t, d.Store, []campaign.ImportRow{importRow(2, "b@x.example", "", "Glas")}, campaign.ImportOptions{ListName: "Press"})
		i, err := d.Imports.GetImport(ctx, sum.Import)
		must(t, err)
		equal(t, "it is closed by the next", i.State, campaign.ImportClosed)
	})
}

func TestNoUndoOnceSomethingWasSent(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		_, _, sum := told(t, d.Store, []campaign.ImportRow{importRow(2, "a@x.example", "", ""), importRow(3, "b@x.example", "", "")}, campaign.ImportOptions{ListName: "Press"})
		c, err := d.Contacts.GetContactByAddress(ctx, "b@x.example")
		must(t, err)
		d.pass(time.Minute)
		must(t, d.Deliveries.PlanDeliveries(ctx, []*campaign.Delivery{{ID: "run.00.x", Run: "run", Contact: c.ID, Email: c.Email, State: campaign.Queued, MadeAt: noon.Add(time.Minute)}}))
		_, err = d.Imports.UndoImport(ctx, sum.Import)
		refused(t, "undoing what was written to", err, campaign.Conflict)
		i, err := d.Imports.GetImport(ctx, sum.Import)
		must(t, err)
		refused(t, "offering to undo it", d.Imports.CanUndo(ctx, &i), campaign.Conflict)
		n, err := d.Contacts.CountContacts(ctx, store.ContactFilter{})
		must(t, err)
		equal(t, "contacts", n, int64(2))
	})
}

// A file that breaks off leaves what it brought, which can be run again or undone.
func TestImportThatBreaksOff(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		broken := errors.New("the disk is gone")
		rows := func(yield func(campaign.ImportRow, error) bool) {
			for i := range 700 {
				if !yield(importRow(i+2, string(rune('a'+i%26))+string(rune('a'+i/26))+"@x.example", "", ""), nil) {
					return
				}
			}
			yield(campaign.ImportRow{}, broken)
		}
		sum, err := d.Imports.ImportFrom(ctx, rows, campaign.ImportOptions{ListName: "Press"}, nil)
		if !errors.Is(err, broken) {
			t.Fatalf("error %v", err)
		}
		i, err := d.Imports.GetImport(ctx, sum.Import)
		must(t, err)
		equal(t, "its record", fmt.Sprintf("%s %v", i.State, i.Summary.Outcomes), "cut_off map[added:700]")
		done, err := d.Imports.UndoImport(ctx, sum.Import)
		must(t, err)
		equal(t, "removed", done.Removed, 700)
	})
}

// heard is an engine that says when the record of an import first counts contacts, and holds what is written to it after that until
// told to go on, so that nobody else writes to it at the same moment.
type heard struct {
	document.Engine
	counts chan campaign.Import
	goOn   chan struct{}
	once   *sync.Once
}

func (e heard) Replace(ctx context.Context, c *document.Collection, doc any, version int64) error {
	i, ok := doc.(*campaign.Import)
	if !ok || i.Summary.Outcomes[campaign.RowAdded] == 0 {
		return e.Engine.Replace(ctx, c, doc, version)
	}
	first := false
	e.once.Do(func() { first = true })
	if !first {
		<-e.goOn
	}
	err := e.Engine.Replace(ctx, c, doc, version)
	if first && err == nil {
		e.counts <- *i
	}
	return err
}

// aliveImport begins an import of more than one load in a process named here, and calls during while it is under way, with its
// record once that counts what was added.
func aliveImport(t *testing.T, d *desk, beat time.Duration, during func(i campaign.Import)) error {
	t.Helper()
	e := heard{d.engine, make(chan campaign.Import, 1), make(chan struct{}), new(sync.Once)}
	s, err := store.New(ctx, e, campaign.NewSigner("a secret of the test"), d.now)
	must(t, err)
	s.Imports.SetProcess("here", nil)
	s.Imports.Beat = beat
	_, err = s.Imports.ImportFrom(ctx, func(yield func(campaign.ImportRow, error) bool) {
		for n := range 5000 {
			if !yield(importRow(n+2, fmt.Sprintf("p%d@x.example", n), "", ""), nil) {
				return
			}
		}
		defer close(e.goOn)
		during(<-e.counts)
	}, campaign.ImportOptions{ListName: "Press"}, nil)
	return err
}

func TestImportSaysHowFarItIs(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		ended := false
		d.Imports.SetProcess("here", func(name string) bool { return ended && name == "here" })
		must(t, aliveImport(t, d, time.Millisecond, func(i campaign.Import) {
			equal(t, "state", i.State, campaign.ImportRunning)
			_, err := d.Imports.UndoImport(ctx, i.ID)
			refused(t, "undoing while it is under way", err, campaign.Conflict)
			ended = true
			i, err = d.Imports.GetImport(ctx, i.ID)
			must(t, err)
			equal(t, "state when its process has ended", i.State, campaign.ImportCutOff)
		}))
		found, err := d.Imports.FindImports(ctx, 1)
		must(t, err)
		equal(t, "in the end", fmt.Sprintf("%s %d", found[0].State, found[0].Summary.Rows), "done 5000")
	})
}

// An import that was silent can be undone, and writes nothing more should it wake again.
func TestSilentImportIsUndone(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		err := aliveImport(t, d, 50*time.Millisecond, func(i campaign.Import) {
			d.Imports.SetProcess("other", func(string) bool { return true })
			done, err := d.Imports.UndoImport(ctx, i.ID)
			must(t, err)
			equal(t, "removed", done.Removed, i.Summary.Outcomes[campaign.RowAdded])
		})
		refused(t, "an import that was undone while it was under way", err, campaign.Conflict)
		found, err := d.Imports.FindImports(ctx, 1)
		must(t, err)
		equal(t, "state", found[0].State, campaign.ImportUndone)
	})
}

func TestKilledImportIsKnownByItsSilence(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		at := slices.IndexFunc(store.Collections, func(c *document.Collection) bool { return c.Name == "imports" })
		for silent, want := range map[time.Duration]campaign.ImportState{59 * time.Second: campaign.ImportRunning, 61 * time.Second: campaign.ImportCutOff} {
			killed := campaign.Import{ID: "killed", Version: 1, State: campaign.ImportRunning, StartedAt: noon.Add(-time.Hour), HeardAt: noon.Add(-silent)}
			must(t, d.engine.Upsert(ctx, store.Collections[at], &killed))
			i, err := d.Imports.GetImport(ctx, killed.ID)
			must(t, err)
			equal(t, "state", i.State, want)
			equal(t, "may be undone", d.Imports.CanUndo(ctx, &i) == nil, want == campaign.ImportCutOff)
		}
	})
}

// A contact that is deleted does not come back by undoing an import, and nothing is kept of it.
func TestUndoBringsNobodyBack(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		old := d.addContact(t, campaign.Contact{Email: "old@x.example"})
		_, _, sum := told(t, d.Store, []campaign.ImportRow{importRow(2, "old@x.example", "New", ""), importRow(3, "new@x.example", "", "")}, campaign.ImportOptions{ListName: "Press"})
		must(t, d.Eraser.DeleteContact(ctx, old.ID))
		done, err := d.Imports.UndoImport(ctx, sum.Import)
		must(t, err)
		equal(t, "undone", done, campaign.ImportUndo{Removed: 1})
		n, err := d.Contacts.CountContacts(ctx, store.ContactFilter{})
		must(t, err)
		equal(t, "contacts", n, int64(0))
	})
}

func TestDotsAtGmailAreOneAddress(t *testing.T) {
	lines, results, _ := told(t, importStore(t), []campaign.ImportRow{
		importRow(2, "a.na@gmail.com", "", ""), importRow(3, "ANA@googlemail.com", "", ""), importRow(4, "a.na@x.example", "", ""), importRow(5, "ana@x.example", "", ""),
	}, campaign.ImportOptions{})
	same(t, "outcomes", lines, []string{"2 added", "3 duplicate", "4 added", "5 added"})
	equal(t, "reason", results[1].Reason.String(), "the same address stands on line 2")
}

func TestMappings(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		got, err := d.Imports.GetMapping(ctx, "kome|ko")
		must(t, err)
		equal(t, "of files nobody spoke of", len(got), 0)
		for _, columns := range [][]string{{"email", "notes"}, {"email", "full name"}} {
			must(t, d.Imports.SaveMapping(ctx, "kome|ko", columns))
			got, err = d.Imports.GetMapping(ctx, "kome|ko")
			must(t, err)
			same(t, "remembered", got, columns)
		}
	})
}
