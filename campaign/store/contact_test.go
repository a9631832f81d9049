package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

func TestWhoLeftIsNotWrittenToAfterDeletion(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		l := d.addList(t, "Press")
		ana := d.addContact(t, campaign.Contact{Email: "ana@example.org"}, l.ID)
		marko := d.addContact(t, campaign.Contact{Email: "marko@example.org"}, l.ID)
		vera := d.addContact(t, campaign.Contact{Email: "vera@example.org", Status: campaign.Complained}, l.ID)
		_, err := d.Contacts.LeaveLists(ctx, ana.ID, []string{l.ID}, campaign.Unsubscribed)
		must(t, err)
		_, err = d.Contacts.LeaveLists(ctx, marko.ID, []string{l.ID}, campaign.Removed)
		must(t, err)
		for _, c := range []campaign.Contact{ana, marko, vera} {
			must(t, d.Eraser.DeleteContact(ctx, c.ID))
		}
		found, err := d.Suppressions.Suppressed(ctx, []string{"ANA@example.org", "marko@example.org", "vera@example.org"})
		must(t, err)
		equal(t, "who left, in whatever case", found["ANA@example.org"], campaign.Erased)
		equal(t, "who complained", found["vera@example.org"], campaign.Erased)
		equal(t, "suppressed", len(found), 2)
	})
}

func TestContacts(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		c := campaign.Contact{
			Email: "Ana@Example.org", FirstName: "Ана", LastName: "Ђорђевић", Kind: campaign.Journalist, Tags: []string{"Beat"}, Place: "Niš",
			Consent: &campaign.TrackingConsent{At: noon, Basis: campaign.ConsentBasis, Source: "form"}, Tracking: campaign.Individual,
			Memberships: []campaign.Membership{{List: "l", Status: campaign.Subscribed, Basis: campaign.ConsentBasis, Since: noon}},
		}
		must(t, d.Contacts.CreateContact(ctx, &c))
		got, err := d.other.Contacts.GetContact(ctx, c.ID)
		must(t, err)
		got.Attributes = nil // an empty map on one engine, none on the other
		same(t, "what was created", got, c)
		equal(t, "version", got.Version, 1)

		again := campaign.Contact{Email: "ANA@example.ORG"}
		err = d.Contacts.CreateContact(ctx, &again)
		refused(t, "the same address", err, campaign.Conflict)
		equal(t, "its field", err.(*campaign.Error).Field, "email")
		got, err = d.Contacts.GetContactByAddress(ctx, "aNA@example.org")
		must(t, err)
		equal(t, "by its address", got.ID, c.ID)
		_, err = d.Contacts.GetContactByAddress(ctx, "nobody@example.org")
		refused(t, "an unknown address", err, campaign.NotFound)

		d.pass(time.Hour)
		got, err = d.Contacts.UpdateContact(ctx, c.ID, func(c *campaign.Contact) error { c.LastName = "Perić"; return nil })
		must(t, err)
		got, _ = d.Contacts.GetContact(ctx, c.ID)
		equal(t, "the new name", got.Name, "peric| ana")
		equal(t, "the new version", got.Version, 2)
		equal(t, "when it was changed", got.UpdatedAt, noon.Add(time.Hour))
		equal(t, "when it was made", got.CreatedAt, noon)
		_, err = d.Contacts.UpdateContact(ctx, c.ID, func(c *campaign.Contact) error { c.Email = "x"; return nil })
		refused(t, "a bad address", err, campaign.Invalid)
		_, err = d.Contacts.UpdateContact(ctx, "none", func(*campaign.Contact) error { return nil })
		refused(t, "an unknown contact", err, campaign.NotFound)
		other := d.addContact(t, campaign.Contact{Email: "marko@example.org"})
		_, err = d.Contacts.UpdateContact(ctx, other.ID, func(c *campaign.Contact) error { c.Email = "ana@example.org"; return nil })
		refused(t, "somebody else's address", err, campaign.Conflict)
		_, err = d.Contacts.UpdateContact(ctx, other.ID, func(c *campaign.Contact) error { c.Organisation = "gone"; return nil })
		refused(t, "an organisation that is gone", err, campaign.Invalid)

		// Two change one contact at the same moment: neither's change is lost.
		inner := true
		_, err = d.Contacts.UpdateContact(ctx, c.ID, func(c *campaign.Contact) error {
			if inner {
				inner = false
				_, err := d.other.Contacts.UpdateContact(ctx, c.ID, func(c *campaign.Contact) error { c.Position = "editor"; return nil })
				must(t, err)
			}
			c.Phone = "011 123"
			return nil
		})
		must(t, err)
		got, _ = d.Contacts.GetContact(ctx, c.ID)
		equal(t, "both changes", got.Position+" "+got.Phone, "editor 011 123")

		found, err := d.Contacts.GetContacts(ctx, []string{c.ID, other.ID, "gone"})
		must(t, err)
		equal(t, "of three ids there are", len(found), 2)
		must(t, d.Contacts.SetContactStatus(ctx, c.ID, campaign.Bounced, "550 unknown"))
		got, _ = d.Contacts.GetContact(ctx, c.ID)
		equal(t, "status", got.Status, campaign.Bounced)
		must(t, d.Eraser.DeleteContact(ctx, c.ID))
		refused(t, "deleting again", d.Eraser.DeleteContact(ctx, c.ID), campaign.NotFound)
	})
}

