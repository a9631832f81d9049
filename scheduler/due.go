package scheduler

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// How late a missed slot may still run (H-08): a release under embargo never runs late silently.
const (
	lateLimit        = 6 * time.Hour
	lateLimitEmbargo = 10 * time.Minute
)

const dueUnderEmbargo = "this was due at %s while nothing was running, and the release has an embargo: send it by hand or choose a new time"

type dueStore interface {
	editionStore
	MendRuns(ctx context.Context) error
	FindDueCampaigns(ctx context.Context, now time.Time) ([]campaign.Campaign, error)
	GetRelease(ctx context.Context, id string) (campaign.Release, error)
	StartRun(ctx context.Context, id string, slot campaign.Slot, trigger campaign.Trigger, links store.LinksOf) (campaign.Run, error)
	UpdateCampaign(ctx context.Context, id string, fn func(*campaign.Campaign) error) (campaign.Campaign, error)
	FindJoining(ctx context.Context) ([]campaign.Campaign, error)
	StartJoined(ctx context.Context, id string) (campaign.Run, bool, error)
}

// due starts the runs of campaigns whose slots have come.
type due struct {
	store  dueStore
	slots  slots
	links  store.LinksOf
	logger *slog.Logger
}

// slots knows the slots of campaigns by the clock.
type slots struct {
	planner Planner
	now     func() time.Time
}

// fire starts a run for every scheduled campaign whose slot has come, after those that were left half started.
func (d *due) fire(ctx context.Context) error {
	if err := d.store.MendRuns(ctx); err != nil {
		return err
	}
	now := d.slots.now()
	due, err := d.store.FindDueCampaigns(ctx, now)
	if err != nil {
		return err
	}
	for _, c := range due {
		if err := d.fireOne(ctx, c, now); err != nil {
			if campaign.CodeOf(err) == "" {
				return err
			}
			d.hold(ctx, c, err.Error())
		}
	}
	return nil
}

func (d *due) fireOne(ctx context.Context, c campaign.Campaign, now time.Time) error {
	slot := campaign.Slot{At: c.NextAt, Wall: c.NextWall}
	if c.Schedule.Recurs() {
		var err error
		if slot, err = d.latestSlot(c, now); err != nil {
			return err
		}
	}
	if c.Schedule.Kind == campaign.BySeries { // who was due while nothing was running is due now
		return d.start(ctx, c, slot)
	}
	if c.HasEditions() {
		goes, err := d.decide(ctx, c, slot, now)
		if err != nil || !goes {
			return err
		}
		return d.start(ctx, c, slot)
	}
	late := now.Sub(slot.At)
	release, err := d.store.GetRelease(ctx, c.Release)
	if err != nil {
		return err
	}
	switch {
	case !release.Embargo.IsZero() && late > lateLimitEmbargo:
		d.hold(ctx, c, fmt.Sprintf(dueUnderEmbargo, slot.Wall))
		return nil
	case late > lateLimit && c.Schedule.Recurs():
		return d.skip(ctx, c, now, fmt.Sprintf("the run due at %s was skipped: nothing was running for more than %d hours", slot.Wall, lateLimit/time.Hour))
	case late > lateLimit:
		d.hold(ctx, c, fmt.Sprintf("this was due at %s while nothing was running: send it by hand or choose a new time", slot.Wall))
		return nil
	}
	return d.start(ctx, c, slot)
}

// start makes the run of a campaign for a slot.
func (d *due) start(ctx context.Context, c campaign.Campaign, slot campaign.Slot) error {
	if !slot.At.Equal(c.NextAt) {
		if err := d.collapse(ctx, c, slot); err != nil {
			return err
		}
	}
	trigger := campaign.TriggerSchedule
	if c.NextWall == "" {
		trigger = campaign.TriggerHand
	}
	run, err := d.store.StartRun(ctx, c.ID, slot, trigger, d.links)
	if campaign.CodeOf(err) == campaign.Conflict {
		return d.slotTaken(ctx, c, run)
	}
	if err == nil {
		d.logger.Info("run starts", "campaign_id", c.ID, "run_id", run.ID, "trigger", trigger)
	}
	return err
}

