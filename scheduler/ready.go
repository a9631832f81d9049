package scheduler

import (
	"sync/atomic"
	"time"
)

// ready is what has been announced and may leave, and the connections that wait for it. Whoever sends a message and knows
// the next saves a round trip. So as few connections as can do it go to work on what was announced together, and take one
// after the other; the rest are called when that is too slow, as it is wherever a server takes its time to answer.
type ready struct {
	jobs    chan *job
	calls   chan struct{} // each has one connection that rests look for work
	resting atomic.Int64  // connections
	left    *time.Timer   // something has been lying for a while
	pace    atomic.Int64  // nanoseconds a message took lately
}

const (
	tookTogether = 4                      // messages a connection that is called is to find
	quick        = time.Millisecond       // a server that takes longer for one finds all connections at work
	leftFor      = 300 * time.Microsecond // then there are connections for all
	leftAgain    = 50 * time.Millisecond  // and from then on it is looked at again
)

func newReady(room int) *ready {
	r := &ready{jobs: make(chan *job, room), calls: make(chan struct{}, room), left: time.NewTimer(time.Hour)}
	r.left.Stop()
	return r
}

// put adds a job; there is room for all that may be announced.
func (r *ready) put(j *job) { r.jobs <- j }

// take gives a job, nil when there is none.
func (r *ready) take() *job {
	select {
	case j := <-r.jobs:
		return j
	default:
		return nil
	}
}

// any reports whether there is one.
func (r *ready) any() bool { return len(r.jobs) > 0 }

// rest notes that a connection rests, until the function it gives is called.
func (r *ready) rest() (over func()) {
	r.resting.Add(1)
	return func() { r.resting.Add(-1) }
}

// callSome calls connections for what the others, of so many, will not take one after the other.
func (r *ready) callSome(connected int) {
	if time.Duration(r.pace.Load()) > quick {
		r.callAll()
		return
	}
	active := connected - int(r.resting.Load())
	r.call((len(r.jobs) - active + tookTogether - 1) / tookTogether)
	r.left.Reset(leftFor)
}

// took notes how long a message took.
func (r *ready) took(d time.Duration) {
	was := r.pace.Load()
	r.pace.Store(was + (int64(d)-was)/16) // of two at once one may be lost
}

// callAll calls a connection for each job that is left.
func (r *ready) callAll() {
	r.call(len(r.jobs))
	if len(r.jobs) > 0 {
		r.left.Reset(leftAgain)
	}
}

func (r *ready) call(n int) {
	for n = min(n, len(r.jobs), int(r.resting.Load())-len(r.calls)); n > 0; n-- {
		select {
		case r.calls <- struct{}{}:
		default:
			return
		}
	}
}
