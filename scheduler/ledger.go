package scheduler

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

type recorder interface {
	Record(ctx context.Context, announce []store.Intent, settled []store.Settled) (map[string]bool, error)
}

// ledger records, by group commit, the intent to send before a message leaves and the outcome after it was answered: each
// write carries what all connections have brought in meanwhile. At most two deliveries for each connection are announced
// at a time, the one on the wire and the next, so that no connection waits for the store and a crash leaves no more than
// these interrupted.
//
// When the store fails, nothing more is announced; outcomes stay in memory and are written when it is back.
type ledger struct {
	store   recorder
	outage  *outage
	vetting *vetting // the stage before it
	relays  []*relay
	left    *time.Timer   // of the relays' queues
	settled chan settling // answered
	changed chan struct{} // the number of connections has changed, or a run was stopped
	quit    chan struct{} // no more jobs will come
	reports chan<- []report
	now     func() time.Time
	waiting atomic.Int64 // outcomes that wait in memory to be recorded
	writing spent
	tally   tally

	outstanding map[string]*job // announced and not settled
}

type settling struct {
	job     *job
	outcome store.Settled
	bounced string // as in a report
}

// run records until quit is closed and nothing is outstanding, or ctx ends.
func (l *ledger) run(ctx context.Context) {
	for {
		quit := l.quit
		if len(l.outstanding) > 0 {
			quit = nil
		}
		var done []settling
		select {
		case <-l.vetting.some:
		case s := <-l.settled:
			done = append(done, s)
		case <-l.changed:
			done = l.takeStopped(done)
		case <-l.left.C:
			l.callAll()
		case <-quit:
			return
		case <-ctx.Done():
			return
		}
		done = l.collect(ctx, done)
		done = l.takeBack(done)
		announce := l.vetting.take(l.room(done))
		if len(announce)+len(done) > 0 && !l.record(ctx, announce, done) {
			return
		}
		l.vetting.hasRoom(l.room(nil).total())
	}
}

// room is how many more deliveries may be announced for each server, when some are written down as settled.
func (l *ledger) room(done []settling) room {
	free := make(room, len(l.relays))
	for i, r := range l.relays {
		free[i] = 2*int(r.open.Load()) - r.outstanding
	}
	for _, s := range done {
		free[s.job.relay.number]++
	}
	return free
}

// connected is how many connections there are.
func (l *ledger) connected() (n int) {
	for _, r := range l.relays {
		n += int(r.open.Load())
	}
	return n
}

func (l *ledger) callAll() {
	for _, r := range l.relays {
		r.queue.callAll()
	}
}

// collectFor is how long an outcome waits at most for others, so that they are recorded together.
const collectFor = 2 * time.Millisecond

// collect waits until every connection has an outcome, or one of them has nothing to do. Each has its next message announced
// already, so none waits for the ledger until then, and a write for many costs little more than a write for one.
func (l *ledger) collect(ctx context.Context, done []settling) []settling {
	done = l.takeSettled(done)
	if len(done) == 0 || l.mayBeIdle(len(done)) {
		return done
	}
	timer := time.NewTimer(collectFor)
	defer timer.Stop()
	for !l.mayBeIdle(len(done)) {
		select {
		case s := <-l.settled:
			done = append(done, s)
		case <-l.left.C:
			l.callAll()
		case <-timer.C:
			return l.takeSettled(done)
		case <-ctx.Done():
			return done
		}
	}
	return l.takeSettled(done)
}

// mayBeIdle reports whether, after a number of outcomes, a connection may be without a message.
func (l *ledger) mayBeIdle(done int) bool {
	return len(l.outstanding)-done <= l.connected()
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

// takeBack puts announced deliveries back into the queue while there is no connection to the server that was to take them. Only
// then may another get them.
func (l *ledger) takeBack(done []settling) []settling {
	for _, r := range l.relays {
		if r.open.Load() > 0 {
			continue
		}
		for j := r.queue.take(); j != nil; j = r.queue.take() {
			done = append(done, settling{job: j, outcome: j.returned(l.now())})
		}
	}
	return done
}

// takeStopped puts announced deliveries of stopped runs back into the queue that no connection has begun with.
func (l *ledger) takeStopped(done []settling) []settling {
	for _, r := range l.relays {
		for range len(r.queue.jobs) {
			j := r.queue.take()
			if j == nil {
				break
			}
			if j.maySend() {
				r.queue.put(j)
			} else {
				done = append(done, settling{job: j, outcome: j.returned(l.now())})
			}
		}
	}
	l.callAll()
	return done
}

// record writes intents and outcomes, trying until the store takes them. It gives up only when ctx ends.
func (l *ledger) record(ctx context.Context, announce []*job, done []settling) bool {
	intents := make([]store.Intent, 0, len(announce))
	for _, j := range announce {
		if l.outstanding[j.delivery.ID] != nil {
			continue // in memory twice
		}
		intents = append(intents, j.announcement(len(l.relays) > 1))
	}
	outcomes := campaign.Collect(done, func(s settling) store.Settled { return s.outcome })
	allowed, err := l.write(ctx, intents, outcomes)
	if err != nil {
		return false
	}
	l.tally.add(done)
	reports := make([]report, 0, len(announce)+len(done))
	for _, s := range done {
		delete(l.outstanding, s.job.delivery.ID)
		s.job.relay.outstanding--
		r := report{job: s.job, fate: settled, bounced: s.bounced, dead: s.outcome.Dead}
		if s.outcome.State == campaign.Accepted {
			r.fate = accepted
		}
		reports = append(reports, r)
	}
	for _, j := range announce {
		if !allowed[j.delivery.ID] {
			reports = append(reports, report{job: j, fate: refused})
			continue
		}
		reports = append(reports, report{job: j, fate: announced})
		l.outstanding[j.delivery.ID] = j
		j.relay.outstanding++
		j.relay.queue.put(j)
	}
	l.reports <- reports
	if len(announce) > 0 {
		for _, r := range l.relays {
			r.queue.callSome(int(r.open.Load()))
		}
	}
	return true
}

// write writes until the store takes it, or ctx ends.
func (l *ledger) write(ctx context.Context, intents []store.Intent, outcomes []store.Settled) (allowed map[string]bool, err error) {
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		began := time.Now()
		allowed, err = l.store.Record(ctx, intents, outcomes)
		l.writing.since(began)
		if err == nil {
			l.waiting.Store(0)
			l.outage.over()
			return allowed, nil
		}
		l.waiting.Store(int64(len(outcomes)))
		l.outage.failed(ctx, err)
		if !sleep(ctx.Done(), nil, wait) {
			return nil, err
		}
	}
}

// unrecorded is how many outcomes are in memory while the store is away.
func (l *ledger) unrecorded() int { return int(l.waiting.Load()) + len(l.settled) }