// TestAttributesNamedByASpreadsheet checks that a column may be called whatever it is called: MongoDB gives dots and
// dollars in names a meaning of their own.
func TestAttributesNamedByASpreadsheet(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		attributes := map[string]string{
			"Br. telefona": "011/123", "$x": "dollar", "": "no name", "a.b": "dot", "a": "plain", ".": "one dot", "$": "one dollar", "%2E": "escape", "%": "percent",
			"шифра": "ж", "line\nbreak": "x", "nul\x00": "x", "_id": "x", "value": "", "salutation.sr-Latn": "Poštovana", "$set": "a.b",
		}
		c := d.addContact(t, campaign.Contact{Email: "ana@example.org", Attributes: attributes})
		got, err := d.Contacts.GetContact(ctx, c.ID)
		must(t, err)
		same(t, "attributes", got.Attributes, attributes)
		_, err = d.Contacts.UpdateContact(ctx, c.ID, func(c *campaign.Contact) error { c.Attributes["new.$"] = "x"; delete(c.Attributes, "a"); return nil })
		must(t, err)
		attributes["new.$"] = "x"
		delete(attributes, "a")
		found, _, err := d.Contacts.FindContacts(ctx, store.ContactFilter{Search: "ana"}, store.Page{})
		must(t, err)
		same(t, "attributes found", found[0].Attributes, attributes)
		row := campaign.ImportRow{Line: 2, Contact: campaign.Contact{Email: "marko@example.org", Attributes: map[string]string{"Br. telefona": "1", "$y": "2"}}}
		_, err = d.Imports.Import(ctx, []campaign.ImportRow{row}, campaign.ImportOptions{}, nil)
		must(t, err)
		got, err = d.Contacts.GetContactByAddress(ctx, "marko@example.org")
		must(t, err)
		same(t, "attributes imported", got.Attributes, map[string]string{"Br. telefona": "1", "$y": "2"})
	})
}

