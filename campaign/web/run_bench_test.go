package web

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/store/sqlite"
)

var (
	benchDeliveries = flag.Int("figures.deliveries", 20_000, "deliveries of the run of the benchmark of figures; each of the ten before it has a tenth of them")
	benchFile       = flag.String("figures.file", "", "file the benchmark of figures keeps its store in, to be used again")
)

// benchStart is when the run of the benchmark went out.
var benchStart = time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)

// benchCampaign and benchList are what the benchmark's run is found by.
const benchCampaign, benchList = "Helpline to everybody", "Everybody"

// BenchmarkFigures opens each page that shows figures of a run as the first one of a program that was just started. A million
// deliveries: go test ./campaign/web -run - -bench Figures -benchtime 1x -figures.deliveries 1000000 -figures.file /tmp/figures.db
func BenchmarkFigures(b *testing.B) {
	name := *benchFile
	if name == "" {
		name = b.TempDir() + "/figures.db"
	}
	if _, err := os.Stat(name); err != nil {
		began := time.Now()
		fillForFigures(b, name, *benchDeliveries)
		b.Logf("filled in %s", time.Since(began).Round(time.Second))
	}
	desk := openBench(b, name)
	found, _, err := desk.store.Campaigns.FindCampaignsNamed(b.Context(), benchCampaign, "", store.Page{Limit: 1})
	if err != nil || len(found) == 0 {
		b.Fatal(found, err)
	}
	began := time.Now()
	mustBench(b, desk.store.Breakdowns.KeepCounts(b.Context())) // as a server has done by the time somebody asks
	b.Logf("counted in %s", time.Since(began).Round(time.Second))
	offices, _, err := desk.store.Organisations.FindOrganisations(b.Context(), "", "", store.Page{Limit: 1})
	mustBench(b, err)
	desk.close()
	c, run := "/campaigns/"+found[0].ID, "/runs/"+found[0].LastRun
	for _, path := range []string{
		"/", "/campaigns", c, c + "/results", run, run + "/readers", run + "/readers?by=journalist", run + "/readers?by=place", run + "/letter", run + "/letter/frame?version=en", run + "/server",
		run + "/recipients", run + "/recipients?state=failed", run + "/recipients?did=opened", run + "/recipients?did=clicked", run + "/recipients?did=clicked&link=2", run + "/recipients?did=unsubscribed",
		run + "/recipients?did=bounced", run + "/recipients?did=nothing_known", run + "/recipients?did=replied", run + "/recipients?by=kind&group=school&did=clicked", run + "/recipients?by=outlet&did=clicked&group=" + offices[0].ID,
		run + "/recipients?provider=example7.org", run + "/recipients?provider=nobody.example", run + "/recipients?language=fr", run + "/recipients?state=failed&code=451", run + "/recipients?q=petrovic+77",
	} {
		b.Run(strings.NewReplacer(run, "run", c, "campaign", "/", "_").Replace(path), func(b *testing.B) {
			for range b.N {
				b.StopTimer()
				desk := openBench(b, name)
				b.StartTimer()
				w := desk.get(path)
				b.StopTimer()
				if w.Code != http.StatusOK {
					b.Fatal(path, w.Code)
				}
				desk.close()
				b.StartTimer()
			}
		})
	}
}

// benchDesk is a program that was just started, and the browser of somebody who is signed in.
type benchDesk struct {
	b      *testing.B
	store  *store.Store
	server *Server
	cookie string
}

func openBench(b *testing.B, name string) *benchDesk {
	engine, err := sqlite.Open(context.Background(), name)
	mustBench(b, err)
	signer := campaign.NewSigner("a secret for tests")
	st, err := store.New(context.Background(), engine, signer, time.Now)
	mustBench(b, err)
	const base = "https://press.example.org"
	server, err := New(Config{
		Links: campaign.Links{Base: base, Signer: signer}, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), BaseURL: base, Version: "test", DefaultZone: "Europe/Belgrade",
	}, st.All())
	mustBench(b, err)
	d := &benchDesk{b: b, store: st, server: server}
	users, err := st.Users.FindUsers(b.Context())
	mustBench(b, err)
	u := campaign.User{Email: "viewer@example.org", Name: "Viewer", Role: campaign.Admin}
	if len(users) > 0 {
		u = users[0]
	} else {
		mustBench(b, st.Users.CreateUser(b.Context(), &u))
	}
	secret := fmt.Sprint("secret ", time.Now().UnixNano())
	mustBench(b, st.Sessions.CreateSignInLink(b.Context(), secret, u.ID, time.Hour))
	w := d.do(http.MethodPost, "/sign-in/"+url.PathEscape(secret))
	for _, c := range w.Result().Cookies() {
		d.cookie = c.Name + "=" + c.Value
	}
	return d
}

