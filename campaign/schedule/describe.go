package schedule

import (
	"math/bits"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/glasnik/glasnik/campaign"
)

// Describe says a schedule in words, with the zone's name: "on Mondays at 09:00 (Europe/Belgrade)".
func (p Planner) Describe(s campaign.Schedule) (campaign.Text, error) {
	words, err := p.describe(s)
	if err == nil && s.Recurs() && len(s.Exceptions) > 0 {
		words = campaign.Textf("%s; %d single times are moved or left out", words, len(s.Exceptions))
	}
	return words, err
}

func (p Planner) describe(s campaign.Schedule) (campaign.Text, error) {
	loc, err := p.location(s.Zone)
	if err != nil {
		return campaign.Text{}, err
	}
	switch s.Kind {
	case campaign.Once:
		slot, err := onceSlot(s, loc)
		if err != nil {
			return campaign.Text{}, err
		}
		at := slot.At.In(loc)
		words := campaign.Textf("on %s (%s, %s)", campaign.Moment(at), at.Format("MST"), loc.String())
		if !slot.Note.IsZero() {
			words = campaign.Textf("%s; %s", words, slot.Note)
		}
		return words, nil
	case campaign.ByCron:
		schedule, err := parseCron(s.Cron)
		if err != nil {
			return campaign.Text{}, err
		}
		return campaign.Textf("%s (%s)", describeCron(strings.TrimSpace(s.Cron), schedule), loc.String()), nil
	case campaign.ByRule:
		return describeRule(s.Rule, loc)
	case campaign.BySeries:
		return campaign.Textf("to each reader when their turn in the series comes"), nil
	}
	return campaign.Textf("when somebody presses Send"), nil
}

// descriptors are the words cron knows, as the fields they stand for.
var descriptors = map[string]string{
	"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0", "@daily": "0 0 * * *", "@midnight": "0 0 * * *",
	"@hourly": "0 * * * *",
}

func describeCron(expr string, schedule cron.Schedule) campaign.Text {
	if fields := descriptors[expr]; fields != "" {
		expr = fields
	}
	if rest, ok := strings.CutPrefix(expr, "@every "); ok {
		return describeEvery(strings.TrimSpace(rest))
	}
	f := strings.Fields(expr)
	f[4] = weekdays(f[4])
	var few []campaign.Text
	if s, ok := schedule.(*cron.SpecSchedule); ok {
		few = fewTimes(s)
		if isStar(f[2]) && s.Dow&everyDay == everyDay {
			f[4] = "*"
		}
		f[0], f[1], f[2] = listed(f[0], s.Minute, true), listed(f[1], s.Hour, true), listed(f[2], s.Dom, true)
		f[3], f[4] = listed(f[3], s.Month, false), listed(f[4], s.Dow, false)
	}
	when, fixed := describeTime(f[0], f[1])
	if len(few) > 0 {
		when, fixed = campaign.Textf("at %s", joined(few)), true
	}
	words := []campaign.Text{}
	if day := describeDays(f[2], f[4]); !day.IsZero() {
		words = append(words, day)
	} else if fixed {
		words = append(words, campaign.Textf("every day"))
	}
	if !isStar(f[3]) {
		words = append(words, each(f[3], monthWords))
	}
	out := when
	for i := len(words) - 1; i >= 0; i-- {
		out = campaign.Textf("%s %s", words[i], out)
	}
	return out
}

// everyDay are the bits of all days of the week.
const everyDay = 1<<7 - 1

// describeEvery says an interval, such as 90m.
func describeEvery(interval string) campaign.Text {
	d, err := time.ParseDuration(interval)
	switch {
	case err != nil:
		return campaign.Textf("every %s", interval)
	case d%time.Hour == 0 && d > time.Hour:
		return campaign.Textf("every %d hours", int(d/time.Hour))
	case d%time.Minute == 0:
		return campaign.Textf("every %d minutes", int(d/time.Minute))
	}
	return campaign.Textf("every %d seconds", int(d/time.Second))
}

// fewTimes are the times of day of a schedule that has only some; nil where it has more, or comes in any hour.
func fewTimes(s *cron.SpecSchedule) (out []campaign.Text) {
	const any = 1 << 63 // the library's mark of a *
	if s.Hour&any != 0 || s.Minute&any != 0 || bits.OnesCount64(s.Hour)*bits.OnesCount64(s.Minute) > 6 {
		return nil
	}
	for minute := range 24 * 60 {
		if s.Hour&(1<<(minute/60)) != 0 && s.Minute&(1<<(minute%60)) != 0 {
			out = append(out, campaign.Textf("%s", time.Date(2000, 1, 1, 0, minute, 0, 0, time.UTC).Format("15:04")))
		}
	}
	return out
}

func isStar(field string) bool { return field == "*" || field == "?" }

// describeTime says the minute and the hour; fixed reports whether they are times of day.
func describeTime(minute, hour string) (words campaign.Text, fixed bool) {
	m, err := strconv.Atoi(minute)
	alone := err == nil
	switch {
	case alone && isNumbers(hour):
		return campaign.Textf("at %s", joined(numbers(hour, func(h int) campaign.Text {
			return campaign.Textf("%s", time.Date(2000, 1, 1, h, m, 0, 0, time.UTC).Format("15:04"))
		}))), true
	case isStar(minute) && isStar(hour):
		return campaign.Textf("every minute"), false
	case alone && isStar(hour):
		return campaign.Textf("every hour, at minute %d", m), false
	case isStar(hour):
		return describeMinutes(minute), false
	}
	hours := describeHours(hour)
	if alone {
		return campaign.Textf("%s, at minute %d", hours, m), false
	}
	return campaign.Textf("%s, %s", hours, describeMinutes(minute)), false
}

