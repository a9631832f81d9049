package campaign

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Phrase says how words are written in the other script of Serbian where the rules would write them otherwise. One without the other
// stays as it is. A word that ends with * stands for all that begin with it: “Faceboo*” for every form of the name.
type Phrase struct {
	Latin    string `json:"latin,omitempty"`
	Cyrillic string `json:"cyrillic,omitempty"`
}

// MaxPhrases is how many phrases a team may have.
const MaxPhrases = 1000

// CleanPhrases drops empty rows, sorts the others, and refuses what cannot be meant. A mistake belongs to the field “phrase_N”, where
// the first row is 1.
func CleanPhrases(phrases []Phrase) ([]Phrase, error) {
	var faults Checks
	faults.Refuse(len(phrases) > MaxPhrases, "", "there are more than %d phrases: leave some out", MaxPhrases)
	said := map[string]Phrase{}
	for i := range phrases {
		p := &phrases[i]
		p.Latin, p.Cyrillic = CleanLine(p.Latin), CleanLine(p.Cyrillic)
		field := PhraseField(i + 1)
		faults.Refuse(LongerThan(p.Latin, 100) || LongerThan(p.Cyrillic, 100), field, "this is longer than %d characters", 100)
		faults.Refuse(isCyrillic(p.Latin), field, "“%s” has Cyrillic letters: it must be in Latin script", p.Latin)
		faults.Refuse(strings.Contains(p.Latin, "*") != strings.Contains(p.Cyrillic, "*") && p.Latin != "" && p.Cyrillic != "", field, "a * must stand in both scripts, or in neither")
		for _, side := range []string{p.Latin, p.Cyrillic} {
			letters := strings.TrimFunc(side, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
			faults.Refuse(side != "" && (letters == "" || !strings.HasPrefix(side, letters)), field, "“%s” must begin with a letter or a digit", side)
			for w := range strings.FieldsSeq(side) {
				at := strings.IndexByte(w, '*')
				faults.Refuse(at >= 0 && (at != len(w)-1 || len([]rune(w)) < 4), field, "in “%s” the * must stand at the end of a word, after at least three letters", side)
			}
		}
		for side, other := range map[string]string{"l" + p.Latin: p.Cyrillic, "c" + p.Cyrillic: p.Latin} {
			if len(side) == 1 {
				continue
			}
			if before, twice := said[side]; twice && *p != before {
				faults.Refuse(true, field, "“%s” is written in two ways: as “%s” and as “%s”", side[1:], cmp.Or(before.other(side[0]), side[1:]), cmp.Or(other, side[1:]))
			}
			said[side] = *p
		}
	}
	phrases = slices.DeleteFunc(phrases, func(p Phrase) bool { return p.Latin+p.Cyrillic == "" })
	if len(faults) > 0 {
		return phrases, Together(faults...)
	}
	slices.SortFunc(phrases, func(a, b Phrase) int {
		return cmp.Or(cmp.Compare(SortKey(cmp.Or(a.Latin, a.Cyrillic)), SortKey(cmp.Or(b.Latin, b.Cyrillic))), cmp.Compare(a.Latin+a.Cyrillic, b.Latin+b.Cyrillic))
	})
	return slices.Compact(phrases), nil
}

// other returns how a phrase is written in the other script than the one it was looked up by.
func (p Phrase) other(side byte) string {
	if side == 'l' {
		return p.Cyrillic
	}
	return p.Latin
}

// PhraseField is the name of the field of a row.
func PhraseField(n int) string { return "phrase_" + strconv.Itoa(n) }

// ParsePhrases reads a file of phrases: a line for each, as “Latin = ћирилица”, or one side alone for what stays as it is. Empty lines
// and what follows a # at the beginning of a line do not count. The error says the line.
func ParsePhrases(text string) ([]Phrase, error) {
	var out []Phrase
	n := 0
	for line := range strings.Lines(text) {
		n++
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		left, right, _ := strings.Cut(line, "=")
		p := Phrase{Latin: strings.TrimSpace(left), Cyrillic: strings.TrimSpace(right)}
		if isCyrillic(p.Latin) && !isCyrillic(p.Cyrillic) {
			p = Phrase{Latin: p.Cyrillic, Cyrillic: p.Latin}
		}
		if _, err := CleanPhrases([]Phrase{p}); err != nil {
			return nil, Errorf(Invalid, "line %d: %s", n, TextOf(err))
		}
		out = append(out, p)
	}
	return CleanPhrases(out)
}

func isCyrillic(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) })
}
