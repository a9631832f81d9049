package reader

import (
	"context"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

// trackedRun is what a hit needs to know of a run. It does not change once the run is made.
type trackedRun struct {
	campaign string
	links    []campaign.Link
	started  time.Time
}

// runCache holds the runs that were asked for last, so that a hit does not read a whole edition.
type runCache struct {
	store runReader
	mu    sync.Mutex
	runs  map[string]trackedRun
	order []string // oldest first
}

type runReader interface {
	GetRun(ctx context.Context, id string) (campaign.Run, error)
	GetEdition(ctx context.Context, run string) (edition.Edition, error)
}

const cachedRuns = 256

func newRunCache(s runReader) *runCache {
	return &runCache{store: s, runs: map[string]trackedRun{}}
}

func (c *runCache) get(ctx context.Context, id string) (trackedRun, error) {
	c.mu.Lock()
	r, ok := c.runs[id]
	c.mu.Unlock()
	if ok {
		return r, nil
	}
	run, err := c.store.GetRun(ctx, id)
	if err != nil {
		return trackedRun{}, err
	}
	edition, err := c.store.GetEdition(ctx, id)
	if err != nil {
		return trackedRun{}, err
	}
	r = trackedRun{campaign: run.Campaign, links: edition.Tracked, started: run.StartedAt}
	c.put(id, r)
	return r, nil
}

func (c *runCache) put(id string, r trackedRun) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.runs[id]; !ok {
		c.order = append(c.order, id)
	}
	c.runs[id] = r
	if len(c.order) > cachedRuns {
		delete(c.runs, c.order[0])
		c.order = c.order[1:]
	}
}
