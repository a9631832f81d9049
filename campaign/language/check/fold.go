package check

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// serbian maps the letters of the azbuka to what is left of their Latin form without diacritics.
var serbian = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'ђ': "dj", 'е': "e", 'ж': "z", 'з': "z", 'и': "i", 'ј': "j",
	'к': "k", 'л': "l", 'љ': "lj", 'м': "m", 'н': "n", 'њ': "nj", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t",
	'ћ': "c", 'у': "u", 'ф': "f", 'х': "h", 'ц': "c", 'ч': "c", 'џ': "dz", 'ш': "s",
	'đ': "dj", 'ð': "dj", 'œ': "oe", 'æ': "ae", 'ß': "ss",
}

// foldWord brings one word to the form in which it is compared: small letters, Latin, no diacritics. Unlike campaign.Fold it
// keeps đ apart from d, as dj.
func foldWord(w string) string {
	plain := true
	for i := 0; i < len(w) && plain; i++ {
		plain = w[i] < utf8.RuneSelf && (w[i] < 'A' || w[i] > 'Z')
	}
	if plain {
		return w
	}
	known := foldedRunes()
	out := make([]byte, 0, len(w))
	for _, r := range w {
		if int(r) < len(known) {
			out = append(out, known[r]...)
		} else {
			out = append(out, foldRune(r)...)
		}
	}
	return string(out)
}

var foldedRunes = sync.OnceValue(func() *[0x460]string {
	var known [0x460]string
	for r := range known {
		known[r] = foldRune(rune(r))
	}
	return &known
})

func foldRune(r rune) string {
	if unicode.Is(unicode.Mn, r) || isInvisible(r) {
		return ""
	}
	r = unicode.ToLower(r)
	if s, ok := serbian[r]; ok {
		return s
	}
	if r < utf8.RuneSelf {
		return string(r)
	}
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(string(r)))
}

// isInvisible reports soft hyphens and characters without width, which word processors leave inside words.
func isInvisible(r rune) bool {
	switch r {
	case '\u00ad', '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff':
		return true
	}
	return false
}

func isWordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || isInvisible(r)
}
