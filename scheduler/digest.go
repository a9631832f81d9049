package scheduler

import (
	"context"
	"fmt"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// digestLate is how late a digest may still go out; after that its week is told with the next one.
const digestLate = 24 * time.Hour

// fireDigest makes the run of the weekly digest when its time has come.
func (s *Scheduler) fireDigest(ctx context.Context) {
	made, err := s.startDigest(ctx)
	s.failed(ctx, "make the weekly digest", err)
	if made {
		s.Wake()
	}
}

func (s *Scheduler) startDigest(ctx context.Context) (made bool, err error) {
	settings, err := s.cfg.Store.GetSettings(ctx)
	if err != nil || !settings.Digest.On {
		return false, err
	}
	schedule := campaign.Schedule{Kind: campaign.ByCron, Cron: fmt.Sprintf("0 %d * * %d", settings.Digest.Hour, settings.Digest.Weekday), Zone: settings.Zone}
	now := s.cfg.Now()
	slots, err := s.cfg.Planner.Next(schedule, now.Add(-digestLate), 1)
	if err != nil || len(slots) == 0 || slots[0].At.After(now) || slots[0].At.Before(settings.Digest.Since) {
		return false, err
	}
	run, made, err := s.cfg.Store.StartDigest(ctx, slots[0])
	if made {
		s.cfg.Logger.Info("digest starts", "run_id", run.ID, "state", run.State)
	}
	return made && run.State == campaign.Sending, err
}
