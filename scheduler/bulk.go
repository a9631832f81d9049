package scheduler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

type bulkStore interface {
	FindBulksUnderWay(ctx context.Context) ([]string, error)
	RunBulk(ctx context.Context, id string, held func() error) (store.Bulk, error)
	FailBulk(ctx context.Context, id string, why error) error
}

// bulks works on actions on many contacts.
type bulks struct {
	lessee
	bulks     bulkStore
	start     func(func()) // runs a function in a goroutine that the scheduler waits for
	sightings sightings
	outage    *outage
	logger    *slog.Logger

	mu       sync.Mutex // guards what follows
	underWay map[string]bool
}

// takeUp works on every action that is not finished, each in a goroutine of its own, unless this or another process does already.
func (b *bulks) takeUp(ctx context.Context) {
	ids, err := b.bulks.FindBulksUnderWay(ctx)
	if err != nil {
		b.outage.failed(ctx, fmt.Errorf("look for actions on many contacts: %w", err))
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, id := range ids {
		if b.underWay[id] {
			continue
		}
		b.underWay[id] = true
		b.start(func() {
			defer func() {
				b.mu.Lock()
				delete(b.underWay, id)
				b.mu.Unlock()
			}()
			if err := b.run(ctx, id); err != nil && ctx.Err() == nil {
				b.logger.Error("an action on many contacts stopped", "bulk_id", id, "error", err)
			}
		})
	}
}

// run does what is left of an action under a lease; while another process holds it, nothing.
func (b *bulks) run(ctx context.Context, id string) error {
	l, err := b.lease(ctx, id)
	if err != nil || l == nil {
		return err
	}
	done := make(chan struct{})
	var renewing sync.WaitGroup
	renewing.Go(func() { b.keepRenewing(ctx, func() []*lease { return []*lease{l} }, done, b.outage.renewed) })
	did, err := b.bulks.RunBulk(ctx, id, l.lost)
	close(done)
	renewing.Wait()
	if campaign.CodeOf(err) != "" {
		err = errors.Join(err, b.bulks.FailBulk(context.WithoutCancel(ctx), id, err)) // it would fail again
	}
	if err == nil {
		b.logger.Info("an action on many contacts ended", "bulk_id", id, "kind", did.Action.Kind, "state", did.State, "changed", did.Changed, "put_back", did.Reverted)
		return b.store.DropLeases(context.WithoutCancel(ctx), l.ID)
	}
	return errors.Join(err, b.store.ReleaseLeases(context.WithoutCancel(ctx), l.Lease))
}

// lease takes the lease of an action; nil without an error means that another process holds it.
func (b *bulks) lease(ctx context.Context, id string) (*lease, error) {
	name := "bulk/" + id
	l, err := b.acquire(ctx, name, nil)
	if l != nil || err != nil {
		return l, err
	}
	var seen *store.Lease
	others, err := b.store.FindLeases(ctx, name)
	for i, other := range others {
		if other.ID == name && b.sightings.unchanged(other) >= b.ttl {
			seen = &others[i]
		}
	}
	if err != nil || seen == nil {
		return nil, err
	}
	b.sightings.forget(name)
	return b.acquire(ctx, name, seen)
}
