package campaign

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// cyrillic maps the thirty letters of the Serbian azbuka to what is left of their Latin form without diacritics.
var cyrillic = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'ђ': "d", 'е': "e", 'ж': "z", 'з': "z", 'и': "i", 'ј': "j",
	'к': "k", 'л': "l", 'љ': "lj", 'м': "m", 'н': "n", 'њ': "nj", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t",
	'ћ': "c", 'у': "u", 'ф': "f", 'х': "h", 'ц': "c", 'ч': "c", 'џ': "dz", 'ш': "s",
}

// Fold brings a text to the form in which it is searched and compared: lower case, Serbian Cyrillic as Latin, no
// diacritics, đ and dj as d. "Ђорђевић", "Đorđević", "Djordjevic" and "dordevic" all become "dordevic".
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKC.String(s) {
		r = unicode.ToLower(r)
		switch {
		case r < 0x80:
			b.WriteRune(r)
		case r == 'đ' || r == 'ð':
			b.WriteString("d")
		case r == 'ß':
			b.WriteString("ss")
		case cyrillic[r] != "":
			b.WriteString(cyrillic[r])
		default:
			for _, base := range norm.NFD.String(string(r)) {
				if !unicode.Is(unicode.Mn, base) {
					b.WriteRune(base)
				}
			}
		}
	}
	return strings.ReplaceAll(b.String(), "dj", "d")
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
