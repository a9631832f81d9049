package scheduler

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// vetting is the stage between composing and the ledger. It holds composed jobs until there is room to announce them, vets
// those again that waited for long (D-07), and reports those that may not be sent any more to their runs.
type vetting struct {
	composed chan *job // from the runs' workers
	reports  chan<- []report
	outage   *outage
	now      func() time.Time
	lanes    *lanes
	router   *router
	age      time.Duration // how old a look at a contact may be
	room     atomic.Int64  // how many deliveries the ledger would announce
	changed  chan struct{} // the room has changed, or a run was stopped
	some     chan struct{} // the ledger may take something
	quit     chan struct{} // no more jobs will come

	mu    sync.Mutex // guards what follows
	line  []*job     // to be announced in turn
	old   []*job     // whose contacts were looked at too long ago
	unfit []*job     // which may not be announced
}

// run vets until quit is closed or ctx ends.
func (v *vetting) run(ctx context.Context) {
	for {
		composed, room, waiting := v.composed, int(v.room.Load()), v.waiting()
		if waiting > 0 && waiting >= room {
			composed = nil
		}
		lane := false
		select {
		case j := <-composed:
			v.mu.Lock()
			v.add(j)
			v.mu.Unlock()
		case <-v.changed:
		case <-v.laneTimer():
			lane = true
		case <-v.quit:
			return
		case <-ctx.Done():
			return
		}
		v.giveBack()
		v.vetOld(ctx)
		if lane || v.room.Load() > 0 && v.waiting() > 0 {
			signal(v.some)
		}
	}
}

func (v *vetting) waiting() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.line)
}

// add puts a job into its lane or in line. The caller holds the lock.
func (v *vetting) add(j *job) {
	if !v.lanes.add(j) {
		v.line = append(v.line, j)
	}
}

// laneTimer wakes vetting when a lane may send again; it is nil when none waits for that, or nothing could be announced.
func (v *vetting) laneTimer() <-chan time.Time {
	if v.room.Load() <= 0 {
		return nil
	}
	if soon := v.lanes.soon(v.now()); soon > 0 {
		return time.After(soon)
	}
	return nil
}

// take returns the jobs that may be announced now, each for a server that has room, half of them at most from lanes as long as
// others wait. The ledger calls it; it never waits.
func (v *vetting) take(free room) (jobs []*job) {
	n := free.total()
	v.mu.Lock()
	defer v.mu.Unlock()
	for len(v.line) < n {
		select {
		case j := <-v.composed:
			v.add(j)
			continue
		default:
		}
		break
	}
	fromLanes := n
	if len(v.line) > 0 {
		fromLanes = (n + 1) / 2
	}
	narrow := v.lanes.take(fromLanes, v.now(), v.router, free)
	for _, j := range append(v.takeLine(n-len(narrow), free), narrow...) {
		switch {
		case !j.maySend(), j.lease.leaving.Load(), v.lanes.bar(j), j.barred():
			v.unfit = append(v.unfit, j)
		case time.Since(j.checked) > v.age:
			v.old = append(v.old, j)
		default:
			jobs = append(jobs, j)
		}
	}
	if len(v.old)+len(v.unfit) > 0 {
		signal(v.changed)
	}
	return jobs
}

// takeLine takes up to n jobs out of line. Those without a lane all have the same way: where one has no room, none has. The caller
// holds the lock.
func (v *vetting) takeLine(n int, free room) (next []*job) {
	k := 0
	var left []*job
	for ; k < len(v.line) && len(next) < n; k++ {
		j := v.line[k]
		if j.relay = v.router.choose(j, free, nil); j.relay != nil {
			v.router.give(j.relay)
			free[j.relay.number]--
			next = append(next, j)
			continue
		}
		if j.lane == nil {
			break
		}
		left = append(left, j) // vetted anew: its server is busy
	}
	if k > 0 {
		v.line = append(left, v.line[k:]...)
	}
	return next
}

// hasRoom tells how many more deliveries the ledger would announce.
func (v *vetting) hasRoom(n int) {
	if v.room.Store(int64(n)); n > 0 {
		signal(v.changed)
	}
}

// giveBack reports jobs that may not be announced, and those of stopped runs, so that their workers can end while no server is there.
func (v *vetting) giveBack() {
	out := v.lanes.takeUnfit(v.now())
	v.mu.Lock()
	out = append(out, v.unfit...)
	v.unfit = nil
	v.line = slices.DeleteFunc(v.line, func(j *job) bool {
		if j.stopped() {
			out = append(out, j)
			return true
		}
		return false
	})
	v.mu.Unlock()
	v.report(out, givenBack)
}

func (v *vetting) report(jobs []*job, f fate) {
	if len(jobs) > 0 {
		v.reports <- campaign.Collect(jobs, func(j *job) report { return report{job: j, fate: f} })
	}
}

// vetOld vets what waited for long. What passes is first in line.
func (v *vetting) vetOld(ctx context.Context) {
	v.mu.Lock()
	old := v.old
	v.old = nil
	v.mu.Unlock()
	byRun := map[*vetter][]*job{}
	for _, j := range old {
		byRun[j.vetter] = append(byRun[j.vetter], j)
	}
	for vt, jobs := range byRun {
		passed, ended, err := vt.vet(ctx, jobs)
		if err != nil {
			v.outage.failed(ctx, err)
			v.report(jobs, givenBack)
			continue
		}
		v.report(ended, settled)
		v.mu.Lock()
		v.line = append(passed, v.line...)
		v.mu.Unlock()
	}
}
