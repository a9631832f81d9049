package language

import (
	"strings"
	"unicode"
	"unicode/utf8"

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
	if isClean(w) {
		return w
	}
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

// isClean reports a word of letters that the tables know, as nearly all are.
func isClean(w string) bool {
	for _, r := range w {
		if r >= utf8.RuneSelf && (int(r) >= len(cyrillicLetters) || cyrillicLetters[r] == 0) {
			return false
		}
	}
	return true
}

// isInvisible reports soft hyphens and zero-width characters.
func isInvisible(r rune) bool {
	switch r {
	case '\u00ad', '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff':
		return true
	}
	return false
}

// wordToCyrillic converts one word that is known to be Serbian; lower is the same in small letters. plain says that the text it is in
// has no diacritics at all, so that "dj" may mean đ; unsure reports that it was met.
func wordToCyrillic(word, lower string, plain bool) (out string, unsure bool) {
	split := splitPairs(lower)
	soft := plain && strings.Contains(lower, "dj")
	dj := soft && isSoftDj(lower)
	b := make([]byte, 0, 2*len(word))
	for at, i := 0, 0; at < len(word); i++ {
		r, size := decode(word, at)
		at += size
		if at < len(word) && i != split {
			next, width := decode(word, at)
			c := rune(0)
			if next|0x20 == 'j' || next == 'ž' || next == 'Ž' {
				c = cyrillicDigraph(r, next)
			}
			if c == 0 && dj && r|0x20 == 'd' && next|0x20 == 'j' {
				if c = 'ђ'; r == 'D' {
					c = 'Ђ'
				}
			}
			if c != 0 {
				b = utf8.AppendRune(b, c)
				at += width
				i++
				continue
			}
		}
		b = utf8.AppendRune(b, cyrillicLetter(r))
	}
	return string(b), soft
}

// cyrillicLetters is toCyrillic as far as its letters reach, by their numbers.
var cyrillicLetters = func() (table [0x180]rune) {
	for latin, cyrillic := range toCyrillic {
		if int(latin) < len(table) {
			table[latin] = cyrillic
		}
	}
	return table
}()

// cyrillicLetter returns the letter for a Latin one, or what is none of Serbian as it is.
func cyrillicLetter(r rune) rune {
	if int(r) < len(cyrillicLetters) {
		if c := cyrillicLetters[r]; c != 0 {
			return c
		}
		return r
	}
	if c, ok := toCyrillic[r]; ok {
		return c
	}
	return r
}

// wordToLatin converts one Cyrillic word. Љ, Њ and Џ become LJ, NJ and DŽ beside a capital and Lj, Nj and Dž otherwise.
func wordToLatin(word string) string {
	b := make([]byte, 0, len(word))
	for i, r := range word {
		if r < 0x400 || r > 0x45f || latinLetters[r-0x400] == "" {
			b = utf8.AppendRune(b, r)
			continue
		}
		s := latinLetters[r-0x400]
		if (r == 'Љ' || r == 'Њ' || r == 'Џ') && besideCapital(word, i) {
			s = strings.ToUpper(s)
		}
		b = append(b, s...)
	}
	return string(b)
}

// latinLetters is toLatin by the numbers of its letters, from U+0400 on.
var latinLetters = func() (table [0x60]string) {
	for cyrillic, latin := range toLatin {
		table[cyrillic-0x400] = latin
	}
	return table
}()

// besideCapital looks at the next letter or, at the end of the word, at the one before.
func besideCapital(word string, at int) bool {
	_, size := utf8.DecodeRuneInString(word[at:])
	for _, r := range word[at+size:] {
		if unicode.IsLetter(r) {
			return unicode.IsUpper(r)
		}
	}
	for before := word[:at]; before != ""; {
		r, size := utf8.DecodeLastRuneInString(before)
		if unicode.IsLetter(r) {
			return unicode.IsUpper(r)
		}
		before = before[:len(before)-size]
	}
	return false
}
