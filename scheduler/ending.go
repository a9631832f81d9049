package scheduler

import (
	"context"
	"log/slog"

	"github.com/glasnik/glasnik/campaign"
)

type endingStore interface {
	GetRun(ctx context.Context, id string) (campaign.Run, error)
	GetCampaign(ctx context.Context, id string) (campaign.Campaign, error)
	AnyIn(ctx context.Context, run string, states ...campaign.DeliveryState) (bool, error)
	AnyInFlight(ctx context.Context, run string) (bool, error)
	DropAll(ctx context.Context, run, reason string) error
	FinishRun(ctx context.Context, id string, next campaign.Slot) error
	FreeCampaign(ctx context.Context, id, runID string, next campaign.Slot) error
	WarmRun(ctx context.Context, id string) error
}

// ending finds out what is left of a run and ends it.
type ending struct {
	store     endingStore
	slots     slots
	run       campaign.Run
	recurring bool // its campaign
	logger    *slog.Logger
	outage    *outage
}

// remainder is what is left to do of a run.
type remainder int

const (
	someLeft remainder = iota
	inFlightLeft
	timedLeft // some wait for their hours
	retriesLeft
	nothingLeft
)

func (e *ending) left(ctx context.Context) (remainder, error) {
	r, err := e.store.GetRun(ctx, e.run.ID)
	if err != nil || !r.Planned {
		return someLeft, err
	}
	if flying, err := e.store.AnyInFlight(ctx, r.ID); err != nil {
		return someLeft, err
	} else if flying {
		return inFlightLeft, nil
	}
	if queued, err := e.store.AnyIn(ctx, r.ID, campaign.Queued); err != nil || queued {
		return someLeft, err
	}
	if timed, err := e.store.AnyIn(ctx, r.ID, campaign.Timed); err != nil || timed {
		return timedLeft, err
	}
	if deferred, err := e.store.AnyIn(ctx, r.ID, campaign.Deferred); err != nil || deferred {
		return retriesLeft, err
	}
	return nothingLeft, nil
}

// freeCampaign lets a recurring campaign wait for its next slot, although its run has retries to make.
func (e *ending) freeCampaign(ctx context.Context) error {
	if !e.recurring || !e.run.Trigger.MovesCampaign() {
		return nil
	}
	c, err := e.store.GetCampaign(ctx, e.run.Campaign)
	if err != nil || c.State != campaign.Sending || c.LastRun != e.run.ID || !c.Schedule.Recurs() {
		return err
	}
	next, err := e.slots.next(c)
	if err != nil || next.At.IsZero() && c.Schedule.Kind != campaign.BySeries {
		return err
	}
	return e.store.FreeCampaign(ctx, c.ID, e.run.ID, next)
}

// finish ends a run that has nothing left to do.
func (e *ending) finish(ctx context.Context) error {
	next := campaign.Slot{}
	if e.run.Trigger.MovesCampaign() {
		c, err := e.store.GetCampaign(ctx, e.run.Campaign)
		if err != nil {
			return err
		}
		if next, err = e.slots.next(c); campaign.CodeOf(err) == campaign.Invalid { // its days off leave it no time
			e.logger.Warn("a recurring campaign has no next time", "campaign_id", c.ID, "reason", err)
			err = nil
		}
		if err != nil {
			return err
		}
	}
	if err := e.store.FinishRun(ctx, e.run.ID, next); err != nil {
		return err
	}
	level := slog.LevelInfo
	if e.run.Trigger == campaign.TriggerNotice {
		level = slog.LevelDebug // it ends and goes on with every single mail
	}
	e.logger.Log(ctx, level, "run ends", "campaign_id", e.run.Campaign, "run_id", e.run.ID)
	e.outage.stepFailed(ctx, "keep whom runs reached", e.store.WarmRun(ctx, e.run.ID)) // segments ask about it next
	return nil
}

// leaveCancelled skips what was still being planned when the run was cancelled.
func (e *ending) leaveCancelled(ctx context.Context) error {
	r, err := e.store.GetRun(ctx, e.run.ID)
	if err != nil || r.State != campaign.Cancelled {
		return err
	}
	return e.store.DropAll(ctx, e.run.ID, "the campaign was cancelled")
}
