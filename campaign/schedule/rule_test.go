package schedule

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// naiveDays tells the days of a recurrence from the words of the form alone: it goes through the calendar day by day and asks of each
// whether it is one of those that were chosen.
func naiveDays(r campaign.Recurrence, closings []campaign.Closing, until time.Time) (days []string) {
	first, _ := time.Parse(time.DateOnly, r.From)
	isOff := func(day time.Time) bool {
		at := day.Format(time.DateOnly)
		for _, d := range r.DaysOff {
			if d == campaign.Weekends && (day.Weekday() == time.Saturday || day.Weekday() == time.Sunday) {
				return true
			}
			if _, holiday := Holidays(d, day.Year())[day]; holiday {
				return true
			}
			for _, c := range closings {
				if c.DaysOff() == d && at >= c.From && at <= c.Until {
					return true
				}
			}
		}
		return false
	}
	works := func(day time.Time) bool {
		return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday && !isOff(day)
	}
	monday := func(day time.Time) time.Time { return day.AddDate(0, 0, -(int(day.Weekday())+6)%7) }
	chosen := func(day time.Time) bool {
		if len(r.Months) > 0 && !slices.Contains(r.Months, day.Month()) {
			return false
		}
		firstOf := date(day.Year(), day.Month(), 1)
		var same []int // the days of this month that are alike
		for d := firstOf; d.Month() == day.Month(); d = d.AddDate(0, 0, 1) {
			switch {
			case r.Pattern == campaign.MonthDay, r.Pattern == campaign.WorkingDay && works(d), r.Pattern == campaign.NthWeekday && d.Weekday() == r.Weekdays[0]:
				same = append(same, d.Day())
			}
		}
		nth := cmp.Or(r.Nth, r.Day)
		switch {
		case r.Pattern == campaign.EachDay:
			return true
		case r.Pattern == campaign.EachWeek:
			weeks := int(monday(day).Sub(monday(first)).Hours()) / 24 / 7
			return slices.Contains(r.Weekdays, day.Weekday()) && weeks%max(1, r.Interval) == 0
		case nth == -1:
			return len(same) > 0 && same[len(same)-1] == day.Day()
		}
		return len(same) >= nth && same[nth-1] == day.Day()
	}
	for day := first; day.Before(until) && (r.Until == "" || day.Format(time.DateOnly) <= r.Until); day = day.AddDate(0, 0, 1) {
		if !chosen(day) {
			continue
		}
		comes := day
		if isOff(day) {
			if r.Then == campaign.SkipDay {
				continue
			}
			for !works(comes) {
				comes = comes.AddDate(0, 0, map[campaign.OnDayOff]int{campaign.DayBefore: -1, campaign.DayAfter: 1}[r.Then])
			}
		}
		if at := comes.Format(time.DateOnly); at >= r.From && (r.Until == "" || at <= r.Until) {
			days = append(days, at)
		}
	}
	slices.Sort(days)
	days = slices.Compact(days)
	if r.Count > 0 && len(days) > r.Count {
		days = days[:r.Count]
	}
	return days
}

