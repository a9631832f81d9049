package documenttest

import (
	"fmt"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
)

func testFilters(t *testing.T, e document.Engine) {
	moods := []string{"", "a", "ab", "b", "B", "č", "ч", "a\x7f", "a%", "a_", "$ne", "\U0010ffff", "\ucfff", "\ue000"}
	for i, m := range moods {
		insert(t, e, things, &thing{ID: fmt.Sprintf("%02d", i), Key: m, Mood: mood(m), Size: int64(i), Good: i%2 == 0, At: noon.Add(time.Duration(i) * time.Millisecond)})
	}
	where := func(field string, op document.Comparison, value any) document.Where {
		return document.Where{Field: field, Op: op, Value: value}
	}
	for _, c := range []struct {
		f    document.Filter
		want int64
	}{
		{nil, 14}, {document.All{}, 14}, {document.Any{}, 0}, {document.Not{Filter: document.Any{}}, 14}, {document.Not{Filter: document.All{}}, 0}, {document.All{nil}, 14},
		{document.Not{}, 0}, {document.All{document.Any{}, document.All{}}, 0}, {document.Any{document.All{}, document.Any{}}, 14},
		{where("mood", document.Eq, "a"), 1}, {where("mood", document.Ne, mood("a")), 13}, {where("mood", document.Lt, "b"), 8}, {where("mood", document.Gte, "č"), 5},
		{where("mood", document.Eq, "$ne"), 1}, {where("id", document.Gt, "10"), 3}, {where("id", document.Lte, "00"), 1},
		{where("size", document.Gt, 3), 10}, {where("size", document.Lte, int64(3)), 4}, {where("size", document.Ne, 3), 13}, {where("size", document.In, []int64{1, 2, 99}), 2},
		{where("good", document.Eq, true), 7}, {where("good", document.Ne, true), 7},
		{where("at", document.Gt, noon), 13}, {where("at", document.Gte, noon.In(time.FixedZone("x", 7200))), 14}, {where("at", document.Eq, noon.Add(time.Millisecond)), 1},
		{where("mood", document.In, []string{}), 0}, {document.Not{Filter: where("mood", document.In, []string{})}, 14}, {where("mood", document.In, []string{"a", "a", "zz", ""}), 2},
		{where("mood", document.In, []mood{"ч", "$ne"}), 2}, {document.OneOf("id", "00", "13"), 2}, {where("id", document.In, []string{"00"}), 1},
		{where("mood", document.Prefix, "a"), 5}, {where("mood", document.Prefix, ""), 14}, {where("mood", document.Prefix, "a%"), 1}, {where("mood", document.Prefix, "a\x7f"), 1},
		{where("mood", document.Prefix, "č"), 1}, {where("mood", document.Prefix, "\U0010ffff"), 1}, {where("mood", document.Prefix, "\ucfff"), 1}, {where("mood", document.Prefix, "^a"), 0},
		{where("mood", document.Contains, "a"), 5}, {where("mood", document.Contains, ""), 14}, {where("mood", document.Contains, "n"), 1}, {where("mood", document.Contains, "."), 0},
		{document.Any{where("mood", document.Eq, "a"), where("size", document.Eq, 3)}, 2},
		{document.All{document.Not{Filter: where("mood", document.Eq, "a")}, where("size", document.Lt, 3)}, 2},
		{document.Any{document.ByID("01"), document.All{where("good", document.Eq, true), where("size", document.Lt, 3)}}, 3},
	} {
		if n := count(t, e, c.f); n != c.want {
			t.Errorf("%#v fits %d, want %d: %q", c.f, n, c.want, ids(t, e, document.Query{Filter: c.f}))
		}
	}
}

