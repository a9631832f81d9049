package campaign

import (
	"cmp"
	"slices"
	"time"
)

// State is where a campaign, or one run of it, stands.
type State string

const (
	Draft     State = "draft"
	InReview  State = "in_review" // waits for people to approve it
	Approved  State = "approved"
	Scheduled State = "scheduled"
	Sending   State = "sending"
	PausedRun State = "paused"
	Sent      State = "sent"
	Cancelled State = "cancelled"
)

// moves is the whole state machine, of campaigns and of runs (which begin at Sending). A recurring campaign goes back
// from sending to scheduled when a run of it ends. What was sent goes back to sending only to send again what failed or
// was interrupted.
var moves = map[State][]State{
	Draft:     {InReview, Scheduled, Sending, Cancelled},
	InReview:  {Draft, Approved, Scheduled, Cancelled},
	Approved:  {Draft, InReview, Scheduled, Cancelled},
	Scheduled: {Draft, Approved, Sending, Cancelled},
	Sending:   {PausedRun, Sent, Cancelled, Scheduled},
	PausedRun: {Sending, Cancelled, Scheduled},
	Sent:      {Sending},
}

// CanBecome reports whether a campaign may go from one state to another.
func (s State) CanBecome(next State) bool { return slices.Contains(moves[s], next) }

// Waiting reports whether a campaign in the state has not begun to go out: it can still be changed.
func (s State) Waiting() bool {
	return s == Draft || s == InReview || s == Approved || s == Scheduled
}

// Ended reports whether nothing more can happen to a campaign or run in this state.
func (s State) Ended() bool { return s == Sent || s == Cancelled }

// CheckMove returns a Conflict error that says in words why a move is refused, or nil.
func CheckMove(from, to State) error {
	if from.CanBecome(to) {
		return nil
	}
	return from.TooLate()
}

// Words says in a sentence where a campaign in the state stands.
func (s State) Words() Text {
	switch s {
	case InReview:
		return Textf("the campaign waits for approval")
	case Approved:
		return Textf("the campaign is approved and not yet on the schedule")
	case Scheduled:
		return Textf("the campaign waits for its time")
	case Sending:
		return Textf("the campaign is going out")
	case PausedRun:
		return Textf("the campaign is paused and can go on")
	case Sent:
		return Textf("the campaign has been sent")
	case Cancelled:
		return Textf("the campaign was cancelled")
	}
	return Textf("the campaign is a draft")
}

// TooLate refuses what a campaign in the state does not allow: time or somebody else was faster.
func (s State) TooLate() error {
	return Errorf(Conflict, "this cannot be done any more: %s", s.Words())
}

// Campaign is a release + an audience + a schedule + a sender.
type Campaign struct {
	ID              string      `json:"id"`
	Version         int64       `json:"version"`
	Name            string      `json:"name"`
	SortName        string      `json:"sort_name"` // SortKey of Name: what tables sort by
	Release         string      `json:"release_id"`
	Lists           []string    `json:"lists"`
	Exclude         []string    `json:"exclude,omitempty"`          // lists whose members are left out
	Segments        []string    `json:"segments,omitempty"`         // only members who are in one of these; without lists, the members of any
	ExcludeSegments []string    `json:"exclude_segments,omitempty"` // who is in one of these is left out
	RequireConsent  bool        `json:"require_consent,omitempty"`  // only to those who consented
	ToEveryone      bool        `json:"to_everyone,omitempty"`      // at once also to readers of the weekly digest
	Sender          Sender      `json:"sender"`
	Content         ContentRule `json:"content,omitzero"`
	Follow          Follow      `json:"follow,omitzero"`      // which campaign it follows, and to whom
	Follows         string      `json:"follows_id,omitempty"` // Follow.Source: what the campaigns that follow one are found by
	JoinDays        int         `json:"join_days,omitempty"`  // so many days after it went out it also goes to who came to its lists since
	JoinUntil       time.Time   `json:"join_until,omitzero"`  // until when that is; zero before it went out, and once that was stopped
	Schedule        Schedule    `json:"schedule"`
	Window          Window      `json:"window,omitzero"`    // at which hours it may leave, and over how long
	Priority        Priority    `json:"priority,omitempty"` // where a reader may not get all campaigns
	Together        bool        `json:"together,omitempty"` // all languages at once, or none while a version is older than its source
	ABTest          *ABTest     `json:"ab_test,omitempty"`
	Series          string      `json:"series_id,omitempty"` // id of the series that it is a step of
	State           State       `json:"state"`
	NextAt          time.Time   `json:"next_at,omitzero"` // UTC instant the next run is due; zero when none is
	NextWall        string      `json:"next_wall,omitempty"`
	LastRun         string      `json:"last_run,omitempty"`   // id of the run that was started last; those for who joined later give way to the one before when they end
	Note            string      `json:"note,omitempty"`       // why it waits for a person, when it does
	Despite         string      `json:"despite,omitempty"`    // why it was sent or scheduled although the check list warned, and who said so
	DespiteOf       string      `json:"despite_of,omitempty"` // Release.Says of the text that this was said of
	Owner           string      `json:"owner,omitempty"`
	Approval        *Approval   `json:"approval,omitempty"` // what its approvers were asked for last
	AloneAt         time.Time   `json:"alone_at,omitzero"`  // when somebody let it go out without a second person
	CreatedAt       time.Time   `json:"created_at"`
	UpdatedAt       time.Time   `json:"updated_at"`
}

