package store_test

import (
	"context"
	"errors"
	"os"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/store/document/documenttest"
	"github.com/glasnik/glasnik/campaign/store/mongo"
	"github.com/glasnik/glasnik/campaign/store/sqlite"
	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"
)

// clock is a time that passes only when a test says so.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// desk is a store under test with its clock, and another store on the same data, as a second program would have it.
type desk struct {
	*store.Store
	*clock
	engine document.Engine
	other  *store.Store
	ids    []string                  // of the deliveries planned last
	raw    func(t *testing.T) []byte // all that the engine keeps, as it keeps it
	lists  func(n int) *store.Store  // the same store, whose engine asks for no more than n ids at once
	races  bool                      // the engine changes a document at once, so that races can be tried
}

var (
	ctx  = context.Background()
	noon = time.Date(2026, 10, 18, 12, 0, 0, 0, time.UTC)
)

// onBoth runs a test on a fresh store on each engine, beside the others.
func onBoth(t *testing.T, test func(t *testing.T, d *desk)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		path := t.TempDir() + "/store.db"
		d := newDesk(t, func() (document.Engine, error) { return sqlite.Open(ctx, path) })
		d.raw, d.races = func(t *testing.T) []byte { return readAll(t, path, path+"-wal", path+"-shm") }, true
		d.lists = func(int) *store.Store { return d.Store }
		test(t, d)
	})
	t.Run("mongodb", func(t *testing.T) {
		address := documenttest.MongoDB(t)
		t.Cleanup(func() { drop(t, address) })
		d := newDesk(t, func() (document.Engine, error) { return mongo.Open(ctx, address) })
		d.raw, d.races = func(t *testing.T) []byte { return readDocuments(t, address) }, racesOn(t, address)
		d.lists = func(n int) *store.Store {
			engine, err := mongo.Open(ctx, address, mongo.LongestList(n))
			must(t, err)
			t.Cleanup(func() { engine.Close(ctx) })
			s, err := store.New(ctx, engine, campaign.NewSigner("a secret of the test"), d.now)
			must(t, err)
			return s
		}
		test(t, d)
	})
}

func newDesk(t *testing.T, open func() (document.Engine, error)) *desk {
	t.Helper()
	d := &desk{clock: &clock{at: noon}}
	for _, s := range []**store.Store{&d.other, &d.Store} {
		engine, err := open()
		must(t, err)
		d.engine = engine
		t.Cleanup(func() { engine.Close(ctx) })
		*s, err = store.New(ctx, engine, campaign.NewSigner("a secret of the test"), d.now)
		must(t, err)
	}
	return d
}

// racesOn reports whether races can be tried on a server.
func racesOn(t *testing.T, address string) bool {
	client, err := driver.Connect(options.Client().ApplyURI(address))
	must(t, err)
	defer client.Disconnect(ctx)
	var build bson.M
	must(t, client.Database("admin").RunCommand(ctx, bson.D{{Key: "buildInfo", Value: 1}}).Decode(&build))
	return !documenttest.IsFerretDB1(build)
}

func drop(t *testing.T, address string) {
	parsed, err := connstring.Parse(address)
	must(t, err)
	client, err := driver.Connect(options.Client().ApplyURI(address))
	must(t, err)
	defer client.Disconnect(ctx)
	must(t, client.Database(parsed.Database).Drop(ctx))
}

func readAll(t *testing.T, paths ...string) []byte {
	var all []byte
	for _, p := range paths {
		b, err := os.ReadFile(p)
		if !errors.Is(err, os.ErrNotExist) {
			must(t, err)
		}
		all = append(all, b...)
	}
	return all
}

func readDocuments(t *testing.T, address string) []byte {
	parsed, err := connstring.Parse(address)
	must(t, err)
	client, err := driver.Connect(options.Client().ApplyURI(address))
	must(t, err)
	defer client.Disconnect(ctx)
	db := client.Database(parsed.Database)
	names, err := db.ListCollectionNames(ctx, bson.D{})
	must(t, err)
	var all []byte
	for _, name := range names {
		cursor, err := db.Collection(name).Find(ctx, bson.D{})
		must(t, err)
		for cursor.Next(ctx) {
			all = append(all, cursor.Current...)
		}
		must(t, cursor.Err())
	}
	return all
}

// refused checks that a step was refused with a code and a sentence.
func refused(t *testing.T, what string, err error, code campaign.Code) {
	t.Helper()
	if campaign.CodeOf(err) != code || err.Error() == "" {
		t.Errorf("%s: got error %v (%q), want code %q", what, err, campaign.CodeOf(err), code)
	}
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\ngot  %+v\nwant %+v", what, got, want)
	}
}

// addContact adds a contact subscribed to some lists.
func (d *desk) addContact(t *testing.T, c campaign.Contact, lists ...string) campaign.Contact {
	t.Helper()
	for _, l := range lists {
		c.Subscribe(campaign.Membership{List: l, Status: campaign.Subscribed, Basis: campaign.ConsentBasis, Since: d.now()}, true)
	}
	must(t, d.Contacts.CreateContact(ctx, &c))
	return c
}

func (d *desk) addList(t *testing.T, name string) campaign.List {
	t.Helper()
	l := campaign.List{Name: name}
	must(t, d.Lists.CreateList(ctx, &l))
	return l
}

// addCampaign adds a campaign that is ready to be sent to a list.
func (d *desk) addCampaign(t *testing.T, name, list string) campaign.Campaign {
	t.Helper()
	r := campaign.Release{Title: name, Versions: []campaign.Version{{Language: campaign.English, Headline: name}}}
	must(t, d.Releases.CreateRelease(ctx, &r))
	c := campaign.Campaign{Name: name, Release: r.ID, Lists: []string{list}, Sender: campaign.Sender{Email: "press@example.org"}}
	must(t, d.Campaigns.CreateCampaign(ctx, &c))
	return c
}

func noLinks(*campaign.Release) []campaign.Link { return nil }
