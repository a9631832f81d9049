package campaign

import (
	"slices"
	"time"
)

// ApprovalRules say how many people must approve a campaign before it may leave.
type ApprovalRules struct {
	Kinds   map[ReleaseKind]int `json:"kinds,omitempty"`   // by the kind of the release; of one that is not named see Asks
	Readers int64               `json:"readers,omitempty"` // from so many on every campaign needs one; 0 is never
}

// MaxApprovals is how many people can be asked for at most.
const MaxApprovals = 5

// Asks returns how many people must approve a campaign with a release of a kind that reaches so many readers, where the
// installation has so many users. Where nobody set it, a press release needs one, as soon as there is a second user.
func (a *ApprovalRules) Asks(kind ReleaseKind, readers, users int64) int {
	n, set := a.Kinds[kind]
	if !set && kind == PressRelease && users > 1 {
		n = 1
	}
	if a.Readers > 0 && readers >= a.Readers {
		n = max(n, 1)
	}
	return n
}

// Normalize checks the rules.
func (a *ApprovalRules) Normalize() error {
	var faults Checks
	for kind, n := range a.Kinds {
		faults.Refuse(n < 0 || n > MaxApprovals, "approval_"+string(kind), "choose a number from 0 to %d", MaxApprovals)
	}
	faults.Refuse(a.Readers < 0, "approval_readers", "this is no number of readers")
	return Together(faults...)
}

// Approval is what a campaign's approvers were asked for last, and what they said. It is for what the campaign was when it was
// asked for: Print names that, see edition.Fingerprint.
type Approval struct {
	ID        string     `json:"id"` // of this time of asking
	Print     string     `json:"print"`
	Approved  string     `json:"approved,omitempty"` // the print that was approved last before, to tell what changed since
	Asks      int        `json:"asks"`               // how many people must approve
	Readers   int64      `json:"readers"`            // that the campaign would have reached
	By        string     `json:"by"`                 // id of the user who asked; "" is the command line
	ByName    string     `json:"by_name"`
	At        time.Time  `json:"at"`
	Words     string     `json:"words,omitempty"` // of who asked, to those who approve
	Then      bool       `json:"then,omitempty"`  // once approved, it is put on its schedule
	Decisions []Decision `json:"decisions,omitempty"`
	EndedAt   time.Time  `json:"ended_at,omitzero"` // since when no approval of it holds
	Why       string     `json:"why,omitempty"`     // it ended: a stored Text
}

// Decision is what somebody said of a campaign that is in review.
type Decision struct {
	User  string    `json:"user"` // id; "" is the command line
	Name  string    `json:"name"`
	At    time.Time `json:"at"`
	Said  Choice    `json:"said"`
	Print string    `json:"print"`
	Words string    `json:"words,omitempty"` // a comment, or the reason
}

// Choice is which way somebody decided.
type Choice string

const (
	Approve   Choice = "approved"
	Decline   Choice = "declined"
	SendAlone Choice = "sent_alone" // in an emergency, without a second person
)

// Open reports whether what was asked for still stands: it was neither declined nor withdrawn, and nothing changed that it is for.
func (a *Approval) Open() bool { return a != nil && a.EndedAt.IsZero() }

// Approvals are the decisions to approve.
func (a *Approval) Approvals() []Decision {
	if a == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(a.Decisions), func(d Decision) bool { return d.Said != Approve })
}

// Alone returns the decision to send without a second person, or nil.
func (a *Approval) Alone() *Decision {
	if a == nil {
		return nil
	}
	return First(a.Decisions, func(d *Decision) bool { return d.Said == SendAlone })
}

// DecidedBy reports whether a user has said something already.
func (a *Approval) DecidedBy(user string) bool {
	return a != nil && slices.ContainsFunc(a.Decisions, func(d Decision) bool { return d.User == user })
}

// LastApproved is the print that was approved last: in this review, or before it.
func (a *Approval) LastApproved() string {
	if a == nil {
		return ""
	}
	if len(a.Approvals()) > 0 && len(a.Approvals()) >= a.Asks {
		return a.Print
	}
	return a.Approved
}

// Ended is why it ended.
func (a *Approval) Ended() Text { return StoredText(a.Why) }

// IsAuthor reports whether a user is one of those who made what is to be approved, and so cannot approve it: who made the
// campaign, who asked for its approval, and who wrote any version of its release.
func (c *Campaign) IsAuthor(u *User, r *Release) bool {
	if u.ID == c.Owner || c.Approval.Open() && u.ID == c.Approval.By {
		return true
	}
	return slices.ContainsFunc(r.Versions, func(v Version) bool {
		return slices.Contains(v.Writers, u.ID) || len(v.Writers) == 0 && v.UpdatedBy != "" && v.UpdatedBy == u.Name
	})
}

// EndApproval makes a campaign a draft whose approval does not hold any more.
func (c *Campaign) EndApproval(at time.Time, why Text) {
	if c.Approval.Open() {
		ended := *c.Approval
		ended.Approved, ended.EndedAt, ended.Why = ended.LastApproved(), at, why.Stored()
		c.Approval = &ended
	}
	c.State, c.NextAt, c.NextWall = Draft, time.Time{}, ""
}

// TakeOffClock lets a scheduled campaign wait for a person: approved, where it was, or as a draft. That somebody let it go out
// alone was for the time at which it would have left.
func (c *Campaign) TakeOffClock(at time.Time) {
	if c.Approval.Open() && c.Approval.Alone() == nil {
		c.State, c.NextAt, c.NextWall = Approved, time.Time{}, ""
		return
	}
	c.EndApproval(at, Textf("it did not leave at the time it was let go for"))
}

// AnotherAudience reports whether so many people who came or went at once make an audience of so many readers another one.
func AnotherAudience(readers, moved int64) bool { return moved > audienceGrowth(readers) }

// audienceGrowth is by how many readers an audience may grow after it was approved: by a tenth, or by ten, since people sign up
// every day.
func audienceGrowth(readers int64) int64 { return max(readers/10, 10) }

// GrewTooMuch reports whether so many more readers would be reached than were approved that it is another audience.
func (a *Approval) GrewTooMuch(readers int64) bool { return readers > a.MostReaders() }

// MostReaders is how many readers may be reached before it is another audience.
func (a *Approval) MostReaders() int64 { return a.Readers + audienceGrowth(a.Readers) }

// Fits refuses to let an approved campaign leave for a slot that is not one of its schedule: one without a wall time is when somebody
// pressed a button.
func (s *Schedule) Fits(slot Slot) error {
	if s.Kind == Manual || slot.Wall != "" {
		return nil
	}
	return Errorf(Conflict, "it was approved for the times of its schedule, not to leave at another: change the schedule, and ask for approval of that")
}
