package check

import (
	_ "embed"
	"strings"
	"sync"
	"unicode/utf8"
)

// names.txt holds first names, folded; broad.txt what is no name of a person and no town: countries, regions, peoples, offices.
var (
	//go:embed rules/names.txt
	namesFile string
	//go:embed rules/broad.txt
	broadFile string
)

// nameStems are first names without the vowel they end with, which Serbian inflection changes.
var nameStems = sync.OnceValue(func() map[string]bool {
	stems := map[string]bool{}
	for name := range strings.FieldsSeq(namesFile) {
		stems[stemOf(foldWord(name))] = true
	}
	return stems
})

// broadStems are words that begin what is no detail of one person.
var broadStems = sync.OnceValue(func() (x struct{ words, stems map[string]bool }) {
	x.words, x.stems = map[string]bool{}, map[string]bool{}
	for word := range strings.FieldsSeq(broadFile) {
		if stem, ok := strings.CutSuffix(foldWord(strings.TrimSuffix(word, "*")), "*"); ok || strings.HasSuffix(word, "*") {
			x.stems[stem] = true
		} else {
			x.words[foldWord(word)] = true
		}
	}
	return x
})

func stemOf(name string) string {
	if n := len(name); n > 3 && strings.IndexByte("aeiou", name[n-1]) >= 0 {
		return name[:n-1]
	}
	return name
}

// isFirstName reports whether a word is a first name, in whatever case of Serbian.
func isFirstName(t *token) bool {
	if !t.is(capital) || len(t.word) < 3 || isBroad(t.word) {
		return false
	}
	stems := nameStems()
	if stems[stemOf(t.word)] {
		return true
	}
	for _, ending := range []string{"om", "em", "oj", "ina", "in", "ine"} {
		if base, ok := strings.CutSuffix(t.word, ending); ok && len(base) > 2 && stems[base] {
			return true
		}
	}
	return false
}

// isBroad reports whether a capitalised word names something larger than a town, or no place and no person at all.
func isBroad(word string) bool {
	b := broadStems()
	if b.words[word] {
		return true
	}
	for n := 3; n <= len(word); n++ {
		if b.stems[word[:n]] {
			return true
		}
	}
	return false
}

// isSurname reports whether a word ends like a Serbian surname.
func isSurname(t *token) bool {
	if !t.is(capital) || t.is(capitals) && len(t.word) < 5 {
		return false
	}
	for _, ending := range []string{"ic", "ica", "icu", "icem", "icem", "ski", "skog", "skom", "cka", "ska"} {
		if strings.HasSuffix(t.word, ending) && len(t.word) > len(ending)+2 && !isBroad(t.word) {
			return true
		}
	}
	return false
}

// isInitial reports a single capital letter with a point: “M.”
func isInitial(t *token, text string) bool {
	return t.is(capital) && t.is(dotted) && utf8.RuneCountInString(text[t.start:t.end]) <= 2 && len(t.word) <= 2 && !t.is(digits)
}

// personAt returns the tokens of a person's name or initials that begin at a token.
func (r *reading) personAt(i, end int) (span, bool) {
	t := &r.tokens[i]
	text := r.part.Text
	next := func(n int) *token {
		if i+n < end {
			return &r.tokens[i+n]
		}
		return nil
	}
	second := next(1)
	switch {
	case second == nil:
		if isInitial(t, text) && i > r.sentences[t.sentence].from { // “M.” alone at the end
			return span{}, false
		}
		return span{i, i + 1}, isFirstName(t) && !t.is(opens)
	case isInitial(t, text) && isInitial(second, text) && second.start-t.end < 4:
		return span{i, i + 2}, true
	case isFirstName(t) && second.is(capital) && second.start-t.end < 3 && !isBroad(second.word):
		return span{i, i + 2}, true
	case isFirstName(t):
		return span{i, i + 1}, true
	case t.is(capital) && !isBroad(t.word) && isSurname(second) && second.start-t.end < 3 && !t.is(opens):
		return span{i, i + 2}, true
	case t.is(capital) && !t.is(opens) && !isBroad(t.word) && second.is(capital) && second.start-t.end < 3 && isInitial(second, text):
		return span{i, i + 2}, true
	}
	return span{}, false
}