func TestFindContacts(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		vesti := campaign.Organisation{Name: "Вести Примера"}
		must(t, d.Organisations.CreateOrganisation(ctx, &vesti))
		for _, c := range []campaign.Contact{
			{Email: "a@one.example", FirstName: "Ана", LastName: "Ђорђевић", Kind: campaign.Journalist, Language: campaign.SerbianCyrillic, Tags: []string{"press", "Law"}, Organisation: vesti.ID},
			{Email: "b@one.example", FirstName: "Branko", LastName: "Đorđević", Kind: campaign.Journalist, Language: campaign.SerbianLatin, Tags: []string{"press"}, Place: "Čačak"},
			{Email: "c@two.example", FirstName: "Claire", LastName: "Lecœur", Kind: campaign.School, Language: campaign.French},
			{Email: "d@two.example", LastName: "Ćuković", Kind: campaign.Business, Language: campaign.English, Status: campaign.Bounced},
			{Email: "dj.office@two.example", Kind: campaign.Partner},
		} {
			on := "press"
			if c.Kind == campaign.School {
				on = "schools"
			}
			d.addContact(t, c, on)
		}
		b, _ := d.Contacts.GetContactByAddress(ctx, "b@one.example")
		_, err := d.Contacts.LeaveLists(ctx, b.ID, []string{"press"}, campaign.Unsubscribed)
		must(t, err)
		for _, tt := range []struct {
			f    store.ContactFilter
			want string // the first letters of the addresses in the order of the names
		}{
			{store.ContactFilter{}, "d d a b c"},
			{store.ContactFilter{Search: "djordjevic"}, "a b"}, {store.ContactFilter{Search: "ЂОРЂЕ"}, "a b"}, {store.ContactFilter{Search: "Đorđević ana"}, "a"},
			{store.ContactFilter{Search: "branko Ђ"}, "b"}, {store.ContactFilter{Search: "cukov"}, "d"}, {store.ContactFilter{Search: "ћук"}, "d"},
			{store.ContactFilter{Search: "lecoeur"}, "c"}, {store.ContactFilter{Search: "vesti primera"}, "a"}, {store.ContactFilter{Search: "чачак"}, "b"},
			{store.ContactFilter{Search: "@two.example"}, "d d c"}, {store.ContactFilter{Search: "kovic"}, "d"}, {store.ContactFilter{Search: "o"}, "d a b"}, {store.ContactFilter{Search: "ov"}, ""}, {store.ContactFilter{Search: ".,;"}, ""}, {store.ContactFilter{Search: "%"}, ""},
			{store.ContactFilter{Kind: campaign.Journalist}, "a b"}, {store.ContactFilter{Language: campaign.French}, "c"}, {store.ContactFilter{Status: campaign.Bounced}, "d"},
			{store.ContactFilter{Tag: "press"}, "a b"}, {store.ContactFilter{Tag: "LAW"}, "a"}, {store.ContactFilter{Tag: "pres"}, ""}, {store.ContactFilter{Organisation: vesti.ID}, "a"},
			{store.ContactFilter{List: "press"}, "d d a"}, {store.ContactFilter{List: "press", Membership: campaign.Unsubscribed}, "b"}, {store.ContactFilter{List: "pres"}, ""},
			{store.ContactFilter{List: "press", Kind: campaign.Journalist, Search: "a", Language: campaign.SerbianCyrillic, Status: campaign.Active, Tag: "law"}, "a"},
		} {
			found, next, err := d.Contacts.FindContacts(ctx, tt.f, store.Page{})
			must(t, err)
			var letters []string
			for _, c := range found {
				letters = append(letters, c.Email[:1])
			}
			n, err := d.Contacts.CountContacts(ctx, tt.f)
			must(t, err)
			if got := strings.Join(letters, " "); got != tt.want || next != "" || n != int64(len(found)) {
				t.Errorf("%+v finds %q and counts %d, want %q", tt.f, got, n, tt.want)
			}
		}
		tags, err := d.Contacts.Tags(ctx)
		must(t, err)
		same(t, "tags", tags, map[string]int64{"press": 2, "law": 1})

		// A new name of the organisation is found at once, in either script.
		_, err = d.Organisations.UpdateOrganisation(ctx, vesti.ID, func(o *campaign.Organisation) error { o.Name = "Novine Primera"; return nil })
		must(t, err)
		for search, want := range map[string]int64{"вести": 0, "новине": 1} {
			n, err := d.Contacts.CountContacts(ctx, store.ContactFilter{Search: search})
			must(t, err)
			equal(t, "found by "+search, n, want)
		}
	})
}

