package scheduler

import (
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// What was planned in this process a moment ago is sent from memory: its contacts were read and checked with it, so that
// the queue and the contacts need not be read again.

// fresh is what was written down together.
type fresh struct {
	planned []planned
	readAt  time.Time
}

// waitForSender is how long planning waits with each write until the sender has need of what was written last. A fast
// server gets the whole audience in this way; a slow one does not hold planning up, and what it has no need of yet is read
// from the queue later.
const waitForSender = 25 * time.Millisecond

// offer is called by planning with what it has written down; with nothing, when that cannot be sent from memory.
func (c *conductor) offer(ctx context.Context, f fresh) {
	if f.planned == nil {
		c.behind.Store(true)
		return
	}
	timer := time.NewTimer(waitForSender)
	defer timer.Stop()
	select {
	case c.fresh <- f:
	case <-timer.C:
		c.behind.Store(true)
	case <-ctx.Done():
	}
}

// feedFresh hands over what may be sent and belongs to a shard of ours.
func (c *conductor) feedFresh(ctx context.Context, f fresh) error {
	contacts := make(map[string]*campaign.Contact, len(f.planned))
	for i := range f.planned {
		contacts[f.planned[i].contact.ID] = f.planned[i].contact
	}
	names, err := c.names(ctx, contacts)
	if err != nil {
		return err
	}
	narrow := c.narrowDomains() // theirs is read as there is room for it
	jobs := make([]*job, 0, len(f.planned))
	for i := range f.planned {
		d, ct := &f.planned[i].delivery, f.planned[i].contact
		if d.State != campaign.Queued {
			continue
		}
		l := c.leaseOf(int(d.Shard))
		if slices.Contains(narrow, d.Domain) || l == nil || l.leaving.Load() || l.held() != nil || !c.take(d.ID) {
			c.behind.Store(true)
			continue
		}
		jobs = append(jobs, &job{conductor: c, delivery: d, contact: ct, organisation: names[ct.Organisation], lease: l, checked: f.readAt})
	}
	return c.push(ctx, jobs)
}
