package scheduler

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	shards      []shard
	triedLeases time.Time
	planning    chan error // the end of planning in this process; nil when it does not plan
	more        chan struct{}

	live context.Context // ends when nothing more may be sent for this run
	halt context.CancelFunc
	sent atomic.Int64

	mu            sync.Mutex
	held          []*lease
	inMemory      map[string]bool // deliveries handed over and not settled
	meanwhile     map[string]bool // deliveries settled since the queue was last read: what was read of them is old
	settledSome   chan struct{}
	organisations map[string]string // names by id
}

// shard is where reading one shard of the run stands.
type shard struct {
	lease *lease // nil while another process holds it
	after string // id of the last delivery read in this pass

	lookedForDue time.Time // when deferred deliveries were last looked for
}

// batch is how many deliveries are read at a time.
const batch = 200

// conductRun works on a run until it is finished, stopped, or ctx ends. It writes under hard, which outlives ctx by the
// grace time.
func (s *Scheduler) conductRun(ctx, hard context.Context, r campaign.Run, look <-chan struct{}) error {
	edition, err := s.cfg.Store.GetEdition(ctx, r.ID)
	if err != nil {
		return fmt.Errorf("read edition: %w", err)
	}
	composition, err := s.cfg.Composer.Compose(ctx, &edition)
	if err != nil {
		return err
	}
	c := &conductor{
		cfg: s.cfg, sender: s.sender, run: r, composition: composition, shards: make([]shard, max(1, r.Shards)),
		more: make(chan struct{}, 1), inMemory: map[string]bool{}, meanwhile: map[string]bool{},
		settledSome: make(chan struct{}, 1), organisations: map[string]string{},
	}
	c.live, c.halt = context.WithCancel(ctx)
	defer c.halt()
	c.audience = newAudience(s.cfg.Store, r, &edition, s.cfg.Now, nil)
	settled := make(chan struct{})
	var helpers sync.WaitGroup
	helpers.Go(func() { keep(hard, s.cfg.Store, s.cfg.LeaseTTL, c.leases, settled) })
	helpers.Go(func() { c.watch(settled, look) })
	done, err := c.work()
	c.halt()
	c.settle(hard)
	close(settled)
	helpers.Wait()
	c.release(hard)
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

// work feeds until there is nothing left to do; done says that the whole run is through.
func (c *conductor) work() (done bool, err error) {
	ctx := c.live
	for ctx.Err() == nil {
		if err := c.takeLeases(ctx); err != nil {
			return false, c.unlessStopped(err)
		}
		fed := 0
		for i := range c.shards {
			n, err := c.feed(ctx, i)
			if err != nil {
				return false, c.unlessStopped(err)
			}
			fed += n
		}
		if fed > 0 {
			continue
		}
		if done, err := c.pause(ctx); done || err != nil {
			return done, c.unlessStopped(err)
		}
	}
	return false, nil
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
	case c.pending() == 0:
		if done, err := c.through(ctx); done || err != nil {
			return done, err
		}
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
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

// through reports whether nothing of the run is unfinished. A recurring campaign is let go when only retries are left.
func (c *conductor) through(ctx context.Context) (bool, error) {
	r, err := c.cfg.Store.GetRun(ctx, c.run.ID)
	if err != nil || !r.Planned {
		return false, err
	}
	states, err := c.cfg.Store.CountDeliveries(ctx, c.run.ID)
	if err != nil || states[campaign.Queued]+states[campaign.InFlight] > 0 {
		return false, err
	}
	if states[campaign.Deferred] == 0 {
		return true, nil
	}
	if !c.audience.edition.Recurring || !r.Trigger.MovesCampaign() {
		return false, nil
	}
	cam, err := c.cfg.Store.GetCampaign(ctx, c.run.Campaign)
	if err != nil || cam.State != campaign.Sending || cam.LastRun != c.run.ID || cam.Schedule.Kind != campaign.ByCron {
		return false, err
	}
	next, err := c.cfg.nextSlot(cam)
	if err != nil || next.At.IsZero() {
		return false, err
	}
	return false, c.cfg.Store.FreeCampaign(ctx, cam.ID, c.run.ID, next)
}

// takeLeases tries for planning and for every shard nobody else works on, but not with every batch: a try is a write. What
// an earlier holder announced and never settled is marked as interrupted.
func (c *conductor) takeLeases(ctx context.Context) error {
	if time.Since(c.triedLeases) < c.cfg.Poll {
		return nil
	}
	c.triedLeases = time.Now()
	if c.planning == nil && !c.run.Planned {
		if err := c.startPlanning(ctx); err != nil {
			return err
		}
	}
	for i := range c.shards {
		sh := &c.shards[i]
		if sh.lease != nil && sh.lease.held() == nil {
			continue
		}
		l, err := acquire(ctx, c.cfg.Store, fmt.Sprintf("send/%s/%02d", c.run.ID, i), c.cfg.Node, c.cfg.LeaseTTL)
		if err != nil {
			return fmt.Errorf("take lease: %w", err)
		}
		*sh = shard{lease: l}
		if l == nil {
			continue
		}
		c.hold(l)
		if err := c.recover(ctx, int64(i), l.Epoch); err != nil {
			return err
		}
	}
	return nil
}

// recover deals with what an earlier holder of a shard left between intent and outcome.
func (c *conductor) recover(ctx context.Context, shard, epoch int64) error {
	n, err := c.cfg.Store.Interrupt(ctx, c.run.ID, shard, epoch)
	if err != nil {
		return fmt.Errorf("mark interrupted deliveries: %w", err)
	}
	if n == 0 {
		return nil
	}
	c.cfg.Logger.Warn("deliveries were interrupted", "run_id", c.run.ID, "count", n, "resend", c.cfg.Resend)
	if c.cfg.Resend {
		_, err = c.cfg.Store.Requeue(ctx, c.run.ID, campaign.Interrupted)
	}
	return err
}

func (c *conductor) startPlanning(ctx context.Context) error {
	r, err := c.cfg.Store.GetRun(ctx, c.run.ID)
	if err != nil {
		return err
	}
	if c.run.Planned = r.Planned; r.Planned {
		return nil
	}
	l, err := acquire(ctx, c.cfg.Store, "plan/"+c.run.ID, c.cfg.Node, c.cfg.LeaseTTL)
	if err != nil || l == nil {
		return err
	}
	c.hold(l)
	c.audience.run.Cursor, c.audience.held = r.Cursor, l.held
	c.planning = make(chan error, 1)
	go func() {
		c.planning <- c.audience.plan(ctx, func() {
			select {
			case c.more <- struct{}{}:
			default:
			}
		})
	}()
	return nil
}

// watch follows what people decide about the run, and says how it goes, until everything is settled. Once halted nothing
// more is sent for the run, apart from what is on the wire.
func (c *conductor) watch(settled, look <-chan struct{}) {
	tick := time.NewTicker(c.cfg.Poll / 2)
	defer tick.Stop()
	report := c.sender.reporter(c.run.ID)
	for {
		select {
		case <-settled:
			return
		case <-look:
		case <-tick.C:
		}
		r, err := c.cfg.Store.GetRun(c.live, c.run.ID)
		if err != nil {
			continue // sending stops by itself when the store stays away: nothing is announced without it
		}
		if r.State != campaign.Sending {
			c.halt()
			continue
		}
		p := report.progress(c.sent.Load())
		if err := c.cfg.Store.SaveProgress(c.live, &p); err != nil && c.live.Err() == nil {
			c.cfg.Logger.Warn("cannot save progress", "run_id", c.run.ID, "error", err)
		}
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

// beforeRead is called before the queue is read.
func (c *conductor) beforeRead() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.meanwhile = map[string]bool{}
}

// take notes that a delivery is being handed over; false when it is already, or was settled while the queue was read.
func (c *conductor) take(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inMemory[id] || c.meanwhile[id] {
		return false
	}
	c.inMemory[id] = true
	return true
}

// letGo notes that a delivery is settled or was given back.
func (c *conductor) letGo(id string, accepted bool) {
	if accepted {
		c.sent.Add(1)
	}
	c.mu.Lock()
	delete(c.inMemory, id)
	c.meanwhile[id] = true
	c.mu.Unlock()
	select {
	case c.settledSome <- struct{}{}:
	default:
	}
}

// hold notes a lease to be renewed, in place of the one it follows.
func (c *conductor) hold(l *lease) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held = append(slices.DeleteFunc(c.held, func(old *lease) bool { return old.ID == l.ID }), l)
}

func (c *conductor) leases() []*lease {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]*lease(nil), c.held...)
}

// release gives up all leases, so that another process need not wait.
func (c *conductor) release(ctx context.Context) {
	for _, l := range c.leases() {
		if err := c.cfg.Store.ReleaseLease(ctx, l.Lease); err != nil {
			c.cfg.Logger.Warn("cannot release a lease, it will run out", "lease", l.ID, "error", err)
		}
	}
}
