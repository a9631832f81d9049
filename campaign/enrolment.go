package campaign

import (
	"slices"
	"time"
)

// Enrolment is where one reader stands in a series. Its id derives from both, so that nobody begins twice. Series around an event
// have one only of those of whom an answer or a stop was entered: everybody else's place is a matter of the calendar.
type Enrolment struct {
	ID       string         `json:"id"`
	Version  int64          `json:"version"`
	Series   string         `json:"series_id"`
	Contact  string         `json:"contact_id"`
	State    EnrolmentState `json:"state"`
	Step     string         `json:"step"`              // the one that is waited for, or under way
	From     time.Time      `json:"from,omitzero"`     // what the wait counts from
	DueAt    time.Time      `json:"due_at"`            // when the step comes, or it is looked at again; of an ended one, when it ended
	Run      string         `json:"run_id"`            // in which the step is under way
	JoinedAt time.Time      `json:"joined_at"`         // since when the reader is on the list without a break
	OutAt    time.Time      `json:"out_at,omitzero"`   // of a series of a segment: when the reader was seen to be in it no more
	Got      []GotStep      `json:"got,omitempty"`     // the steps that are over for the reader
	Why      string         `json:"why,omitempty"`     // it was stopped: a stored Text
	Answered time.Time      `json:"answered,omitzero"` // an answer was entered by hand
	By       string         `json:"by,omitempty"`      // by whom
}

// GotStep is a step that is over for a reader.
type GotStep struct {
	Step string        `json:"step"`
	Run  string        `json:"run"`
	At   time.Time     `json:"at"`
	As   DeliveryState `json:"as"` // what became of the message
}

// EnrolmentState is where an enrolment stands.
type EnrolmentState string

const (
	EnrolWaiting  EnrolmentState = "waiting"
	EnrolUnderWay EnrolmentState = "under_way" // the message of a step is on its way
	EnrolDone     EnrolmentState = "done"
	EnrolStopped  EnrolmentState = "stopped"
	EnrolBefore   EnrolmentState = "before"   // was in the segment before the series began
	EnrolAnswered EnrolmentState = "answered" // of a series around an event: only that the reader answered
)

// EnrolmentStates are those that are shown, in order.
var EnrolmentStates = []EnrolmentState{EnrolWaiting, EnrolUnderWay, EnrolDone, EnrolStopped, EnrolAnswered}

// InTheMiddle reports whether a step may still come.
func (s EnrolmentState) InTheMiddle() bool {
	return s == EnrolWaiting || s == EnrolUnderWay || s == EnrolAnswered
}

// EnrolmentID returns the id of a contact's enrolment in a series.
func EnrolmentID(series, contact string) string { return series + "." + contact }

// Begin lets a reader begin who is on the list since a time; waits count from a moment.
func (e *Enrolment) Begin(s *Series, joined, from time.Time, loc *time.Location) {
	e.JoinedAt, e.OutAt, e.Got, e.Why, e.Run, e.Answered, e.By = joined, time.Time{}, nil, "", "", time.Time{}, ""
	e.GoOn(s, from, loc)
}

// GoOn lets a reader wait for the next step, from a moment on, or be done.
func (e *Enrolment) GoOn(s *Series, from time.Time, loc *time.Location) {
	e.From, e.Run = from, ""
	if p := e.next(s); p != nil {
		e.State, e.Step, e.DueAt = EnrolWaiting, p.ID, s.Due(p, from, loc)
		return
	}
	e.State, e.Step, e.DueAt = EnrolDone, "", from
}

// Stop ends the series for a reader.
func (e *Enrolment) Stop(at time.Time, why Text) {
	e.State, e.Step, e.Run, e.DueAt, e.Why = EnrolStopped, "", "", at, why.Stored()
}

// outOfSegment is why a series is stopped for who is not in its segment any more.
var outOfSegment = Textf("is not in the segment any more")

// IsOut reports whether the reader was seen to be in the segment of the series no more.
func (e *Enrolment) IsOut() bool {
	return !e.OutAt.IsZero() || e.State == EnrolStopped && e.Why == outOfSegment.Stored()
}

// SeeInSegment notes whether a reader is in the segment of a series. Who came back begins again where the series says so.
func (e *Enrolment) SeeInSegment(s *Series, in bool, now time.Time, loc *time.Location) {
	switch {
	case !in:
		if e.State == EnrolWaiting {
			e.Stop(now, outOfSegment)
		}
		if e.OutAt.IsZero() {
			e.OutAt = now
		}
	case e.State == EnrolUnderWay: // what becomes of its message is waited for
		e.OutAt = time.Time{}
	case e.IsOut() && s.Again && s.State == SeriesRunning:
		e.Begin(s, now, now, loc)
	}
}

// StopOut ends the series for a reader who is on its list, or in its segment, no more.
func (e *Enrolment) StopOut(s *Series, now time.Time) {
	why := Textf("left the list")
	if s.Trigger == OnEntering {
		why = outOfSegment
	}
	e.Stop(now, why)
}

// WhyText is why the series was stopped for the reader.
func (e *Enrolment) WhyText() Text {
	if e.Why == "" && e.State == EnrolStopped {
		return Textf("the series has ended")
	}
	return StoredText(e.Why)
}

// HasGot reports whether a step is over for the reader.
func (e *Enrolment) HasGot(step string) bool {
	return slices.ContainsFunc(e.Got, func(g GotStep) bool { return g.Step == step })
}

// next is the step after the last that is over.
func (e *Enrolment) next(s *Series) *SeriesStep {
	last := -1
	for i := range s.Steps {
		if e.HasGot(s.Steps[i].ID) {
			last = i
		}
	}
	if last+1 == len(s.Steps) {
		return nil
	}
	return &s.Steps[last+1]
}

// Why a reader does not get a step, in words that are stored with the delivery.
const (
	SeriesNotTheirs  = "is not at this step of the series any more"
	SeriesCameBack   = "left meanwhile and came back"
	SeriesReplied    = "the reader replied"
	SeriesHasAnswer  = "the reader answered the invitation"
	SeriesNoAnswer   = "goes only to those who answered, and no answer is known"
	SeriesStoppedFor = "the series was stopped for this reader"
)
