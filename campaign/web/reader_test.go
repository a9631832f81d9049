package web

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/web/webtest"
)

// desk is the whole web over a store with a run that was sent: for walks that begin on a reader's page and end in the panel.
type desk struct {
	*webtest.Desk
	server *Server
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{Desk: webtest.NewDesk(t)}
	var err error
	d.server, err = New(Config{Links: d.Links, Logger: d.Logger(), Now: d.Now, BaseURL: webtest.Base, DefaultZone: "Europe/Belgrade"}, d.Store.All())
	must(t, err)
	d.Handler = d.server.Handler()
	return d
}

func must(t *testing.T, err error) {
	t.Helper()
	webtest.Must(t, err)
}

// timelineOf returns what the panel shows of what happened with a contact.
func (d *desk) timelineOf(id string) []happening {
	d.T.Helper()
	p := &contactPage{Page: Page{Zone: d.server.zone}, Contact: d.Contact(id)}
	must(d.T, (&contactPages{panel: d.server.panel, store: d.Store.All()}).fillTimeline(d.T.Context(), p, time.Time{}))
	return p.Timeline
}

// A reader's address that cannot be answered shows the page of an error, to a signed-in user as to anybody.
func TestReadersAddressesKnowNoUser(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	for _, c := range []struct {
		method, path, kind string
		status             int
		says               string
	}{
		{http.MethodGet, "/u/a/b", "", 404, "This page does not exist"},
		{http.MethodPut, "/subscribe", "", 405, "cannot be opened this way"},
		{http.MethodPost, "/subscribe", "text/plain", 415, "takes nothing of that type"},
	} {
		a := s.do(c.method, c.path, nil, func(r *http.Request) { r.Header.Set("Content-Type", c.kind) })
		a.want(t, c.status, c.says, "Српски (ћирилица)")
		if strings.Contains(a.Body, "sign-in") {
			t.Errorf("%s leads into the panel", c.path)
		}
		if a.Header.Get("Set-Cookie") != "" || a.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: headers %v", c.path, a.Header)
		}
	}
}

func TestTimelineShowsAClickOnceWithItsLink(t *testing.T) {
	d := newDesk(t)
	d.Fetch("GET", d.Links.Click(&d.Ana, 1), webtest.Firefox, nil, "")
	d.Fetch("HEAD", d.Links.Click(&d.Ana, 0), webtest.Firefox, nil, "")
	var got []string
	for _, h := range d.timelineOf(d.Ana.Contact) {
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

// What the holder of a message asks for is shown to the team as the person's.
func TestTimelineShowsAChangeOfAddress(t *testing.T) {
	d := newDesk(t)
	d.Wish(d.Links.Unsubscribe(&d.Marko), "address", "email=attacker@evil.example")
	d.PostForm(d.LinkOf(campaign.ConfirmAddress, "attacker@evil.example"), url.Values{"action": {"confirm"}})
	d.PostForm(d.LinkOf(campaign.AddressChanged, "marko@example.test"), url.Values{"action": {"stop"}})
	timeline := d.timelineOf(d.Marko.Contact)
	for _, want := range []string{"Asked for another address", "Agreed to another address", "Stopped a change of address"} {
		if !slices.ContainsFunc(timeline, func(h happening) bool { return h.Chip.Text == want && h.What == "by the person" }) {
			t.Errorf("the team does not see %q", want)
		}
	}
}

// The timeline says the day on which a pause was chosen to end, in the zone of the installation.
func TestTimelineShowsTheDayAPauseEnds(t *testing.T) {
	d := newDesk(t)
	for _, zone := range []string{"", "Pacific/Auckland", "America/New_York"} {
		_, err := d.Store.Settings.UpdateSettings(t.Context(), func(set *campaign.Settings) error { set.Zone = zone; return nil })
		must(t, err)
		address := d.Links.Preferences(d.Marko.Contact, webtest.Start)
		d.Wish(address, "save", "list="+d.Press.ID, "pause=2026-12-11")
		found, _, err := d.Store.Journal.FindJournal(t.Context(), store.JournalFilter{Contact: d.Marko.Contact, Kind: campaign.PausedEntry}, store.Page{})
		must(t, err)
		tell := teller{zone: firstZone(d.server.zone, zone)}
		if !slices.ContainsFunc(found, func(e campaign.Entry) bool {
			until, _ := e.PausedUntil()
			return until.Equal(d.Contact(d.Marko.Contact).PausedUntil) && tell.entry(&e).Detail == "until 11 Dec 2026"
		}) {
			t.Errorf("%s: the timeline: %+v", zone, found)
		}
		d.Wish(address, "save", "list="+d.Press.ID, "pause=")
	}
}

// What nobody can be told apart by is a range between what is certain and what may be.
func TestShareOfReadersIsARange(t *testing.T) {
	d := newDesk(t)
	for _, agent := range []string{webtest.GmailProxy, webtest.Chrome} {
		d.Fetch("GET", d.Links.Open(&d.Marko), agent, nil, "")
	}
	r := runPage{campaignPage: campaignPage{Page: Page{Language: campaign.English}}, runResults: runResults{Figures: d.Figures()}}
	if got := r.Range(r.Figures.Opened); got != "50% to 100%" {
		t.Errorf("the share is %s", got)
	}
}

// The form for other sites, sent from there as it stands, is accepted.
func TestSnippetWorksElsewhere(t *testing.T) {
	s := newSite(t)
	l := campaign.List{Name: "Press", Names: campaign.Texts{campaign.English: "Press"}, Public: true}
	must(t, s.store.Lists.CreateList(t.Context(), &l))
	s.signInAs(campaign.Viewer)
	page := s.get("/lists/" + l.ID)
	page.want(t, 200, s.web.URL+"/subscribe/"+l.ID, "&lt;form method=")
	snippets, err := s.server.readers.Snippets(t.Context(), &l)
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
