package documenttest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
)

// testMistakes checks that what a program got wrong is an error and not a silent nothing.
func testMistakes(t *testing.T, e document.Engine) {
	insert(t, e, things, full("a"))
	for _, f := range []document.Filter{
		document.Equal("note", "x"), document.Equal("none", "x"), document.Equal("size", "x"), document.Equal("name", 1), document.Equal("at", "x"), document.Equal("tags", "a"),
		document.Equal("data", []byte{1}), document.Equal("good", nil), document.Where{Field: "name", Op: document.Has, Value: "x"}, document.Where{Field: "size", Op: document.Prefix, Value: "x"}, document.Where{Field: "tags", Op: document.Contains, Value: "x"},
		document.Where{Field: "name", Op: document.In, Value: "x"}, document.Where{Field: "name", Op: document.In, Value: []int{1}}, document.Where{Field: "tags", Op: document.In, Value: []string{"a"}},
		document.All{document.Not{Filter: document.Equal("none", "x")}},
	} {
		if n, err := e.Count(ctx, things, f); err == nil {
			t.Errorf("%#v fits %d", f, n)
		}
		if n, err := e.Delete(ctx, things, f); err == nil {
			t.Errorf("%#v deletes %d", f, n)
		}
		if n, err := e.Update(ctx, things, f, document.Change{Set: map[string]any{"size": 1}}); err == nil {
			t.Errorf("%#v changes %d", f, n)
		}
	}
	for _, c := range []document.Change{
		{Set: map[string]any{"note": "x"}}, {Set: map[string]any{"id": "x"}}, {Set: map[string]any{"tags": []string{"x"}}}, {Set: map[string]any{"size": "x"}},
		{Add: map[string]int64{"name": 1}}, {Add: map[string]int64{"none": 1}},
	} {
		if n, err := e.Update(ctx, things, nil, c); err == nil {
			t.Errorf("%#v changes %d", c, n)
		}
	}
	var docs []thing
	for _, q := range []document.Query{
		{Order: []document.Order{{Field: "note"}}}, {Order: []document.Order{{Field: "tags"}}}, {After: []any{1}}, {After: []any{"a", "b"}},
		{Order: []document.Order{{Field: "size"}}, After: []any{"x", "a"}},
		{Filter: document.Where{Field: "tags", Op: document.Has, Value: "a"}, After: []any{1}},
		{Filter: document.Where{Field: "tags", Op: document.Has, Value: "a"}, After: []any{"a", "b"}},
	} {
		if err := e.Find(ctx, things, q, &docs); err == nil {
			t.Errorf("%#v is answered", q)
		}
	}
	var others []tally
	for _, into := range []any{docs, &others, nil, &thing{}} {
		if err := e.Find(ctx, things, document.Query{}, into); err == nil {
			t.Errorf("%T can hold things", into)
		}
	}
	for _, doc := range []any{thing{ID: "x"}, &tally{ID: "x"}, (*thing)(nil), nil} {
		if err := e.Insert(ctx, things, doc); err == nil {
			t.Errorf("%#v is kept as a thing", doc)
		}
		if err := e.Upsert(ctx, things, doc); err == nil {
			t.Errorf("%#v is kept as a thing", doc)
		}
	}
	for _, fields := range [][]string{{}, {"note"}, {"data"}, {"good", "tags"}} {
		if got, err := e.GroupCount(ctx, things, nil, fields...); err == nil {
			t.Errorf("%q are groups: %v", fields, got)
		}
	}
	for _, c := range []*document.Collection{
		{Name: "wrong", Sample: thing{}, Fields: []document.Field{{Name: "none", Kind: document.Text}}},
		{Name: "wrong", Sample: thing{}, Fields: []document.Field{{Name: "size", Kind: document.Text}}},
		{Name: "wrong", Sample: 1},
	} {
		if err := e.Prepare(ctx, []*document.Collection{c}); err == nil {
			t.Errorf("%+v is prepared", c.Fields)
		}
	}
	same(t, get(t, e, "a"), *full("a"))
}

// testGrows declares, in a later version, fields that were stored undeclared until then.
func testGrows(t *testing.T, e document.Engine) {
	old := &document.Collection{Name: "growing", Sample: thing{}, Fields: []document.Field{{Name: "version", Kind: document.Int}}}
	prepare(t, e, old)
	insert(t, e, old, full("a"), &thing{ID: "b"})
	now := *things
	now.Name = "growing"
	prepare(t, e, &now)
	var got thing
	ok(t, e.Get(ctx, &now, "a", &got))
	same(t, got, *full("a"))
	for _, f := range []document.Filter{
		document.Equal("name", full("a").Name), document.Equal("at", noon), document.Where{Field: "tags", Op: document.Has, Value: "b"}, document.Equal("name", ""),
		document.Equal("good", false), document.Where{Field: "mood", Op: document.Ne, Value: "glad"},
	} {
		n, err := e.Count(ctx, &now, f)
		ok(t, err)
		if n != 1 {
			t.Errorf("%#v fits %d", f, n)
		}
	}
	n, err := e.Update(ctx, &now, document.ByID("a"), document.Change{Set: map[string]any{"name": "new"}})
	ok(t, err)
	same(t, n, int64(1))
	ok(t, e.Get(ctx, &now, "a", &got))
	same(t, got.Name, "new")
}

