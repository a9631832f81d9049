package mongo

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/glasnik/glasnik/campaign/store/document"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

type person struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
	Name    string `json:"name"`
	Key     string `json:"key"`
}

func people(version int, fields ...string) *document.Collection {
	c := &document.Collection{
		Name: "people", Sample: person{}, Fields: []document.Field{{Name: "version", Kind: document.Int}}, FactsVersion: version,
		Facts: func(doc any) []string { return []string{fmt.Sprintf("name=%s v%d", doc.(*person).Name, version)} },
	}
	for _, name := range fields {
		c.Fields = append(c.Fields, document.Field{Name: name, Kind: document.Text})
	}
	return c
}

func indexNames(t *testing.T, e *Engine, c *document.Collection) (names []string) {
	t.Helper()
	found, err := e.db.Collection(c.Name).Indexes().ListSpecifications(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range found {
		names = append(names, x.Name)
	}
	slices.Sort(names)
	return names
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestIndexesAreKnownByTheirKeys prepares a collection on which somebody made indexes of his own: one that does the work under another
// name, and one under our name that does not.
func TestIndexesAreKnownByTheirKeys(t *testing.T) {
	e, ctx := open(t), context.Background()
	c := people(0, "name", "key")
	c.Facts = nil
	c.Indexes = []document.Index{{Fields: []string{"name"}}, {Fields: []string{"key"}}}
	coll := e.db.Collection(c.Name)
	_, err := coll.Indexes().CreateMany(ctx, []driver.IndexModel{
		{Keys: bson.D{{Key: "name", Value: 1}, {Key: "_id", Value: 1}}, Options: options.Index().SetName("by hand")},
		{Keys: bson.D{{Key: "version", Value: 1}}, Options: options.Index().SetName("key")},
	})
	must(t, err)
	must(t, e.Prepare(ctx, []*document.Collection{c}))
	if got, want := indexNames(t, e, c), []string{"_id_", "by hand", "key"}; !slices.Equal(got, want) {
		t.Errorf("indexes %q, want %q", got, want)
	}
	found, err := coll.Indexes().ListSpecifications(ctx)
	must(t, err)
	for _, x := range found {
		if first, err := x.KeysDocument.IndexErr(0); x.Name == "key" && (err != nil || first.Key() != "key") {
			t.Errorf("the index key is over %s", x.KeysDocument)
		}
	}
	// What is retired goes, also when two programs drop it at once; what somebody drops comes back.
	c.Retired, c.Indexes = c.Indexes[1:], c.Indexes[:1]
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if err := e.Mend(ctx, []*document.Collection{c}); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	must(t, coll.Indexes().DropOne(ctx, "by hand"))
	must(t, e.Mend(ctx, []*document.Collection{c}))
	if got, want := indexNames(t, e, c), []string{"_id_", "name"}; !slices.Equal(got, want) {
		t.Errorf("indexes %q, want %q", got, want)
	}
	if !isGone(driver.CommandError{Code: 27}) || !isGone(fmt.Errorf("drop: %w", driver.CommandError{Code: 26})) || isGone(driver.CommandError{Code: 13}) {
		t.Error("what is gone already is not known as such")
	}
}

// TestUpgradeLeavesNothingBehind has a program of an older version write on after an upgrade.
func TestUpgradeLeavesNothingBehind(t *testing.T) {
	e, ctx := open(t), context.Background()
	old, now := people(0), people(1, "name")
	must(t, e.Prepare(ctx, []*document.Collection{old}))
	for i := range 3*factsBatch/2 + 1 {
		must(t, e.Upsert(ctx, old, &person{ID: fmt.Sprint("a", i), Version: 1, Name: "Ana"}))
		if i == 20 && standIn(t) {
			break
		}
	}
	fit := func(what string, f document.Filter, want int64) {
		t.Helper()
		if n, err := e.Count(ctx, now, f); err != nil || n != want {
			t.Errorf("%s: %d, %v, want %d", what, n, err, want)
		}
	}
	total, err := e.Count(ctx, old, nil)
	must(t, err)
	must(t, e.Prepare(ctx, []*document.Collection{now}))
	v1 := func(name string) document.Fact {
		return document.Fact{Key: "name", Op: document.Exactly, Text: name + " v1"}
	}
	fit("facts are renewed", v1("Ana"), total)
	// Another program still runs: what it writes lacks a field and has old facts.
	_, err = e.db.Collection("people").InsertOne(ctx, bson.D{{Key: "_id", Value: "late"}, {Key: "version", Value: int64(1)}, {Key: factsField, Value: bson.A{"name= v0"}}})
	must(t, err)
	fit("missing equals nothing", document.Equal("name", ""), 0)
	must(t, e.Mend(ctx, []*document.Collection{now}))
	fit("the field is there", document.Equal("name", ""), 1)
	fit("so are the facts", v1(""), 1)
}
