package scheduler

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// batch is how many deliveries are read at a time.
const batch = 200

// lookForDue is how often a long pass over the queue stops for deliveries that are due again.
const lookForDue = 30 * time.Second

// pauseAfterPass is how long the queue is left alone after a pass beside lanes, as a multiple of the time the pass took: nearly
// all of a long queue may belong to them, and is read past for nothing.
const pauseAfterPass = 20

type queueStore interface {
	FindQueued(ctx context.Context, run string, shard int64, after string, limit int, except ...string) ([]campaign.Delivery, error)
	FindQueuedTo(ctx context.Context, run string, shard int64, domains []string, after string, limit int) ([]campaign.Delivery, error)
	FindDeferred(ctx context.Context, run string, shard int64, now time.Time, limit int, except ...string) ([]campaign.Delivery, error)
	FindDeferredTo(ctx context.Context, run string, shard int64, domains []string, now time.Time, limit int) ([]campaign.Delivery, error)
	NextDeferredIn(ctx context.Context, run string, shard int64, except ...string) (time.Time, error)
	NextDeferredTo(ctx context.Context, run string, shard int64, domains []string) (time.Time, error)
	PullForward(ctx context.Context, run string, shard int64, now time.Time) error
}

// queueReader reads the deliveries of a run that wait in the store, shard by shard, and hands on those that are not pending in
// this process. One goroutine uses it.
type queueReader struct {
	store    queueStore
	run      string
	now      func() time.Time
	shards   *shards
	pending  *pending
	lanes    *lanes
	together bool                                         // nothing is read before the whole audience is known
	complete func() bool                                  // this process hears of all that is added to the queue
	handOn   func(ctx context.Context, jobs []*job) error // vets, composes and pushes
	readings []reading                                    // by shard
}

// reading is where reading one shard of the run stands.
type reading struct {
	lease *lease // under which it is read
	after string // id of the last delivery read in this pass

	lookedForDue time.Time // when deferred deliveries were last looked for
	found        int       // by this pass so far
	idle         idle
	clock        time.Time // when the queue was last to be read

	lanes map[string]*laneReading // by provider
	took  time.Duration           // by this pass beside the lanes so far
	pause time.Time               // until when the queue beside the lanes is left alone
}

// feed hands on the next deliveries of a shard and returns how many they are.
func (q *queueReader) feed(ctx context.Context, i int) (int, error) {
	l, r := q.begin(i)
	narrow := q.lanes.domains()
	if l == nil || q.together && !q.complete() || len(narrow) > 0 && time.Now().Before(r.pause) {
		return 0, nil
	}
	if err := q.noteClock(ctx, r, i); err != nil {
		return 0, err
	}
	if r.idle.lasts(q.now(), narrow) {
		return 0, nil
	}
	jobs, err := q.take(l, func() ([]campaign.Delivery, error) { return q.read(ctx, r, i, narrow) })
	if err != nil || len(jobs) == 0 {
		return 0, err
	}
	return len(jobs), q.handOn(ctx, jobs)
}

// read reads the next deliveries of a shard, those to some domains apart.
func (q *queueReader) read(ctx context.Context, r *reading, i int, narrow []string) ([]campaign.Delivery, error) {
	complete := q.complete()
	began := time.Now()
	ds, err := q.store.FindQueued(ctx, q.run, int64(i), r.after, batch, narrow...)
	if err != nil {
		return nil, err
	}
	r.took += time.Since(began)
	r.found += len(ds)
	r.after = ""
	if len(ds) == batch {
		r.after = ds[batch-1].ID
	}
	// At the end of a pass reading begins again, for what was put back; retries are looked for in long passes too.
	if r.after == "" || time.Since(r.lookedForDue) > lookForDue {
		r.lookedForDue = time.Now()
		due, err := q.store.FindDeferred(ctx, q.run, int64(i), q.now(), batch, narrow...)
		if err != nil {
			return nil, err
		}
		ds = append(ds, due...)
		r.found += len(due)
	}
	if r.after != "" {
		return ds, nil
	}
	if complete && r.found == 0 {
		if err := q.idleUntilDue(ctx, r, i, narrow); err != nil {
			return nil, err
		}
	}
	if len(narrow) > 0 {
		r.pause = time.Now().Add(min(pauseAfterPass*r.took, time.Minute))
	}
	r.took, r.found = 0, 0
	return ds, nil
}

// begin returns the lease under which a shard may be read now, or nil, and where reading it stands.
func (q *queueReader) begin(i int) (*lease, *reading) {
	l := q.shards.lease(i)
	if !l.allows() {
		return nil, nil
	}
	r := &q.readings[i]
	if r.lease != l {
		*r = reading{lease: l, lanes: map[string]*laneReading{}}
	}
	if q.pending.takeDirty(i) {
		r.idle = idle{}
		for _, lane := range r.lanes {
			lane.idle = idle{}
		}
	}
	return l, r
}

