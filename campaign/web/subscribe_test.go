package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// notices gives what was written to single readers, the latest first.
func (d *desk) notices() ([]campaign.Notice, map[string]campaign.Delivery) {
	d.t.Helper()
	found, deliveries, _, err := d.store.FindNotices(d.t.Context(), store.Page{Limit: 1000})
	must(d.t, err)
	return found, deliveries
}

// signUpTo fills in the form of a list as a browser would, from one place on the network.
func (d *desk) signUpTo(list, from string, fields ...string) *httptest.ResponseRecorder {
	d.t.Helper()
	form := url.Values{"list": {list}, "language": {"fr"}, "lang": {"fr"}, "consent": {campaign.TextVersion(consentWords(campaign.French, "Glasnik"))}}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		form.Set(name, value)
	}
	r := httptest.NewRequest("POST", "/subscribe", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "https://school.example")
	r.Header.Set("Sec-Fetch-Site", "cross-site") // as from a form on another site
	r.RemoteAddr = from + ":4711"
	w := httptest.NewRecorder()
	d.Handler().ServeHTTP(w, r)
	return w
}

func TestSignUpTellsNobodyWhoIsThere(t *testing.T) {
	d := newDesk(t)
	ctx := t.Context()
	for _, c := range []campaign.Contact{{Email: "bounced@example.org", Status: campaign.Bounced}, {Email: "paused@example.org", Status: campaign.Paused}} {
		must(t, d.store.CreateContact(ctx, &c))
	}
	_, err := d.store.LeaveLists(ctx, d.marko.Contact, []string{d.press.ID}, campaign.Unsubscribed)
	must(t, err)
	must(t, d.store.Suppress(ctx, "complained@example.org", campaign.ComplaintReason, ""))
	must(t, d.store.Suppress(ctx, "erased@example.org", campaign.Erased, ""))
	want := map[string]campaign.NoticeKind{
		"new@example.org": campaign.ConfirmSignUp, "ana@example.org": campaign.AlreadyOn, "marko@example.test": campaign.ConfirmSignUp,
		"bounced@example.org": campaign.ConfirmSignUp, "paused@example.org": campaign.ConfirmSignUp, "complained@example.org": campaign.ConfirmSignUp,
		"erased@example.org": campaign.ConfirmSignUp,
	}
	var first *httptest.ResponseRecorder
	for email := range want {
		w := d.signUpTo(d.press.ID, "192.0.2.1", "email="+email)
		if first == nil {
			first = w
		}
		if w.Code != http.StatusSeeOther || w.Body.String() != first.Body.String() || fmt.Sprint(w.Header()) != fmt.Sprint(first.Header()) {
			t.Errorf("%s: %d %v %s", email, w.Code, w.Header(), w.Body)
		}
	}
	found, deliveries := d.notices()
	if len(found) != len(want) {
		t.Errorf("%d mails", len(found))
	}
	for _, n := range found {
		to := deliveries[n.ID]
		if n.Kind != want[to.Email] || to.Language != campaign.French {
			t.Errorf("%s to %s in %s", n.Kind, to.Email, to.Language)
		}
	}
	sent := d.fetch("GET", first.Header().Get("Location"), chrome, nil, "")
	if sent.Code != 200 || !strings.Contains(sent.Body.String(), "Consultez votre messagerie") {
		t.Errorf("%d %s", sent.Code, sent.Body)
	}
	if strings.Contains(d.log.String(), "example.org") || strings.Contains(d.log.String(), "192.0.2.1") {
		t.Error("the log names somebody")
	}
}

