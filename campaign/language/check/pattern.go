package check

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A pattern is words with blanks between them, see the head of guide.yaml:
//
//	word    that word, in whatever script and with or without diacritics
//	stem*   a word that begins so
//	a|b*    one of several
//	@set    one of the words of a set of the file
//	word?   may be missing
//	#       a number; #minor one below 18
//	~4      up to four words between
//	^word   that word where a sentence begins
//
// A pattern does not go over the end of a sentence.
type pattern struct {
	elements []element
	owner    int
}

// element is one place of a pattern: a word to be found, or a gap.
type element struct {
	gap    int
	words  []string
	stems  []string
	number string // "#" or "#minor"
	first  bool   // only where a sentence begins
}

// What a pattern may have, so that no pattern makes the check slow.
const (
	maxGap      = 12
	maxGaps     = 3
	maxElements = 14
	minStem     = 2
)

// parsePattern reads a pattern, which is several where words in it may be missing. sets are what @ names.
func parsePattern(source string, sets map[string][]string) ([][]element, error) {
	all := [][]element{nil}
	gaps := 0
	source, first := strings.CutPrefix(source, "^")
	for field := range strings.FieldsSeq(source) {
		word, optional := strings.CutSuffix(field, "?")
		elements, err := parseElements(word, sets)
		if err != nil {
			return nil, err
		}
		if len(elements) > 0 && elements[0].gap > 0 {
			gaps++
		}
		var next [][]element
		for _, p := range all {
			if optional {
				next = append(next, p)
			}
			next = append(next, append(slices.Clone(p), elements...))
		}
		all = next
		if len(all) > 16 {
			return nil, fmt.Errorf("more than four words of “%s” may be missing", source)
		}
	}
	for i, p := range all {
		switch {
		case len(p) == 0:
			return nil, fmt.Errorf("there is no word in “%s”", source)
		case p[0].gap > 0 || p[len(p)-1].gap > 0:
			return nil, fmt.Errorf("“%s” must begin and end with a word: ~4 stands between two words", source)
		case gaps > maxGaps:
			return nil, fmt.Errorf("“%s” has more than three gaps", source)
		case len(p) > maxElements:
			return nil, fmt.Errorf("“%s” has more than %d words", source, maxElements)
		}
		for j := 1; j < len(p); j++ {
			if p[j].gap > 0 && p[j-1].gap > 0 {
				return nil, fmt.Errorf("two gaps stand beside one another in “%s”", source)
			}
		}
		p[0].first = first
		all[i] = p
	}
	return all, nil
}

// parseElements reads one field of a pattern. A word that signs divide, such as sex-slave*, is several.
func parseElements(field string, sets map[string][]string) ([]element, error) {
	switch {
	case strings.HasPrefix(field, "~"):
		n, err := strconv.Atoi(field[1:])
		if err != nil || n < 1 || n > maxGap {
			return nil, fmt.Errorf("“%s” is no gap: write ~1 to ~%d, for as many words between", field, maxGap)
		}
		return []element{{gap: n}}, nil
	case field == "#", field == "#minor":
		return []element{{number: field}}, nil
	}
	var one element
	for alternative := range strings.SplitSeq(field, "|") {
		if name, ok := strings.CutPrefix(alternative, "@"); ok {
			set, known := sets[name]
			if !known {
				return nil, fmt.Errorf("there is no set of words “@%s”", name)
			}
			for _, w := range set {
				if err := one.add(w); err != nil {
					return nil, err
				}
			}
			continue
		}
		if parts := foldedWords(alternative); len(parts) > 1 {
			if strings.Contains(field, "|") {
				return nil, fmt.Errorf("“%s” is more than one word, and stands beside | : write a pattern for each", alternative)
			}
			var out []element
			for _, w := range parts {
				var e element
				if err := e.add(w); err != nil {
					return nil, err
				}
				out = append(out, e)
			}
			return out, nil
		}
		if err := one.add(alternative); err != nil {
			return nil, err
		}
	}
	return []element{one}, nil
}

