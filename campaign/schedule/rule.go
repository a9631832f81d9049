package schedule

import (
	"iter"
	"slices"
	"time"

	"github.com/teambition/rrule-go"

	"github.com/glasnik/glasnik/campaign"
)

// Days are midnights in UTC here; only a slot is a moment.

const (
	// longestOff is how many days in a row may be off for a time to be moved over them.
	longestOff = 100
	// ruleYears is how far a rule is followed: a 29 February that must be a working day can be far off.
	ruleYears = 12
)

// ruleSlots returns the next slots of a recurrence.
func (p Planner) ruleSlots(rule *campaign.Recurrence, loc *time.Location, after time.Time, n int) ([]campaign.Slot, error) {
	if rule == nil {
		return nil, campaign.FieldError("pattern", "choose how often it leaves")
	}
	r := *rule
	if err := r.Normalize(); err != nil {
		return nil, err
	}
	var closings []campaign.Closing
	if p.Closings != nil && len(r.DaysOff) > 0 {
		var err error
		if closings, err = p.Closings(); err != nil {
			return nil, err
		}
	}
	clock, _ := time.Parse("15:04", r.Time)
	var slots []campaign.Slot
	for day := range ruleDays(&r, newDaysOff(r.DaysOff, closings), naive(after.In(loc))) {
		if len(slots) >= n {
			break
		}
		wall := day.on.Add(time.Duration(clock.Hour())*time.Hour + time.Duration(clock.Minute())*time.Minute)
		instants, note := resolve(wall, loc)
		if at := instants[0]; at.After(after) {
			slots = append(slots, campaign.Slot{At: at.UTC(), Wall: at.In(loc).Format(campaign.WallLayout), Note: noteOf(day, note)})
		}
	}
	if len(slots) == 0 && n > 0 && r.Until == "" && r.Count == 0 {
		return nil, campaign.FieldError("pattern", "this never comes: no day fits it in the next %d years", ruleYears)
	}
	return slots, nil
}

// noteOf says what moved a slot: a day off, a clock change, or both.
func noteOf(day ruleDay, clocks campaign.Text) campaign.Text {
	if day.why.IsZero() {
		return clocks
	}
	return withNote(campaign.Textf("instead of %s: %s", campaign.Day(day.meant), day.why), clocks)
}

// ruleDay is a day of a recurrence: the one it comes on, the one it was meant for, and why it does not come on that. Both are
// within the bounds of the recurrence.
type ruleDay struct {
	on, meant time.Time
	why       campaign.Text
}

// ruleDays returns the days of a recurrence in order, each once, the first of them some time before now.
func ruleDays(r *campaign.Recurrence, off *daysOff, now time.Time) iter.Seq[ruleDay] {
	return func(yield func(ruleDay) bool) {
		left := r.Count
		for day := range inOrder(r, off, now) {
			if day.on.Format(time.DateOnly) < r.From {
				continue
			}
			if r.Until != "" && day.on.Format(time.DateOnly) > r.Until || !yield(day) {
				return
			}
			if left--; left == 0 {
				return
			}
		}
	}
}

// inOrder returns the days without the bounds of the recurrence. A day that is moved back may overtake one meant before it, by
// longestOff at most.
func inOrder(r *campaign.Recurrence, off *daysOff, now time.Time) iter.Seq[ruleDay] {
	return func(yield func(ruleDay) bool) {
		var waiting []ruleDay
		var last time.Time
		flush := func(before time.Time) bool {
			for len(waiting) > 0 && (before.IsZero() || waiting[0].on.Before(before)) {
				day := waiting[0]
				if waiting = waiting[1:]; day.on.Equal(last) {
					continue
				}
				if last = day.on; !yield(day) {
					return false
				}
			}
			return true
		}
		next := meantDays(r, now).Iterator()
		for meant, more := next(); more; meant, more = next() {
			if !flush(meant.AddDate(0, 0, -reach(r))) {
				return
			}
			day, ok := moved(r, off, meant)
			if !ok {
				continue
			}
			at, _ := slices.BinarySearchFunc(waiting, day, byDay)
			waiting = slices.Insert(waiting, at, day)
		}
		flush(time.Time{})
	}
}

