package schedule

import (
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// feast is a holiday of a calendar.
type feast struct {
	name campaign.Text
	on   func(year int) time.Time
	next bool // on a Sunday the next day that is none of the calendar's holidays is off too
}

// calendars are the public holidays as the laws have them: in Serbia the Law on State and Other Holidays (article 3a moves state
// holidays on from a Sunday), in France article L3133-1 of the Labour Code. Those of the EU institutions are what their yearly
// list has in common from year to year; what a year adds to it is a closing day of one's own.
var calendars = map[campaign.DaysOff][]feast{
	campaign.Serbia: {
		{campaign.Textf("New Year"), on(time.January, 1), true},
		{campaign.Textf("New Year"), on(time.January, 2), true},
		{campaign.Textf("Orthodox Christmas"), on(time.January, 7), false},
		{campaign.Textf("Statehood Day"), on(time.February, 15), true},
		{campaign.Textf("Statehood Day"), on(time.February, 16), true},
		{campaign.Textf("Labour Day"), on(time.May, 1), true},
		{campaign.Textf("Labour Day"), on(time.May, 2), true},
		{campaign.Textf("Armistice Day"), on(time.November, 11), true},
		{campaign.Textf("Good Friday"), from(orthodoxEaster, -2), false},
		{campaign.Textf("Holy Saturday"), from(orthodoxEaster, -1), false},
		{campaign.Textf("Easter"), from(orthodoxEaster, 0), false},
		{campaign.Textf("Easter Monday"), from(orthodoxEaster, 1), false},
	},
	campaign.France: {
		{campaign.Textf("New Year"), on(time.January, 1), false},
		{campaign.Textf("Easter Monday"), from(westernEaster, 1), false},
		{campaign.Textf("Labour Day"), on(time.May, 1), false},
		{campaign.Textf("Victory in Europe Day"), on(time.May, 8), false},
		{campaign.Textf("Ascension"), from(westernEaster, 39), false},
		{campaign.Textf("Whit Monday"), from(westernEaster, 50), false},
		{campaign.Textf("Bastille Day"), on(time.July, 14), false},
		{campaign.Textf("Assumption"), on(time.August, 15), false},
		{campaign.Textf("All Saints’ Day"), on(time.November, 1), false},
		{campaign.Textf("Armistice Day"), on(time.November, 11), false},
		{campaign.Textf("Christmas"), on(time.December, 25), false},
	},
	campaign.Institutions: {
		{campaign.Textf("New Year"), on(time.January, 1), false},
		{campaign.Textf("New Year"), on(time.January, 2), false},
		{campaign.Textf("Maundy Thursday"), from(westernEaster, -3), false},
		{campaign.Textf("Good Friday"), from(westernEaster, -2), false},
		{campaign.Textf("Easter Monday"), from(westernEaster, 1), false},
		{campaign.Textf("Labour Day"), on(time.May, 1), false},
		{campaign.Textf("Europe Day"), on(time.May, 9), false},
		{campaign.Textf("Ascension"), from(westernEaster, 39), false},
		{campaign.Textf("the day after Ascension"), from(westernEaster, 40), false},
		{campaign.Textf("Whit Monday"), from(westernEaster, 50), false},
		{campaign.Textf("Belgian National Day"), on(time.July, 21), false},
		{campaign.Textf("Assumption"), on(time.August, 15), false},
		{campaign.Textf("All Saints’ Day"), on(time.November, 1), false},
		{campaign.Textf("All Souls’ Day"), on(time.November, 2), false},
		{campaign.Textf("the end of the year"), on(time.December, 24), false},
		{campaign.Textf("the end of the year"), on(time.December, 25), false},
		{campaign.Textf("the end of the year"), on(time.December, 26), false},
		{campaign.Textf("the end of the year"), on(time.December, 27), false},
		{campaign.Textf("the end of the year"), on(time.December, 28), false},
		{campaign.Textf("the end of the year"), on(time.December, 29), false},
		{campaign.Textf("the end of the year"), on(time.December, 30), false},
		{campaign.Textf("the end of the year"), on(time.December, 31), false},
	},
}

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

func on(month time.Month, day int) func(int) time.Time {
	return func(year int) time.Time { return date(year, month, day) }
}

func from(easter func(int) time.Time, days int) func(int) time.Time {
	return func(year int) time.Time { return easter(year).AddDate(0, 0, days) }
}

// Holidays returns the holidays of a calendar in a year, by day: midnights in UTC.
func Holidays(of campaign.DaysOff, year int) map[time.Time]campaign.Text {
	out := map[time.Time]campaign.Text{}
	for _, f := range calendars[of] {
		if day := f.on(year); out[day].IsZero() {
			out[day] = f.name
		}
	}
	for _, f := range calendars[of] {
		day := f.on(year)
		if !f.next || day.Weekday() != time.Sunday {
			continue
		}
		for ; !out[day].IsZero(); day = day.AddDate(0, 0, 1) {
		}
		out[day] = f.name
	}
	return out
}

// westernEaster is the Sunday of the Gregorian calendar (the algorithm of Meeus, Jones and Butcher).
func westernEaster(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	d := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	e := (32 + 2*(b%4) + 2*(c/4) - d - c%4) % 7
	f := d + e - 7*((a+11*d+22*e)/451) + 114
	return date(year, time.Month(f/31), f%31+1)
}

// orthodoxEaster is the Sunday of the Julian calendar (Meeus), as a day of ours.
func orthodoxEaster(year int) time.Time {
	d := (19*(year%19) + 15) % 30
	e := (2*(year%4) + 4*(year%7) - d + 34) % 7
	f := d + e + 114
	return date(year, time.Month(f/31), f%31+1+year/100-year/400-2)
}

// daysOff knows the days off that a recurrence heeds.
type daysOff struct {
	heeded   []campaign.DaysOff
	closings []campaign.Closing
	years    map[int]map[time.Time]campaign.Text // of the calendars
}

func newDaysOff(heeded []campaign.DaysOff, closings []campaign.Closing) *daysOff {
	return &daysOff{heeded: heeded, closings: closings, years: map[int]map[time.Time]campaign.Text{}}
}

// on says why a day is off; no words when it is not.
func (o *daysOff) on(day time.Time) campaign.Text {
	if len(o.heeded) == 0 {
		return campaign.Text{}
	}
	year, known := o.years[day.Year()]
	if !known {
		year = map[time.Time]campaign.Text{}
		for _, of := range o.heeded {
			for d, name := range Holidays(of, day.Year()) {
				year[d] = name
			}
		}
		o.years[day.Year()] = year
	}
	if name := year[day]; !name.IsZero() {
		return name
	}
	at := day.Format(time.DateOnly)
	for i := range o.closings {
		if c := &o.closings[i]; c.From <= at && at <= c.Until && slices.Contains(o.heeded, c.DaysOff()) {
			return campaign.Textf("%s", c.Name)
		}
	}
	if weekend(day) && slices.Contains(o.heeded, campaign.Weekends) {
		return campaign.Textf("a weekend")
	}
	return campaign.Text{}
}

func weekend(day time.Time) bool {
	return day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
}

// working reports whether people work on a day.
func (o *daysOff) working(day time.Time) bool { return !weekend(day) && o.on(day).IsZero() }
