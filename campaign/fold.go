package campaign

import (
	"slices"
	"strings"
	"sync"
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
	if isFolded(s) {
		return s
	}
	var short [96]byte
	out := short[:0]
	known := foldedLetters()
	for _, r := range s {
		if int(r) >= len(known) || known[r] == "" && r != 0 {
			return foldAny(s)
		}
		if f := known[r]; f == "j" && len(out) > 0 && out[len(out)-1] == 'd' { // as appendFolded has it
			continue
		} else if r != 0 {
			out = append(out, f...)
			continue
		}
		out = append(out, 0)
	}
	return string(out)
}

// isFolded reports whether a text of ASCII alone is folded already, as most addresses are.
func isFolded(s string) bool {
	for i := range len(s) {
		if b := s[i]; b >= utf8.RuneSelf || 'A' <= b && b <= 'Z' || b == 'j' && i > 0 && s[i-1] == 'd' {
			return false
		}
	}
	return true
}

// foldedLetters returns what the letters of Serbian, French and English, and all of ASCII, are folded to; "" for what stands
// among them and is not folded the same wherever it stands.
var foldedLetters = sync.OnceValue(func() *[0x460]string {
	var known [0x460]string
	for r := range known {
		if r < 0x80 || r >= 0xC0 && r < 0x180 || r >= 0x400 {
			if s := string(rune(r)); norm.NFC.IsNormalString(s) {
				known[r] = foldAny(s)
			}
		}
	}
	return &known
})

// foldAny is Fold of any text.
func foldAny(s string) string {
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

// appendFolded adds one letter that stands alone; a j after a d is part of it, a combining mark is dropped.
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

// SearchText brings texts to the form that SearchTerms are looked for in: folded, one after the other, with a space before
// each word and whatever stands between two words. Words that signs divide, an address apart, stand in it as one, too.
func SearchText(texts ...string) string {
	var short [256]byte
	out := short[:0]
	for _, t := range texts {
		apart := true
		folded := Fold(t)
		for _, r := range folded {
			if !isWordRune(r) {
				apart = true
				continue
			}
			if apart {
				out, apart = append(out, ' '), false
			}
			out = utf8.AppendRune(out, r)
		}
		if strings.ContainsAny(folded, joiners) && !strings.Contains(folded, "@") {
			out = append(out, joinedWords(folded)...)
		}
	}
	return string(out)
}

func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' // it is folded: there are no capitals
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// maxTerms is how many words of a search count.
const maxTerms = 12

// SearchTerms returns what a search looks for, all of it to be found somewhere in a SearchText: each word in whatever part
// of a word, but a word of one or two letters only where one begins. What a person wrote without a space, such as
// “vesti.example”, must stand in one place, and a telephone number however it is divided. Signs alone find nobody.
func SearchTerms(search string) []string {
	if isPhoneSearch(search) {
		return []string{phoneDigits(search)}
	}
	var terms []string
	for _, word := range strings.Fields(search) {
		term := SearchText(word)
		if joined := withoutSigns(word); joined != "" {
			term = " " + joined
		} else if i := strings.LastIndexByte(term, ' '); i > 0 && strings.ContainsAny(Fold(word), joiners) && !strings.Contains(word, "@") {
			term = term[:i] // the word as one, which SearchText put after
		}
		if utf8.RuneCountInString(term) > 3 {
			term = term[1:]
		}
		if term != "" && len(terms) < maxTerms && !slices.Contains(terms, term) {
			terms = append(terms, term)
		}
	}
	if len(terms) == 0 && strings.TrimSpace(search) != "" {
		return []string{noTerm}
	}
	return terms
}

// withoutSigns returns a word that apostrophes divide, or dots into single letters, as one: obrien, doo; "" for any other.
func withoutSigns(word string) string {
	folded := Fold(word)
	parts := strings.FieldsFunc(folded, func(r rune) bool { return !isWordRune(r) })
	if len(parts) < 2 || strings.Contains(folded, "@") {
		return ""
	}
	single := !slices.ContainsFunc(parts, func(p string) bool { return utf8.RuneCountInString(p) > 1 })
	if single || strings.ContainsAny(folded, "'’‘´`") {
		return strings.Join(parts, "")
	}
	return ""
}

// afterLetter are the Serbian letters that come right after another one, in the order of the Latin alphabet: what stands
// here sorts after every word that goes on with a to z.
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

// CompareNames compares two names in the order of SortKey.
func CompareNames(a, b string) int { return strings.Compare(SortKey(a), SortKey(b)) }

// sortedLetters returns the keys of letters that stand alone.
var sortedLetters = sync.OnceValue(func() *[0x460]string {
	var known [0x460]string
	for r := range known {
		if known[r] = afterLetter[unicode.ToLower(rune(r))]; known[r] == "" {
			known[r] = foldAny(string(rune(r)))
		}
	}
	return &known
})