// anyRule makes up a recurrence.
func anyRule(rnd *rand.Rand) campaign.Recurrence {
	weekday := func() time.Weekday { return time.Weekday(rnd.IntN(7)) }
	r := campaign.Recurrence{
		Pattern: []campaign.Pattern{campaign.EachDay, campaign.EachWeek, campaign.MonthDay, campaign.NthWeekday, campaign.WorkingDay}[rnd.IntN(5)],
		Time:    []string{"09:00", "00:00", "02:00", "02:30", "02:59", "03:00", "23:45"}[rnd.IntN(7)],
		From:    date(2026, time.January, 1).AddDate(0, 0, rnd.IntN(300)).Format(time.DateOnly),
		Then:    []campaign.OnDayOff{campaign.SkipDay, campaign.DayBefore, campaign.DayAfter}[rnd.IntN(3)],
	}
	switch r.Pattern {
	case campaign.EachWeek:
		r.Interval = 1 + rnd.IntN(5)
		for range 1 + rnd.IntN(4) {
			r.Weekdays = append(r.Weekdays, weekday())
		}
	case campaign.MonthDay:
		r.Day = []int{1, 15, 28, 29, 30, 31, -1}[rnd.IntN(7)]
	case campaign.NthWeekday:
		r.Nth, r.Weekdays = []int{1, 2, 3, 4, -1}[rnd.IntN(5)], []time.Weekday{weekday()}
	case campaign.WorkingDay:
		r.Nth = []int{1, -1}[rnd.IntN(2)]
	}
	switch rnd.IntN(4) {
	case 0:
		r.Months = []time.Month{1, 4, 7, 10}
	case 1:
		r.Months = []time.Month{2, 3, 10}
	}
	for _, d := range []campaign.DaysOff{campaign.Weekends, campaign.Serbia, campaign.France, campaign.Institutions, campaign.ClosedForAll, campaign.ClosedFor(campaign.School)} {
		if rnd.IntN(3) == 0 {
			r.DaysOff = append(r.DaysOff, d)
		}
	}
	switch rnd.IntN(5) {
	case 0:
		r.Count = 1 + rnd.IntN(20)
	case 1:
		r.Until = date(2027, time.January, 1).AddDate(0, 0, rnd.IntN(700)).Format(time.DateOnly)
	}
	return r
}

var closings = []campaign.Closing{
	{Name: "Summer", From: "2027-08-02", Until: "2027-08-13"}, {Name: "Move", From: "2027-10-29", Until: "2027-10-29"},
	{Name: "Winter holidays", From: "2026-12-28", Until: "2027-01-15", Kind: campaign.School}, {Name: "School year ends", From: "2028-06-16", Until: "2028-08-31", Kind: campaign.School},
}