func describeMinutes(field string) campaign.Text {
	if step, ok := strings.CutPrefix(field, "*/"); ok {
		return campaign.Textf("every %d minutes", number(step))
	}
	if from, to, ok := strings.Cut(field, "-"); ok {
		return campaign.Textf("in the minutes %d to %d", number(from), number(to))
	}
	if isStar(field) {
		return campaign.Textf("every minute")
	}
	return campaign.Textf("at the minutes %s", joined(numbers(field, plain)))
}

func describeHours(field string) campaign.Text {
	if step, ok := strings.CutPrefix(field, "*/"); ok {
		return campaign.Textf("every %d hours", number(step))
	}
	if from, to, ok := strings.Cut(field, "-"); ok {
		return campaign.Textf("every hour from %d to %d o'clock", number(from), number(to))
	}
	return campaign.Textf("at the hours %s", joined(numbers(field, plain)))
}

func describeDays(dom, dow string) campaign.Text {
	switch {
	case isStar(dom) && isStar(dow):
		return campaign.Text{}
	case isStar(dom):
		return describeWeekdays(dow)
	case isStar(dow):
		return describeDom(dom)
	}
	// Cron's rule, which surprises: either is enough.
	return campaign.Textf("%s and also %s", describeDom(dom), describeWeekdays(dow))
}

func describeWeekdays(dow string) campaign.Text {
	if dow == "1-5" || strings.EqualFold(dow, "mon-fri") {
		return campaign.Textf("on working days (Monday to Friday)")
	}
	return campaign.Textf("on %s", each(dow, weekdayWords))
}

func describeDom(dom string) campaign.Text {
	if step, ok := strings.CutPrefix(dom, "*/"); ok {
		return campaign.Textf("every %d days from the first of the month", number(step))
	}
	if from, to, ok := strings.Cut(dom, "-"); ok {
		return campaign.Textf("on the days %d to %d of the month", number(from), number(to))
	}
	if n, err := strconv.Atoi(dom); err == nil {
		return campaign.Textf("on day %d of the month", n)
	}
	return campaign.Textf("on the days %s of the month", joined(numbers(dom, plain)))
}

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

func plain(n int) campaign.Text { return campaign.Textf("%d", n) }

func isNumbers(field string) bool {
	for item := range strings.SplitSeq(field, ",") {
		if _, err := strconv.Atoi(item); err != nil {
			return false
		}
	}
	return true
}

// numbers says each number of a list.
func numbers(field string, say func(int) campaign.Text) (out []campaign.Text) {
	for item := range strings.SplitSeq(field, ",") {
		out = append(out, say(number(item)))
	}
	return out
}

// each names the values of a field of days or months: single ones, lists and ranges.
func each(field string, names []namedWords) campaign.Text {
	var out []campaign.Text
	for item := range strings.SplitSeq(field, ",") {
		from, to, ranged := strings.Cut(item, "-")
		first := indexOf(from, names)
		last := first
		if ranged {
			last = indexOf(to, names)
		}
		for i := first; i <= last; i++ {
			out = append(out, names[i].words)
		}
	}
	return joined(out)
}

// indexOf finds a day or month by its number or name.
func indexOf(s string, names []namedWords) int {
	for i, n := range names {
		if n.number == s || strings.EqualFold(n.name, s) {
			return i
		}
	}
	return 0
}

func joined(items []campaign.Text) campaign.Text {
	last := len(items) - 1
	if last == 0 {
		return items[0]
	}
	return campaign.Textf("%s and %s", campaign.Join(items[:last], ", "), items[last])
}

type namedWords struct {
	number, name string
	words        campaign.Text
}

var weekdayWords = []namedWords{
	{"0", "SUN", campaign.Textf("Sundays")}, {"1", "MON", campaign.Textf("Mondays")}, {"2", "TUE", campaign.Textf("Tuesdays")}, {"3", "WED", campaign.Textf("Wednesdays")},
	{"4", "THU", campaign.Textf("Thursdays")}, {"5", "FRI", campaign.Textf("Fridays")}, {"6", "SAT", campaign.Textf("Saturdays")},
}

var monthWords = []namedWords{
	{"1", "JAN", campaign.Textf("in January")}, {"2", "FEB", campaign.Textf("in February")}, {"3", "MAR", campaign.Textf("in March")}, {"4", "APR", campaign.Textf("in April")},
	{"5", "MAY", campaign.Textf("in May")}, {"6", "JUN", campaign.Textf("in June")}, {"7", "JUL", campaign.Textf("in July")}, {"8", "AUG", campaign.Textf("in August")},
	{"9", "SEP", campaign.Textf("in September")}, {"10", "OCT", campaign.Textf("in October")}, {"11", "NOV", campaign.Textf("in November")}, {"12", "DEC", campaign.Textf("in December")},
}
