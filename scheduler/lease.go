package scheduler

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/glasnik/glasnik/campaign/store"
)

// How leases work without comparing clocks. A holder believes in its lease for three quarters of the lease's length after
// it last asked for it to be renewed. Whoever wants it must see it stand unchanged for the whole length on a clock of its
// own. So between the last moment at which a holder may send and the first at which another may take over lies a quarter
// of the length (three seconds of twelve), and a message goes out under a lease that is over only when a process is
// stopped for longer than that between the check and the final dot. Even then nobody is written to twice: whoever takes
// over marks what was announced as interrupted and does not send it by itself.

var errLeaseLost = errors.New("another process has taken over this part of the run")

// lease is one we hold. until is measured from before the store was asked.
type lease struct {
	store.Lease
	until   atomic.Pointer[time.Time]
	leaving atomic.Bool // nothing more is taken up under it: it is about to be given to another process
}

func (l *lease) extend(from time.Time, ttl time.Duration) {
	until := from.Add(ttl - ttl/4)
	l.until.Store(&until)
}

// held gives an error once the lease may be somebody else's. Both clocks are asked: the monotonic one stands still while
// the machine is suspended, and the other one may be set back.
func (l *lease) held() error {
	now, until := time.Now(), *l.until.Load()
	if now.After(until) || now.Round(0).After(until.Round(0)) {
		return errLeaseLost
	}
	return nil
}

// gives reports whether more of a shard may be taken up under its lease; not while there is none.
func (l *lease) gives() bool { return l != nil && !l.leaving.Load() && l.held() == nil }

// acquire tries to take a lease; nil without an error means that somebody else holds it.
func acquire(ctx context.Context, s *store.Store, id, node string, seen *store.Lease, ttl time.Duration) (*lease, error) {
	from := time.Now()
	taken, ok, err := s.AcquireLease(ctx, id, node, seen)
	if err != nil || !ok {
		return nil, err
	}
	l := &lease{Lease: taken}
	l.extend(from, ttl)
	return l, nil
}

// renew renews leases and gives those that turned out to be somebody else's.
func renew(ctx context.Context, s *store.Store, ttl time.Duration, held []*lease) (lost []*lease, err error) {
	if len(held) == 0 {
		return nil, nil
	}
	ls := make([]store.Lease, len(held))
	for i, l := range held {
		ls[i] = l.Lease
	}
	from := time.Now()
	renewed, err := s.RenewLeases(ctx, ls)
	if err != nil {
		return nil, err
	}
	for _, l := range held {
		if renewed[l.ID] {
			l.extend(from, ttl)
		} else {
			lost = append(lost, l)
		}
	}
	return lost, nil
}

// keep renews leases until done or ctx ends, and tells how that went. One that is lost or cannot be renewed runs out by
// itself.
func keep(ctx context.Context, s *store.Store, ttl time.Duration, held func() []*lease, done <-chan struct{}, tell func(error)) {
	tick := time.NewTicker(ttl / 6)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-done:
			return
		case <-tick.C:
		}
		ls := held()
		if _, err := renew(ctx, s, ttl, ls); len(ls) > 0 && ctx.Err() == nil {
			tell(err)
		}
	}
}

// sightings is since when this process has seen leases of others stand unchanged.
type sightings struct {
	mu   sync.Mutex
	seen map[string]sighting
}

type sighting struct {
	lease store.Lease
	since time.Time
}

// quiet looks at a lease and says for how long it has not changed.
func (s *sightings) quiet(l store.Lease) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	last, ok := s.seen[l.ID]
	if !ok || last.lease != l {
		if s.seen == nil {
			s.seen = map[string]sighting{}
		}
		s.seen[l.ID] = sighting{l, now}
		return 0
	}
	return now.Sub(last.since)
}

func (s *sightings) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.seen, id)
}