// Sender is who a campaign is from and where answers go.
type Sender struct {
	Name    string `json:"name"`
	Email   string `json:"email"`
	ReplyTo string `json:"reply_to,omitempty"` // "" means Email
}

// ScheduleKind says when a campaign goes out.
type ScheduleKind string

const (
	Manual ScheduleKind = ""     // when somebody presses the button
	Once   ScheduleKind = "at"   // at a time in a zone
	ByCron ScheduleKind = "cron" // again and again, by a cron line
	ByRule ScheduleKind = "rule" // again and again, by a rule of the calendar

	BySeries ScheduleKind = "series" // again and again, when readers of a series come to this step of it
)

// WallLayout is how a wall time is stored, and typed in a browser's field.
const WallLayout = "2006-01-02T15:04"

// Schedule says when runs are due. A one-off time keeps the wall time and zone the person meant beside the instant: when
// the law changes the zone before the day, the wall time wins (H-05).
type Schedule struct {
	Kind   ScheduleKind `json:"kind"`
	Wall   string       `json:"wall,omitempty"`   // in WallLayout
	Second bool         `json:"second,omitempty"` // the second of two equal wall times (H-06)
	Cron   string       `json:"cron,omitempty"`
	Rule   *Recurrence  `json:"rule,omitempty"` // of ByRule
	Zone   string       `json:"zone,omitempty"`

	Exceptions []Exception `json:"exceptions,omitempty"` // single times of ByCron and ByRule that were moved or left out
}

// Recurs reports whether runs come again and again.
func (s *Schedule) Recurs() bool { return s.Kind == ByCron || s.Kind == ByRule || s.Kind == BySeries }

// Slot is one planned time: the instant, and the wall time shown to people, with a note where a clock change moved it.
type Slot struct {
	At   time.Time `json:"at"`
	Wall string    `json:"wall"`
	Note Text      `json:"note,omitzero"`

	Instead string `json:"instead,omitempty"` // the wall time this one was moved from, by an exception
}

// Normalize checks a campaign as far as it can be checked alone; a draft may be unfinished, see Ready.
func (c *Campaign) Normalize() error {
	var faults Checks
	c.Name = CleanLine(c.Name)
	faults.Refuse(c.Name == "", "name", "the campaign needs a name")
	c.SortName = SortKey(c.Name)
	c.State = cmp.Or(c.State, Draft)
	c.Sender.Name = CleanLine(c.Sender.Name)
	faults.Refuse(LongerThan(c.Sender.Name, 60), "sender_name", "the sender's name is longer than 60 characters")
	for _, a := range []struct {
		of    *string
		field string
		what  Text
	}{{&c.Sender.Email, "sender_email", Textf("the sender's address")}, {&c.Sender.ReplyTo, "reply_to", Textf("the address for answers")}} {
		if *a.of == "" {
			continue
		}
		email, err := ParseAddress(*a.of)
		if err != nil {
			faults = append(faults, FieldError(a.field, "%s: %v", a.what, err))
			continue
		}
		*a.of = email
	}
	c.Lists, c.Exclude = unique(c.Lists), unique(c.Exclude)
	c.Segments, c.ExcludeSegments = unique(c.Segments), unique(c.ExcludeSegments)
	if err := c.Window.Check(); err != nil {
		faults = append(faults, err)
	}
	if _, err := ParsePriority(string(c.Priority)); err != nil {
		faults = append(faults, err)
	}
	err := c.Content.normalize()
	faults = append(faults, err, c.Follow.normalize(c.ID, c.Content.Kind))
	c.Follows = c.Follow.Source
	faults.Refuse(c.JoinDays < 0 || c.JoinDays > MaxFollowDays, "join_days", "give a number of days from 1 to %d", MaxFollowDays)
	faults.Refuse(c.JoinDays > 0 && (c.Schedule.Recurs() || c.HasEditions()), "join_days", "who joins a campaign that leaves again and again gets it at its next time")
	faults.Refuse(c.JoinDays > 0 && c.Follow.Any(), "join_days", "a campaign that follows another one does not go to who joins later")
	return Together(append(faults, c.ABTest.normalize())...)
}

// Ready says what is missing before the campaign can be scheduled or sent, or nil.
func (c *Campaign) Ready() error {
	switch {
	case c.Release == "":
		return FieldError("release_id", "choose the release to send")
	case len(c.Lists) == 0 && len(c.Segments) == 0:
		return FieldError("lists", "choose at least one list or segment to send to")
	case c.Sender.Email == "":
		return FieldError("sender_email", "say who the campaign is from")
	}
	return nil
}

func unique(ids []string) []string {
	out := []string{}
	for _, id := range ids {
		if id != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}
