package campaign

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestNewIDsSortByTime(t *testing.T) {
	var ids []string
	for _, after := range []time.Duration{0, time.Millisecond, time.Second, time.Hour, 24 * time.Hour, 365 * 24 * time.Hour, 25 * 365 * 24 * time.Hour} {
		id := NewID(noon.Add(after))
		if len(id) != 16 || strings.Trim(id, "0123456789abcdefghjkmnpqrstvwxyz") != "" {
			t.Errorf("id %q", id)
		}
		ids = append(ids, id)
	}
	if !slices.IsSorted(ids) {
		t.Errorf("later ids sort before earlier ones: %q", ids)
	}
	begin, end := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2058, 1, 1, 0, 0, 0, 0, time.UTC)
	if first, last := NewID(begin), NewID(end); first[0] != '0' || last < first {
		t.Errorf("the first id is %q, the last %q", first, last)
	}
	seen := map[string]bool{}
	for range 20000 { // within one millisecond
		seen[NewID(noon)] = true
	}
	if len(seen) != 20000 {
		t.Errorf("%d of 20000 ids are different", len(seen))
	}
}

func TestDerivedID(t *testing.T) {
	if first, second := DerivedID("a", "b"), DerivedID("a", "b"); first != second {
		t.Error("the same parts give two ids")
	}
	seen := map[string]bool{}
	for _, parts := range [][]string{nil, {"a"}, {"a", ""}, {"", "a"}, {"ab"}, {"a", "b"}, {"b", "a"}, {"a", "b", ""}} {
		id := DerivedID(parts...)
		if seen[id] || len(id) != 32 {
			t.Errorf("%q: id %q", parts, id)
		}
		seen[id] = true
	}
}

func TestRunID(t *testing.T) {
	c := NewID(noon)
	id := RunID(c, noon)
	if !strings.HasPrefix(id, c+"-") || id != RunID(c, noon.In(time.FixedZone("", 7200)).Add(300*time.Millisecond)) {
		t.Errorf("one slot has two runs, one is %q", id)
	}
	var ids []string
	for _, after := range []time.Duration{0, time.Second, time.Minute, 50 * 365 * 24 * time.Hour} {
		ids = append(ids, RunID(c, noon.Add(after)))
	}
	if !slices.IsSorted(ids) || len(slices.Compact(ids)) != 4 {
		t.Errorf("the ids of later slots: %q", ids)
	}
}

func TestDeliveryID(t *testing.T) {
	run := RunID(NewID(noon), noon)
	counts := make([]int, 16)
	for range 4000 {
		contact := NewID(noon)
		id, shard := DeliveryID(run, 16, contact)
		again, _ := DeliveryID(run, 16, contact)
		gotRun, gotContact, ok := SplitDeliveryID(id)
		if id != again || !ok || gotRun != run || gotContact != contact || shard != Shard(contact, 16) || len(id) > 46 {
			t.Fatalf("%q is taken apart into %q and %q, %v; shard %d", id, gotRun, gotContact, ok, shard)
		}
		counts[shard]++
	}
	for shard, n := range counts {
		if n < 150 || n > 350 { // 250 expected; chance alone does not come near this
			t.Errorf("shard %d has %d of 4000 contacts", shard, n)
		}
	}
	for _, n := range []int{-1, 0, 1} {
		if id, shard := DeliveryID(run, n, "contact"); shard != 0 || id != run+".00.contact" {
			t.Errorf("%d shards: %q in %d", n, id, shard)
		}
	}
	for _, id := range []string{"", "run", "run.00", "."} {
		if _, _, ok := SplitDeliveryID(id); ok {
			t.Errorf("%q is taken for the id of a delivery", id)
		}
	}
	if id, _ := DeliveryID("run", 1, "a.b@example.org"); id != "run.00.a.b@example.org" {
		t.Error(id)
	} else if _, contact, ok := SplitDeliveryID(id); !ok || contact != "a.b@example.org" {
		t.Errorf("%q belongs to %q", id, contact)
	}
}

func TestEventID(t *testing.T) {
	ids := map[string]bool{}
	for _, kind := range []EventKind{Opened, Clicked} {
		for _, verdict := range []Verdict{Human, Machine} {
			for _, reader := range []string{"r1", "r2"} {
				for _, link := range []int64{0, 1} {
					for _, run := range []string{"run", "other"} {
						ids[EventID(run, kind, verdict, reader, link)] = true
					}
				}
			}
		}
	}
	if len(ids) != 32 {
		t.Errorf("%d ids for 32 events", len(ids))
	}
	if first, second := EventID("run", Opened, Human, "r", 0), EventID("run", Opened, Human, "r", 0); first != second {
		t.Error("one event has two ids")
	}
}

func TestNewIDs(t *testing.T) {
	now := time.Date(2026, 10, 18, 12, 0, 0, 0, time.UTC)
	var all []string
	for range 20 {
		ids := NewIDs(now, 3000)
		if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != 3000 {
			t.Fatal("they do not rise")
		}
		if one := NewID(now); len(ids[0]) != len(one) || ids[0][:8] != one[:8] {
			t.Fatalf("%s is of another moment than %s", ids[0], one)
		}
		if ids[2999] >= NewID(now.Add(time.Millisecond)) {
			t.Fatalf("%s is of a later moment", ids[2999])
		}
		all = append(all, ids...)
	}
	slices.Sort(all)
	if n := len(slices.Compact(all)); n < 59_990 {
		t.Errorf("%d different of 60000", n)
	}
}
