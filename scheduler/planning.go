package scheduler

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// waitForSender is how long planning waits until the sender needs what was planned last. A fast server gets the whole audience in
// this way; a slow one does not hold planning up, and what it does not need yet is read from the queue later.
const waitForSender = 50 * time.Millisecond

// planning makes the run's audience in one process at a time, under a lease, beside the sending of what is planned.
type planning struct {
	audience *audience
	shards   *shards
	lanes    *lanes
	poll     time.Duration
	start    func(func()) // runs a function in a goroutine that the run's worker waits for

	offers  chan offer  // what was planned a moment ago
	behind  atomic.Bool // deliveries may wait in the store although this process plans
	planned bool        // the whole audience is written down; the worker's alone, as the rest
	tried   time.Time
	ended   chan error // returns how planning in this process ended; nil while it does not plan
}

// offer is what was planned together and is not written down yet.
type offer struct {
	planned []planned
	readAt  time.Time
	page    *planPage
}

// begin starts planning, unless it is done or another process does it. What stands in memory alone at the end of ctx is
// written down under hard.
func (p *planning) begin(ctx, hard context.Context) error {
	if p.ended != nil || p.planned || time.Since(p.tried) < p.poll {
		return nil
	}
	p.tried = time.Now()
	r, err := p.audience.store.GetRun(ctx, p.audience.run.ID)
	if err != nil {
		return err
	}
	if p.planned = r.Planned; p.planned {
		return nil
	}
	l, err := p.shards.takePlanning(ctx)
	if err != nil || l == nil {
		return err
	}
	p.audience.run.Cursor, p.audience.held = r.Cursor, l.held
	p.behind.Store(r.Cursor != "")
	ended := make(chan error, 1)
	p.ended = ended
	p.start(func() { ended <- p.audience.plan(ctx, hard, p.offer) })
	return nil
}

// offer is called by the audience with what it has planned, and returns what must be written down because it cannot be sent
// from memory.
func (p *planning) offer(ctx context.Context, o offer) (others []planned) {
	o.planned, others = p.sendable(o.planned)
	if len(o.planned) == 0 {
		return others
	}
	timer := time.NewTimer(waitForSender)
	defer timer.Stop()
	o.page.add(o.planned)
	select {
	case p.offers <- o:
		return others
	case <-timer.C:
	case <-ctx.Done():
	}
	for i := range o.planned {
		o.page.written(o.planned[i].delivery.ID) // as it will be in a moment
	}
	return append(others, o.planned...)
}

// sendable sets apart what may be sent from memory: new deliveries of shards that are ours, to providers without a lane,
// whose deliveries are read as there is room for them.
func (p *planning) sendable(ps []planned) (sendable, others []planned) {
	narrow := p.lanes.domains()
	n := 0
	for i := range ps {
		d := &ps[i].delivery
		if d.State != campaign.Queued || ps[i].twice || slices.Contains(narrow, d.Domain) || !p.shards.lease(int(d.Shard)).allows() {
			others = append(others, ps[i])
			continue
		}
		if n < i {
			ps[n] = ps[i]
		}
		n++
	}
	return ps[:n:n], others
}
