package scheduler

import (
	"context"
	"errors"
	"fmt"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// takeUpBulks works on every action on many contacts that is not finished, each in a goroutine of its own, unless this or
// another process does already.
func (s *Scheduler) takeUpBulks(ctx context.Context) {
	ids, err := s.cfg.Store.FindBulksUnderWay(ctx)
	if err != nil {
		s.storeFailed(ctx, fmt.Errorf("look for actions on many contacts: %w", err))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		if s.bulks[id] {
			continue
		}
		s.bulks[id] = true
		s.group.Go(func() {
			defer func() {
				s.mu.Lock()
				delete(s.bulks, id)
				s.mu.Unlock()
			}()
			if err := s.runBulk(ctx, id); err != nil && ctx.Err() == nil {
				s.cfg.Logger.Error("an action on many contacts stopped", "bulk_id", id, "error", err)
			}
		})
	}
}

// runBulk does what is left of one under a lease; while another process holds it, nothing.
func (s *Scheduler) runBulk(ctx context.Context, id string) error {
	l, err := s.bulkLease(ctx, id)
	if err != nil || l == nil {
		return err
	}
	done, renewing := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(renewing)
		keep(ctx, s.cfg.Store, s.cfg.LeaseTTL, func() []*lease { return []*lease{l} }, done, s.outage.renewed)
	}()
	b, err := s.cfg.Store.RunBulk(ctx, id, l.held)
	close(done)
	<-renewing
	if campaign.CodeOf(err) != "" {
		err = errors.Join(err, s.cfg.Store.FailBulk(context.WithoutCancel(ctx), id, err)) // trying again gives the same
	}
	if err == nil {
		s.cfg.Logger.Info("an action on many contacts ended", "bulk_id", id, "kind", b.Action.Kind, "state", b.State, "changed", b.Changed, "put_back", b.Reverted)
		return s.cfg.Store.DropLeases(context.WithoutCancel(ctx), l.ID)
	}
	return errors.Join(err, s.cfg.Store.ReleaseLeases(context.WithoutCancel(ctx), l.Lease))
}

// bulkLease takes the lease of one; nil without an error means that somebody else holds it.
func (s *Scheduler) bulkLease(ctx context.Context, id string) (*lease, error) {
	name := "bulk/" + id
	l, err := acquire(ctx, s.cfg.Store, name, s.cfg.Node, nil, s.cfg.LeaseTTL)
	if l != nil || err != nil {
		return l, err
	}
	var seen *store.Lease
	others, err := s.cfg.Store.FindLeases(ctx, name)
	for i, other := range others {
		if other.ID == name && s.bulkLeases.quiet(other) >= s.cfg.LeaseTTL {
			seen = &others[i]
		}
	}
	if err != nil || seen == nil {
		return nil, err
	}
	s.bulkLeases.forget(name)
	return acquire(ctx, s.cfg.Store, name, s.cfg.Node, seen, s.cfg.LeaseTTL)
}
