package campaign

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// cyrillic maps the thirty letters of the Serbian azbuka to what is left of their Latin form without diacritics.
var cyrillic = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'ђ': "d", 'е': "e", 'ж': "z", 'з': "z", 'и': "i", 'ј': "j",
	'к': "k", 'л': "l", 'љ': "lj", 'м': "m", 'н': "n", 'њ': "nj", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t",
	'ћ': "c", 'у': "u", 'ф': "f", 'х': "h", 'ц': "c", 'ч': "c", 'џ': "dz", 'ш': "s",
}

// latin maps letters that have no diacritic to lose to the form people type them in.
var latin = map[rune]string{'đ': "d", 'ð': "d", 'ß': "ss", 'œ': "oe", 'æ': "ae", 'ø': "o", 'ł': "l"}

// Fold brings a text to the form in which it is searched and compared: lower case, Serbian Cyrillic as Latin, no
// diacritics, đ and dj as d. "Ђорђевић", "Đorđević", "Djordjevic" and "dordevic" all become "dordevic". What is folded
// stays as it is when it is folded again.
func Fold(s string) string {
	out := make([]byte, 0, len(s))
	for _, r := range norm.NFKC.String(s) {
		r = unicode.ToLower(r)
		if r < 0x80 {
			out = appendFolded(out, r)
			continue
		}
		for _, base := range norm.NFD.String(string(r)) {
			out = appendFolded(out, base)
		}
	}
	return string(out)
}

// appendFolded adds one letter that stands alone; a j behind a d is part of it, a combining mark is dropped.
func appendFolded(out []byte, r rune) []byte {
	switch {
	case r == 'j' || r == 'ј':
		if len(out) > 0 && out[len(out)-1] == 'd' {
			return out
		}
		return append(out, 'j')
	case cyrillic[r] != "":
		return append(out, cyrillic[r]...)
	case latin[r] != "":
		return append(out, latin[r]...)
	case unicode.Is(unicode.Mn, r):
		return out
	}
	return utf8.AppendRune(out, r)
}

// SearchWords splits texts into the folded words a search matches the beginnings of, each once, at most 40.
func SearchWords(texts ...string) []string {
	var words []string
	seen := map[string]bool{}
	for _, t := range texts {
		for _, w := range strings.FieldsFunc(Fold(t), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if !seen[w] && len(words) < 40 {
				seen[w] = true
				words = append(words, w)
			}
		}
	}
	return words
}
