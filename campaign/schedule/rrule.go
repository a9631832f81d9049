package schedule

import (
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"

	"github.com/glasnik/glasnik/campaign"
)

// ParseRule reads a recurrence from the text of a rule of RFC 5545, such as FREQ=MONTHLY;BYDAY=1MO;BYHOUR=9, beginning on a day of
// today's zone. What the form of the panel cannot say is refused.
func ParseRule(text string, today time.Time) (*campaign.Recurrence, error) {
	text = strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(text)), "RRULE:")
	o, err := rrule.StrToROption(text)
	if err != nil {
		return nil, campaign.FieldError("rule", "%q is no rule: %s; write it like FREQ=MONTHLY;BYDAY=1MO;BYHOUR=9", text, err.Error())
	}
	r := &campaign.Recurrence{Count: o.Count, From: today.Format(time.DateOnly), Time: clockOf(o)}
	if !o.Until.IsZero() {
		r.Until = o.Until.Format(time.DateOnly)
	}
	o.Interval = max(1, o.Interval)
	for _, m := range o.Bymonth {
		r.Months = append(r.Months, time.Month(m))
	}
	if o.Freq == rrule.YEARLY && len(r.Months) > 0 && o.Interval == 1 {
		o.Freq = rrule.MONTHLY
	}
	if o.Freq == rrule.MONTHLY && o.Interval > 1 && 12%o.Interval == 0 && len(r.Months) == 0 {
		for m := range 12 / o.Interval {
			r.Months = append(r.Months, time.Month((int(today.Month())-1+m*o.Interval)%12+1))
		}
		o.Interval = 1
	}
	readDays(r, o, today)
	if err := r.Normalize(); err != nil {
		return nil, err
	}
	if want, got := plainRule(optionOf(r)), plainRule(*o); want != got {
		return nil, campaign.FieldError("rule", "%q asks for what is not known here: as far as it is understood it would be %q", text, want)
	}
	return r, nil
}

// clockOf returns the time of day of a rule, nine o'clock where it has none and "" where it has several.
func clockOf(o *rrule.ROption) string {
	hour, minute := 9, 0
	switch {
	case len(o.Byhour) > 1 || len(o.Byminute) > 1 || len(o.Bysecond) > 0:
		return ""
	case len(o.Byhour) == 1:
		hour = o.Byhour[0]
	}
	if len(o.Byminute) == 1 {
		minute = o.Byminute[0]
	}
	return time.Date(2000, 1, 1, hour, minute, 0, 0, time.UTC).Format("15:04")
}

// readDays reads on which days a rule comes.
func readDays(r *campaign.Recurrence, o *rrule.ROption, today time.Time) {
	for _, d := range o.Byweekday {
		r.Weekdays = append(r.Weekdays, time.Weekday((d.Day()+1)%7))
	}
	switch {
	case o.Freq == rrule.DAILY:
		r.Pattern = campaign.EachDay
	case o.Freq == rrule.WEEKLY:
		r.Pattern, r.Interval = campaign.EachWeek, o.Interval
		if len(r.Weekdays) == 0 {
			r.Weekdays, o.Byweekday = []time.Weekday{today.Weekday()}, []rrule.Weekday{rruleDays[today.Weekday()]}
		}
	case o.Freq != rrule.MONTHLY:
	case len(o.Byweekday) == 1:
		r.Pattern, r.Nth = campaign.NthWeekday, o.Byweekday[0].N()
		if len(o.Bysetpos) == 1 && r.Nth == 0 { // the other way to say it
			r.Nth, o.Bysetpos = o.Bysetpos[0], nil
			o.Byweekday[0] = o.Byweekday[0].Nth(r.Nth)
		}
	case len(o.Byweekday) == 5 && len(o.Bysetpos) == 1:
		r.Pattern, r.Nth = campaign.WorkingDay, o.Bysetpos[0]
	case len(o.Bymonthday) == 1:
		r.Pattern, r.Day = campaign.MonthDay, o.Bymonthday[0]
	case len(o.Bymonthday) == 0 && len(o.Byweekday) == 0:
		r.Pattern, r.Day, o.Bymonthday = campaign.MonthDay, today.Day(), []int{today.Day()}
	}
}

// plainRule writes what two rules have to agree in.
func plainRule(o rrule.ROption) string {
	o.Byhour, o.Byminute, o.Count, o.Until, o.Dtstart, o.Wkst = nil, nil, 0, time.Time{}, time.Time{}, rrule.MO
	o.Interval = max(1, o.Interval)
	o.Byweekday, o.Bymonth = slices.Clone(o.Byweekday), slices.Clone(o.Bymonth)
	slices.SortFunc(o.Byweekday, func(a, b rrule.Weekday) int { return a.Day() - b.Day() })
	slices.Sort(o.Bymonth)
	return o.RRuleString()
}