func testTexts(t *testing.T, e document.Engine) {
	odd := []string{"", "a", "a.*", "a%", "a_b", "abc", "č", "ćao", "ч", "чаша", "'; DROP TABLE things; --", "$gt", "a\x00b", "\"", "\\", "\u2028", "\U0010ffff", "\U0010ffffz"}
	for i, w := range odd {
		insert(t, e, things, &thing{ID: fmt.Sprintf("%02d", i), Key: fmt.Sprint(i), Tags: []string{w, "all"}, Words: []string{w}})
	}
	for i, w := range odd {
		same(t, ids(t, e, document.Query{Filter: document.Where{Field: "words", Op: document.Has, Value: w}}), []string{fmt.Sprintf("%02d", i)})
	}
	for prefix, want := range map[string]int{"": 18, "a": 6, "a.": 1, "a%": 1, "a_": 1, "č": 1, "ч": 2, "^a": 0, "$": 1, "\U0010ffff": 2, "'": 1, "\\": 1} {
		if got := ids(t, e, document.Query{Filter: document.Where{Field: "words", Op: document.HasPrefix, Value: prefix}}); len(got) != want {
			t.Errorf("prefix %q finds %q, want %d", prefix, got, want)
		}
	}
	same(t, count(t, e, document.Where{Field: "tags", Op: document.Has, Value: "all"}), int64(18))
	// two conditions may be met by two different texts, one range only by one
	same(t, count(t, e, document.All{document.Where{Field: "tags", Op: document.Has, Value: "all"}, document.Where{Field: "tags", Op: document.HasPrefix, Value: "ч"}}), int64(2))
	same(t, count(t, e, document.Where{Field: "tags", Op: document.HasPrefix, Value: "b"}), int64(0))
	same(t, count(t, e, document.Not{Filter: document.Where{Field: "words", Op: document.HasPrefix, Value: "a"}}), int64(12))
}

func testPages(t *testing.T, e document.Engine) {
	const n = 23
	for i := range n {
		at := noon.AddDate(0, 0, i%3)
		if i == 5 {
			at = time.Time{}
		}
		insert(t, e, things, &thing{ID: fmt.Sprintf("%02d", i*7%n), Key: fmt.Sprint(i), Name: string(rune('a' + i%4)), Size: int64(i % 2), Good: i%5 == 0, At: at, Tags: []string{"all", []string{"even", "odd"}[i%2]}})
	}
	for _, order := range [][]document.Order{
		nil, {{Field: "id", Desc: true}}, {{Field: "name"}}, {{Field: "name", Desc: true}}, {{Field: "at", Desc: true}, {Field: "id", Desc: true}},
		{{Field: "size"}, {Field: "name", Desc: true}}, {{Field: "good", Desc: true}, {Field: "at"}, {Field: "name", Desc: true}, {Field: "id"}},
		{{Field: "size", Desc: true}, {Field: "id"}}, {{Field: "at"}, {Field: "id", Desc: true}},
	} {
		has := func(tag string) document.Where { return document.Where{Field: "tags", Op: document.Has, Value: tag} }
		for _, f := range []document.Filter{
			nil, document.Any{document.Equal("size", 1), document.Equal("good", true)}, has("all"), document.All{has("odd"), has("all"), document.Not{Filter: document.Equal("good", true)}},
			document.Any{has("odd"), document.Equal("good", true)}, document.All{has("all"), document.Where{Field: "tags", Op: document.HasPrefix, Value: "e"}},
		} {
			var all []thing
			ok(t, e.Find(ctx, things, document.Query{Filter: f, Order: order}, &all))
			checkOrder(t, all, order)
			var paged []thing
			for q := (document.Query{Filter: f, Order: order, Limit: 4}); ; {
				var page []thing
				ok(t, e.Find(ctx, things, q, &page))
				paged = append(paged, page...)
				if len(page) < q.Limit || len(paged) > len(all) {
					break
				}
				q.After = values(page[len(page)-1], order)
			}
			same(t, paged, all)
		}
	}
}

