package scheduler

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// digestLate is how late a digest may still go out; after that its week is told with the next one.
const digestLate = 24 * time.Hour

type digestStore interface {
	GetSettings(ctx context.Context) (campaign.Settings, error)
	StartDigest(ctx context.Context, slot campaign.Slot) (r campaign.Run, ok bool, err error)
}

type reportStore interface {
	MailReports(ctx context.Context, zone *time.Location) (mailed int, err error)
}

// digest makes the runs of the weekly digest.
type digest struct {
	store  digestStore
	slots  slots
	logger *slog.Logger
}

// start makes the run of the digest when its time has come; made says that there is something to send.
func (d *digest) start(ctx context.Context) (made bool, err error) {
	settings, err := d.store.GetSettings(ctx)
	if err != nil || !settings.Digest.On {
		return false, err
	}
	schedule := campaign.Schedule{Kind: campaign.ByCron, Cron: fmt.Sprintf("0 %d * * %d", settings.Digest.Hour, settings.Digest.Weekday), Zone: settings.Zone}
	now := d.slots.now()
	slots, err := d.slots.planner.Next(schedule, now.Add(-digestLate), 1)
	if err != nil || len(slots) == 0 || slots[0].At.After(now) || slots[0].At.Before(settings.Digest.Since) {
		return false, err
	}
	run, made, err := d.store.StartDigest(ctx, slots[0])
	if made {
		d.logger.Info("digest starts", "run_id", run.ID, "state", run.State)
	}
	return made && run.State == campaign.Sending, err
}
