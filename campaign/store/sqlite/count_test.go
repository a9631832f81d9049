package sqlite

import (
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/glasnik/glasnik/campaign/store"
)

// Many candidates are counted from the columns, with the same number.
func TestManyCandidates(t *testing.T) {
	scanned := *people
	scanned.Name, scanned.Fields, scanned.Scanned = "scanned", people.Fields[1:], []string{"text"}
	e, err := Open(ctx, filepath.Join(t.TempDir(), "people.db"))
	must(t, err)
	defer e.Close(ctx)
	must(t, e.Prepare(ctx, []*store.Collection{people, &scanned}))
	r := rand.New(rand.NewPCG(1, 5))
	var docs []any
	for i := range scannedFrom + 1000 {
		p := randomPerson(r, i)
		p.Text += []string{" zivkovic", " zivkovic", " zivkov ivkovi kovic"}[r.IntN(3)] // the last has all its grams
		docs = append(docs, p)
	}
	must(t, e.Insert(ctx, people, docs...))
	must(t, e.Insert(ctx, &scanned, docs...))
	for _, f := range []store.Filter{
		store.Where{Field: "text", Op: store.Contains, Value: "zivkovic"},
		store.All{store.Where{Field: "text", Op: store.Contains, Value: "zivkovic"}, store.Not{Filter: store.Equal("kind", "rare")}, store.Where{Field: "name", Op: store.Lt, Value: "m"}},
	} {
		want, err := e.Count(ctx, people, f)
		must(t, err)
		got, err := e.Count(ctx, &scanned, f)
		must(t, err)
		if got != want || want == 0 || want == int64(len(docs)) {
			t.Fatalf("%#v fits %d, not %d", f, got, want)
		}
	}
	wrong := store.All{store.Where{Field: "text", Op: store.Contains, Value: "zivkovic"}, store.Equal("nothing", "x")}
	if _, err := e.Count(ctx, &scanned, wrong); err == nil {
		t.Fatal("a field that is not declared is counted by")
	}
}