// add takes a word or a stem.
func (e *element) add(source string) error {
	word, stem := strings.CutSuffix(source, "*")
	parts := foldedWords(word)
	if len(parts) != 1 || strings.ContainsAny(word, "*~#@") {
		return fmt.Errorf("“%s” is no word: letters, and * at its end for any ending", source)
	}
	if !stem {
		e.words = append(e.words, parts[0])
		return nil
	}
	if len(parts[0]) < minStem {
		return fmt.Errorf("“%s” is too short: a stem needs at least two letters", source)
	}
	e.stems = append(e.stems, parts[0])
	return nil
}

// foldedWords are the words of a piece of a pattern, folded as those of a text; a star stays with its word.
func foldedWords(s string) []string {
	if figure.MatchString(s) {
		return []string{s}
	}
	var out []string
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return !isWordRune(r) && r != '*' }) {
		if w := foldWord(part); w != "" && w != "*" {
			out = append(out, w)
		}
	}
	return out
}

// figure is a number that a point or a comma divides, which is one word.
var figure = regexp.MustCompile(`^\d+[.,]\d+$`)

// fits reports whether a word is one the element looks for.
func (e *element) fits(t *token) bool {
	if e.number != "" {
		return t.is(digits) && (e.number == "#" || isMinorAge(t.word))
	}
	if slices.Contains(e.words, t.word) {
		return true
	}
	for _, s := range e.stems {
		if strings.HasPrefix(t.word, s) {
			return true
		}
	}
	return false
}

func isMinorAge(number string) bool {
	n, err := strconv.Atoi(number)
	return err == nil && n < 18
}

// match returns the token after the last one of a match whose element e is at token i, or -1. All of it is in one sentence.
func (p *pattern) match(tokens []token, i, e, sentence int) int {
	if e == len(p.elements) {
		return i
	}
	el := &p.elements[e]
	if el.gap > 0 {
		for skip := 0; skip <= el.gap; skip++ {
			if end := p.match(tokens, i+skip, e+1, sentence); end >= 0 {
				return end
			}
		}
		return -1
	}
	if i >= len(tokens) || tokens[i].sentence != sentence || !el.fits(&tokens[i]) {
		return -1
	}
	return p.match(tokens, i+1, e+1, sentence)
}

// index finds the patterns that may begin with a word.
type index struct {
	words   map[string][]*pattern
	stems   map[string][]*pattern
	numbers []*pattern
	longest int // stem, in octets
}

func (x *index) add(p *pattern) {
	if x.words == nil {
		x.words, x.stems = map[string][]*pattern{}, map[string][]*pattern{}
	}
	first := &p.elements[0]
	if first.number != "" {
		x.numbers = append(x.numbers, p)
	}
	for _, w := range first.words {
		x.words[w] = append(x.words[w], p)
	}
	for _, s := range first.stems {
		x.stems[s] = append(x.stems[s], p)
		x.longest = max(x.longest, len(s))
	}
}

// each calls found for every pattern that matches, with its tokens.
func (x *index) each(w *words, found func(p *pattern, s span)) {
	try := func(patterns []*pattern, i int) {
		for _, p := range patterns {
			if p.elements[0].first && i > 0 && w.tokens[i-1].sentence == w.tokens[i].sentence {
				continue
			}
			if end := p.match(w.tokens, i+1, 1, w.tokens[i].sentence); end >= 0 && (len(p.elements) > 0) {
				if p.elements[0].number == "" || p.elements[0].fits(&w.tokens[i]) {
					found(p, span{i, end})
				}
			}
		}
	}
	for i := range w.tokens {
		word := w.tokens[i].word
		try(x.words[word], i)
		for n := minStem; n <= min(len(word), x.longest); n++ {
			if patterns := x.stems[word[:n]]; patterns != nil {
				try(patterns, i)
			}
		}
		if w.tokens[i].is(digits) {
			try(x.numbers, i)
		}
	}
}
