package store

import (
	"context"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
)

// keptRuns are the runs of which the engine keeps whom they reached and who read them, as far as this program has seen to it.
type keptRuns struct {
	mu     sync.Mutex
	known  map[string]int64 // by run, its version then
	events time.Time        // the time up to which new events were looked for
}

// eventDelay is how much later than its time an event may be written down.
const eventDelay = 5 * time.Minute

// KeepRuns has the engine keep, of the runs that segments and scores ask about most, whom they reached and who read them:
// those of the last 180 days that are new, have ended, or have been read since it was last called. Else the first who asks
// would wait for it.
func (s *Store) KeepRuns(ctx context.Context) error {
	if _, ok := s.engine.(document.Local); !ok {
		return nil
	}
	s.kept.mu.Lock()
	defer s.kept.mu.Unlock()
	c := s.newCompiler(ctx)
	read, err := s.readSince(ctx, s.kept.events)
	if err == nil {
		err = s.keepOf(c, func(r *campaign.Run) bool {
			version, known := s.kept.known[r.ID]
			return !known || version != r.Version || read[r.ID]
		})
	}
	if err == nil {
		s.kept.events = c.now.Add(-eventDelay)
	}
	return err
}

// KeepRun does that for one run, which has just ended.
func (s *Store) KeepRun(ctx context.Context, id string) error {
	s.kept.mu.Lock()
	defer s.kept.mu.Unlock()
	return s.keepOf(s.newCompiler(ctx), func(r *campaign.Run) bool { return r.ID == id })
}

// keepOf keeps those wanted of the recent runs; the lock is held.
func (s *Store) keepOf(c *compiler, wanted func(*campaign.Run) bool) error {
	local, ok := s.engine.(document.Local)
	if !ok {
		return nil
	}
	recent, err := c.runsSince(c.now.AddDate(0, 0, -segment.ScoreDays))
	if err != nil {
		return err
	}
	for i := range recent {
		r := &recent[i]
		if !wanted(r) {
			continue
		}
		if err := c.keep(local, r); err != nil {
			return err
		}
		if s.kept.known == nil {
			s.kept.known = map[string]int64{}
		}
		s.kept.known[r.ID] = r.Version
	}
	return nil
}

// readSince gives the runs that have events of some time on; none of the beginning of time, when all runs are new anyway.
func (s *Store) readSince(ctx context.Context, since time.Time) (map[string]bool, error) {
	if since.IsZero() {
		return nil, nil
	}
	groups, err := s.engine.GroupCount(ctx, schema.Events, document.Where{Field: "at", Op: document.Gte, Value: since}, "run_id")
	read := make(map[string]bool, len(groups))
	for run := range groups {
		read[run] = true
	}
	return read, err
}

// keep has the engine keep what rules ask about one run.
func (c *compiler) keep(local document.Local, r *campaign.Run) error {
	for _, f := range []document.Filter{c.sentIn(r), c.individuallyIn(r), didIn(r, campaign.Opened, 0)} {
		parts, ok := f.(document.Any)
		if !ok {
			parts = document.Any{f}
		}
		for _, part := range parts {
			if related := part.(document.Related); related.Cache.Key != "" {
				if err := local.Warm(c.ctx, schema.Contacts, related); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
