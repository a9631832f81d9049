package scheduler

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// conductor sees one run through in this process: it plans the audience, reads the queue of each shard it holds the lease
// of, and hands composed messages to the sender. It stops reading when the run is paused or cancelled, or the process
// ends, and returns when everything it handed over has been settled.
type conductor struct {
	cfg         Config
	sender      *sender
	run         campaign.Run
	audience    *audience
	composition Composition
	sightings   *sightings
	reading     []reading // where reading each shard stands
	triedToPlan time.Time
	planning    chan error  // the end of planning in this process; nil when it does not plan
	fresh       chan fresh  // what was planned a moment ago
	behind      atomic.Bool // deliveries may wait in the store although this process plans
	more        chan struct{}
	stuck       atomic.Bool // nothing is in hand, yet something stands between intent and outcome

	hard       context.Context // outlives live by the grace time
	live       context.Context // ends when nothing more may be sent for this run
	halt       context.CancelFunc
	sent       atomic.Int64
	proof      *proof
	began      time.Time
	lookAtHeld time.Time // when watch does that next

	mu            sync.Mutex
	held          map[string]*lease // by id
	shards        []*lease          // those of the shards; nil where another process holds one
	standing      *standing         // as all leases of the run were last found
	perShard      []int             // how many of the deliveries in memory each shard has
	stirred       []bool            // shards of which something may wait again
	stirs         int               // how often that was noted
	quiet         time.Time         // until when the run is known to wait for retries alone
	inMemory      map[string]bool   // deliveries handed over and not settled
	meanwhile     map[string]bool   // while the queue is read: deliveries settled since, of which what was read is old
	settledSome   chan struct{}
	organisations map[string]string // names by id
}

// reading is where reading one shard of the run stands.
type reading struct {
	lease *lease // under which it is read
	after string // id of the last delivery read in this pass

	lookedForDue time.Time // when deferred deliveries were last looked for
	found        int       // by this pass so far
	idle         idle
	clock        time.Time // when the queue was last to be read

	lanes map[string]*laneReading // of narrow domains
	took  time.Duration           // by this pass over the queue so far
	rest  time.Time               // until when the queue beside the lanes is left alone
}

// batch is how many deliveries are read at a time.
const batch = 200

// conductRun works on a run until it is finished, stopped, or ctx ends. It writes under hard, which outlives ctx by the
// grace time.
func (s *Scheduler) conductRun(ctx, hard context.Context, r campaign.Run, look <-chan struct{}) error {
	if err := s.cfg.Home(ctx, true); err != nil {
		if campaign.CodeOf(err) != "" {
			return nil // whoever called finds that out by itself
		}
		return err
	}
	edition, err := s.cfg.Store.GetEdition(ctx, r.ID)
	if err != nil {
		return fmt.Errorf("read edition: %w", err)
	}
	composition, err := s.cfg.Composer.Compose(ctx, &edition)
	if err != nil {
		return err
	}
	c := &conductor{
		cfg: s.cfg, sender: s.sender, run: r, composition: composition, sightings: &s.sightings,
		held: map[string]*lease{}, shards: make([]*lease, max(1, r.Shards)), reading: make([]reading, max(1, r.Shards)),
		perShard: make([]int, max(1, r.Shards)), stirred: make([]bool, max(1, r.Shards)), more: make(chan struct{}, 1), inMemory: map[string]bool{},
		fresh:       make(chan fresh, planPage/planWrite),
		settledSome: make(chan struct{}, 1), organisations: map[string]string{},
	}
	taken, err := s.cfg.Store.AnyIn(ctx, r.ID, campaign.Accepted)
	if err != nil {
		return fmt.Errorf("look for what was taken: %w", err)
	}
	c.proof, c.began = newProof(len(s.sender.outlets) > 1, taken, s.cfg.Now), s.cfg.Now()
	c.hard = hard
	c.live, c.halt = context.WithCancel(ctx)
	defer c.halt()
	c.audience = newAudience(s.cfg.Store, r, &edition, s.cfg.Now, &c.behind)
	settled := make(chan struct{})
	var helpers sync.WaitGroup
	helpers.Go(func() { keep(hard, s.cfg.Store, s.cfg.LeaseTTL, c.leases, settled, s.outage.renewed) })
	helpers.Go(func() { c.watch(settled, look) })
	done := false
	if err = c.unlessStopped(c.share(c.live)); err == nil {
		helpers.Go(func() { c.keepSharing(c.live, settled) })
		done, err = c.work()
	}
	c.halt()
	c.settle(hard)
	c.writeVerdicts(hard)
	close(settled)
	helpers.Wait()
	c.release(hard)
	c.sender.refreshing.forget(r.ID)
	if err != nil {
		return err
	}
	if done {
		return s.finish(hard, r)
	}
	return c.leaveCancelled(hard)
}

// leaveCancelled skips what was still being planned when the run was cancelled.
func (c *conductor) leaveCancelled(ctx context.Context) error {
	r, err := c.cfg.Store.GetRun(ctx, c.run.ID)
	if err != nil || r.State != campaign.Cancelled {
		return err
	}
	return c.cfg.Store.DropAll(ctx, c.run.ID, "the campaign was cancelled")
}

