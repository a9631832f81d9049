// Package webtest holds what tests of the panel and of the readers' pages share: a store with a run that was sent, and a reader's
// browser.
package webtest

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/store/sqlite"
)

// Agents are what browsers and machines call themselves.
const (
	Chrome     = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
	Firefox    = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	GmailProxy = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
	OldChrome  = "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/41.0.2228.0 Safari/537.36"
)

// Base is the address of the readers' pages, Form the type of their forms.
const (
	Base = "https://news.example.org"
	Form = "application/x-www-form-urlencoded"
)

// Start is the time on a desk's clock at first.
var Start = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// Desk is a store with one run that was sent: to Ana, who agreed to individual tracking, and to Marko, who did not.
type Desk struct {
	T          *testing.T
	Store      *store.Store
	Engine     *Brittle
	Links      campaign.Links
	Log        *bytes.Buffer
	Handler    http.Handler // of what is tested
	Press      campaign.List
	School     campaign.List
	Campaign   campaign.Campaign
	Run        campaign.Run
	Ana, Marko campaign.Delivery

	mu sync.Mutex
	at time.Time
}

// Pass lets time go by.
func (d *Desk) Pass(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at = d.at.Add(by)
}

// Now is the desk's clock.
func (d *Desk) Now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.at
}

// Brittle is an engine that can be told to fail when events are written.
type Brittle struct {
	document.Engine
	mu     sync.Mutex
	broken error
}

// BreakWith has it fail by an error; nil mends it.
func (b *Brittle) BreakWith(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.broken = err
}

func (b *Brittle) InsertNew(ctx context.Context, c *document.Collection, docs ...any) (int64, error) {
	b.mu.Lock()
	err := b.broken
	b.mu.Unlock()
	if err != nil && c.Name == "events" {
		return 0, err
	}
	return b.Engine.InsertNew(ctx, c, docs...)
}

// NewDesk fills a store. Its Handler is for the caller to set.
func NewDesk(t *testing.T) *Desk {
	t.Helper()
	engine, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "desk.db"))
	Must(t, err)
	d := &Desk{T: t, Engine: &Brittle{Engine: engine}, Log: &bytes.Buffer{}, at: Start}
	d.Links = campaign.Links{Base: Base, Signer: campaign.NewSigner("a secret of the test")}
	d.Store, err = store.New(t.Context(), d.Engine, d.Links.Signer, d.Now)
	Must(t, err)
	t.Cleanup(func() { d.Store.Close(context.Background()) })
	d.fill()
	return d
}

