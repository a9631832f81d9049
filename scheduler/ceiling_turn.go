package scheduler

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// turnLease is held by the process whose turn it is.
const turnLease = "ceiling"

// ceilingTurn says which process sends all that is under the ceiling of what readers get in a week, or under the plan of a domain that is
// warmed up. One alone does, because what is on its way from another is not known here: two would exceed them together. Other runs are
// shared as ever. The turn is kept as long as a run in this process needs it.
type ceilingTurn struct {
	lessee
	sightings *sightings
	ended     func(node string) bool // nil when that cannot be known
	taken     func()                 // called when it has become this process's turn

	mu    sync.Mutex
	lease *lease // nil while it is not ours
	asked time.Time
	runs  map[string]bool // that need it
}

// take reports whether it is this process's turn, and takes it when it is nobody's. It is asked again and again, and so renewed.
func (t *ceilingTurn) take(ctx context.Context, run string) (bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.runs[run] = true
	if t.lease != nil && (t.lease.lost() != nil || time.Since(t.asked) > t.ttl/6) {
		t.asked = time.Now()
		lost, err := t.renew(ctx, []*lease{t.lease})
		if err != nil {
			return t.lease.lost() == nil, fmt.Errorf("renew the turn under the ceiling: %w", err)
		}
		if len(lost) > 0 {
			t.lease = nil
		}
	}
	if t.lease != nil {
		return true, nil
	}
	var err error
	if t.lease, err = t.acquireFree(ctx); err != nil {
		return false, fmt.Errorf("take the turn under the ceiling: %w", err)
	}
	t.asked = time.Now()
	if t.lease != nil {
		t.taken()
	}
	return t.lease != nil, nil
}

func (t *ceilingTurn) acquireFree(ctx context.Context) (*lease, error) {
	ls, err := t.store.FindLeases(ctx, turnLease)
	if err != nil {
		return nil, err
	}
	for i := range ls {
		switch l := &ls[i]; {
		case l.ID != turnLease:
		case t.sightings.isOver(*l, t.ttl, t.ended):
			return t.acquire(ctx, turnLease, l)
		case l.Owner != t.node:
			return nil, nil
		}
	}
	return t.acquire(ctx, turnLease, nil)
}

// leave notes that a run does not need the turn any more, and gives it up after the last.
func (t *ceilingTurn) leave(ctx context.Context, run string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.runs, run)
	if len(t.runs) > 0 || t.lease == nil {
		return nil
	}
	l := t.lease
	t.lease = nil
	return t.store.ReleaseLeases(ctx, l.Lease)
}
