package scheduler

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store/document"

	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/schedule"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/store/document/documenttest"
	"github.com/glasnik/glasnik/campaign/store/mongo"
	"github.com/glasnik/glasnik/campaign/store/sqlite"
)

// TestMain runs more tests side by side than there are processors: most of their time they wait, for a lease or a retry.
func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "8") // the command line comes later and wins
	m.Run()
}

// plainComposer composes the shortest messages there are; a contact named "broken" cannot be composed.
type plainComposer struct{ err error }

func (l plainComposer) Compose(context.Context, *edition.Edition) (Composition, error) {
	return l, l.err
}

func (plainComposer) Message(buf []byte, d *campaign.Delivery, c *campaign.Contact, organisation string) (campaign.Message, error) {
	if c.FirstName == "broken" {
		return campaign.Message{}, errors.New("no such field")
	}
	return campaign.Message{To: d.Email, Data: fmt.Appendf(buf, "%s %s %s", d.ID, d.Tracking, organisation)}, nil
}

// fixture is a store with a press list, a release and a campaign, and a clock that can be moved.
type fixture struct {
	t        *testing.T
	store    *store.Store
	path     string // of the SQLite file; "" with another store
	address  string // of the MongoDB database; "" with another store
	list     campaign.List
	excluded campaign.List
	campaign campaign.Campaign

	mu    sync.Mutex
	clock time.Time // zero: the real time, moved by skew
	skew  time.Duration
}

func (f *fixture) now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.clock.IsZero() {
		return time.Now().Add(f.skew)
	}
	return f.clock
}

// step sets the clock forward or back; it goes on from there.
func (f *fixture) step(by time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.skew += by
}

func (f *fixture) setClock(t time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.clock = t
}

func newFixture(t *testing.T, contacts int) *fixture {
	t.Helper()
	return newFixtureOn(t, contacts, "")
}

// onMongoDB returns the address of a database that is dropped with the test.
func onMongoDB(t *testing.T) string {
	address := documenttest.MongoDB(t)
	t.Cleanup(func() {
		ctx := context.Background()
		client, err := driver.Connect(options.Client().ApplyURI(address))
		must(t, err)
		defer client.Disconnect(ctx)
		must(t, client.Database(address[strings.LastIndexByte(address, '/')+1:]).Drop(ctx))
	})
	return address
}

// newFixtureOn makes a fixture on a MongoDB database, or on an SQLite file of its own.
func newFixtureOn(t *testing.T, contacts int, address string) *fixture {
	t.Helper()
	f := &fixture{t: t, path: filepath.Join(t.TempDir(), "glasnik.db"), address: address}
	f.store = f.open()
	ctx := t.Context()
	f.list = campaign.List{Name: "Press", Basis: campaign.LegitimateInterest}
	f.excluded = campaign.List{Name: "Partners"}
	must(t, f.store.Lists.CreateList(ctx, &f.list))
	must(t, f.store.Lists.CreateList(ctx, &f.excluded))
	r := campaign.Release{Title: "Training for newsrooms", Versions: []campaign.Version{
		{Language: campaign.English, Headline: "Newsrooms learn to protect victims", Body: "Text."},
		{Language: campaign.SerbianLatin, Headline: "Redakcije uče da štite žrtve", Body: "Tekst."},
	}}
	must(t, f.store.Releases.CreateRelease(ctx, &r))
	f.addReaders(contacts, "reader%04d@example.org")
	f.campaign = campaign.Campaign{Name: "Training", Release: r.ID, Lists: []string{f.list.ID},
		Sender: campaign.Sender{Name: "Press Office", Email: "press@example.org"}}
	must(t, f.store.Campaigns.CreateCampaign(ctx, &f.campaign))
	return f
}

// open opens the fixture's file once more, as another process would.
func (f *fixture) open() *store.Store {
	f.t.Helper()
	s, err := store.New(context.Background(), f.engine(), campaign.NewSigner("test"), f.now)
	must(f.t, err)
	return s
}