func TestSignUpIsConfirmedByAButton(t *testing.T) {
	d := newDesk(t)
	if w := d.signUpTo(d.press.ID, "192.0.2.1", "email=Vera@Example.org", "first_name=Vera", "tracking=true"); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	found, _ := d.notices()
	link := d.Links.Answer(&found[0])
	for _, method := range []string{"GET", "HEAD", "GET"} {
		if w := d.fetch(method, link, chrome, nil, ""); w.Code != 200 || method == "GET" && !strings.Contains(w.Body.String(), "V•••@example.org") {
			t.Errorf("%s: %d %s", method, w.Code, w.Body)
		}
	}
	if w := d.fetch("POST", link, chrome, nil, ""); w.Code != 400 {
		t.Errorf("a POST without a form: %d", w.Code)
	}
	if _, err := d.store.GetContactByAddress(t.Context(), "vera@example.org"); campaign.CodeOf(err) != campaign.NotFound {
		t.Errorf("a contact before the button was pressed: %v", err)
	}
	w := d.postForm(link, url.Values{"action": {"confirm"}})
	if w.Code != 200 || !strings.Contains(w.Body.String(), "Merci.") || !strings.Contains(w.Body.String(), "/preferences/") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	c, err := d.store.GetContactByAddress(t.Context(), "vera@example.org")
	must(t, err)
	k := c.Consents[0]
	if c.FirstName != "Vera" || c.Language != campaign.French || !c.OnAll([]string{d.press.ID}) || !c.MayBeTracked() {
		t.Errorf("contact %+v", c)
	}
	if k.Text != consentWords(campaign.French, "Glasnik") || k.Language != campaign.French || k.Form != "https://school.example" || k.Network == "" || strings.Contains(k.Network, "192") || k.ConfirmedAt.IsZero() {
		t.Errorf("consent %+v", k)
	}
	if c.Consent.Text == "" || c.Consent.Language != campaign.French {
		t.Errorf("tracking consent %+v", c.Consent)
	}
	for _, forged := range []string{link + "A", link[:len(link)-1], "/confirm/confirm_sign_up~" + found[0].About + "~0.AAAAAAAAAAAAAAAAAAAAAA", "/confirm/x", d.Links.Preferences("x", deskNow)} {
		if w := d.fetch("GET", forged, chrome, nil, ""); w.Code != 404 && !strings.Contains(forged, "/preferences/") {
			t.Errorf("%s: %d", forged, w.Code)
		}
	}
}

// A link that was used already brings nobody back who has left since, and says so instead of thanking them.
func TestOldConfirmationDoesNotBringBack(t *testing.T) {
	d := newDesk(t)
	d.signUpTo(d.press.ID, "192.0.2.1", "email=vera@example.org")
	found, _ := d.notices()
	link := d.Links.Answer(&found[0])
	yes := url.Values{"action": {"confirm"}}
	for range 2 {
		if w := d.postForm(link, yes); !strings.Contains(w.Body.String(), "Merci.") {
			t.Fatalf("%d %s", w.Code, mainOf(w.Body.String()))
		}
	}
	c, err := d.store.GetContactByAddress(t.Context(), "vera@example.org")
	must(t, err)
	_, err = d.store.LeaveLists(t.Context(), c.ID, []string{d.press.ID}, campaign.Unsubscribed)
	must(t, err)
	before := d.contact(c.ID)
	for l, says := range map[campaign.Language]string{
		campaign.English: "you have left “Press”", campaign.French: "vous avez quitté « Press »",
		campaign.SerbianLatin: "odjavili ste se sa spiska „Press”", campaign.SerbianCyrillic: "одјавили сте се са списка „Press”",
	} {
		for _, w := range []*httptest.ResponseRecorder{d.postForm(link+"?lang="+string(l), yes), d.fetch("GET", link+"?lang="+string(l), chrome, nil, "")} {
			if body := mainOf(w.Body.String()); w.Code != 200 || !strings.Contains(body, says) || !strings.Contains(body, `href="/subscribe?lang=`+string(l)+`"`) || strings.Contains(body, "<form") {
				t.Errorf("%s: %d %s", l, w.Code, body)
			}
		}
	}
	if after := d.contact(c.ID); after.Version != before.Version {
		t.Error("the old link changed something")
	}
	d.signUpTo(d.press.ID, "192.0.2.1", "email=vera@example.org")
	found, _ = d.notices()
	for i := range found {
		d.postForm(d.Links.Answer(&found[i]), yes)
	}
	if c := d.contact(c.ID); !c.OnAll([]string{d.press.ID}) {
		t.Error("signing up anew does not bring back")
	}
}

