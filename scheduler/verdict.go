package scheduler

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// weigh has the proof of a run learn from an outcome; back says that the delivery goes back into the queue, since everything
// is held.
func (s *sender) weigh(w *wire, j *job, o campaign.Outcome) (back bool) {
	p := j.conductor.proof
	if o.Result == campaign.ResultAccepted {
		if p.accepted(w.outlet, j.provider) {
			s.cfg.Logger.Info("the mail server takes the messages of a run again", "run_id", j.conductor.run.ID)
		}
		return false
	}
	permanent := o.Code >= 500 || o.Content
	if !(o.OurFault || o.Unclear) || !permanent {
		return p.held.Load() && o.OurFault
	}
	suspect := suspectOf(j, o)
	back, server, news := p.refused(w.outlet, suspect, o.Content && o.Code == 0)
	if server {
		w.outlet.circuit.failed(o.Answer, true, true)
	}
	j.conductor.told(news)
	return back || o.Unclear && p.unclearAt(suspect)
}

// told says in the log, once, why a run waits.
func (c *conductor) told(why string) {
	if why != "" {
		c.cfg.Logger.Error("the mail server refuses the messages of a run one after another, it waits", "run_id", c.run.ID, "answer", why)
	}
}

// tryOne hands over the one message that finds out whether a held run can go on. It leaves out providers with lanes: what
// they say is not the server's.
func (c *conductor) tryOne(ctx context.Context) (int, error) {
	narrow := c.narrowDomains()
	for i := range c.reading {
		l, sh := c.leaseToRead(i)
		if l == nil {
			continue
		}
		if err := c.minds(ctx, sh, i); err != nil {
			return 0, err
		}
		if sh.idle.lasts(c.cfg.Now(), narrow) {
			continue
		}
		planned := c.mayRest()
		c.beforeRead()
		ds, err := c.cfg.Store.FindQueued(ctx, c.run.ID, int64(i), "", 1, narrow...)
		if err == nil && len(ds) == 0 {
			ds, err = c.cfg.Store.FindDeferred(ctx, c.run.ID, int64(i), c.cfg.Now(), 1, narrow...)
		}
		if err == nil && len(ds) == 0 && planned {
			err = c.restUntilDue(ctx, sh, i, narrow)
		}
		if err != nil || len(ds) == 0 || !c.take(ds[0].ID) {
			c.afterRead()
			if err != nil {
				return 0, err
			}
			continue
		}
		c.afterRead()
		c.proof.tries(ds[0].ID)
		jobs, err := c.vet(ctx, []*job{{conductor: c, delivery: &ds[0], lease: l, tries: true}})
		if err != nil {
			c.letGo(ds[0].ID, false)
			return 0, err
		}
		return 1, c.push(ctx, jobs)
	}
	return c.feedLanes(ctx)
}

// writeVerdicts writes down what was found out about refusals, and has what waits again by that read.
func (c *conductor) writeVerdicts(ctx context.Context) {
	v := c.proof.take(c.onItsWay)
	for provider, s := range v.providers {
		h, err := c.cfg.Store.HoldProvider(ctx, provider, c.run.ID, s.answer, int64(s.code), c.cfg.Retries)
		if err != nil {
			c.verdictFailed(ctx, fmt.Errorf("hold back mail to a provider that refuses us: %w", err))
			continue
		}
		c.sender.lanes.hold(h)
		c.cfg.Logger.Error("a provider refuses our mail, what goes to it is held back", "provider", provider, "code", s.code, "until", h.Until)
	}
	for _, provider := range v.freed {
		if c.sender.lanes.release(provider) {
			_ = c.cfg.Store.ReleaseHold(ctx, provider) // one that stays ends by its own trial
		}
	}
	if err := c.writeMoves(ctx, v); err != nil {
		c.proof.putAgain(v)
		c.verdictFailed(ctx, fmt.Errorf("write down what a refusal was about: %w", err))
		return
	}
	for _, s := range v.failed {
		_, contact, _ := campaign.SplitDeliveryID(s.id)
		c.sender.bury(ctx, contact, s.answer, s.dead)
	}
	for _, s := range v.back {
		if _, contact, _ := campaign.SplitDeliveryID(s.id); s.dead && contact != "" {
			c.sender.unbury(ctx, contact, s.answer)
		}
	}
}

