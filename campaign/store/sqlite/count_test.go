package sqlite

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// openScanned opens a file of people whose texts are scanned.
func openScanned(t *testing.T) (*Engine, *document.Collection) {
	c := *people
	c.Name, c.Fields, c.Scanned = "scanned", people.Fields[1:], []string{"text"}
	e := openPeople(t)
	must(t, e.Prepare(ctx, []*document.Collection{&c}))
	return e, &c
}

// Many candidates are counted from the columns, with the same number.
func TestManyCandidates(t *testing.T) {
	e, scanned := openScanned(t)
	r := rand.New(rand.NewPCG(1, 5))
	var docs []any
	for i := range limits.scanned + 1000 {
		p := randomPerson(r, i)
		p.Text += []string{" zivkovic", " zivkovic", " zivkov ivkovi kovic"}[r.IntN(3)] // the last has all its grams
		docs = append(docs, p)
	}
	must(t, e.Insert(ctx, people, docs...))
	must(t, e.Insert(ctx, scanned, docs...))
	for _, f := range []document.Filter{
		document.Where{Field: "text", Op: document.Contains, Value: "zivkovic"},
		document.All{document.Where{Field: "text", Op: document.Contains, Value: "zivkovic"}, document.Not{Filter: document.Equal("kind", "rare")}, document.Where{Field: "name", Op: document.Lt, Value: "m"}},
	} {
		want, err := e.Count(ctx, people, f)
		must(t, err)
		got, err := e.Count(ctx, scanned, f)
		must(t, err)
		if got != want || want == 0 || want == int64(len(docs)) {
			t.Fatalf("%#v fits %d, not %d", f, got, want)
		}
	}
	wrong := document.All{document.Where{Field: "text", Op: document.Contains, Value: "zivkovic"}, document.Equal("nothing", "x")}
	if _, err := e.Count(ctx, scanned, wrong); err == nil {
		t.Fatal("a field that is not declared is counted by")
	}
}

// A page is the same whether its documents stand everywhere in the order or together at its end, however many there are.
func TestPagesOfScans(t *testing.T) {
	e, c := openScanned(t)
	all := (2*limits.stepsEach + 3) * limits.walked
	var docs []any
	for i := range all {
		p := &person{ID: fmt.Sprintf("%06d", i), Key: fmt.Sprint(i), Name: fmt.Sprintf("%06d", i), Kind: "x"}
		if i%20 == 0 {
			p.Text = "spread "
		}
		if i%2000 == 0 {
			p.Text += "rare "
		}
		if i >= all-2*limits.walked {
			p.Text += "behind"
		}
		docs = append(docs, p)
	}
	must(t, e.Insert(ctx, c, docs...))
	for word, first := range map[string]int{"spread": 0, "rare": 0, "behind": all - 2*limits.walked} {
		var got []person
		must(t, e.Find(ctx, c, document.Query{Filter: document.Scan{Filter: document.Where{Field: "text", Op: document.Contains, Value: word}}, Order: []document.Order{{Field: "name"}}, Limit: 5}, &got))
		step := map[string]int{"spread": 20, "rare": 2000, "behind": 1}[word]
		for i, p := range got {
			if p.ID != fmt.Sprintf("%06d", first+i*step) {
				t.Errorf("%s: document %d is %s", word, i, p.ID)
			}
		}
		if len(got) != 5 {
			t.Errorf("%s: %d are found", word, len(got))
		}
	}
}
