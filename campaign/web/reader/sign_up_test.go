package reader

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/webtest"
)

// signUpTo fills in the form of a list as a browser would, from one place on the network.
func (d *desk) signUpTo(list, from string, fields ...string) *httptest.ResponseRecorder {
	d.T.Helper()
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
	d.Handler.ServeHTTP(w, r)
	return w
}

func TestSignUpTellsNobodyWhoIsThere(t *testing.T) {
	d := newDesk(t)
	ctx := t.Context()
	for _, c := range []campaign.Contact{{Email: "bounced@example.org", Status: campaign.Bounced}, {Email: "paused@example.org", Status: campaign.Paused}} {
		webtest.Must(t, d.Store.Contacts.CreateContact(ctx, &c))
	}
	_, err := d.Store.Contacts.LeaveLists(ctx, d.Marko.Contact, []string{d.Press.ID}, campaign.Unsubscribed)
	webtest.Must(t, err)
	webtest.Must(t, d.Store.Suppressions.Suppress(ctx, "complained@example.org", campaign.ComplaintReason, ""))
	webtest.Must(t, d.Store.Suppressions.Suppress(ctx, "erased@example.org", campaign.Erased, ""))
	want := map[string]campaign.NoticeKind{
		"new@example.org": campaign.ConfirmSignUp, "ana@example.org": campaign.AlreadyOn, "marko@example.test": campaign.ConfirmSignUp,
		"bounced@example.org": campaign.ConfirmSignUp, "paused@example.org": campaign.ConfirmSignUp, "complained@example.org": campaign.ConfirmSignUp,
		"erased@example.org": campaign.ConfirmSignUp,
	}
	var first *httptest.ResponseRecorder
	for email := range want {
		w := d.signUpTo(d.Press.ID, "192.0.2.1", "email="+email)
		if first == nil {
			first = w
		}
		if w.Code != http.StatusSeeOther || w.Body.String() != first.Body.String() || fmt.Sprint(w.Header()) != fmt.Sprint(first.Header()) {
			t.Errorf("%s: %d %v %s", email, w.Code, w.Header(), w.Body)
		}
	}
	found, deliveries := d.Notices()
	if len(found) != len(want) {
		t.Errorf("%d mails", len(found))
	}
	for _, n := range found {
		to := deliveries[n.ID]
		if n.Kind != want[to.Email] || to.Language != campaign.French {
			t.Errorf("%s to %s in %s", n.Kind, to.Email, to.Language)
		}
	}
	sent := d.Fetch("GET", first.Header().Get("Location"), webtest.Chrome, nil, "")
	if sent.Code != 200 || !strings.Contains(sent.Body.String(), "Consultez votre messagerie") {
		t.Errorf("%d %s", sent.Code, sent.Body)
	}
	if strings.Contains(d.Log.String(), "example.org") || strings.Contains(d.Log.String(), "192.0.2.1") {
		t.Error("the log names somebody")
	}
}

