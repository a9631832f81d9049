package store_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// What people saved to find somebody again says who it was no more, and fits everybody else as before.
func TestErasureReachesSavedRules(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		press := d.addList(t, "Press")
		c := d.addContact(t, campaign.Contact{Email: "zdravka.kovilic@x.example", FirstName: "Zdravka", LastName: "Kovilić"}, press.ID)
		d.addContact(t, campaign.Contact{Email: "eva@x.example", FirstName: "Zdravka", LastName: "Jović"}, press.ID)
		without := d.addSegment(t, "Press alone", `kind = other and address != "Zdravka.Kovilic@x.example" and not search "Kovilić Zdravka"`)
		others := d.addSegment(t, "Namesakes", `name contains "Zdravka" or address in ("zdravka.kovilic@x.example", "eva@x.example")`)
		k := d.addCampaign(t, "Guide", press.ID)
		_, err := d.Campaigns.UpdateCampaign(ctx, k.ID, func(c *campaign.Campaign) error { c.Segments = []string{without.ID}; return nil })
		must(t, err)
		run := d.start(t, k.ID)
		rule, err := d.Rules.ReadRule(ctx, `name = "Zdravka Kovilić"`)
		must(t, err)
		tag := campaign.BulkAction{Kind: campaign.BulkTag, Tag: "seen"}
		d.do(t, tag, store.ContactFilter{Search: "zdravka.kovilic@x.example"})
		d.do(t, tag, store.ContactFilter{Rule: &rule})
		kept := d.do(t, tag, store.ContactFilter{Search: "x.example"})

		must(t, d.Eraser.EraseContact(ctx, c.ID))

		for id, want := range map[string]string{
			without.ID: `kind = other and address != erasedperson and not search erasedperson`,
			others.ID:  `name contains Zdravka or address in (erasedperson, "eva@x.example")`,
		} {
			seg, err := d.Segments.GetSegment(ctx, id)
			must(t, err)
			again, err := d.Rules.ReadRule(ctx, seg.Rule.String())
			must(t, err)
			equal(t, "the rule read again", again.String(), seg.Rule.String())
			equal(t, seg.Name, strings.ReplaceAll(seg.Rule.String(), `"`, ""), strings.ReplaceAll(want, `"`, ""))
			count, err := d.Rules.CountRule(ctx, &seg.Rule)
			must(t, err)
			equal(t, "contacts in "+seg.Name, count.Contacts, 1)
		}
		edition, err := d.Runs.GetEdition(ctx, run.ID)
		must(t, err)
		equal(t, "the rule of the run", strings.Contains(edition.Segments[0].Rule.String(), campaign.ErasedPerson), true)
		b, err := d.Bulks.GetBulk(ctx, kept.ID)
		must(t, err)
		equal(t, "another search", b.Filter.Search, "x.example")
		entries, _, err := d.Journal.FindJournal(ctx, store.JournalFilter{Kind: campaign.EditedEntry, Audit: true}, store.Page{})
		must(t, err)
		equal(t, "entries that tell of segments", len(entries), 2)
		for _, trace := range []string{"dravka.kovilic", "dravka.Kovilic", "ovilić"} {
			if bytes.Contains(d.raw(t), []byte(trace)) {
				t.Errorf("%s is still kept", trace)
			}
		}
	})
}

func TestErasingManyForgetsHowTheyWereFound(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		d.addContact(t, campaign.Contact{Email: "zdravka@x.example"})
		d.addContact(t, campaign.Contact{Email: "eva@x.example"})
		b := d.do(t, campaign.BulkAction{Kind: campaign.BulkErase}, store.ContactFilter{Kind: campaign.OtherKind, Search: "zdravka"})
		same(t, "what is kept", []any{b.Changed, b.Filter}, []any{int64(1), store.ContactFilter{Kind: campaign.OtherKind, Search: campaign.ErasedPerson}})
		if bytes.Contains(d.raw(t), []byte("dravka")) {
			t.Error("who was erased is still named")
		}
	})
}

// When one person alone was written to at a domain, the domain says who it was, under any address she had there.
func TestErasureForgetsTheDomainOfOldAddresses(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		press := d.addList(t, "Press")
		c := d.addContact(t, campaign.Contact{Email: "z@kuća.example", FirstName: "Zdravka"}, press.ID)
		run := d.start(t, d.addCampaign(t, "First", press.ID).ID)
		d.deliver(t, run, c, campaign.Accepted, "")
		_, err := d.AddressChanges.AskAddressChange(ctx, &c, "zk@kuća.example")
		must(t, err)
		var changes []campaign.AddressChange
		must(t, d.engine.Find(ctx, collection(t, "address_changes"), document.Query{}, &changes))
		_, err = d.AddressChanges.ConfirmAddressChange(ctx, changes[0].ID)
		must(t, err)
		_, err = d.AddressChanges.AgreeToAddressChange(ctx, changes[0].ID)
		must(t, err)
		c, err = d.Contacts.GetContact(ctx, c.ID)
		must(t, err)
		_, err = d.Wishes.AskLink(ctx, &c)
		must(t, err)
		run = d.start(t, d.addCampaign(t, "Second", press.ID).ID)
		d.deliver(t, run, c, campaign.Accepted, "")
		must(t, d.Eraser.EraseContact(ctx, c.ID))
		var left []campaign.Delivery
		must(t, d.engine.Find(ctx, collection(t, "deliveries"), document.Query{}, &left))
		for _, l := range left {
			equal(t, "domain of "+l.ID+" in "+l.Run, l.Domain, "")
		}
	})
}
