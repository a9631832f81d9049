package scheduler

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// ledger records, by group commit, the intent to send before a message leaves and the outcome after it was answered: each
// write carries what all connections have brought in meanwhile. At most two deliveries for each connection are announced
// at a time, the one on the wire and the next, so that no connection waits for the store and a crash leaves no more than
// these interrupted.
//
// When the store fails, nothing more is announced; outcomes are kept in memory and written when it is back.
type ledger struct {
	store     *store.Store
	outage    *outage
	jobs      chan *job // composed, on their way to the backlog
	ready     *ready
	settled   chan settling // answered
	poke      chan struct{} // the number of connections has changed, or a run was stopped
	quit      chan struct{} // no more jobs will come
	now       func() time.Time
	connected atomic.Int64
	waiting   atomic.Int64 // outcomes that wait in memory to be recorded
	writing   spent
	lanes     *lanes

	backlog     []*job          // composed, to be announced when there is room
	outstanding map[string]*job // announced and not settled
}

// job is one delivery on its way through the sender.
type job struct {
	conductor    *conductor
	delivery     *campaign.Delivery
	contact      *campaign.Contact
	organisation string           // name of the contact's
	notice       *campaign.Notice // what the message is about, in a run of notices; nil when it is gone
	lease        *lease
	message      campaign.Message
	buffer       *[]byte
	checked      time.Time // when the contact was last looked at
	provider     string    // of the recipient's mailbox
	lane         *lane     // of the provider, where there is one
	onWire       bool      // announced from its lane
	trial        bool      // this one finds out whether the provider takes mail again
	paced        bool      // its turn was taken
	tries        bool      // this one finds out whether its held run can go on
	again        int       // how often it met the end of a worn-out connection
	sheet        *sheet    // where its delivery stands while it is not written down
}

type settling struct {
	job     *job
	outcome store.Settled
}

// vetAfter is how old a look at a contact may be when the message leaves.
const vetAfter = time.Second

// run records until quit is closed and nothing is outstanding, or ctx ends.
func (l *ledger) run(ctx context.Context, free func(*job)) {
	for {
		jobs, quit := l.jobs, l.quit
		if len(l.backlog) > 0 && len(l.backlog) >= l.room() {
			jobs = nil
		}
		if len(l.outstanding) > 0 {
			quit = nil
		}
		var done []settling
		select {
		case j := <-jobs:
			l.add(j)
		case s := <-l.settled:
			done = append(done, s)
		case <-l.poke:
			done = l.takeStopped(done)
		case <-l.laneTimer():
		case <-l.ready.left.C:
			l.ready.callAll()
		case <-quit:
			return
		case <-ctx.Done():
			return
		}
		done = l.gather(ctx, done)
		if l.connected.Load() == 0 {
			done = l.takeBack(done)
		}
		room := l.room() + len(done)
		l.takeJobs(room)
		announce := l.vet(ctx, l.takeBacklog(room), free)
		l.dropStopped(free)
		if len(announce)+len(done) > 0 && !l.record(ctx, announce, done, free) {
			return
		}
	}
}

// room is how many more deliveries may be announced.
func (l *ledger) room() int { return 2*int(l.connected.Load()) - len(l.outstanding) }

// gatherFor is how long an outcome waits at most for others, so that they are recorded together.
const gatherFor = 2 * time.Millisecond

// gather waits until there is an outcome of every connection, or one of them has nothing to do: each has its next message
// announced already, so that until then none waits for the ledger, and a write for many costs little more than a write
// for one.
func (l *ledger) gather(ctx context.Context, done []settling) []settling {
	done = l.takeSettled(done)
	if len(done) == 0 || l.mayBeIdle(len(done)) {
		return done
	}
	timer := time.NewTimer(gatherFor)
	defer timer.Stop()
	for !l.mayBeIdle(len(done)) {
		select {
		case s := <-l.settled:
			done = append(done, s)
		case <-l.ready.left.C:
			l.ready.callAll()
		case <-timer.C:
			return l.takeSettled(done)
		case <-ctx.Done():
			return done
		}
	}
	return l.takeSettled(done)
}

// mayBeIdle reports whether, after so many outcomes, a connection may be without a message.
func (l *ledger) mayBeIdle(done int) bool {
	return len(l.outstanding)-done <= int(l.connected.Load())
}

func (l *ledger) takeSettled(done []settling) []settling {
	for {
		select {
		case s := <-l.settled:
			done = append(done, s)
		default:
			return done
		}
	}
}

// takeBack puts announced deliveries back into the queue while there is no connection to send them over.
func (l *ledger) takeBack(done []settling) []settling {
	for j := l.ready.take(); j != nil; j = l.ready.take() {
		done = append(done, settling{j, givenBack(j)})
	}
	return done
}

// takeStopped puts announced deliveries of runs that were stopped back into the queue, which no connection has begun with.
func (l *ledger) takeStopped(done []settling) []settling {
	for range len(l.ready.jobs) {
		j := l.ready.take()
		switch {
		case j == nil:
			return done
		case j.maySend():
			l.ready.put(j)
		default:
			done = append(done, settling{j, givenBack(j)})
		}
	}
	l.ready.callAll()
	return done
}

