package store_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// person is somebody whose every word is found in what an engine keeps, unless they were erased.
var person = campaign.Contact{
	Email: "Zdravka.Kovilić@časopis.example", FirstName: "Zdravka", LastName: "Kovilić-Šumarac", Kind: campaign.Journalist, Position: "urednica dopisništva",
	Phone: "+381 64 0770770", Place: "Bešenovo", Language: campaign.SerbianLatin, Tags: []string{"hortikultura"},
	Attributes: map[string]string{"rubrika": "Pčelarstvo"}, Notes: "Voli jorgovan; zove posle podne.", Source: "vizitkarta sa sajma u Rumi",
}

var traces = []string{
	"dravka", "DRAVKA", "ovilić", "ovilic", "Здравка", "Ковилић", "umarac", "здравка", "časopis", "dopisni", "0770770", "ešenovo", "esenovo",
	"hortikultura", "čelarstvo", "jorgovan", "vizitkarta", "pokazivač",
}

// found says which traces of the person the engine's own bytes still hold.
func (d *desk) found(t *testing.T) (out []string) {
	t.Helper()
	raw := d.raw(t)
	for _, trace := range traces {
		if bytes.Contains(raw, []byte(trace)) {
			out = append(out, trace)
		}
	}
	return out
}

// correspondence is what passed between us and a person: in three runs, one of which is being sent.
type correspondence struct {
	contact       campaign.Contact
	press         campaign.List
	sent, failed  campaign.Run
	sending       campaign.Run
	onTheWire     string // id of the delivery in the run that is being sent
	others        []campaign.Contact
	testRun       campaign.Run
	formerAddress string
}

func (d *desk) correspond(t *testing.T) correspondence {
	t.Helper()
	k := correspondence{press: d.addList(t, "Press"), formerAddress: "zdravka.kovilic@former.example"}
	row := importRow(2, k.formerAddress, "Zdravka", "Časopis Pokazivač")
	_, err := d.Imports.Import(ctx, []campaign.ImportRow{row}, campaign.ImportOptions{List: k.press.ID, Source: "sajam.csv"}, nil)
	must(t, err)
	row.Contact.Notes = person.Notes
	_, err = d.Imports.Import(ctx, []campaign.ImportRow{row}, campaign.ImportOptions{List: k.press.ID, Source: "sajam.csv"}, nil)
	must(t, err)
	c, err := d.Contacts.GetContactByAddress(ctx, k.formerAddress)
	must(t, err)
	k.others = append(k.others, d.addContact(t, campaign.Contact{Email: "marko@primer.example", FirstName: "Marko"}, k.press.ID))

	k.failed = d.start(t, d.addCampaign(t, "First", k.press.ID).ID)
	d.deliver(t, k.failed, c, campaign.Failed, "550 5.1.1 <Zdravka.Kovilic@former.example>: user zdravka.kovilic unknown")
	k.contact, err = d.Contacts.UpdateContact(ctx, c.ID, func(now *campaign.Contact) error {
		was := *now
		*now = person
		now.ID, now.Version, now.CreatedAt, now.Organisation, now.Memberships = was.ID, was.Version, was.CreatedAt, "", was.Memberships
		now.Agree(campaign.Consent{List: k.press.ID, Text: "Da.", At: d.now(), Form: "https://press.example.org/join"})
		now.AllowTracking(campaign.TrackingConsent{At: d.now(), Basis: campaign.ConsentBasis, Source: "form"})
		return nil
	})
	must(t, err)
	k.sent = d.start(t, d.addCampaign(t, "Second", k.press.ID).ID)
	for _, c := range append(k.others, k.contact) {
		id := d.deliver(t, k.sent, c, campaign.Accepted, "250 2.0.0 queued for "+c.Email)
		must(t, d.Events.RecordEvents(ctx, eventsOf(k.sent, id, c, d.now())))
	}
	k.sending = d.start(t, d.addCampaign(t, "Third", k.press.ID).ID)
	k.onTheWire = d.deliver(t, k.sending, k.contact, campaign.InFlight, "")

	k.testRun, err = d.Sending.StartTest(ctx, k.sending.Campaign, []string{person.Email, "colleague@example.org"}, "", "Ana", noLinks)
	must(t, err)
	for _, to := range []string{k.contact.Email, "colleague@example.org"} {
		id, shard := campaign.DeliveryID(k.testRun.ID, 1, campaign.DerivedID(to)[:16])
		must(t, d.Deliveries.PlanDeliveries(ctx, []*campaign.Delivery{{ID: id, Run: k.testRun.ID, Shard: shard, Email: to, State: campaign.Accepted, MadeAt: d.now()}}))
	}
	for _, r := range []campaign.Run{k.failed, k.sent, k.testRun} {
		_, err := d.Runs.UpdateRun(ctx, r.ID, func(r *campaign.Run) error { r.Planned = true; return nil })
		must(t, err)
	}
	must(t, d.Progress.SaveProgress(ctx, &campaign.Progress{ID: k.sending.ID + ".a", Run: k.sending.ID, Answers: []campaign.Answer{
		{Text: "451 zdravka.kovilić is over quota"}, {Text: "451 <" + person.Email + "> later"},
	}}))
	_, err = d.Providers.SaveMailDomain(ctx, "zdravka-kovilic.example", "mx.zdravka-kovilic.example") // of their own, of an address before
	must(t, err)
	must(t, d.Hygiene.SetDomainState(ctx, campaign.DomainState{ID: "zdravka-kovilic.example", At: d.now()}))
	_, err = d.AddressChanges.AskAddressChange(ctx, &k.contact, "zdravka@novi.example")
	must(t, err)
	must(t, d.Suppressions.Suppress(ctx, k.contact.Email, campaign.SuppressedByHand, "said Zdravka on the phone"))
	must(t, d.Journal.Log(ctx, campaign.Entry{Kind: campaign.RepliedEntry, Contact: k.contact.ID, Detail: "Zdravka wants to talk"},
		campaign.Entry{Kind: campaign.ViewedEntry, Contact: k.contact.ID, Audit: true}))
	return k
}