// reach is by how many days a time may come before or after the day it is meant for.
func reach(r *campaign.Recurrence) int {
	switch {
	case r.Pattern == campaign.WorkingDay:
		return 31
	case r.Then == campaign.SkipDay:
		return 0
	}
	return longestOff
}

// byDay orders days, those that were meant for it before those moved to it.
func byDay(a, b ruleDay) int {
	if c := a.on.Compare(b.on); c != 0 {
		return c
	}
	switch {
	case a.why.IsZero() == b.why.IsZero():
		return a.meant.Compare(b.meant)
	case a.why.IsZero():
		return -1
	}
	return 1
}

// moved returns the day on which a time comes that is meant for a day; ok is false when it is left out.
func moved(r *campaign.Recurrence, off *daysOff, meant time.Time) (day ruleDay, ok bool) {
	step, why := 0, campaign.Text{}
	switch {
	case r.Pattern == campaign.WorkingDay:
		step = r.Nth // the first goes on to later days, the last back to earlier ones
	default:
		if why = off.on(meant); why.IsZero() {
			return ruleDay{on: meant, meant: meant}, true
		}
		switch r.Then {
		case campaign.DayBefore:
			step = -1
		case campaign.DayAfter:
			step = 1
		default:
			return ruleDay{}, false
		}
	}
	on := meant
	for range longestOff {
		if r.Pattern == campaign.WorkingDay && on.Month() != meant.Month() {
			break // the month has no working day
		}
		if off.working(on) {
			return ruleDay{on: on, meant: meant, why: why}, true
		}
		on = on.AddDate(0, 0, step)
	}
	return ruleDay{}, false
}

var rruleDays = [...]rrule.Weekday{rrule.SU, rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA}

// optionOf returns a recurrence as the library has it, without its bounds, its time of day and its days off.
func optionOf(r *campaign.Recurrence) rrule.ROption {
	o := rrule.ROption{Freq: rrule.MONTHLY, Interval: 1}
	for _, m := range r.Months {
		o.Bymonth = append(o.Bymonth, int(m))
	}
	for _, d := range r.Weekdays {
		o.Byweekday = append(o.Byweekday, rruleDays[d])
	}
	switch r.Pattern {
	case campaign.EachDay:
		o.Freq = rrule.DAILY
	case campaign.EachWeek:
		o.Freq, o.Interval = rrule.WEEKLY, max(1, r.Interval)
	case campaign.MonthDay:
		o.Bymonthday = []int{r.Day}
	case campaign.NthWeekday:
		o.Byweekday[0] = o.Byweekday[0].Nth(r.Nth)
	case campaign.WorkingDay:
		o.Byweekday, o.Bysetpos = rruleDays[time.Monday:time.Saturday], []int{r.Nth}
	}
	return o
}

// meantDays returns the rule of the days a recurrence is meant for. Where they need not be counted, it begins a while before now.
func meantDays(r *campaign.Recurrence, now time.Time) *rrule.RRule {
	o := optionOf(r)
	o.Dtstart, _ = time.Parse(time.DateOnly, r.From)
	o.Until = now.AddDate(ruleYears, 0, 0)
	if until, err := time.Parse(time.DateOnly, r.Until); err == nil && until.Before(o.Until) {
		o.Until = until
	}
	if period := time.Duration(o.Interval) * 7 * 24 * time.Hour; r.Count == 0 {
		if ago := now.AddDate(0, 0, -2*reach(r)-1).Sub(o.Dtstart); ago > 0 {
			o.Dtstart = o.Dtstart.Add(ago / period * period)
		}
	}
	rule, err := rrule.NewRRule(o)
	if err != nil {
		panic(err) // Normalize lets only what the library knows through
	}
	return rule
}
