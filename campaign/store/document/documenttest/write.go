package documenttest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
)

func testRoundTrip(t *testing.T, e document.Engine) {
	want := full("one")
	want.Note += strings.Repeat("dugačko ", 20_000)
	insert(t, e, things, want)
	into := *full("other") // nothing of it may stay
	into.Parts[0].Of = []string{"old", "old"}
	ok(t, e.Get(ctx, things, "one", &into))
	same(t, into, *want)
	found := []thing{*full("other"), *full("third")}
	first := &found[0]
	ok(t, e.Find(ctx, things, document.Query{}, &found))
	same(t, found, []thing{*want})
	same(t, *first, *full("other")) // nor may it be written over what somebody else still holds
}

func testZero(t *testing.T, e document.Engine) {
	insert(t, e, things, &thing{ID: "zero"})
	got := get(t, e, "zero")
	if len(got.Tags)+len(got.Words)+len(got.Data) > 0 {
		t.Fatalf("got %+v", got)
	}
	got.Tags, got.Words, got.Data = nil, nil, nil
	same(t, got, thing{ID: "zero"})
	if !got.At.IsZero() || !got.Until.IsZero() {
		t.Fatal("the zero time did not come back")
	}
	insert(t, e, things, &thing{ID: "late", Key: "k", At: noon})
	for _, f := range []document.Filter{
		document.Equal("at", time.Time{}), document.Equal("name", ""), document.Equal("good", false), document.Where{Field: "at", Op: document.Lt, Value: noon},
		document.Where{Field: "mood", Op: document.Lte, Value: ""}, document.Where{Field: "name", Op: document.In, Value: []string{""}},
	} {
		if !slices.Contains(ids(t, e, document.Query{Filter: f}), "zero") {
			t.Errorf("%+v does not find the zero document", f)
		}
	}
	same(t, ids(t, e, document.Query{Order: []document.Order{{Field: "at"}}}), []string{"zero", "late"})
}

func testNotFound(t *testing.T, e document.Engine) {
	var d thing
	fails(t, e.Get(ctx, things, "none", &d), campaign.NotFound)
	fails(t, e.Get(ctx, things, "", &d), campaign.NotFound)
	same(t, ids(t, e, document.Query{}), []string{})
	n, err := e.Update(ctx, things, document.ByID("none"), document.Change{Set: map[string]any{"size": 1}})
	ok(t, err)
	same(t, n, int64(0))
}

func testConflicts(t *testing.T, e document.Engine) {
	insert(t, e, things, full("a"), full("b"))
	fails(t, e.Insert(ctx, things, full("a")), campaign.Conflict)
	taken := full("c")
	taken.Key = "key of a"
	fails(t, e.Insert(ctx, things, taken), campaign.Conflict)
	// what stands before the first that is taken is added, what stands after it is not
	fails(t, e.Insert(ctx, things, full("d"), full("b"), full("e")), campaign.Conflict)
	same(t, ids(t, e, document.Query{}), []string{"a", "b", "d"})
	fails(t, e.Upsert(ctx, things, taken), campaign.Conflict)
	b := get(t, e, "b")
	b.Key = "key of a"
	fails(t, e.Replace(ctx, things, &b, 1), campaign.Conflict)
	_, err := e.Update(ctx, things, document.ByID("b"), document.Change{Set: map[string]any{"key": "key of a"}})
	fails(t, err, campaign.Conflict)
	same(t, get(t, e, "b"), *full("b"))
	same(t, count(t, e, document.Where{Field: "tags", Op: document.Has, Value: "a"}), int64(3)) // nothing of the refused is left
}

func testInsertNew(t *testing.T, e document.Engine) {
	insert(t, e, things, full("a"))
	changed := full("a")
	changed.Name, changed.Tags = "other", []string{"other"}
	twin := full("c")
	twin.Key = "key of b"
	n, err := e.InsertNew(ctx, things, changed, full("b"), twin, full("d"))
	ok(t, err)
	same(t, n, int64(2))
	same(t, ids(t, e, document.Query{}), []string{"a", "b", "d"})
	same(t, get(t, e, "a"), *full("a"))
	same(t, count(t, e, document.Where{Field: "tags", Op: document.Has, Value: "other"}), int64(0))
	n, err = e.InsertNew(ctx, things)
	ok(t, err)
	same(t, n, int64(0))
	ok(t, e.Insert(ctx, things))
}

