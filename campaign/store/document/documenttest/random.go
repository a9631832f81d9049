package documenttest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// testRandomFilters checks what engines answer to random filters against the plain evaluator below.
func testRandomFilters(t *testing.T, e document.Engine) {
	for seed := range uint64(4) {
		r := random{rand.New(rand.NewPCG(seed, 7))}
		var docs []any
		var all []thing
		for i := range 40 {
			d := r.thing(fmt.Sprintf("%d-%02d", seed, i))
			docs, all = append(docs, d), append(all, *d)
		}
		insert(t, e, things, docs...)
		for range 60 {
			f := r.filter(3)
			want := []string{}
			for i := range all {
				if fits(f, &all[i]) {
					want = append(want, all[i].ID)
				}
			}
			mine := document.All{document.Where{Field: "id", Op: document.Prefix, Value: fmt.Sprintf("%d-", seed)}, f}
			if got := ids(t, e, document.Query{Filter: mine}); !slices.Equal(got, want) {
				t.Fatalf("seed %d: %#v\ngot  %v\nwant %v", seed, f, got, want)
			}
		}
	}
}

// random draws from few values, so that filters often fit.
type random struct{ *rand.Rand }

var someTexts = []string{"", "a", "A", "ab", "abc", "b", "č", "č\x7f", "ч", "чаша", "$eq", "%", "\U0010ffff", "cab abcd", " ab", "bcd", ",", "a\x00b"}

func (r random) text() string { return someTexts[r.IntN(len(someTexts))] }

func (r random) texts() []string {
	out := []string{}
	for range r.IntN(4) {
		out = append(out, r.text())
	}
	return out
}

func (r random) time() time.Time {
	if r.IntN(4) == 0 {
		return time.Time{}
	}
	return noon.Add(time.Duration(r.IntN(4)-2) * time.Millisecond)
}

func (r random) thing(id string) *thing {
	return &thing{
		ID: id, Key: id, Name: r.text(), Mood: mood(r.text()), Size: int64(r.IntN(5) - 2), Good: r.IntN(2) == 0, At: r.time(), Tags: r.texts(), Words: r.texts(),
	}
}

func (r random) filter(depth int) document.Filter {
	if depth == 0 || r.IntN(3) == 0 {
		return r.where()
	}
	var parts []document.Filter
	for range r.IntN(4) {
		parts = append(parts, r.filter(depth-1))
	}
	switch r.IntN(3) {
	case 0:
		return document.All(parts)
	case 1:
		return document.Any(parts)
	}
	return document.Not{Filter: r.filter(depth - 1)}
}

func (r random) where() document.Filter {
	op := document.Comparison(r.IntN(int(document.In)))
	switch r.IntN(9) {
	case 0:
		return document.Where{Field: "size", Op: op, Value: int64(r.IntN(5) - 2)}
	case 1:
		return document.Where{Field: "good", Op: op % 2, Value: r.IntN(2) == 0}
	case 2:
		return document.Where{Field: "at", Op: op, Value: r.time()}
	case 3:
		return document.Where{Field: []string{"tags", "words"}[r.IntN(2)], Op: document.Has + document.Comparison(r.IntN(2)), Value: r.text()}
	case 4:
		return document.Where{Field: "name", Op: document.In, Value: r.texts()}
	case 5:
		return document.Where{Field: "mood", Op: document.Prefix, Value: r.text()}
	case 6:
		return document.Where{Field: []string{"name", "mood"}[r.IntN(2)], Op: document.Contains, Value: r.text()}
	case 7:
		return document.Where{Field: "mood", Op: document.In, Value: r.texts()}
	}
	return document.Where{Field: []string{"name", "mood"}[r.IntN(2)], Op: op, Value: r.text()}
}

// fits is what a filter means.
func fits(f document.Filter, d *thing) bool {
	switch f := f.(type) {
	case document.All:
		return !slices.ContainsFunc(f, func(part document.Filter) bool { return !fits(part, d) })
	case document.Any:
		return slices.ContainsFunc(f, func(part document.Filter) bool { return fits(part, d) })
	case document.Not:
		return !fits(f.Filter, d)
	case document.Where:
		return holds(f, map[string]any{
			"id": d.ID, "name": d.Name, "mood": string(d.Mood), "size": d.Size, "good": d.Good, "at": d.At, "tags": d.Tags, "words": d.Words,
		}[f.Field])
	}
	return f == nil
}

func holds(w document.Where, value any) bool {
	switch w.Op {
	case document.In:
		return slices.Contains(w.Value.([]string), value.(string))
	case document.Prefix:
		return strings.HasPrefix(value.(string), w.Value.(string))
	case document.Contains:
		return strings.Contains(value.(string), w.Value.(string))
	case document.Has:
		return slices.Contains(value.([]string), w.Value.(string))
	case document.HasPrefix:
		return slices.ContainsFunc(value.([]string), func(s string) bool { return strings.HasPrefix(s, w.Value.(string)) })
	}
	c := compare(value, w.Value)
	return map[document.Comparison]bool{
		document.Eq: c == 0, document.Ne: c != 0, document.Lt: c < 0, document.Lte: c <= 0, document.Gt: c > 0, document.Gte: c >= 0,
	}[w.Op]
}

// compare orders two values of one kind.
func compare(a, b any) int {
	switch x := a.(type) {
	case string:
		return cmp.Compare(x, b.(string))
	case int64:
		return cmp.Compare(x, b.(int64))
	case time.Time:
		return x.Compare(b.(time.Time))
	case bool:
		if x == b.(bool) {
			return 0
		} else if x {
			return 1
		}
		return -1
	}
	panic("no order for " + reflect.TypeOf(a).String())
}
