package reader

import (
	"bytes"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/web/webtest"
)

func TestImageIsAlwaysTheSame(t *testing.T) {
	d := newDesk(t)
	valid := d.Links.Open(&d.Ana)
	webtest.Must(t, d.Store.Eraser.DeleteContact(t.Context(), d.Marko.Contact))
	for name, address := range map[string]string{
		"valid": valid, "aggregate": d.Links.Open(&d.Marko), "forged": "/o/a~x~en.AAAA.gif", "cut": valid[:len(valid)-9] + ".gif", "nonsense": "/o/x",
	} {
		for _, method := range []string{"GET", "HEAD"} {
			w := d.Fetch(method, address, webtest.Chrome, nil, "")
			if w.Code != 200 || w.Header().Get("Content-Type") != "image/gif" || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%s %s: %d %v", method, name, w.Code, w.Header())
			}
			if method == "GET" && !bytes.Equal(w.Body.Bytes(), emptyImage) {
				t.Errorf("%s: other bytes", name)
			}
		}
	}
	if len(emptyImage) != 43 {
		t.Errorf("the image has %d bytes", len(emptyImage))
	}
}

func TestOpensAndClicksCountPeople(t *testing.T) {
	d := newDesk(t)
	for range 3 {
		d.Fetch("GET", d.Links.Open(&d.Ana), webtest.Chrome, nil, "")
	}
	d.Fetch("GET", d.Links.Open(&d.Ana), "Mozilla/5.0", nil, "")
	if w := d.Fetch("GET", d.Links.Click(&d.Marko, 1), webtest.Firefox, nil, ""); w.Code != 302 || w.Header().Get("Location") != "https://example.org/help" {
		t.Errorf("click: %d %s", w.Code, w.Header().Get("Location"))
	}
	if w := d.Fetch("HEAD", d.Links.Click(&d.Marko, 0), webtest.Chrome, nil, ""); w.Code != 302 || w.Header().Get("Location") != "https://example.org/pomoc" {
		t.Errorf("HEAD: %d %s", w.Code, w.Header().Get("Location"))
	}
	f := d.Figures()
	if f.Opened.People != 2 || f.Opened.Machines != 1 || f.Clicked.People != 1 || f.Clicked.Machines != 1 {
		t.Errorf("figures %+v", f)
	}
	known, _, err := d.Store.Recipients.FindReaders(t.Context(), d.Run.ID, campaign.Opened, store.Page{})
	webtest.Must(t, err)
	if len(known) != 1 || known[0].ID != d.Ana.ID {
		t.Errorf("known to have opened: %+v", known)
	}
	links, err := d.Store.Events.ClicksByLink(t.Context(), d.Run.ID)
	webtest.Must(t, err)
	if links[1] != 1 || links[0] != 0 {
		t.Errorf("links %v", links)
	}
}

// One reader's mail provider, phone and browser are one reader for certain, on whatever days, and never more than were
// accepted.
func TestOneReaderIsNotThree(t *testing.T) {
	d := newDesk(t)
	for day := range 3 {
		d.site.tracking.now = func() time.Time { return webtest.Start.AddDate(0, 0, day) }
		for _, agent := range []string{webtest.GmailProxy, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1", webtest.Chrome} {
			d.Fetch("GET", d.Links.Open(&d.Marko), agent, nil, "")
		}
		d.Fetch("GET", d.Links.Click(&d.Marko, 1), webtest.Firefox, nil, "")
		f := d.Figures()
		if f.Opened.People != 1 || f.Clicked.People != 1 || f.Opened.Times != int64(4*(day+1)) || f.Clicked.Times != int64(day+1) {
			t.Errorf("day %d: %+v", day, f)
		}
	}
	d.Fetch("GET", d.Links.Open(&d.Ana), webtest.Chrome, nil, "")
	if f := d.Figures(); f.Opened.People != 2 || f.Opened.Known != 1 {
		t.Errorf("with a reader who is known: %+v", f.Opened)
	}
}

