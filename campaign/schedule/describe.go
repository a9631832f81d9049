package schedule

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/glasnik/glasnik/campaign"
)

// Describe says a schedule in words, with the zone's name: "every Monday at 09:00 (Europe/Belgrade)".
func (p Planner) Describe(s campaign.Schedule) (string, error) {
	loc, err := p.location(s.Zone)
	if err != nil {
		return "", err
	}
	switch s.Kind {
	case campaign.Once:
		slot, err := onceSlot(s, loc)
		if err != nil {
			return "", err
		}
		text := "on " + slot.At.In(loc).Format("Monday 2 January 2006 at 15:04 (MST, ") + loc.String() + ")"
		if slot.Note != "" {
			text += "; " + slot.Note
		}
		return text, nil
	case campaign.ByCron:
		schedule, err := parseCron(s.Cron)
		if err != nil {
			return "", err
		}
		return describeCron(strings.TrimSpace(s.Cron), schedule) + " (" + loc.String() + ")", nil
	}
	return "when somebody presses Send", nil
}

var descriptors = map[string]string{
	"@yearly": "every year on 1 January at 00:00", "@annually": "every year on 1 January at 00:00",
	"@monthly": "on the 1st of every month at 00:00", "@weekly": "every Sunday at 00:00",
	"@daily": "every day at 00:00", "@midnight": "every day at 00:00", "@hourly": "every hour on the hour",
}

func describeCron(expr string, schedule cron.Schedule) string {
	if text := descriptors[expr]; text != "" {
		return text
	}
	if rest, ok := strings.CutPrefix(expr, "@every "); ok {
		return "every " + rest
	}
	f := strings.Fields(expr)
	f[4] = weekdays(f[4])
	if s, ok := schedule.(*cron.SpecSchedule); ok {
		f[0], f[1], f[2] = listed(f[0], s.Minute, true), listed(f[1], s.Hour, true), listed(f[2], s.Dom, true)
		f[3], f[4] = listed(f[3], s.Month, false), listed(f[4], s.Dow, false)
	}
	when := describeTime(f[0], f[1])
	day := describeDays(f[2], f[4])
	if day == "" && strings.HasPrefix(when, "at ") {
		day = "every day"
	}
	month := ""
	if !isStar(f[3]) {
		month = "in " + describeList(f[3], monthName)
	}
	parts := []string{}
	for _, part := range []string{day, month, when} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " ")
}

func isStar(field string) bool { return field == "*" || field == "?" }

func describeTime(minute, hour string) string {
	m, errM := strconv.Atoi(minute)
	switch {
	case errM == nil && isStar(hour):
		return fmt.Sprintf("every hour at minute %d", m)
	case errM == nil && isNumbers(hour):
		times := strings.Split(hour, ",")
		for i, h := range times {
			n, _ := strconv.Atoi(h)
			times[i] = fmt.Sprintf("%02d:%02d", n, m)
		}
		return "at " + joinWords(times)
	case isStar(minute) && isStar(hour):
		return "every minute"
	case isStar(hour):
		return describeStep(minute, "minute")
	case errM == nil:
		return fmt.Sprintf("%s, at minute %d", describeStep(hour, "hour"), m)
	}
	return describeStep(minute, "minute") + " of " + describeStep(hour, "hour")
}

func describeDays(dom, dow string) string {
	switch {
	case isStar(dom) && isStar(dow):
		return ""
	case isStar(dom):
		if dow == "1-5" || strings.EqualFold(dow, "mon-fri") {
			return "on working days (Monday to Friday)"
		}
		return "every " + describeList(dow, weekdayName)
	case isStar(dow):
		return "on " + describeDom(dom)
	}
	// Cron's rule, which surprises: either is enough.
	return "on " + describeDom(dom) + " and also every " + describeList(dow, weekdayName)
}

func describeDom(dom string) string {
	if isNumbers(dom) {
		return "the " + describeList(dom, ordinal) + " of the month"
	}
	if strings.HasPrefix(dom, "*/") {
		return "every " + dom[2:] + ". day of the month"
	}
	return "days " + dom + " of the month"
}

func describeStep(field, unit string) string {
	switch {
	case isStar(field):
		return "every " + unit
	case strings.HasPrefix(field, "*/"):
		return "every " + field[2:] + " " + unit + "s"
	case isNumbers(field):
		return unit + " " + joinWords(strings.Split(field, ","))
	}
	return unit + "s " + strings.Replace(field, "-", " to ", 1)
}

// describeList names the values of a field: single ones, lists and ranges.
func describeList(field string, name func(string) string) string {
	items := strings.Split(field, ",")
	for i, item := range items {
		if from, to, ok := strings.Cut(item, "-"); ok {
			items[i] = name(from) + " to " + name(to)
		} else {
			items[i] = name(item)
		}
	}
	return joinWords(items)
}

func isNumbers(field string) bool {
	for _, item := range strings.Split(field, ",") {
		if _, err := strconv.Atoi(item); err != nil {
			return false
		}
	}
	return true
}

func weekdayName(s string) string {
	if n, err := strconv.Atoi(s); err == nil {
		return time.Weekday(n % 7).String()
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.EqualFold(d.String()[:3], s) {
			return d.String()
		}
	}
	return s
}

func monthName(s string) string {
	if n, err := strconv.Atoi(s); err == nil && n >= 1 && n <= 12 {
		return time.Month(n).String()
	}
	for m := time.January; m <= time.December; m++ {
		if strings.EqualFold(m.String()[:3], s) {
			return m.String()
		}
	}
	return s
}

func ordinal(s string) string {
	n, err := strconv.Atoi(s)
	if err != nil {
		return s
	}
	suffix := "th"
	if n/10 != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return s + suffix
}

func joinWords(items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	return strings.Join(items[:len(items)-1], ", ") + " and " + items[len(items)-1]
}