func testPrepareInsert(t *testing.T, e document.Engine) {
	docs := []any{full("a"), full("b"), full("c")}
	add, err := e.PrepareInsert(ctx, things, docs...)
	ok(t, err)
	same(t, ids(t, e, document.Query{}), []string{})
	insert(t, e, things, full("b")) // meanwhile
	docs[0].(*thing).Name = "another name"
	n, err := add(ctx)
	ok(t, err)
	same(t, n, int64(2))
	same(t, ids(t, e, document.Query{}), []string{"a", "b", "c"})
	same(t, get(t, e, "a"), *full("a")) // as it was when it was made ready
	same(t, count(t, e, document.Where{Field: "tags", Op: document.Has, Value: "a"}), int64(3))
	if _, err := e.PrepareInsert(ctx, things, "no document"); err == nil {
		t.Error("a text was made ready")
	}
	add, err = e.PrepareInsert(ctx, things, full("d"))
	ok(t, err)
	ended, end := context.WithCancel(ctx)
	end()
	if _, err := add(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("added with %v", err)
	}
	same(t, count(t, e, nil), int64(3))
}

func testReplace(t *testing.T, e document.Engine) {
	insert(t, e, things, full("a"))
	a := get(t, e, "a")
	a.Version, a.Name, a.Note, a.Parts, a.One = 2, "", "", nil, nil
	ok(t, e.Replace(ctx, things, &a, 1))
	same(t, get(t, e, "a"), a)
	a.Name = "late"
	fails(t, e.Replace(ctx, things, &a, 1), campaign.Conflict)
	fails(t, e.Replace(ctx, things, full("none"), 1), campaign.Conflict)
	same(t, get(t, e, "a").Name, "")
	if err := e.Replace(ctx, tallies, &tally{ID: "a"}, 0); err == nil {
		t.Fatal("replaced at a version the collection does not have")
	}
}

func testUpsert(t *testing.T, e document.Engine) {
	a := full("a")
	ok(t, e.Upsert(ctx, things, a))
	a.Name, a.Tags, a.Note = "new", []string{"c", "b"}, "new"
	ok(t, e.Upsert(ctx, things, a))
	same(t, get(t, e, "a"), *a)
	same(t, count(t, e, nil), int64(1))
	ok(t, e.Upsert(ctx, tallies, &tally{ID: "x", N: 1}))
	ok(t, e.Upsert(ctx, tallies, &tally{ID: "x", N: 2}))
	var got []tally
	ok(t, e.Find(ctx, tallies, document.Query{}, &got))
	same(t, got, []tally{{ID: "x", N: 2}})
}

func testUpdate(t *testing.T, e document.Engine) {
	a, b, c := full("a"), full("b"), full("c")
	b.Size, c.Mood = 5, "sad"
	insert(t, e, things, a, b, c)
	change := document.Change{
		Set: map[string]any{"mood": mood("calm"), "good": false, "at": time.Time{}, "name": "neu", "data": []byte{9}},
		Add: map[string]int64{"size": 10, "version": -1},
	}
	n, err := e.Update(ctx, things, document.Equal("mood", "glad"), change)
	ok(t, err)
	same(t, n, int64(2))
	for _, d := range []*thing{a, b} {
		d.Mood, d.Good, d.At, d.Name, d.Data, d.Size, d.Version = "calm", false, time.Time{}, "neu", []byte{9}, d.Size+10, 0
		same(t, get(t, e, d.ID), *d)
	}
	same(t, get(t, e, "c"), *c)
	// who fits is counted, also when nothing changes; who no longer fits is not
	claim := document.All{document.ByID("a"), document.Equal("mood", "calm")}
	for _, want := range []int64{1, 1} {
		n, err = e.Update(ctx, things, claim, document.Change{Set: map[string]any{"mood": "calm"}})
		ok(t, err)
		same(t, n, want)
	}
	for _, want := range []int64{1, 0} {
		n, err = e.Update(ctx, things, claim, document.Change{Set: map[string]any{"mood": "taken"}, Add: map[string]int64{"size": 1}})
		ok(t, err)
		same(t, n, want)
	}
	n, err = e.Update(ctx, things, nil, document.Change{})
	ok(t, err)
	same(t, n, int64(3))
	n, err = e.Update(ctx, things, document.Where{Field: "id", Op: document.In, Value: []string{"b", "c", "none"}}, document.Change{Add: map[string]int64{"size": 1}})
	ok(t, err)
	same(t, n, int64(2))
}

func testEmptied(t *testing.T, e document.Engine) {
	a := full("a")
	insert(t, e, things, a)
	a.Name, a.Good, a.Words, a.Version = "", false, nil, 2
	ok(t, e.Replace(ctx, things, a, 1))
	same(t, count(t, e, document.All{document.Equal("name", ""), document.Equal("good", false), document.Where{Field: "name", Op: document.Lt, Value: "a"}}), int64(1))
	same(t, count(t, e, document.Where{Field: "words", Op: document.HasPrefix, Value: ""}), int64(0))
	groups, err := e.GroupCount(ctx, things, nil, "name", "good")
	ok(t, err)
	same(t, groups, map[string]int64{"\x00false": 1})
}

