package language

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// toCyrillic maps the letters of gajica that stand alone; lj, nj and dž are found before it is asked.
var toCyrillic = map[rune]rune{
	'a': 'а', 'b': 'б', 'v': 'в', 'g': 'г', 'd': 'д', 'đ': 'ђ', 'e': 'е', 'ž': 'ж', 'z': 'з', 'i': 'и', 'j': 'ј',
	'k': 'к', 'l': 'л', 'm': 'м', 'n': 'н', 'o': 'о', 'p': 'п', 'r': 'р', 's': 'с', 't': 'т', 'ć': 'ћ', 'u': 'у',
	'f': 'ф', 'h': 'х', 'c': 'ц', 'č': 'ч', 'š': 'ш',
	'A': 'А', 'B': 'Б', 'V': 'В', 'G': 'Г', 'D': 'Д', 'Đ': 'Ђ', 'E': 'Е', 'Ž': 'Ж', 'Z': 'З', 'I': 'И', 'J': 'Ј',
	'K': 'К', 'L': 'Л', 'M': 'М', 'N': 'Н', 'O': 'О', 'P': 'П', 'R': 'Р', 'S': 'С', 'T': 'Т', 'Ć': 'Ћ', 'U': 'У',
	'F': 'Ф', 'H': 'Х', 'C': 'Ц', 'Č': 'Ч', 'Š': 'Ш',
	'ǆ': 'џ', 'ǅ': 'Џ', 'Ǆ': 'Џ', 'ǉ': 'љ', 'ǈ': 'Љ', 'Ǉ': 'Љ', 'ǌ': 'њ', 'ǋ': 'Њ', 'Ǌ': 'Њ',
}

// toLatin maps the letters of the azbuka; capital Љ, Њ and Џ take their second letter's case from their neighbours.
var toLatin = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'ђ': "đ", 'е': "e", 'ж': "ž", 'з': "z", 'и': "i", 'ј': "j",
	'к': "k", 'л': "l", 'љ': "lj", 'м': "m", 'н': "n", 'њ': "nj", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t",
	'ћ': "ć", 'у': "u", 'ф': "f", 'х': "h", 'ц': "c", 'ч': "č", 'џ': "dž", 'ш': "š",
	'А': "A", 'Б': "B", 'В': "V", 'Г': "G", 'Д': "D", 'Ђ': "Đ", 'Е': "E", 'Ж': "Ž", 'З': "Z", 'И': "I", 'Ј': "J",
	'К': "K", 'Л': "L", 'Љ': "Lj", 'М': "M", 'Н': "N", 'Њ': "Nj", 'О': "O", 'П': "P", 'Р': "R", 'С': "S", 'Т': "T",
	'Ћ': "Ć", 'У': "U", 'Ф': "F", 'Х': "H", 'Ц': "C", 'Ч': "Č", 'Џ': "Dž", 'Ш': "Š",
}

// cyrillicDigraph returns the letter that two Latin letters are written with, or 0.
func cyrillicDigraph(first, second rune) rune {
	upper := unicode.IsUpper(first)
	if !upper && unicode.IsUpper(second) {
		return 0 // "lJ" is no way to write љ
	}
	var letter rune
	switch {
	case unicode.ToLower(first) == 'l' && unicode.ToLower(second) == 'j':
		letter = 'љ'
	case unicode.ToLower(first) == 'n' && unicode.ToLower(second) == 'j':
		letter = 'њ'
	case unicode.ToLower(first) == 'd' && unicode.ToLower(second) == 'ž':
		letter = 'џ'
	default:
		return 0
	}
	if upper {
		return unicode.ToUpper(letter)
	}
	return letter
}

// cleanWord brings a Latin word to the letters the tables know: NFC, Eth and African D as Đ, and without the invisible
// characters that word processors leave inside words.
func cleanWord(w string) string {
	w = strings.Map(func(r rune) rune {
		switch {
		case isInvisible(r):
			return -1
		case r == 'Ð' || r == 'Ɖ':
			return 'Đ'
		}
		return r
	}, w)
	return norm.NFC.String(w)
}

// isInvisible reports soft hyphens and zero-width characters.
func isInvisible(r rune) bool {
	switch r {
	case '\u00ad', '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff':
		return true
	}
	return false
}

// wordToCyrillic converts one word that is known to be Serbian. plain says that the text it is in has no diacritics
// at all, so that "dj" may mean đ; unsure reports that it was met.
func wordToCyrillic(word string, plain bool) (out string, unsure bool) {
	word = cleanWord(word)
	letters := []rune(word)
	splits := splitPairs(letters)
	soft := plain && containsDj(letters)
	dj := soft && isSoftDj(strings.ToLower(word))
	var b strings.Builder
	b.Grow(2 * len(word))
	for i := 0; i < len(letters); i++ {
		r := letters[i]
		if i+1 < len(letters) && i != splits {
			next := letters[i+1]
			if c := cyrillicDigraph(r, next); c != 0 {
				b.WriteRune(c)
				i++
				continue
			}
			if dj && unicode.ToLower(r) == 'd' && unicode.ToLower(next) == 'j' {
				b.WriteRune(toCyrillic[map[bool]rune{true: 'Đ', false: 'đ'}[unicode.IsUpper(r)]])
				i++
				continue
			}
		}
		if c, ok := toCyrillic[r]; ok {
			r = c
		}
		b.WriteRune(r)
	}
	return b.String(), soft
}

// wordToLatin converts one Cyrillic word. Љ, Њ and Џ become LJ, NJ and DŽ beside a capital and Lj, Nj and Dž otherwise.
func wordToLatin(word string) string {
	letters := []rune(word)
	var b strings.Builder
	b.Grow(len(word))
	for i, r := range letters {
		s, ok := toLatin[r]
		if !ok {
			b.WriteRune(r)
			continue
		}
		if (r == 'Љ' || r == 'Њ' || r == 'Џ') && besideCapital(letters, i) {
			s = strings.ToUpper(s)
		}
		b.WriteString(s)
	}
	return b.String()
}

// besideCapital looks at the next letter or, at the end of the word, at the one before.
func besideCapital(letters []rune, i int) bool {
	for _, r := range letters[i+1:] {
		if unicode.IsLetter(r) {
			return unicode.IsUpper(r)
		}
	}
	for j := i - 1; j >= 0; j-- {
		if unicode.IsLetter(letters[j]) {
			return unicode.IsUpper(letters[j])
		}
	}
	return false
}
