package campaign

import (
	"cmp"
	"slices"
	"time"
)

// Recurrence says on which days of the calendar a schedule comes again and again, and at which time of day.
type Recurrence struct {
	Pattern  Pattern        `json:"pattern"`
	Interval int            `json:"interval,omitempty"` // EachWeek: every so many weeks, counted from that of From
	Weekdays []time.Weekday `json:"weekdays,omitempty"` // EachWeek: these; NthWeekday: one
	Nth      int            `json:"nth,omitempty"`      // NthWeekday: 1 to 4; WorkingDay: 1; -1 is the last
	Day      int            `json:"day,omitempty"`      // MonthDay: 1 to 31; -1 is the last
	Months   []time.Month   `json:"months,omitempty"`   // nil: all
	Time     string         `json:"time"`               // wall time, 15:04
	From     string         `json:"from"`               // the first day it may come on
	Until    string         `json:"until,omitempty"`    // the last
	Count    int            `json:"count,omitempty"`    // how many times it comes from From on; 0 is without end
	DaysOff  []DaysOff      `json:"days_off,omitempty"`
	Then     OnDayOff       `json:"then,omitempty"` // what happens on a day off
}

// Pattern says how a recurrence names its days.
type Pattern string

const (
	EachDay    Pattern = "daily"
	EachWeek   Pattern = "weekly"
	MonthDay   Pattern = "month_day"   // the 15th, the last day
	NthWeekday Pattern = "nth_weekday" // the first Monday
	WorkingDay Pattern = "working_day" // the first or last day that is neither a Saturday nor a Sunday nor a day off
)

// DaysOff are days that count as closed: weekends, the holidays of a calendar, or the team's closing days.
type DaysOff string

const (
	Weekends       DaysOff = "weekends"
	Serbia         DaysOff = "serbia"
	France         DaysOff = "france"
	Institutions   DaysOff = "eu"
	ClosedForAll   DaysOff = "closed" // the closing days that are for everybody
	closedForKinds         = "closed_"
)

// ClosedFor are the closing days for a kind of contacts.
func ClosedFor(k Kind) DaysOff { return closedForKinds + DaysOff(k) }

// AllDaysOff are those one can choose among.
func AllDaysOff() []DaysOff {
	all := []DaysOff{Weekends, Serbia, France, Institutions, ClosedForAll}
	for _, k := range Kinds {
		all = append(all, ClosedFor(k))
	}
	return all
}

// Words names the days.
func (d DaysOff) Words() Text {
	switch d {
	case Weekends:
		return Textf("weekends")
	case Serbia:
		return Textf("public holidays in Serbia")
	case France:
		return Textf("public holidays in France")
	case Institutions:
		return Textf("holidays of the EU institutions")
	case ClosedFor(Journalist):
		return Textf("closing days of journalists")
	case ClosedFor(School):
		return Textf("school holidays and closing days of schools")
	case ClosedFor(Business):
		return Textf("closing days of businesses")
	case ClosedFor(Partner):
		return Textf("closing days of partners")
	case ClosedFor(OtherKind):
		return Textf("closing days of other contacts")
	}
	return Textf("our own closing days")
}

// OnDayOff says what becomes of a time that falls on a day off.
type OnDayOff string

const (
	SkipDay   OnDayOff = ""
	DayBefore OnDayOff = "before" // the working day before
	DayAfter  OnDayOff = "after"
)

// Exception is a single time of a recurring schedule that does not come as the schedule says.
type Exception struct {
	Wall   string `json:"wall"`             // as the schedule has it, 2006-01-02T15:04
	To     string `json:"to,omitempty"`     // when it comes instead; "" is never
	Second bool   `json:"second,omitempty"` // the second of two equal wall times To
}

// maxExceptions bounds those of one schedule.
const maxExceptions = 100

// Exception returns the exception for a wall time; nil when there is none.
func (s *Schedule) Exception(wall string) *Exception {
	for i := range s.Exceptions {
		if s.Exceptions[i].Wall == wall {
			return &s.Exceptions[i]
		}
	}
	return nil
}

// Except adds an exception, or changes the one for its wall time; those that are more than a year old are dropped.
func (s *Schedule) Except(e Exception, today time.Time) error {
	old := today.AddDate(-1, 0, 0).Format(time.DateOnly)
	kept := []Exception{e}
	for _, other := range s.Exceptions {
		if other.Wall != e.Wall && max(other.Wall, other.To) > old {
			kept = append(kept, other)
		}
	}
	if len(kept) > maxExceptions {
		return Errorf(Invalid, "more than %d single times are moved or left out: change the schedule instead", maxExceptions)
	}
	slices.SortFunc(kept, func(a, b Exception) int { return cmp.Compare(a.Wall, b.Wall) })
	if e.To == e.Wall { // back where it was
		kept = slices.DeleteFunc(kept, func(o Exception) bool { return o.Wall == e.Wall })
	}
	s.Exceptions = kept
	return nil
}

// Closing is a time in which a kind of contacts is away, or everybody: school holidays, a works holiday.
type Closing struct {
	Name  string `json:"name"`
	From  string `json:"from"` // days, both of them closed
	Until string `json:"until"`
	Kind  Kind   `json:"kind,omitempty"` // "" is everybody
}