func TestSignUpIsConfirmedByAButton(t *testing.T) {
	d := newDesk(t)
	if w := d.signUpTo(d.Press.ID, "192.0.2.1", "email=Vera@Example.org", "first_name=Vera", "tracking=true"); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	found, _ := d.Notices()
	link := d.Links.Answer(&found[0])
	for _, method := range []string{"GET", "HEAD", "GET"} {
		if w := d.Fetch(method, link, webtest.Chrome, nil, ""); w.Code != 200 || method == "GET" && !strings.Contains(w.Body.String(), "V•••@example.org") {
			t.Errorf("%s: %d %s", method, w.Code, w.Body)
		}
	}
	if w := d.Fetch("POST", link, webtest.Chrome, nil, ""); w.Code != 400 {
		t.Errorf("a POST without a form: %d", w.Code)
	}
	if _, err := d.Store.Contacts.GetContactByAddress(t.Context(), "vera@example.org"); campaign.CodeOf(err) != campaign.NotFound {
		t.Errorf("a contact before the button was pressed: %v", err)
	}
	w := d.PostForm(link, url.Values{"action": {"confirm"}})
	if w.Code != 200 || !strings.Contains(w.Body.String(), "Merci.") || !strings.Contains(w.Body.String(), "/preferences/") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	c, err := d.Store.Contacts.GetContactByAddress(t.Context(), "vera@example.org")
	webtest.Must(t, err)
	k := c.Consents[0]
	if c.FirstName != "Vera" || c.Language != campaign.French || !c.OnAll([]string{d.Press.ID}) || !c.MayBeTracked() {
		t.Errorf("contact %+v", c)
	}
	if k.Text != consentWords(campaign.French, "Glasnik") || k.Language != campaign.French || k.Form != "https://school.example" || k.Network == "" || strings.Contains(k.Network, "192") || k.ConfirmedAt.IsZero() {
		t.Errorf("consent %+v", k)
	}
	if c.Consent.Text == "" || c.Consent.Language != campaign.French {
		t.Errorf("tracking consent %+v", c.Consent)
	}
	for _, forged := range []string{link + "A", link[:len(link)-1], "/confirm/confirm_sign_up~" + found[0].About + "~0.AAAAAAAAAAAAAAAAAAAAAA", "/confirm/x", d.Links.Preferences("x", webtest.Start)} {
		if w := d.Fetch("GET", forged, webtest.Chrome, nil, ""); w.Code != 404 && !strings.Contains(forged, "/preferences/") {
			t.Errorf("%s: %d", forged, w.Code)
		}
	}
}

// A link that was used already brings nobody back who has left since, and says so instead of thanking them.
func TestOldConfirmationDoesNotBringBack(t *testing.T) {
	d := newDesk(t)
	d.signUpTo(d.Press.ID, "192.0.2.1", "email=vera@example.org")
	found, _ := d.Notices()
	link := d.Links.Answer(&found[0])
	yes := url.Values{"action": {"confirm"}}
	for range 2 {
		if w := d.PostForm(link, yes); !strings.Contains(w.Body.String(), "Merci.") {
			t.Fatalf("%d %s", w.Code, webtest.MainOf(w.Body.String()))
		}
	}
	c, err := d.Store.Contacts.GetContactByAddress(t.Context(), "vera@example.org")
	webtest.Must(t, err)
	_, err = d.Store.Contacts.LeaveLists(t.Context(), c.ID, []string{d.Press.ID}, campaign.Unsubscribed)
	webtest.Must(t, err)
	before := d.Contact(c.ID)
	for l, says := range map[campaign.Language]string{
		campaign.English: "you have left “Press”", campaign.French: "vous avez quitté « Press »",
		campaign.SerbianLatin: "odjavili ste se sa spiska „Press”", campaign.SerbianCyrillic: "одјавили сте се са списка „Press”",
	} {
		for _, w := range []*httptest.ResponseRecorder{d.PostForm(link+"?lang="+string(l), yes), d.Fetch("GET", link+"?lang="+string(l), webtest.Chrome, nil, "")} {
			if body := webtest.MainOf(w.Body.String()); w.Code != 200 || !strings.Contains(body, says) || !strings.Contains(body, `href="/subscribe?lang=`+string(l)+`"`) || strings.Contains(body, "<form") {
				t.Errorf("%s: %d %s", l, w.Code, body)
			}
		}
	}
	if after := d.Contact(c.ID); after.Version != before.Version {
		t.Error("the old link changed something")
	}
	d.signUpTo(d.Press.ID, "192.0.2.1", "email=vera@example.org")
	found, _ = d.Notices()
	for i := range found {
		d.PostForm(d.Links.Answer(&found[i]), yes)
	}
	if c := d.Contact(c.ID); !c.OnAll([]string{d.Press.ID}) {
		t.Error("signing up anew does not bring back")
	}
}

