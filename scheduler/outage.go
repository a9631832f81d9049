package scheduler

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// outage is the time during which the store does not answer or takes no writes: a MongoDB election, a full disk, a file
// another program holds. Sending waits by itself: nothing is announced that cannot be recorded, and outcomes of what is on the
// wire when it begins stay in memory until it is over.
type outage struct {
	logger     *slog.Logger
	unrecorded func() int // outcomes in memory

	mu    sync.Mutex // guards what follows
	why   string     // "" while all is well
	since time.Time
	told  time.Time
}

// tellAgain is how often the log repeats that the store is still away: a log of a long night shows that it goes on.
const tellAgain = time.Hour

// failed notes an error of the store or the network, unless it comes of a stop.
func (o *outage) failed(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	unrecorded := o.unrecorded()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.why == "" {
		o.since, o.told = time.Now(), time.Time{}
	}
	o.why = err.Error()
	if time.Since(o.told) < tellAgain {
		return
	}
	o.told = time.Now()
	o.logger.Error("the store does not take what is written, sending waits for it", "outcomes_in_memory", unrecorded, "for", time.Since(o.since).Round(time.Second), "error", err)
}

// stepFailed notes the error of a job of the clock, if any. While the store is away they all fail, which is logged once.
func (o *outage) stepFailed(ctx context.Context, doing string, err error) {
	switch {
	case err == nil || ctx.Err() != nil:
	case campaign.CodeOf(err) == "":
		o.failed(ctx, fmt.Errorf("%s: %w", doing, err))
	default:
		o.logger.Error("a job of the clock failed", "step", doing, "error", err)
	}
}

// over notes that the store takes writes.
func (o *outage) over() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.why == "" {
		return
	}
	o.why = ""
	o.logger.Info("the store takes writes again, sending goes on", "after", time.Since(o.since).Round(time.Millisecond))
}

// renewed notes how the renewal of leases went, which is a write.
func (o *outage) renewed(ctx context.Context, err error) {
	switch {
	case err != nil:
		o.failed(ctx, err)
	case ctx.Err() == nil:
		o.over()
	}
}

// text says what is wrong; "" while all is well.
func (o *outage) words() campaign.Text {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.why == "" {
		return campaign.Text{}
	}
	return campaign.Textf("the store cannot be written, sending waits for it: %s", o.why)
}
