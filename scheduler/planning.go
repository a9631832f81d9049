package scheduler

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// waitForSender is how long planning waits for the sender to take an offer. A fast server gets the whole audience by offers; a
// slow one does not hold planning up, and reads the deliveries from the queue later.
const waitForSender = 50 * time.Millisecond

// planning makes the run's audience in one process at a time, under a lease, beside the sending of what is planned.
type planning struct {
	audience *audience
	shards   *shards
	lanes    *lanes
	poll     time.Duration
	start    func(func()) // runs a function in a goroutine that the run's worker waits for

	offers    chan offer  // what was planned a moment ago
	readQueue atomic.Bool // deliveries may wait in the store, so the worker reads the queue while it plans
	planned   bool        // the whole audience is written down; only the worker's goroutine uses this and what follows
	tried     time.Time
	ended     chan error // returns how planning in this process ended; nil while it does not plan
}

// offer is deliveries that were planned together and are not written down yet.
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
	p.audience.run.Cursor, p.audience.lost = r.Cursor, l.lost
	p.readQueue.Store(r.Cursor != "")
	ended := make(chan error, 1)
	p.ended = ended
	p.start(func() { ended <- p.audience.plan(ctx, hard, p.offer) })
	return nil
}

// offer hands deliveries that the audience has planned to the worker, and returns those that cannot be sent from memory and
// must be written down.
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

// sendable splits off the deliveries that may be sent from memory: new ones, of shards that are ours, to providers without a
// lane. Those of a lane are read from the queue as it has room.
func (p *planning) sendable(ps []planned) (sendable, others []planned) {
	narrow := map[string]bool{}
	for _, domain := range p.lanes.domains() {
		narrow[domain] = true
	}
	n := 0
	for i := range ps {
		d := &ps[i].delivery
		if d.State != campaign.Queued || ps[i].twice || narrow[d.Domain] || !p.shards.lease(int(d.Shard)).allows() {
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

// Deliveries that this process planned a moment ago are sent from memory: their contacts were read with them, so neither the
// queue nor the contacts need be read again, and a delivery is first written when it is announced. The cursor of planning stays
// before a page until all of it is written.

// unwrittenFor is how long a planned delivery may be in memory alone. A server as fast as planning needs far less.
const unwrittenFor = time.Second

// planPage is one page of the audience.
type planPage struct {
	pages  *planPages
	cursor string // of planning, when all of it is written down
	whole  bool   // planning has gone through it
	begun  time.Time
	open   map[string]campaign.Delivery // in memory alone, as they were planned, by id
	back   map[string]campaign.Delivery // of these, those that will not be sent from memory
}

// planPages are the pages planning has gone through, in order, that may not be written down completely.
type planPages struct {
	mu      sync.Mutex // guards the pages too
	list    []*planPage
	changed chan struct{}
}

func (ps *planPages) begin(cursor string) *planPage {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	p := &planPage{pages: ps, cursor: cursor, begun: time.Now(), open: map[string]campaign.Delivery{}, back: map[string]campaign.Delivery{}}
	ps.list = append(ps.list, p)
	return p
}

// end notes that planning has gone through the page.
func (p *planPage) end() {
	p.pages.mu.Lock()
	defer p.pages.mu.Unlock()
	p.whole = true
}

// add notes that some deliveries stand in memory alone.
func (p *planPage) add(planned []planned) {
	p.pages.mu.Lock()
	defer p.pages.mu.Unlock()
	for i := range planned {
		p.open[planned[i].delivery.ID] = planned[i].delivery
	}
}

// written notes that a delivery is written down. A nil page has none that is not.
func (p *planPage) written(id string) {
	if p == nil {
		return
	}
	p.pages.mu.Lock()
	delete(p.open, id)
	delete(p.back, id)
	through := len(p.open) == 0
	p.pages.mu.Unlock()
	if through {
		signal(p.pages.changed)
	}
}

// giveBack notes that a delivery will not be sent from memory, so that planning writes it down.
func (p *planPage) giveBack(id string) {
	if p == nil {
		return
	}
	p.pages.mu.Lock()
	if d, open := p.open[id]; open {
		p.back[id] = d
	}
	p.pages.mu.Unlock()
	signal(p.pages.changed)
}

// inMemory reports whether a delivery is not written down.
func (p *planPage) inMemory(id string) bool {
	if p == nil {
		return false
	}
	p.pages.mu.Lock()
	defer p.pages.mu.Unlock()
	_, open := p.open[id]
	return open
}

// overdue returns, by page, what must be written down now: what was given back, and what was planned before a moment.
func (ps *planPages) overdue(before time.Time) map[*planPage][]campaign.Delivery {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	out := map[*planPage][]campaign.Delivery{}
	for _, p := range ps.list {
		from := p.back
		if p.begun.Before(before) {
			from = p.open
		}
		if len(from) > 0 {
			out[p] = slices.Collect(maps.Values(from))
		}
	}
	return out
}

// dropWritten drops the pages at the beginning that are written down and returns the cursor after them, "" when there are none,
// and how many pages are left.
func (ps *planPages) dropWritten() (cursor string, left int) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	for len(ps.list) > 0 && ps.list[0].whole && len(ps.list[0].open) == 0 {
		cursor = ps.list[0].cursor
		ps.list = ps.list[1:]
	}
	return cursor, len(ps.list)
}
