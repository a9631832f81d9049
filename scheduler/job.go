package scheduler

import (
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// job is one delivery on its way. It is in one hand at a time, so it needs no lock: its run's worker makes it and hands it to
// vetting, vetting to the ledger, the ledger to a connection and this back to the ledger. The hands that may write a field
// are named beside it.
type job struct {
	// The run's worker.
	report   func(fate, ...*job) // tells the run what became of the job
	stop     <-chan struct{}     // closed when nothing more may be sent for the run
	proof    *proof              // of the run
	vetter   *vetter             // of the run
	delivery *campaign.Delivery
	lease    *lease
	page     *planPage // where the delivery stands while it is in memory alone; nil for one that was read
	probe    bool      // this one finds out whether its held run can go on
	message  campaign.Message
	buffer   *[]byte
	provider string // of the recipient's mailbox

	// The run's worker and vetting, which look at the contact by the same vetter.
	contact      *campaign.Contact
	organisation string           // name of the contact's
	notice       *campaign.Notice // what the message is about, in a run of notices; nil when it is gone
	checked      time.Time        // when the contact was last looked at

	// The router, when there is room to announce it.
	relay *relay // that it goes over

	// The lanes, under their lock.
	lane   *lane // of the provider, where there is one
	onWire bool  // announced from its lane
	trial  bool  // this one finds out whether the provider takes mail again

	// The connection.
	paced bool // its turn was taken
	again int  // how often it met the end of a worn-out connection
}

// fate is what became of a job.
type fate int

const (
	announced fate = iota // its delivery is written down
	refused               // it may not be announced: another process has written it down, or a copy of it is on its way
	givenBack             // it was not announced: its delivery is written down if it is in memory alone, and read from the queue again
	settled
	accepted
)

// report says what became of a job. bounced is the server's answer, where that means that mail to the contact bounces; dead says
// that the address does not work.
type report struct {
	job     *job
	fate    fate
	bounced string
	dead    bool
}

// stopped reports whether nothing more may be sent for the job's run.
func (j *job) stopped() bool { return closed(j.stop) }

// maySend reports whether the run goes on and its shard is still ours.
func (j *job) maySend() bool { return !j.stopped() && j.lease.lost() == nil }

// barred reports whether a message must not leave now, because its run is held. A probe or a trial may.
func (j *job) barred() bool { return !j.probe && !j.trial && j.proof.held.Load() }

func (j *job) intent() store.Intent { return store.Intent{ID: j.delivery.ID, Epoch: j.lease.Epoch} }

// announcement is the intent to send it, with what must be stored first and, where there are several servers, the one it goes over.
func (j *job) announcement(several bool) store.Intent {
	intent := j.intent()
	if j.page.inMemory(j.delivery.ID) {
		intent.New = j.delivery
	}
	if several {
		intent.Server = j.relay.mail.Name()
	}
	return intent
}

// returned is the outcome of a delivery that was announced but never tried.
func (j *job) returned(now time.Time) store.Settled {
	return store.Settled{Intent: j.intent(), State: campaign.Queued, Code: j.delivery.Code, At: now.UTC()}
}
