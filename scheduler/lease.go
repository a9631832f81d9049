package scheduler

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/glasnik/glasnik/campaign/store"
)

// leaseMargin is how long before a lease runs out its holder stops trusting it: the clocks of processes that share a store
// may differ by this much.
func leaseMargin(ttl time.Duration) time.Duration { return ttl / 4 }

var errLeaseLost = errors.New("another process has taken over this part of the run")

// lease is one we hold. until is measured on this process's own monotonic clock from before the store was asked, so that
// neither a stopped process nor a changed wall clock believes in it for too long.
type lease struct {
	store.Lease
	until atomic.Pointer[time.Time]
}

func (l *lease) extend(from time.Time, ttl time.Duration) {
	until := from.Add(ttl - leaseMargin(ttl))
	l.until.Store(&until)
}

// held gives an error once the lease may be somebody else's.
func (l *lease) held() error {
	if time.Now().After(*l.until.Load()) {
		return errLeaseLost
	}
	return nil
}

// acquire tries to take a lease; nil without an error means that somebody else holds it.
func acquire(ctx context.Context, s *store.Store, id, node string, ttl time.Duration) (*lease, error) {
	from := time.Now()
	taken, ok, err := s.AcquireLease(ctx, id, node, ttl)
	if err != nil || !ok {
		return nil, err
	}
	l := &lease{Lease: taken}
	l.extend(from, ttl)
	return l, nil
}

// keep renews leases until done or ctx ends. One that is lost or cannot be renewed runs out by itself.
func keep(ctx context.Context, s *store.Store, ttl time.Duration, held func() []*lease, done <-chan struct{}) {
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
		for _, l := range held() {
			from := time.Now()
			if ok, err := s.RenewLease(ctx, &l.Lease, ttl); err == nil && ok {
				l.extend(from, ttl)
			}
		}
	}
}
