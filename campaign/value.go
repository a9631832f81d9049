package campaign

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Attributes are stored as they were typed, and read as numbers, days or yes/no in the ways offices write them.

// ParseNumber reads a number: 10000, 3.5, 3,5, 10 000, 1.234.567, 1.234,5. A single dot before exactly three digits
// separates thousands (10.000 is ten thousand), as everywhere in Serbia's offices; 1.1250 and 1,125 do not say so.
func ParseNumber(s string) (float64, bool) {
	s = strings.Map(func(r rune) rune {
		if r == ' ' || r == '\u00a0' || r == '\u202f' {
			return -1
		}
		return r
	}, strings.TrimSpace(s))
	digits := strings.TrimLeft(s, "+-")
	if len(s)-len(digits) > 1 || digits == "" || len(digits) > 40 || strings.Trim(digits, "0123456789.,") != "" || strings.Trim(digits, ".,") != digits {
		return 0, false
	}
	whole, fraction, ok := splitNumber(digits)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseFloat(s[:len(s)-len(digits)]+whole+"."+fraction, 64)
	return n + 0, err == nil // + 0 makes one zero of two
}

// splitNumber removes the separators of a number.
func splitNumber(s string) (whole, fraction string, ok bool) {
	dots, commas := strings.Count(s, "."), strings.Count(s, ",")
	separator, decimal := ".", ","
	switch {
	case dots == 0 && commas == 0:
		return s, "0", true
	case dots > 0 && commas > 0:
		if strings.LastIndex(s, ".") > strings.LastIndex(s, ",") {
			separator, decimal = ",", "."
		}
	case commas > 1:
		separator, decimal = ",", "."
	case dots == 1 && !isThousands(s, "."):
		separator, decimal = ",", "."
	}
	whole, fraction, found := strings.Cut(s, decimal)
	if strings.Contains(fraction, decimal) || strings.Contains(fraction, separator) || strings.Contains(whole, separator) && !isThousands(whole, separator) {
		return "", "", false
	}
	if !found {
		fraction = "0"
	}
	return strings.ReplaceAll(whole, separator, ""), fraction, true
}

// FormatNumber writes a number so that ParseNumber reads it back: in decimal digits, with a zero after where a dot would
// else separate thousands (1.1250).
func FormatNumber(n float64) string { return UnmistakableNumber(strconv.FormatFloat(n+0, 'f', -1, 64)) }

// UnmistakableNumber returns a number in decimal digits, its only separator a decimal dot, so that ParseNumber reads it right.
func UnmistakableNumber(decimal string) string {
	digits := strings.TrimLeft(decimal, "+-")
	if strings.Count(digits, ".") == 1 && isThousands(digits, ".") {
		return decimal + "0"
	}
	return decimal
}

// isThousands reports whether a separator stands before every three digits.
func isThousands(s, separator string) bool {
	parts := strings.Split(s, separator)
	if slices.ContainsFunc(parts[1:], func(p string) bool { return len(p) != 3 }) {
		return false
	}
	return len(parts[0]) >= 1 && len(parts[0]) <= 3 && parts[0][0] != '0'
}

// dayLayouts are the ways a day is written.
var dayLayouts = []string{time.DateOnly, "2.1.2006", "2.1.2006.", "2/1/2006", time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05"}

// ParseDay reads a day, as 2026-01-31, 31.1.2026., 31/01/2026; a time of day after it is dropped.
func ParseDay(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if len(s) < 8 || len(s) > 30 {
		return time.Time{}, false
	}
	if strings.Count(s, ".") >= 2 {
		s = strings.ReplaceAll(s, ". ", ".")
	}
	for _, layout := range dayLayouts {
		if t, err := time.Parse(layout, s); err == nil && t.Year() > 0 {
			return OnDay(t), true
		}
	}
	return time.Time{}, false
}

// ParseYesNo reads yes or no in English, Serbian (both scripts) and French.
func ParseYesNo(s string) (yes, ok bool) {
	if len(s) > 12 {
		return false, false
	}
	switch Fold(strings.TrimSpace(s)) {
	case "yes", "true", "da", "oui", "1", "x", "tacno":
		return true, true
	case "no", "false", "ne", "non", "0", "netacno":
		return false, true
	}
	return false, false
}