// writeMoves moves the deliveries of some verdicts. Each write can be taken again: what it has moved already stays, unless it was
// refused once more meanwhile. The shards of what was moved rest no longer, even if only some of it was.
func (c *conductor) writeMoves(ctx context.Context, v verdicts) error {
	back := idsOf(v.back, func(suspect) bool { return true })
	failed := idsOf(v.failed, func(s suspect) bool { return !s.dead })
	dead := idsOf(v.failed, func(s suspect) bool { return s.dead })
	defer func() { c.stirFor(slices.Concat(back, failed, dead)) }()
	if err := c.cfg.Store.QueueAgain(ctx, c.run.ID, back); err != nil {
		return err
	}
	if err := c.cfg.Store.FailDeferred(ctx, c.run.ID, failed, false); err != nil {
		return err
	}
	return c.cfg.Store.FailDeferred(ctx, c.run.ID, dead, true)
}

// verdictFailed notes that the store did not take a verdict, unless that comes of a stop: it is written down with the next.
func (c *conductor) verdictFailed(ctx context.Context, err error) {
	if ctx.Err() == nil {
		c.sender.ledger.outage.failed(err, c.sender.ledger.kept())
	}
}

func idsOf(all []suspect, which func(suspect) bool) (ids []string) {
	for _, s := range all {
		if which(s) {
			ids = append(ids, s.id)
		}
	}
	return ids
}

func (c *conductor) onItsWay(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.inMemory[id]
}

// heldAtLeast is how long a run waits before it is paused, however short the waits between tries.
const heldAtLeast = time.Hour

// mostWait is how long a delivery is tried, and a run waits that is refused.
func (c *conductor) mostWait() (most time.Duration) {
	for _, wait := range c.cfg.Retries {
		most += wait
	}
	return max(most, heldAtLeast)
}

// canBePaused reports whether pauseRefused does anything: no campaign's state follows other runs, which go on trying.
func (c *conductor) canBePaused() bool {
	return c.run.Trigger.MovesCampaign() || c.run.Trigger == campaign.TriggerTest
}

// pauseRefused pauses a run that was refused for our sake for as long as any delivery is tried: nobody fails for that. A run
// that no campaign's state follows goes on trying, but for a test.
func (c *conductor) pauseRefused(ctx context.Context, why string) {
	why = "paused, since our mail is refused for too long; nobody has failed for that. Mend it, then let the campaign go on. The answer was: " + why
	var err error
	switch {
	case c.run.Trigger.MovesCampaign():
		err = c.cfg.Store.PauseCampaign(ctx, c.run.Campaign, why)
	case c.run.Trigger == campaign.TriggerTest:
		_, err = c.cfg.Store.UpdateRun(ctx, c.run.ID, func(r *campaign.Run) error {
			r.State, r.Reason, r.EndedAt = campaign.Cancelled, why, c.cfg.Now()
			return nil
		})
	default:
		return
	}
	if err == nil {
		c.cfg.Logger.Error("a run is paused: our mail is refused for too long", "run_id", c.run.ID)
	}
}

// pauseHeld pauses a run of which nothing is left but what goes to providers who have refused us for longer than any
// delivery is tried.
func (c *conductor) pauseHeld(ctx context.Context, holds []campaign.Hold) {
	var domains []string
	var why string
	for _, h := range holds {
		since := h.Since
		for _, t := range []time.Time{c.run.StartedAt, c.began} {
			if t.After(since) {
				since = t
			}
		}
		if c.cfg.Now().Sub(since) > c.mostWait() {
			domains = append(domains, campaign.ProviderDomains(h.ID)...)
			why = h.ID + " has taken no mail from us since " + h.Since.UTC().Format("2 January 15:04 MST") + ": " + h.Why
		}
	}
	began := time.Now()
	if len(domains) == 0 || !c.canBePaused() || began.Before(c.lookAtHeld) {
		return
	}
	only, err := c.cfg.Store.WaitsOnlyFor(ctx, c.run.ID, domains) // which reads past all that is held
	c.lookAtHeld = time.Now().Add(max(c.cfg.Poll, restAfterPass*time.Since(began)))
	if err == nil && only {
		c.pauseRefused(ctx, why)
	}
}