// take reads deliveries and makes jobs of those that are not in hand.
func (q *queueReader) take(l *lease, read func() ([]campaign.Delivery, error)) (jobs []*job, err error) {
	err = q.pending.whileReading(func() error {
		ds, err := read()
		if err != nil {
			return err
		}
		for i := range ds {
			if q.pending.take(ds[i].ID) {
				jobs = append(jobs, &job{delivery: &ds[i], lease: l})
			}
		}
		return nil
	})
	return jobs, err
}

// noteClock pulls retries forward that were put off before the clock was set back: when a shard is taken, and when the clock is
// seen to have gone back.
func (q *queueReader) noteClock(ctx context.Context, r *reading, shard int) error {
	now := q.now()
	if r.clock.IsZero() || now.Before(r.clock.Add(-time.Minute)) {
		if err := q.store.PullForward(ctx, q.run, int64(shard), now); err != nil {
			return err
		}
	}
	r.clock = now
	return nil
}

// idleUntilDue makes a shard idle until its earliest deferred delivery is due, those to some domains apart.
func (q *queueReader) idleUntilDue(ctx context.Context, r *reading, shard int, except []string) error {
	next, err := q.store.NextDeferredIn(ctx, q.run, int64(shard), except...)
	if err == nil {
		r.idle.begin(q.now(), next, except)
	}
	return err
}

// feedProbe hands on the one message that finds out whether a held run can go on. It leaves out providers with lanes: their
// answers are not the server's.
func (q *queueReader) feedProbe(ctx context.Context, p *proof) error {
	narrow := q.lanes.domains()
	for i := range q.readings {
		l, r := q.begin(i)
		if l == nil {
			continue
		}
		if err := q.noteClock(ctx, r, i); err != nil {
			return err
		}
		if r.idle.lasts(q.now(), narrow) {
			continue
		}
		jobs, err := q.take(l, func() ([]campaign.Delivery, error) { return q.readOne(ctx, r, i, narrow) })
		if err != nil {
			return err
		}
		if len(jobs) > 0 {
			jobs[0].probe = true
			p.tries(jobs[0].delivery.ID)
			return q.handOn(ctx, jobs)
		}
	}
	_, err := q.feedLanes(ctx)
	return err
}

func (q *queueReader) readOne(ctx context.Context, r *reading, i int, narrow []string) ([]campaign.Delivery, error) {
	complete := q.complete()
	ds, err := q.store.FindQueued(ctx, q.run, int64(i), "", 1, narrow...)
	if err == nil && len(ds) == 0 {
		ds, err = q.store.FindDeferred(ctx, q.run, int64(i), q.now(), 1, narrow...)
	}
	if err == nil && len(ds) == 0 && complete {
		err = q.idleUntilDue(ctx, r, i, narrow)
	}
	return ds, err
}

// laneReading is where reading the deliveries of a shard to one provider stands.
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
		room, domains := q.lanes.room(provider, q.now()), q.lanes.domainsOf(provider)
		for i := range q.readings {
			if room < 1 || len(domains) == 0 {
				break
			}
			n, err := q.feedLane(ctx, i, provider, domains, room)
			if err != nil {
				return fed, err
			}
			fed, room = fed+n, room-n
		}
	}
	return fed, nil
}

func (q *queueReader) feedLane(ctx context.Context, i int, provider string, domains []string, room int) (int, error) {
	l, r := q.begin(i)
	if l == nil || q.together && !q.complete() {
		return 0, nil
	}
	lane := r.lanes[provider]
	if lane == nil {
		lane = &laneReading{}
		r.lanes[provider] = lane
	}
	if time.Now().Before(lane.pause) || lane.idle.lasts(q.now(), domains) {
		return 0, nil
	}
	jobs, err := q.take(l, func() ([]campaign.Delivery, error) { return q.readLane(ctx, lane, i, domains, room) })
	if err != nil || len(jobs) == 0 {
		return 0, err
	}
	return len(jobs), q.handOn(ctx, jobs)
}

// readLane reads the next deliveries of a shard to the domains of a provider.
func (q *queueReader) readLane(ctx context.Context, lane *laneReading, i int, domains []string, room int) ([]campaign.Delivery, error) {
	complete := q.complete()
	began := time.Now()
	ds, err := q.store.FindQueuedTo(ctx, q.run, int64(i), domains, lane.after, room)
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
	due, err := q.store.FindDeferredTo(ctx, q.run, int64(i), domains, q.now(), room-len(ds))
	if err != nil {
		return nil, err
	}
	if complete && lane.found+len(due) == 0 {
		next, err := q.store.NextDeferredTo(ctx, q.run, int64(i), domains)
		if err != nil {
			return nil, err
		}
		lane.idle.begin(q.now(), next, domains)
	}
	lane.found = 0
	return append(ds, due...), nil
}