// TestTwoYears lets a clock run through two years and more in Belgrade for 200 rules, and compares each moment at which one was due with
// a table made without the library: none twice, none missing.
func TestTwoYears(t *testing.T) {
	t.Parallel()
	belgrade := zone(t, "Europe/Belgrade")
	p := Planner{Zone: belgrade, Closings: func() ([]campaign.Closing, error) { return closings, nil }}
	start, end := time.Date(2026, 10, 1, 0, 0, 0, 0, belgrade), time.Date(2029, 1, 1, 0, 0, 0, 0, belgrade)
	rnd := rand.New(rand.NewPCG(13, 1))
	for n := range 200 {
		r := anyRule(rnd)
		if err := r.Normalize(); err != nil {
			t.Fatal(n, err)
		}
		var want []string
		for _, day := range naiveDays(r, closings, end.AddDate(0, 5, 0)) {
			at := moment(t, day, r.Time, belgrade)
			if at.After(start) && at.Before(end) {
				want = append(want, at.UTC().Format(time.RFC3339))
			}
		}
		var got []string
		for now := start; now.Before(end); {
			slots, err := p.Next(campaign.Schedule{Kind: campaign.ByRule, Rule: &r}, now, 1+rnd.IntN(20))
			if err != nil && (len(got)+len(want) > 0 || campaign.CodeOf(err) != campaign.Invalid) {
				t.Fatalf("%d: %+v: %v", n, r, err)
			}
			if len(slots) == 0 {
				break
			}
			for _, slot := range slots {
				if !slot.At.After(now) {
					t.Fatalf("%d: %+v: %s is not after %s", n, r, slot.At, now)
				}
				if now = slot.At; now.Before(end) {
					got = append(got, now.Format(time.RFC3339))
				}
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d: %+v\n got %v\nwant %v", n, r, got, want)
		}
	}
}

// moment is a wall time in Belgrade as an instant, by the table of its clock changes: forward at 01:00 UTC on the last Sunday of March, back on
// that of October. A time in the gap is the end of the gap, one that comes twice is the first.
func moment(t *testing.T, day, clock string, loc *time.Location) time.Time {
	t.Helper()
	if clock >= "02:00" && clock < "03:00" {
		switch day {
		case "2027-03-28", "2028-03-26":
			return instant(t, day+"T01:00:00Z")
		case "2026-10-25", "2027-10-31", "2028-10-29":
			return instant(t, day+"T"+clock+":00+02:00")
		}
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", day+" "+clock, loc)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestRuleNotes(t *testing.T) {
	t.Parallel()
	p := Planner{Zone: zone(t, "Europe/Belgrade")}
	for _, tt := range []struct {
		rule             campaign.Recurrence
		after, wall, why string
	}{
		{campaign.Recurrence{Pattern: campaign.MonthDay, Day: 1, Time: "09:00", DaysOff: []campaign.DaysOff{campaign.Serbia}, Then: campaign.DayBefore}, "2027-04-20T00:00:00Z", "2027-04-29T09:00", "instead of 2027-05-01: Labour Day"},
		{campaign.Recurrence{Pattern: campaign.MonthDay, Day: 1, Time: "09:00", DaysOff: []campaign.DaysOff{campaign.Serbia}, Then: campaign.DayAfter}, "2027-04-20T00:00:00Z", "2027-05-05T09:00", "instead of 2027-05-01: Labour Day"},
		{campaign.Recurrence{Pattern: campaign.EachDay, Time: "02:30"}, "2027-03-27T12:00:00Z", "2027-03-28T03:00", "02:30 does not exist on this day, the clocks go forward: 03:00 instead"},
		{campaign.Recurrence{Pattern: campaign.WorkingDay, Nth: -1, Time: "09:00", DaysOff: []campaign.DaysOff{campaign.Institutions}}, "2026-12-01T00:00:00Z", "2026-12-23T09:00", ""},
	} {
		tt.rule.From = "2026-11-30"
		slots, err := p.Next(campaign.Schedule{Kind: campaign.ByRule, Rule: &tt.rule}, instant(t, tt.after), 1)
		if err != nil || len(slots) != 1 || slots[0].Wall != tt.wall || slots[0].Note.String() != tt.why {
			t.Errorf("%+v: %v, %v", tt.rule, slots, err)
		}
	}
}

func TestBadRules(t *testing.T) {
	t.Parallel()
	p := Planner{Zone: time.UTC}
	good := campaign.Recurrence{Pattern: campaign.EachDay, Time: "09:00", From: "2026-11-30"}
	for name, change := range map[string]func(*campaign.Recurrence){
		"pattern": func(r *campaign.Recurrence) { r.Pattern = "often" }, "time": func(r *campaign.Recurrence) { r.Time = "9 o'clock" },
		"from": func(r *campaign.Recurrence) { r.From = "" }, "until": func(r *campaign.Recurrence) { r.Until = "2026-11-29" },
		"count": func(r *campaign.Recurrence) { r.Count = -1 }, "weekdays": func(r *campaign.Recurrence) { r.Pattern = campaign.EachWeek },
		"day": func(r *campaign.Recurrence) { r.Pattern, r.Day = campaign.MonthDay, 32 }, "days_off": func(r *campaign.Recurrence) { r.DaysOff = []campaign.DaysOff{"mars"} },
		"never: 30 February": func(r *campaign.Recurrence) { r.Pattern, r.Day, r.Months = campaign.MonthDay, 30, []time.Month{2} },
		"never: Sundays, skipped": func(r *campaign.Recurrence) {
			r.Pattern, r.Weekdays, r.DaysOff = campaign.EachWeek, []time.Weekday{0}, []campaign.DaysOff{campaign.Weekends}
		},
	} {
		r := good
		change(&r)
		_, err := p.Next(campaign.Schedule{Kind: campaign.ByRule, Rule: &r}, instant(t, "2026-11-30T00:00:00Z"), 1)
		if campaign.CodeOf(err) != campaign.Invalid {
			t.Errorf("%s: %v, want an error for the user", name, err)
		}
	}
}

func BenchmarkRule(b *testing.B) {
	loc, err := time.LoadLocation("Europe/Belgrade")
	if err != nil {
		b.Fatal(err)
	}
	p := Planner{Zone: loc}
	for _, count := range []int{0, 1000} {
		b.Run(fmt.Sprintf("count=%d", count), func(b *testing.B) {
			r := campaign.Recurrence{Pattern: campaign.EachDay, Time: "09:00", From: "2020-01-01", Count: count, DaysOff: []campaign.DaysOff{campaign.Serbia, campaign.Weekends}}
			for b.Loop() {
				if _, err := p.Next(campaign.Schedule{Kind: campaign.ByRule, Rule: &r}, time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC), 10); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
