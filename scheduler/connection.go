package scheduler

import (
	"context"
	"math/rand/v2"
	"time"

	"golang.org/x/time/rate"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// serve sends over one connection until it breaks or its server must not be used for a while, when it returns true to get
// another, or until it has been idle for a while.
func (s *sender) serve(ctx context.Context, c *connection, quit <-chan struct{}) (again bool) {
	idle := time.NewTimer(s.keepAlive)
	defer idle.Stop()
	defer c.relay.circuit.untried()
	defer c.relay.queue.call(1) // for what this connection will not take
	for {
		j := c.relay.queue.take()
		if j == nil {
			if over, again := s.waitForCall(ctx, c, idle, quit); over {
				return again
			}
			continue
		}
		for j != nil && c.mayServe() {
			j = s.send(ctx, c, j)
		}
		if j != nil {
			c.relay.queue.put(j) // never handed over
		}
		if !c.mayServe() {
			return true
		}
		idle.Reset(s.keepAlive)
	}
}

// waitForCall waits until there may be work for a connection; over says that it must be closed instead.
func (s *sender) waitForCall(ctx context.Context, c *connection, idle *time.Timer, quit <-chan struct{}) (over, again bool) {
	defer s.forWork.since(time.Now())
	defer c.relay.queue.wait()()
	if c.relay.queue.any() { // put there before this connection was known to be idle
		return false, false
	}
	select {
	case <-c.relay.queue.calls:
		return false, false
	case <-c.relay.fewer():
		return !c.relay.wants(c.number), true
	case <-idle.C:
	case <-quit:
	case <-ctx.Done():
	}
	return true, false
}

// connection is one to a relay, and what is known of it.
type connection struct {
	Conn
	relay     *relay
	number    int           // among those to its server
	limiter   *rate.Limiter // of messages over this connection
	trial     bool          // this one finds out whether its server can be used again
	delivered bool
	used      time.Time // when it was, last
}

func newConnection(conn Conn, r *relay, number int, trial bool) *connection {
	return &connection{Conn: conn, relay: r, number: number, trial: trial, used: time.Now(), limiter: rate.NewLimiter(rate.Inf, 1)}
}

// idleEnds is how long a connection without a message may be before its server is likely to have ended it.
const idleEnds = time.Second

// mayServe reports whether another message may go over the connection.
func (c *connection) mayServe() bool {
	return c.Usable() && (c.trial || c.relay.circuit.closed()) && c.relay.wants(c.number)
}

// believedWornOut is how often a message is believed to have met a worn-out connection.
const believedWornOut = 5

// wornOut reports whether a message was not taken because a connection that had served well, or had waited for long, has
// ended: many servers limit the messages over one, or end it soon when nothing comes, and that is no reason to let
// the message wait. It is believed a few times for each message, and of every connection that had waited: the next one it
// meets may be worn out as well.
func (c *connection) wornOut(j *job, o campaign.Outcome, idle bool) bool {
	ended := o.Result == campaign.ResultLater && o.OurFault && !o.Policy && (o.Code == 0 || o.Code == 421) && !c.Usable()
	return ended && (idle || c.delivered && j.again < believedWornOut)
}

// send hands one announced message over and settles it. It returns the message to send next: the one whose envelope may
// have gone out meanwhile, or the same when it needs another connection.
func (s *sender) send(ctx context.Context, c *connection, j *job) (next *job) {
	if !j.maySend() || s.lanes.bar(j) || j.barred() || !j.paced && !s.pace(j, c) {
		c.Abandon()
		s.ledger.settled <- settling{job: j, outcome: j.returned(s.now())}
		return nil
	}
	began := time.Now()
	idle := began.Sub(c.used) > idleEnds
	o := c.Send(ctx, j.message, func() *campaign.Message {
		if next = s.takeNext(c); next == nil {
			return nil
		}
		return &next.message
	}, j.lease.lost)
	c.used = time.Now()
	c.relay.queue.took(c.used.Sub(began))
	if next == nil && c.wornOut(j, o, idle) && ctx.Err() == nil && j.maySend() {
		if j.paced = true; !idle {
			j.again++
		}
		return j
	}
	c.delivered = c.delivered || o.Result == campaign.ResultAccepted
	s.ledger.settled <- s.settle(ctx, c, j, o)
	c.trial = c.trial && c.relay.circuit.closed() // one message was the trial
	return next
}

// pace waits for a message's turn; false when its run was stopped meanwhile.
func (s *sender) pace(j *job, c *connection) bool {
	defer s.forPace.since(time.Now())
	return s.pacer.wait(j.stop, c)
}

// takeNext returns an announced job whose message may leave at once, or nil. It does not wait: idle connections wait for the
// same jobs.
func (s *sender) takeNext(c *connection) *job {
	if !c.relay.circuit.closed() {
		return nil
	}
	j := c.relay.queue.take()
	if j == nil {
		return nil
	}
	if !j.maySend() || s.lanes.bar(j) || j.barred() {
		s.ledger.settled <- settling{job: j, outcome: j.returned(s.now())}
		return nil
	}
	if j.paced = j.paced || s.pacer.mayLeave(c); j.paced {
		return j
	}
	c.relay.queue.put(j) // its turn has not come
	c.relay.queue.call(1)
	return nil
}

// settle returns the outcome to record of a message that was handed over, or not, and tells the run's proof, the relay's circuit
// and the provider's lane about it. A hold is written here, since no further message may go to the provider, and the delivery
// is put off until it ends.
func (s *sender) settle(ctx context.Context, c *connection, j *job, o campaign.Outcome) settling {
	if o.At.IsZero() {
		o.At = s.now()
	}
	if (ctx.Err() != nil || j.lease.lost() != nil) && o.Result == campaign.ResultLater {
		return settling{job: j, outcome: j.returned(s.now())} // refused by the ledger when somebody has taken over, right when nobody has
	}
	if rules := s.sendingRules.Load(); rules != nil {
		o = rules.taught.Taught(o)
	}
	if o.Unclear && s.lanes.held(j.provider) { // as it says to everybody
		o.Unclear, o.Dead, o.OurFault, o.Policy = false, false, true, true
	}
	if o.Result != campaign.ResultAccepted {
		s.answers.add(campaign.Answer{Text: o.Answer, Server: c.relay.mail.Name(), At: o.At.UTC()})
	}
	s.learner.heard(ctx, c.relay, j, o)
	if o.Policy && !j.trial && s.router.refusedAt(c.relay, j) { // another server takes what goes there
		set := settling{job: j, outcome: s.rules.stateAfter(j, o)}
		set.outcome.NextAt = o.At.UTC()
		return set
	}
	back := false
	if ctx.Err() == nil && !j.stopped() {
		s.tellCircuit(c, o)
		back = s.tellProof(c, j, o)
	}
	set := settling{job: j, outcome: s.rules.stateAfter(j, o)}
	settled := &set.outcome
	if back {
		settled.State, settled.NextAt, settled.Tried = campaign.Queued, time.Time{}, false
	}
	if back && !j.trial {
		return set // it is not one provider's
	}
	if until := s.providers.heard(ctx, j, o); settled.State == campaign.Deferred && until.After(settled.NextAt) {
		settled.NextAt = until.UTC()
	}
	if settled.State == campaign.Failed && o.Code >= 400 && !o.MessageFault || o.Dead && !o.Unclear && !saysTheirs(o) {
		settled.Dead, set.bounced = o.Dead, o.Answer
	}
	return set
}

// tellProof tells the proof of a run about an outcome; back says that the delivery goes back into the queue, since everything
// is held.
func (s *sender) tellProof(c *connection, j *job, o campaign.Outcome) (back bool) {
	p := j.proof
	if o.Result == campaign.ResultAccepted {
		if p.accepted(c.relay, j.provider) {
			s.logger.Info("the mail server takes the messages of a run again", "run_id", j.delivery.Run)
		}
		return false
	}
	permanent := o.Code >= 500 || o.MessageFault
	if !(o.OurFault || o.Unclear || saysTheirs(o)) || !permanent {
		return p.held.Load() && o.OurFault
	}
	suspect := suspectOf(j, o)
	back, server, news := p.refused(c.relay, suspect, o.MessageFault && o.Code == 0)
	if server {
		c.relay.circuit.failed(o.Answer, true, true)
	}
	logHeld(s.logger, j.delivery.Run, news)
	return back || o.Unclear && p.unclearAt(suspect)
}

// outcomeRules say what becomes of a delivery by the server's answer.
type outcomeRules struct {
	retries []time.Duration // waits before each new try
	resend  bool            // interrupted deliveries go again by themselves
}

// stateAfter returns the state of a delivery after the server's answer.
func (r outcomeRules) stateAfter(j *job, o campaign.Outcome) store.Settled {
	set := store.Settled{Intent: j.intent(), Reason: o.Answer, Code: int64(o.Code), At: o.At.UTC(), Tried: true}
	switch o.Result {
	case campaign.ResultAccepted:
		set.State, set.Queue, set.Reason = campaign.Accepted, o.Answer, ""
	case campaign.ResultRefused:
		set.State = campaign.Failed
		if o.OurFault || o.Unclear || saysTheirs(o) {
			r.putOff(j, o, &set)
		}
	case campaign.ResultUnknown:
		set.State = campaign.Interrupted
		if r.resend {
			set.State = campaign.Queued
		}
	case campaign.ResultLater:
		r.putOff(j, o, &set)
	}
	return set
}

// putOff defers a delivery to a later try. One that has no tries left has failed, unless that may be our fault: then it
// goes on, and its run is paused.
func (r outcomeRules) putOff(j *job, o campaign.Outcome, set *store.Settled) {
	tries := int(j.delivery.Attempts)
	if last := len(r.retries); tries >= last {
		if !o.OurFault && (!o.Unclear || j.proof.taken.Load()) {
			set.State, set.Reason = campaign.Failed, "given up after the last try: "+set.Reason
			return
		}
		j.proof.lastTryRefused(o.Answer)
		tries = last - 1
	}
	wait := r.retries[tries]
	set.State, set.NextAt = campaign.Deferred, set.At.Add(wait+rand.N(wait/10+1))
}

// atLast returns a context for writing what an answer says, which must not be lost when the process ends.
func atLast(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), lastAnswers)
}