func TestHasteIsNoticedWithoutKnowingTheReader(t *testing.T) {
	d := newDesk(t)
	_, err := d.Store.Runs.UpdateRun(t.Context(), d.Run.ID, func(r *campaign.Run) error {
		r.StartedAt = webtest.Start.Add(-3 * time.Second)
		return nil
	})
	webtest.Must(t, err)
	d.Fetch("GET", d.Links.Open(&d.Marko), webtest.Chrome, nil, "")
	d.Fetch("GET", d.Links.Open(&d.Marko), webtest.OldChrome, nil, "")
	if f := d.Figures(); f.Opened.People != 0 || f.Opened.Unknown != 1 || f.Opened.Machines != 1 {
		t.Errorf("figures %+v", f)
	}
}

func TestForgedLinkIsNotARedirect(t *testing.T) {
	d := newDesk(t)
	good := d.Links.Click(&d.Ana, 0)
	for _, address := range []string{"/c/x", good + "A", strings.Replace(good, "~0.", "~1.", 1), d.Links.Unsubscribe(&d.Ana) + "A", "/u/x"} {
		r := httptest.NewRequest("GET", strings.TrimPrefix(address, "https://news.example.org"), nil)
		r.Header.Set("Accept-Language", "de;q=0.9, fr-CA;q=0.8, en;q=0.3")
		w := httptest.NewRecorder()
		d.Handler.ServeHTTP(w, r)
		if w.Code != 404 || w.Header().Get("Location") != "" || !strings.Contains(w.Body.String(), "Cette page n’existe pas") {
			t.Errorf("%s: %d %s", address, w.Code, w.Header().Get("Location"))
		}
	}
}

func TestAggregateKeepsNothingOfTheReader(t *testing.T) {
	d := newDesk(t)
	d.Fetch("GET", d.Links.Open(&d.Marko), webtest.Chrome, nil, "")
	d.Fetch("GET", d.Links.Click(&d.Marko, 0), webtest.Chrome, nil, "")
	var events []campaign.Event
	for _, c := range store.Collections {
		if c.Name == "events" {
			webtest.Must(t, d.Engine.Find(t.Context(), c, document.Query{}, &events))
		}
	}
	if len(events) != 3 {
		t.Fatalf("%d events", len(events))
	}
	for _, e := range events {
		if e.Contact != "" || e.Delivery != "" || len(e.Reader) != 20 || strings.Contains(e.Reader, "192.0.2") {
			t.Errorf("event %+v", e)
		}
	}
	if log := d.Log.String(); strings.Contains(log, "192.0.2.7") || strings.Contains(log, "Mozilla") || strings.Contains(log, d.Run.ID) {
		t.Errorf("the log holds traces of the reader: %s", log)
	}
}