// values returns what an order sorts a thing by, the id last.
func values(d thing, order []document.Order) []any {
	var out []any
	for _, o := range order {
		switch o.Field {
		case "id":
			return append(out, d.ID)
		case "name":
			out = append(out, d.Name)
		case "size":
			out = append(out, d.Size)
		case "good":
			out = append(out, d.Good)
		case "at":
			out = append(out, d.At)
		}
	}
	return append(out, d.ID)
}

func checkOrder(t *testing.T, docs []thing, order []document.Order) {
	t.Helper()
	for i := 1; i < len(docs); i++ {
		a, b := values(docs[i-1], order), values(docs[i], order)
		for j := range a {
			c := compare(a[j], b[j])
			if j < len(order) && order[j].Desc {
				c = -c
			}
			if c > 0 {
				t.Fatalf("order %v: %v stands before %v", order, a, b)
			}
			if c < 0 {
				break
			}
		}
	}
}

func testGroups(t *testing.T, e document.Engine) {
	states := []string{"queued", "sent", "sent", "", "queued", "sent"}
	for i, s := range states {
		insert(t, e, tallies, &tally{ID: fmt.Sprint(i), Run: []string{"r", "s"}[i%2], State: s, N: int64(i % 2)})
	}
	got, err := e.GroupCount(ctx, tallies, nil, "run_id", "state")
	ok(t, err)
	same(t, got, map[string]int64{"r\x00queued": 2, "r\x00sent": 1, "s\x00sent": 2, "s\x00": 1})
	got, err = e.GroupCount(ctx, tallies, document.Equal("run_id", "s"), "state")
	ok(t, err)
	same(t, got, map[string]int64{"sent": 2, "": 1})
	got, err = e.GroupCount(ctx, tallies, nil, "n", "id")
	ok(t, err)
	same(t, len(got), 6)
	same(t, got["1\x005"], int64(1))
	got, err = e.GroupCount(ctx, tallies, document.Equal("run_id", "none"), "state")
	ok(t, err)
	same(t, got, map[string]int64{})
	insert(t, e, things, full("a"), &thing{ID: "b", Tags: []string{"b", "c"}}, &thing{ID: "c", Key: "k", Good: true})
	got, err = e.GroupCount(ctx, things, nil, "good", "at")
	ok(t, err)
	same(t, got, map[string]int64{"true\x00" + noon.String(): 1, "false\x00" + (time.Time{}).String(): 1, "true\x00" + (time.Time{}).String(): 1})
	got, err = e.GroupCount(ctx, things, nil, "tags")
	ok(t, err)
	same(t, got, map[string]int64{"a": 1, "b": 2, "c": 1})
	got, err = e.GroupCount(ctx, things, document.Equal("good", true), "tags")
	ok(t, err)
	same(t, got, map[string]int64{"a": 1, "b": 1})
}

func testSnapshot(t *testing.T, e document.Engine) {
	insert(t, e, things, &thing{ID: "a", Key: "a", Name: "Ana"}, &thing{ID: "b", Key: "b"})
	err := e.Snapshot(ctx, func(f document.Finder) error {
		found := []thing{{ID: "old"}}
		ok(t, f.Find(ctx, things, document.Query{Order: []document.Order{{Field: "id"}}, Limit: 1}, &found))
		if len(found) != 1 || found[0].ID != "a" || found[0].Name != "Ana" {
			t.Errorf("first page: %+v", found)
		}
		ok(t, f.Find(ctx, things, document.Query{Order: []document.Order{{Field: "id"}}, After: []any{"a"}}, &found))
		if len(found) != 1 || found[0].ID != "b" {
			t.Errorf("second page: %+v", found)
		}
		if err := f.Find(ctx, things, document.Query{}, &[]tally{}); err == nil {
			t.Error("documents of another kind were found")
		}
		return f.Find(ctx, things, document.Query{Filter: document.Equal("nothing", "x")}, &found)
	})
	if err == nil {
		t.Error("an error inside is not given back")
	}
}
