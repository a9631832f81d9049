package scheduler

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// How late a missed slot may still run (H-08): a release under embargo never runs late silently.
const (
	lateLimit        = 6 * time.Hour
	lateLimitEmbargo = 10 * time.Minute
)

// fireDue starts a run for every scheduled campaign whose slot has come, after those that were left half started.
func (s *Scheduler) fireDue(ctx context.Context) error {
	if err := s.cfg.Store.MendRuns(ctx); err != nil {
		return err
	}
	now := s.cfg.Now()
	due, err := s.cfg.Store.FindDueCampaigns(ctx, now)
	if err != nil {
		return err
	}
	for _, c := range due {
		if err := s.fire(ctx, c, now); err != nil {
			if campaign.CodeOf(err) == "" {
				return err
			}
			s.hold(ctx, c, err.Error())
		}
	}
	return nil
}

func (s *Scheduler) fire(ctx context.Context, c campaign.Campaign, now time.Time) error {
	slot := campaign.Slot{At: c.NextAt, Wall: c.NextWall}
	if c.Schedule.Kind == campaign.ByCron {
		var err error
		if slot, err = s.latestSlot(c, now); err != nil {
			return err
		}
	}
	late := now.Sub(slot.At)
	release, err := s.cfg.Store.GetRelease(ctx, c.Release)
	if err != nil {
		return err
	}
	switch {
	case !release.Embargo.IsZero() && late > lateLimitEmbargo:
		s.hold(ctx, c, fmt.Sprintf("this was due at %s while nothing was running, and the release has an embargo: send it by hand or choose a new time", slot.Wall))
		return nil
	case late > lateLimit && c.Schedule.Kind == campaign.ByCron:
		return s.skip(ctx, c, fmt.Sprintf("the run due at %s was skipped: nothing was running for more than %d hours", slot.Wall, lateLimit/time.Hour))
	case late > lateLimit:
		s.hold(ctx, c, fmt.Sprintf("this was due at %s while nothing was running: send it by hand or choose a new time", slot.Wall))
		return nil
	}
	if !slot.At.Equal(c.NextAt) {
		if err := s.collapse(ctx, c, slot); err != nil {
			return err
		}
	}
	trigger := campaign.TriggerSchedule
	if c.NextWall == "" {
		trigger = campaign.TriggerHand
	}
	run, err := s.cfg.Store.StartRun(ctx, c.ID, slot, trigger, s.cfg.Links)
	if campaign.CodeOf(err) == campaign.Conflict {
		return s.mend(ctx, c, run)
	}
	if err == nil {
		s.cfg.Logger.Info("run starts", "campaign_id", c.ID, "run_id", run.ID, "trigger", trigger)
	}
	return err
}

// latestSlot collapses several missed slots into the latest of them.
func (s *Scheduler) latestSlot(c campaign.Campaign, now time.Time) (campaign.Slot, error) {
	slot := campaign.Slot{At: c.NextAt, Wall: c.NextWall}
	if c.NextWall == "" {
		return slot, nil // sent by hand between its slots
	}
	for range 10000 { // a bound, not a number anybody meets: every minute for a week
		next, err := s.cfg.Planner.Next(c.Schedule, slot.At, 1)
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
func (s *Scheduler) collapse(ctx context.Context, c campaign.Campaign, slot campaign.Slot) error {
	_, err := s.cfg.Store.UpdateCampaign(ctx, c.ID, func(now *campaign.Campaign) error {
		if now.State == campaign.Scheduled && now.NextAt.Equal(c.NextAt) {
			now.NextAt, now.NextWall = slot.At, slot.Wall
		}
		return nil
	})
	return err
}

// mend sees to a campaign whose slot was taken meanwhile: given another time, or sent before, as when a clock is set back.
func (s *Scheduler) mend(ctx context.Context, c campaign.Campaign, run campaign.Run) error {
	switch {
	case run.State == campaign.Sent && c.Schedule.Kind == campaign.ByCron:
		return s.skip(ctx, c, "")
	case run.State.Ended():
		s.hold(ctx, c, fmt.Sprintf("what was due at %s is %s already: choose a new time", run.Wall, run.State))
	}
	return nil
}

// hold takes a campaign off the clock and leaves a note for a person.
func (s *Scheduler) hold(ctx context.Context, c campaign.Campaign, why string) {
	s.cfg.Logger.Error("a due campaign waits for a person", "campaign_id", c.ID, "reason", why)
	_, err := s.cfg.Store.UpdateCampaign(ctx, c.ID, func(now *campaign.Campaign) error {
		if now.State == campaign.Scheduled && now.NextAt.Equal(c.NextAt) {
			now.State, now.NextAt, now.NextWall, now.Note = campaign.Draft, time.Time{}, "", why
		}
		return nil
	})
	if err != nil && ctx.Err() == nil {
		s.cfg.Logger.Error("cannot hold a campaign", "campaign_id", c.ID, "error", err)
	}
}

// skip lets a slot of a recurring campaign go by.
func (s *Scheduler) skip(ctx context.Context, c campaign.Campaign, why string) error {
	next, err := s.cfg.nextSlot(c)
	if err != nil {
		return err
	}
	_, err = s.cfg.Store.UpdateCampaign(ctx, c.ID, func(now *campaign.Campaign) error {
		if now.State == campaign.Scheduled && now.NextAt.Equal(c.NextAt) {
			now.NextAt, now.NextWall, now.Note = next.At, next.Wall, why
		}
		return nil
	})
	return err
}

// nextSlot is the next slot of a recurring campaign after now; zero for any other.
func (cfg Config) nextSlot(c campaign.Campaign) (campaign.Slot, error) {
	if c.Schedule.Kind != campaign.ByCron {
		return campaign.Slot{}, nil
	}
	slots, err := cfg.Planner.Next(c.Schedule, cfg.Now(), 1)
	if err != nil || len(slots) == 0 {
		return campaign.Slot{}, err
	}
	return slots[0], nil
}

// finish ends a run that has nothing left to do, or frees a recurring campaign whose run only waits for retries.
func (s *Scheduler) finish(ctx context.Context, r campaign.Run) error {
	next := campaign.Slot{}
	if r.Trigger.MovesCampaign() {
		c, err := s.cfg.Store.GetCampaign(ctx, r.Campaign)
		if err != nil {
			return err
		}
		if next, err = s.cfg.nextSlot(c); err != nil {
			return err
		}
	}
	if err := s.cfg.Store.FinishRun(ctx, r.ID, next); err != nil {
		return err
	}
	level := slog.LevelInfo
	if r.Trigger == campaign.TriggerNotice {
		level = slog.LevelDebug // it ends and goes on with every single mail
	}
	s.cfg.Logger.Log(ctx, level, "run ends", "campaign_id", r.Campaign, "run_id", r.ID)
	s.failed(ctx, "keep whom runs reached", s.cfg.Store.WarmRun(ctx, r.ID)) // segments ask about it next
	return nil
}