func TestNothingIsRecordedAfterWithdrawal(t *testing.T) {
	d := newDesk(t)
	w := d.PostForm(d.Links.Unsubscribe(&d.Ana), url.Values{"action": {"save"}, "list": {d.Press.ID}, "tracking": {"aggregate"}, "language": {"sr-Latn"}})
	if w.Code != 200 || !strings.Contains(w.Body.String(), "Povukli ste pristanak") {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if c := d.Contact(d.Ana.Contact); c.MayBeTracked() || c.Consent == nil || c.Consent.WithdrawnAt.IsZero() || c.Tracking != campaign.Aggregate {
		t.Errorf("contact %+v", c)
	}
	d.Fetch("GET", d.Links.Open(&d.Ana), webtest.Chrome, nil, "")
	if w := d.Fetch("GET", d.Links.Click(&d.Ana, 0), webtest.Chrome, nil, ""); w.Code != 302 {
		t.Errorf("the link of an old mail: %d", w.Code)
	}
	if f := d.Figures(); f.Opened.People+f.Clicked.People != 0 {
		t.Errorf("recorded %+v", f)
	}
}

func TestConsentIsRecordedInTheReadersWords(t *testing.T) {
	d := newDesk(t)
	d.PostForm(d.Links.Unsubscribe(&d.Marko), url.Values{"action": {"save"}, "list": {d.Press.ID, d.School.ID}, "tracking": {"individual"}, "language": {"sr-Cyrl"}})
	if c := d.Contact(d.Marko.Contact); c.Consent != nil || len(c.Consents) > 0 || c.Tracking == campaign.Individual {
		t.Errorf("a consent before the button in the mail: %+v", c)
	}
	if body := d.ConfirmWish(); !strings.Contains(body, "Хвала") {
		t.Errorf("%s", body)
	}
	c := d.Contact(d.Marko.Contact)
	if c.Tracking != campaign.Individual || c.Consent == nil || !c.Consent.At.Equal(webtest.Start) || c.Consent.Source != "link in a message, confirmed by mail on 2026-11-20" || !strings.Contains(c.Consent.Text, "dajete pristanak") {
		t.Errorf("consent %+v", c.Consent)
	}
	if m := c.Membership(d.School.ID); m == nil || m.Status != campaign.Subscribed || m.Basis != campaign.ConsentBasis || c.Language != campaign.SerbianCyrillic {
		t.Errorf("contact %+v", c)
	}
}

func TestOneClick(t *testing.T) {
	d := newDesk(t)
	address := d.Links.Unsubscribe(&d.Ana)
	var multi bytes.Buffer
	form := multipart.NewWriter(&multi)
	webtest.Must(t, form.WriteField("List-Unsubscribe", "One-Click"))
	webtest.Must(t, form.Close())
	for _, agent := range []string{"Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)", "Java/1.8.0_391", "Go-http-client/2.0", "Mimecast", ""} {
		for _, method := range []string{"GET", "HEAD", "GET"} { // a scanner's, however often
			d.Fetch(method, address, agent, nil, "")
			d.Fetch(method, address+"?List-Unsubscribe=One-Click", agent, nil, "")
		}
	}
	if c := d.Contact(d.Ana.Contact); c.Membership(d.Press.ID).Status != campaign.Subscribed {
		t.Fatal("a scanner's GET took the reader off")
	}
	d.Pass(9 * 365 * 24 * time.Hour)
	for _, tt := range []struct{ name, body, kind, agent string }{
		{"urlencoded", "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded", ""},
		{"multipart", multi.String(), form.FormDataContentType(), "Java/1.8.0_391"},
		{"multipart again", multi.String(), form.FormDataContentType(), "Go-http-client/2.0"},
		{"again, unlabelled", "List-Unsubscribe=One-Click\r\n", "", "Go-http-client/1.1"},
		{"as text", "List-Unsubscribe=One-Click", "text/plain;charset=UTF-8", "node"},
		{"as JSON", `{"List-Unsubscribe": "One-Click"}`, "application/json", ""},
		{"as the header field", "List-Unsubscribe: One-Click\r\n", "application/octet-stream", ""},
		{"in quotes and blanks", ` "List-Unsubscribe" = "One-Click" `, "application/x-www-form-urlencoded;charset", ""},
		{"with another boundary", multi.String(), "multipart/form-data; boundary=another", "Java/1.8.0_391"},
		{"cut off", strings.TrimRight(multi.String(), "-\r\n"), form.FormDataContentType(), ""},
		{"escaped", "List%2DUnsubscribe=One%2DClick", "application/x-www-form-urlencoded", ""},
		{"with more, and broken", "a=%zz&list-unsubscribe=one-click", "application/x-www-form-urlencoded; charset=UTF-8", "YahooMailProxy; https://help.yahoo.com"},
	} {
		if c := d.Contact(d.Ana.Contact); c.Membership(d.Press.ID).Status != campaign.Subscribed { // each takes the reader off by itself
			webtest.Must(t, d.Store.Contacts.SubscribeContact(t.Context(), d.Ana.Contact, campaign.Membership{List: d.Press.ID, Status: campaign.Subscribed, Basis: campaign.ConsentBasis}, true))
		}
		w := d.Fetch("POST", address, tt.agent, strings.NewReader(tt.body), tt.kind)
		if c := d.Contact(d.Ana.Contact); c.Membership(d.Press.ID).Status != campaign.Unsubscribed {
			t.Errorf("%s did nothing", tt.name)
		}
		if w.Code != 200 || w.Header().Get("Location") != "" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
			t.Errorf("%s: %d %v", tt.name, w.Code, w.Header())
		}
	}
	c := d.Contact(d.Ana.Contact)
	if m := c.Membership(d.Press.ID); m.Status != campaign.Unsubscribed {
		t.Errorf("membership %+v", m)
	}
	if f := d.Figures(); f.Unsubscribed != 1 {
		t.Errorf("recorded %d leavings", f.Unsubscribed)
	}
}

