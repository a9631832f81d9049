package scheduler

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// sender owns the connections and the ledger; all runs of this process share it.
type sender struct {
	cfg     Config
	outlets []*outlet
	pacer   *pacer
	lanes   *lanes
	ledger  *ledger

	refreshing refresher

	kick    chan struct{} // wakes a worker that has no connection
	waiting atomic.Int64  // jobs handed over and not settled
	buffers sync.Pool
	answers answers
	crew    sync.WaitGroup
	work    func(o *outlet, number int) // what a worker does from the start to the end of everything
	keep    time.Duration               // how long a connection without work is kept
	forWork spent                       // waiting of connections for an announced message
	forPace spent                       // and for its turn
}

// composedAhead is how many messages may be ready before they are announced.
const composedAhead = 64

func newSender(cfg Config, o *outage) *sender {
	const most = campaign.MaxConnections
	s := &sender{
		cfg: cfg, outlets: newOutlets(cfg), pacer: newPacer(cfg.Pace), lanes: &lanes{},
		kick: make(chan struct{}, most), keep: 20 * time.Second, refreshing: refresher{senders: map[string][]string{}},
	}
	s.lanes.set(s.pacer.mine().Providers, nil, time.Time{})
	s.ledger = &ledger{
		store: cfg.Store, outage: o, now: cfg.Now, lanes: s.lanes,
		jobs: make(chan *job, composedAhead), ready: newReady(2 * most),
		settled: make(chan settling, 2*most), poke: make(chan struct{}, 1), outstanding: map[string]*job{},
	}
	s.buffers.New = func() any { b := make([]byte, 0, 16<<10); return &b }
	return s
}

// lastAnswers is how long after the grace time the answers to what was handed over are waited for.
const lastAnswers = 2 * time.Second

// start starts ledger and workers. They outlive ctx by the grace time: then connections are closed, and what did not reach
// its final dot goes back into the queue. It gives a context that lasts until that is written down, and a function that ends
// everything; call it when no conductor is left.
func (s *sender) start(ctx context.Context) (hard context.Context, finish func()) {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	hard, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stopTimer := context.AfterFunc(ctx, func() {
		time.AfterFunc(s.cfg.Grace, stop)
		time.AfterFunc(s.cfg.Grace+s.cfg.Records, cancel)
	})
	workers, quit := make(chan struct{}), make(chan struct{})
	s.ledger.quit = quit
	var records sync.WaitGroup
	records.Go(func() { s.ledger.run(hard, s.free) })
	s.work = func(o *outlet, number int) { s.worker(work, workers, o, number) }
	s.grow()
	return hard, func() {
		close(workers)
		s.crew.Wait()
		for _, o := range s.outlets {
			o.ended()
		}
		close(quit)
		records.Wait()
		stopTimer()
		stop()
		cancel()
	}
}

// push hands a job over; false when ctx ended first.
func (s *sender) push(ctx context.Context, j *job) bool {
	s.waiting.Add(1)
	j.provider = campaign.ProviderOf(j.delivery.Domain)
	s.lanes.enter(j)
	s.wake()
	select {
	case s.ledger.jobs <- j:
		return true
	case <-ctx.Done():
	}
	s.free(j)
	return false
}