func TestSignUpMistakes(t *testing.T) {
	d := newDesk(t)
	secret := campaign.List{Name: "Team"}
	must(t, d.store.CreateList(t.Context(), &secret))
	for name, c := range map[string]struct {
		fields []string
		status int
		says   string
	}{
		"no address":                {[]string{"email="}, 422, "Ceci n’est pas une adresse"},
		"no address at all":         {[]string{"email=Ana <script>"}, 422, "Ana &lt;script&gt;"},
		"header injection":          {[]string{"email=ana@example.org\r\nBcc: x@example.org"}, 422, "Ceci n’est pas une adresse"},
		"no list":                   {[]string{"email=ana@example.org", "list="}, 422, "Cochez au moins une liste"},
		"a list that is not public": {[]string{"email=ana@example.org", "list=" + secret.ID}, 422, "Cochez au moins une liste"},
		"a long name":               {[]string{"email=ana@example.org", "first_name=" + strings.Repeat("a", 400)}, 422, "trop long"},
		"old words":                 {[]string{"email=ana@example.org", "consent=00000000"}, 409, "Le texte de l’accord a changé"},
	} {
		if w := d.signUpTo(d.press.ID, "192.0.2.1", c.fields...); w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if w := d.signUpTo(d.press.ID, "192.0.2.1", "email=robot@example.org", "website=https://spam.example"); w.Code != http.StatusSeeOther {
		t.Errorf("who fills in the hidden field is told: %d", w.Code)
	}
	if w := d.fetch("POST", "/subscribe", chrome, strings.NewReader("email="+strings.Repeat("a", maxSignUpForm)), "application/x-www-form-urlencoded"); w.Code < 400 {
		t.Errorf("a long form: %d", w.Code)
	}
	if found, _ := d.notices(); len(found) != 0 {
		t.Errorf("%d mails were written", len(found))
	}
	for _, path := range []string{"/subscribe/" + secret.ID, "/subscribe/nothing"} {
		if w := d.fetch("GET", path, chrome, nil, ""); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestAThousandSignUpsAreNotAThousandMails(t *testing.T) {
	d := newDesk(t)
	refused := 0
	for i := range 1000 {
		from := fmt.Sprintf("192.0.2.%d", i%4) // a few places
		if w := d.signUpTo(d.press.ID, from, fmt.Sprintf("email=victim%d@example.org", i%500)); w.Code == http.StatusTooManyRequests {
			refused++
		}
	}
	found, _ := d.notices()
	if len(found) > 4*signUpsPerIP || refused < 1000-4*signUpsPerIP {
		t.Errorf("%d mails, %d refused", len(found), refused)
	}
	for i := range 1000 { // many places, one victim
		d.signUpTo(d.press.ID, fmt.Sprintf("198.51.%d.%d", i/250, i%250), "email=one@example.org")
	}
	found, deliveries := d.notices()
	toOne := 0
	for _, n := range found {
		if deliveries[n.ID].Email == "one@example.org" {
			toOne++
		}
	}
	if toOne > 3 {
		t.Errorf("%d mails to one address", toOne)
	}
	for i := range 1000 { // many places, many victims
		d.signUpTo(d.press.ID, fmt.Sprintf("203.0.%d.%d", i/250, i%250), fmt.Sprintf("email=each%d@example.org", i))
	}
	if found, _ = d.notices(); len(found) > signUpsForAll {
		t.Errorf("%d mails", len(found))
	}
}

func TestSignUpPagesInAllLanguages(t *testing.T) {
	d := newDesk(t)
	for _, l := range campaign.Languages {
		for _, path := range []string{"/subscribe", "/subscribe/" + d.press.ID, "/subscribe/sent"} {
			r := httptest.NewRequest("GET", path, nil)
			r.Header.Set("Accept-Language", string(l))
			w := httptest.NewRecorder()
			d.Handler().ServeHTTP(w, r)
			body := w.Body.String()
			if w.Code != 200 || !strings.Contains(body, `<html lang="`+string(l)+`"`) || strings.Contains(body, "subscribe.") {
				t.Errorf("%s in %s: %d", path, l, w.Code)
			}
			if strings.Contains(body, "<script") || strings.Contains(w.Header().Get("Content-Security-Policy"), "unsafe") {
				t.Errorf("%s holds script", path)
			}
			if strings.Contains(body, `name="tracking" value="true" checked`) {
				t.Errorf("%s: the consent to tracking is ticked", path)
			}
		}
	}
}

// The form for other sites, sent from there as it stands, is accepted.
func TestSnippetWorksElsewhere(t *testing.T) {
	s := newSite(t)
	l := campaign.List{Name: "Press", Public: true}
	must(t, s.store.CreateList(t.Context(), &l))
	s.signInAs(campaign.Viewer)
	page := s.get("/lists/" + l.ID)
	page.want(t, 200, s.web.URL+"/subscribe/"+l.ID, "&lt;form method=")
	snippets, err := s.server.snippetsOf(t.Context(), &l)
	must(t, err)
	if len(snippets) != len(campaign.Languages) {
		t.Fatalf("%d snippets", len(snippets))
	}
	for i, snippet := range snippets {
		if strings.Contains(snippet.HTML, "<script") || strings.Contains(snippet.HTML, "subscribe.") {
			t.Errorf("%s", snippet.HTML)
		}
		action := regexp.MustCompile(`action="([^"]+)"`).FindStringSubmatch(snippet.HTML)[1]
		form := url.Values{"email": {fmt.Sprintf("reader%d@example.org", i)}}
		for _, m := range regexp.MustCompile(`type="hidden" name="([^"]+)" value="([^"]+)"`).FindAllStringSubmatch(snippet.HTML, -1) {
			form.Set(m[1], m[2])
		}
		a := s.do("POST", strings.TrimPrefix(action, s.web.URL), form, func(r *http.Request) {
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			r.Header.Set("Origin", "https://school.example")
		})
		a.want(t, 200)
		if !strings.HasPrefix(a.Path, "/subscribe/sent?lang="+string(snippet.Language)) {
			t.Errorf("it led to %s", a.Path)
		}
	}
	s.get("/notices").want(t, 200, "reader0@example.org", "Asks to confirm a sign-up", "4 sign-ups wait")
	if a := s.do("POST", "/lists/new", url.Values{"name": {"x"}}, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }); a.Status != http.StatusForbidden {
		t.Errorf("a form of the panel from elsewhere: %d", a.Status)
	}
}

func (d *desk) api(method, body, kind string) *httptest.ResponseRecorder {
	return d.fetch(method, "/api/subscribe?lang=sr-Latn", chrome, strings.NewReader(body), kind)
}

func TestSignUpByAPI(t *testing.T) {
	d := newDesk(t)
	if w := d.api("OPTIONS", "", ""); w.Code != 204 || w.Header().Get("Access-Control-Allow-Origin") != "*" || w.Header().Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	var offer apiOffer
	w := d.api("GET", "", "")
	must(t, json.Unmarshal(w.Body.Bytes(), &offer))
	if len(offer.Lists) != 2 || offer.Language != campaign.SerbianLatin || offer.Consent.Version != campaign.TextVersion(offer.Consent.Text) || offer.Consent.Tracking == "" {
		t.Errorf("offer %+v", offer)
	}
	good := fmt.Sprintf(`{"email":"vera@example.org","lists":[%q],"consent":%q}`, d.press.ID, offer.Consent.Version)
	for name, c := range map[string]struct {
		body, kind string
		status     int
		code       string
	}{
		"right":           {good, "application/json; charset=utf-8", 202, ""},
		"again":           {good, "application/json", 202, ""},
		"already there":   {strings.Replace(good, "vera@example.org", "ana@example.org", 1), "application/json", 202, ""},
		"no type":         {good, "text/plain", 415, "unsupported_type"},
		"no JSON":         {`{"email":`, "application/json", 400, "invalid_json"},
		"unknown field":   {`{"mail":"x"}`, "application/json", 400, "invalid_json"},
		"two documents":   {good + good, "application/json", 400, "invalid_json"},
		"no address":      {strings.Replace(good, "vera@example.org", "vera", 1), "application/json", 422, "email"},
		"unknown list":    {strings.Replace(good, d.press.ID, "x", 1), "application/json", 422, "list"},
		"old words":       {strings.Replace(good, offer.Consent.Version, "x", 1), "application/json", 409, "consent_changed"},
		"a long document": {`{"email":"` + strings.Repeat("a", maxSignUpForm) + `"}`, "application/json", 413, "too_long"},
	} {
		w := d.api("POST", c.body, c.kind)
		if w.Code != c.status || !strings.Contains(w.Body.String(), `"`+c.code) || w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	found, deliveries := d.notices()
	var to []string
	for _, n := range found {
		to = append(to, deliveries[n.ID].Email)
	}
	if slices.Sort(to); !slices.Equal(to, []string{"ana@example.org", "vera@example.org", "vera@example.org"}) {
		t.Errorf("written to %v", to)
	}
}

func FuzzConfirmToken(f *testing.F) {
	links := campaign.Links{Base: "https://news.example.org", Signer: campaign.NewSigner("fuzz")}
	good := strings.TrimPrefix(links.Answer(&campaign.Notice{Kind: campaign.ConfirmSignUp, About: "abc"}), links.Base+campaign.ConfirmPath)
	choices := strings.TrimPrefix(links.Preferences("abc", deskNow), links.Base+campaign.PreferencesPath)
	for _, seed := range []string{good, choices, "", ".", "~.", good + "=", strings.ToUpper(good), "confirm_sign_up~abc"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if _, _, _, ok := links.ReadConfirm(token); ok && token != good {
			t.Errorf("%q confirms something", token)
		}
		if _, _, ok := links.ReadPreferences(token); ok && token != choices {
			t.Errorf("%q opens somebody's page", token)
		}
	})
}

func FuzzSignUpAPI(f *testing.F) {
	for _, seed := range []string{`{}`, `{"email":"a@example.org","lists":["x"]}`, `[]`, `null`, `{"tracking":"yes"}`, "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		var form signUpForm
		if err := json.Unmarshal([]byte(body), &form); err != nil {
			return
		}
		su := campaign.SignUp{Email: form.Email, FirstName: form.FirstName, Language: campaign.Language(form.Language), Lists: form.Lists}
		if su.Normalize() == nil && (strings.ContainsAny(su.Email+su.FirstName, "\r\n") || len(su.Lists) == 0) {
			t.Errorf("%q was taken as %+v", body, su)
		}
	})
}
