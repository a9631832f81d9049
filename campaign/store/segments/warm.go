package segments

import (
	"context"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
)

// warmed is what Warm was called for so far.
type warmed struct {
	mu     sync.Mutex
	runs   map[string]int64 // id to version
	events time.Time        // up to which new events were looked for
}

// eventDelay is how much later than its time an event may be stored.
const eventDelay = 5 * time.Minute

// WarmRuns has a local engine store whom runs reached and who read them, so that the first to ask need not wait. It does so for
// the runs of the last 180 days that are new, have ended, or were read since the last call: segments and scores ask about these
// most.
func (r *Rules) WarmRuns(ctx context.Context) error {
	if _, ok := r.engine.(document.Local); !ok {
		return nil
	}
	r.warmed.mu.Lock()
	defer r.warmed.mu.Unlock()
	c := r.newCompiler()
	read, err := r.readSince(ctx, r.warmed.events)
	if err == nil {
		err = c.warmRecent(ctx, func(run *run) bool {
			version, known := r.warmed.runs[run.ID]
			return !known || version != run.Version || read[run.ID]
		})
	}
	if err == nil {
		r.warmed.events = c.now.Add(-eventDelay)
	}
	return err
}

// WarmRun does that for one run, which has just ended.
func (r *Rules) WarmRun(ctx context.Context, id string) error {
	r.warmed.mu.Lock()
	defer r.warmed.mu.Unlock()
	return r.newCompiler().warmRecent(ctx, func(run *run) bool { return run.ID == id })
}

// warmRecent warms the recent runs that are wanted. The caller holds the lock.
func (c *compiler) warmRecent(ctx context.Context, wanted func(*run) bool) error {
	local, ok := c.engine.(document.Local)
	if !ok {
		return nil
	}
	recent, err := c.runsSince(ctx, c.now.AddDate(0, 0, -segment.ScoreDays))
	if err != nil {
		return err
	}
	for i := range recent {
		run := &recent[i]
		if !wanted(run) {
			continue
		}
		if err := c.warm(ctx, local, run); err != nil {
			return err
		}
		c.warmed.runs[run.ID] = run.Version
	}
	return nil
}

// readSince returns the runs with events since a time; none for the zero time, when all runs are new anyway.
func (r *Rules) readSince(ctx context.Context, since time.Time) (map[string]bool, error) {
	if since.IsZero() {
		return nil, nil
	}
	groups, err := r.engine.GroupCount(ctx, schema.Events, document.Where{Field: "at", Op: document.Gte, Value: since}, "run_id")
	read := make(map[string]bool, len(groups))
	for run := range groups {
		read[run] = true
	}
	return read, err
}

// warm has the engine store what rules ask about one run.
func (c *compiler) warm(ctx context.Context, local document.Local, r *run) error {
	for _, f := range []document.Filter{sentIn(r), c.individuallyIn(r), didIn(r, campaign.Opened, 0)} {
		parts, ok := f.(document.Any)
		if !ok {
			parts = document.Any{f}
		}
		for _, part := range parts {
			if related := part.(document.Related); related.Cache.Key != "" {
				if err := local.Warm(ctx, schema.Contacts, related); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
