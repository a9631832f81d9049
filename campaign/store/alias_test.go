package store_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
)

// A newsroom's address stands beside everybody's there.
func TestAddressBesideManyRows(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		press := d.addList(t, "Press")
		var rows []campaign.ImportRow
		for i := range 300 {
			rows = append(rows, cellRow(i+2, fmt.Sprintf("r%d@x.example", i), "redakcija@x.example, desk@x.example"))
		}
		told(t, d.Store, rows, campaign.ImportOptions{List: press.ID})
		_, results, _ := told(t, d.Store, rows, campaign.ImportOptions{List: press.ID})
		for _, r := range results {
			equal(t, "again", r.Outcome, campaign.RowUnchanged)
		}
		c, err := d.Contacts.GetContactByAddress(ctx, "r7@x.example")
		must(t, err)
		must(t, d.Eraser.EraseContact(ctx, c.ID))
		equal(t, "an office beside somebody who was erased", d.imported(t, press.ID, "desk@x.example"), campaign.RowAdded)
	})
}

// An erased address is taken out of other contacts in whichever way it stands there, also of one that was kept under rules
// of an older version.
func TestErasedAddressBesideOthers(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		press := d.addList(t, "Press")
		zdravka := d.addContact(t, campaign.Contact{Email: "zdravka@x.example"}, press.ID)
		old := d.addContact(t, campaign.Contact{Email: "old@x.example", Attributes: map[string]string{campaign.OtherAddress: "Zdravka Z <zdravka@x.example>"}})
		lines := d.addContact(t, campaign.Contact{Email: "lines@x.example", Attributes: map[string]string{campaign.OtherAddresses: "zdravka@x.example\nc@x.example"}})
		_, err := d.engine.Update(ctx, collection(t, "contacts"), document.ByID(old.ID), document.Change{Set: map[string]any{"language": "tlh"}})
		must(t, err)
		must(t, d.Eraser.EraseContact(ctx, zdravka.ID))
		_, err = d.Eraser.FinishErasures(ctx)
		must(t, err)
		now, err := d.Contacts.GetContact(ctx, lines.ID)
		must(t, err)
		equal(t, "what is left", now.Attributes[campaign.OtherAddresses], "c@x.example")
		if bytes.Contains(d.raw(t), []byte("dravka")) {
			t.Error("who was erased is still kept")
		}
	})
}

// Undoing an import forgets beside whom addresses stood of the contacts it takes back, and of no others.
func TestUndoForgetsAddressesBeside(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		press := d.addList(t, "Press")
		rows := []campaign.ImportRow{cellRow(2, "a@x.example", "a2@x.example"), importRow(3, "b@x.example", "B", "")}
		_, _, summary := told(t, d.Store, rows, campaign.ImportOptions{List: press.ID})
		b, err := d.Contacts.GetContactByAddress(ctx, "b@x.example")
		must(t, err)
		_, err = d.Contacts.UpdateContact(ctx, b.ID, func(c *campaign.Contact) error { c.Place = "Niš"; return nil })
		must(t, err)
		undone, err := d.Imports.UndoImport(ctx, summary.Import)
		must(t, err)
		equal(t, "kept", undone.Kept, 1)
		told(t, d.Store, rows[:1], campaign.ImportOptions{List: press.ID})
		a, err := d.Contacts.GetContactByAddress(ctx, "a@x.example")
		must(t, err)
		must(t, d.Eraser.EraseContact(ctx, a.ID))
		equal(t, "the other address of who was erased", d.imported(t, press.ID, "a2@x.example"), campaign.RowLeft)
	})
}
