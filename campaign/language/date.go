package language

import (
	"fmt"
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
		return fmt.Sprintf("%d %s %d", t.Day(), monthsShortFrench[month], t.Year())
	}
	return t.Format("2 Jan 2006")
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

// Clock writes the time of day on the 24-hour clock: "10.30", in French "10 h 30".
func Clock(l campaign.Language, t time.Time) string {
	if l == campaign.French {
		return fmt.Sprintf("%d h %02d", t.Hour(), t.Minute())
	}
	return fmt.Sprintf("%d.%02d", t.Hour(), t.Minute())
}

// DateAndTime writes an instant in the zone of t: "13 July 2022, 10.30", "13. jul 2022. u 10.30", "13 juillet 2022 à 10 h 30".
func DateAndTime(l campaign.Language, t time.Time) string {
	between := ", "
	switch {
	case isSerbian(l):
		between = serbian(l, " u ")
	case l == campaign.French:
		between = " à "
	}
	return LongDate(l, t) + between + Clock(l, t)
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
	day := fmt.Sprint(t.Day())
	if t.Day() == 1 {
		day = "1er"
	}
	return fmt.Sprintf("%s %s %d", day, monthsFrench[t.Month()-1], t.Year())
}