func testDelete(t *testing.T, e document.Engine) {
	b := full("b")
	b.Tags = []string{"keep"}
	insert(t, e, things, full("a"), b, full("c"))
	n, err := e.Delete(ctx, things, document.Where{Field: "tags", Op: document.Has, Value: "a"})
	ok(t, err)
	same(t, n, int64(2))
	same(t, ids(t, e, document.Query{}), []string{"b"})
	same(t, count(t, e, document.Where{Field: "words", Op: document.Has, Value: "reč"}), int64(1))
	insert(t, e, things, full("a")) // its key is free again
	n, err = e.Delete(ctx, things, nil)
	ok(t, err)
	same(t, n, int64(2))
	same(t, count(t, e, nil), int64(0))
}

func testBulk(t *testing.T, e document.Engine) {
	insert(t, e, things, full("a"), full("b"))
	other := full("a")
	other.Name = "not written"
	b := full("b")
	b.Tags = []string{"new"}
	set := func(name string, value any) document.Change { return document.Change{Set: map[string]any{name: value}} }
	n, err := e.Bulk(ctx, things, []document.Op{
		{Insert: other},
		{Insert: full("c")},
		{Upsert: b},
		{Upsert: full("d")},
		{Where: document.ByID("c"), Change: set("name", "first")},
		{Where: document.All{document.ByID("c"), document.Equal("name", "first")}, Change: set("name", "second")},
		{Where: document.ByID("none"), Change: set("name", "x")},
		{Where: document.Equal("mood", "glad"), Change: document.Change{Add: map[string]int64{"size": 1}}},
	})
	ok(t, err)
	same(t, n, int64(7)) // c was added; of those that are glad there are four
	same(t, get(t, e, "a").Name, full("a").Name)
	same(t, get(t, e, "b").Tags, []string{"new"})
	same(t, get(t, e, "c").Name, "second")
	same(t, get(t, e, "d").Size, int64(-6))
	same(t, ids(t, e, document.Query{Filter: document.Where{Field: "tags", Op: document.Has, Value: "a"}}), []string{"a", "c", "d"})
	n, err = e.Bulk(ctx, things, nil)
	ok(t, err)
	same(t, n, int64(0))
	twin := full("e")
	twin.Key = "key of a"
	_, err = e.Bulk(ctx, things, []document.Op{{Insert: twin}})
	fails(t, err, campaign.Conflict)
	if _, err := e.Bulk(ctx, things, []document.Op{{}}); err == nil {
		t.Fatal("an empty write was accepted")
	}
}

func testBulkReplace(t *testing.T, e document.Engine) {
	insert(t, e, things, full("a"), full("b"), full("c"))
	a, b, gone := full("a"), full("b"), full("gone")
	a.Name, a.Tags, a.Version = "new", []string{"z"}, 2
	b.Name, b.Version = "not written", 8
	n, err := e.Bulk(ctx, things, []document.Op{
		{Replace: b, Version: 7}, // it is at another version
		{Replace: a, Version: 1},
		{Replace: gone, Version: 1},
		{Upsert: full("d")},
		{Where: document.ByID("c"), Change: document.Change{Set: map[string]any{"name": "set"}}},
	})
	ok(t, err)
	same(t, n, int64(2))
	same(t, get(t, e, "a"), *a)
	same(t, get(t, e, "b"), *full("b"))
	same(t, get(t, e, "c").Name, "set")
	same(t, ids(t, e, document.Query{}), []string{"a", "b", "c", "d"})
	same(t, ids(t, e, document.Query{Filter: document.Where{Field: "tags", Op: document.Has, Value: "z"}}), []string{"a"})
	twin := full("a")
	twin.Key = "key of b"
	_, err = e.Bulk(ctx, things, []document.Op{{Replace: twin, Version: 2}})
	fails(t, err, campaign.Conflict)
	same(t, get(t, e, "a"), *a)
	if _, err := e.Bulk(ctx, tallies, []document.Op{{Replace: &tally{ID: "x"}, Version: 1}}); err == nil {
		t.Fatal("a document without a version was replaced at one")
	}
}

func testTextsFollow(t *testing.T, e document.Engine) {
	a := full("a")
	insert(t, e, things, a)
	a.Tags, a.Version = []string{"c", "b", "c", ""}, 2
	ok(t, e.Replace(ctx, things, a, 1))
	same(t, get(t, e, "a").Tags, []string{"c", "b", "c", ""})
	for text, want := range map[string]int64{"a": 0, "b": 1, "c": 1, "": 1} {
		same(t, count(t, e, document.Where{Field: "tags", Op: document.Has, Value: text}), want)
	}
	a.Tags = nil
	ok(t, e.Upsert(ctx, things, a))
	same(t, count(t, e, document.Where{Field: "tags", Op: document.HasPrefix, Value: ""}), int64(0))
}
