package web

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/templates"
)

// scheduleForm is a schedule as it is put together. Of what belongs to a recurrence only the fields of its pattern count.
type scheduleForm struct {
	edited
	Kind   string `form:"kind" merge:"kind,When it leaves"`
	Wall   string `form:"at"`
	Second string `form:"second"`
	Cron   string `form:"cron"`
	Often  bool   `form:"often"`
	Drop   bool   `form:"drop"`
	Zone   string `form:"zone"`

	Pattern  string   `form:"pattern"`
	Weekdays []string `form:"weekdays" merge:"weekdays,Days of the week,set"`
	Interval string   `form:"interval"`
	Nth      string   `form:"nth"`
	Weekday  string   `form:"weekday"`
	Day      string   `form:"day"`
	Working  string   `form:"working"`
	In       string   `form:"in"`
	Months   []string `form:"months" merge:"months,These months,set"`
	Time     string   `form:"time"`
	From     string   `form:"from"`
	Ends     string   `form:"ends"`
	Until    string   `form:"until"`
	Count    string   `form:"count"`
	DaysOff  []string `form:"days_off" merge:"days_off,Days off,set"`
	Then     string   `form:"then"`

	WindowFrom  string `form:"window_from" merge:"window_from,Not before"`
	WindowUntil string `form:"window_until" merge:"window_until,Not after"`
	Workdays    bool   `form:"workdays" merge:"workdays,From Monday to Friday only"`
	Spread      string `form:"spread" merge:"spread,Spread over so many hours"`
	Priority    string `form:"priority" merge:"priority,Priority"`
	Together    bool   `form:"together" merge:"together,All languages at once"`
	JoinDays    string `form:"join_days" merge:"join_days,Also to who joins its lists within so many days"`
}

// showWindow fills in what a campaign says of the hours in which it leaves.
func (f *scheduleForm) showWindow(c *campaign.Campaign) {
	f.WindowFrom, f.WindowUntil, f.Workdays, f.Spread = c.Window.Hours.From, c.Window.Hours.Until, c.Window.Workdays, whole(c.Window.Spread)
	f.Priority, f.Together, f.JoinDays = string(c.Priority), c.Together, whole(c.JoinDays)
}

// fillWindow puts it into a campaign as it is typed.
func (f *scheduleForm) fillWindow(c *campaign.Campaign) error {
	c.Window = campaign.Window{
		Hours: campaign.Hours{From: strings.TrimSpace(f.WindowFrom), Until: strings.TrimSpace(f.WindowUntil)}, Workdays: f.Workdays, Spread: typedNumber(f.Spread, 0),
	}
	c.Together, c.JoinDays = f.Together, typedNumber(f.JoinDays, 0)
	var wrong error
	c.Priority, wrong = campaign.ParsePriority(f.Priority)
	return campaign.Together(c.Window.Check(), wrong)
}

// onWeekdays is the pattern of the form that stands for a week from Monday to Friday.
const onWeekdays = "weekdays"

// quarters are what the form calls every quarter.
var quarters = map[string][]time.Month{"quarter": {time.January, time.April, time.July, time.October}, "quarter_end": {time.March, time.June, time.September, time.December}}

var workingWeek = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}

