package scheduler

import (
	"context"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

type clockStore interface {
	DeleteExpired(ctx context.Context) error
	DropOldNotices(ctx context.Context) error
	DropOldWorkingCopies(ctx context.Context) error
	DropLooseBytes(ctx context.Context) error
	DropIdleHolds(ctx context.Context) error
	DropOldMailDomains(ctx context.Context) error
	FinishAddressChanges(ctx context.Context) error
	GoOnWithNotices(ctx context.Context) error
	KeepCounts(ctx context.Context) error
	RecheckApprovals(ctx context.Context) error
	Retain(ctx context.Context) (report campaign.RetentionReport, ran bool, err error)
	FinishErasures(ctx context.Context) (open int, err error)
	Mend(ctx context.Context, next func(campaign.Campaign) (campaign.Slot, error)) error
	MendStored(ctx context.Context) error
	WarmRuns(ctx context.Context) error
}

// clock does what is done once in a while, whatever is sent.
type clock struct {
	store  clockStore
	slots  slots
	outage *outage
	logger *slog.Logger
}

// every runs a job once a period until ctx ends. A panic in one is logged.
func (c *clock) every(ctx context.Context, period time.Duration, job func()) {
	once := func() {
		defer func() {
			if why := recover(); why != nil {
				c.logger.Error("a job of the clock failed", "error", why, "stack", string(debug.Stack()))
			}
		}()
		job()
	}
	for sleep(ctx.Done(), nil, period) {
		once()
	}
}

// everySecond runs a job right after each full second: schedules name those, so what is due then starts then.
func (c *clock) everySecond(ctx context.Context, job func()) {
	for sleep(ctx.Done(), nil, untilSecond(time.Now())) {
		job()
	}
}

// untilSecond is how long the next full second of the machine's clock is away.
func untilSecond(now time.Time) time.Duration {
	return now.Truncate(time.Second).Add(time.Second).Sub(now.Round(0))
}

// sweep drops what has run out.
func (c *clock) sweep(ctx context.Context) {
	c.outage.stepFailed(ctx, "drop expired sessions", c.store.DeleteExpired(ctx))
	c.outage.stepFailed(ctx, "drop old sign-ups", c.store.DropOldNotices(ctx))
	c.outage.stepFailed(ctx, "drop what was typed and never saved", c.store.DropOldWorkingCopies(ctx))
	c.outage.stepFailed(ctx, "drop what uploads left that were cut off", c.store.DropLooseBytes(ctx))
	c.outage.stepFailed(ctx, "drop the holds of providers that nothing waits for", c.store.DropIdleHolds(ctx))
	c.outage.stepFailed(ctx, "forget whose servers take the mail of domains nothing goes to", c.store.DropOldMailDomains(ctx))
	c.outage.stepFailed(ctx, "finish changes of address", c.store.FinishAddressChanges(ctx))
	c.outage.stepFailed(ctx, "look for mails to single readers", c.store.GoOnWithNotices(ctx))
}

// retainFrom is the hour, in UTC, from which a day's work of forgetting is done.
const retainFrom = 1

// retain applies the retention periods, once a day at night, whichever process comes first.
func (c *clock) retain(ctx context.Context) {
	if c.slots.now().UTC().Hour() < retainFrom {
		return
	}
	report, ran, err := c.store.Retain(ctx)
	switch {
	case err != nil:
		c.outage.stepFailed(ctx, "keep the retention periods", err)
	case ran:
		c.logger.Info("retention periods are kept", "events", report.Events, "deliveries", report.Deliveries, "audit", report.Audit, "review", report.Review)
	}
}

// finishErasures erases what runs wrote down late about people who were erased meanwhile.
func (c *clock) finishErasures(ctx context.Context) {
	_, err := c.store.FinishErasures(ctx)
	c.outage.stepFailed(ctx, "finish erasing a contact", err)
}

// mendHalves completes steps that were cut off between two documents.
func (c *clock) mendHalves(ctx context.Context) {
	c.outage.stepFailed(ctx, "complete what was cut off", c.store.Mend(ctx, c.slots.next))
}

// mendStored has the store look after itself.
func (c *clock) mendStored(ctx context.Context) {
	c.outage.stepFailed(ctx, "look after the store", c.store.MendStored(ctx))
}

// warmRuns has the store cache what segments ask about runs.
func (c *clock) warmRuns(ctx context.Context) {
	c.outage.stepFailed(ctx, "keep whom runs reached", c.store.WarmRuns(ctx))
}

// keepCounts has the store count large runs before somebody asks for their figures.
func (c *clock) keepCounts(ctx context.Context) {
	c.outage.stepFailed(ctx, "count what came of large runs", c.store.KeepCounts(ctx))
}

// recheckApprovals looks whether what was approved is still what would go out.
func (c *clock) recheckApprovals(ctx context.Context) {
	c.outage.stepFailed(ctx, "look whether approvals still hold", c.store.RecheckApprovals(ctx))
}

// sleep waits for a time and returns true; false when one of two channels is closed, or has something, before.
func sleep(stop, quit <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-quit:
	case <-stop:
	}
	return false
}

// closed reports whether a channel is closed.
func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
