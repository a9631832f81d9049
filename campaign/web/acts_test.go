package web

import (
	"crypto/rand"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// notedElsewhere are routes that change something and have no line in acts, with the reason.
var notedElsewhere = map[string]string{
	"POST /sign-out": "notes itself", "POST /api-tokens": "the store notes tokens", "POST /api-tokens/:id/delete": "the store notes tokens", "POST /account": "the store notes changes of accounts", "POST /account/password": "the store notes changes of accounts",
	"POST /account/sign-out-everywhere": "the store notes changes of accounts", "POST /users/new": "the store notes changes of accounts",
	"POST /users/:id": "the store notes changes of accounts", "POST /users/:id/link": "the store notes sign-in links",
	"POST /settings": "the store notes settings", "POST /settings/texts": "the store notes settings", "POST /settings/sending": "the store notes settings", "POST /settings/sending/learned": "the store notes it", "POST /settings/warmup": "the store notes settings", "POST /retention": "the store notes settings",
	"POST /installation": "the store notes it", "POST /requests/new": "the store notes requests", "POST /requests/:id/close": "the store notes requests",
	"POST /requests/:id/restrict": "on the contact's record", "POST /requests/:id/object": "on the contact's record", "POST /review/:id/keep": "on the contact's record",
	"POST /contacts/new": "on the contact's record", "POST /contacts/:id/edit": "on the contact's record", "POST /contacts/:id/pause": "on the contact's record",
	"POST /contacts/:id/note": "on the contact's record", "POST /contacts/:id/subscribe": "on the contact's record", "POST /contacts/:id/remove": "on the contact's record",
	"POST /contacts/:id/tracking": "on the contact's record", "POST /contacts/:id/erase": "the store notes erasing", "POST /contacts/:id/merge": "the store notes merging",
	"POST /contacts/columns": "what a user sees of a table", "POST /home/steps": "what a user sees of the home page", "POST /settings/helplines": "the store notes settings", "POST /writing-rules/change": "the store notes settings", "POST /writing-rules/own": "the store notes settings",
	"POST /writing-rules/own/delete": "the store notes settings", "POST /releases/check": "keeps nothing",
	"POST /releases/preview":  "keeps nothing; a person in it is noted",
	"POST /releases/:id/keep": "what a user types and has not saved", "POST /releases/:id/keep/drop": "what a user typed and did not save",
	"POST /series/:id/ask": "the store notes approvals", "POST /series/:id/start": "the store notes it", "POST /series/:id/pause": "the store notes it", "POST /series/:id/end": "the store notes it",
	"POST /campaigns/:id/look": "changes nothing", "POST /suppressions/:id/let-go": "the store notes it", "POST /bounces/:id": "the store notes it", "POST /hygiene/rules": "the store notes settings", "POST /bounce-rules": "the store notes settings", "POST /bounce-rules/delete": "the store notes settings", "POST /settings/approval": "the store notes settings",
	"POST /settings/sender/look": "changes nothing", "POST /settings/sender/keys": "the store notes keys", "POST /settings/sender/keys/:id/rest": "the store notes keys", "POST /settings/sender/keys/:id/delete": "the store notes keys",
	"POST /campaigns/:id/approval": "the store notes approvals", "POST /campaigns/:id/approval/ask": "the store notes approvals",
	"POST /campaigns/:id/approval/withdraw": "the store notes approvals", "POST /campaigns/:id/alone": "the store notes approvals",
	"POST /calendar/address": "the store notes changes of accounts", "POST /calendar/address/end": "the store notes changes of accounts",
	"POST /layouts/preview": "keeps nothing", "POST /releases/editor": "keeps nothing", "POST /scripts": "the store notes settings", "POST /settings/closings": "the store notes settings",
	"POST /segments/count": "keeps nothing; examples are noted", "POST /import/:id/cancel": "keeps nothing", "POST /account/again": "keeps nothing; a wrong password is noted", "POST /import/:id/columns": "keeps nothing",
}

// Every route by which somebody of the team changes anything is in the audit log, or says why not.
func TestEveryActHasItsLine(t *testing.T) {
	s := newSite(t)
	known := map[string]bool{}
	for _, r := range s.server.table {
		key := r.method + " " + r.path
		known[key] = true
		if r.method != http.MethodPost || r.who == anyone {
			continue
		}
		if _, noted := acts[key]; !noted && notedElsewhere[key] == "" {
			t.Errorf("%s is not in the audit log", key)
		}
	}
	for key := range acts {
		if !known[key] {
			t.Errorf("there is no route %s", key)
		}
	}
}

// letExport gives the user who is signed in the right to take contacts away.
func (s *site) letExport() {
	for _, role := range []campaign.Role{campaign.Editor, campaign.Viewer} {
		u, err := s.store.Users.GetUserByAddress(s.t.Context(), string(role)+"@example.org")
		if err != nil {
			continue
		}
		_, err = s.store.Users.UpdateUser(s.t.Context(), u.ID, func(u *campaign.User) error { u.Exports = true; return nil })
		must(s.t, err)
	}
}

// audit returns the details of the log's entries, the latest first.
func (s *site) audit() (out []string) {
	entries, _, err := s.store.Journal.FindJournal(s.t.Context(), store.JournalFilter{Audit: true}, store.Page{Limit: 200})
	must(s.t, err)
	for _, e := range entries {
		words := []string{templates.Say(campaign.English, e.Words(time.UTC))}
		for _, change := range e.Changes() {
			words = append(words, templates.Say(campaign.English, change))
		}
		out = append(out, string(e.Kind)+" by "+e.By+": "+strings.Join(words, "; ")+e.Contact+" "+e.Object)
	}
	return out
}

func TestActsAreInTheAuditLog(t *testing.T) {
	n := newNewsroom(t, 2)
	_, run := n.sent(campaign.Accepted)
	admin := n.signInAs(campaign.Admin)
	ana := n.addPerson(t, "ana@example.org")
	n.post("/lists/new", "name=Gone", "basis=consent", "tracking=aggregate", "opt_in=double", "owner="+admin.ID)
	n.post("/users/new", "name=Vesna", "email=vesna@example.org", "role=editor").want(t, 200)
	vesna, err := n.store.Users.GetUserByAddress(t.Context(), "vesna@example.org")
	must(t, err)
	for _, step := range []struct {
		do   func()
		want string
	}{
		{func() { n.post("/users/"+vesna.ID, "name=Vesna", "email=vesna@example.org", "role=viewer") }, "account_changed by Test admin: Changed the account of Vesna; Role: Editor → Viewer /users/" + vesna.ID},
		{func() { n.post("/users/" + vesna.ID + "/link") }, "Made a sign-in link for Vesna"},
		{func() { n.post("/settings", "name=Another name") }, "Changed the settings; Name of the organisation: "},
		{func() { n.post("/settings/sending", "per_second=5") }, "Messages a second: none → 5"},
		{func() { n.get("/contacts/" + ana + "/edit") }, "viewed by Test admin: Looked at a contact, to edit it" + ana},
		{func() { n.get("/contacts/" + ana + "/merge?q=ana") }, "viewed by Test admin: Looked at a contact, before merging" + ana},
		{func() { n.get("/releases/" + n.release.ID + "/preview?as=ana@example.org") }, "viewed by Test admin: Looked at a contact in a preview" + ana},
		{func() { n.get("/runs/" + run.ID + "/recipients") }, "viewed by Test admin: Looked at the recipients of a run: Helpline to the press /runs/" + run.ID},
		{func() { n.get("/runs/" + run.ID + "/recipients/export?format=csv") }, "exported by Test admin: Exported the recipients of a run as CSV /runs/" + run.ID},
		{func() { n.get("/contacts") }, "viewed by Test admin: Looked at the table of contacts"},
		{func() { n.get("/export?format=csv&q=ana") }, "contacts (chosen by search) as CSV"},
		{func() { n.get("/requests/new?contact=" + ana) }, "viewed by Test admin: Looked at a contact, to register a request" + ana},
		{func() { n.post("/requests/new", "contact=ana@example.org", "kind=nothing") }, "viewed by Test admin: Looked at a contact, to register a request" + ana},
		{func() { n.get("/notices") }, "Looked at the mails to single readers"},
		{func() { n.post("/releases/" + n.release.ID + "/archive") }, "Archived a release: " + n.release.Title + " /releases/" + n.release.ID},
	} {
		noted := func() int {
			return len(slices.DeleteFunc(n.audit(), func(line string) bool { return !strings.Contains(line, step.want) }))
		}
		before := noted()
		step.do()
		if noted() != before+1 {
			t.Errorf("no entry %q among %q", step.want, n.audit())
		}
	}
}

func TestSignInsAreInTheAuditLog(t *testing.T) {
	s := newSite(t)
	u := s.signInAs(campaign.Editor)
	s.post("/sign-out")
	s.post("/sign-in", "email="+u.Email, "password=a wrong one")
	s.post("/sign-in", "email=nobody@example.org", "password=a wrong one")
	log := strings.Join(s.audit(), "\n")
	for _, want := range []string{"signed_out by " + u.Name, "sign_in_failed by somebody: " + u.Name + ": Wrong password or address, from the place of their last sign-in", "sign_in_failed by somebody: Wrong password or address ", "/users/" + u.ID} {
		if !strings.Contains(log, want) {
			t.Errorf("no %q in the log:\n%s", want, log)
		}
	}
	if strings.Contains(log, "nobody@example.org") || strings.Contains(log, "127.0.0.1") {
		t.Errorf("the log names who is nobody, or where from:\n%s", log)
	}
}

// TestSignInsSayWhetherThePlaceIsNew signs in again, after entries as older versions stored them.
func TestSignInsSayWhetherThePlaceIsNew(t *testing.T) {
	s := newSite(t)
	u := s.signInAs(campaign.Editor)
	again := func() {
		secret := rand.Text()
		must(t, s.store.Sessions.CreateSignInLink(t.Context(), secret, u.ID, time.Hour))
		s.post("/sign-out")
		s.post("/sign-in/"+secret).want(t, 200)
	}
	again()
	s.post("/sign-out")
	s.post("/sign-in", "email="+u.Email, "password=a wrong one")
	entries, _, err := s.store.Journal.FindJournal(t.Context(), store.JournalFilter{Kind: campaign.SignedInEntry}, store.Page{})
	must(t, err)
	here := entries[0].Place
	by := store.As(t.Context(), campaign.Actor{User: u.ID, Name: u.Name})
	must(t, s.store.Journal.Log(by,
		campaign.Entry{Kind: campaign.SignedInEntry, Audit: true, Detail: campaign.Textf("Signed in from place %s", here).Stored()},
		campaign.Entry{Kind: campaign.KeptOutEntry, Audit: true, Detail: campaign.Textf("%s: %s", u.Name, campaign.Textf("%s, from place %s", campaign.Textf("Too many attempts"), here)).Stored()},
		campaign.Entry{Kind: campaign.SignedInEntry, Audit: true, Detail: campaign.Textf("Signed in from place %s", "elsewhere").Stored()},
	))
	again()
	log := s.audit()
	for _, want := range []string{
		"signed_in by Test editor: Signed in from a place not seen before ", "signed_in by Test editor: Signed in from the same place as last time ",
		"Wrong password or address, from the place of their last sign-in ", "signed_in by Test editor: Signed in ", "sign_in_failed by Test editor: Test editor: Too many attempts ",
		"signed_in by Test editor: Signed in from a place seen before ",
	} {
		if !slices.ContainsFunc(log, func(line string) bool { return strings.Contains(line, want) }) {
			t.Errorf("no %q among %q", want, log)
		}
	}
	s.signInAs(campaign.Admin)
	if page := s.get("/audit"); here == "" || strings.Contains(page.Body, here) || strings.Contains(page.Body, "elsewhere") {
		t.Errorf("the page shows the hash of a place, or there is none: %q", here)
	}
}

// TestFieldsOfTheLogHaveLabels goes through the fields of the records whose changes are logged.
func TestFieldsOfTheLogHaveLabels(t *testing.T) {
	unsaid := append([]string{"id", "created_at", "address", "password", "columns", "skipped", "calendar", "reports", "sessions_since", "last_seen_at", "digest.since"}, compared.Unsaid...)
	var check func(path string, of reflect.Type)
	check = func(path string, of reflect.Type) {
		if slices.Contains(unsaid, path) {
			return
		}
		if of.Kind() == reflect.Slice && path == "versions" {
			of = of.Elem()
		}
		if of.Kind() == reflect.Struct && of != reflect.TypeFor[time.Time]() && !slices.Contains(compared.Silent, path) {
			for i := range of.NumField() {
				name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
				check(strings.TrimPrefix(path+"."+name, "."), of.Field(i).Type)
			}
			return
		}
		if !templates.Knows(campaign.FieldLabel(path)) {
			t.Errorf("the field %s has no label in the catalogues", path)
		}
	}
	for _, record := range []any{campaign.User{}, campaign.Settings{}, campaign.List{}, campaign.Campaign{}, campaign.Release{}, campaign.MediaItem{}, segment.Segment{}} {
		check("", reflect.TypeOf(record))
	}
}