// latestSlot collapses several missed slots into the latest of them.
func (d *due) latestSlot(c campaign.Campaign, now time.Time) (campaign.Slot, error) {
	slot := campaign.Slot{At: c.NextAt, Wall: c.NextWall}
	if c.NextWall == "" {
		return slot, nil // sent by hand between its slots
	}
	for range 10000 { // a bound, not a number anybody meets: every minute for a week
		next, err := d.slots.planner.Next(c.Schedule, slot.At, 1)
		if err != nil {
			return slot, err
		}
		if len(next) == 0 || next[0].At.After(now) {
			break
		}
		slot = next[0]
	}
	return slot, nil
}

// collapse makes a campaign wait for the latest of its missed slots.
func (d *due) collapse(ctx context.Context, c campaign.Campaign, slot campaign.Slot) error {
	_, err := d.store.UpdateCampaign(ctx, c.ID, func(now *campaign.Campaign) error {
		if now.State == campaign.Scheduled && now.NextAt.Equal(c.NextAt) {
			now.NextAt, now.NextWall = slot.At, slot.Wall
		}
		return nil
	})
	return err
}

// slotTaken deals with a campaign whose slot has a run already: it got another time meanwhile, or a clock was set back.
func (d *due) slotTaken(ctx context.Context, c campaign.Campaign, run campaign.Run) error {
	switch {
	case c.Schedule.Kind == campaign.BySeries && run.State.Ended():
		return d.waitAgain(ctx, c)
	case run.State == campaign.Sent && c.Schedule.Recurs():
		return d.skip(ctx, c, d.slots.now(), "")
	case run.State.Ended():
		d.hold(ctx, c, fmt.Sprintf("what was due at %s is %s already: choose a new time", run.Wall, run.State))
	}
	return nil
}

// hold takes a campaign off the clock and leaves a note for a person.
func (d *due) hold(ctx context.Context, c campaign.Campaign, why string) {
	d.logger.Error("a due campaign waits for a person", "campaign_id", c.ID, "reason", why)
	_, err := d.store.UpdateCampaign(ctx, c.ID, func(now *campaign.Campaign) error {
		if now.State == campaign.Scheduled && now.NextAt.Equal(c.NextAt) {
			now.TakeOffClock(d.slots.now())
			now.Note = why
		}
		return nil
	})
	if err != nil && ctx.Err() == nil {
		d.logger.Error("cannot hold a campaign", "campaign_id", c.ID, "error", err)
	}
}

// skip lets a slot of a recurring campaign go by, which may be still to come; after its last one the campaign waits for a person.
func (d *due) skip(ctx context.Context, c campaign.Campaign, slot time.Time, why string) error {
	next, err := d.slots.after(c, slot)
	if err != nil {
		return err
	}
	if next.At.IsZero() {
		d.hold(ctx, c, cmp.Or(why, "its schedule has come to its end"))
		return nil
	}
	_, err = d.store.UpdateCampaign(ctx, c.ID, func(now *campaign.Campaign) error {
		if now.State == campaign.Scheduled && now.NextAt.Equal(c.NextAt) {
			now.NextAt, now.NextWall, now.Note = next.At, next.Wall, why
		}
		return nil
	})
	return err
}

// next is the next slot of a recurring campaign after now; zero for any other.
func (s slots) next(c campaign.Campaign) (campaign.Slot, error) { return s.after(c, time.Time{}) }

// after is the next slot of a recurring campaign after now and a time.
func (s slots) after(c campaign.Campaign, t time.Time) (campaign.Slot, error) {
	if !c.Schedule.Recurs() || c.Schedule.Kind == campaign.BySeries { // whose readers say when it is due
		return campaign.Slot{}, nil
	}
	if now := s.now(); t.Before(now) {
		t = now
	}
	slots, err := s.planner.Next(c.Schedule, t, 1)
	if err != nil || len(slots) == 0 {
		return campaign.Slot{}, err
	}
	return slots[0], nil
}