// However many machines press before, a person's own request to leave is done.
func TestLeavingIsNotThrottled(t *testing.T) {
	d := newDesk(t)
	for _, form := range []url.Values{{"List-Unsubscribe": {"One-Click"}}, {"action": {"leave"}}, {"action": {"leave_all"}}} {
		webtest.Must(t, d.Store.Contacts.SubscribeContact(t.Context(), d.Ana.Contact, campaign.Membership{List: d.Press.ID, Status: campaign.Subscribed, Basis: campaign.ConsentBasis}, true))
		for range 2 * formsPerLink {
			d.PostForm(d.Links.Unsubscribe(&d.Ana), url.Values{"foo": {"bar"}})
		}
		if w := d.PostForm(d.Links.Unsubscribe(&d.Ana), form); w.Code != 200 {
			t.Errorf("%v: %d", form, w.Code)
		}
		if c := d.Contact(d.Ana.Contact); c.OnAll([]string{d.Press.ID}) {
			t.Errorf("%v did nothing", form)
		}
	}
}

func TestLookingAtThePageChangesNothing(t *testing.T) {
	d := newDesk(t)
	address := d.Links.Unsubscribe(&d.Ana)
	for _, method := range []string{"GET", "HEAD"} {
		if w := d.Fetch(method, address, webtest.Chrome, nil, ""); w.Code != 200 || w.Header().Get("Cache-Control") != "no-store" || !strings.Contains(w.Header().Get("X-Robots-Tag"), "noindex") {
			t.Errorf("%s: %d %v", method, w.Code, w.Header())
		}
	}
	for _, tt := range []struct {
		body, kind string
		code       int
	}{
		{"", "application/x-www-form-urlencoded", 200}, {"  ", "", 200}, {"foo=bar", "application/x-www-form-urlencoded", 200},
		{"List-Unsubscribe=", "application/x-www-form-urlencoded", 200}, {"List-Unsubscribe=yes", "application/x-www-form-urlencoded", 200},
		{"action=", "application/x-www-form-urlencoded", 200}, {"action=LEAVE", "application/x-www-form-urlencoded", 200}, {"List-Unsubscribe", "text/plain", 200}, {"One-Click", "", 200},
		{"--x--", "multipart/form-data", 400},
	} {
		w := d.Fetch("POST", address, webtest.Chrome, strings.NewReader(tt.body), tt.kind)
		if w.Code != tt.code || w.Code == 200 && !strings.Contains(w.Body.String(), `value="leave"`) {
			t.Errorf("%q as %q: %d %s", tt.body, tt.kind, w.Code, webtest.MainOf(w.Body.String()))
		}
	}
	c := d.Contact(d.Ana.Contact)
	if m := c.Membership(d.Press.ID); m.Status != campaign.Subscribed {
		t.Errorf("membership %+v", m)
	}
	body := d.Fetch("GET", address, webtest.Chrome, nil, "").Body.String()
	if strings.Contains(body, "ana@example.org") || strings.Contains(body, "Petrović") || !strings.Contains(body, "a•••@example.org") || strings.Contains(body, "<script") {
		t.Error("the page says too much")
	}
}