// scheduleFormOf returns the form of a schedule.
func scheduleFormOf(sch *campaign.Schedule) scheduleForm {
	f := scheduleForm{Kind: string(sch.Kind), Wall: sch.Wall, Cron: sch.Cron, Zone: sch.Zone, Pattern: string(campaign.EachWeek), Weekdays: []string{"1"}, Weekday: "1", Nth: "1", Working: "-1", Day: "1", Time: "09:00"}
	if sch.Second {
		f.Second = "true"
	}
	r := sch.Rule
	if r == nil {
		return f
	}
	f.Pattern, f.Time, f.From, f.Until, f.Then = string(r.Pattern), r.Time, r.From, r.Until, string(r.Then)
	f.Interval, f.Count = whole(r.Interval), whole(r.Count)
	switch r.Pattern {
	case campaign.EachWeek:
		f.Weekdays = numbersOf(r.Weekdays)
		if r.Interval == 0 && slices.Equal(r.Weekdays, workingWeek) {
			f.Pattern = onWeekdays
		}
	case campaign.NthWeekday:
		f.Weekday, f.Nth = numbersOf(r.Weekdays)[0], strconv.Itoa(r.Nth)
	case campaign.WorkingDay:
		f.Working = strconv.Itoa(r.Nth)
	case campaign.MonthDay:
		f.Day = strconv.Itoa(r.Day)
	}
	f.Months = numbersOf(r.Months)
	for name, months := range quarters {
		if slices.Equal(r.Months, months) {
			f.In = name
		}
	}
	if len(r.Months) > 0 && f.In == "" {
		f.In = "these"
	}
	switch {
	case r.Until != "":
		f.Ends = "until"
	case r.Count > 0:
		f.Ends = "count"
	}
	f.DaysOff = campaign.Collect(r.DaysOff, func(d campaign.DaysOff) string { return string(d) })
	return f
}

func numbersOf[T ~int](values []T) []string {
	return campaign.Collect(values, func(v T) string { return strconv.Itoa(int(v)) })
}

func (f *scheduleForm) schedule(now time.Time) campaign.Schedule {
	sch := campaign.Schedule{Kind: campaign.ScheduleKind(f.Kind), Wall: f.Wall, Second: f.Second == "true", Cron: f.Cron, Zone: f.Zone}
	if sch.Kind == campaign.ByRule {
		if loc, err := time.LoadLocation(f.Zone); err == nil {
			now = now.In(loc)
		}
		sch.Rule = f.rule(now.Format(time.DateOnly))
	}
	return sch
}

// rule returns the recurrence as it is typed; what cannot be read becomes what Normalize refuses.
func (f *scheduleForm) rule(today string) *campaign.Recurrence {
	r := &campaign.Recurrence{
		Pattern: campaign.Pattern(f.Pattern), Interval: fromOne(f.Interval, 1), Day: typedNumber(f.Day, 0), Nth: typedNumber(f.Nth, 0),
		Time: strings.TrimSpace(f.Time), From: cmp.Or(strings.TrimSpace(f.From), today), Then: campaign.OnDayOff(f.Then),
	}
	for _, d := range f.DaysOff {
		r.DaysOff = append(r.DaysOff, campaign.DaysOff(d))
	}
	days := f.Weekdays
	switch {
	case f.Pattern == onWeekdays:
		r.Pattern, r.Interval, r.Weekdays, days = campaign.EachWeek, 0, workingWeek, nil
	case r.Pattern == campaign.NthWeekday:
		days = []string{f.Weekday}
	case r.Pattern == campaign.WorkingDay:
		r.Nth = typedNumber(f.Working, 0)
	}
	for _, d := range days {
		r.Weekdays = append(r.Weekdays, time.Weekday(typedNumber(d, 0)))
	}
	switch f.In {
	case "":
	case "these":
		r.Months = []time.Month{} // which Normalize refuses when it stays so
		for _, m := range f.Months {
			r.Months = append(r.Months, time.Month(typedNumber(m, 0)))
		}
	default:
		r.Months = quarters[f.In]
	}
	switch f.Ends {
	case "until":
		r.Until = cmp.Or(strings.TrimSpace(f.Until), "-")
	case "count":
		r.Count = fromOne(f.Count, unread)
	}
	return r
}

// unread is the number that stands for what cannot be read as one.
const unread = -99

// typedNumber reads a number; none is what an empty field means.
func typedNumber(s string, none int) int {
	if s = strings.TrimSpace(s); s == "" {
		return none
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return unread
	}
	return n
}

// fromOne is typedNumber for what begins with one: a zero that is typed does not mean what an empty field does.
func fromOne(s string, none int) int {
	if n := typedNumber(s, none); n != 0 {
		return n
	}
	return unread
}

