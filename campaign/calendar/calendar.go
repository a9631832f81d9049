// Package calendar lays what happens when on days: months and weeks as grids, a list, and an iCalendar file. It knows no clock and
// no store, and nothing of readers.
package calendar

import (
	"cmp"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// Kind is what an entry of the calendar is.
type Kind string

const (
	Run      Kind = "run"      // of a campaign that left
	Planned  Kind = "planned"  // a time at which a waiting campaign leaves
	Draft    Kind = "draft"    // a time of a campaign that does not wait for it yet
	Embargo  Kind = "embargo"  // the end of one
	Deadline Kind = "deadline" // by which somebody has to decide
	Holiday  Kind = "holiday"
	Closing  Kind = "closing"
)

// Kinds are all kinds in the order they are told.
var Kinds = []Kind{Run, Planned, Draft, Deadline, Embargo, Holiday, Closing}

// Words names the kind.
func (k Kind) Words() campaign.Text {
	switch k {
	case Run:
		return campaign.Textf("calendar: sent")
	case Planned:
		return campaign.Textf("calendar: planned")
	case Draft:
		return campaign.Textf("calendar: draft")
	case Embargo:
		return campaign.Textf("calendar: embargo ends")
	case Deadline:
		return campaign.Textf("calendar: deadline")
	case Holiday:
		return campaign.Textf("calendar: holiday")
	}
	return campaign.Textf("calendar: closed")
}

// Entry is something at a moment, or on whole days.
type Entry struct {
	ID    string // of what it is about, the same when it moves: calendars of others know it by it
	Kind  Kind
	At    time.Time // of whole days: midnight in UTC of the first
	Until time.Time // of whole days: the last; zero for moments
	Title campaign.Text
	Note  campaign.Text // what has to be said of it
	Path  string        // of its page in the panel

	Campaign string    // the id of one that is planned or a draft
	Wall     string    // its time by the schedule of the campaign, which names it, in the campaign's zone
	More     bool      // the campaign leaves more often on this day
	Changed  time.Time // when what it tells was changed last
}

// AllDay reports whether the entry is about whole days.
func (e *Entry) AllDay() bool { return !e.Until.IsZero() }

// Day is a day with what happens on it, whole days first.
type Day struct {
	On      time.Time // midnight in UTC, by the calendar of the user's zone
	Entries []Entry
}

// Off reports whether the day is a holiday or a closing day.
func (d *Day) Off() bool {
	return slices.ContainsFunc(d.Entries, func(e Entry) bool { return e.Kind == Holiday || e.Kind == Closing })
}

// DayOf returns the day of a moment in a zone.
func DayOf(t time.Time, zone *time.Location) time.Time {
	return campaign.OnDay(t.In(zone))
}

// Begin returns the moment at which a day begins in a zone.
func Begin(day time.Time, zone *time.Location) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

// Monday returns the first day of a day's week.
func Monday(day time.Time) time.Time { return day.AddDate(0, 0, -(int(day.Weekday())+6)%7) }

// Month returns the first day of the weeks that a day's month is drawn in, and the day after the last.
func Month(day time.Time) (from, to time.Time) {
	first := day.AddDate(0, 0, 1-day.Day())
	return Monday(first), Monday(first.AddDate(0, 1, -1)).AddDate(0, 0, 7)
}

// Days lays entries on the days from one to before another, by the calendar of a zone.
func Days(entries []Entry, from, to time.Time, zone *time.Location) []Day {
	days := make([]Day, int(to.Sub(from).Hours()/24))
	for i := range days {
		days[i].On = from.AddDate(0, 0, i)
	}
	for i := range entries {
		e := &entries[i]
		first, last := e.At, e.Until
		if !e.AllDay() {
			first = DayOf(e.At, zone)
			last = first
		}
		for day := range days {
			if on := days[day].On; !on.Before(first) && !on.After(last) {
				days[day].Entries = append(days[day].Entries, *e)
			}
		}
	}
	for i := range days {
		slices.SortStableFunc(days[i].Entries, compare)
	}
	return days
}

// compare orders the entries of a day: whole days, then by time.
func compare(a, b Entry) int {
	switch {
	case a.AllDay() != b.AllDay():
		if a.AllDay() {
			return -1
		}
		return 1
	case a.AllDay():
		return cmp.Or(cmp.Compare(slices.Index(Kinds, a.Kind), slices.Index(Kinds, b.Kind)), a.At.Compare(b.At))
	}
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(slices.Index(Kinds, a.Kind), slices.Index(Kinds, b.Kind)), cmp.Compare(a.ID, b.ID))
}

// Weeks divides days into weeks.
func Weeks(days []Day) [][]Day { return slices.Collect(slices.Chunk(days, 7)) }
