package scheduler

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

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
		if o.OurFault || o.Unclear {
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
		j.proof.wornOut(o.Answer)
		tries = last - 1
	}
	wait := r.retries[tries]
	set.State, set.NextAt = campaign.Deferred, set.At.Add(wait+rand.N(wait/10+1))
}

// atLast returns a context for what is learnt from an answer, which counts at the very end too.
func atLast(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), lastAnswers)
}
