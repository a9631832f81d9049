package campaign

import (
	"slices"
	"time"
)

// Trigger says why a run was made.
type Trigger string

const (
	TriggerHand     Trigger = "hand"
	TriggerSchedule Trigger = "schedule"
	TriggerJoined   Trigger = "joined" // of a campaign that also goes to who joins its lists later, to those
	TriggerTest     Trigger = "test"   // a test send to a colleague; not counted in the campaign's figures
	TriggerNotice   Trigger = "notice" // the mails of a day that answer what single readers did, see Notice
	TriggerDigest   Trigger = "digest" // the weekly digest
)

// MovesCampaign reports whether a campaign's state follows that of a run made so.
func (t Trigger) MovesCampaign() bool {
	return t == TriggerHand || t == TriggerSchedule || t == TriggerJoined
}

// beside are the triggers of runs that are not in a campaign's results.
var beside = []Trigger{TriggerTest, TriggerNotice, TriggerDigest}

// TriggersBeside are the triggers of runs that no campaign's results show.
func TriggersBeside() []Trigger { return slices.Clone(beside) }

// Run is one sending of a campaign. Its id derives from campaign and slot, so that planning a slot twice plans it once
// (H-04).
type Run struct {
	ID       string    `json:"id"`
	Version  int64     `json:"version"`
	Campaign string    `json:"campaign_id"`
	Release  string    `json:"release_id"`
	Trigger  Trigger   `json:"trigger"`
	State    State     `json:"state"`
	Slot     time.Time `json:"slot"` // the instant it was due
	Wall     string    `json:"wall,omitempty"`
	Priority Priority  `json:"priority,omitempty"`
	Sender   string    `json:"sender,omitempty"`  // domain of the sender's address
	Shards   int       `json:"shards"`            // deliveries are spread over this many shards
	Planned  bool      `json:"planned"`           // the whole audience has been written down as deliveries
	Cursor   string    `json:"cursor,omitempty"`  // planning has come this far; where it stopped, it goes on
	Members  int64     `json:"members,omitempty"` // of its lists and segments when it was made: about as many deliveries as there will be
	// Deliveries is how many there were when planning ended, see Balance; 0 in runs of versions that did not count them, and of notices.
	Deliveries int64  `json:"deliveries,omitempty"`
	Reason     string `json:"reason,omitempty"` // why it is paused, when the program paused it
	StartedBy  string `json:"started_by,omitempty"`
	// Settled are the releases that no later edition of its campaign tells, LeftOut those of them that it did not tell either, and Rest
	// those that wait for the next one. All derive from its edition.
	Settled []string  `json:"settled,omitempty"`
	LeftOut []string  `json:"left_out,omitempty"`
	Rest    []string  `json:"rest,omitempty"`
	Until   time.Time `json:"until,omitzero"`    // what was published up to then was looked at; zero where nothing was gathered
	Of      string    `json:"of_run,omitempty"`  // of TriggerJoined: the run whose message it sends
	ABTest  *ABResult `json:"ab_test,omitempty"` // what has become of its test, once that is drawn
	// Resend is the state from which deliveries are being put back into the queue.
	Resend    DeliveryState `json:"resend,omitempty"`
	CreatedAt time.Time     `json:"created_at"`
	StartedAt time.Time     `json:"started_at,omitzero"`
	EndedAt   time.Time     `json:"ended_at,omitzero"`
}

// IsMailing reports whether a run went to readers on the team's account: it is no test, and answers nobody.
func (r *Run) IsMailing() bool { return r.Trigger != TriggerTest && r.Trigger != TriggerNotice }

// LargeRun is how many messages a run has at least of which pages show what was counted a moment ago.
const LargeRun = 5000

// Messages is about how many messages a run has; what an older version sent may not tell.
func (r *Run) Messages() int64 { return max(r.Deliveries, r.Members) }
func (r *Run) IsLarge() bool   { return r.Messages() >= LargeRun }

// NeverBegan reports whether a run was cancelled before it sent anything.
func (r *Run) NeverBegan() bool { return r.State == Cancelled && r.StartedAt.IsZero() }

// AddUnplanned adds to counts of the run's deliveries those that are not written down yet: they wait as well, or are left
// out when the run was cancelled.
func (r *Run) AddUnplanned(states map[DeliveryState]int64) {
	if r.Planned || r.State == Sent {
		return
	}
	missing := r.Members
	for _, n := range states {
		missing -= n
	}
	switch {
	case missing <= 0:
	case r.State == Cancelled:
		states[Skipped] += missing
	default:
		states[Queued] += missing
	}
}

// RunID returns the id of the run of a campaign for a slot.
func RunID(campaignID string, slot time.Time) string {
	return campaignID + "-" + idEncoding.EncodeToString(instantBytes(slot))
}

func instantBytes(t time.Time) []byte {
	s := uint64(t.Unix())
	return []byte{byte(s >> 32), byte(s >> 24), byte(s >> 16), byte(s >> 8), byte(s)}
}

// Balance is the sheet a run closes with: every message that was planned stands in exactly one line of it.
//
//	Planned = Accepted + Failed + LeftOut + Interrupted + Waiting
type Balance struct {
	Planned     int64 `json:"planned"` // as it was written down when planning ended; before that, what is known so far
	Accepted    int64 `json:"accepted"`
	Failed      int64 `json:"failed"`
	LeftOut     int64 `json:"left_out"`
	Interrupted int64 `json:"interrupted"`
	Waiting     int64 `json:"waiting"`
	Missing     int64 `json:"missing"` // planned, and in no line; below zero: in a line, and not planned
	Closed      bool  `json:"closed"`  // nobody waits and nobody is missing: only then a run counts as sent
}

// Balance draws up the sheet of a run from the figures of its deliveries.
func (r *Run) Balance(f Figures) Balance {
	b := Balance{Planned: f.Audience, Accepted: f.Accepted, Failed: f.Failed, LeftOut: f.LeftOut, Interrupted: f.Interrupted, Waiting: f.Waiting}
	if r.Planned && r.Deliveries > 0 {
		b.Planned = r.Deliveries
	}
	b.Missing = b.Planned - f.Audience
	b.Closed = r.Planned && b.Waiting == 0 && b.Missing == 0
	return b
}
