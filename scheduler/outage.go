package scheduler

import (
	"log/slog"
	"sync"
	"time"
)

// outage is the time during which the store does not answer or takes no writes: a MongoDB election, a full disk, a file
// another program holds. Sending waits by itself: nothing is announced that cannot be recorded, and what is on the wire
// when it begins is kept in memory and written when it is over.
type outage struct {
	logger *slog.Logger

	mu    sync.Mutex
	why   string // "" while all is well
	since time.Time
	told  time.Time
}

// tellAgain is how often the log repeats that the store is still away: it is told once, and a log of a long night shows that it
// goes on.
const tellAgain = time.Hour

// failed notes that the store failed; kept is how many outcomes wait in memory.
func (o *outage) failed(err error, kept int) {
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
	o.logger.Error("the store does not take what is written, sending waits for it", "outcomes_in_memory", kept, "for", time.Since(o.since).Round(time.Second), "error", err)
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
func (o *outage) renewed(err error) {
	if err != nil {
		o.failed(err, 0)
		return
	}
	o.over()
}

// text says what is wrong; "" while all is well.
func (o *outage) text() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.why == "" {
		return ""
	}
	return "the store cannot be written, sending waits for it: " + o.why
}