func testContext(t *testing.T, e document.Engine) {
	ended, end := context.WithCancel(ctx)
	end()
	if err := e.Insert(ended, things, full("a")); !errors.Is(err, context.Canceled) {
		t.Fatalf("insert: %v", err)
	}
	var docs []thing
	if err := e.Find(ended, things, document.Query{}, &docs); !errors.Is(err, context.Canceled) {
		t.Fatalf("find: %v", err)
	}
	if _, err := e.Bulk(ended, things, []document.Op{{Insert: full("a")}}); !errors.Is(err, context.Canceled) {
		t.Fatalf("bulk: %v", err)
	}
	same(t, count(t, e, nil), int64(0)) // and the engine still works
	ok(t, e.Ping(ctx))
}

// testCollections writes and reads an empty document of every real collection, and a full one.
func testCollections(t *testing.T, e document.Engine, collections []*document.Collection) {
	prepare(t, e, collections...)
	for _, c := range collections {
		doc := reflect.New(reflect.TypeOf(c.Sample))
		for i := range doc.Elem().NumField() {
			if doc.Elem().Type().Field(i).Tag.Get("json") == "id" {
				doc.Elem().Field(i).SetString("x")
			}
		}
		insert(t, e, c, doc.Interface())
		ok(t, e.Upsert(ctx, c, doc.Interface()))
		ok(t, e.Get(ctx, c, "x", doc.Interface()))
		fails(t, e.Insert(ctx, c, doc.Interface()), campaign.Conflict)
		for _, f := range c.Fields {
			if f.Kind != document.Bytes {
				_, err := e.GroupCount(ctx, c, nil, f.Name)
				ok(t, err)
			}
		}
		whole, got := reflect.New(reflect.TypeOf(c.Sample)), reflect.New(reflect.TypeOf(c.Sample))
		fill(whole.Elem())
		insert(t, e, c, whole.Interface())
		ok(t, e.Get(ctx, c, "something", got.Interface()))
		same(t, got.Interface(), whole.Interface())
	}
}

// fill puts something into every field of a document, however deep: a field may have a name an engine cannot keep. Within
// itself a type is left empty.
func fill(v reflect.Value, within ...reflect.Type) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("something")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint8:
		v.SetUint(7)
	case reflect.Float64:
		v.SetFloat(7.5)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), within...)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), within...)
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, within...)
		fill(value, within...)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(noon))
			return
		}
		if slices.Contains(within, v.Type()) {
			return
		}
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() && v.Type().Field(i).Tag.Get("json") != "-" { // which is not kept
				fill(f, append(within, v.Type())...)
			}
		}
	}
}

func testBatches(t *testing.T, s Suite) {
	size := 2000
	if s.Slow {
		size = 120
	}
	e := s.Open(t)
	prepare(t, e, tallies)
	docs, all := make([]any, size), make([]string, size)
	ops := make([]document.Op, size)
	for i := range docs {
		all[i] = fmt.Sprintf("%05d", i)
		docs[i] = &tally{ID: all[i], Run: "r", State: "queued"}
		ops[i] = document.Op{Where: document.All{document.ByID(all[i]), document.Equal("state", "sending")}, Change: document.Change{Set: map[string]any{"state": "sent"}, Add: map[string]int64{"n": 1}}}
	}
	insert(t, e, tallies, docs...)
	var found []tally
	backwards := slices.Clone(all)
	slices.Reverse(backwards)
	ok(t, e.Find(ctx, tallies, document.Query{Filter: document.Where{Field: "id", Op: document.In, Value: append(backwards, "none", all[0])}}, &found))
	same(t, len(found), size)
	same(t, slices.IsSortedFunc(found, func(a, b tally) int { return strings.Compare(a.ID, b.ID) }), true)
	added, err := e.InsertNew(ctx, tallies, docs...)
	ok(t, err)
	same(t, added, int64(0))
	claimed := all[:size*3/4]
	claim := document.All{document.Where{Field: "id", Op: document.In, Value: claimed}, document.Equal("state", "queued")}
	n, err := e.Update(ctx, tallies, claim, document.Change{Set: map[string]any{"state": "sending"}})
	ok(t, err)
	same(t, n, int64(len(claimed)))
	n, err = e.Bulk(ctx, tallies, ops)
	ok(t, err)
	same(t, n, int64(len(claimed)))
	groups, err := e.GroupCount(ctx, tallies, nil, "state", "n")
	ok(t, err)
	same(t, groups, map[string]int64{"sent\x001": int64(len(claimed)), "queued\x000": int64(size - len(claimed))})
}

// testTogether has many goroutines claim the same documents: each is claimed once.
func testTogether(t *testing.T, e document.Engine) {
	prepare(t, e, tallies, things)
	const size, workers = 40, 8
	for i := range size {
		insert(t, e, tallies, &tally{ID: fmt.Sprintf("%02d", i), State: "queued"})
	}
	insert(t, e, things, full("shared"))
	claims := make([]int64, workers)
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			for i := range size {
				n, err := e.Update(ctx, tallies, document.All{document.ByID(fmt.Sprintf("%02d", i)), document.Equal("state", "queued")}, document.Change{Set: map[string]any{"state": "sending"}, Add: map[string]int64{"n": 1}})
				if err != nil {
					t.Error(err)
				}
				claims[w] += n
				var d thing
				if err := e.Get(ctx, things, "shared", &d); err != nil {
					t.Error(err)
				}
				d.Version++
				if err := e.Replace(ctx, things, &d, d.Version-1); err != nil && campaign.CodeOf(err) != campaign.Conflict {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	var sum int64
	for _, n := range claims {
		sum += n
	}
	same(t, sum, int64(size))
	groups, err := e.GroupCount(ctx, tallies, nil, "state", "n")
	ok(t, err)
	same(t, groups, map[string]int64{"sending\x001": size})
}