// Logger writes into Log, debugging too.
func (d *Desk) Logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(d.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// Must ends a test by an error.
func Must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (d *Desk) fill() {
	t, ctx := d.T, d.T.Context()
	d.Press = campaign.List{Name: "Press", Names: campaign.Texts{campaign.English: "Press"}, Public: true}
	d.School = campaign.List{
		Name: "Schools", Names: campaign.Texts{campaign.English: "Schools"}, Descriptions: campaign.Texts{campaign.English: "Once a month"}, Public: true,
	}
	Must(t, d.Store.Lists.CreateList(ctx, &d.Press))
	Must(t, d.Store.Lists.CreateList(ctx, &d.School))
	r := campaign.Release{Kind: campaign.PressRelease, Source: campaign.English, Versions: []campaign.Version{
		{Language: campaign.SerbianLatin, Headline: "Nova linija pomoći", Body: "Tekst sa [vezom](https://example.org/pomoc)."},
		{Language: campaign.English, Headline: "New helpline", Body: "Text with a [link](https://example.org/help)."},
	}}
	Must(t, d.Store.Releases.CreateRelease(ctx, &r))
	d.Campaign = campaign.Campaign{Name: "Helpline", Release: r.ID, Lists: []string{d.Press.ID}, Sender: campaign.Sender{Name: "Press Office", Email: "press@example.org"}}
	Must(t, d.Store.Campaigns.CreateCampaign(ctx, &d.Campaign))
	links := func(*campaign.Release) []campaign.Link {
		return []campaign.Link{{URL: "https://example.org/pomoc"}, {URL: "https://example.org/help"}}
	}
	_, err := d.Store.Sending.ScheduleCampaign(ctx, d.Campaign.ID, campaign.Slot{At: Start})
	Must(t, err)
	d.Run, err = d.Store.Sending.StartRun(ctx, d.Campaign.ID, campaign.Slot{At: Start}, campaign.TriggerHand, links)
	Must(t, err)
	_, err = d.Store.Runs.UpdateRun(ctx, d.Run.ID, func(r *campaign.Run) error {
		r.StartedAt = Start.Add(-time.Hour)
		return nil
	})
	Must(t, err)
	d.Ana = d.Deliver("ana@example.org", "Ana", campaign.Individual)
	d.Marko = d.Deliver("marko@example.test", "Marko", campaign.Aggregate)
}

// Deliver makes a contact on the list Press, and a delivery of the run to them.
func (d *Desk) Deliver(email, name string, mode campaign.Tracking) campaign.Delivery {
	c := campaign.Contact{Email: email, FirstName: name, LastName: "Petrović", Kind: campaign.Journalist, Language: campaign.SerbianLatin}
	if mode == campaign.Individual {
		c.Tracking, c.Consent = mode, &campaign.TrackingConsent{At: Start, Basis: campaign.ConsentBasis, Source: "form"}
	}
	c.Subscribe(campaign.Membership{List: d.Press.ID, Status: campaign.Subscribed, Basis: campaign.LegitimateInterest, Since: Start}, false)
	Must(d.T, d.Store.Contacts.CreateContact(d.T.Context(), &c))
	id, shard := campaign.DeliveryID(d.Run.ID, d.Run.Shards, c.ID)
	del := campaign.Delivery{ID: id, Run: d.Run.ID, Campaign: d.Campaign.ID, Contact: c.ID, Shard: shard, Email: email, Name: c.FullName(),
		Domain: campaign.Domain(email), Language: campaign.SerbianLatin, Tracking: mode, State: campaign.Accepted, SentAt: Start.Add(-time.Hour), LastAt: Start}
	Must(d.T, d.Store.Deliveries.PlanDeliveries(d.T.Context(), []*campaign.Delivery{&del}))
	return del
}

// Fetch sends a request; an address may begin with Base.
func (d *Desk) Fetch(method, address, agent string, body io.Reader, kind string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, strings.TrimPrefix(address, Base), body)
	r.Header.Set("User-Agent", agent)
	r.RemoteAddr = "192.0.2.7:4711"
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	w := httptest.NewRecorder()
	d.Handler.ServeHTTP(w, r)
	if w.Header().Get("Set-Cookie") != "" {
		d.T.Errorf("%s %s set a cookie", method, address)
	}
	return w
}

// PostForm sends a form.
func (d *Desk) PostForm(address string, form url.Values) *httptest.ResponseRecorder {
	return d.Fetch("POST", address, Chrome, strings.NewReader(form.Encode()), Form)
}

// Figures counts what came of the run.
func (d *Desk) Figures() campaign.Figures {
	f, err := d.Store.Events.Figures(d.T.Context(), d.Run.ID)
	Must(d.T, err)
	return f
}

// Contact reads a contact.
func (d *Desk) Contact(id string) campaign.Contact {
	c, err := d.Store.Contacts.GetContact(d.T.Context(), id)
	Must(d.T, err)
	return c
}

// MainOf returns what a page says, without what is around it.
func MainOf(body string) string {
	if _, after, ok := strings.Cut(body, "<main"); ok {
		body, _, _ = strings.Cut(after, "</main>")
	}
	if len(body) > 3000 {
		body = body[:3000]
	}
	return body
}
