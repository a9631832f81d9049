package web

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/web/webtest"
)

// people adds contacts p0…; every second is a school.
func (s *site) people(n int) []string {
	s.t.Helper()
	var ids []string
	for i := range n {
		c := campaign.Contact{Email: fmt.Sprintf("p%d@x.example", i), LastName: fmt.Sprintf("Perić %03d", i), Kind: []campaign.Kind{campaign.School, campaign.Journalist}[i%2]}
		must(s.t, s.store.Contacts.CreateContact(context.Background(), &c))
		ids = append(ids, c.ID)
	}
	return ids
}

func (s *site) count(f store.ContactFilter) int64 {
	s.t.Helper()
	n, err := s.store.Contacts.CountContacts(context.Background(), f)
	must(s.t, err)
	return n
}

var hiddenBulk = regexp.MustCompile(`name="bulk" value="([0-9a-z]+)"`)

// ask chooses an action and returns the id of the form that asks back.
func (s *site) ask(query string, fields ...string) (answer, string) {
	s.t.Helper()
	a := s.post("/bulk/ask?"+query, fields...)
	m := hiddenBulk.FindStringSubmatch(a.Body)
	if m == nil {
		s.t.Fatalf("no form is shown: %d %s", a.Status, webtest.MainOf(a.Body))
	}
	checkMarkup(s.t, a)
	return a, m[1]
}

func TestBulkOverAFilter(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	s.people(7)
	a := s.get("/contacts?kind=school")
	a.want(t, 200, "4 contacts", `action="/bulk/ask?kind=school"`, "all 4 contacts of this filter")
	checkMarkup(t, a)

	a, id := s.ask("kind=school", "scope=all", "action=tag", "back=/contacts?kind=school")
	a.want(t, 200, "Tag: 4 contacts", "everybody who fits –", "kind: School", "It can be undone for thirty days")
	s.post("/bulk?kind=school", "bulk="+id, "scope=all", "action=tag", "back=/contacts?kind=school", "tag=a,b").want(t, 422, "without a comma", `value="a,b"`)
	a = s.post("/bulk?kind=school", "bulk="+id, "scope=all", "action=tag", "back=/contacts?kind=school", "tag=Beat")
	a.want(t, 200, "Tag “beat”: 4 contacts changed.", `action="/bulk/`+id+`/undo"`)
	if a.Path != "/contacts?kind=school" {
		t.Errorf("it leads to %s", a.Path)
	}
	if n := s.count(store.ContactFilter{Tag: "beat"}); n != 4 {
		t.Errorf("%d are tagged", n)
	}
	s.post("/bulk?kind=school", "bulk="+id, "scope=all", "action=tag", "tag=again").want(t, 200, "Tag “beat”: 4 contacts changed.") // the form sent twice
	if n := s.count(store.ContactFilter{Tag: "again"}); n != 0 {
		t.Errorf("the second sending tagged %d", n)
	}
	s.get("/bulk").want(t, 200, "Tag “beat”", "kind: School", "Test editor", "Undo")
	a = s.post("/bulk/"+id+"/undo", "back=/contacts?kind=school")
	a.want(t, 200, "4 contacts are as they were before.")
	if strings.Contains(a.Body, `action="/bulk/`+id+`/undo"`) {
		t.Error("what was undone is offered to be undone")
	}
	if n := s.count(store.ContactFilter{Tag: "beat"}); n != 0 {
		t.Errorf("%d are still tagged", n)
	}
	s.post("/bulk/"+id+"/undo").want(t, 200, "undone already")
	s.get("/bulk/none").want(t, 404)
}

func TestBulkOverASelection(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	ids := s.people(5)
	l := campaign.List{Name: "Press"}
	must(t, s.store.Lists.CreateList(context.Background(), &l))
	s.post("/bulk/ask", "scope=chosen", "action=tag", "back=/contacts").want(t, 200, "Nobody was ticked")
	s.post("/bulk/ask", "scope=chosen", "id="+ids[0], "back=//evil.example").want(t, 200, "Choose what to do")
	a, id := s.ask("", "scope=chosen", "action=subscribe", "id="+ids[0], "id="+ids[1], "id="+ids[1], "id=unknown")
	a.want(t, 200, "Put on a list: 2 contacts", "the <strong>2 contacts</strong> you ticked", "Press")
	fields := []string{"bulk=" + id, "scope=chosen", "action=subscribe", "id=" + ids[0], "id=" + ids[1], "list=" + l.ID, "basis=consent", "source=a training"}
	s.post("/bulk", fields...).want(t, 422, "Say what was agreed to")
	s.post("/bulk", append(fields, "reference=folder 3")...).want(t, 200, "Put on “Press”: 2 contacts changed.")
	if n := s.count(store.ContactFilter{List: l.ID}); n != 2 {
		t.Errorf("%d are on the list", n)
	}
	_, id = s.ask("", "scope=chosen", "action=pause", "id="+ids[2])
	s.post("/bulk", "bulk="+id, "scope=chosen", "action=pause", "id="+ids[2], "until=tomorrow").want(t, 422, "2026-12-31")
	s.post("/bulk", "bulk="+id, "scope=chosen", "action=pause", "id="+ids[2], "until=2031-01-15").want(t, 200, "Pause until 15 Jan 2031: 1 contact changed.")
	for action, more := range map[string]string{"remove": "list=" + l.ID, "set_language": "language=fr", "set_kind": "contact_kind=partner", "untag": "tag=x", "resume": ""} {
		_, id = s.ask("", "scope=chosen", "action="+action, "id="+ids[0], "id="+ids[2])
		s.post("/bulk", "bulk="+id, "scope=chosen", "action="+action, "id="+ids[0], "id="+ids[2], more).want(t, 200, "contact")
	}
	c, err := s.store.Contacts.GetContact(context.Background(), ids[0])
	must(t, err)
	if c.Kind != campaign.Partner || c.Language != campaign.French || c.Membership(l.ID).Status != campaign.Removed {
		t.Errorf("contact %+v", c)
	}
	if c, err = s.store.Contacts.GetContact(context.Background(), ids[2]); err != nil || !c.PausedUntil.IsZero() {
		t.Errorf("the pause stays: %+v, %v", c, err)
	}
	for action, why := range map[string]string{"erase": "Only an admin", "csv": "a right of its own"} {
		s.post("/bulk/ask", "scope=chosen", "action="+action, "id="+ids[0]).want(t, 403, why)
	}
	s.post("/bulk", "scope=all", "action=erase", "typed=5").want(t, 403, "Only an admin")
}

