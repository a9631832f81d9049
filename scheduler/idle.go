package scheduler

import (
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// A run may wait for two days for nothing but retries. What is known of it then is not asked again and again: where nothing is
// queued, reading rests until the earliest deferred delivery goes again, something of the shard is settled in this process or
// moved by what a refusal turned out to be about, a provider is held or is not any more, the shard changes hands, or people decided
// something about the run, which its version tells.

// idleFor is how long nothing is looked for at most, whatever is known.
const idleFor = time.Minute

// idle is the time in which a queue is known to hold nothing that may leave.
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

// mayRest reports whether nothing comes to the run unheard of: its audience is written down, and people are not answered in it.
func (c *conductor) mayRest() bool { return c.run.Planned && c.run.Trigger != campaign.TriggerNotice }

// minds has what was put off before the clock was set back go again: when a shard is taken, and when that is seen to happen.
func (c *conductor) minds(ctx context.Context, sh *reading, shard int) error {
	now := c.cfg.Now()
	if !sh.clock.IsZero() && !now.Before(sh.clock.Add(-time.Minute)) {
		sh.clock = now
		return nil
	}
	if err := c.cfg.Store.PullForward(ctx, c.run.ID, int64(shard), now); err != nil {
		return err
	}
	sh.clock = now
	return nil
}

// restUntilDue lets a shard of which nothing may leave now rest until its earliest deferred delivery goes again, those to some
// domains apart.
func (c *conductor) restUntilDue(ctx context.Context, sh *reading, shard int, except []string) error {
	next, err := c.cfg.Store.NextDeferredIn(ctx, c.run.ID, int64(shard), except...)
	if err == nil {
		sh.idle.begin(c.cfg.Now(), next, except)
	}
	return err
}

// stir ends the rest of a shard: something of it may wait again. The caller holds the lock.
func (c *conductor) stir(shard int) {
	c.stirred[shard] = true
	c.wake()
}

// wake has it found out anew whether the run is through. The caller holds the lock.
func (c *conductor) wake() {
	c.quiet = time.Time{}
	c.stirs++
}

// stirFor ends the rest of the shards of some deliveries, which were put back or ended beside the queue.
func (c *conductor) stirFor(ids []string) {
	if len(ids) == 0 {
		return
	}
	c.mu.Lock()
	for _, id := range ids {
		c.stir(c.shardOf(id))
	}
	c.mu.Unlock()
	c.lookForMore()
}

// stirAll ends the rest of all shards.
func (c *conductor) stirAll() {
	c.mu.Lock()
	for i := range c.stirred {
		c.stir(i)
	}
	c.mu.Unlock()
	c.lookForMore()
}

// wasStirred reports whether a shard was stirred since it was asked last.
func (c *conductor) wasStirred(shard int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.stirred[shard]
	c.stirred[shard] = false
	return was
}

// isQuiet reports whether the run was found a moment ago to wait for nothing but retries.
func (c *conductor) isQuiet() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Before(c.quiet)
}

// stirsSoFar is what beQuiet is told, from before the store was asked.
func (c *conductor) stirsSoFar() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stirs
}

// beQuiet notes that the run waits for nothing but retries, unless something was stirred since that was asked.
func (c *conductor) beQuiet(stirs int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stirs == stirs {
		c.quiet = time.Now().Add(idleFor)
	}
}

// through reports whether nothing of the run is unfinished. A recurring campaign is let go when only retries are left.
func (c *conductor) through(ctx context.Context) (bool, error) {
	c.writeVerdicts(ctx)
	stirs := c.stirsSoFar()
	r, err := c.cfg.Store.GetRun(ctx, c.run.ID)
	if err != nil || !r.Planned {
		return false, err
	}
	if flying, err := c.cfg.Store.AnyInFlight(ctx, r.ID); err != nil || flying {
		c.stuck.Store(flying)
		return false, err
	}
	c.stuck.Store(false)
	if queued, err := c.cfg.Store.AnyIn(ctx, r.ID, campaign.Queued); err != nil || queued {
		return false, err
	}
	if deferred, err := c.cfg.Store.AnyIn(ctx, r.ID, campaign.Deferred); err != nil || !deferred {
		return err == nil, err
	}
	if why := c.proof.noTriesLeft(); why != "" {
		c.pauseRefused(ctx, why)
	}
	c.told(c.proof.atEnd())
	c.writeVerdicts(ctx) // which stirs what it moves
	err = c.freeCampaign(ctx, &r)
	if err == nil && c.mayRest() {
		c.beQuiet(stirs)
	}
	return false, err
}

// freeCampaign lets a recurring campaign wait for its next slot, although its run has retries to make.
func (c *conductor) freeCampaign(ctx context.Context, r *campaign.Run) error {
	if !c.audience.edition.Recurring || !r.Trigger.MovesCampaign() {
		return nil
	}
	cam, err := c.cfg.Store.GetCampaign(ctx, c.run.Campaign)
	if err != nil || cam.State != campaign.Sending || cam.LastRun != c.run.ID || cam.Schedule.Kind != campaign.ByCron {
		return err
	}
	next, err := c.cfg.nextSlot(cam)
	if err != nil || next.At.IsZero() {
		return err
	}
	return c.cfg.Store.FreeCampaign(ctx, cam.ID, c.run.ID, next)
}
