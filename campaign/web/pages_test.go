package web

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/webtest"
)

// Every page that needs nothing in its path comes up, for an empty store too, and names no address that is missing.
func TestPagesComeUp(t *testing.T) {
	s := newSite(t)
	u := s.signInAs(campaign.Admin)
	_, err := s.store.Users.UpdateUser(t.Context(), u.ID, func(u *campaign.User) error { u.Protected = true; return nil })
	must(t, err)
	for _, r := range s.server.table {
		if r.method != http.MethodGet || strings.ContainsAny(r.path, ":*") {
			continue
		}
		t.Run(r.path, func(t *testing.T) {
			a := s.get(r.path)
			if a.Status != 200 {
				t.Fatalf("answered %d: %s", a.Status, webtest.MainOf(a.Body))
			}
			if strings.Contains(a.Header.Get("Content-Type"), "text/html") {
				checkMarkup(t, a)
			}
		})
	}
	for _, path := range []string{"/subscribe", "/subscribe/sent"} {
		a := s.get(path)
		a.want(t, 200)
		checkMarkup(t, a)
	}
	for _, path := range []string{"/api/subscribe", "/healthz", "/robots.txt"} {
		s.get(path).want(t, 200)
	}
}

var (
	inlineStyle  = regexp.MustCompile(`<style|\sstyle=`)
	inlineScript = regexp.MustCompile(`<script(?:\s[^>]*)?>[^<]|\son[a-z]+=`)
	ids          = regexp.MustCompile(`\sid="([^"]+)"`)
)

// checkMarkup looks for what the policy forbids and for ids used twice.
func checkMarkup(t *testing.T, a answer) {
	t.Helper()
	if m := inlineStyle.FindString(a.Body); m != "" {
		t.Errorf("%s has an inline style: %s", a.Path, m)
	}
	if m := inlineScript.FindString(a.Body); m != "" {
		t.Errorf("%s has an inline script: %s", a.Path, m)
	}
	seen := map[string]bool{}
	for _, m := range ids.FindAllStringSubmatch(a.Body, -1) {
		if seen[m[1]] {
			t.Errorf("%s has the id %q twice", a.Path, m[1])
		}
		seen[m[1]] = true
	}
	if strings.Contains(a.Body, "ZgotmplZ") || strings.Contains(a.Body, "&lt;no value") {
		t.Errorf("%s has a value a template refused", a.Path)
	}
}

func TestListsAndContacts(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	s.post("/lists/new", "name=Press", "tracking=aggregate", "basis=legitimate_interest").want(t, 200, "The list “Press” is there", "subscribed")
	lists, err := s.store.Lists.FindLists(context.Background(), false)
	if err != nil || len(lists) != 1 {
		t.Fatalf("lists: %v %v", lists, err)
	}
	press := lists[0].ID
	s.post("/lists/new", "name=press", "tracking=aggregate", "basis=consent").want(t, 422, "There is a list named", `value="press"`)

	a := s.post("/contacts/new", "email=Ana.Petrovic@Primer.example", "first_name=Ana", "last_name=Đorđević", "kind=journalist", "language=sr-Latn",
		"organisation=Glas Primera", "tags=trafficking, Schools", "lists="+press, "basis=legitimate_interest", "source=published page", "reference=LIA-1")
	a.want(t, 200, "The contact is added", "LIA-1", "Glas Primera", "Press", "published page")
	checkMarkup(t, a)
	id := strings.TrimPrefix(a.Path, "/contacts/")

	s.post("/contacts/new", "email=ana.petrovic@primer.example", "kind=journalist").want(t, 422, "is a contact already")
	s.post("/contacts/new", "email=no address", "first_name=<b>Typed</b>").want(t, 422, "is not an e-mail address", "&lt;b&gt;Typed&lt;/b&gt;")
	for _, q := range []string{"q=djordjevic", "q=Ђорђ", "kind=journalist", "list=" + press, "language=sr-Latn", "tag=schools", "status=active", "q=ana&sort=address&desc=1"} {
		s.get("/contacts?"+q).want(t, 200, "Ana Đorđević", "1 contact")
	}
	s.get("/contacts?kind=school").want(t, 200, "0 contacts", "No contact fits")
	s.get("/contacts?after=rubbish").want(t, 400, "start again from the first")

	s.post("/contacts/"+id+"/tracking", "tracking=individual", "tracking_basis=consent").want(t, 422, "Say how and when it was given")
	s.post("/contacts/"+id+"/tracking", "tracking=individual", "tracking_basis=consent", "tracking_source=form of 3 May").want(t, 200, "form of 3 May (recorded by Test admin)")
	s.post("/contacts/"+id+"/tracking", "tracking=none").want(t, 200, "Taken back")
	s.post("/contacts/"+id+"/remove", "list="+press).want(t, 200, "Taken off")
	s.post("/contacts/"+id+"/subscribe", "list="+press, "basis=consent").want(t, 422, "Say where the address comes from")
	s.post("/contacts/"+id+"/subscribe", "list="+press, "basis=consent", "source=asked by phone").want(t, 422, "Say what was agreed to, when, and where the proof is kept")
	s.post("/contacts/"+id+"/subscribe", "list="+press, "basis=consent", "source=asked by phone", "reference=minutes of 3 May").want(t, 200, "Put on “Press”")
	if _, err := s.store.Contacts.LeaveLists(context.Background(), id, []string{press}, campaign.Unsubscribed); err != nil {
		t.Fatal(err)
	}
	s.post("/contacts/"+id+"/subscribe", "list="+press, "basis=consent", "source=asked by phone", "reference=minutes").want(t, 422, "only they can come back")

	s.get("/lists/"+press+"?membership=unsubscribed").want(t, 200, "Ana Đorđević")
	late := s.post("/lists/" + press + "/delete")
	late.want(t, 200, `<p class="alert" role="alert" tabindex="-1" autofocus>`, "cannot be deleted: archive it")
	if late.Path != "/lists/"+press {
		t.Errorf("what could not be done leads to %s", late.Path)
	}
	s.post("/lists/"+press+"/archive", "archived=true").want(t, 200, "is archived")
	s.post("/contacts/"+id+"/subscribe", "list="+press, "basis=consent", "source=asked by phone", "reference=minutes").want(t, 422, "is archived: take it into use again first")
	s.get("/contacts/"+id+"/edit").want(t, 200, `value="Glas Primera"`, `value="schools, trafficking"`)
	s.post("/contacts/"+id+"/edit", "email=ana@primer.example", "version=1").want(t, 409, "This was saved from elsewhere while")
	s.post("/contacts/"+id+"/edit", s.version("/contacts/"+id+"/edit"), "email=ana@primer.example", "first_name=Ana", "last_name=Đorđević", "kind=partner", "status=paused", "status_reason=on leave").
		want(t, 200, "Saved", "Paused", "on leave")
	s.post("/contacts/"+id+"/erase", "how=delete").want(t, 200, "The contact is deleted")
	s.get("/contacts/"+id).want(t, 404, "This contact does not exist")
}