// DaysOff returns the days off the closing belongs to.
func (c *Closing) DaysOff() DaysOff {
	if c.Kind == "" {
		return ClosedForAll
	}
	return ClosedFor(c.Kind)
}

// maxTimes is how many times a recurrence may be told to come.
const maxTimes = 1000

// Normalize checks a recurrence and drops what its pattern does not use.
func (r *Recurrence) Normalize() error {
	var faults Checks
	if r.Pattern != EachWeek || r.Interval == 1 {
		r.Interval = 0
	}
	if r.Pattern != EachWeek && r.Pattern != NthWeekday {
		r.Weekdays = nil
	}
	if r.Pattern != NthWeekday && r.Pattern != WorkingDay {
		r.Nth = 0
	}
	if r.Pattern != MonthDay {
		r.Day = 0
	}
	r.Weekdays, r.Months, r.DaysOff = tidy(r.Weekdays), tidy(r.Months), tidy(r.DaysOff)
	switch r.Pattern {
	case EachDay:
	case EachWeek:
		faults.Refuse(len(r.Weekdays) == 0, "weekdays", "choose at least one day of the week")
		faults.Refuse(r.Interval < 0 || r.Interval > 52, "interval", "choose a number of weeks from 1 to 52")
	case MonthDay:
		faults.Refuse(r.Day != -1 && (r.Day < 1 || r.Day > 31), "day", "choose a day from 1 to 31, or the last")
	case NthWeekday:
		faults.Refuse(len(r.Weekdays) != 1, "weekday", "choose one day of the week")
		faults.Refuse(r.Nth != -1 && (r.Nth < 1 || r.Nth > 4), "nth", "choose the first, second, third, fourth or last")
	case WorkingDay:
		faults.Refuse(r.Nth != 1 && r.Nth != -1, "working", "choose the first or the last working day")
	default:
		faults.Refuse(true, "pattern", "choose how often it leaves")
	}
	for _, d := range r.Weekdays {
		faults.Refuse(d < time.Sunday || d > time.Saturday, "weekdays", "there is no such day of the week")
	}
	faults.Refuse(r.Months != nil && len(r.Months) == 0, "months", "tick at least one month")
	for _, m := range r.Months {
		faults.Refuse(m < time.January || m > time.December, "months", "there is no such month")
	}
	if len(r.Months) == 12 {
		r.Months = nil
	}
	_, err := time.Parse("15:04", r.Time)
	faults.Refuse(err != nil, "time", "write the time as 09:00")
	from, err := time.Parse(time.DateOnly, r.From)
	faults.Refuse(err != nil, "from", "write the day as 2026-10-18")
	if r.Until != "" {
		until, err := time.Parse(time.DateOnly, r.Until)
		faults.Refuse(err != nil, "until", "write the day as 2026-10-18")
		faults.Refuse(err == nil && until.Before(from), "until", "the last day is before the first")
	}
	faults.Refuse(r.Count < 0 || r.Count > maxTimes, "count", "choose how many times, from 1 to %d", maxTimes)
	faults.Refuse(r.Count > 0 && r.Until != "", "count", "choose a last day or a number of times, not both")
	for _, d := range r.DaysOff {
		faults.Refuse(!slices.Contains(AllDaysOff(), d), "days_off", "%q are no days off that are known here", string(d))
	}
	faults.Refuse(r.Then != SkipDay && r.Then != DayBefore && r.Then != DayAfter, "then", "choose what happens on a day off")
	if len(r.DaysOff) == 0 || r.Pattern == WorkingDay {
		r.Then = SkipDay
	}
	return Together(faults...)
}

// tidy returns values sorted, each once.
func tidy[T cmp.Ordered](values []T) []T {
	out := slices.Clone(values)
	slices.Sort(out)
	return slices.Compact(out)
}

// TidyClosings checks closing days and puts them in order.
func TidyClosings(closings []Closing) error {
	var faults Checks
	for i := range closings {
		c := &closings[i]
		c.Name = CleanLine(c.Name)
		c.Until = cmp.Or(c.Until, c.From)
		from, err := time.Parse(time.DateOnly, c.From)
		until, bad := time.Parse(time.DateOnly, c.Until)
		switch {
		case err != nil || bad != nil:
			faults.Refuse(true, "closings", "%s: write the days as 2026-10-18", cmp.Or(c.Name, c.From))
		case until.Before(from):
			faults.Refuse(true, "closings", "%s: the last day is before the first", cmp.Or(c.Name, c.From))
		case until.Sub(from) > 100*24*time.Hour:
			faults.Refuse(true, "closings", "%s: this is longer than %d days", cmp.Or(c.Name, c.From), 100)
		}
		faults.Refuse(c.Name == "", "closings", "say why it is closed from %s on", c.From)
		faults.Refuse(LongerThan(c.Name, 80), "closings", "this is longer than %d characters", 80)
		faults.Refuse(c.Kind != "" && !slices.Contains(Kinds, c.Kind), "closings", "there is no such kind of contacts")
	}
	slices.SortStableFunc(closings, func(a, b Closing) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Until, b.Until)) })
	return Together(faults...)
}