// work feeds until there is nothing left to do; done says that the whole run is through. While the store is away it
// waits.
func (c *conductor) work() (done bool, err error) {
	for c.live.Err() == nil {
		done, err := c.feedAll(c.live)
		switch err = c.unlessStopped(err); {
		case done, campaign.CodeOf(err) != "":
			return done, err
		case err != nil:
			c.sender.ledger.outage.failed(err, c.sender.ledger.kept())
			c.rest(c.cfg.Poll)
		}
	}
	return false, nil
}

// feedAll feeds from every shard once; where there is nothing to feed it waits, or finds that the run is through.
func (c *conductor) feedAll(ctx context.Context) (done bool, err error) {
	if err := c.plan(ctx); err != nil {
		return false, err
	}
	if held, mayTry := c.proof.resting(); held {
		if mayTry {
			if _, err := c.tryOne(ctx); err != nil {
				return false, err
			}
		}
		return c.pause(ctx)
	}
	fed, err := c.feedLanes(ctx)
	if err != nil {
		return false, err
	}
	select {
	case f := <-c.fresh:
		return false, c.feedFresh(ctx, f)
	default:
	}
	for i := range c.reading {
		if c.planning != nil && !c.behind.Load() {
			break
		}
		n, err := c.feed(ctx, i)
		if err != nil {
			return false, err
		}
		fed += n
	}
	if fed > 0 {
		return false, nil
	}
	return c.pause(ctx)
}

// rest waits for a while, or until nothing more may be sent.
func (c *conductor) rest(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-c.live.Done():
	case <-timer.C:
	}
}

func (c *conductor) unlessStopped(err error) error {
	if c.live.Err() != nil {
		return nil
	}
	return err
}

// pause waits for a reason to read again, and finds out whether the run is through.
func (c *conductor) pause(ctx context.Context) (done bool, err error) {
	wait := c.cfg.Poll
	switch {
	case c.planning != nil:
		wait = c.cfg.Poll / 5
	case c.pending() == 0 && !c.isQuiet():
		if done, err := c.through(ctx); done || err != nil {
			return done, err
		}
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case f := <-c.fresh:
		return false, c.feedFresh(ctx, f)
	case <-c.more:
	case <-c.settledSome:
	case <-timer.C:
	case err := <-c.planning:
		c.planning = nil
		if err != nil && !errors.Is(err, errLeaseLost) {
			return false, err
		}
	}
	return false, nil
}

// plan begins to write the audience down, unless that is done or another process does.
func (c *conductor) plan(ctx context.Context) error {
	if c.planning != nil || c.run.Planned || time.Since(c.triedToPlan) < c.cfg.Poll {
		return nil
	}
	c.triedToPlan = time.Now()
	c.mu.Lock()
	seen, free := c.standing.free(planLease(c.run.ID), c.cfg.Node)
	c.mu.Unlock()
	r, err := c.cfg.Store.GetRun(ctx, c.run.ID)
	if err != nil {
		return err
	}
	if c.run.Planned = r.Planned; r.Planned || !free {
		return nil
	}
	l, err := acquire(ctx, c.cfg.Store, planLease(c.run.ID), c.cfg.Node, seen, c.cfg.LeaseTTL)
	if err != nil || l == nil {
		return err
	}
	c.hold(l)
	c.audience.run.Cursor, c.audience.held = r.Cursor, l.held
	c.behind.Store(r.Cursor != "")
	c.planning = make(chan error, 1)
	go func() {
		c.planning <- c.audience.plan(ctx, c.hard, c.offer)
	}()
	return nil
}

// lookForMore has the queue read again.
func (c *conductor) lookForMore() {
	select {
	case c.more <- struct{}{}:
	default:
	}
}

// settle waits until everything handed over is settled, or hard ends.
func (c *conductor) settle(hard context.Context) {
	if c.planning != nil {
		<-c.planning
	}
	for c.pending() > 0 {
		c.sender.pokeLedger()
		select {
		case <-c.settledSome:
		case <-time.After(100 * time.Millisecond):
		case <-hard.Done():
			return
		}
	}
}

func (c *conductor) pending() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.inMemory)
}

// beforeRead is called before the queue is read, afterRead when everything that was read has been taken.
func (c *conductor) beforeRead() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.meanwhile = map[string]bool{}
}

func (c *conductor) afterRead() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.meanwhile = nil
}

// take notes that a delivery is being handed over; false when it is already, or was settled while the queue was read.
func (c *conductor) take(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inMemory[id] || c.meanwhile[id] {
		return false
	}
	c.inMemory[id] = true
	c.perShard[c.shardOf(id)]++
	return true
}

// letGo notes that a delivery is settled or was given back.
func (c *conductor) letGo(id string, accepted bool) {
	if accepted {
		c.sent.Add(1)
	}
	c.mu.Lock()
	if accepted {
		c.wake()
	} else {
		c.stir(c.shardOf(id))
	}
	if c.inMemory[id] {
		delete(c.inMemory, id)
		c.perShard[c.shardOf(id)]--
	}
	if c.meanwhile != nil {
		c.meanwhile[id] = true
	}
	c.mu.Unlock()
	c.proof.letGo(id, c.cfg.Poll)
	select {
	case c.settledSome <- struct{}{}:
	default:
	}
}