func TestLeavingAndComingBack(t *testing.T) {
	d := newDesk(t)
	address := d.Links.Unsubscribe(&d.Ana)
	status := func() campaign.MembershipStatus {
		c := d.Contact(d.Ana.Contact)
		return c.Membership(d.Press.ID).Status
	}
	if w := d.PostForm(address, url.Values{"action": {"leave"}}); w.Code != 200 || status() != campaign.Unsubscribed {
		t.Errorf("left: %d %s", w.Code, status())
	}
	if w := d.PostForm(address, url.Values{"action": {"undo"}, "list": {d.Press.ID}}); w.Code != 200 || status() != campaign.Unsubscribed {
		t.Errorf("came back without a button: %d %s", w.Code, status())
	}
	if d.ConfirmWish(); status() != campaign.Subscribed {
		t.Errorf("came back: %s", status())
	}
	suppressed := func() bool {
		found, err := d.Store.Suppressions.Suppressed(t.Context(), []string{"ana@example.org"})
		webtest.Must(t, err)
		return found["ana@example.org"] != ""
	}
	d.PostForm(address, url.Values{"action": {"leave_all"}})
	if !suppressed() {
		t.Error("who left everything is not suppressed")
	}
	d.Pass(time.Second)
	d.PostForm(address, url.Values{"action": {"save"}, "list": {d.School.ID}})
	if !suppressed() {
		t.Error("whoever holds the link lifted it")
	}
	if d.ConfirmWish(); suppressed() || status() != campaign.Unsubscribed {
		t.Error("joining one list again must lift the suppression and nothing else")
	}
	webtest.Must(t, d.Store.Suppressions.Suppress(t.Context(), "marko@example.test", campaign.ComplaintReason, ""))
	d.PostForm(d.Links.Unsubscribe(&d.Marko), url.Values{"action": {"save"}, "list": {d.School.ID}})
	if found, err := d.Store.Suppressions.Suppressed(t.Context(), []string{"marko@example.test"}); err != nil || found["marko@example.test"] != campaign.ComplaintReason {
		t.Errorf("a complaint was lifted: %v %v", found, err)
	}
}

func TestListsAReaderWasNeverOnAreNotNamed(t *testing.T) {
	d := newDesk(t)
	partners := campaign.List{Name: "Difficult partners"}
	webtest.Must(t, d.Store.Lists.CreateList(t.Context(), &partners))
	_, err := d.Store.Campaigns.UpdateCampaign(t.Context(), d.Campaign.ID, func(c *campaign.Campaign) error {
		c.State, c.NextAt, c.Lists = campaign.Scheduled, webtest.Start.Add(time.Hour), append(c.Lists, partners.ID)
		return nil
	})
	webtest.Must(t, err)
	run, err := d.Store.Sending.StartRun(t.Context(), d.Campaign.ID, campaign.Slot{At: webtest.Start.Add(time.Hour)}, campaign.TriggerSchedule, func(*campaign.Release) []campaign.Link { return nil })
	webtest.Must(t, err)
	d.Run = run
	vera := d.Deliver("vera@example.org", "Vera", campaign.Aggregate)
	address := d.Links.Unsubscribe(&vera)
	for _, form := range []url.Values{nil, {"action": {"leave"}}, {"action": {"leave"}}} {
		w := d.Fetch("GET", address, webtest.Chrome, nil, "")
		if form != nil {
			w = d.PostForm(address, form)
		}
		if body := w.Body.String(); w.Code != 200 || !strings.Contains(body, "Press") || strings.Contains(body, "Difficult") {
			t.Errorf("%v: %d %s", form, w.Code, body)
		}
	}
	d.PostForm(address, url.Values{"List-Unsubscribe": {"One-Click"}})
	c := d.Contact(vera.Contact)
	if len(c.Memberships) != 1 || c.Memberships[0].Status != campaign.Unsubscribed {
		t.Errorf("memberships %+v", c.Memberships)
	}
}

func TestGoneReadersGetAPolitePage(t *testing.T) {
	d := newDesk(t)
	webtest.Must(t, d.Store.Eraser.DeleteContact(t.Context(), d.Ana.Contact))
	address := d.Links.Unsubscribe(&d.Ana)
	if w := d.Fetch("GET", address, webtest.Chrome, nil, ""); w.Code != 200 || !strings.Contains(w.Body.String(), "Niste ni na jednom spisku") {
		t.Errorf("%d", w.Code)
	}
	if w := d.PostForm(address, url.Values{"List-Unsubscribe": {"One-Click"}}); w.Code != 200 {
		t.Errorf("one click: %d", w.Code)
	}
}