func TestSignUpMistakes(t *testing.T) {
	d := newDesk(t)
	secret := campaign.List{Name: "Team"}
	webtest.Must(t, d.Store.Lists.CreateList(t.Context(), &secret))
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
		if w := d.signUpTo(d.Press.ID, "192.0.2.1", c.fields...); w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if w := d.signUpTo(d.Press.ID, "192.0.2.1", "email=robot@example.org", "website=https://spam.example"); w.Code != http.StatusSeeOther {
		t.Errorf("who fills in the hidden field is told: %d", w.Code)
	}
	if w := d.Fetch("POST", "/subscribe", webtest.Chrome, strings.NewReader("email="+strings.Repeat("a", maxSignUp)), "application/x-www-form-urlencoded"); w.Code < 400 {
		t.Errorf("a long form: %d", w.Code)
	}
	if found, _ := d.Notices(); len(found) != 0 {
		t.Errorf("%d mails were written", len(found))
	}
	for _, path := range []string{"/subscribe/" + secret.ID, "/subscribe/nothing"} {
		if w := d.Fetch("GET", path, webtest.Chrome, nil, ""); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestAThousandSignUpsAreNotAThousandMails(t *testing.T) {
	d := newDesk(t)
	refused := 0
	for i := range 1000 {
		from := fmt.Sprintf("192.0.2.%d", i%4) // a few places
		if w := d.signUpTo(d.Press.ID, from, fmt.Sprintf("email=victim%d@example.org", i%500)); w.Code == http.StatusTooManyRequests {
			refused++
		}
	}
	found, _ := d.Notices()
	if len(found) > 4*signUpsPerIP || refused < 1000-4*signUpsPerIP {
		t.Errorf("%d mails, %d refused", len(found), refused)
	}
	for i := range 1000 { // many places, one victim
		d.signUpTo(d.Press.ID, fmt.Sprintf("198.51.%d.%d", i/250, i%250), "email=one@example.org")
	}
	found, deliveries := d.Notices()
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
		d.signUpTo(d.Press.ID, fmt.Sprintf("203.0.%d.%d", i/250, i%250), fmt.Sprintf("email=each%d@example.org", i))
	}
	if found, _ = d.Notices(); len(found) > signUpsForAll {
		t.Errorf("%d mails", len(found))
	}
}

func TestSignUpPagesInAllLanguages(t *testing.T) {
	d := newDesk(t)
	for _, l := range campaign.Languages {
		for _, path := range []string{"/subscribe", "/subscribe/" + d.Press.ID, "/subscribe/sent"} {
			r := httptest.NewRequest("GET", path, nil)
			r.Header.Set("Accept-Language", string(l))
			w := httptest.NewRecorder()
			d.Handler.ServeHTTP(w, r)
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

func (d *desk) api(method, body, kind string) *httptest.ResponseRecorder {
	return d.Fetch(method, "/api/subscribe?lang=sr-Latn", webtest.Chrome, strings.NewReader(body), kind)
}

func TestSignUpByAPI(t *testing.T) {
	d := newDesk(t)
	if w := d.api("OPTIONS", "", ""); w.Code != 204 || w.Header().Get("Access-Control-Allow-Origin") != "*" || w.Header().Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	var offer apiOffer
	w := d.api("GET", "", "")
	webtest.Must(t, json.Unmarshal(w.Body.Bytes(), &offer))
	if len(offer.Lists) != 2 || offer.Language != campaign.SerbianLatin || offer.Consent.Version != campaign.TextVersion(offer.Consent.Text) || offer.Consent.Tracking == "" {
		t.Errorf("offer %+v", offer)
	}
	good := fmt.Sprintf(`{"email":"vera@example.org","lists":[%q],"consent":%q}`, d.Press.ID, offer.Consent.Version)
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
		"unknown list":    {strings.Replace(good, d.Press.ID, "x", 1), "application/json", 422, "list"},
		"old words":       {strings.Replace(good, offer.Consent.Version, "x", 1), "application/json", 409, "consent_changed"},
		"a long document": {`{"email":"` + strings.Repeat("a", maxSignUp) + `"}`, "application/json", 413, "too_long"},
	} {
		w := d.api("POST", c.body, c.kind)
		if w.Code != c.status || !strings.Contains(w.Body.String(), `"`+c.code) || w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	found, deliveries := d.Notices()
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
	choices := strings.TrimPrefix(links.Preferences("abc", webtest.Start), links.Base+campaign.PreferencesPath)
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
