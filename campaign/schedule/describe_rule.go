package schedule

import (
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// describeRule says a recurrence in words, with the zone's name.
func describeRule(rule *campaign.Recurrence, loc *time.Location) (campaign.Text, error) {
	if rule == nil {
		return campaign.Text{}, campaign.FieldError("pattern", "choose how often it leaves")
	}
	r := *rule
	if err := r.Normalize(); err != nil {
		return campaign.Text{}, err
	}
	clock, _ := time.Parse("15:04", r.Time)
	words := campaign.Textf("%s at %s", describePattern(&r), campaign.Clock(clock))
	switch {
	case slices.Equal(r.Months, []time.Month{time.January, time.April, time.July, time.October}):
		words = campaign.Textf("%s, every quarter (January, April, July and October)", words)
	case slices.Equal(r.Months, []time.Month{time.March, time.June, time.September, time.December}):
		words = campaign.Textf("%s, every quarter (March, June, September and December)", words)
	case len(r.Months) > 0:
		words = campaign.Textf("%s, only %s", words, joined(campaign.Collect(r.Months, func(m time.Month) campaign.Text { return monthWords[m-1].words })))
	}
	switch {
	case r.Count > 0:
		words = campaign.Textf("%s, %d times, beginning on %s", words, r.Count, dayOf(r.From))
	case r.Interval > 0 && r.Until != "":
		words = campaign.Textf("%s, from %s to %s", words, dayOf(r.From), dayOf(r.Until))
	case r.Interval > 0:
		words = campaign.Textf("%s, beginning on %s", words, dayOf(r.From))
	case r.Until != "":
		words = campaign.Textf("%s, until %s", words, dayOf(r.Until))
	}
	return describeDaysOff(&r, campaign.Textf("%s (%s)", words, loc.String())), nil
}

func dayOf(s string) campaign.Day {
	day, _ := time.Parse(time.DateOnly, s)
	return campaign.Day(day)
}

// describePattern says on which days it comes.
func describePattern(r *campaign.Recurrence) campaign.Text {
	switch r.Pattern {
	case campaign.EachWeek:
		days := describeWeek(r.Weekdays)
		switch {
		case r.Interval == 2:
			return campaign.Textf("every second week, %s,", days)
		case r.Interval > 2:
			return campaign.Textf("every %d weeks, %s,", r.Interval, days)
		}
		return days
	case campaign.MonthDay:
		if r.Day == -1 {
			return campaign.Textf("on the last day of the month")
		}
		return campaign.Textf("on the %s of the month", campaign.Ordinal(r.Day))
	case campaign.NthWeekday:
		return describeNth(r.Nth, r.Weekdays[0])
	case campaign.WorkingDay:
		if r.Nth == -1 {
			return campaign.Textf("on the last working day of the month")
		}
		return campaign.Textf("on the first working day of the month")
	}
	return campaign.Textf("every day")
}

// describeWeek says days of the week, which begins with Monday.
func describeWeek(days []time.Weekday) campaign.Text {
	switch {
	case len(days) == 7:
		return campaign.Textf("every day")
	case slices.Equal(days, []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}):
		return campaign.Textf("from Monday to Friday")
	}
	var names []campaign.Text
	for d := time.Monday; d < time.Monday+7; d++ {
		if slices.Contains(days, d%7) {
			names = append(names, weekdayWords[d%7].words)
		}
	}
	return campaign.Textf("on %s", joined(names))
}

// describeNth says which one of a month's Mondays. Serbian has masculine and feminine days: the feminine have texts of their own.
func describeNth(nth int, day time.Weekday) campaign.Text {
	name := campaign.Weekday(day)
	if day == time.Wednesday || day == time.Saturday || day == time.Sunday {
		switch nth {
		case 1:
			return campaign.Textf("on the first %s in the month", name)
		case 2:
			return campaign.Textf("on the second %s in the month", name)
		case 3:
			return campaign.Textf("on the third %s in the month", name)
		case 4:
			return campaign.Textf("on the fourth %s in the month", name)
		}
		return campaign.Textf("on the last %s in the month", name)
	}
	switch nth {
	case 1:
		return campaign.Textf("on the first %s of the month", name)
	case 2:
		return campaign.Textf("on the second %s of the month", name)
	case 3:
		return campaign.Textf("on the third %s of the month", name)
	case 4:
		return campaign.Textf("on the fourth %s of the month", name)
	}
	return campaign.Textf("on the last %s of the month", name)
}

// describeDaysOff adds what happens on days off.
func describeDaysOff(r *campaign.Recurrence, words campaign.Text) campaign.Text {
	if len(r.DaysOff) == 0 {
		return words
	}
	var days []campaign.Text
	for _, d := range campaign.AllDaysOff() {
		if slices.Contains(r.DaysOff, d) {
			days = append(days, d.Words())
		}
	}
	off := joined(days)
	switch {
	case r.Pattern == campaign.WorkingDay:
		return campaign.Textf("%s; days off: %s", words, off)
	case r.Then == campaign.DayBefore:
		return campaign.Textf("%s; if that is a day off (%s), on the working day before", words, off)
	case r.Then == campaign.DayAfter:
		return campaign.Textf("%s; if that is a day off (%s), on the next working day", words, off)
	}
	return campaign.Textf("%s; not on days off: %s", words, off)
}
