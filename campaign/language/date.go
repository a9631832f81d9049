package language

import (
	"fmt"
	"strconv"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// Names of months and weekdays, Sunday first. Serbian has the genitive beside them, for dates in a sentence.
var (
	monthsEnglish      = [...]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
	monthsFrench       = [...]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}
	monthsSerbian      = [...]string{"januar", "februar", "mart", "april", "maj", "jun", "jul", "avgust", "septembar", "oktobar", "novembar", "decembar"}
	monthsSerbianOf    = [...]string{"januara", "februara", "marta", "aprila", "maja", "juna", "jula", "avgusta", "septembra", "oktobra", "novembra", "decembra"}
	monthsShortFrench  = [...]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."}
	monthsShortSerbian = [...]string{"jan.", "feb.", "mart", "apr.", "maj", "jun", "jul", "avg.", "sep.", "okt.", "nov.", "dec."}
	daysEnglish        = [...]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
	daysFrench         = [...]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}
	daysSerbian        = [...]string{"nedelja", "ponedeljak", "utorak", "sreda", "četvrtak", "petak", "subota"}
	daysSerbianOn      = [...]string{"nedelju", "ponedeljak", "utorak", "sredu", "četvrtak", "petak", "subotu"}
	daysSerbianUntil   = [...]string{"nedelje", "ponedeljka", "utorka", "srede", "četvrtka", "petka", "subote"}
)

// LongDate writes a date that stands alone, in the zone of t: "13 July 2022", "13. jul 2022.", "13 juillet 2022".
func LongDate(l campaign.Language, t time.Time) string {
	switch l {
	case campaign.SerbianLatin, campaign.SerbianCyrillic:
		return serbian(l, fmt.Sprintf("%d. %s %d.", t.Day(), monthsSerbian[t.Month()-1], t.Year()))
	case campaign.French:
		return frenchDate(t)
	}
	return fmt.Sprintf("%d %s %d", t.Day(), monthsEnglish[t.Month()-1], t.Year())
}

// ShortDate writes a date for a table, with the month cut short: "13 Jul 2022", "13. jul 2022.", "13 juil. 2022".
func ShortDate(l campaign.Language, t time.Time) string {
	switch month := t.Month() - 1; {
	case isSerbian(l):
		return serbian(l, fmt.Sprintf("%d. %s %d.", t.Day(), monthsShortSerbian[month], t.Year()))
	case l == campaign.French:
		return frenchDay(t) + fmt.Sprintf(" %s %d", monthsShortFrench[month], t.Year())
	}
	return t.Format("2 Jan 2006")
}

// DayInSentence writes a day after a preposition, with the month cut short where the language allows it: "from 13 Jul 2022",
// "od 13. jula 2022."
func DayInSentence(l campaign.Language, t time.Time) string {
	if isSerbian(l) {
		return serbian(l, dateOf(t))
	}
	return ShortDate(l, t)
}

// DateInSentence writes a date in the form a sentence needs: "13. jula 2022. godine".
func DateInSentence(l campaign.Language, t time.Time) string {
	if isSerbian(l) {
		return serbian(l, dateOf(t)+" godine")
	}
	return LongDate(l, t)
}

// Weekday names the day of the week, in small letters where the language writes it so.
func Weekday(l campaign.Language, t time.Time) string {
	switch l {
	case campaign.SerbianLatin, campaign.SerbianCyrillic:
		return serbian(l, daysSerbian[t.Weekday()])
	case campaign.French:
		return daysFrench[t.Weekday()]
	}
	return daysEnglish[t.Weekday()]
}

// WeekdayOf names a day of the week as it stands after “the first”: "Monday", "ponedeljka", "lundi".
func WeekdayOf(l campaign.Language, d time.Weekday) string {
	switch {
	case isSerbian(l):
		return serbian(l, daysSerbianUntil[d])
	case l == campaign.French:
		return daysFrench[d]
	}
	return daysEnglish[d]
}

// Month names a month that stands alone, in small letters where the language writes it so.
func Month(l campaign.Language, m time.Month) string {
	switch {
	case isSerbian(l):
		return serbian(l, monthsSerbian[m-1])
	case l == campaign.French:
		return monthsFrench[m-1]
	}
	return monthsEnglish[m-1]
}

// MonthOfYear names a month with its year: "October 2026", "oktobar 2026.", "octobre 2026".
func MonthOfYear(l campaign.Language, t time.Time) string {
	words := Month(l, t.Month()) + " " + strconv.Itoa(t.Year())
	if isSerbian(l) {
		return words + "."
	}
	return words
}

// Clock writes the time of day on the 24-hour clock: "10.30", in French "10 h 30", which no line divides.
func Clock(l campaign.Language, t time.Time) string {
	if l == campaign.French {
		return fmt.Sprintf("%d\u00a0h\u00a0%02d", t.Hour(), t.Minute())
	}
	return fmt.Sprintf("%d.%02d", t.Hour(), t.Minute())
}

// DateAndTime writes an instant in the zone of t in the form a sentence needs: "13 July 2022, 10.30", "13. jula 2022. u 10.30",
// "13 juillet 2022 à 10 h 30".
func DateAndTime(l campaign.Language, t time.Time) string {
	switch {
	case isSerbian(l):
		return serbian(l, dateOf(t)+" u "+Clock(l, t))
	case l == campaign.French:
		return frenchDate(t) + " à " + Clock(l, t)
	}
	return LongDate(l, t) + ", " + Clock(l, t)
}

// Moment writes a weekday, a date and a time of day in the form a sentence needs after its "on": "Wednesday 13 July 2022 at
// 09:05", "sredu, 13. jula 2022. u 09:05", "mercredi 13 juillet 2022 à 09:05".
func Moment(l campaign.Language, t time.Time) string {
	clock := t.Format("15:04")
	switch {
	case isSerbian(l):
		return serbian(l, daysSerbianOn[t.Weekday()]+", "+dateOf(t)+" u "+clock)
	case l == campaign.French:
		return daysFrench[t.Weekday()] + " " + frenchDate(t) + " à " + clock
	}
	return daysEnglish[t.Weekday()] + " " + LongDate(l, t) + " at " + clock
}

// ZoneInSentence names the zone of t: "Belgrade time", "po beogradskom vremenu", "heure de Belgrade".
func ZoneInSentence(l campaign.Language, t time.Time) string {
	switch {
	case isSerbian(l):
		return serbian(l, serbianZone(t))
	case l == campaign.French:
		return frenchZone(t)
	}
	if city := zoneCity(t); city != "" {
		return city + " time"
	}
	return ZoneShort(t)
}

func isSerbian(l campaign.Language) bool {
	return l == campaign.SerbianLatin || l == campaign.SerbianCyrillic
}

// serbian returns our own Latin words in the script of the language.
func serbian(l campaign.Language, text string) string {
	if l == campaign.SerbianCyrillic {
		return ToCyrillic(text, Options{})
	}
	return text
}

// dateOf is the genitive, without the word for year: "13. jula 2022."
func dateOf(t time.Time) string {
	return fmt.Sprintf("%d. %s %d.", t.Day(), monthsSerbianOf[t.Month()-1], t.Year())
}

func frenchDate(t time.Time) string {
	return frenchDay(t) + fmt.Sprintf(" %s %d", monthsFrench[t.Month()-1], t.Year())
}

func frenchDay(t time.Time) string {
	if t.Day() == 1 {
		return "1er"
	}
	return fmt.Sprint(t.Day())
}
