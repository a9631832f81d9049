package store_test

import (
	"bytes"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

// cellRow is a row whose cell holds several addresses.
func cellRow(line int, email, others string) campaign.ImportRow {
	r := importRow(line, email, "X", "")
	r.Contact.Attributes = map[string]string{campaign.OtherAddresses: others}
	return r
}

func TestImportLooksAtEveryAddressOfARow(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		press := d.addList(t, "Press")
		left := d.addContact(t, campaign.Contact{Email: "left@x.example"}, press.ID)
		_, err := d.Contacts.LeaveLists(ctx, left.ID, []string{press.ID}, campaign.Unsubscribed)
		must(t, err)
		spam := d.addContact(t, campaign.Contact{Email: "spam@x.example"}, press.ID)
		must(t, d.Contacts.SetContactStatus(ctx, spam.ID, campaign.Complained, ""))
		d.addContact(t, campaign.Contact{Email: "reader@x.example"}, press.ID)
		must(t, d.Suppressions.Suppress(ctx, "leftall@x.example", campaign.LeftAll, ""))
		must(t, d.Suppressions.Suppress(ctx, "dead@x.example", campaign.HardBounce, ""))
		erased := d.addContact(t, campaign.Contact{Email: "zdravka@x.example"})
		must(t, d.Suppressions.Suppress(ctx, erased.Email, campaign.HardBounce, ""))
		must(t, d.Eraser.EraseContact(ctx, erased.ID))

		lines, results, _ := told(t, d.Store, []campaign.ImportRow{
			cellRow(2, "a@q.example", "LEFT@x.example"), cellRow(3, "b@q.example", "spam@x.example"), cellRow(4, "c@q.example", "c2@q.example, leftall@x.example"),
			cellRow(5, "d@q.example", "zdravka@x.example"), cellRow(6, "e@q.example", "dead@x.example, e2@q.example"), cellRow(7, "f@q.example", "dead@x.example"),
			cellRow(8, "g@q.example", "reader@x.example"), importRow(9, "h@q.example", "H", ""),
		}, campaign.ImportOptions{List: press.ID})
		same(t, "outcomes", lines, []string{
			"2 left_alone", "3 left_alone", "4 left_alone", "5 left_alone", "6 added", "7 added", "8 added", "9 added",
		})
		equal(t, "notes on an address left out", len(results[4].Notes), 1)
		for address, others := range map[string]map[string]string{
			"e@q.example": {campaign.OtherAddresses: "e2@q.example"}, "f@q.example": {}, "g@q.example": {campaign.OtherAddresses: "reader@x.example"},
		} {
			c, err := d.Contacts.GetContactByAddress(ctx, address)
			must(t, err)
			if len(c.Attributes) != len(others) || c.Attributes[campaign.OtherAddresses] != others[campaign.OtherAddresses] {
				t.Errorf("attributes of %s: %v, want %v", address, c.Attributes, others)
			}
		}
		if bytes.Contains(d.raw(t), []byte("dravka")) {
			t.Error("who was erased is kept again")
		}
	})
}

// imported returns what becomes of one row with an address.
func (d *desk) imported(t *testing.T, list, address string) campaign.ImportOutcome {
	t.Helper()
	_, results, _ := told(t, d.Store, []campaign.ImportRow{importRow(2, address, "X", "")}, campaign.ImportOptions{List: list})
	return results[0].Outcome
}

// twoInOne merges one reader of a list into another.
func (d *desk) twoInOne(t *testing.T, list, name string) campaign.Contact {
	t.Helper()
	a := d.addContact(t, campaign.Contact{Email: name + "@now.example", FirstName: "X"}, list)
	b := d.addContact(t, campaign.Contact{Email: name + "@former.example"}, list)
	must(t, d.Contacts.MergeContacts(ctx, a.ID, b.ID))
	return a
}