// deliver plans a delivery of a run and brings it into a state, with a server's words.
func (d *desk) deliver(t *testing.T, r campaign.Run, c campaign.Contact, state campaign.DeliveryState, words string) string {
	t.Helper()
	id, shard := campaign.DeliveryID(r.ID, r.Shards, c.ID)
	must(t, d.Deliveries.PlanDeliveries(ctx, []*campaign.Delivery{{
		ID: id, Run: r.ID, Campaign: r.Campaign, Contact: c.ID, Shard: shard, Email: c.Email, Name: c.FullName(), Domain: campaign.Domain(c.Address),
		Language: campaign.English, Tracking: campaign.Individual, State: campaign.Queued, MadeAt: d.now(), LastAt: d.now(),
	}}))
	if state == campaign.Queued {
		return id
	}
	intent := store.Intent{ID: id, Epoch: 1}
	_, err := d.Deliveries.Record(ctx, []store.Intent{intent}, nil)
	must(t, err)
	if state != campaign.InFlight {
		_, err = d.Deliveries.Record(ctx, nil, []store.Settled{{Intent: intent, State: state, Reason: words, Queue: words, Code: 250, At: d.now(), Tried: true}})
		must(t, err)
	}
	return id
}

func eventsOf(r campaign.Run, delivery string, c campaign.Contact, at time.Time) []*campaign.Event {
	var out []*campaign.Event
	for _, kind := range []campaign.EventKind{campaign.Opened, campaign.Clicked, campaign.UnsubscribedEvent, campaign.BouncedEvent} {
		for link := range int64(2) {
			if link == 1 && kind != campaign.Clicked {
				continue
			}
			out = append(out, &campaign.Event{
				ID: campaign.EventID(r.ID, kind, campaign.Human, delivery, link), Run: r.ID, Campaign: r.Campaign, Kind: kind, Verdict: campaign.Human,
				Delivery: delivery, Contact: c.ID, Reader: delivery, Link: link, At: at, Detail: "550 mailbox of " + c.FirstName + " <" + c.Email + "> is full",
			})
		}
	}
	return out
}

// allFigures is everything a campaign's results show, as text.
func (d *desk) allFigures(t *testing.T, runs ...campaign.Run) string {
	t.Helper()
	var out string
	for _, r := range runs {
		f, err := d.Events.Figures(ctx, r.ID)
		must(t, err)
		hours, err := d.Events.EventsByHour(ctx, r.ID)
		must(t, err)
		clicks, err := d.Events.ClicksByLink(ctx, r.ID)
		must(t, err)
		domains, err := d.Recipients.CountByDomain(ctx, r.ID)
		must(t, err)
		n := 0
		for _, c := range domains {
			n += int(c.Total)
		}
		out += fmt.Sprintf("%s: %+v %+v %v %d\n", r.ID, f, hours, clicks, n)
	}
	return out
}

