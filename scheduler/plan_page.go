package scheduler

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// What this process planned a moment ago is sent from memory: its contacts were read and checked with it, so that neither the
// queue nor the contacts need be read again, and the delivery is first written when it is announced. Until everything of a
// page is written down, the cursor of planning stays before it.

// unwrittenFor is how long what was planned may stand in memory alone: a second is much where a server keeps up with planning.
const unwrittenFor = time.Second

// planPage is one page of the audience.
type planPage struct {
	pages  *planPages
	cursor string // of planning, when all of it is written down
	whole  bool   // planning has gone through it
	begun  time.Time
	open   map[string]campaign.Delivery // in memory alone, as they were planned, by id
	back   map[string]campaign.Delivery // of these: not to be sent from memory after all
}

// planPages are the pages planning has gone through, in order, that may not be written down completely.
type planPages struct {
	mu      sync.Mutex // guards the pages too
	list    []*planPage
	changed chan struct{}
}

func newPlanPages() *planPages { return &planPages{changed: make(chan struct{}, 1)} }

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

// giveBack notes that a delivery does not leave from memory: planning writes it down.
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

// overdue returns, by page, what is to be written down now: what was given back, and what was planned before a moment.
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

// dropWritten drops the pages at the beginning that are written down and returns the cursor behind them, "" when there are none,
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
