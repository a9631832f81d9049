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
	pause time.Time     // until when nothing is looked for, after a whole pass
	found int           // by this pass so far
	idle  idle
}

// lanePause is the shortest time between two passes over the deliveries to a narrow domain: what was put back waits that long.
const lanePause = 2 * time.Second

// feedLanes hands on the next deliveries to each limited or held provider, as far as there is room for them.
func (q *queueReader) feedLanes(ctx context.Context) (fed int, err error) {
	for _, provider := range q.lanes.narrow() {
		room := q.lanes.room(provider, q.now())
		for i := range q.readings {
			for _, domain := range campaign.ProviderDomains(provider) {
				if room < 1 {
					break
				}
				n, err := q.feedLane(ctx, i, domain, room)
				if err != nil {
					return fed, err
				}
				fed, room = fed+n, room-n
			}
		}
	}
	return fed, nil
}

func (q *queueReader) feedLane(ctx context.Context, i int, domain string, room int) (int, error) {
	l, r := q.begin(i)
	if l == nil {
		return 0, nil
	}
	lane := r.lanes[domain]
	if lane == nil {
		lane = &laneReading{}
		r.lanes[domain] = lane
	}
	if time.Now().Before(lane.pause) || lane.idle.lasts(q.now(), nil) {
		return 0, nil
	}
	jobs, err := q.take(l, func() ([]campaign.Delivery, error) { return q.readLane(ctx, lane, i, domain, room) })
	if err != nil || len(jobs) == 0 {
		return 0, err
	}
	return len(jobs), q.handOn(ctx, jobs)
}

// readLane reads the next deliveries of a shard to a domain.
func (q *queueReader) readLane(ctx context.Context, lane *laneReading, i int, domain string, room int) ([]campaign.Delivery, error) {
	complete := q.complete()
	began := time.Now()
	ds, err := q.store.FindQueuedTo(ctx, q.run, int64(i), domain, lane.after, room)
	if err != nil {
		return nil, err
	}
	lane.took += time.Since(began)
	lane.found += len(ds)
	if len(ds) == room {
		lane.after = ds[room-1].ID
		return ds, nil
	}
	lane.after, lane.pause, lane.took = "", time.Now().Add(min(max(lanePause, pauseAfterPass*lane.took), time.Minute)), 0
	due, err := q.store.FindDeferredTo(ctx, q.run, int64(i), domain, q.now(), room-len(ds))
	if err != nil {
		return nil, err
	}
	if complete && lane.found+len(due) == 0 {
		next, err := q.store.NextDeferredTo(ctx, q.run, int64(i), domain)
		if err != nil {
			return nil, err
		}
		lane.idle.begin(q.now(), next, nil)
	}
	lane.found = 0
	return append(ds, due...), nil
}
