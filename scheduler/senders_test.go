package scheduler

import (
	"testing"

	"github.com/glasnik/glasnik/campaign/store"
)

// TestPaceIsSharedByWhoSends counts those who have shards, over all runs, and not who only stands by.
func TestPaceIsSharedByWhoSends(t *testing.T) {
	t.Parallel()
	run := func(id, node string, owners ...string) *shards {
		s := &shards{lessee: lessee{node: node}, run: id, byShard: make([]*lease, len(owners))}
		s.found = &leaseTable{leases: map[string]store.Lease{}, over: map[string]bool{}, nodes: []string{"a", "b", "c"}}
		for i, owner := range owners {
			l := store.Lease{ID: shardLease(id, i), Owner: owner}
			switch owner {
			case node:
				s.byShard[i] = &lease{Lease: l}
			case "gone":
				s.found.over[l.ID] = true
				fallthrough
			default:
				s.found.leases[l.ID] = l
			}
		}
		return s
	}
	r := refresher{senders: map[string][]string{}}
	for _, step := range []struct {
		s    *shards
		want int
	}{
		{run("r1", "a", "a"), 1},                   // b and c stand by
		{run("r2", "a", "a", "b", "b", "gone"), 2}, // c has no shard of it
		{run("r3", "a", "c"), 3},                   // that is another's
	} {
		r.senders[step.s.run] = step.s.senders()
		if n := r.sharing(nil); n != step.want {
			t.Errorf("with %s: %d share the pace, not %d", step.s.run, n, step.want)
		}
	}
	if n := r.sharing([]string{"b", "d"}); n != 4 {
		t.Errorf("with a run elsewhere: %d share the pace", n)
	}
	r.forget("r3")
	if n := r.sharing(nil); n != 2 {
		t.Errorf("after the end of a run %d share the pace", n)
	}
}