// Patterns are the ways to say how often it leaves.
func (p *schedulePage) Patterns() []templates.Option {
	return p.choices(
		choice{string(campaign.EachDay), campaign.Textf("every day")},
		choice{onWeekdays, campaign.Textf("from Monday to Friday")},
		choice{string(campaign.EachWeek), campaign.Textf("on days of the week")},
		choice{string(campaign.MonthDay), campaign.Textf("on a day of the month")},
		choice{string(campaign.NthWeekday), campaign.Textf("on a weekday of the month")},
		choice{string(campaign.WorkingDay), campaign.Textf("on the first or last working day of the month")},
	)
}

// WeekdayTicks are the days of the week.
func (p *schedulePage) WeekdayTicks() []templates.Option {
	var out []templates.Option
	for d := time.Monday; d < time.Monday+7; d++ {
		out = append(out, templates.Option{Value: strconv.Itoa(int(d % 7)), Label: templates.Label(p.Language, d%7)})
	}
	return out
}

func (p *schedulePage) Days() []templates.Option {
	var out []templates.Option
	for day := 1; day <= 31; day++ {
		out = append(out, templates.Option{Value: strconv.Itoa(day), Label: fmt.Sprint(day)})
	}
	return append(out, templates.Option{Value: "-1", Label: p.say("the last")})
}

func (p *schedulePage) Nths() []templates.Option {
	return p.choices(choice{"1", campaign.Textf("the first")}, choice{"2", campaign.Textf("the second")}, choice{"3", campaign.Textf("the third")},
		choice{"4", campaign.Textf("the fourth")}, choice{"-1", campaign.Textf("the last")})
}

func (p *schedulePage) Workings() []templates.Option {
	return p.choices(choice{"1", campaign.Textf("the first working day")}, choice{"-1", campaign.Textf("the last working day")})
}

func (p *schedulePage) Ins() []templates.Option {
	return p.choices(choice{"", campaign.Textf("every month")}, choice{"quarter", campaign.Textf("every quarter: January, April, July, October")},
		choice{"quarter_end", campaign.Textf("every quarter: March, June, September, December")}, choice{"these", campaign.Textf("only these months")})
}

func (p *schedulePage) MonthTicks() []templates.Option {
	var out []templates.Option
	for m := time.January; m <= time.December; m++ {
		out = append(out, templates.Option{Value: strconv.Itoa(int(m)), Label: language.Month(p.Language, m)})
	}
	return out
}

func (p *schedulePage) Endings() []templates.Option {
	return p.choices(choice{"", campaign.Textf("it has no end")}, choice{"until", campaign.Textf("on a day")}, choice{"count", campaign.Textf("after a number of times")})
}

// DayOffTicks are the days off one can choose among; those of a kind of contacts only where Settings have some.
func (p *schedulePage) DayOffTicks() []templates.Option {
	var out []templates.Option
	for _, d := range campaign.AllDaysOff() {
		kept := slices.ContainsFunc(p.Closings, func(c campaign.Closing) bool { return c.DaysOff() == d })
		if strings.HasPrefix(string(d), string(campaign.ClosedForAll)) && !kept && !p.Has(p.Form.DaysOff, string(d)) {
			continue
		}
		out = append(out, templates.Option{Value: string(d), Label: templates.Say(p.Language, d.Words())})
	}
	return out
}

// Priorities are where a campaign stands among others to the same reader.
func (p *schedulePage) Priorities() []templates.Option {
	return p.choices(choice{string(campaign.Low), campaign.Textf("low: others go first")}, choice{"", campaign.Textf("usual")}, choice{string(campaign.High), campaign.Textf("high: it goes first")},
		choice{string(campaign.Urgent), campaign.Textf("urgent: the ceiling does not hold it back")})
}

func (p *schedulePage) Thens() []templates.Option {
	return p.choices(choice{"", campaign.Textf("it is left out")}, choice{string(campaign.DayBefore), campaign.Textf("it leaves on the working day before")},
		choice{string(campaign.DayAfter), campaign.Textf("it leaves on the next working day")})
}

// Has reports whether a choice of several is ticked.
func (*schedulePage) Has(chosen []string, value string) bool { return slices.Contains(chosen, value) }
