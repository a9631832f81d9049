package campaign

import (
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// afterLetter are the Serbian letters that come right behind another one, in the order of the Latin alphabet: what stands
// here sorts behind every word that goes on with a to z.
var afterLetter = map[rune]string{
	'č': "c{", 'ć': "c|", 'đ': "d|", 'š': "s{", 'ž': "z{",
	'ч': "c{", 'ћ': "c|", 'џ': "d{", 'ђ': "d|", 'љ': "l{", 'њ': "n{", 'ш': "s{", 'ж': "z{",
}

// SortKey brings a text to the form by which it is sorted: texts in either script in the order of the Serbian Latin alphabet
// (a b c č ć d dž đ e … l lj m n nj o …), other accents apart. It is compared octet by octet.
func SortKey(s string) string {
	var short [96]byte
	out := short[:0]
	known := sortedLetters()
	if !norm.NFC.IsNormalString(s) {
		s = norm.NFC.String(s)
	}
	last := byte(0) // the letter before, where it may begin a pair
	for _, r := range s {
		switch {
		case (r == 'j' || r == 'J') && (last == 'l' || last == 'n'), (r == 'ž' || r == 'Ž') && last == 'd':
			out, last = append(out, '{'), 0
		case int(r) < len(known):
			key := known[r]
			out = append(out, key...)
			if last = 0; len(key) == 1 && r < utf8.RuneSelf {
				last = key[0]
			}
		default:
			out, last = append(out, Fold(string(r))...), 0
		}
	}
	return string(out)
}

// sortedLetters gives the keys of letters that stand alone.
var sortedLetters = sync.OnceValue(func() *[0x460]string {
	var known [0x460]string
	for r := range known {
		if known[r] = afterLetter[unicode.ToLower(rune(r))]; known[r] == "" {
			known[r] = foldAny(string(rune(r)))
		}
	}
	return &known
})
