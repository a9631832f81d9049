package web

import (
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store"
)

// TestProtectedLetters shows the letters that ask for survivors to those alone who are named for them, and notes each look.
func TestProtectedLetters(t *testing.T) {
	s := newSite(t)
	admin := s.signInAs(campaign.Admin)
	id := s.addPerson(t, "ana@example.org", "first_name=Ana")
	for _, r := range []campaign.Reply{
		{MessageID: "<1>", Words: "molim kontakt", Text: "Molim kontakt žrtve za intervju.", Subject: "Intervju", Protected: true, Rule: "words survivor: zrtv*"},
		{MessageID: "<2>", Words: "odjavite me", Text: "odjavite me", Leaves: true},
	} {
		r.Contact, r.From, r.At = id, "ana@example.org", time.Now().Add(-time.Minute).UTC().Truncate(time.Second)
		must(t, s.store.Replies.RecordReply(t.Context(), r))
	}
	waiting, _, err := s.store.Enquiries.FindEnquiries(t.Context(), true, store.Page{})
	if must(t, err); len(waiting) != 1 {
		t.Fatalf("letters %v", waiting)
	}
	letter := "/enquiries/" + waiting[0].ID
	for _, path := range []string{"/enquiries", letter} {
		s.get(path).want(t, 403, "named for them")
	}
	s.post(letter+"/close", "answer=x").want(t, 403, "named for them")
	for _, path := range []string{"/", "/replies", "/contacts/" + id, "/audit"} {
		if a := s.get(path); strings.Contains(a.Body, "Intervju") || strings.Contains(a.Body, "/enquiries") {
			t.Errorf("%s tells of a protected letter", path)
		}
	}
	page := s.get("/replies")
	page.want(t, 200, "odjavite me", "Take them off")
	checkMarkup(t, page)
	s.get("/").want(t, 200, "1 reader asked by mail to be taken off")
	leaves, _, err := s.store.Replies.FindLeaveRequests(t.Context(), store.Page{})
	must(t, err)
	s.post("/replies/"+leaves[0].ID+"/leave").want(t, 200, "They are off the lists", "Nobody waits")

	_, err = s.store.Users.UpdateUser(t.Context(), admin.ID, func(u *campaign.User) error { u.Protected = true; return nil })
	must(t, err)
	s.get("/").want(t, 200, "1 letter asks for a survivor")
	list, one := s.get("/enquiries"), s.get(letter)
	list.want(t, 200, "Intervju", "Waits for an answer")
	one.want(t, 200, "Molim kontakt žrtve za intervju.", "words survivor")
	checkMarkup(t, list)
	checkMarkup(t, one)
	s.post(letter+"/close").want(t, 422, "Say what was done")
	s.post(letter+"/close", "answer=Told them no.").want(t, 200, "The letter is closed", "No letter waits")
	s.get("/enquiries?closed=1").want(t, 200, "Intervju", "by Test admin")
	s.get("/audit").want(t, 200, "Looked at a protected letter", "Closed a protected letter")
}