func (l *ledger) add(j *job) {
	if !l.lanes.add(j) {
		l.backlog = append(l.backlog, j)
	}
}

// laneTimer wakes the ledger when a lane may send again; nil when none waits for that, or nothing could be sent.
func (l *ledger) laneTimer() <-chan time.Time {
	if l.room() <= 0 {
		return nil
	}
	if soon := l.lanes.soon(l.now()); soon > 0 {
		return time.After(soon)
	}
	return nil
}

func (l *ledger) takeJobs(room int) {
	for len(l.backlog) < room {
		select {
		case j := <-l.jobs:
			l.add(j)
		default:
			return
		}
	}
}

// takeBacklog gives what is announced next: half from the lanes at most, as long as others wait.
func (l *ledger) takeBacklog(room int) []*job {
	fromLanes := room
	if len(l.backlog) > 0 {
		fromLanes = (room + 1) / 2
	}
	narrow := l.lanes.take(fromLanes, l.now())
	n := max(0, min(room-len(narrow), len(l.backlog)))
	announce := l.backlog[:n:n]
	l.backlog = slices.Clone(l.backlog[n:])
	return append(announce, narrow...)
}

// dropStopped lets go of what waits for a run that was stopped, so that its conductor can end while no server is there,
// and of what waits in lanes for longer than it should be kept in memory.
func (l *ledger) dropStopped(free func(*job)) {
	for _, j := range l.lanes.drop(l.now()) {
		j.conductor.giveBack(j)
		free(j)
	}
	l.backlog = slices.DeleteFunc(l.backlog, func(j *job) bool {
		stopped := j.conductor.live.Err() != nil
		if stopped {
			j.conductor.giveBack(j)
			free(j)
		}
		return stopped
	})
}

// vet drops what may not be announced: of a run that was stopped, without a lease, in memory twice, or to a contact who
// was looked at too long ago and has left since (D-07).
func (l *ledger) vet(ctx context.Context, announce []*job, free func(*job)) []*job {
	var passed []*job
	old := map[*conductor][]*job{}
	for _, j := range announce {
		switch {
		case j.conductor.live.Err() != nil, j.lease.leaving.Load(), j.lease.held() != nil, l.outstanding[j.delivery.ID] != nil, l.lanes.bar(j), j.barred():
			j.conductor.giveBack(j)
			free(j)
		case time.Since(j.checked) > vetAfter:
			old[j.conductor] = append(old[j.conductor], j)
		default:
			passed = append(passed, j)
		}
	}
	for c, jobs := range old {
		again, err := c.vet(ctx, jobs)
		if err != nil {
			l.outage.failed(err, l.kept())
			for _, j := range jobs {
				c.giveBack(j)
				free(j)
			}
			continue
		}
		for _, j := range jobs {
			if !slices.Contains(again, j) {
				free(j)
			}
		}
		passed = append(passed, again...)
	}
	return passed
}

// record writes intents and outcomes, trying until the store takes them. It gives up only when ctx ends.
func (l *ledger) record(ctx context.Context, announce []*job, done []settling, free func(*job)) bool {
	intents := make([]store.Intent, len(announce))
	for i, j := range announce {
		intents[i] = intentOf(j)
		if j.sheet.inMemory(j.delivery.ID) {
			intents[i].New = j.delivery
		}
	}
	outcomes := make([]store.Settled, len(done))
	for i, s := range done {
		outcomes[i] = s.outcome
	}
	var allowed map[string]bool
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		began := time.Now()
		var err error
		allowed, err = l.store.Record(ctx, intents, outcomes)
		l.writing.since(began)
		if err == nil {
			break
		}
		if ctx.Err() == nil {
			l.waiting.Store(int64(len(outcomes)))
			l.outage.failed(err, l.kept())
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(wait):
		}
	}
	l.waiting.Store(0)
	l.outage.over()
	for _, s := range done {
		delete(l.outstanding, s.job.delivery.ID)
		s.job.conductor.letGo(s.job.delivery.ID, s.outcome.State == campaign.Accepted)
		free(s.job)
	}
	for _, j := range announce {
		j.conductor.writtenDown(j)
		if !allowed[j.delivery.ID] {
			j.conductor.behind.Store(true) // it may wait in the queue
			j.conductor.letGo(j.delivery.ID, false)
			free(j)
			continue
		}
		l.outstanding[j.delivery.ID] = j
		l.ready.put(j)
	}
	if len(announce) > 0 {
		l.ready.callSome(int(l.connected.Load()))
	}
	return true
}

// kept is how many outcomes are in memory while the store is away.
func (l *ledger) kept() int { return int(l.waiting.Load()) + len(l.settled) }

func intentOf(j *job) store.Intent { return store.Intent{ID: j.delivery.ID, Epoch: j.lease.Epoch} }

// givenBack is the outcome of a delivery that was announced but never tried.
func givenBack(j *job) store.Settled {
	return store.Settled{Intent: intentOf(j), State: campaign.Queued, Code: j.delivery.Code, At: time.Now().UTC()}
}
