package campaign

import (
	"cmp"
	"slices"
	"time"
)

// Series is several messages that follow each other for each reader: a welcome, or an invitation with its reminders. Each step is a
// campaign of its own, whose runs go to those whose turn it is; the campaign of the first step carries the approval of them all.
type Series struct {
	ID       string        `json:"id"`
	Version  int64         `json:"version"`
	Name     string        `json:"name"`
	SortName string        `json:"sort_name"`
	Trigger  SeriesTrigger `json:"trigger"`
	Lists    []string      `json:"lists,omitempty"`    // OnJoining: one, whose new members get it; else those whose members may get it
	Segments []string      `json:"segments,omitempty"` // OnEntering: one; AroundEvent: only those who are in one of these
	Event    string        `json:"event,omitempty"`    // AroundEvent: when it begins, a wall time 2006-01-02T15:04
	Zone     string        `json:"zone,omitempty"`     // of all its times of day
	Steps    []SeriesStep  `json:"steps"`

	StopAtReply  bool `json:"stop_at_reply,omitempty"`  // by an entry of their timeline that they replied
	StopAtAnswer bool `json:"stop_at_answer,omitempty"` // to its invitation
	Again        bool `json:"again,omitempty"`          // who leaves and comes back begins again; else nobody gets a step twice

	State     SeriesState `json:"state"`
	Since     time.Time   `json:"since,omitzero"`     // it goes to who came from then on
	Intake    Intake      `json:"intake,omitempty"`   // what is done with those who were there when it began
	TakenIn   bool        `json:"taken_in,omitempty"` // that is done
	Replan    bool        `json:"replan,omitempty"`   // its waits were changed while readers waited
	Cursor    time.Time   `json:"cursor,omitzero"`    // contacts changed before were looked at
	CursorID  string      `json:"cursor_id,omitempty"`
	Rescanned time.Time   `json:"rescanned,omitzero"` // since when they were looked at a second time
	Note      string      `json:"note,omitempty"`     // why it waits for a person: a stored Text
	Owner     string      `json:"owner,omitempty"`
	CreatedAt time.Time   `json:"created_at"`
	UpdatedAt time.Time   `json:"updated_at"`
}

// SeriesTrigger says what makes a reader begin.
type SeriesTrigger string

const (
	OnJoining   SeriesTrigger = "joins"  // a list, as a confirmed member
	OnEntering  SeriesTrigger = "enters" // a segment
	AroundEvent SeriesTrigger = "event"  // everybody at once, at times around an event
)

// SeriesTriggers are all of them in the order they are offered.
var SeriesTriggers = []SeriesTrigger{OnJoining, OnEntering, AroundEvent}

// SeriesState is where a series stands.
type SeriesState string

const (
	SeriesDraft   SeriesState = "draft"
	SeriesRunning SeriesState = "running"
	SeriesPaused  SeriesState = "paused"
	SeriesClosing SeriesState = "closing" // takes nobody new; those in the middle get their steps
	SeriesEnded   SeriesState = "ended"
)

// Runs reports whether the series sends by itself.
func (s SeriesState) Runs() bool { return s == SeriesRunning || s == SeriesClosing }

// Intake says what a series does with those who were on its list or in its segment when it began.
type Intake string

const (
	LeaveBefore Intake = "leave" // they do not get it
	TakeBefore  Intake = "take"  // they begin too
)

// SeriesStep is one message of a series. Its id is that of its campaign.
type SeriesStep struct {
	ID     string   `json:"id"`
	Wait   int      `json:"wait"`
	Unit   WaitUnit `json:"unit"`
	Before bool     `json:"before,omitempty"` // AroundEvent: so long before it, else after
	At     string   `json:"at,omitempty"`     // time of day, 15:04; "" is as soon as the wait is over, or when the event begins
	Who    StepWho  `json:"who,omitempty"`
}

// WaitUnit is what a wait is counted in.
type WaitUnit string

const (
	WaitHours WaitUnit = "hours"
	WaitDays  WaitUnit = "days"
)

// WaitUnits are both of them.
var WaitUnits = []WaitUnit{WaitHours, WaitDays}

// StepWho narrows a step by whether a reader is known to have answered.
type StepWho string

const (
	StepAll        StepWho = ""
	StepUnanswered StepWho = "unanswered"
	StepAnswered   StepWho = "answered"
)

// StepWhos are all of them in the order they are offered.
var StepWhos = []StepWho{StepAll, StepUnanswered, StepAnswered}

// MaxSteps is how many steps a series has at most, and MostWait how long one waits, in days.
const MaxSteps, MostWait = 10, 365