func TestImportKnowsFormerAddresses(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		press := d.addList(t, "Press")
		reader := d.twoInOne(t, press.ID, "reader")
		older := d.addContact(t, campaign.Contact{Email: "reader@oldest.example"}, press.ID)
		must(t, d.Contacts.MergeContacts(ctx, older.ID, reader.ID))
		for _, address := range []string{"reader@former.example", "READER@now.example"} {
			_, err := d.Contacts.UpdateContact(ctx, older.ID, func(c *campaign.Contact) error { c.FirstName = ""; return nil })
			must(t, err)
			equal(t, address+" of a reader", d.imported(t, press.ID, address), campaign.RowUpdated)
		}
		_, err := d.Contacts.UpdateContact(ctx, older.ID, func(c *campaign.Contact) error { c.FirstName = ""; return nil })
		must(t, err)
		lines, _, _ := told(t, d.Store, []campaign.ImportRow{
			importRow(2, "reader@now.example", "X", ""), importRow(3, "reader@oldest.example", "Y", ""), cellRow(4, "new@q.example", "reader@former.example"),
		}, campaign.ImportOptions{List: press.ID})
		same(t, "several addresses of one reader", lines, []string{"2 updated", "3 duplicate", "4 added"})

		left := d.twoInOne(t, press.ID, "left")
		_, err = d.Contacts.LeaveLists(ctx, left.ID, []string{press.ID}, campaign.Unsubscribed)
		must(t, err)
		all := d.twoInOne(t, press.ID, "all")
		must(t, d.Suppressions.Suppress(ctx, all.Email, campaign.LeftAll, ""))
		spam := d.twoInOne(t, press.ID, "spam")
		must(t, d.Contacts.SetContactStatus(ctx, spam.ID, campaign.Complained, ""))
		bounced := d.twoInOne(t, press.ID, "bounced")
		must(t, d.Contacts.SetContactStatus(ctx, bounced.ID, campaign.Bounced, ""))
		erased := d.twoInOne(t, press.ID, "erased")
		must(t, d.Eraser.EraseContact(ctx, erased.ID))
		for _, name := range []string{"left", "all", "spam", "bounced", "erased"} {
			equal(t, name, d.imported(t, press.ID, name+"@former.example"), campaign.RowLeft)
		}
		lines, _, _ = told(t, d.Store, []campaign.ImportRow{cellRow(2, "fresh@q.example", "all@former.example")}, campaign.ImportOptions{List: press.ID})
		same(t, "a second address that somebody had before", lines, []string{"2 left_alone"})

		deleted := d.twoInOne(t, press.ID, "deleted")
		must(t, d.Eraser.DeleteContact(ctx, deleted.ID))
		equal(t, "of somebody who was deleted", d.imported(t, press.ID, "deleted@former.example"), campaign.RowAdded)
	})
}

func TestImportKnowsChangedAddresses(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		press := d.addList(t, "Press")
		c := d.addContact(t, campaign.Contact{Email: "ana@former.example", FirstName: "X"}, press.ID)
		to := func(address string) {
			t.Helper()
			_, err := d.Contacts.UpdateContact(ctx, c.ID, func(c *campaign.Contact) error { c.Email = address; return nil })
			must(t, err)
		}
		to("ana@now.example")
		equal(t, "the old address", d.imported(t, press.ID, "ana@former.example"), campaign.RowUnchanged)
		must(t, d.Suppressions.Suppress(ctx, "ana@now.example", campaign.LeftAll, ""))
		equal(t, "the old address of who left", d.imported(t, press.ID, "ana@former.example"), campaign.RowLeft)

		// Somebody else has the old address by now: what becomes of the first is not theirs.
		other := d.addContact(t, campaign.Contact{Email: "ana@former.example", FirstName: "X"}, press.ID)
		equal(t, "whose the address is now", d.imported(t, press.ID, "ana@former.example"), campaign.RowUnchanged)
		must(t, d.Eraser.EraseContact(ctx, c.ID))
		equal(t, "once the first is erased", d.imported(t, press.ID, "ana@former.example"), campaign.RowUnchanged)
		_, err := d.Contacts.GetContact(ctx, other.ID)
		must(t, err)
	})
}

func TestImportKnowsAddressesBesideTheirOwn(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		press := d.addList(t, "Press")
		told(t, d.Store, []campaign.ImportRow{
			cellRow(2, "ana@x.example", "ana@home.example, redakcija@x.example, shared.desk@x.example"), cellRow(3, "eva@x.example", "eva@home.example"),
			cellRow(4, "iva@x.example", "shared.desk@x.example"),
		}, campaign.ImportOptions{List: press.ID})
		equal(t, "somebody beside a reader", d.imported(t, press.ID, "eva@home.example"), campaign.RowAdded)

		ana, err := d.Contacts.GetContactByAddress(ctx, "ana@x.example")
		must(t, err)
		must(t, d.Suppressions.Suppress(ctx, ana.Email, campaign.LeftAll, ""))
		equal(t, "beside who left", d.imported(t, press.ID, "ana@home.example"), campaign.RowLeft)
		equal(t, "an office's address beside who left", d.imported(t, press.ID, "redakcija@x.example"), campaign.RowAdded)

		must(t, d.Eraser.EraseContact(ctx, ana.ID))
		equal(t, "beside who was erased", d.imported(t, press.ID, "ana@home.example"), campaign.RowLeft)
		equal(t, "beside somebody else too", d.imported(t, press.ID, "shared.desk@x.example"), campaign.RowAdded)

		// An erased person's address does not stay beside somebody else's.
		eva, err := d.Contacts.GetContactByAddress(ctx, "eva@home.example")
		must(t, err)
		must(t, d.Eraser.EraseContact(ctx, eva.ID))
		beside, err := d.Contacts.GetContactByAddress(ctx, "eva@x.example")
		must(t, err)
		equal(t, "attributes left", len(beside.Attributes), 0)
		if bytes.Contains(d.raw(t), []byte("eva@home")) {
			t.Error("an erased address is still kept")
		}
	})
}
