package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// TestHygiene makes the lists of addresses worth a second look, decides about them with actions on many contacts, and takes that back.
func TestHygiene(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		list := d.addList(t, "Press")
		add := func(email string) campaign.Contact {
			return d.addContact(t, campaign.Contact{Email: email}, list.ID)
		}
		a, b, kept, silent := add("a@dead.example"), add("b@dead.example"), add("c@thrown.example"), add("d@well.example")
		add("e@well.example")
		d.addContact(t, campaign.Contact{Email: "f@dead.example"}) // on no list
		gone := add("g@dead.example")
		must(t, d.Suppressions.Suppress(ctx, gone.Email, campaign.LeftAll, ""))
		d.pass(400 * 24 * time.Hour)
		for i := range 7 {
			for j, c := range []campaign.Contact{silent, a} {
				if j == 1 && i > 0 {
					continue // one message is too few to be silent to
				}
				run := "run" + string(rune('0'+i))
				id, _ := campaign.DeliveryID(run, 1, c.ID)
				del := campaign.Delivery{ID: id, Run: run, Contact: c.ID, Email: c.Email, State: campaign.Accepted, Attempts: 1, MadeAt: d.now(), SentAt: d.now(), LastAt: d.now()}
				_, err := d.Deliveries.AddDeliveries(ctx, []*campaign.Delivery{&del})
				must(t, err)
			}
		}
		look := func() map[string]int64 {
			t.Helper()
			must(t, d.Hygiene.AskHygieneLook(ctx))
			id, ok, err := d.Hygiene.BeginHygieneLook(ctx, false)
			must(t, err)
			equal(t, "it begins", ok, true)
			_, ok, err = d.other.Hygiene.BeginHygieneLook(ctx, true)
			must(t, err)
			equal(t, "another begins too", ok, false)
			seen, err := d.Hygiene.ListHygiene(ctx, id, func(domain string) campaign.HygieneKind {
				switch {
				case strings.HasPrefix(domain, "dead."):
					return campaign.DeadDomain
				case strings.HasPrefix(domain, "thrown."):
					return campaign.DisposableDomain
				}
				return ""
			})
			must(t, err)
			equal(t, "seen", seen, 7)
			must(t, d.Hygiene.EndHygieneLook(ctx, campaign.HygieneLook{Seen: seen}))
			counts, err := d.Hygiene.CountHygiene(ctx)
			must(t, err)
			d.pass(time.Minute)
			return counts
		}
		same(t, "lists", look(), map[string]int64{"dead_domain": 2, "disposable_domain": 1, "silent": 1})
		domains, err := d.Hygiene.FindHygieneDomains(ctx, campaign.DeadDomain)
		must(t, err)
		same(t, "domains", domains, []store.HygieneDomain{{Domain: "dead.example", Count: 2}})
		on := func(list string) []string {
			t.Helper()
			cs, _, err := d.Contacts.FindContacts(ctx, store.ContactFilter{Hygiene: list}, store.Page{})
			must(t, err)
			return campaign.Collect(cs, func(c campaign.Contact) string { return c.Email })
		}
		same(t, "of a domain", on("dead_domain@dead.example"), []string{"a@dead.example", "b@dead.example"})
		same(t, "silent", on("silent"), []string{"d@well.example"})

		run := func(id, list string, action campaign.BulkAction) store.Bulk {
			t.Helper()
			bulk := store.Bulk{ID: id, Action: action, Filter: store.ContactFilter{Hygiene: list}, User: "u", By: "Mila", InHand: true}
			must(t, d.Bulks.CreateBulk(ctx, &bulk))
			done, err := d.Bulks.RunBulk(ctx, id, func() error { return nil })
			must(t, err)
			return done
		}
		suppress := run("bulk1", "dead_domain@dead.example", campaign.BulkAction{Kind: campaign.BulkSuppress, Reason: "the domain is gone"})
		equal(t, "suppressed", suppress.Changed, 2)
		found, err := d.Suppressions.Suppressed(ctx, []string{a.Email, b.Email})
		must(t, err)
		equal(t, "both", len(found), 2)
		keep := run("bulk2", "disposable_domain", campaign.BulkAction{Kind: campaign.BulkKeep, Hygiene: string(campaign.DisposableDomain)})
		equal(t, "kept", keep.Changed, 1)
		same(t, "decided", look(), map[string]int64{"silent": 1})
		for _, id := range []string{"bulk1", "bulk2"} {
			_, err = d.Bulks.UndoBulk(ctx, id, true)
			must(t, err)
			_, err = d.Bulks.RunBulk(ctx, id, func() error { return nil })
			must(t, err)
		}
		found, err = d.Suppressions.Suppressed(ctx, []string{a.Email, b.Email, gone.Email})
		must(t, err)
		same(t, "taken back, and nothing else", found, map[string]campaign.SuppressionReason{gone.Email: campaign.LeftAll})
		now, err := d.Contacts.GetContact(ctx, kept.ID)
		must(t, err)
		equal(t, "asked about again", len(now.Kept), 0)
		same(t, "lists again", look(), map[string]int64{"dead_domain": 2, "disposable_domain": 1, "silent": 1})
		must(t, d.Eraser.EraseContact(ctx, silent.ID))
		equal(t, "of who was erased", len(on("silent")), 0)
	})
}