func TestErasureLeavesNothingOfAPerson(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		k := d.correspond(t)
		if found := d.found(t); len(found) < len(traces)-6 { // the Cyrillic forms are kept nowhere
			t.Fatalf("the test is blind: of all traces it finds only %v", found)
		}
		before := d.allFigures(t, k.sent, k.failed)
		d.pass(time.Minute)
		must(t, d.Eraser.EraseContact(store.As(ctx, campaign.Actor{User: "u1", Name: "Ana"}), k.contact.ID))

		// The server answers for what was on the wire, and a planner writes down what it had read before.
		_, err := d.Deliveries.Record(ctx, nil, []store.Settled{{
			Intent: store.Intent{ID: k.onTheWire, Epoch: 1}, State: campaign.Failed, Reason: "550 5.1.1 mailbox of zdravka.kovilić unknown", Code: 550, At: d.now(),
		}})
		must(t, err)
		d.deliver(t, k.sending, k.contact, campaign.Queued, "")
		open, err := d.Eraser.FinishErasures(ctx)
		must(t, err)
		equal(t, "erasures that wait for a run being planned", open, 1)
		id, _ := campaign.DeliveryID(k.sending.ID, k.sending.Shards, k.contact.ID)
		must(t, d.Deliveries.PlanDeliveries(ctx, []*campaign.Delivery{{
			ID: id + "late", Run: k.sending.ID, Contact: k.contact.ID, Email: k.contact.Email, Name: k.contact.FullName(), State: campaign.Queued,
		}}))
		_, err = d.Runs.UpdateRun(ctx, k.sending.ID, func(r *campaign.Run) error { r.Planned = true; return nil })
		must(t, err)
		open, err = d.Eraser.FinishErasures(ctx)
		must(t, err)
		equal(t, "erasures that are open once the run is planned", open, 0)

		if found := d.found(t); len(found) > 1 || len(found) == 1 && found[0] != "dravka" { // the words that a server wrote without the address
			t.Errorf("still kept: %q", found)
		}
		planned, err := d.Deliveries.GetDelivery(ctx, id+"late")
		must(t, err)
		same(t, "what was planned late", []any{planned.State, planned.Email, planned.Name, planned.Contact}, []any{campaign.Skipped, "", "", campaign.ErasedContact})
		wire, err := d.Deliveries.GetDelivery(ctx, k.onTheWire)
		must(t, err)
		same(t, "what was on the wire", []any{wire.State, wire.Reason, wire.Email}, []any{campaign.Failed, "550 5.1.1", ""})
		equal(t, "figures of the runs that were over", d.allFigures(t, k.sent, k.failed), before)
		d.counts(t, "the run that was being sent", k.sending.ID, map[campaign.DeliveryState]int64{campaign.Failed: 1, campaign.Skipped: 1})
		d.staysErased(t, k)
	})
}

// staysErased checks that no import brings the person back, and that the others are as they were.
func (d *desk) staysErased(t *testing.T, k correspondence) {
	t.Helper()
	for _, address := range []string{person.Email, k.formerAddress} {
		var results []campaign.ImportResult
		_, err := d.Imports.Import(ctx, []campaign.ImportRow{importRow(2, address, "X", "")}, campaign.ImportOptions{List: k.press.ID}, func(r campaign.ImportResult) { results = append(results, r) })
		must(t, err)
		same(t, address+" imported again", []any{results[0].Outcome, results[0].Reason.String()}, []any{campaign.RowLeft, "the address is suppressed: it must not be written to again"})
	}
	refused(t, "erasing again", d.Eraser.EraseContact(ctx, k.contact.ID), campaign.NotFound)
	ds, err := d.Deliveries.FindDeliveriesTo(ctx, k.others[0].ID, 10)
	must(t, err)
	if len(ds) != 1 || ds[0].Email != k.others[0].Email {
		t.Errorf("another contact's deliveries: %+v", ds)
	}
	entries, _, err := d.Journal.FindJournal(ctx, store.JournalFilter{Audit: true}, store.Page{})
	must(t, err)
	if len(entries) != 3 || entries[0].Kind != campaign.ErasedEntry || entries[0].By != "Ana" || entries[0].Contact != "" || entries[1].Contact+entries[2].Contact != "" {
		t.Errorf("the audit log: %+v", entries)
	}
	tests, _, err := d.Deliveries.FindDeliveries(ctx, k.testRun.ID, "", store.Page{})
	must(t, err)
	if len(tests) != 1 || tests[0].Email != "colleague@example.org" {
		t.Errorf("deliveries of the test: %+v", tests)
	}
}

func TestErasureThatWasCutOffIsFinished(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		k := d.correspond(t)
		_, err := d.Runs.UpdateRun(ctx, k.sending.ID, func(r *campaign.Run) error { r.Planned = true; return nil })
		must(t, err)
		// Only the intent was written down before the process died.
		must(t, d.engine.Upsert(ctx, collection(t, "erasures"), &campaign.Erasure{
			ID: k.contact.ID, ForGood: true, Address: campaign.NewSigner("a secret of the test").SuppressionID(k.contact.Email), At: d.now(),
		}))
		_, err = d.Deliveries.Record(ctx, nil, []store.Settled{{Intent: store.Intent{ID: k.onTheWire, Epoch: 1}, State: campaign.Accepted, At: d.now()}})
		must(t, err)
		_, err = d.Eraser.FinishErasures(ctx)
		must(t, err)
		if found := d.found(t); len(found) > 1 || len(found) == 1 && found[0] != "dravka" { // the words that a server wrote without the address
			t.Errorf("still kept: %q", found)
		}
	})
}

func TestDeletedContactsMayComeBack(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		c := d.addContact(t, campaign.Contact{Email: "ana@example.org", FirstName: "Ana"})
		must(t, d.Eraser.DeleteContact(ctx, c.ID))
		suppressed, err := d.Suppressions.Suppressed(ctx, []string{c.Email})
		must(t, err)
		equal(t, "suppressed after a plain deletion", len(suppressed), 0)
		if raw := d.raw(t); bytes.Contains(raw, []byte("ana@example.org")) {
			t.Error("the address is still kept")
		}
	})
}
