package language

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
)

// Period writes when an event takes place, as two lines that stand alone: the day with its weekday, and the hours with their
// zone. An event of several days has both ends in the first. The times must be in the zone of the place; end may be zero.
func Period(l campaign.Language, start, end time.Time) (days, hours string) {
	zone := " (" + zoneInBrackets(l, start) + ")"
	if end.IsZero() {
		return dayAlone(l, start), Clock(l, start) + zone
	}
	if start.Format(time.DateOnly) != end.Format(time.DateOnly) {
		return dayAlone(l, start) + ", " + Clock(l, start) + " – " + lowerIn(l, dayAlone(l, end)) + ", " + Clock(l, end), zoneAlone(l, start)
	}
	return dayAlone(l, start), Clock(l, start) + "–" + Clock(l, end) + zone
}

// dayAlone is “Thursday 22 October 2026”, “Četvrtak, 22. oktobar 2026.”, “Jeudi 22 octobre 2026”.
func dayAlone(l campaign.Language, t time.Time) string {
	between := " "
	if isSerbian(l) {
		between = ", "
	}
	return capital(Weekday(l, t)) + between + LongDate(l, t)
}

func zoneInBrackets(l campaign.Language, t time.Time) string {
	if l == campaign.English {
		return englishZone(t)
	}
	return ZoneInSentence(l, t)
}

func zoneAlone(l campaign.Language, t time.Time) string { return capital(zoneInBrackets(l, t)) }

func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// lowerIn is how a weekday is written in the middle of a line.
func lowerIn(l campaign.Language, s string) string {
	if l == campaign.English {
		return s
	}
	r, size := utf8.DecodeRuneInString(s)
	return strings.ToLower(string(r)) + s[size:]
}