func TestPagesOfContacts(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		var all []string
		for i := range 23 {
			c := d.addContact(t, campaign.Contact{
				Email: fmt.Sprintf("p%02d@example.org", i*7%23), LastName: []string{"Ana", "Ана", "Žika", ""}[i%4], Kind: campaign.Kinds[i%3],
			})
			all = append(all, c.ID)
			d.pass(time.Duration(i%3) * time.Second)
		}
		slices.Sort(all)
		for _, sort := range append(slices.Clone(store.ContactSorts), "", "no such field") {
			for _, desc := range []bool{false, true} {
				name := fmt.Sprintf("by %q, descending %v", sort, desc)
				whole, _, err := d.Contacts.FindContacts(ctx, store.ContactFilter{}, store.Page{Sort: sort, Desc: desc, Limit: 100})
				must(t, err)
				var want, got []string
				for _, c := range whole {
					want = append(want, c.ID)
				}
				p := store.Page{Sort: sort, Desc: desc, Limit: 5}
				for pages := 0; pages == 0 || p.After != ""; pages++ {
					if pages > 5 {
						t.Fatalf("%s: pages do not end", name)
					}
					found, next, err := d.Contacts.FindContacts(ctx, store.ContactFilter{}, p)
					must(t, err)
					for _, c := range found {
						got = append(got, c.ID)
					}
					p.After = next
				}
				same(t, name, got, want)
				slices.Sort(got)
				same(t, name+", each once", got, all)
			}
		}
		for _, cursor := range []string{"x", "!!!", "e30", "WyJhIl0", "WzEsMl0", "bnVsbA"} {
			_, _, err := d.Contacts.FindContacts(ctx, store.ContactFilter{}, store.Page{Sort: "created_at", After: cursor})
			refused(t, "the cursor "+cursor, err, campaign.Invalid)
		}
		var seen []string
		must(t, d.Contacts.EachContact(ctx, nil, all[2], 4, func(cs []campaign.Contact) error {
			for _, c := range cs {
				seen = append(seen, c.ID)
			}
			return nil
		}))
		same(t, "each behind the third", seen, all[3:])
	})
}

func TestSubscribingAndLeaving(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		c := d.addContact(t, campaign.Contact{Email: "ana@example.org"}, "press")
		left, err := d.Contacts.LeaveLists(ctx, c.ID, []string{"press", "schools"}, campaign.Unsubscribed)
		must(t, err)
		same(t, "left", left, []string{"press", "schools"})
		left, err = d.Contacts.LeaveLists(ctx, c.ID, []string{"press", "schools"}, campaign.Unsubscribed)
		must(t, err)
		equal(t, "left again", len(left), 0)
		m := campaign.Membership{List: "press", Status: campaign.Subscribed, Basis: campaign.PublicContact}
		must(t, d.Contacts.SubscribeContact(ctx, c.ID, m, false))
		members, err := d.Lists.CountMembers(ctx, "press")
		must(t, err)
		same(t, "nobody else brings them back", members, map[campaign.MembershipStatus]int64{
			campaign.Subscribed: 0, campaign.Unsubscribed: 1, campaign.Removed: 0, campaign.Unconfirmed: 0,
		})
		d.pass(time.Hour)
		must(t, d.Contacts.SubscribeContact(ctx, c.ID, m, true))
		got, _ := d.Contacts.GetContact(ctx, c.ID)
		equal(t, "they come back themselves", *got.Membership("press"), campaign.Membership{List: "press", Status: campaign.Subscribed, Basis: campaign.PublicContact, Since: noon.Add(time.Hour)})
		everywhere, err := d.Lists.CountAllMembers(ctx)
		must(t, err)
		same(t, "members of all lists", everywhere, map[string]map[campaign.MembershipStatus]int64{
			"press": {campaign.Subscribed: 1}, "schools": {campaign.Unsubscribed: 1},
		})
	})
}
