package store_test

import (
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store"
)

func TestMergeKeepsTheHistoryOfBoth(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		press, schools := d.addList(t, "Press"), d.addList(t, "Schools")
		a := d.addContact(t, campaign.Contact{Email: "ana@example.org", FirstName: "Ana"}, press.ID)
		b := d.addContact(t, campaign.Contact{Email: "ana@paper.example", LastName: "Anić"}, press.ID, schools.ID)
		_, err := d.Contacts.LeaveLists(ctx, b.ID, []string{press.ID}, campaign.Unsubscribed)
		must(t, err)
		run := d.start(t, d.addCampaign(t, "One", press.ID).ID)
		toA := d.deliver(t, run, a, campaign.Accepted, "")
		toB := d.deliver(t, run, b, campaign.Accepted, "")
		must(t, d.Events.RecordEvents(ctx, eventsOf(run, toB, b, d.now())))
		must(t, d.Suppressions.Suppress(ctx, b.Email, campaign.LeftAll, ""))
		before := d.allFigures(t, run)

		refused(t, "with itself", d.Contacts.MergeContacts(ctx, a.ID, a.ID), campaign.Invalid)
		refused(t, "with nobody", d.Contacts.MergeContacts(ctx, a.ID, "none"), campaign.NotFound)
		must(t, d.Contacts.MergeContacts(ctx, a.ID, b.ID))

		_, err = d.Contacts.GetContact(ctx, b.ID)
		refused(t, "the second contact", err, campaign.NotFound)
		merged, err := d.Contacts.GetContact(ctx, a.ID)
		must(t, err)
		same(t, "the first contact", []any{merged.FullName(), merged.Membership(press.ID).Status, merged.Membership(schools.ID).Status, merged.Merged},
			[]any{"Ana Anić", campaign.Unsubscribed, campaign.Subscribed, []string{b.ID}})
		deliveries, err := d.Deliveries.FindDeliveriesTo(ctx, a.ID, 10)
		must(t, err)
		if len(deliveries) != 2 || deliveries[0].ID != toA && deliveries[1].ID != toA {
			t.Errorf("deliveries: %+v", deliveries)
		}
		events := d.eventsWith(t, a.ID)
		equal(t, "events", len(events), 5)
		suppressed, err := d.Suppressions.Suppressed(ctx, []string{a.Email, b.Email})
		must(t, err)
		same(t, "suppressions", suppressed, map[string]campaign.SuppressionReason{a.Email: campaign.LeftAll, b.Email: campaign.LeftAll})
		equal(t, "figures", d.allFigures(t, run), before)
		entries, _, err := d.Journal.FindJournal(ctx, store.JournalFilter{Contact: a.ID}, store.Page{})
		must(t, err)
		kinds := map[campaign.EntryKind]int{}
		for _, e := range entries {
			kinds[e.Kind]++
		}
		same(t, "journal of both", kinds, map[campaign.EntryKind]int{campaign.CreatedEntry: 2, campaign.JoinedEntry: 3, campaign.LeftEntry: 1, campaign.MergedEntry: 1})

		c := d.addContact(t, campaign.Contact{Email: "ana@home.example"})
		must(t, d.Contacts.MergeContacts(ctx, c.ID, a.ID))
		for _, id := range []string{a.ID, b.ID, c.ID} {
			person, err := d.Contacts.GetPerson(ctx, id)
			must(t, err)
			equal(t, "who it became", person.ID, c.ID)
		}
		_, err = d.Contacts.GetPerson(ctx, "none")
		refused(t, "nobody", err, campaign.NotFound)

		// A run that had read the second contact plans it late; erasing the first finds that too.
		late := d.start(t, d.addCampaign(t, "Two", press.ID).ID)
		id := d.deliver(t, late, b, campaign.Queued, "")
		must(t, d.Eraser.EraseContact(ctx, c.ID))
		_, err = d.Contacts.GetPerson(ctx, b.ID)
		refused(t, "who was erased", err, campaign.NotFound)
		got, err := d.Deliveries.GetDelivery(ctx, id)
		must(t, err)
		same(t, "planned late", []any{got.Email, got.State}, []any{"", campaign.Skipped})
	})
}

