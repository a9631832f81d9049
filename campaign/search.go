package campaign

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// joiners are signs within a word that nobody types who looks for it: O’Brien, d.o.o., Al-Džazira, B&B.
const joiners = "'’‘´`.-‐‑&/+·"

// joinedWords returns the words of a folded text that signs divide, as one: “ obrien” of “o'brien”, “ doo” of “d.o.o.” and
// “d. o. o.”.
func joinedWords(folded string) string {
	var out, initials strings.Builder
	letters := 0
	flush := func() {
		if letters > 1 {
			out.WriteString(" " + initials.String())
		}
		initials.Reset()
		letters = 0
	}
	for token := range strings.FieldsSeq(folded) {
		if !strings.ContainsAny(token, joiners) {
			flush()
			continue
		}
		words := strings.FieldsFunc(token, func(r rune) bool { return !isWordRune(r) })
		switch {
		case len(words) == 1 && utf8.RuneCountInString(words[0]) == 1 && strings.HasSuffix(token, "."):
			initials.WriteString(words[0])
			letters++
			continue
		case len(words) > 1:
			flush()
			out.WriteString(" " + strings.Join(words, ""))
			continue
		}
		flush()
	}
	flush()
	return out.String()
}

// countries are the calling codes of numbers that are dialled with a 0 instead at home.
var countries = strings.Fields("381 382 383 385 386 387 389 33 32 41 43 44 49")

// home is the calling code of numbers that begin with a 0.
const home = "381"

// phoneText returns what a telephone number is found by, however it is written: its digits as they are dialled at home and from
// abroad. Several numbers may stand in it, with words or a comma between them.
func phoneText(phone string) string {
	var out strings.Builder
	numbers := strings.FieldsFunc(phone, func(r rune) bool { return unicode.IsLetter(r) || strings.ContainsRune(",;|\n", r) })
	for _, number := range numbers {
		digits := phoneDigits(number)
		switch code := callingCode(digits); {
		case len(digits) < 3:
			continue
		case digits[0] == '0':
			out.WriteString(" " + digits + " " + home + digits[1:])
		case code != "" && len(digits) > 9:
			out.WriteString(" " + digits + " 0" + digits[len(code):])
		default:
			out.WriteString(" " + digits)
		}
	}
	return out.String()
}

func callingCode(digits string) string {
	for _, code := range countries {
		if strings.HasPrefix(digits, code) {
			return code
		}
	}
	return ""
}

// phoneDigits returns the digits of a number, without what stands for a country's code and without a 0 in brackets after one.
func phoneDigits(number string) string {
	digits := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Nd, r) && r < utf8.RuneSelf {
			return r
		}
		return -1
	}, strings.Replace(number, "(0)", "", 1))
	return strings.TrimPrefix(digits, "00")
}

// isPhoneSearch reports whether a search is for a telephone number: enough digits, and nothing but the signs that stand in one.
func isPhoneSearch(search string) bool {
	digits := 0
	for _, r := range search {
		switch {
		case '0' <= r && r <= '9':
			digits++
		case !strings.ContainsRune(" +()-/.\u00a0", r):
			return false
		}
	}
	return digits > 3
}

// noTerm stands in no text that is searched.
const noTerm = "¤¤¤"

// FindsNobody reports whether a search holds no letter or digit, so that it can find nobody.
func FindsNobody(search string) bool {
	terms := SearchTerms(search)
	return len(terms) == 1 && terms[0] == noTerm
}
