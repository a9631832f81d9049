package sqlite

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// person has a field of every index of rows.
type person struct {
	ID      string   `json:"id"`
	Version int64    `json:"version"`
	Name    string   `json:"name"`
	Kind    string   `json:"kind"`
	Tags    []string `json:"tags"`
	Text    string   `json:"text"`
	Key     string   `json:"key"`
}

var people = &document.Collection{
	Name: "people", Sample: person{},
	Fields: []document.Field{{Name: "version", Kind: document.Int}, {Name: "name", Kind: document.Text}, {Name: "kind", Kind: document.Text},
		{Name: "tags", Kind: document.Texts}, {Name: "text", Kind: document.Text}, {Name: "key", Kind: document.Text}},
	Indexes: []document.Index{{Fields: []string{"key"}, Unique: true}, {Fields: []string{"name"}}, {Fields: []string{"kind"}, Bitmap: true},
		{Fields: []string{"tags"}}, {Fields: []string{"text"}, Trigram: true}},
}

var ctx = context.Background()

func openPeople(t *testing.T) *Engine {
	e, err := Open(ctx, filepath.Join(t.TempDir(), "people.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close(ctx) })
	must(t, e.Prepare(ctx, []*document.Collection{people}))
	return e
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func randomPerson(r *rand.Rand, id int) *person {
	p := &person{ID: fmt.Sprintf("%06d", id), Key: fmt.Sprint(id), Name: string(rune('a'+r.IntN(26))) + string(rune('a'+r.IntN(26))), Kind: []string{"school", "press", "rare"}[min(r.IntN(40), 2)%3]}
	if r.IntN(20) == 0 {
		p.Kind = "press"
	}
	for range r.IntN(3) {
		p.Tags = append(p.Tags, string(rune('a'+r.IntN(5))))
	}
	for range r.IntN(4) {
		p.Text += " " + []string{"ana", "zivkovic", "kovic", "an", "č", "x0123", "ana ko"}[r.IntN(7)]
	}
	return p
}

// held returns what the file holds of a collection's index: the contents of all tables beside its own.
func held(t *testing.T, e *Engine, c *document.Collection) map[string]string {
	t.Helper()
	out := map[string]string{}
	must(t, e.read(ctx, "", func(conn *conn) error {
		for _, name := range besides(t, conn, c) {
			from := quote(name) + " p JOIN " + quote(c.Name+".columns") + " n ON n.id="
			sql := "SELECT name||' '||value,block,rows FROM " + from + `p."column"`
			switch name {
			case c.Name + ".columns":
				continue // the others are named by them
			case c.Name + ".chunks":
				sql = "SELECT name,p.id&0xffffffff,data FROM " + from + "p.id>>32"
			}
			err := conn.query(sql, nil, func(row *row) error {
				out[fmt.Sprintf("%s %q %d", name, row.Text(0), row.Int(1))] = string(row.copied(2))
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	return out
}

// besides returns the names of the tables beside a collection's own.
func besides(t *testing.T, conn *conn, c *document.Collection) (names []string) {
	t.Helper()
	must(t, conn.query("SELECT name FROM sqlite_schema WHERE type='table' AND name LIKE ?", []any{c.Name + ".%"}, func(row *row) error {
		names = append(names, row.Text(0))
		return nil
	}))
	return names
}

// checkIndex compares the index of a collection with one made anew.
func checkIndex(t *testing.T, e *Engine, c *document.Collection, least int) {
	t.Helper()
	got := held(t, e, c)
	table, err := e.table(c)
	must(t, err)
	must(t, e.write(ctx, "", func(conn *conn) error {
		for _, name := range besides(t, conn, c) {
			if _, err := conn.exec("DROP TABLE " + quote(name)); err != nil {
				return err
			}
		}
		return table.prepare(conn)
	}))
	want := held(t, e, c)
	for name, stored := range want {
		if got[name] != stored {
			t.Fatalf("%s is of %d bytes, want %d, or others", name, len(got[name]), len(stored))
		}
	}
	if len(want) < least || len(got) != len(want) {
		t.Errorf("the index holds %d parts, want %d", len(got), len(want))
	}
}

// TestIndexesFollow writes at random in every way there is and compares the indexes with ones made anew.
func TestIndexesFollow(t *testing.T) {
	t.Run("postings", func(t *testing.T) { testIndexesFollow(t, openPeople(t), people) })
	t.Run("chunks too", func(t *testing.T) {
		e, scanned := openScanned(t)
		testIndexesFollow(t, e, scanned)
	})
}

func testIndexesFollow(t *testing.T, e *Engine, people *document.Collection) {
	r := rand.New(rand.NewPCG(3, 4))
	some := func() document.Filter {
		return document.Any{document.ByID(fmt.Sprintf("%06d", r.IntN(400))), document.All{document.Equal("kind", "rare"), document.Where{Field: "text", Op: document.Contains, Value: "kovic"}}}
	}
	next := 0
	for range 300 {
		switch r.IntN(7) {
		case 0, 1:
			var docs []any
			for range r.IntN(3) * r.IntN(300) {
				docs = append(docs, randomPerson(r, next-r.IntN(3)))
				next++
			}
			_, err := e.InsertNew(ctx, people, docs...)
			must(t, err)
		case 2:
			_ = e.Insert(ctx, people, randomPerson(r, next), randomPerson(r, next-1), randomPerson(r, next+1)) // the second may be taken
			next++
		case 3:
			must(t, e.Upsert(ctx, people, randomPerson(r, r.IntN(next+1))))
		case 4:
			_ = e.Replace(ctx, people, randomPerson(r, r.IntN(next+1)), 0) // it may not be there
		case 5:
			_, err := e.Update(ctx, people, some(), document.Change{Set: map[string]any{"kind": []string{"press", "other"}[r.IntN(2)], "text": " new ana"}})
			must(t, err)
			_, err = e.Delete(ctx, people, some())
			must(t, err)
		case 6:
			_, err := e.Bulk(ctx, people, []document.Op{
				{Upsert: randomPerson(r, r.IntN(next+1))}, {Where: some(), Change: document.Change{Set: map[string]any{"text": ""}}}, {Upsert: randomPerson(r, r.IntN(next+1))},
				{Where: document.Equal("kind", "press"), Change: document.Change{Set: map[string]any{"kind": "school"}}}, {Insert: randomPerson(r, next)},
			})
			must(t, err)
			next++
		}
	}
	checkIndex(t, e, people, 20)
}

// TestPagesOfMany reads pages of enough documents to be walked to, and counts them, as a plain search would.
func TestPagesOfMany(t *testing.T) {
	e := openPeople(t)
	r := rand.New(rand.NewPCG(5, 6))
	var docs []any
	var all []*person
	for i := range limits.listed + 9000 {
		p := randomPerson(r, i)
		p.Text += " ana"
		docs, all = append(docs, p), append(all, p)
	}
	_, err := e.InsertNew(ctx, people, docs...)
	must(t, err)
	contains := func(s string) document.Where { return document.Where{Field: "text", Op: document.Contains, Value: s} }
	for name, c := range map[string]struct {
		f    document.Filter
		fits func(p *person) bool
	}{
		"all by grams":  {contains("ana"), func(p *person) bool { return true }},
		"half by grams": {contains("ana ko"), func(p *person) bool { return strings.Contains(p.Text, "ana ko") }},
		"not":           {document.Not{Filter: document.Equal("kind", "rare")}, func(p *person) bool { return p.Kind != "rare" }},
		"and more":      {document.All{document.Equal("kind", "rare"), document.Where{Field: "name", Op: document.Gte, Value: "y"}}, func(p *person) bool { return p.Kind == "rare" && p.Name >= "y" }},
		"most and more": {document.All{contains("ana"), document.Where{Field: "name", Op: document.Gte, Value: "y"}}, func(p *person) bool { return p.Name >= "y" }},
		"few": {document.All{document.Where{Field: "tags", Op: document.Has, Value: "a"}, contains("x0123"), contains("zivkovic")}, func(p *person) bool {
			return slices.Contains(p.Tags, "a") && strings.Contains(p.Text, "x0123") && strings.Contains(p.Text, "zivkovic")
		}},
		"none":            {contains("nowhere"), func(p *person) bool { return false }},
		"one short word":  {contains(" č"), func(p *person) bool { return strings.Contains(p.Text, " č") }},
		"no gram at all":  {contains("k"), func(p *person) bool { return strings.Contains(p.Text, "k") }},
		"far behind":      {document.All{contains("ana"), contains("zivkovic"), document.Where{Field: "tags", Op: document.Has, Value: "e"}}, func(p *person) bool { return strings.Contains(p.Text, "zivkovic") && slices.Contains(p.Tags, "e") }},
		"either of these": {document.Any{document.Where{Field: "kind", Op: document.Ne, Value: "rare"}, contains("kovic")}, func(p *person) bool { return p.Kind != "rare" || strings.Contains(p.Text, "kovic") }},
	} {
		var fitting []*person
		for _, p := range all {
			if c.fits(p) {
				fitting = append(fitting, p)
			}
		}
		n, err := e.Count(ctx, people, c.f)
		must(t, err)
		if n != int64(len(fitting)) {
			t.Errorf("%s: %d are counted, want %d", name, n, len(fitting))
		}
		checkPages(t, e, name, c.f, fitting)
	}
}

func checkPages(t *testing.T, e *Engine, name string, f document.Filter, fitting []*person) {
	for _, field := range []string{"id", "name", "kind", "key"} {
		for _, desc := range []bool{false, true} {
			value := func(p *person) string {
				return map[string]string{"id": p.ID, "name": p.Name, "kind": p.Kind, "key": p.Key}[field]
			}
			sorted := slices.SortedFunc(slices.Values(fitting), func(a, b *person) int {
				n := strings.Compare(value(a)+"\x00"+a.ID, value(b)+"\x00"+b.ID)
				if desc {
					n = -n
				}
				return n
			})
			q := document.Query{Filter: f, Order: []document.Order{{Field: field, Desc: desc}, {Field: "id", Desc: desc}}, Limit: 70}
			if field == "id" {
				q.Order = q.Order[1:]
			}
			for at := 0; at <= min(len(sorted), 140); at += q.Limit {
				var got []person
				must(t, e.Find(ctx, people, q, &got))
				want := sorted[at:min(at+q.Limit, len(sorted))]
				if !slices.EqualFunc(got, want, func(a person, b *person) bool { return a.ID == b.ID }) {
					t.Fatalf("%s by %s, descending %v, from %d on: %d found, want %d", name, field, desc, at, len(got), len(want))
				}
				if len(got) > 0 {
					last := got[len(got)-1]
					q.After = []any{value(&last), last.ID}[2-len(q.Order):]
				}
			}
		}
	}
}
