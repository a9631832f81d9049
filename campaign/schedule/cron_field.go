package schedule

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// cronFields are the fields of an expression, in the words people are told.
var cronFields = [5]struct{ name, may campaign.Text }{
	{campaign.Textf("the minute"), campaign.Textf("0 to 59")}, {campaign.Textf("the hour"), campaign.Textf("0 to 23")},
	{campaign.Textf("the day of the month"), campaign.Textf("1 to 31")}, {campaign.Textf("the month"), campaign.Textf("1 to 12 or JAN to DEC")},
	{campaign.Textf("the weekday"), campaign.Textf("0 to 7 (0 and 7 are Sunday) or SUN to SAT")},
}

// otherwhere fits what other programs take for the last day, the nearest working day or the first Monday.
var otherwhere = regexp.MustCompile(`(?i)^(l|lw|l-\d+|\d+[lw]|(sun|mon|tue|wed|thu|fri|sat)l|.*#.*)$`)

// whyNoCron says what is wrong with an expression that the library refused for a reason, or that it only seems to understand.
func whyNoCron(expr string, reason error) campaign.Text {
	if strings.HasPrefix(expr, "@") {
		return campaign.Textf("behind the @ it may say hourly, daily, weekly, monthly, yearly, or every 90m")
	}
	fields := strings.Fields(expr)
	if len(fields) != len(cronFields) {
		return campaign.Textf("it has %d fields and needs five (minute hour day month weekday), such as 0 9 * * 1, or @weekly", len(fields))
	}
	for i, field := range fields {
		alone := [5]string{"*", "*", "*", "*", "*"}
		if alone[i] = field; i == 4 {
			alone[i] = weekdays(field)
		}
		if slices.Contains(strings.Split(field, ","), "") {
			return campaign.Textf("%s is %q, and a comma has to stand between two values", cronFields[i].name, field)
		}
		_, err := parser.Parse(strings.Join(alone[:], " "))
		if err == nil {
			continue
		}
		if slices.ContainsFunc(strings.Split(field, ","), otherwhere.MatchString) {
			return campaign.Textf("%s is %q, and #, L and W, which mean the last day or the first Monday elsewhere, are not known here; it may be %s",
				cronFields[i].name, field, cronFields[i].may)
		}
		switch said := err.Error(); {
		case strings.Contains(said, "beyond end of range"):
			return campaign.Textf("%s is %q, and a range has to go upwards: join two of them by a comma instead", cronFields[i].name, field)
		case strings.Contains(said, "positive number"):
			return campaign.Textf("%s is %q, and a step, as in */2, has to be 1 or more", cronFields[i].name, field)
		}
		return campaign.Textf("%s is %q, but may be %s, with commas, ranges (1-5) and steps (*/2)", cronFields[i].name, field, cronFields[i].may)
	}
	return campaign.Textf("%s", why(reason))
}

// why returns the library's reason without the text it repeats.
func why(err error) string {
	reason, _, _ := strings.Cut(err.Error(), ": ")
	return reason
}

// weekdays writes Sunday as 0, as the library needs it, where it is 7 or ends a range.
func weekdays(field string) string {
	items := strings.Split(field, ",")
	for i, item := range items {
		days, by, stepped := strings.Cut(item, "/")
		from, to, ranged := strings.Cut(days, "-")
		first, last := weekday(from), weekday(to)
		switch {
		case !ranged && !stepped && first == 7:
			items[i] = "0"
		case ranged && last == 0 && first > 0:
			last = 7
			fallthrough
		case ranged && last == 7 && first >= 0:
			step, err := strconv.Atoi(by)
			if !stepped {
				step, err = 1, nil
			}
			if err != nil || step < 1 {
				continue // the library says so
			}
			var list []string
			for day := first; day <= last; day += step {
				if day < 7 || first > 0 {
					list = append(list, strconv.Itoa(day%7))
				}
			}
			items[i] = strings.Join(list, ",")
		}
	}
	return strings.Join(items, ",")
}

// weekday reads a day of the week; -1 is none.
func weekday(s string) int {
	if n, err := strconv.Atoi(s); err == nil && n >= 0 && n <= 7 {
		return n
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.EqualFold(d.String()[:3], s) {
			return int(d)
		}
	}
	return -1
}

// listed lists the values of a field, from the bits set for them, where it has steps that words cannot say, or ranges beside
// other values.
func listed(field string, bits uint64, sayable bool) string {
	plain := sayable && strings.HasPrefix(field, "*/") && !strings.Contains(field, ",")
	if plain || !strings.Contains(field, "/") && (!sayable || !strings.Contains(field, ",") || !strings.Contains(field, "-")) {
		return field
	}
	var values []string
	for n := range 60 {
		if bits&(1<<n) != 0 {
			values = append(values, strconv.Itoa(n))
		}
	}
	return strings.Join(values, ",")
}