func TestListSettings(t *testing.T) {
	s := newSite(t)
	u := s.signInAs(campaign.Editor)
	s.get("/lists/new").want(t, 200, `<option value="double" selected>`, `<option value="`+u.ID+`" selected>Test editor`)
	a := s.post("/lists/new", "name=Digest", "purpose=What the ministry asked for", "names=Pregled", "descriptions=Once a month", "owner="+u.ID, "basis=consent", "require_consent=true",
		"public=true", "opt_in=single")
	a.want(t, 200, "What the ministry asked for", "Once a month", "Test editor", "Single:", "whose consent is not on record are left out")
	edit := s.get(a.Path + "/edit")
	checkMarkup(t, edit)
	edit.want(t, 200, `name="require_consent" type="checkbox" value="true" checked`, `<option value="single" selected>`, "What the ministry asked for")
	s.post(a.Path+"/edit", "version=1", "name=Digest", "basis=contract", "require_consent=true").want(t, 422, "has consent as its basis")
	s.post(a.Path+"/edit", "version=1", "name=Digest", "owner=nobody").want(t, 422, "Choose one of the users")
	s.get("/lists").want(t, 200, "single opt-in", "Test editor", "requires consent")
}

func TestOrganisations(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	a := s.post("/organisations/new", "name=Škola „Primer“", "kind=school", "place=Niš", "website=www.example.org")
	a.want(t, 200, "is added", "https://www.example.org")
	s.post("/organisations/new", "name=skola „primer“").want(t, 422, "already")
	s.post("/organisations/new", "name=X", "website=javascript:alert(1)").want(t, 422, "not the address of a web page")
	s.get("/organisations?q=skola").want(t, 200, "Škola „Primer“")
	id := strings.TrimPrefix(a.Path, "/organisations/")
	s.get("/contacts/new?organisation="+id).want(t, 200, "Škola „Primer“")
	s.post("/organisations/"+id+"/edit", s.version("/organisations/"+id+"/edit"), "name=Škola „Uzor“", "kind=school").want(t, 200, "Saved", "Uzor")
	s.get("/organisations/"+id+"/delete").want(t, 200, "Keep it")
	s.post("/organisations/"+id+"/delete").want(t, 200, "is deleted")
}

// version returns the hidden field of a form that says what was edited.
func (s *site) version(path string) string {
	s.t.Helper()
	_, v, ok := strings.Cut(s.get(path).Body, `name="version" value="`)
	if !ok {
		s.t.Fatalf("%s has no version", path)
	}
	v, _, _ = strings.Cut(v, `"`)
	return "version=" + v
}
