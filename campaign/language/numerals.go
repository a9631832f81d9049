package language

import (
	"strings"
	"unicode/utf8"
)

// isCodeOrNumeral reports words that stay because of what stands beside them or what they are made of: codes, units after
// a number, Roman numerals.
func isCodeOrNumeral(tokens []token, i int) bool {
	of := tokens[i].of
	return of.digits || isUnit(tokens, i) || isLetterOfMail(tokens, i) || of.allUpper() && (isCodePart(tokens, i) || isNumeral(tokens, i))
}

// isUnit reports a unit after a number, or after another unit and a slash. A number with a full stop is an ordinal
// ("2026. g."), and no unit follows it.
func isUnit(tokens []token, i int) bool {
	if len(tokens[i].text) > 4 {
		return false
	}
	per := i >= 4 && tokens[i-1].text == "/" && perUnits[tokens[i].of.small]
	if i < 2 || !per && !units[tokens[i].of.small] {
		return i > 0 && tokens[i].text == "C" && strings.HasSuffix(tokens[i-1].text, "°")
	}
	switch tokens[i-1].text {
	case " ", "\u00a0", "\u202f":
		return isNumber(&tokens[i-2])
	case "/":
		return i >= 4 && tokens[i-2].of != nil && isUnit(tokens, i-2)
	}
	return false
}

func isNumber(t *token) bool { return t.of != nil && t.of.number }

// isLetterOfMail reports the e of e-mail.
func isLetterOfMail(tokens []token, i int) bool {
	return tokens[i].of.small == "e" && i+2 < len(tokens) && tokens[i+1].text == "-" && tokens[i+2].of != nil && strings.HasPrefix(tokens[i+2].of.small, "mail")
}

// isCodePart reports capitals joined by a hyphen to a number or to what has digits in it (COVID-19, K-Po1, but not EU-27), and a letter
// that goes with a foreign acronym: USB-C, but not PDF-A at the end of a line in capitals.
func isCodePart(tokens []token, i int) bool {
	coded := func(between, beyond int) bool {
		return beyond >= 0 && beyond < len(tokens) && tokens[between].text == "-" && tokens[beyond].of != nil && tokens[beyond].of.digits
	}
	if i >= 2 && tokens[i-1].text == "-" && tokens[i-2].of != nil && tokens[i-2].of.foreign && tokens[i-2].of.allUpper() {
		return len(tokens[i].text) == 1 && !strings.Contains("AEIOU", tokens[i].text)
	}
	return (coded(i-1, i-2) || coded(i+1, i+2)) && !serbianAcronyms[tokens[i].of.small]
}

// isNumeral reports a Roman numeral. One letter alone is one only where something is being numbered.
func isNumeral(tokens []token, i int) bool {
	w := tokens[i].text
	if !isRoman(w) || tokens[i].capitals && notNumerals[tokens[i].of.small] {
		return false
	}
	if isMonth(tokens, i) || utf8.RuneCountInString(w) > 1 && (w == "VI" || !notNumerals[tokens[i].of.small]) {
		return true
	}
	if i >= 2 && tokens[i-1].text == " " && tokens[i-2].of != nil {
		before := tokens[i-2].of
		if monarchs[before.small] && before.begins || hasAnyPrefix(before.small, numberOf) {
			return true
		}
	}
	if i+2 < len(tokens) && tokens[i+2].of != nil && (tokens[i+1].text == " " || tokens[i+1].text == ". ") && w != "M" && w != "C" && w != "D" && w != "L" {
		return hasAnyPrefix(tokens[i+2].of.small, numbered)
	}
	return false
}

// isMonth reports a numeral between a day and a year: 5. V 2026.
func isMonth(tokens []token, i int) bool {
	if i < 2 || i+2 >= len(tokens) || strings.ContainsAny(tokens[i].text, "LCDM") || !isNumber(&tokens[i-2]) || !isNumber(&tokens[i+2]) {
		return false
	}
	before, after := tokens[i-1].text, tokens[i+1].text
	return len(tokens[i-2].text) <= 2 && len(tokens[i+2].text) == 4 && (before == ". " || before == ".") && (after == " " || after == ". " || after == ".")
}