func (f *fixture) engine() document.Engine {
	f.t.Helper()
	var engine document.Engine
	var err error
	if f.address != "" {
		engine, err = mongo.Open(context.Background(), f.address)
	} else {
		engine, err = sqlite.Open(context.Background(), f.path)
	}
	must(f.t, err)
	f.t.Cleanup(func() { engine.Close(context.Background()) })
	return engine
}

func (f *fixture) add(email string, lists ...campaign.List) campaign.Contact {
	f.t.Helper()
	c := campaign.Contact{Email: email, Kind: campaign.Journalist}
	for _, l := range lists {
		c.Subscribe(campaign.Membership{List: l.ID, Status: campaign.Subscribed, Basis: campaign.LegitimateInterest}, false)
	}
	must(f.t, f.store.Contacts.CreateContact(f.t.Context(), &c))
	return c
}

// addReaders puts readers on the press list, at addresses that differ by their numbers.
func (f *fixture) addReaders(n int, address string) {
	f.t.Helper()
	cs := make([]*campaign.Contact, n)
	for i := range cs {
		cs[i] = &campaign.Contact{ID: campaign.NewID(f.now()), Version: 1, Email: fmt.Sprintf(address, i), Kind: campaign.Journalist}
		cs[i].Subscribe(campaign.Membership{List: f.list.ID, Status: campaign.Subscribed, Basis: campaign.LegitimateInterest}, false)
		must(f.t, cs[i].Normalize(""))
	}
	must(f.t, f.store.Contacts.InsertContacts(f.t.Context(), cs))
}

// setup is what a test changes of a scheduler.
type setup struct {
	Config
	Store *store.Store
}

func (f *fixture) scheduler(p *mailServer, change func(*setup)) *Scheduler {
	cfg := setup{Store: f.store, Config: Config{
		Composer: plainComposer{}, Mail: p, Logger: slog.New(slog.DiscardHandler), Now: f.now,
		Links:   func(*campaign.Release) []campaign.Link { return nil },
		Pace:    campaign.Pace{Connections: p.connections},
		Planner: schedule.Planner{Zone: time.UTC}, Node: "test", Retries: []time.Duration{time.Millisecond, time.Millisecond},
	}}
	if change != nil {
		change(&cfg)
	}
	f.t.Cleanup(func() {
		if p.misled > 0 {
			f.t.Errorf("%d messages went over a connection on which another was announced, or that was closed", p.misled)
		}
	})
	return New(cfg.Store.All(), cfg.Config)
}

// startRun makes the run of the fixture's campaign.
func (f *fixture) startRun() campaign.Run {
	f.t.Helper()
	c, err := f.store.Sending.SendNow(f.t.Context(), f.campaign.ID, 0)
	must(f.t, err)
	r, err := f.store.Sending.StartRun(f.t.Context(), f.campaign.ID, campaign.Slot{At: c.NextAt}, campaign.TriggerHand,
		func(*campaign.Release) []campaign.Link { return nil })
	must(f.t, err)
	return r
}

func (f *fixture) states(run string) map[campaign.DeliveryState]int64 {
	f.t.Helper()
	states, err := f.store.Deliveries.CountDeliveries(context.Background(), run)
	must(f.t, err)
	return states
}

// runUntil runs a scheduler until a condition holds, then stops it as SIGTERM does.
func (f *fixture) runUntil(s *Scheduler, holds func() bool) {
	f.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	s.Wake()
	waitFor(f.t, holds)
	cancel()
	must(f.t, <-ended)
}

func waitFor(t *testing.T, holds func() bool) {
	t.Helper()
	again := time.NewTicker(10 * time.Millisecond) // the store sends no signal
	defer again.Stop()
	inVain := time.After(15 * time.Minute) // only ends a failing test
	for !holds() {
		select {
		case <-again.C:
		case <-inVain:
			t.Fatal("waited for minutes in vain")
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func campaignPage() store.Page { return store.Page{Limit: 1000} }