// Normalize checks a series as far as it can be checked alone.
func (s *Series) Normalize() error {
	var faults Checks
	s.Name = CleanLine(s.Name)
	faults.Refuse(s.Name == "", "name", "the series needs a name")
	faults.Refuse(LongerThan(s.Name, 120), "name", "the name is longer than 120 characters")
	s.SortName, s.State = SortKey(s.Name), cmp.Or(s.State, SeriesDraft)
	faults.Refuse(!slices.Contains(SeriesTriggers, s.Trigger), "trigger", "choose what makes the series begin")
	s.Lists, s.Segments = unique(s.Lists), unique(s.Segments)
	faults.Refuse(s.Trigger == OnJoining && len(s.Lists) != 1, "lists", "choose the one list whose new members get the series")
	faults.Refuse(s.Trigger == OnEntering && len(s.Segments) != 1, "segments", "choose the one segment whose new members get the series")
	faults.Refuse(s.Trigger == AroundEvent && len(s.Lists)+len(s.Segments) == 0, "lists", "choose at least one list or segment to send to")
	loc, err := time.LoadLocation(s.Zone)
	faults.Refuse(err != nil || s.Zone == "Local", "zone", "there is no time zone %q: use a name such as Europe/Belgrade", s.Zone)
	_, err = time.Parse(WallLayout, s.Event)
	faults.Refuse(s.Trigger == AroundEvent && err != nil, "event", "say when the event begins")
	if s.Trigger == OnJoining {
		s.Segments = nil
	}
	if s.Trigger != AroundEvent {
		s.Event = ""
	}
	faults.Refuse(len(s.Steps) == 0, "steps", "the series needs at least one step")
	faults.Refuse(len(s.Steps) > MaxSteps, "steps", "a series has at most %d steps", MaxSteps)
	for i := range s.Steps {
		s.Steps[i].check(&faults, i, s.Trigger)
	}
	if len(faults) == 0 && s.Trigger == AroundEvent {
		for i := 1; i < len(s.Steps); i++ {
			faults.Refuse(!s.AtEvent(&s.Steps[i], loc).After(s.AtEvent(&s.Steps[i-1], loc)), StepField("wait", i), "this step comes no later than the one before it: put the steps into the order of their times")
		}
	}
	return Together(faults...)
}

// StepField names a field of a step in forms; i counts from 0.
func StepField(name string, i int) string { return name + "_" + string(rune('0'+i)) }

func (p *SeriesStep) check(faults *Checks, i int, trigger SeriesTrigger) {
	p.Unit = cmp.Or(p.Unit, WaitDays)
	faults.Refuse(!slices.Contains(WaitUnits, p.Unit), StepField("unit", i), "choose hours or days")
	most := MostWait
	if p.Unit == WaitHours {
		most *= 24
	}
	faults.Refuse(p.Wait < 0 || p.Wait > most, StepField("wait", i), "this must be a number from %d to %d", 0, most)
	if p.At != "" {
		minute, ok := minuteOf(p.At)
		faults.Refuse(!ok, StepField("at", i), "write the time as hours and minutes, such as 08:00")
		if ok {
			p.At = time.Date(2000, 1, 1, minute/60, minute%60, 0, 0, time.UTC).Format("15:04")
		}
	}
	faults.Refuse(!slices.Contains(StepWhos, p.Who), StepField("who", i), "choose one of the answers offered")
	if trigger != AroundEvent {
		p.Before = false
	}
}

// Step returns the step with an id, and its place from 0; nil where there is none.
func (s *Series) Step(id string) (*SeriesStep, int) {
	for i := range s.Steps {
		if s.Steps[i].ID == id {
			return &s.Steps[i], i
		}
	}
	return nil, -1
}

// Head is the campaign that carries the approval of the series; "" before it has any.
func (s *Series) Head() string {
	if len(s.Steps) == 0 {
		return ""
	}
	return s.Steps[0].ID
}

// Location is the zone of the times of day of the series.
func (s *Series) Location() *time.Location {
	if loc, err := time.LoadLocation(s.Zone); err == nil {
		return loc
	}
	return time.UTC // Normalize refuses it
}

// Due is when a step comes for a reader whose wait counts from a moment: so long after it, and then at the step's time of day.
func (s *Series) Due(p *SeriesStep, from time.Time, loc *time.Location) time.Time {
	from = from.In(loc)
	least, day := from.Add(time.Duration(p.Wait)*time.Hour), from
	if p.Unit == WaitDays {
		least, day = from, from.AddDate(0, 0, p.Wait)
		if p.At == "" {
			least = atWall(day, from.Hour()*60+from.Minute(), loc).Add(time.Duration(from.Second()) * time.Second)
		}
	} else {
		day = least
	}
	minute, ok := minuteOf(p.At)
	if !ok {
		return least.UTC()
	}
	at := atWall(day, minute, loc)
	if at.Before(least) {
		at = atWall(day.AddDate(0, 0, 1), minute, loc)
	}
	return at.UTC()
}

