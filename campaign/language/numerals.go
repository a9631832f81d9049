package language

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// isCodeOrNumeral reports words that stay because of what stands beside them or what they are made of: codes, units after
// a number, Roman numerals.
func isCodeOrNumeral(tokens []token, i int) bool {
	w := tokens[i].text
	if strings.ContainsFunc(w, unicode.IsDigit) {
		return true
	}
	if isUnit(tokens, i) {
		return true
	}
	upper := w == strings.ToUpper(w)
	return upper && (isCodePart(tokens, i) || isNumeral(tokens, i))
}

// isUnit reports a unit after a number, or after another unit and a slash. A number with a full stop is an ordinal
// ("2026. g."), and no unit follows it.
func isUnit(tokens []token, i int) bool {
	if i < 2 || !units[strings.ToLower(tokens[i].text)] {
		return i > 0 && tokens[i].text == "C" && strings.HasSuffix(tokens[i-1].text, "°")
	}
	switch tokens[i-1].text {
	case " ", "\u00a0", "\u202f":
		return isNumber(tokens[i-2].text)
	case "/":
		return i >= 4 && isUnit(tokens, i-2)
	}
	return false
}

func isNumber(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsDigit(r) })
}

// isCodePart reports capitals joined to a number by a hyphen: COVID-19, but not EU-27.
func isCodePart(tokens []token, i int) bool {
	if serbianAcronyms[strings.ToLower(tokens[i].text)] {
		return false
	}
	for _, step := range []int{-1, 1} {
		if j := i + 2*step; j >= 0 && j < len(tokens) && tokens[i+step].text == "-" && isNumber(tokens[j].text) {
			return true
		}
	}
	return false
}

// isNumeral reports a Roman numeral. One letter alone is one only where something is being numbered.
func isNumeral(tokens []token, i int) bool {
	w := tokens[i].text
	if !isRoman(w) || tokens[i].capitals && notNumerals[strings.ToLower(w)] {
		return false
	}
	if utf8.RuneCountInString(w) > 1 {
		return true
	}
	if i >= 2 && tokens[i-1].text == " " {
		before := strings.ToLower(tokens[i-2].text)
		if monarchs[before] && startsUpper(tokens[i-2].text) || hasAnyPrefix(before, numberOf) {
			return true
		}
	}
	if i+2 < len(tokens) && (tokens[i+1].text == " " || tokens[i+1].text == ". ") && w != "M" && w != "C" && w != "D" && w != "L" {
		return hasAnyPrefix(strings.ToLower(tokens[i+2].text), numbered)
	}
	return false
}