func TestBulkEraseWantsTheNumber(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	ids := s.people(4)
	a, id := s.ask("kind=school", "scope=all", "action=erase")
	a.want(t, 200, "Erase: 2 contacts", "type how many contacts are erased: 2.")
	for _, typed := range []string{"", "3", "two"} {
		s.post("/bulk?kind=school", "bulk="+id, "scope=all", "action=erase", "typed="+typed).want(t, 422, "Type the number 2")
	}
	a = s.post("/bulk?kind=school", "bulk="+id, "scope=all", "action=erase", "typed=2")
	a.want(t, 200, "2 contacts are erased.")
	if strings.Contains(a.Body, "/undo") || s.count(store.ContactFilter{}) != 2 {
		t.Errorf("erased: %s", webtest.MainOf(a.Body))
	}
	s.post("/bulk/"+id+"/undo").want(t, 200, "cannot be brought back")

	a = s.post("/bulk/ask", "scope=chosen", "action=csv", "id="+ids[1])
	if a.Status != 200 || !strings.Contains(a.Header.Get("Content-Disposition"), "contacts-") || !strings.Contains(a.Body, "p1@x.example") || strings.Contains(a.Body, "p3@x.example") {
		t.Errorf("exported: %d %s", a.Status, a.Body)
	}
	s.post("/bulk/ask?kind=journalist", "scope=all", "action=csv").want(t, 200, "p1@x.example", "p3@x.example")
}

// What is too much for one request is left to the scheduler; the page says how far it is, stops it and takes it back.
func TestBulkThatTakesLong(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	s.people(2)
	ctx := context.Background()
	b := store.Bulk{ID: "long", Action: campaign.BulkAction{Kind: campaign.BulkTag, Tag: "beat"}, By: "Vera", Expected: 1_234_567}
	must(t, s.store.Bulks.CreateBulk(ctx, &b))
	a := s.get("/bulk/long")
	a.want(t, 200, "At work", "0 of 1,234,567 contacts", `<noscript><meta http-equiv="refresh" content="2"></noscript>`, "/bulk/long/stop", "Under way")
	checkMarkup(t, a)
	s.get("/bulk/long/progress").want(t, 200, "At work", `hx-get="/bulk/long/progress"`)
	s.post("/bulk/long/undo").want(t, 200, "stop it first")
	s.post("/bulk/long/stop").want(t, 200, "Stopped: 0 contacts changed so far")
	s.post("/bulk/long/stop").want(t, 200, "finished already")
	a = s.get("/bulk/long/progress")
	a.want(t, 200)
	if a.Header.Get("HX-Refresh") != "true" {
		t.Error("the page is not told that it is over")
	}
}

func TestColumns(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Viewer)
	ctx := context.Background()
	c := campaign.Contact{Email: "ana@x.example", LastName: "Anić", Place: "Niš", Tags: []string{"beat"}, Attributes: map[string]string{"Beat area": "courts"}}
	must(t, s.store.Contacts.CreateContact(ctx, &c))
	a := s.get("/contacts")
	a.want(t, 200, "ana<wbr>@", `value="attribute.Beat area"`)
	if strings.Contains(webtest.MainOf(a.Body), `name="id"`) {
		t.Error("a viewer can tick contacts")
	}
	a = s.post("/contacts/columns", "back=/contacts?kind=other", "column=tags", "column=place", "column=attribute.Beat area", "column=nonsense")
	a.want(t, 200, "Niš", "beat", "courts", `<th scope="col">Beat area</th>`)
	if q, err := url.Parse(a.Path); err != nil || q.Query().Get("columns") != "place,tags,attribute.Beat area" || q.Query().Get("kind") != "other" {
		t.Errorf("it leads to %s", a.Path)
	}
	a = s.get("/contacts") // remembered
	a.want(t, 200, "courts")
	if strings.Contains(a.Body, `data-label="Status"`) {
		t.Error("a column is shown that was not chosen")
	}
	s.get("/contacts?columns=phone,email").want(t, 200, `<td class="long">ana`) // somebody else's view
	s.post("/contacts/columns", "back=https://evil.example/").want(t, 200, `data-label="Status"`)
	s.get("/contacts?rows=200").want(t, 200, `<strong aria-current="true">200</strong>`)
}