func TestRequestsHaveAClock(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		c := d.addContact(t, campaign.Contact{Email: "ana@example.org", FirstName: "Ana"})
		by := store.As(ctx, campaign.Actor{User: "u1", Name: "Marko"})
		r := campaign.Request{Kind: campaign.AccessRequest, Contact: c.ID, Person: "Ana Anić", Identity: "wrote from her address", ReceivedAt: noon.AddDate(0, 0, -3)}
		must(t, d.Requests.CreateRequest(by, &r))
		equal(t, "days left", r.DaysLeft(noon), 27)
		equal(t, "days left a month later", r.DaysLeft(noon.AddDate(0, 1, 0)), -5)
		for name, bad := range map[string]campaign.Request{
			"no kind":      {Person: "Ana", ReceivedAt: noon},
			"no day":       {Kind: campaign.AccessRequest, Person: "Ana"},
			"tomorrow":     {Kind: campaign.AccessRequest, Person: "Ana", ReceivedAt: noon.Add(24 * time.Hour)},
			"nobody":       {Kind: campaign.AccessRequest, ReceivedAt: noon},
			"unknown kind": {Kind: "other", Person: "Ana", ReceivedAt: noon},
		} {
			refused(t, name, d.Requests.CreateRequest(by, &bad), campaign.Invalid)
		}
		open, _, err := d.Requests.FindRequests(ctx, true, store.Page{})
		must(t, err)
		if len(open) != 1 || open[0].ID != r.ID || open[0].CreatedBy != "Marko" {
			t.Errorf("open: %+v", open)
		}
		refused(t, "no answer", d.Requests.CloseRequest(by, r.ID, " "), campaign.Invalid)
		must(t, d.Requests.CloseRequest(by, r.ID, "The file was sent to Ana."))
		refused(t, "answered twice", d.Requests.CloseRequest(by, r.ID, "Again."), campaign.Conflict)
		n, err := d.Requests.CountOpenRequests(ctx)
		must(t, err)
		equal(t, "open requests", n, 0)

		must(t, d.Eraser.EraseContact(by, c.ID))
		kept, err := d.Requests.GetRequest(ctx, r.ID)
		must(t, err)
		same(t, "what stays of a request", []any{kept.Person, kept.Identity, kept.Contact, kept.Answer, kept.Kind, kept.ClosedAt.IsZero()},
			[]any{"", "", "", "The file was sent to …", campaign.AccessRequest, false})
	})
}

func TestRestrictAndObject(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		press := d.addList(t, "Press")
		a := d.addContact(t, campaign.Contact{Email: "ana@example.org"}, press.ID)
		b := d.addContact(t, campaign.Contact{Email: "marko@example.org"}, press.ID)
		must(t, d.Requests.RestrictContact(ctx, a.ID))
		must(t, d.Requests.ObjectFor(ctx, b.ID))
		r := campaign.Release{Versions: []campaign.Version{{Language: campaign.English}}}
		count, err := d.Audiences.CountAudience(ctx, &edition.Edition{Lists: []campaign.List{press}, Release: r, LeaveToDigest: true})
		must(t, err)
		same(t, "left out", count.LeftOut, map[string]int64{"the contact is restricted": 1})
		equal(t, "left", count.Left, 1)
		var results []campaign.ImportResult
		_, err = d.Imports.Import(ctx, []campaign.ImportRow{importRow(2, "ana@example.org", "X", ""), importRow(3, "marko@example.org", "X", "")},
			campaign.ImportOptions{List: press.ID, Policy: campaign.Overwrite}, func(r campaign.ImportResult) { results = append(results, r) })
		must(t, err)
		for _, r := range results {
			equal(t, r.Email, r.Outcome, campaign.RowLeft)
		}
	})
}
