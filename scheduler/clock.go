package scheduler

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// every starts a job of the clock, which runs once a period until ctx ends. A panic in one is logged.
func (s *Scheduler) every(ctx context.Context, period time.Duration, job func()) {
	once := func() {
		defer func() {
			if why := recover(); why != nil {
				s.cfg.Logger.Error("a job of the clock failed", "error", why, "stack", string(debug.Stack()))
			}
		}()
		job()
	}
	s.group.Go(func() {
		tick := time.NewTicker(period)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				once()
			}
		}
	})
}

// sweep drops what has run out.
func (s *Scheduler) sweep(ctx context.Context) {
	s.failed(ctx, "drop expired sessions", s.cfg.Store.DeleteExpired(ctx))
	s.failed(ctx, "drop old sign-ups", s.cfg.Store.DropOldNotices(ctx))
	s.failed(ctx, "drop the holds of providers that nothing waits for", s.cfg.Store.DropIdleHolds(ctx))
	s.failed(ctx, "finish changes of address", s.cfg.Store.FinishAddressChanges(ctx))
	s.failed(ctx, "look for mails to single readers", s.cfg.Store.GoOnWithNotices(ctx))
}

// retainFrom is the hour, in UTC, from which a day's work of forgetting is done.
const retainFrom = 1

// retain keeps the retention periods, once a day at night, whichever process comes first.
func (s *Scheduler) retain(ctx context.Context) {
	if s.cfg.Now().UTC().Hour() < retainFrom {
		return
	}
	report, ran, err := s.cfg.Store.Retain(ctx)
	switch {
	case err != nil:
		s.failed(ctx, "keep the retention periods", err)
	case ran:
		s.cfg.Logger.Info("retention periods are kept", "events", report.Events, "deliveries", report.Deliveries, "audit", report.Audit, "review", report.Review)
	}
}

// finishErasures sees to what runs wrote down late about people who were erased while they were under way.
func (s *Scheduler) finishErasures(ctx context.Context) {
	_, err := s.cfg.Store.FinishErasures(ctx)
	s.failed(ctx, "finish erasing a contact", err)
}

// mendHalves completes steps that were cut off between two documents.
func (s *Scheduler) mendHalves(ctx context.Context) {
	s.failed(ctx, "complete what was cut off", s.cfg.Store.Mend(ctx, s.cfg.nextSlot))
}

// failed tells of an error of a job of the clock. While the store is away they all fail, again and again, which is told once.
func (s *Scheduler) failed(ctx context.Context, doing string, err error) {
	switch {
	case err == nil || ctx.Err() != nil:
	case campaign.CodeOf(err) == "":
		s.storeFailed(ctx, fmt.Errorf("%s: %w", doing, err))
	default:
		s.cfg.Logger.Error("a job of the clock failed", "step", doing, "error", err)
	}
}

// keepEvery is how often the store is told to keep what segments ask about runs.
const keepEvery = 30 * time.Second

func (s *Scheduler) keepRuns(ctx context.Context) {
	s.failed(ctx, "keep whom runs reached", s.cfg.Store.WarmRuns(ctx))
}
