package web

import (
	"bytes"
	"context"
	"io"
	"log/slog"
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

const (
	chrome     = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
	firefox    = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	gmailProxy = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
	oldChrome  = "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/41.0.2228.0 Safari/537.36"
)

// desk is a server over a real store with one run that was sent: to Ana, who agreed to individual tracking, and to Marko,
// who did not.
type desk struct {
	*Server
	t          *testing.T
	engine     *brittle
	log        *bytes.Buffer
	press      campaign.List
	school     campaign.List
	campaign   campaign.Campaign
	run        campaign.Run
	ana, marko campaign.Delivery
	mu         sync.Mutex
	at         time.Time
}

// pass lets time go by.
func (d *desk) pass(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at = d.at.Add(by)
}

func (d *desk) now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.at
}

var deskNow = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// brittle is an engine that can be told to fail, or to wait, when events are written.
type brittle struct {
	document.Engine
	mu     sync.Mutex
	broken error
}

func (b *brittle) breakWith(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.broken = err
}

func (b *brittle) InsertNew(ctx context.Context, c *document.Collection, docs ...any) (int64, error) {
	b.mu.Lock()
	err := b.broken
	b.mu.Unlock()
	if err != nil && c.Name == "events" {
		return 0, err
	}
	return b.Engine.InsertNew(ctx, c, docs...)
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	ctx := t.Context()
	engine, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "desk.db"))
	must(t, err)
	d := &desk{t: t, engine: &brittle{Engine: engine}, log: &bytes.Buffer{}, at: deskNow}
	signer := campaign.NewSigner("a secret of the test")
	st, err := store.New(ctx, d.engine, signer, d.now)
	must(t, err)
	t.Cleanup(func() { st.Close(context.Background()) })
	d.Server, err = New(Config{
		Links:  campaign.Links{Base: "https://news.example.org", Signer: signer},
		Logger: slog.New(slog.NewTextHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Now: d.now,
		BaseURL: "https://news.example.org", DefaultZone: "Europe/Belgrade",
	}, st)
	must(t, err)
	d.fill()
	return d
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (d *desk) fill() {
	t, ctx := d.t, d.t.Context()
	d.press = campaign.List{Name: "Press", Public: true}
	d.school = campaign.List{Name: "Schools", Public: true, Description: "Once a month"}
	must(t, d.store.CreateList(ctx, &d.press))
	must(t, d.store.CreateList(ctx, &d.school))
	r := campaign.Release{Kind: campaign.PressRelease, Source: campaign.English, Versions: []campaign.Version{
		{Language: campaign.SerbianLatin, Headline: "Nova linija pomoći", Body: "Tekst sa [vezom](https://example.org/pomoc)."},
		{Language: campaign.English, Headline: "New helpline", Body: "Text with a [link](https://example.org/help)."},
	}}
	must(t, d.store.CreateRelease(ctx, &r))
	d.campaign = campaign.Campaign{Name: "Helpline", Release: r.ID, Lists: []string{d.press.ID}, Sender: campaign.Sender{Name: "Press Office", Email: "press@example.org"}}
	must(t, d.store.CreateCampaign(ctx, &d.campaign))
	links := func(*campaign.Release) []campaign.Link {
		return []campaign.Link{{URL: "https://example.org/pomoc"}, {URL: "https://example.org/help"}}
	}
	_, err := d.store.ScheduleCampaign(ctx, d.campaign.ID, campaign.Slot{At: deskNow})
	must(t, err)
	d.run, err = d.store.StartRun(ctx, d.campaign.ID, campaign.Slot{At: deskNow}, campaign.TriggerHand, links)
	must(t, err)
	_, err = d.store.UpdateRun(ctx, d.run.ID, func(r *campaign.Run) error {
		r.StartedAt = deskNow.Add(-time.Hour)
		return nil
	})
	must(t, err)
	d.ana = d.deliver("ana@example.org", "Ana", campaign.Individual)
	d.marko = d.deliver("marko@example.test", "Marko", campaign.Aggregate)
}

func (d *desk) deliver(email, name string, mode campaign.Tracking) campaign.Delivery {
	c := campaign.Contact{Email: email, FirstName: name, LastName: "Petrović", Kind: campaign.Journalist, Language: campaign.SerbianLatin}
	if mode == campaign.Individual {
		c.Tracking, c.Consent = mode, &campaign.TrackingConsent{At: deskNow, Basis: campaign.ConsentBasis, Source: "form"}
	}
	c.Subscribe(campaign.Membership{List: d.press.ID, Status: campaign.Subscribed, Basis: campaign.LegitimateInterest, Since: deskNow}, false)
	must(d.t, d.store.CreateContact(d.t.Context(), &c))
	id, shard := campaign.DeliveryID(d.run.ID, d.run.Shards, c.ID)
	del := campaign.Delivery{ID: id, Run: d.run.ID, Campaign: d.campaign.ID, Contact: c.ID, Shard: shard, Email: email, Name: c.FullName(),
		Domain: campaign.Domain(email), Language: campaign.SerbianLatin, Tracking: mode, State: campaign.Accepted, SentAt: deskNow.Add(-time.Hour), LastAt: deskNow}
	must(d.t, d.store.PlanDeliveries(d.t.Context(), []*campaign.Delivery{&del}))
	return del
}

// fetch asks the server for something; the base address of a link may be left on.
func (d *desk) fetch(method, address, agent string, body io.Reader, kind string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, strings.TrimPrefix(address, "https://news.example.org"), body)
	r.Header.Set("User-Agent", agent)
	r.RemoteAddr = "192.0.2.7:4711"
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	w := httptest.NewRecorder()
	d.Handler().ServeHTTP(w, r)
	if w.Header().Get("Set-Cookie") != "" {
		d.t.Errorf("%s %s set a cookie", method, address)
	}
	return w
}

func (d *desk) postForm(address string, form url.Values) *httptest.ResponseRecorder {
	return d.fetch("POST", address, chrome, strings.NewReader(form.Encode()), "application/x-www-form-urlencoded")
}

func (d *desk) figures() campaign.Figures {
	f, err := d.store.Figures(d.t.Context(), d.run.ID)
	must(d.t, err)
	return f
}

func (d *desk) contact(id string) campaign.Contact {
	c, err := d.store.GetContact(d.t.Context(), id)
	must(d.t, err)
	return c
}
