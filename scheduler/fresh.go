package scheduler

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// What was planned in this process a moment ago is sent from memory: its contacts were read and checked with it, so that
// the queue and the contacts need not be read again. It is written down when it is announced, which saves writing it down
// as queued before. Until everything of a page is written down, planning is not taken to have come past it.

// fresh is what was planned together and is not written down yet.
type fresh struct {
	planned []planned
	readAt  time.Time
	sheet   *sheet
}

// sheet is one page of the audience.
type sheet struct {
	of     *sheets
	cursor string // of planning, when all of it is written down
	whole  bool   // planning has gone through it
	begun  time.Time
	open   map[string]campaign.Delivery // in memory alone, as they were planned, by id
	back   map[string]campaign.Delivery // of these: not to be sent from memory after all
}

// sheets are the pages planning has gone through, in order, that may not be written down completely.
type sheets struct {
	mu      sync.Mutex
	list    []*sheet
	changed chan struct{}
}

func newSheets() *sheets { return &sheets{changed: make(chan struct{}, 1)} }

func (ss *sheets) begin(cursor string) *sheet {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	sh := &sheet{of: ss, cursor: cursor, begun: time.Now(), open: map[string]campaign.Delivery{}, back: map[string]campaign.Delivery{}}
	ss.list = append(ss.list, sh)
	return sh
}

// end notes that planning has gone through the page.
func (sh *sheet) end() {
	sh.of.mu.Lock()
	defer sh.of.mu.Unlock()
	sh.whole = true
}

// keep notes that some deliveries of a sheet stand in memory alone.
func (sh *sheet) keep(ps []planned) {
	sh.of.mu.Lock()
	defer sh.of.mu.Unlock()
	for i := range ps {
		sh.open[ps[i].delivery.ID] = ps[i].delivery
	}
}

// written notes that a delivery is written down.
func (sh *sheet) written(id string) {
	sh.of.mu.Lock()
	delete(sh.open, id)
	delete(sh.back, id)
	through := len(sh.open) == 0
	sh.of.mu.Unlock()
	if through {
		sh.of.tell()
	}
}

// giveBack notes that a delivery does not leave from memory: planning writes it down.
func (sh *sheet) giveBack(id string) {
	sh.of.mu.Lock()
	if d, open := sh.open[id]; open {
		sh.back[id] = d
	}
	sh.of.mu.Unlock()
	sh.of.tell()
}

// inMemory reports whether a delivery is not written down.
func (sh *sheet) inMemory(id string) bool {
	if sh == nil {
		return false
	}
	sh.of.mu.Lock()
	defer sh.of.mu.Unlock()
	_, open := sh.open[id]
	return open
}

func (ss *sheets) tell() {
	select {
	case ss.changed <- struct{}{}:
	default:
	}
}

// unrecordedFor is how long what was planned may stand in memory alone: a second is much where a server keeps up with
// planning.
const unrecordedFor = time.Second

// overdue gives, by sheet, what is to be written down now: what was given back, and what was planned before a moment.
func (ss *sheets) overdue(before time.Time) map[*sheet][]campaign.Delivery {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	out := map[*sheet][]campaign.Delivery{}
	for _, sh := range ss.list {
		from := sh.back
		if sh.begun.Before(before) {
			from = sh.open
		}
		if len(from) > 0 {
			out[sh] = slices.Collect(maps.Values(from))
		}
	}
	return out
}

// past drops the sheets at the beginning that are written down, and gives the cursor behind them, "" when there are none,
// and how many are left.
func (ss *sheets) past() (cursor string, left int) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for len(ss.list) > 0 && ss.list[0].whole && len(ss.list[0].open) == 0 {
		cursor = ss.list[0].cursor
		ss.list = ss.list[1:]
	}
	return cursor, len(ss.list)
}

// waitForSender is how long planning waits until the sender has need of what was planned last. A fast server gets the whole
// audience in this way; a slow one does not hold planning up, and what it has no need of yet is read from the queue later.
const waitForSender = 50 * time.Millisecond

// offer is called by planning with what it has planned, and gives what is to be written down since it cannot be sent from
// memory.
func (c *conductor) offer(ctx context.Context, f fresh) (rest []planned) {
	f.planned, rest = c.sendable(f.planned)
	if len(f.planned) == 0 {
		return rest
	}
	timer := time.NewTimer(waitForSender)
	defer timer.Stop()
	f.sheet.keep(f.planned)
	select {
	case c.fresh <- f:
		return rest
	case <-timer.C:
	case <-ctx.Done():
	}
	for i := range f.planned {
		f.sheet.written(f.planned[i].delivery.ID) // as it will be in a moment
	}
	return append(rest, f.planned...)
}

// sendable sets apart what may be sent from memory: new deliveries of shards that are ours, to providers without a lane,
// whose deliveries are read as there is room for them.
func (c *conductor) sendable(ps []planned) (sendable, rest []planned) {
	narrow := c.narrowDomains()
	n := 0
	for i := range ps {
		d := &ps[i].delivery
		if d.State != campaign.Queued || ps[i].twice || slices.Contains(narrow, d.Domain) || !c.leaseOf(int(d.Shard)).gives() {
			rest = append(rest, ps[i])
			continue
		}
		if n < i {
			ps[n] = ps[i]
		}
		n++
	}
	return ps[:n:n], rest
}

// feedFresh hands over what was planned a moment ago.
func (c *conductor) feedFresh(ctx context.Context, f fresh) error {
	contacts := make(map[string]*campaign.Contact, len(f.planned))
	for i := range f.planned {
		contacts[f.planned[i].contact.ID] = f.planned[i].contact
	}
	names, err := c.names(ctx, contacts)
	if err != nil {
		return err
	}
	jobs := make([]*job, 0, len(f.planned))
	for i := range f.planned {
		d, ct := &f.planned[i].delivery, f.planned[i].contact
		l := c.leaseOf(int(d.Shard))
		if !l.gives() || !c.take(d.ID) {
			f.sheet.giveBack(d.ID)
			continue
		}
		jobs = append(jobs, &job{conductor: c, delivery: d, contact: ct, organisation: names[ct.Organisation], lease: l, checked: f.readAt, sheet: f.sheet})
	}
	return c.push(ctx, jobs)
}

// writtenDown notes that a job's delivery stands in the store.
func (c *conductor) writtenDown(j *job) {
	if j.sheet != nil {
		j.sheet.written(j.delivery.ID)
		j.sheet = nil
	}
}

// writeDown writes down those of some jobs' deliveries that stand in memory alone.
func (c *conductor) writeDown(ctx context.Context, jobs []*job) error {
	var ds []*campaign.Delivery
	for _, j := range jobs {
		if j.sheet != nil {
			ds = append(ds, j.delivery)
		}
	}
	if len(ds) == 0 {
		return nil
	}
	if err := c.cfg.Store.PlanDeliveries(ctx, ds); err != nil {
		return err
	}
	for _, j := range jobs {
		c.writtenDown(j)
	}
	return nil
}
