package scheduler

import (
	"sync/atomic"
	"time"
)

// sendQueue holds the announced jobs of a server, which may leave, and its connections that wait for them. A connection that knows the
// next message while it sends one saves a round trip. So as few connections as can do it go to work on what was announced
// together, and take one job after the other; the others are called when that is too slow, as it is wherever a server takes
// its time to answer.
type sendQueue struct {
	jobs  chan *job
	calls chan struct{} // each makes one idle connection look for work
	idle  atomic.Int64  // connections
	left  *time.Timer   // something has been lying for a while, here or in another queue
	pace  atomic.Int64  // nanoseconds a message took lately
}

const (
	tookTogether = 4                      // messages for each connection that is called
	quick        = time.Millisecond       // a server that takes longer for one finds all connections at work
	leftFor      = 300 * time.Microsecond // then there are connections for all
	leftAgain    = 50 * time.Millisecond  // and from then on it is looked at again
)

func newSendQueue(room int, left *time.Timer) *sendQueue {
	return &sendQueue{jobs: make(chan *job, room), calls: make(chan struct{}, room), left: left}
}

// put adds a job; there is room for all that may be announced.
func (q *sendQueue) put(j *job) { q.jobs <- j }

// take returns a job, nil when there is none.
func (q *sendQueue) take() *job {
	select {
	case j := <-q.jobs:
		return j
	default:
		return nil
	}
}

// any reports whether there is one.
func (q *sendQueue) any() bool { return len(q.jobs) > 0 }

// wait notes that a connection is idle, until the function it returns is called.
func (q *sendQueue) wait() (over func()) {
	q.idle.Add(1)
	return func() { q.idle.Add(-1) }
}

// callSome calls idle connections for what the busy ones will not take one after the other.
func (q *sendQueue) callSome(connected int) {
	if time.Duration(q.pace.Load()) > quick {
		q.callAll()
		return
	}
	active := connected - int(q.idle.Load())
	q.call((len(q.jobs) - active + tookTogether - 1) / tookTogether)
	q.left.Reset(leftFor)
}

// took notes how long a message took.
func (q *sendQueue) took(d time.Duration) {
	was := q.pace.Load()
	q.pace.Store(was + (int64(d)-was)/16) // of two at once one may be lost
}

// callAll calls a connection for each job that is left.
func (q *sendQueue) callAll() {
	q.call(len(q.jobs))
	if len(q.jobs) > 0 {
		q.left.Reset(leftAgain)
	}
}

func (q *sendQueue) call(n int) {
	for n = min(n, len(q.jobs), int(q.idle.Load())-len(q.calls)); n > 0; n-- {
		select {
		case q.calls <- struct{}{}:
		default:
			return
		}
	}
}
