package scheduler

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// laneReading is where reading the deliveries of a shard to one domain stands.
type laneReading struct {
	after string
	took  time.Duration // by this pass so far
	rest  time.Time     // until when nothing is looked for, after a whole pass
	found int           // by this pass so far
	idle  idle
}

// laneRest is how long after a pass to a narrow domain the next begins, at least: what was put back waits that long.
const laneRest = 2 * time.Second

// narrowDomains gives the domains of all providers that have lanes: the queue is read past them.
func (c *conductor) narrowDomains() (domains []string) {
	for _, provider := range c.sender.lanes.narrow() {
		domains = append(domains, campaign.ProviderDomains(provider)...)
	}
	return domains
}

// feedLanes reads the next deliveries to each limited or held provider, as far as there is room for them.
func (c *conductor) feedLanes(ctx context.Context) (fed int, err error) {
	for _, provider := range c.sender.lanes.narrow() {
		room := c.sender.lanes.room(provider, c.cfg.Now())
		for i := range c.reading {
			for _, domain := range campaign.ProviderDomains(provider) {
				if room < 1 {
					break
				}
				n, err := c.feedLane(ctx, i, domain, room)
				if err != nil {
					return fed, err
				}
				fed, room = fed+n, room-n
			}
		}
	}
	return fed, nil
}

func (c *conductor) feedLane(ctx context.Context, i int, domain string, room int) (int, error) {
	l, sh := c.leaseToRead(i)
	if l == nil {
		return 0, nil
	}
	lane := sh.lanes[domain]
	if lane == nil {
		lane = &laneReading{}
		sh.lanes[domain] = lane
	}
	if time.Now().Before(lane.rest) || lane.idle.lasts(c.cfg.Now(), nil) {
		return 0, nil
	}
	planned := c.mayRest()
	c.beforeRead()
	began := time.Now()
	ds, err := c.cfg.Store.FindQueuedTo(ctx, c.run.ID, int64(i), domain, lane.after, room)
	if err != nil {
		return 0, err
	}
	lane.took += time.Since(began)
	lane.found += len(ds)
	if len(ds) == room {
		lane.after = ds[room-1].ID
		return c.handOver(ctx, l, ds)
	}
	lane.after, lane.rest, lane.took = "", time.Now().Add(min(max(laneRest, restAfterPass*lane.took), time.Minute)), 0
	due, err := c.cfg.Store.FindDeferredTo(ctx, c.run.ID, int64(i), domain, c.cfg.Now(), room-len(ds))
	if err != nil {
		return 0, err
	}
	if planned && lane.found+len(due) == 0 {
		next, err := c.cfg.Store.NextDeferredTo(ctx, c.run.ID, int64(i), domain)
		if err != nil {
			return 0, err
		}
		lane.idle.begin(c.cfg.Now(), next, nil)
	}
	lane.found = 0
	return c.handOver(ctx, l, append(ds, due...))
}

// restAfterPass is how long the queue rests after a pass beside lanes, as a multiple of what the pass took: nearly all of
// a long queue may be theirs, and is read past for nothing.
const restAfterPass = 20

// passed notes that a pass over the queue is through that left out some domains.
func (r *reading) passed(narrow bool) {
	if narrow {
		r.rest = time.Now().Add(min(restAfterPass*r.took, time.Minute))
	}
	r.took, r.found = 0, 0
}