func (d *benchDesk) close() { mustBench(d.b, d.store.Close(context.Background())) }

func (d *benchDesk) get(path string) *httptest.ResponseRecorder { return d.do(http.MethodGet, path) }

func (d *benchDesk) do(method, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "https://press.example.org"+path, nil)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Cookie", d.cookie)
	w := httptest.NewRecorder()
	d.server.Handler().ServeHTTP(w, r)
	return w
}

func mustBench(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// fillForFigures makes readers, a run to all of them, and ten runs before it to every tenth.
func fillForFigures(b *testing.B, name string, n int) {
	d := openBench(b, name)
	defer d.close()
	r, ctx := rand.New(rand.NewPCG(1, 1)), b.Context()
	list := campaign.List{Name: benchList}
	mustBench(b, d.store.Lists.CreateList(ctx, &list))
	var offices []string
	for i := range 500 {
		o := campaign.Organisation{Name: fmt.Sprintf("Radio Example %d", i), Kind: campaign.Outlet, Place: fmt.Sprint("Town ", i%40)}
		mustBench(b, d.store.Organisations.CreateOrganisation(ctx, &o))
		offices = append(offices, o.ID)
	}
	readers := make([]*campaign.Contact, n)
	for i := range readers {
		c := &campaign.Contact{
			ID: campaign.NewID(benchStart.Add(time.Duration(i-n) * time.Second)), Version: 1, Email: fmt.Sprintf("person%d@example%d.org", i, r.IntN(3000)), FirstName: "Ana", LastName: fmt.Sprint("Petrović ", i),
			Kind: campaign.Kinds[r.IntN(5)], Organisation: offices[r.IntN(len(offices))], Language: campaign.Languages[r.IntN(4)], Source: "import", CreatedAt: benchStart, UpdatedAt: benchStart,
			Memberships: []campaign.Membership{{List: list.ID, Status: campaign.Subscribed, Basis: campaign.ConsentBasis, Since: benchStart}},
		}
		if r.IntN(3) == 0 {
			c.Place, c.Topics = fmt.Sprint("Town ", r.IntN(60)), []string{fmt.Sprint("topic", r.IntN(8))}
		}
		mustBench(b, c.Normalize(""))
		readers[i] = c
	}
	for batch := range slices.Chunk(readers, 2000) {
		mustBench(b, d.store.Contacts.InsertContacts(ctx, batch))
	}
	for i := 10; i > 0; i-- {
		d.fillRun(r, list, fmt.Sprint("Weekly news ", i), readers[i*n/20:i*n/20+n/10], benchStart.AddDate(0, 0, -7*i))
	}
	d.fillRun(r, list, benchCampaign, readers, benchStart)
}

// fillRun makes a run that has ended, with what its readers did in the days after it.
func (d *benchDesk) fillRun(r *rand.Rand, list campaign.List, name string, readers []*campaign.Contact, at time.Time) {
	b, ctx := d.b, d.b.Context()
	release := campaign.Release{Title: name, Source: campaign.English, Versions: []campaign.Version{{Language: campaign.English, Headline: name, Body: "Read [this](https://example.org/1), [this](https://example.org/2) and [this](https://example.org/3)."}}}
	mustBench(b, d.store.Releases.CreateRelease(ctx, &release))
	sender := campaign.Sender{Name: "Press Office", Email: "press@example.org"}
	c := campaign.Campaign{Name: name, Release: release.ID, Lists: []string{list.ID}, Sender: sender}
	mustBench(b, d.store.Campaigns.CreateCampaign(ctx, &c))
	run := campaign.Run{ID: campaign.RunID(c.ID, at), Campaign: c.ID, Release: release.ID, Trigger: campaign.TriggerHand, State: campaign.Sent, Slot: at, Shards: 8, Planned: true,
		Members: int64(len(readers)), Deliveries: int64(len(readers)), StartedAt: at, EndedAt: at.Add(3 * time.Hour)}
	e := edition.Edition{Name: name, Release: release, Sender: sender, Lists: []campaign.List{list}, Tracked: []campaign.Link{{URL: "https://example.org/1"}, {URL: "https://example.org/2"}, {URL: "https://example.org/3"}}}
	mustBench(b, d.store.Runs.CreateRun(ctx, &run, &e))
	for _, state := range []campaign.State{campaign.Scheduled, campaign.Sending, campaign.Sent} {
		_, err := d.store.Campaigns.UpdateCampaign(ctx, c.ID, func(c *campaign.Campaign) error {
			c.State, c.LastRun = state, run.ID
			return nil
		})
		mustBench(b, err)
	}
	for batch := range slices.Chunk(readers, 2000) {
		var ds []*campaign.Delivery
		var es []*campaign.Event
		for _, reader := range batch {
			x := benchDelivery(r, &run, reader)
			ds = append(ds, x)
			if x.State == campaign.Accepted {
				es = append(es, benchEvents(r, x)...)
			}
		}
		mustBench(b, d.store.Deliveries.PlanDeliveries(ctx, ds))
		mustBench(b, d.store.Events.RecordEvents(ctx, es))
	}
}

// benchDelivery is what became of a message: of a hundred one or two fail, and one in two hundred is left out.
func benchDelivery(r *rand.Rand, run *campaign.Run, c *campaign.Contact) *campaign.Delivery {
	id, shard := campaign.DeliveryID(run.ID, run.Shards, c.ID)
	at := run.StartedAt.Add(time.Duration(r.IntN(3*3600)) * time.Second)
	x := &campaign.Delivery{ID: id, Run: run.ID, Campaign: run.Campaign, Contact: c.ID, Shard: shard, Email: c.Email, Name: c.FullName(), Domain: campaign.Domain(c.Email), Language: c.Language,
		Tracking: campaign.Aggregate, State: campaign.Accepted, Code: 250, Queue: "250 2.0.0 Ok: queued", Attempts: 1, MadeAt: run.StartedAt, SentAt: at, LastAt: at}
	if r.IntN(2) == 0 {
		x.Tracking = campaign.Individual
	}
	switch p := r.IntN(1000); {
	case p < 15:
		x.State, x.Code, x.Dead, x.Reason = campaign.Failed, 550, p < 8, fmt.Sprintf("550 5.1.%d no such mailbox", r.IntN(20))
	case p < 20:
		x.State, x.Reason = campaign.Skipped, campaign.Textf("left the list").Stored()
	}
	return x
}

// benchEvents are what the reader of a message did: about a third opened it, one in twelve clicked, machines fetched as much again.
func benchEvents(r *rand.Rand, x *campaign.Delivery) (out []*campaign.Event) {
	event := func(kind campaign.EventKind, verdict campaign.Verdict, rule string, link int64) {
		at := x.SentAt.Add(time.Duration(r.ExpFloat64() * float64(9*time.Hour)))
		e := &campaign.Event{Run: x.Run, Campaign: x.Campaign, Kind: kind, Verdict: verdict, Rule: rule, Reader: x.ID, Language: x.Language, Link: link, At: at}
		e.ID = campaign.EventID(x.Run, kind, verdict, x.ID, link)
		if x.Tracking == campaign.Individual {
			e.Delivery, e.Contact = x.ID, x.Contact
		} else {
			e.Reader = e.ID[:12]
		}
		out = append(out, e)
	}
	p := r.IntN(1000)
	if p < 300 {
		event(campaign.Opened, campaign.Human, "F-11", 0)
	}
	if p < 80 {
		event(campaign.Clicked, campaign.Human, "F-11", 0)
		event(campaign.Clicked, campaign.Human, "F-11", int64(1+r.IntN(3)))
	}
	switch q := r.IntN(1000); {
	case q < 150:
		event(campaign.Opened, campaign.Machine, "F-04", 0)
	case q < 200:
		event(campaign.Opened, campaign.Unknown, "F-12", 0)
	case q < 203:
		event(campaign.UnsubscribedEvent, "", "", 0)
	case q < 207:
		event(campaign.BouncedEvent, campaign.HardBounced, "", 0)
	}
	return out
}
