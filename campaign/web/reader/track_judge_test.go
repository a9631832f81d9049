package reader

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/web/webtest"
)

// Whatever order a reader's and a scanner's fetches come in, the same is counted at the end: a burst of links takes back what its
// sender did before, and never what the reader did.
func TestLateEvidenceCorrectsWhatIsOnRecord(t *testing.T) {
	type fetch struct {
		seconds       int
		link          int // -1 for the image
		agent, client string
	}
	const office, home = "198.51.100.7", "203.0.113.9"
	fetches := []fetch{
		{100, -1, webtest.Chrome, office}, {130, 0, webtest.Chrome, office}, {132, 1, webtest.Chrome, office}, {135, 2, webtest.Chrome, office},
		{9000, 1, webtest.Firefox, home}, {9100, -1, webtest.Chrome, office},
	}
	for _, order := range [][]int{{0, 1, 2, 3, 4, 5}, {5, 4, 3, 2, 1, 0}, {4, 1, 5, 3, 0, 2}} {
		d := newDesk(t)
		d.site.tracking.runs.put(d.Run.ID, cachedRun{campaign: d.Run.Campaign, links: []campaign.Link{{URL: "https://example.org/a"}, {URL: "https://example.org/b"}, {URL: "https://example.org/c"}}})
		for _, who := range []*campaign.Delivery{&d.Ana, &d.Marko} {
			for _, i := range order {
				f := fetches[i]
				d.site.tracking.now = func() time.Time { return webtest.Start.Add(time.Duration(f.seconds) * time.Second) }
				address := d.Links.Open(who)
				if f.link >= 0 {
					address = d.Links.Click(who, f.link)
				}
				r := httptest.NewRequest("GET", strings.TrimPrefix(address, webtest.Base), nil)
				r.RemoteAddr = f.client + ":4711"
				r.Header.Set("User-Agent", f.agent)
				w := httptest.NewRecorder()
				d.Handler.ServeHTTP(w, r)
				if w.Code >= 400 {
					t.Fatalf("%s: %d", address, w.Code)
				}
			}
		}
		f := d.Figures()
		if f.Opened.People != 2 || f.Opened.Known != 1 || f.Opened.Times != 2 || f.Opened.Machines != 2 || f.Clicked.People != 2 || f.Clicked.Times != 2 || f.Clicked.Machines != 2 {
			t.Errorf("in the order %v: opened %+v, clicked %+v", order, f.Opened, f.Clicked)
		}
		links, err := d.Store.Events.ClicksByLink(t.Context(), d.Run.ID)
		webtest.Must(t, err)
		if len(links) != 1 || links[1] != 2 {
			t.Errorf("in the order %v: links %v", order, links)
		}
		known, _, err := d.Store.Recipients.FindReaders(t.Context(), d.Run.ID, campaign.Clicked, store.Page{})
		webtest.Must(t, err)
		if len(known) != 1 || known[0].ID != d.Ana.ID {
			t.Errorf("in the order %v: known to have clicked %+v", order, known)
		}
		webtest.Must(t, d.Store.Eraser.EraseContact(t.Context(), d.Ana.Contact))
		if left, err := d.Store.Events.EventsOfDelivery(t.Context(), d.Ana.ID); err != nil || len(left) > 0 {
			t.Errorf("after an erasure: %+v %v", left, err)
		}
		if after := d.Figures(); after.Opened != f.Opened || after.Clicked != f.Clicked {
			t.Errorf("an erasure changed the figures: %+v", after)
		}
	}
}

// An address that fetches the images of twenty readers within a minute is a machine's, also for those it fetched first.
func TestCrowdIsAMachine(t *testing.T) {
	d := newDesk(t)
	at := webtest.Start
	d.site.tracking.now = func() time.Time { return at }
	var all []campaign.Delivery
	for i := range 21 {
		all = append(all, d.Deliver(fmt.Sprintf("reader%d@example.org", i), "Reader", campaign.Individual))
	}
	for i := range all {
		at = at.Add(2 * time.Second)
		d.Fetch("GET", d.Links.Open(&all[i]), webtest.Chrome, nil, "")
		if i == 18 {
			if f := d.Figures(); f.Opened.Known != 19 || f.Opened.Machines != 0 {
				t.Errorf("nineteen readers: %+v", f.Opened)
			}
		}
	}
	if f := d.Figures(); f.Opened.Known != 0 || f.Opened.Machines != 21 {
		t.Errorf("a crowd: %+v", f.Opened)
	}
}

// Who follows the link that people do not see is a machine, also for what it fetched before; the reader elsewhere is not.
func TestTrapTellsAMachine(t *testing.T) {
	const office, home = "198.51.100.7", "203.0.113.9"
	d := newDesk(t)
	at := webtest.Start.Add(time.Hour)
	d.site.tracking.now = func() time.Time { at = at.Add(5 * time.Second); return at }
	d.site.tracking.runs.put(d.Run.ID, cachedRun{campaign: d.Run.Campaign, links: []campaign.Link{{URL: "https://example.org/a"}}})
	fetch := func(address, client string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", strings.TrimPrefix(address, webtest.Base), nil)
		r.RemoteAddr = client + ":4711"
		r.Header.Set("User-Agent", webtest.Chrome)
		w := httptest.NewRecorder()
		d.Handler.ServeHTTP(w, r)
		return w
	}
	for _, who := range []*campaign.Delivery{&d.Ana, &d.Marko} {
		fetch(d.Links.Open(who), office)
		fetch(d.Links.Click(who, 0), office)
		if w := fetch(d.Links.Trap(who), office); w.Code != 302 || !strings.Contains(w.Header().Get("Location"), campaign.ReadPath) {
			t.Errorf("the trap leads to %d %q", w.Code, w.Header().Get("Location"))
		}
		fetch(d.Links.Click(who, 0), home)
	}
	if f := d.Figures(); f.Clicked.Times != 2 || f.Clicked.Machines != 2 || f.Opened.Times != 2 || f.Opened.Machines != 2 || f.Clicked.Known != 1 {
		t.Errorf("opened %+v, clicked %+v", f.Opened, f.Clicked)
	}
	if w := fetch(webtest.Base+campaign.TrapPath+"forged", office); w.Code != 404 {
		t.Errorf("a forged trap: %d", w.Code)
	}
	if d.Links.Trap(&campaign.Delivery{ID: "x", Run: "y", Tracking: campaign.NoTracking}) != "" {
		t.Error("mode none has a trap")
	}
}
