package store_test

import (
	"bytes"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
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
		_, err := d.LeaveLists(ctx, left.ID, []string{press.ID}, campaign.Unsubscribed)
		check(t, err)
		spam := d.addContact(t, campaign.Contact{Email: "spam@x.example"}, press.ID)
		check(t, d.SetContactStatus(ctx, spam.ID, campaign.Complained, ""))
		d.addContact(t, campaign.Contact{Email: "reader@x.example"}, press.ID)
		check(t, d.Suppress(ctx, "leftall@x.example", campaign.LeftAll, ""))
		check(t, d.Suppress(ctx, "dead@x.example", campaign.HardBounce, ""))
		erased := d.addContact(t, campaign.Contact{Email: "zdravka@x.example"})
		check(t, d.Suppress(ctx, erased.Email, campaign.HardBounce, ""))
		check(t, d.EraseContact(ctx, erased.ID))

		lines, results, _ := told(t, d.Store, []campaign.ImportRow{
			cellRow(2, "a@q.example", "LEFT@x.example"), cellRow(3, "b@q.example", "spam@x.example"), cellRow(4, "c@q.example", "c2@q.example, leftall@x.example"),
			cellRow(5, "d@q.example", "zdravka@x.example"), cellRow(6, "e@q.example", "dead@x.example, e2@q.example"), cellRow(7, "f@q.example", "dead@x.example"),
			cellRow(8, "g@q.example", "reader@x.example"), importRow(9, "h@q.example", "H", ""),
		}, store.ImportOptions{List: press.ID})
		same(t, "outcomes", lines, []string{
			"2 left_alone", "3 left_alone", "4 left_alone", "5 left_alone", "6 added", "7 added", "8 added", "9 added",
		})
		equal(t, "notes on an address left out", len(results[4].Notes), 1)
		for address, others := range map[string]map[string]string{
			"e@q.example": {campaign.OtherAddresses: "e2@q.example"}, "f@q.example": {}, "g@q.example": {campaign.OtherAddresses: "reader@x.example"},
		} {
			c, err := d.GetContactByAddress(ctx, address)
			check(t, err)
			if len(c.Attributes) != len(others) || c.Attributes[campaign.OtherAddresses] != others[campaign.OtherAddresses] {
				t.Errorf("attributes of %s: %v, want %v", address, c.Attributes, others)
			}
		}
		if bytes.Contains(d.raw(t), []byte("dravka")) {
			t.Error("who was erased is kept again")
		}
	})
}
