package contactfile

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// momentForm returns what a form of cells shows of a date or time; nil where it shows neither. Dates are written as 2026-10-18
// whatever their form: they are compared and sorted by those who read them later, and each country writes them its own
// way. What a form leaves out stays out.
func momentForm(code string) *numberForm {
	var year, month, day, hour, second bool
	for i := 0; i < len(code) && code[i] != ';'; i++ { // other forms are after, for what is no date
		switch code[i] | 0x20 {
		case '"' | 0x20:
			i = skipTo(code, i, '"')
		case '[' | 0x20:
			end := skipTo(code, i, ']')
			if in := strings.ToLower(code[i+1 : end]); in != "" && strings.Trim(in, in[:1]) == "" && strings.Contains("hms", in[:1]) {
				return &numberForm{length: in[:1], exact: strings.Contains(strings.ToLower(code[end:]), "s")} // how long, not when
			}
			i = end
		case '\\' | 0x20, '_' | 0x20, '*' | 0x20:
			i++ // and the sign after it
		case 'y':
			year = true
		case 'm':
			month = true
		case 'd':
			day = true
		case 'h':
			hour = true
		case 's':
			second = true
		case '#' | 0x20, '?' | 0x20, '0' | 0x20:
			if !second {
				return nil // a number, with a unit after it
			}
		case 'g':
			if strings.EqualFold(code[i:min(len(code), i+len("General"))], "General") {
				return nil
			}
		}
	}
	f := &numberForm{day: true}
	switch {
	case day:
		f.moment = time.DateOnly
	case year && month:
		f.moment = "2006-01"
	case year:
		f.moment = "2006"
	case month && !hour && !second:
		f.moment = "2006-01"
	case !hour && !second:
		return nil
	default:
		f.day = false
	}
	switch {
	case f.day && !hour:
		return f
	case second:
		f.moment += " 15:04:05"
	default:
		f.moment += " 15:04"
	}
	f.moment = strings.TrimSpace(f.moment)
	return f
}

// skipTo returns where a sign stands next after a place, or else the end.
func skipTo(code string, from int, sign byte) int {
	if n := strings.IndexByte(code[from+1:], sign); n >= 0 {
		return from + 1 + n
	}
	return len(code)
}

const secondsOfDay = 24 * 60 * 60

// momentText writes the moment that a number is; false for one that is no day: below the first of the workbook's days, or
// after the year 9999.
func (s *styles) momentText(n float64, f *numberForm) (string, bool) {
	begin := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case s.since1904:
		begin = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case n < 60: // Excel counts a 29 February 1900, which never was
		begin = begin.AddDate(0, 0, 1)
	}
	if n < 0 || n > 3e6 || f.day && !s.since1904 && n < 1 {
		return "", false
	}
	day, part := math.Modf(n)
	t := begin.AddDate(0, 0, int(day)).Add(time.Duration(math.Round(part*secondsOfDay)) * time.Second)
	return t.Format(f.moment), t.Year() <= 9999
}

// lengthText writes a length of time, as 26:00:00.
func (f *numberForm) lengthText(n float64) string {
	if math.Abs(n) > 1e9 {
		return decimal("", n)
	}
	seconds := int64(math.Round(math.Abs(n) * secondsOfDay))
	sign := ""
	if n < 0 && seconds > 0 {
		sign = "-"
	}
	switch {
	case f.length == "s":
		return fmt.Sprintf("%s%d", sign, seconds)
	case f.length == "m" && f.exact:
		return fmt.Sprintf("%s%d:%02d", sign, seconds/60, seconds%60)
	case f.length == "m":
		return fmt.Sprintf("%s%d", sign, seconds/60)
	case f.exact:
		return fmt.Sprintf("%s%d:%02d:%02d", sign, seconds/3600, seconds/60%60, seconds%60)
	}
	return fmt.Sprintf("%s%d:%02d", sign, seconds/3600, seconds/60%60)
}

// isoText writes the moment of a cell that holds it as text, in the form of its look or, without one, as short as it can
// be; a text that is none stays as it is.
func (s *styles) isoText(value string, look int) string {
	f := s.form(look)
	for _, layout := range []string{"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999", "2006-01-02T15:04", "2006-01-02 15:04:05", time.DateOnly, "T15:04:05.999999999", "15:04:05.999999999"} {
		t, err := time.Parse(layout, strings.TrimSpace(value))
		if err != nil {
			continue
		}
		t = t.Round(time.Second)
		clock := !strings.Contains(layout, "2006")
		switch form := f.moment; {
		case form != "" && f.day != clock:
			return t.Format(form)
		case clock:
			return t.Format(time.TimeOnly)
		case t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0:
			return t.Format(time.DateOnly)
		}
		return t.Format(time.DateTime)
	}
	return value
}
