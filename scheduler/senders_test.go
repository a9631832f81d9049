package scheduler

import (
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// TestPaceIsSharedByWhoSends counts those who have shards, over all runs, and not who only stands by.
func TestPaceIsSharedByWhoSends(t *testing.T) {
	t.Parallel()
	run := func(id, node string, owners ...string) *conductor {
		c := &conductor{cfg: Config{Node: node}, run: campaign.Run{ID: id}, shards: make([]*lease, len(owners))}
		c.standing = &standing{leases: map[string]store.Lease{}, over: map[string]bool{}, nodes: []string{"a", "b", "c"}}
		for i, owner := range owners {
			l := store.Lease{ID: shardLease(id, i), Owner: owner}
			switch owner {
			case node:
				c.shards[i] = &lease{Lease: l}
			case "gone":
				c.standing.over[l.ID] = true
				fallthrough
			default:
				c.standing.leases[l.ID] = l
			}
		}
		return c
	}
	r := refresher{senders: map[string][]string{}}
	for _, step := range []struct {
		c    *conductor
		want int
	}{
		{run("r1", "a", "a"), 1},                   // b and c stand by
		{run("r2", "a", "a", "b", "b", "gone"), 2}, // c has no shard of it
		{run("r3", "a", "c"), 3},                   // that is another's
	} {
		r.senders[step.c.run.ID] = step.c.senders()
		if n := r.among(nil); n != step.want {
			t.Errorf("with %s: %d share the pace, not %d", step.c.run.ID, n, step.want)
		}
	}
	if n := r.among([]string{"b", "d"}); n != 4 {
		t.Errorf("with a run elsewhere: %d share the pace", n)
	}
	r.forget("r3")
	if n := r.among(nil); n != 2 {
		t.Errorf("after the end of a run %d share the pace", n)
	}
}
