package check

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
)

// What is found is offered to be replaced only where other words fit in its place as they are: in the same case, gender and number, and
// with the words beside them. The files of the languages list them by the exact words found; a stem has many forms, and none is guessed.

// replacements are the words that fit in the place of others, by those, folded, with blanks between them.
type replacements map[string]string

func newReplacements(written map[string]string) replacements {
	all := replacements{}
	for found, words := range written {
		all[strings.Join(foldedWords(found), " ")] = words
	}
	return all
}

// ownReplacements are of a rule of the team's own: its words stand in the place of patterns that find one form alone.
func ownReplacements(o campaign.WritingRule) replacements {
	written := map[string]string{}
	for _, p := range ownPatterns(o.Patterns) {
		if !strings.ContainsAny(p, "*~@#|?") {
			written[p] = o.Suggestion
		}
	}
	return newReplacements(written)
}

// beside are words that say whether others fit between those before and after them.
type beside struct {
	NeverAfter []string `yaml:"never_after"` // nothing is replaced after these
	SoundAfter []string `yaml:"sound_after"` // which are written otherwise before a vowel
	EndsBefore []string `yaml:"ends_before"` // before which a noun and what belongs to it have ended
	Plurals    []string `yaml:"plurals"`     // endings of nouns that are no part of the next one
}

// wordsBeside are those words, folded.
type wordsBeside struct {
	neverAfter, soundAfter, endsBefore map[string]bool
	plurals                            []string
}

func (b *beside) folded() wordsBeside {
	set := func(words []string) map[string]bool {
		all := map[string]bool{}
		for _, w := range words {
			all[foldWord(w)] = true
		}
		return all
	}
	return wordsBeside{neverAfter: set(b.NeverAfter), soundAfter: set(b.SoundAfter), endsBefore: set(b.EndsBefore), plurals: b.Plurals}
}

// replacements returns the words that can be put in the place of what a group found; none where the sentence would have to be changed too.
func (c *checker) replacements(r *reading, s span, g *group) []string {
	words := g.replace[r.spelt(s)]
	if words == "" || !c.fit(r, s, words) {
		return nil
	}
	words = inScriptOf(r.part.Text[r.tokens[s.from].start:r.tokens[s.to-1].end], words, c.language)
	if r.tokens[s.from].is(capital) {
		letter, size := utf8.DecodeRuneInString(words)
		words = string(unicode.ToUpper(letter)) + words[size:]
	}
	return []string{words}
}

// spelt are the words of a span, folded, with blanks between them.
func (r *reading) spelt(s span) string {
	return strings.Join(campaign.Collect(r.tokens[s.from:s.to], func(t token) string { return t.word }), " ")
}

// fit reports whether words can stand between what is before and after others.
func (c *checker) fit(r *reading, s span, words string) bool {
	own := foldedWords(words)
	first, last := &r.tokens[s.from], &r.tokens[s.to-1]
	if before := r.neighbour(s.from-1, first.sentence); before != nil {
		if isHyphen(r.part.Text[before.end:first.start]) || c.beside.neverAfter[before.word] ||
			c.beside.soundAfter[before.word] && isVowel(first.word) != isVowel(own[0]) {
			return false
		}
	}
	after := r.neighbour(s.to, last.sentence)
	if after == nil || strings.TrimSuffix(own[len(own)-1], "*") == last.word {
		return true
	}
	between := r.part.Text[last.end:after.start]
	if strings.TrimSpace(between) != "" {
		return !isHyphen(between) && !strings.ContainsAny(between, "'’")
	}
	return c.beside.endsBefore[after.word] || slices.ContainsFunc(c.beside.plurals, func(end string) bool { return strings.HasSuffix(last.word, end) })
}

// neighbour returns a word if it is in a sentence, or nil.
func (r *reading) neighbour(i, sentence int) *token {
	if i < 0 || i >= len(r.tokens) || r.tokens[i].sentence != sentence {
		return nil
	}
	return &r.tokens[i]
}

func isHyphen(between string) bool { return between == "-" || between == "‐" || between == "‑" }

func isVowel(word string) bool { return strings.ContainsRune("aeiou", rune(word[0])) }
