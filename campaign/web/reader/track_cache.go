package reader

import (
	"context"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

// cachedRun is what a hit needs to know of a run. It does not change once the run is made.
type cachedRun struct {
	campaign string
	links    []campaign.Link
	started  time.Time
}

// runCache caches runs, so that a hit need not read a whole edition.
type runCache struct {
	store runReader
	mu    sync.Mutex
	runs  map[string]cachedRun
	order []string // oldest first
}

type runReader interface {
	GetRun(ctx context.Context, id string) (campaign.Run, error)
	GetEdition(ctx context.Context, run string) (edition.Edition, error)
}

const maxCachedRuns = 256

func (c *runCache) get(ctx context.Context, id string) (cachedRun, error) {
	c.mu.Lock()
	r, ok := c.runs[id]
	c.mu.Unlock()
	if ok {
		return r, nil
	}
	run, err := c.store.GetRun(ctx, id)
	if err != nil {
		return cachedRun{}, err
	}
	edition, err := c.store.GetEdition(ctx, id)
	if err != nil {
		return cachedRun{}, err
	}
	r = cachedRun{campaign: run.Campaign, links: edition.Tracked, started: run.StartedAt}
	c.put(id, r)
	return r, nil
}

func (c *runCache) put(id string, r cachedRun) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.runs[id]; !ok {
		c.order = append(c.order, id)
	}
	c.runs[id] = r
	if len(c.order) > maxCachedRuns {
		delete(c.runs, c.order[0])
		c.order = c.order[1:]
	}
}
