package scheduler

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// pending holds the deliveries of a run that this process has taken and not settled, and marks shards that must be read again.
type pending struct {
	run     string
	settled chan struct{} // one of them was
	more    chan struct{} // the queue must be read again

	mu        sync.Mutex // guards what follows
	ids       map[string]bool
	perShard  []int
	meanwhile map[string]bool // while the queue is read: deliveries settled since, whose read form is stale
	dirty     []bool          // by shard: something may wait in it again
	changes   int             // how often that was noted
	quiet     time.Time       // until when the run is known to wait for retries alone
}

func newPending(run string, shards int) *pending {
	return &pending{
		run: run, settled: make(chan struct{}, 1), more: make(chan struct{}, 1),
		ids: map[string]bool{}, perShard: make([]int, shards), dirty: make([]bool, shards),
	}
}

// whileReading runs a function that reads the queue and takes what it has read.
func (p *pending) whileReading(read func() error) error {
	p.mu.Lock()
	p.meanwhile = map[string]bool{}
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.meanwhile = nil
		p.mu.Unlock()
	}()
	return read()
}

// take notes that a delivery is taken; it returns false when it is already, or was settled while the queue was read.
func (p *pending) take(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ids[id] || p.meanwhile[id] {
		return false
	}
	p.ids[id] = true
	p.perShard[p.shardOf(id)]++
	return true
}

// release notes that a delivery is settled or was given back.
func (p *pending) release(id string, accepted bool) {
	p.mu.Lock()
	if accepted {
		p.changed()
	} else {
		p.markDirty(p.shardOf(id))
	}
	if p.ids[id] {
		delete(p.ids, id)
		p.perShard[p.shardOf(id)]--
	}
	if p.meanwhile != nil {
		p.meanwhile[id] = true
	}
	p.mu.Unlock()
	signal(p.settled)
}

func (p *pending) has(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ids[id]
}

func (p *pending) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.ids)
}

func (p *pending) inShard(i int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.perShard[i]
}

// shardOf returns the shard of a delivery of this run, which its id contains.
func (p *pending) shardOf(id string) int {
	number, _, _ := strings.Cut(strings.TrimPrefix(id, p.run+"."), ".")
	i, err := strconv.Atoi(number)
	if err != nil || i >= len(p.perShard) {
		return 0
	}
	return i
}

// readAgain makes the worker read the queue again.
func (p *pending) readAgain() { signal(p.more) }

// markDirty ends the idle time of a shard. The caller holds the lock.
func (p *pending) markDirty(shard int) {
	p.dirty[shard] = true
	p.changed()
}

// changed ends the quiet of the run: it may be finished. The caller holds the lock.
func (p *pending) changed() {
	p.quiet = time.Time{}
	p.changes++
}

// wakeShards ends the idle time of the shards of some deliveries, which were queued again or ended in the store.
func (p *pending) wakeShards(ids []string) {
	if len(ids) == 0 {
		return
	}
	p.mu.Lock()
	for _, id := range ids {
		p.markDirty(p.shardOf(id))
	}
	p.mu.Unlock()
	p.readAgain()
}

// wakeAll ends the idle time of all shards.
func (p *pending) wakeAll() {
	p.mu.Lock()
	for i := range p.dirty {
		p.markDirty(i)
	}
	p.mu.Unlock()
	p.readAgain()
}

// takeDirty reports whether a shard was marked dirty since the last call.
func (p *pending) takeDirty(shard int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	was := p.dirty[shard]
	p.dirty[shard] = false
	return was
}

// isQuiet reports whether the run was found a moment ago to wait for retries alone.
func (p *pending) isQuiet() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Now().Before(p.quiet)
}

// changesSoFar is what beQuiet needs, from before the store was asked.
func (p *pending) changesSoFar() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changes
}

// beQuiet notes that the run waits for retries alone, unless something changed since.
func (p *pending) beQuiet(changes int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.changes == changes {
		p.quiet = time.Now().Add(idleFor)
	}
}

// signal fills a channel of one place, unless it is full already.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// A run may wait two days for retries alone, and the store is not asked all that time: a shard with nothing queued is idle until
// its earliest deferred delivery is due, this process settles one of its deliveries, a ruling moves one, a provider is held or
// released, the shard changes hands, or people decide something about the run, which its version shows.

// idleFor bounds the idle time of a shard.
const idleFor = time.Minute

// idle is a time in which a queue is known to hold nothing that may be sent.
type idle struct {
	until  time.Time
	since  time.Time
	except []string // domains that were passed over when that was found out
}

// begin notes that nothing may leave before next; zero is never.
func (i *idle) begin(now, next time.Time, except []string) {
	*i = idle{until: now.Add(idleFor), since: now, except: except}
	if !next.IsZero() && next.Before(i.until) {
		i.until = next
	}
}

// lasts reports whether that is still so. A clock that was set back ends it.
func (i *idle) lasts(now time.Time, except []string) bool {
	return now.Before(i.until) && !now.Before(i.since) && slices.Equal(except, i.except)
}
