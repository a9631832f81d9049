package contactfile

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/glasnik/glasnik/campaign"
)

// noteBroken notes letters that were broken before the file was made, or that are written in another encoding than the rest
// of it. Nothing is mended by itself: what is meant is for somebody to say who knows the person.
func noteBroken(row *campaign.ImportRow, cells []string, columns []Column) {
	for i, cell := range cells[:min(len(cells), len(columns))] {
		broken, meant := brokenIn(cell, slices.Contains(lettered, columns[i].Meaning))
		if broken == "" {
			continue
		}
		note := campaign.Textf("letters of “%s” were broken before. Correct it here, or save the file anew where it comes from, as UTF-8", shorten(broken))
		if meant != "" {
			note = campaign.Textf("letters of “%s” were broken before; is “%s” meant? Correct it here, or save the file anew where it comes from, as UTF-8", shorten(broken), shorten(meant))
		}
		row.Notes = append(row.Notes, note)
		return
	}
}

// lettered are the meanings of columns in which a question mark inside a word stands for a letter.
var lettered = []Meaning{FirstName, LastName, FullName, Organisation, Place, Position}

// brokenIn returns the first word of a cell whose letters are broken, and what is meant where that is plain.
func brokenIn(cell string, named bool) (word, meant string) {
	if named && strings.Contains(cell, "?") && !strings.Contains(cell, "://") {
		for _, w := range strings.Fields(cell) {
			if markInWord(w) {
				return w, ""
			}
		}
	}
	if !suspicious(cell) {
		return "", ""
	}
	for _, w := range strings.Fields(cell) {
		if strings.ContainsRune(w, utf8.RuneError) {
			return w, ""
		}
		if m, ok := misreadUTF8(w); ok {
			return w, m
		}
		if m, ok := misread1250(w); ok {
			return w, m
		}
	}
	return "", ""
}

// markInWord reports whether a question mark is where a letter should: before one, or between a name's letters and its end.
func markInWord(w string) bool {
	runes := []rune(w)
	for i, r := range runes {
		if r != '?' {
			continue
		}
		before, after := i > 0 && unicode.IsLetter(runes[i-1]), i+1 < len(runes) && unicode.IsLetter(runes[i+1])
		if after || before && i+1 == len(runes) && strings.HasSuffix(strings.ToLower(w), "i?") {
			return true
		}
	}
	return false
}

// suspicious reports, on a quick look, whether letters of a cell may be broken: it holds one that stands for another, or two
// beyond ASCII beside each other that are not both of Serbian.
func suspicious(cell string) bool {
	before, serbian := false, false // what the rune before was
	for _, r := range cell {
		if r < utf8.RuneSelf {
			before = false
			continue
		}
		switch r {
		case utf8.RuneError, 'æ', 'Æ', 'è', 'È', 'ð', 'Ð', '¹', '¾', '©', '®':
			return true
		}
		is := 0x400 <= r && r < 0x460 || isSerbianLatin(r)
		if before && !(is && serbian) {
			return true
		}
		before, serbian = true, is
	}
	return false
}

func isSerbianLatin(r rune) bool {
	switch r {
	case 'č', 'ć', 'đ', 'š', 'ž', 'Č', 'Ć', 'Đ', 'Š', 'Ž':
		return true
	}
	return false
}

// likelyLetters are what UTF-8 that was read in another encoding stands for.
const likelyLetters = serbianLatin + serbianCyrillic + frenchOnly + neighbourLatin + quotation + "èÈñÑãÃõÕåÅøØìÌòÒùÙ\u00a0"

// misreadUTF8 reads a word whose UTF-8 was taken for a one-byte encoding, as “Å½eljka” and “Ĺ˝eljka” are Željka; some
// programs drop what they cannot show of it.
func misreadUTF8(w string) (meant string, ok bool) {
	for _, m := range []*charmap.Charmap{charmap.Windows1252, charmap.Windows1250} {
		if meant, ok := rereadUTF8(w, m); ok {
			return meant, true
		}
	}
	return "", false
}

func rereadUTF8(w string, m *charmap.Charmap) (meant string, ok bool) {
	var out strings.Builder
	whole := true
	for len(w) > 0 {
		r, letter, used := rereadRune(w, m)
		if letter {
			ok = true
		} else {
			whole = whole && r < utf8.RuneSelf
		}
		out.WriteRune(r)
		w = w[used:]
	}
	if !ok || !whole {
		return "", ok
	}
	return out.String(), true
}

// rereadRune reads the first letter of a word from the runes that its bytes became; letter is false where they are none.
func rereadRune(w string, m *charmap.Charmap) (r rune, letter bool, used int) {
	first, size := utf8.DecodeRuneInString(w)
	var seq []byte
	for i, r := range w {
		b, ok := m.EncodeRune(r)
		if r >= 0x80 && r < 0xa0 {
			b, ok = byte(r), true // a control character the encoding has no sign for
		}
		if !ok || b < 0x80 || len(seq) == 3 {
			break
		}
		seq = append(seq, b)
		if got, n := utf8.DecodeRune(seq); n == len(seq) && n > 1 && strings.ContainsRune(likelyLetters, got) {
			return got, true, i + utf8.RuneLen(r)
		}
	}
	return first, false, size
}

// asWindows1250 are the letters that those of Serbian become when Windows-1250 or ISO-8859-2 is taken for Western European.
var asWindows1250 = strings.NewReplacer("æ", "ć", "Æ", "Ć", "è", "č", "È", "Č", "ð", "đ", "Ð", "Đ", "¹", "š", "¾", "ž", "©", "Š", "®", "Ž")

// misread1250 reads a word of Serbian that was taken for Western European, such as Petroviæ, Ðorðe and Kovaèeviæ. French
// has è too, never before a vowel; æ and ð are in no word of French or English as they do here.
func misread1250(w string) (meant string, ok bool) {
	runes := []rune(w)
	for i, r := range runes {
		after, last := ' ', i+1 == len(runes) || !unicode.IsLetter(runes[i+1])
		if !last {
			after = unicode.ToLower(runes[i+1])
		}
		before := i > 0 && unicode.IsLetter(runes[i-1])
		switch r {
		case 'ð', 'Ð':
			ok = true
		case 'æ', 'Æ':
			ok = ok || before && last
		case 'è', 'È':
			ok = ok || strings.ContainsRune("aeiou", after)
		case '¹', '¾', '©', '®':
			ok = ok || !last || before && r == '¹' && i > 1
		}
	}
	if !ok {
		return "", false
	}
	return asWindows1250.Replace(w), true
}
