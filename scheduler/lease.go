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
// it last asked for its renewal. A process that wants it must see it unchanged for the whole length on a clock of its
// own. So between the last moment at which a holder may send and the first at which another may take over lies a quarter
// of the length (three seconds of twelve), and a message goes out under a lease that is over only when a process is
// stopped for longer than that between the check and the final dot. Even then nobody is written to twice: the process that
// takes over marks what was announced as interrupted and does not send it by itself.

type leaseStore interface {
	AcquireLease(ctx context.Context, id, owner string, seen *store.Lease) (l store.Lease, ok bool, err error)
	FindLeases(ctx context.Context, prefix string) ([]store.Lease, error)
	RenewLeases(ctx context.Context, ls []store.Lease) (map[string]bool, error)
	ReleaseLeases(ctx context.Context, ls ...store.Lease) error
	DropLeases(ctx context.Context, ids ...string) error
}

var errLeaseLost = errors.New("another process has taken over this part of the run")

// lease is one we hold. until is measured from before the store was asked.
type lease struct {
	store.Lease
	until   atomic.Pointer[time.Time]
	leaving atomic.Bool // no more work begins under it: another process is about to get it
}

// lessee takes and renews leases for this process.
type lessee struct {
	store leaseStore
	node  string
	ttl   time.Duration
}

func (l *lease) extend(from time.Time, ttl time.Duration) {
	until := from.Add(ttl - ttl/4)
	l.until.Store(&until)
}

// lost returns an error once the lease may be somebody else's. Both clocks are asked: the monotonic one stands still while
// the machine is suspended, and the other one may be set back.
func (l *lease) lost() error {
	now, until := time.Now(), *l.until.Load()
	if now.After(until) || now.Round(0).After(until.Round(0)) {
		return errLeaseLost
	}
	return nil
}

// allows reports whether more of a shard may be taken up under its lease; a nil lease does not.
func (l *lease) allows() bool { return l != nil && !l.leaving.Load() && l.lost() == nil }

// acquire tries to take a lease that is free, or was seen to be over; nil without an error means that somebody else holds it.
func (le lessee) acquire(ctx context.Context, id string, seen *store.Lease) (*lease, error) {
	from := time.Now()
	taken, ok, err := le.store.AcquireLease(ctx, id, le.node, seen)
	if err != nil || !ok {
		return nil, err
	}
	l := &lease{Lease: taken}
	l.extend(from, le.ttl)
	return l, nil
}

// renew renews leases and returns those that turned out to be somebody else's.
func (le lessee) renew(ctx context.Context, held []*lease) (lost []*lease, err error) {
	if len(held) == 0 {
		return nil, nil
	}
	ls := make([]store.Lease, len(held))
	for i, l := range held {
		ls[i] = l.Lease
	}
	from := time.Now()
	renewed, err := le.store.RenewLeases(ctx, ls)
	if err != nil {
		return nil, err
	}
	for _, l := range held {
		if renewed[l.ID] {
			l.extend(from, le.ttl)
		} else {
			lost = append(lost, l)
		}
	}
	return lost, nil
}

// keepRenewing renews leases until done or ctx ends, and reports how that went. One that is lost or cannot be renewed expires.
func (le lessee) keepRenewing(ctx context.Context, held func() []*lease, done <-chan struct{}, report func(context.Context, error)) {
	tick := time.NewTicker(le.ttl / 6)
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
		if _, err := le.renew(ctx, ls); len(ls) > 0 {
			report(ctx, err)
		}
	}
}

// sightings remembers since when this process has seen the leases of others unchanged.
type sightings struct {
	mu   sync.Mutex
	seen map[string]sighting
}

type sighting struct {
	lease store.Lease
	since time.Time
}

// unchanged looks at a lease and returns for how long it has not changed.
func (s *sightings) unchanged(l store.Lease) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	last, ok := s.seen[l.ID]
	if !ok || last.lease != l {
		if s.seen == nil {
			s.seen = map[string]sighting{}
		}
		s.seen[l.ID] = sighting{lease: l, since: now}
		return 0
	}
	return now.Sub(last.since)
}

// isOver reports whether a lease of another process was given up, not renewed for its whole length, or held by one that has ended.
func (s *sightings) isOver(l store.Lease, ttl time.Duration, ended func(node string) bool) bool {
	return s.unchanged(l) >= ttl || l.Owner == "" || ended != nil && ended(l.Owner)
}

func (s *sightings) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.seen, id)
}
