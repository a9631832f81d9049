// Package documenttest is the contract of a document engine, as tests: the same inputs, the same answers, the same errors,
// the same order, whichever engine. An engine's own test calls Run.
package documenttest

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
)

// Suite says what is tested and how large the tests may be.
type Suite struct {
	// Open returns an engine on a fresh, empty database that is thrown away with the test.
	Open func(t *testing.T) document.Engine
	// Slow is for an engine that is slow and does not change documents atomically: small batches, no races.
	Slow bool
	// Collections are those of the program, tried beside the suite's own.
	Collections []*document.Collection
}

// Run runs the whole contract.
func (s Suite) Run(t *testing.T) {
	for _, part := range []struct {
		name string
		test func(*testing.T, document.Engine)
	}{
		{"documents come back as they were", testRoundTrip},
		{"the zero document", testZero},
		{"unknown ids are not found", testNotFound},
		{"taken ids and unique fields", testConflicts},
		{"insert new", testInsertNew},
		{"prepare insert", testPrepareInsert},
		{"replace at a version", testReplace},
		{"upsert", testUpsert},
		{"update", testUpdate},
		{"a changed field is empty, not missing", testEmptied},
		{"delete", testDelete},
		{"bulk", testBulk}, {"replace in a bulk", testBulkReplace},
		{"filters", testFilters},
		{"texts", testTexts},
		{"texts follow their document", testTextsFollow},
		{"order and pages", testPages},
		{"snapshot", testSnapshot},
		{"groups", testGroups},
		{"random filters", testRandomFilters},
		{"mistakes in a declaration or query", testMistakes},
		{"a declaration grows", testGrows},
		{"an ended context", testContext},
		{"real collections", func(t *testing.T, e document.Engine) { testCollections(t, e, s.Collections) }},
	} {
		t.Run(part.name, func(t *testing.T) {
			e := s.Open(t)
			prepare(t, e, things, tallies)
			part.test(t, e)
		})
	}
	t.Run("large batches", func(t *testing.T) { testBatches(t, s) })
	if !s.Slow {
		t.Run("many at once", func(t *testing.T) { testTogether(t, s.Open(t)) })
	}
}

// mood is a text of its own type, as the domain has many.
type mood string

// thing has a field of every kind, declared and not.
type thing struct {
	ID      string            `json:"id"`
	Version int64             `json:"version"`
	Name    string            `json:"name,omitempty"`
	Mood    mood              `json:"mood"`
	Key     string            `json:"key"` // unique
	Size    int64             `json:"size"`
	Good    bool              `json:"good,omitempty"`
	At      time.Time         `json:"at"`
	Tags    []string          `json:"tags"`
	Words   []string          `json:"words,omitempty"`
	Data    []byte            `json:"data"`
	Note    string            `json:"note,omitempty"`
	Count   int               `json:"count"`
	Parts   []part            `json:"parts,omitempty"`
	One     *part             `json:"one,omitempty"`
	Named   map[string]string `json:"named,omitempty"`
	Until   time.Time         `json:"until,omitzero"`
}

type part struct {
	Name string    `json:"name"`
	When time.Time `json:"when"`
	Of   []string  `json:"of,omitempty"`
}

var things = &document.Collection{
	Name: "things", Sample: thing{},
	Fields: []document.Field{
		{Name: "version", Kind: document.Int}, {Name: "name", Kind: document.Text}, {Name: "mood", Kind: document.Text}, {Name: "key", Kind: document.Text},
		{Name: "size", Kind: document.Int}, {Name: "good", Kind: document.Bool}, {Name: "at", Kind: document.Time}, {Name: "tags", Kind: document.Texts},
		{Name: "words", Kind: document.Texts}, {Name: "data", Kind: document.Bytes},
	},
	Indexes: []document.Index{
		{Fields: []string{"key"}, Unique: true}, {Fields: []string{"name"}}, {Fields: []string{"mood", "size"}},
		{Fields: []string{"at"}}, {Fields: []string{"tags"}}, {Fields: []string{"words"}}, {Fields: []string{"mood"}, Bitmap: true},
		{Fields: []string{"name"}, Trigram: true},
	},
}

// tally is declared as a whole.
type tally struct {
	ID    string `json:"id"`
	Run   string `json:"run_id"`
	State string `json:"state"`
	N     int64  `json:"n"`
}

var tallies = &document.Collection{
	Name: "tallies", Sample: tally{},
	Fields:  []document.Field{{Name: "run_id", Kind: document.Text}, {Name: "state", Kind: document.Text}, {Name: "n", Kind: document.Int}},
	Indexes: []document.Index{{Fields: []string{"run_id", "state"}}},
}

var (
	ctx  = context.Background()
	noon = time.Date(2026, 10, 18, 12, 0, 0, 123e6, time.UTC)
)

// full returns a thing with something in every field.
func full(id string) *thing {
	return &thing{
		ID: id, Version: 1, Name: "Ћирилица и latinica", Mood: "glad", Key: "key of " + id, Size: -7, Good: true, At: noon,
		Tags: []string{"a", "b"}, Words: []string{"reč", "слово"}, Data: []byte{0, 1, 0xff}, Note: "\"<&>'\u2028\n", Count: 3,
		Parts: []part{{Name: "p", When: noon.Add(time.Hour), Of: []string{"x"}}, {Name: "q", When: noon}},
		One:   &part{Name: "one", When: noon}, Named: map[string]string{"a b": "č", "ж": "", "": "-", "a.b": "-", "$x": "-", "%2E": "-", "x\x00": "-"}, Until: noon.AddDate(1, 0, 0),
	}
}

func prepare(t *testing.T, e document.Engine, collections ...*document.Collection) {
	t.Helper()
	for range 2 { // it may be done again
		if err := e.Prepare(ctx, collections); err != nil {
			t.Fatal(err)
		}
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func fails(t *testing.T, err error, code campaign.Code) {
	t.Helper()
	if err == nil || campaign.CodeOf(err) != code {
		t.Fatalf("got error %v (%q), want one with code %q", err, campaign.CodeOf(err), code)
	}
}

func insert(t *testing.T, e document.Engine, c *document.Collection, docs ...any) {
	t.Helper()
	ok(t, e.Insert(ctx, c, docs...))
}

func get(t *testing.T, e document.Engine, id string) thing {
	t.Helper()
	var d thing
	ok(t, e.Get(ctx, things, id, &d))
	return d
}

// ids returns the ids a query finds, in order.
func ids(t *testing.T, e document.Engine, q document.Query) []string {
	t.Helper()
	docs := []thing{{ID: "left over", Note: "left over"}}
	ok(t, e.Find(ctx, things, q, &docs))
	out := []string{}
	for _, d := range docs {
		out = append(out, d.ID)
	}
	return out
}

func same(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("\ngot  %.2000s\nwant %.2000s", fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want))
	}
}

func count(t *testing.T, e document.Engine, f document.Filter) int64 {
	t.Helper()
	n, err := e.Count(ctx, things, f)
	ok(t, err)
	return n
}
