package web

import (
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// officeTime is now, where the office's days are counted.
func officeTime(t *testing.T) time.Time {
	belgrade, err := time.LoadLocation("Europe/Belgrade")
	if err != nil {
		t.Fatal(err)
	}
	return time.Now().In(belgrade)
}

func TestRequestsAsJobs(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	s.post("/lists/new", "name=Press").want(t, 200)
	lists, err := s.store.Lists.FindLists(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	id := s.addPerson(t, "ana@example.org", "first_name=Ana", "lists="+lists[0].ID, "basis=contract", "source=meeting", "reference=12/2026")
	page := s.get("/requests/new?contact=" + id + "&kind=objection")
	page.want(t, 200, "About", "Ana", `<option value="objection" selected>`)
	checkMarkup(t, page)
	s.post("/requests/new", "kind=objection", "contact="+id, "person=Ana", "received=never").want(t, 422, "Give the day it came")
	s.post("/requests/new", "kind=objection", "contact="+id, "received=2026-01-01").want(t, 422, "Say who asks")
	received := officeTime(t).AddDate(0, 0, -2).Format(time.DateOnly)
	a := s.post("/requests/new", "kind=objection", "contact=ANA@example.org", "person=Ana <b>A</b>", "received="+received, "identity=by telephone")
	a.want(t, 200, "Its clock runs", "27 days left", "Ana &lt;b&gt;A&lt;/b&gt;", "Registered by")
	checkMarkup(t, a)
	s.get("/requests").want(t, 200, "27 days", "Objection")
	s.get("/contacts/"+id).want(t, 200, "waits for an answer until")
	s.post(a.Path+"/object").want(t, 200, "the address is not mailed again")
	c, err := s.store.Contacts.GetContact(t.Context(), id)
	if err != nil || c.Membership(lists[0].ID).Status != campaign.Unsubscribed {
		t.Errorf("after the objection: %+v %v", c, err)
	}
	s.post(a.Path+"/restrict").want(t, 200, "no import changes them")
	s.post(a.Path+"/close").want(t, 422, "Say what was done")
	s.post(a.Path+"/close", "answer=Done, and told.").want(t, 200, "Nothing waits for an answer")
	s.post(a.Path+"/close", "answer=Again.").want(t, 422, "answered already")
	s.get("/requests?closed=1").want(t, 200, "Objection")
	nobody := s.post("/requests/new", "kind=access", "contact=nobody@example.org", "person=Somebody", "received="+received)
	nobody.want(t, 200, "We hold nothing on them")
	s.post(nobody.Path+"/restrict").want(t, 404, "nobody we hold anything on")
	s.get("/requests/none").want(t, 404, "does not exist")
}

func TestExportIsARightOfItsOwn(t *testing.T) {
	s := newSite(t)
	u := s.signInAs(campaign.Editor)
	s.addPerson(t, "ana@example.org")
	s.get("/export?format=csv").want(t, 403, "a right of its own")
	if _, err := s.store.Users.UpdateUser(t.Context(), u.ID, func(u *campaign.User) error { u.Exports = true; return nil }); err != nil {
		t.Fatal(err)
	}
	s.get("/export?format=csv").want(t, 200, "ana@example.org")
	s.get("/audit").want(t, 403, "needs the role")
	s.signInAs(campaign.Admin)
	page := s.get("/audit")
	page.want(t, 200, "Exported", "1 contact as CSV", "Test editor", "Signed in")
	checkMarkup(t, page)
	s.get("/audit?kind=exported&by="+u.ID).want(t, 200, "1 contact as CSV")
	s.get("/audit?kind=erased").want(t, 200, "Nothing fits")
	s.get("/audit?all=1").want(t, 200, "Created")
	now := officeTime(t)
	today, yesterday := now.Format(time.DateOnly), now.AddDate(0, 0, -1).Format(time.DateOnly)
	s.get("/audit?kind=exported&from="+today+"&to="+today).want(t, 200, "1 contact as CSV", `name="from" type="date" value="`+today)
	s.get("/audit?to="+yesterday).want(t, 200, "Nothing fits")
	refused := s.get("/audit?from=" + today + "&to=" + yesterday)
	refused.want(t, 422, "Give two days")
	checkMarkup(t, refused)
	s.get("/audit?from=yesterday").want(t, 422, "Write the day like", `value="yesterday"`)
	s.get("/breach").want(t, 200, "72 hours")
	breach := s.get("/breach?by=" + u.ID)
	breach.want(t, 200, "All contacts in the panel, one by one and as files", "1 contact as CSV", "1 person")
	checkMarkup(t, breach)
	s.get("/breach?by="+u.ID+"&from=2026-05-02&to=2026-05-01").want(t, 422, "Give two days")
}

func TestRecordOfProcessingIsOfWhatIsSet(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	s.post("/lists/new", "name=Press", "purpose=News for newsrooms", "tracking=none", "basis=consent", "require_consent=true").want(t, 200)
	s.addPerson(t, "ana@example.org")
	page := s.get("/processing")
	page.want(t, 200, "News for newsrooms", "Consent, consent required", "Journalist: 1", "13 months", "36 months", "Test admin (Admin, may export)")
	checkMarkup(t, page)
	s.post("/retention", "events=0", "deliveries=36", "audit=36").want(t, 422, "1 to 240")
	form := []string{"events=12", "deliveries=24", "audit=30"}
	for _, k := range campaign.Kinds {
		form = append(form, "review_"+string(k)+"=18")
	}
	s.post("/retention", append(form, "events=12")...).want(t, 200, "The next night keeps to it")
	s.get("/processing").want(t, 200, "12 months", "24 months", "Journalist after 18 months")
}

func TestReviewPage(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	id := s.addPerson(t, "ana@example.org", "first_name=Ana")
	if _, ran, err := s.store.Retention.Retain(store.As(t.Context(), campaign.Actor{})); err != nil || !ran {
		t.Fatal(ran, err)
	}
	page := s.get("/review")
	page.want(t, 200, "0 contacts wait", "Nobody waits")
	checkMarkup(t, page)
	s.post("/review/"+id+"/keep", "reason=").want(t, 422, "1 field needs another look")
	s.post("/review/"+id+"/keep", "reason=Still edits the page.").want(t, 200, "Kept, with the reason")
	if body := s.get("/contacts/" + id).Body; !strings.Contains(body, "Still edits the page.") {
		t.Error("the reason is not on the timeline")
	}
	s.post("/review/none/keep", "reason=x").want(t, 404, "does not exist")
}
