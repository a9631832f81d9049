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
	TriggerTest     Trigger = "test"   // a test send to a colleague; not counted in the campaign's figures
	TriggerNotice   Trigger = "notice" // the mails of a day that answer what single readers did, see Notice
	TriggerDigest   Trigger = "digest" // the weekly digest
)

// MovesCampaign reports whether a campaign's state follows that of a run made so.
func (t Trigger) MovesCampaign() bool { return t == TriggerHand || t == TriggerSchedule }

// beside are the triggers of runs that are not in a campaign's results.
var beside = []Trigger{TriggerTest, TriggerNotice, TriggerDigest}

// TriggersBeside are the triggers of runs that no campaign's results show.
func TriggersBeside() []Trigger { return slices.Clone(beside) }

// Run is one sending of a campaign. Its id derives from campaign and slot, so that planning a slot twice plans it once
// (H-04).
type Run struct {
	ID        string    `json:"id"`
	Version   int64     `json:"version"`
	Campaign  string    `json:"campaign_id"`
	Release   string    `json:"release_id"`
	Trigger   Trigger   `json:"trigger"`
	State     State     `json:"state"`
	Slot      time.Time `json:"slot"` // the instant it was due
	Wall      string    `json:"wall,omitempty"`
	Shards    int       `json:"shards"`            // deliveries are spread over this many shards
	Planned   bool      `json:"planned"`           // the whole audience has been written down as deliveries
	Cursor    string    `json:"cursor,omitempty"`  // planning has come this far; where it stopped, it goes on
	Members   int64     `json:"members,omitempty"` // of its lists and segments when it was made: about as many deliveries as there will be
	Reason    string    `json:"reason,omitempty"`  // why it is paused, when the program paused it
	StartedBy string    `json:"started_by,omitempty"`
	// Resend is the state from which deliveries are being put back into the queue.
	Resend    DeliveryState `json:"resend,omitempty"`
	CreatedAt time.Time     `json:"created_at"`
	StartedAt time.Time     `json:"started_at,omitzero"`
	EndedAt   time.Time     `json:"ended_at,omitzero"`
}

// IsMailing reports whether a run went to readers on the team's account: it is no test, and answers nobody.
func (r *Run) IsMailing() bool { return r.Trigger != TriggerTest && r.Trigger != TriggerNotice }

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