// gatherEvery is how long readers of a step without a time of day are gathered, so that they go out in one run.
const gatherEvery = 15 * time.Minute

// LeavesAt is when those get a step for whom it is due at a time: with others, where it has no time of day; now, where that is over.
func (p *SeriesStep) LeavesAt(due, now time.Time) time.Time {
	if p.At == "" {
		due = due.Add(gatherEvery - 1).Truncate(gatherEvery)
	}
	if !due.After(now) {
		return now.Add(time.Second - 1).Truncate(time.Second)
	}
	return due
}

// EventAt is when the event begins.
func (s *Series) EventAt(loc *time.Location) time.Time {
	wall, err := time.Parse(WallLayout, s.Event)
	if err != nil {
		return time.Time{}
	}
	return atWall(wall, wall.Hour()*60+wall.Minute(), loc)
}

// AtEvent is when a step of a series around an event comes.
func (s *Series) AtEvent(p *SeriesStep, loc *time.Location) time.Time {
	event, wait := s.EventAt(loc), p.Wait
	if p.Before {
		wait = -wait
	}
	if p.Unit == WaitHours {
		return event.Add(time.Duration(wait) * time.Hour).UTC()
	}
	local := event.In(loc)
	minute, ok := minuteOf(p.At)
	if !ok {
		minute = local.Hour()*60 + local.Minute()
	}
	return atWall(local.AddDate(0, 0, wait), minute, loc).UTC()
}

// atWall is the first moment of a day at which clocks in a zone show a minute of the day, or, where clocks go forward over it, the
// one after.
func atWall(day time.Time, minute int, loc *time.Location) time.Time {
	at := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, loc)
	for range 25 * 60 {
		if local := at.In(loc); local.Hour()*60+local.Minute() >= minute || local.Day() != day.Day() {
			break
		}
		at = at.Add(time.Minute)
	}
	return at
}

// Words say in a sentence what makes the series begin.
func (s *Series) Words(list, segment string) Text {
	switch s.Trigger {
	case OnJoining:
		return Textf("For everybody who joins the list “%s” from now on", list)
	case OnEntering:
		return Textf("For everybody who comes into the segment “%s” from now on", segment)
	}
	return Textf("Around the event of %s", Moment(s.EventAt(s.Location()).In(s.Location())))
}

// StepWords say in a sentence when a step comes, and for whom.
func (s *Series) StepWords(i int) Text {
	return s.stepWords(i, func(at time.Time) any { return Moment(at.In(s.Location())) })
}

func (s *Series) stepWords(i int, tell func(time.Time) any) Text {
	p := &s.Steps[i]
	var when Text
	switch {
	case s.Trigger == AroundEvent:
		when = Textf("on %s", tell(s.AtEvent(p, s.Location())))
	case p.Wait == 0 && i == 0 && p.At != "":
		when = Textf("the next time it is %s", p.At)
	case p.Wait == 0 && i == 0: // see gatherEvery
		when = Textf("within a quarter of an hour")
	case p.Unit == WaitHours && i == 0:
		when = Textf("%d hours after that", p.Wait)
	case p.Unit == WaitHours:
		when = Textf("%d hours after the step before", p.Wait)
	case p.Wait == 0:
		when = Textf("on the day of the step before")
	case i == 0:
		when = Textf("%d days after that", p.Wait)
	default:
		when = Textf("%d days after the step before", p.Wait)
	}
	if p.At != "" && s.Trigger != AroundEvent && (p.Wait > 0 || i > 0) {
		when = Textf("%s, at %s", when, p.At)
	}
	switch p.Who {
	case StepUnanswered:
		return Textf("%s, to those who are not known to have answered", when)
	case StepAnswered:
		return Textf("%s, to those who answered", when)
	}
	return when
}

// PlanWords say what makes the series begin, and then of each step when it comes and for whom, as they are stored: with moments in UTC
// as RFC 3339 has them, and no names of lists and segments.
func (s *Series) PlanWords() (begins Text, steps []Text) {
	moment := func(at time.Time) any { return at.UTC().Format(time.RFC3339) }
	switch s.Trigger {
	case OnJoining:
		begins = Textf("a reader joins its list from then on")
	case OnEntering:
		begins = Textf("a reader comes into its segment from then on")
	default:
		begins = Textf("the event of %s", moment(s.EventAt(s.Location())))
	}
	for i := range s.Steps {
		steps = append(steps, Textf("%d. %s", i+1, s.stepWords(i, moment)))
	}
	return begins, steps
}