// TestBounceByHand corrects what a returned message was taken for, and learns it.
func TestBounceByHand(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	contact := s.addPerson(t, "dead@example.org")
	id, _ := campaign.DeliveryID("run1", 1, contact)
	d := campaign.Delivery{ID: id, Run: "run1", Contact: contact, Email: "dead@example.org", State: campaign.Accepted, Attempts: 1, MadeAt: time.Now(), SentAt: time.Now(), LastAt: time.Now()}
	_, err := s.store.Deliveries.AddDeliveries(t.Context(), []*campaign.Delivery{&d})
	must(t, err)
	_, err = s.store.Bounces.RecordReturn(t.Context(), &d, campaign.Event{Kind: campaign.BouncedEvent, Verdict: campaign.HardBounced, Rule: "status 5.1.1", Detail: "550 the gate is closed today", At: time.Now()})
	must(t, err)
	path := "/bounces/" + campaign.EventID("run1", campaign.BouncedEvent, campaign.HardBounced, id, 0)
	page := s.get(path)
	page.want(t, 200, "550 the gate is closed today", "status 5.1.1", "Address does not work")
	checkMarkup(t, page)
	s.post(path, "class=other").want(t, 422, "Choose one of the classes")
	s.post(path, "class=soft", "learn=true", "words=closed").want(t, 422, "Give two words or more")
	a := s.post(path, "class=soft", "learn=true", "words=the gate is closed")
	if a.Status == 200 || a.Status == 404 { // the run of this delivery has no page
		set, err := s.store.Settings.GetSettings(t.Context())
		if must(t, err); len(set.Learned) != 1 || set.Learned[0].Class != campaign.SoftBounced || set.Learned[0].By != "Test editor" {
			t.Errorf("learned %+v", set.Learned)
		}
	}
	rules := s.get("/bounce-rules")
	rules.want(t, 200, "the gate is closed", "Not delivered for now")
	checkMarkup(t, rules)
	s.post("/bounce-rules", "words=the gate is closed", "class=block").want(t, 200, "Learned", "We are refused")
	s.post("/bounce-rules", "words=x", "class=block").want(t, 422, "Give two words or more")
	s.post("/bounce-rules/delete", "words=the gate is closed").want(t, 200, "The rule is gone", "Nothing was taught yet")
	c, err := s.store.Contacts.GetContact(t.Context(), contact)
	if must(t, err); c.Status != campaign.Active {
		t.Errorf("the contact is %s", c.Status)
	}
}

// TestReturnedMessages shows what came back over all runs, and leads there and back again.
func TestReturnedMessages(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	s.get("/bounces").want(t, 200, "Nothing came back yet")
	contact := s.addPerson(t, "dead@example.org")
	for n, run := range []string{"run1", "run2"} {
		must(t, s.store.Runs.CreateRun(t.Context(), &campaign.Run{ID: run, CreatedAt: time.Now().Add(time.Duration(n) * time.Minute)}, &edition.Edition{ID: run}))
		id, _ := campaign.DeliveryID(run, 1, contact)
		d := campaign.Delivery{ID: id, Run: run, Contact: contact, Email: "dead@example.org", State: campaign.Accepted, Attempts: 1, MadeAt: time.Now()}
		_, err := s.store.Deliveries.AddDeliveries(t.Context(), []*campaign.Delivery{&d})
		must(t, err)
		class := []campaign.BounceClass{campaign.HardBounced, campaign.BlockBounced}[n]
		_, err = s.store.Bounces.RecordReturn(t.Context(), &d, campaign.Event{Kind: campaign.BouncedEvent, Verdict: class, Rule: "status " + run, Detail: "words of " + run, At: time.Now()})
		must(t, err)
	}
	all := s.get("/bounces")
	all.want(t, 200, "words of run1", "words of run2", "status run2", "dead@example.org")
	checkMarkup(t, all)
	if strings.Index(all.Body, "words of run2") > strings.Index(all.Body, "words of run1") {
		t.Error("the latest run is not first")
	}
	blocks := s.get("/bounces?class=block")
	blocks.want(t, 200, "words of run2")
	if strings.Contains(blocks.Body, "words of run1") {
		t.Error("the class is not looked at")
	}
	s.get("/bounces?class=full").want(t, 200, "Nothing fits")
	id, _ := campaign.DeliveryID("run1", 1, contact)
	path := "/bounces/" + campaign.EventID("run1", campaign.BouncedEvent, campaign.HardBounced, id, 0) + "?from=all"
	s.get(path).want(t, 200, `href="/bounces"`)
	s.post(path, "class=full").want(t, 200, "It is corrected", "words of run2", "Mailbox full")
	s.get("/bounces?class=full").want(t, 200, "words of run1", "by hand")
}