// wake has a worker without a connection look for work.
func (s *sender) wake() {
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

// free is called once for each job pushed, when it is settled or dropped.
func (s *sender) free(j *job) {
	s.waiting.Add(-1)
	s.lanes.leave(j)
	s.buffers.Put(j.buffer)
}

// worker keeps one connection while there is work for it and so many are wanted.
func (s *sender) worker(ctx context.Context, quit <-chan struct{}, o *outlet, number int) {
	for o.stays(number) {
		select {
		case <-quit:
			return
		case <-ctx.Done():
			return
		case <-o.fewer():
			continue
		case <-s.kick:
		}
		for s.waiting.Load() > 0 && ctx.Err() == nil && o.wants(number) {
			conn, trial, ok := s.connect(ctx, quit, o)
			if !ok {
				break
			}
			o.open.Add(1)
			s.ledger.connected.Add(1)
			s.pokeLedger()
			cut := context.AfterFunc(ctx, func() { time.AfterFunc(lastAnswers, conn.Cut) })
			again := s.serve(ctx, &wire{Conn: conn, outlet: o, number: number, trial: trial, used: time.Now(), limiter: rate.NewLimiter(rate.Inf, 1)}, quit)
			o.open.Add(-1)
			if s.ledger.connected.Add(-1) == 0 && s.wanted() {
				s.wake() // what waits for its turn was all handed over long ago
			}
			s.pokeLedger()
			cut()
			conn.Close()
			if !again {
				break
			}
		}
	}
}

func (s *sender) pokeLedger() {
	select {
	case s.ledger.poke <- struct{}{}:
	default:
	}
}

// serve sends over one connection until it breaks or its server is not to be used for a while (true: get another), or it
// has been idle for a while.
func (s *sender) serve(ctx context.Context, w *wire, quit <-chan struct{}) (again bool) {
	idle := time.NewTimer(s.keep)
	defer idle.Stop()
	defer w.outlet.circuit.untried()
	defer s.ledger.ready.call(1) // for what this connection will not take
	for {
		j := s.ledger.ready.take()
		if j == nil {
			if over, again := s.restUntilCalled(ctx, w, idle, quit); over {
				return again
			}
			continue
		}
		for j != nil && w.mayServe() {
			j = s.send(ctx, w, j)
		}
		if j != nil {
			s.ledger.ready.put(j) // never handed over
		}
		if !w.mayServe() {
			return true
		}
		idle.Reset(s.keep)
	}
}

// restUntilCalled waits until there may be work for a connection; over says that it is to be closed instead.
func (s *sender) restUntilCalled(ctx context.Context, w *wire, idle *time.Timer, quit <-chan struct{}) (over, again bool) {
	defer s.forWork.since(time.Now())
	defer s.ledger.ready.rest()()
	if s.ledger.ready.any() { // put there before it was known that this connection rests
		return false, false
	}
	select {
	case <-s.ledger.ready.calls:
		return false, false
	case <-w.outlet.fewer():
		return !w.outlet.wants(w.number), true
	case <-idle.C:
	case <-quit:
	case <-ctx.Done():
	}
	return true, false
}

// wire is a connection and what is known of it.
type wire struct {
	Conn
	outlet    *outlet
	number    int           // among those to its server
	limiter   *rate.Limiter // of messages over this connection
	trial     bool          // this one finds out whether its server can be used again
	delivered bool
	used      time.Time // when it was, last
}

// idleEnds is how long a connection without a message may be before its server is likely to have ended it.
const idleEnds = time.Second

// mayServe reports whether another message may go over the connection.
func (w *wire) mayServe() bool {
	return w.Usable() && (w.trial || w.outlet.circuit.closed()) && w.outlet.wants(w.number)
}

// believedWornOut is how often a message is believed to have met a worn-out connection.
const believedWornOut = 5

// wornOut reports whether a message was not taken because a connection that had served well, or had waited for long, has
// ended: many servers take only so many messages over one, or end it soon when nothing comes, and that is no reason to let
// the message wait. It is believed a few times for each message, and of every connection that had waited: the next one it
// meets may be worn out as well.
func (w *wire) wornOut(j *job, o campaign.Outcome, idle bool) bool {
	ended := o.Result == campaign.ResultLater && o.OurFault && !o.Policy && (o.Code == 0 || o.Code == 421) && !w.Usable()
	return ended && (idle || w.delivered && j.again < believedWornOut)
}

// send hands one announced message over and settles it. It gives the message to send next: the one whose envelope may
// have gone out meanwhile, or the same when it needs another connection.
func (s *sender) send(ctx context.Context, w *wire, j *job) (next *job) {
	if !j.maySend() || s.lanes.bar(j) || j.barred() || !j.paced && !s.pace(j, w) {
		w.Abandon()
		s.ledger.settled <- settling{j, givenBack(j)}
		return nil
	}
	began := time.Now()
	idle := began.Sub(w.used) > idleEnds
	o := w.Send(ctx, j.message, func() *campaign.Message {
		if next = s.takeNext(w); next == nil {
			return nil
		}
		return &next.message
	}, j.lease.held)
	w.used = time.Now()
	s.ledger.ready.took(w.used.Sub(began))
	if next == nil && w.wornOut(j, o, idle) && ctx.Err() == nil && j.maySend() {
		if j.paced = true; !idle {
			j.again++
		}
		return j
	}
	w.delivered = w.delivered || o.Result == campaign.ResultAccepted
	s.ledger.settled <- settling{j, s.settle(ctx, w, j, o)}
	w.trial = w.trial && w.outlet.circuit.closed() // one message was the trial
	return next
}

// pace waits for a message's turn; false when its run was stopped meanwhile.
func (s *sender) pace(j *job, w *wire) bool {
	defer s.forPace.since(time.Now())
	return s.pacer.wait(j.conductor.live, w)
}

// takeNext gives a message that is announced and may leave at once, without waiting for one: a connection without work
// is waiting for the same messages.
func (s *sender) takeNext(w *wire) *job {
	if !w.outlet.circuit.closed() {
		return nil
	}
	j := s.ledger.ready.take()
	if j == nil {
		return nil
	}
	if !j.maySend() || s.lanes.bar(j) || j.barred() {
		s.ledger.settled <- settling{j, givenBack(j)}
		return nil
	}
	if j.paced = j.paced || s.pacer.mayLeave(w); j.paced {
		return j
	}
	s.ledger.ready.put(j) // its turn has not come
	s.ledger.ready.call(1)
	return nil
}

// maySend reports whether the run goes on and is still ours.
func (j *job) maySend() bool { return j.conductor.live.Err() == nil && j.lease.held() == nil }

// settle says what to record about a message that was handed over, or not, and acts on what was learnt.
func (s *sender) settle(ctx context.Context, w *wire, j *job, o campaign.Outcome) store.Settled {
	if o.At.IsZero() {
		o.At = s.cfg.Now()
	}
	if (ctx.Err() != nil || j.lease.held() != nil) && o.Result == campaign.ResultLater {
		return givenBack(j) // refused by the ledger when somebody has taken over, right when nobody has
	}
	if o.Unclear && s.lanes.held(j.provider) { // as it says to everybody
		o.Unclear, o.Dead, o.OurFault, o.Policy = false, false, true, true
	}
	if o.Result != campaign.ResultAccepted {
		s.answers.add(campaign.Answer{Text: o.Answer, Server: w.outlet.mail.Name(), At: o.At.UTC()})
	}
	back := false
	if ctx.Err() == nil && j.conductor.live.Err() == nil {
		s.learn(w, o)
		back = s.weigh(w, j, o)
	}
	settled := s.judge(j, o)
	if back {
		settled.State, settled.NextAt, settled.Tried = campaign.Queued, time.Time{}, false
	}
	if back && !j.trial {
		return settled // it is not one provider's
	}
	if until := s.providerSpoke(ctx, j, o); settled.State == campaign.Deferred && until.After(settled.NextAt) {
		settled.NextAt = until.UTC()
	}
	if settled.State == campaign.Failed && o.Code >= 500 || o.Dead && !o.Unclear {
		settled.Dead = o.Dead
		s.bury(ctx, j.delivery.Contact, o.Answer, o.Dead)
	}
	return settled
}

// judge turns the server's answer into a state.
func (s *sender) judge(j *job, o campaign.Outcome) store.Settled {
	r := store.Settled{Intent: intentOf(j), Reason: o.Answer, Code: int64(o.Code), At: o.At.UTC(), Tried: true}
	switch o.Result {
	case campaign.ResultAccepted:
		r.State, r.Queue, r.Reason = campaign.Accepted, o.Answer, ""
	case campaign.ResultRefused:
		r.State = campaign.Failed
		if o.OurFault || o.Unclear {
			s.putOff(j, o, &r)
		}
	case campaign.ResultUnknown:
		r.State = campaign.Interrupted
		if s.cfg.Resend {
			r.State = campaign.Queued
		}
	case campaign.ResultLater:
		s.putOff(j, o, &r)
	}
	return r
}

// putOff lets a delivery be tried again later. One that has no tries left has failed, unless that may be our fault: then it
// goes on, and its run is paused.
func (s *sender) putOff(j *job, o campaign.Outcome, r *store.Settled) {
	tries := int(j.delivery.Attempts)
	if last := len(s.cfg.Retries); tries >= last {
		if !o.OurFault && (!o.Unclear || j.conductor.proof.taken.Load()) {
			r.State, r.Reason = campaign.Failed, "given up after the last try: "+r.Reason
			return
		}
		j.conductor.proof.wornOut(o.Answer)
		tries = last - 1
	}
	wait := s.cfg.Retries[tries]
	r.State, r.NextAt = campaign.Deferred, r.At.Add(wait+rand.N(wait/10+1))
}

// atLast gives a context for what is learnt from an answer, which counts at the very end too.
func atLast(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), lastAnswers)
}
