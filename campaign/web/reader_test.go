package web

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

func TestImageIsAlwaysTheSame(t *testing.T) {
	d := newDesk(t)
	valid := d.tracker.links.Open(&d.ana)
	must(t, d.store.DeleteContact(t.Context(), d.marko.Contact))
	for name, address := range map[string]string{
		"valid": valid, "aggregate": d.tracker.links.Open(&d.marko), "forged": "/o/a~x~en.AAAA.gif", "cut": valid[:len(valid)-9] + ".gif", "nonsense": "/o/x",
	} {
		for _, method := range []string{"GET", "HEAD"} {
			w := d.fetch(method, address, chrome, nil, "")
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
		d.fetch("GET", d.tracker.links.Open(&d.ana), chrome, nil, "")
	}
	d.fetch("GET", d.tracker.links.Open(&d.ana), "Mozilla/5.0", nil, "")
	if w := d.fetch("GET", d.tracker.links.Click(&d.marko, 1), firefox, nil, ""); w.Code != 302 || w.Header().Get("Location") != "https://example.org/help" {
		t.Errorf("click: %d %s", w.Code, w.Header().Get("Location"))
	}
	if w := d.fetch("HEAD", d.tracker.links.Click(&d.marko, 0), chrome, nil, ""); w.Code != 302 || w.Header().Get("Location") != "https://example.org/pomoc" {
		t.Errorf("HEAD: %d %s", w.Code, w.Header().Get("Location"))
	}
	f := d.figures()
	if f.Opened.People != 2 || f.Opened.Machines != 1 || f.Clicked.People != 1 || f.Clicked.Machines != 1 {
		t.Errorf("figures %+v", f)
	}
	known, _, err := d.store.FindReaders(t.Context(), d.run.ID, campaign.Opened, store.Page{})
	must(t, err)
	if len(known) != 1 || known[0].ID != d.ana.ID {
		t.Errorf("known to have opened: %+v", known)
	}
	links, err := d.store.ClicksByLink(t.Context(), d.run.ID)
	must(t, err)
	if links[1] != 1 || links[0] != 0 {
		t.Errorf("links %v", links)
	}
}

// One reader's mail provider, phone and browser are one reader for certain, on whatever days, and never more than were
// accepted.
func TestOneReaderIsNotThree(t *testing.T) {
	d := newDesk(t)
	for day := range 3 {
		d.tracker.now = func() time.Time { return deskNow.AddDate(0, 0, day) }
		for _, agent := range []string{gmailProxy, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1", chrome} {
			d.fetch("GET", d.tracker.links.Open(&d.marko), agent, nil, "")
		}
		d.fetch("GET", d.tracker.links.Click(&d.marko, 1), firefox, nil, "")
		f := d.figures()
		if f.Opened.People != 1 || f.Clicked.People != 1 || f.Opened.Times != int64(4*(day+1)) || f.Clicked.Times != int64(day+1) {
			t.Errorf("day %d: %+v", day, f)
		}
	}
	r := runResults{Figures: d.figures()}
	if got := r.Range(r.Figures.Opened); got != "50\u202f% to 100\u202f%" {
		t.Errorf("the share is %s", got)
	}
	d.fetch("GET", d.tracker.links.Open(&d.ana), chrome, nil, "")
	if f := d.figures(); f.Opened.People != 2 || f.Opened.Known != 1 {
		t.Errorf("with a reader who is known: %+v", f.Opened)
	}
}

func TestTimelineShowsAClickOnceWithItsLink(t *testing.T) {
	d := newDesk(t)
	d.fetch("GET", d.tracker.links.Click(&d.ana, 1), firefox, nil, "")
	d.fetch("HEAD", d.tracker.links.Click(&d.ana, 0), firefox, nil, "")
	p := &contactPage{Contact: d.contact(d.ana.Contact)}
	must(t, d.fillTimeline(t.Context(), p, time.Time{}))
	var got []string
	for _, h := range p.Timeline {
		if h.Chip.Text == "Added" || h.Chip.Text == "Created" || h.Chip.Text == "Joined" || h.Chip.Text == "Tracking choice" {
			continue
		}
		got = append(got, h.Chip.Text+"|"+h.Detail)
	}
	slices.Sort(got)
	want := []string{"Accepted|", "Clicked|https://example.org/help", "Clicked|https://example.org/pomoc Probably a machine.", "Opened|"}
	if !slices.Equal(got, want) {
		t.Errorf("timeline %q, want %q", got, want)
	}
}

func TestHasteIsNoticedWithoutKnowingTheReader(t *testing.T) {
	d := newDesk(t)
	_, err := d.store.UpdateRun(t.Context(), d.run.ID, func(r *campaign.Run) error {
		r.StartedAt = deskNow.Add(-3 * time.Second)
		return nil
	})
	must(t, err)
	d.fetch("GET", d.tracker.links.Open(&d.marko), chrome, nil, "")
	d.fetch("GET", d.tracker.links.Open(&d.marko), oldChrome, nil, "")
	if f := d.figures(); f.Opened.People != 0 || f.Opened.Unknown != 1 || f.Opened.Machines != 1 {
		t.Errorf("figures %+v", f)
	}
}

func TestForgedLinkIsNotARedirect(t *testing.T) {
	d := newDesk(t)
	good := d.tracker.links.Click(&d.ana, 0)
	for _, address := range []string{"/c/x", good + "A", strings.Replace(good, "~0.", "~1.", 1), d.tracker.links.Unsubscribe(&d.ana) + "A", "/u/x"} {
		r := httptest.NewRequest("GET", strings.TrimPrefix(address, "https://news.example.org"), nil)
		r.Header.Set("Accept-Language", "de;q=0.9, fr-CA;q=0.8, en;q=0.3")
		w := httptest.NewRecorder()
		d.Handler().ServeHTTP(w, r)
		if w.Code != 404 || w.Header().Get("Location") != "" || !strings.Contains(w.Body.String(), "Cette page n’existe pas") {
			t.Errorf("%s: %d %s", address, w.Code, w.Header().Get("Location"))
		}
	}
}

func TestAggregateKeepsNothingOfTheReader(t *testing.T) {
	d := newDesk(t)
	d.fetch("GET", d.tracker.links.Open(&d.marko), chrome, nil, "")
	d.fetch("GET", d.tracker.links.Click(&d.marko, 0), chrome, nil, "")
	var events []campaign.Event
	for _, c := range store.Collections {
		if c.Name == "events" {
			must(t, d.engine.Find(t.Context(), c, document.Query{}, &events))
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
	if log := d.log.String(); strings.Contains(log, "192.0.2.7") || strings.Contains(log, "Mozilla") || strings.Contains(log, d.run.ID) {
		t.Errorf("the log holds traces of the reader: %s", log)
	}
}

func TestNothingIsRecordedAfterWithdrawal(t *testing.T) {
	d := newDesk(t)
	w := d.postForm(d.tracker.links.Unsubscribe(&d.ana), url.Values{"action": {"save"}, "list": {d.press.ID}, "tracking": {"aggregate"}, "language": {"sr-Latn"}})
	if w.Code != 200 || !strings.Contains(w.Body.String(), "Povukli ste pristanak") {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if c := d.contact(d.ana.Contact); c.MayBeTracked() || c.Consent == nil || c.Consent.WithdrawnAt.IsZero() || c.Tracking != campaign.Aggregate {
		t.Errorf("contact %+v", c)
	}
	d.fetch("GET", d.tracker.links.Open(&d.ana), chrome, nil, "")
	if w := d.fetch("GET", d.tracker.links.Click(&d.ana, 0), chrome, nil, ""); w.Code != 302 {
		t.Errorf("the link of an old mail: %d", w.Code)
	}
	if f := d.figures(); f.Opened.People+f.Clicked.People != 0 {
		t.Errorf("recorded %+v", f)
	}
}

func TestConsentIsRecordedInTheReadersWords(t *testing.T) {
	d := newDesk(t)
	d.postForm(d.tracker.links.Unsubscribe(&d.marko), url.Values{"action": {"save"}, "list": {d.press.ID, d.school.ID}, "tracking": {"individual"}, "language": {"sr-Cyrl"}})
	if c := d.contact(d.marko.Contact); c.Consent != nil || len(c.Consents) > 0 || c.Tracking == campaign.Individual {
		t.Errorf("a consent before the button in the mail: %+v", c)
	}
	if body := d.confirmWish(); !strings.Contains(body, "Хвала") {
		t.Errorf("%s", body)
	}
	c := d.contact(d.marko.Contact)
	if c.Tracking != campaign.Individual || c.Consent == nil || !c.Consent.At.Equal(deskNow) || c.Consent.Source != "link in a message, confirmed by mail on 2026-11-20" || !strings.Contains(c.Consent.Text, "dajete pristanak") {
		t.Errorf("consent %+v", c.Consent)
	}
	if m := c.Membership(d.school.ID); m == nil || m.Status != campaign.Subscribed || m.Basis != campaign.ConsentBasis || c.Language != campaign.SerbianCyrillic {
		t.Errorf("contact %+v", c)
	}
}

func TestOneClick(t *testing.T) {
	d := newDesk(t)
	address := d.tracker.links.Unsubscribe(&d.ana)
	var multi bytes.Buffer
	form := multipart.NewWriter(&multi)
	must(t, form.WriteField("List-Unsubscribe", "One-Click"))
	must(t, form.Close())
	for _, tt := range []struct{ name, body, kind string }{
		{"urlencoded", "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"},
		{"multipart", multi.String(), form.FormDataContentType()},
		{"again, unlabelled", "List-Unsubscribe=One-Click\r\n", ""},
		{"with more, and broken", "a=%zz&list-unsubscribe=one-click", "application/x-www-form-urlencoded; charset=UTF-8"},
	} {
		w := d.fetch("POST", address, "", strings.NewReader(tt.body), tt.kind)
		if w.Code != 200 || w.Header().Get("Location") != "" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
			t.Errorf("%s: %d %v", tt.name, w.Code, w.Header())
		}
	}
	c := d.contact(d.ana.Contact)
	if m := c.Membership(d.press.ID); m.Status != campaign.Unsubscribed {
		t.Errorf("membership %+v", m)
	}
	if f := d.figures(); f.Unsubscribed != 1 {
		t.Errorf("recorded %d leavings", f.Unsubscribed)
	}
}

// However many machines press before, a person's own request to leave is done.
func TestLeavingIsNotThrottled(t *testing.T) {
	d := newDesk(t)
	for _, form := range []url.Values{{"List-Unsubscribe": {"One-Click"}}, {"action": {"leave"}}, {"action": {"leave_all"}}} {
		must(t, d.store.SubscribeContact(t.Context(), d.ana.Contact, campaign.Membership{List: d.press.ID, Status: campaign.Subscribed, Basis: campaign.ConsentBasis}, true))
		for range 2 * formsPerLink {
			d.postForm(d.Links.Unsubscribe(&d.ana), url.Values{"foo": {"bar"}})
		}
		if w := d.postForm(d.Links.Unsubscribe(&d.ana), form); w.Code != 200 {
			t.Errorf("%v: %d", form, w.Code)
		}
		if c := d.contact(d.ana.Contact); c.OnAll([]string{d.press.ID}) {
			t.Errorf("%v did nothing", form)
		}
	}
}

func TestLookingAtThePageChangesNothing(t *testing.T) {
	d := newDesk(t)
	address := d.tracker.links.Unsubscribe(&d.ana)
	for _, method := range []string{"GET", "HEAD"} {
		if w := d.fetch(method, address, chrome, nil, ""); w.Code != 200 || w.Header().Get("Cache-Control") != "no-store" || !strings.Contains(w.Header().Get("X-Robots-Tag"), "noindex") {
			t.Errorf("%s: %d %v", method, w.Code, w.Header())
		}
	}
	for _, tt := range []struct {
		body, kind string
		code       int
	}{
		{"", "application/x-www-form-urlencoded", 200}, {"  ", "", 200}, {"foo=bar", "application/x-www-form-urlencoded", 200},
		{"List-Unsubscribe=", "application/x-www-form-urlencoded", 200}, {"List-Unsubscribe=yes", "application/x-www-form-urlencoded", 200},
		{"action=", "application/x-www-form-urlencoded", 200}, {"action=LEAVE", "application/x-www-form-urlencoded", 200}, {"List-Unsubscribe=One-Click", "text/plain", 415},
		{`{"List-Unsubscribe":"One-Click"}`, "application/json", 415}, {"List-Unsubscribe: One-Click", "application/yaml", 415},
		{"--x--", "multipart/form-data", 400},
	} {
		w := d.fetch("POST", address, chrome, strings.NewReader(tt.body), tt.kind)
		if w.Code != tt.code || w.Code == 200 && !strings.Contains(w.Body.String(), `value="leave"`) {
			t.Errorf("%q as %q: %d %s", tt.body, tt.kind, w.Code, mainOf(w.Body.String()))
		}
	}
	c := d.contact(d.ana.Contact)
	if m := c.Membership(d.press.ID); m.Status != campaign.Subscribed {
		t.Errorf("membership %+v", m)
	}
	body := d.fetch("GET", address, chrome, nil, "").Body.String()
	if strings.Contains(body, "ana@example.org") || strings.Contains(body, "Petrović") || !strings.Contains(body, "a•••@example.org") || strings.Contains(body, "<script") {
		t.Error("the page says too much")
	}
}

func TestLeavingAndComingBack(t *testing.T) {
	d := newDesk(t)
	address := d.tracker.links.Unsubscribe(&d.ana)
	status := func() campaign.MembershipStatus {
		c := d.contact(d.ana.Contact)
		return c.Membership(d.press.ID).Status
	}
	if w := d.postForm(address, url.Values{"action": {"leave"}}); w.Code != 200 || status() != campaign.Unsubscribed {
		t.Errorf("left: %d %s", w.Code, status())
	}
	if w := d.postForm(address, url.Values{"action": {"undo"}, "list": {d.press.ID}}); w.Code != 200 || status() != campaign.Unsubscribed {
		t.Errorf("came back without a button: %d %s", w.Code, status())
	}
	if d.confirmWish(); status() != campaign.Subscribed {
		t.Errorf("came back: %s", status())
	}
	suppressed := func() bool {
		found, err := d.store.Suppressed(t.Context(), []string{"ana@example.org"})
		must(t, err)
		return found["ana@example.org"] != ""
	}
	d.postForm(address, url.Values{"action": {"leave_all"}})
	if !suppressed() {
		t.Error("who left everything is not suppressed")
	}
	d.pass(time.Second)
	d.postForm(address, url.Values{"action": {"save"}, "list": {d.school.ID}})
	if !suppressed() {
		t.Error("whoever holds the link lifted it")
	}
	if d.confirmWish(); suppressed() || status() != campaign.Unsubscribed {
		t.Error("joining one list again must lift the suppression and nothing else")
	}
	must(t, d.store.Suppress(t.Context(), "marko@example.test", campaign.ComplaintReason, ""))
	d.postForm(d.tracker.links.Unsubscribe(&d.marko), url.Values{"action": {"save"}, "list": {d.school.ID}})
	if found, err := d.store.Suppressed(t.Context(), []string{"marko@example.test"}); err != nil || found["marko@example.test"] != campaign.ComplaintReason {
		t.Errorf("a complaint was lifted: %v %v", found, err)
	}
}

func TestListsAReaderWasNeverOnAreNotNamed(t *testing.T) {
	d := newDesk(t)
	partners := campaign.List{Name: "Difficult partners"}
	must(t, d.store.CreateList(t.Context(), &partners))
	_, err := d.store.UpdateCampaign(t.Context(), d.campaign.ID, func(c *campaign.Campaign) error {
		c.State, c.NextAt, c.Lists = campaign.Scheduled, deskNow.Add(time.Hour), append(c.Lists, partners.ID)
		return nil
	})
	must(t, err)
	run, err := d.store.StartRun(t.Context(), d.campaign.ID, campaign.Slot{At: deskNow.Add(time.Hour)}, campaign.TriggerSchedule, func(*campaign.Release) []campaign.Link { return nil })
	must(t, err)
	d.run = run
	vera := d.deliver("vera@example.org", "Vera", campaign.Aggregate)
	address := d.tracker.links.Unsubscribe(&vera)
	for _, form := range []url.Values{nil, {"action": {"leave"}}, {"action": {"leave"}}} {
		w := d.fetch("GET", address, chrome, nil, "")
		if form != nil {
			w = d.postForm(address, form)
		}
		if body := w.Body.String(); w.Code != 200 || !strings.Contains(body, "Press") || strings.Contains(body, "Difficult") {
			t.Errorf("%v: %d %s", form, w.Code, body)
		}
	}
	d.postForm(address, url.Values{"List-Unsubscribe": {"One-Click"}})
	c := d.contact(vera.Contact)
	if len(c.Memberships) != 1 || c.Memberships[0].Status != campaign.Unsubscribed {
		t.Errorf("memberships %+v", c.Memberships)
	}
}

func TestGoneReadersGetAPolitePage(t *testing.T) {
	d := newDesk(t)
	must(t, d.store.DeleteContact(t.Context(), d.ana.Contact))
	address := d.tracker.links.Unsubscribe(&d.ana)
	if w := d.fetch("GET", address, chrome, nil, ""); w.Code != 200 || !strings.Contains(w.Body.String(), "Niste ni na jednom spisku") {
		t.Errorf("%d", w.Code)
	}
	if w := d.postForm(address, url.Values{"List-Unsubscribe": {"One-Click"}}); w.Code != 200 {
		t.Errorf("one click: %d", w.Code)
	}
}

func TestWhatCannotBeStoredIsNotAnswered(t *testing.T) {
	d := newDesk(t)
	d.engine.breakWith(io.ErrShortWrite)
	if w := d.fetch("GET", d.tracker.links.Open(&d.ana), chrome, nil, ""); w.Code != http.StatusServiceUnavailable || w.Body.Len() != 0 {
		t.Errorf("image: %d with %d bytes", w.Code, w.Body.Len())
	}
	w := d.fetch("GET", d.tracker.links.Click(&d.ana, 0), chrome, nil, "")
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Location") != "" || !strings.Contains(w.Body.String(), `href="https://example.org/pomoc"`) {
		t.Errorf("link: %d %s", w.Code, w.Body)
	}
}
