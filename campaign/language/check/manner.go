package check

import (
	"embed"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A sentence can harm by its manner, in words that no rule names. What is learnt of it from the kept corpora of testdata is a weight for each
// feature of a sentence: positive is heard in harmful ones, negative in legitimate ones. TestManner learns the weights anew with -update.
//
// The features are words and their beginnings, two words beside one another, and the cues of the sentence. Words of the cue common, which any text
// about trafficking has, are all the same.

//go:embed rules/manner.*.txt
var mannerFiles embed.FS

// manner is what was learnt of one language.
type manner struct {
	weights map[uint64]float32 // by the hash of a feature
	always  float32            // added to each sentence
}

// What a feature is of, as the files name it.
const (
	wholeFeature = '*'
	wordFeature  = '.'
	nextFeature  = '+'
	cueFeature   = '='
)

// What a sentence weighs at least that is warned of, where it or one beside it is about people, and where none is or it begins as advice to
// who reports. At 0 harm is as likely as none.
const (
	leastManner    = 0.1
	leastElsewhere = 0.5
)

// shortestSentence is how many words a sentence has at least that is judged by its manner.
const shortestSentence = 4

// readManner reads what was learnt of a language, by its file, which tests have read already.
func readManner(language string) *manner {
	data, err := mannerFiles.ReadFile("rules/manner." + language + ".txt")
	if err != nil {
		panic(err)
	}
	m, err := parseManner(data)
	if err != nil {
		panic(fmt.Sprintf("rules/manner.%s.txt: %v", language, err))
	}
	return m
}

// parseManner reads a line for each weight: the number, a blank, and the feature.
func parseManner(data []byte) (*manner, error) {
	m := &manner{weights: map[uint64]float32{}}
	for line := range strings.Lines(string(data)) {
		number, feature, _ := strings.Cut(strings.TrimSpace(line), " ")
		weight, err := strconv.ParseFloat(number, 32)
		if err != nil || len(feature) < 2 {
			return nil, fmt.Errorf("“%s” is no weight and feature", line)
		}
		if feature == "always" {
			m.always = float32(weight)
		} else {
			first, second, _ := strings.Cut(feature[1:], " ")
			m.weights[hashOf(feature[0], first, second)] = float32(weight)
		}
	}
	return m, nil
}

// hashOf is FNV-1a of a feature.
func hashOf(kind byte, a, b string) uint64 {
	h := uint64(14695981039346656037)
	h = (h ^ uint64(kind)) * 1099511628211
	for i := range len(a) {
		h = (h ^ uint64(a[i])) * 1099511628211
	}
	h = (h ^ ' ') * 1099511628211
	for i := range len(b) {
		h = (h ^ uint64(b[i])) * 1099511628211
	}
	return h
}

// beginning is how many letters of a word are looked at, so that its other endings count as the same word.
const beginning = 5

// begin is the beginning of a word, and of a number how long it is.
func (t *token) begin() string {
	switch {
	case t.is(digits) && isMinorAge(t.word):
		return "#minor"
	case t.is(digits):
		return "####"[:min(4, len(t.word))]
	}
	return t.word[:min(beginning, len(t.word))]
}

// judged is a part as its sentences are judged.
type judged struct {
	*reading
	held   [][]int // the cues of each sentence, once each
	common []bool  // the words that say nothing
}

// forManner brings together what the features of a part's sentences are made of.
func (r *reading) forManner() *judged {
	m := &judged{reading: r, held: make([][]int, len(r.sentences)), common: make([]bool, len(r.tokens))}
	for id, spans := range r.cues {
		common := r.rules.cueList[id] == "common"
		for _, s := range spans {
			if common {
				m.common[s.from] = true
				continue
			}
			held := &m.held[r.tokens[s.from].sentence]
			if n := len(*held); n == 0 || (*held)[n-1] != id {
				*held = append(*held, id)
			}
		}
	}
	return m
}

// features calls each for the features of a sentence, with the words they are of; a cue's are none.
func (m *judged) features(n int, each func(kind byte, a, b string, s span)) {
	s := m.sentences[n]
	last, inside := "^", 0
	for i := s.from; i < s.to; i++ {
		word := m.tokens[i].begin()
		if m.common[i] {
			word = "@"
		}
		each(wordFeature, word, "", span{i, i + 1})
		if whole := m.tokens[i].word; len(whole) > beginning && !m.common[i] && !m.tokens[i].is(digits) {
			each(wholeFeature, whole, "", span{i, i + 1})
		}
		each(nextFeature, last, word, span{max(s.from, i-1), i + 1})
		last = word
		if m.tokens[i].is(quoted) {
			inside++
		}
	}
	for _, id := range m.held[n] {
		each(cueFeature, m.rules.cueList[id], "", span{})
	}
	if m.role == Headline {
		each(cueFeature, "headline", "", span{})
	}
	if inside*2 > s.to-s.from {
		each(cueFeature, "quoted", "", span{})
	}
}

// weigh returns how much the manner of a sentence speaks for harm, above 0, and which words weigh most.
func (m *manner) weigh(part *judged, n int) (weight float64, most span) {
	var sum float32
	var heaviest [3]struct {
		weight float32
		span
	}
	count := 0
	part.features(n, func(kind byte, a, b string, s span) {
		count++
		w := m.weights[hashOf(kind, a, b)]
		sum += w
		for i := range heaviest {
			if s.to > 0 && w > heaviest[i].weight {
				copy(heaviest[i+1:], heaviest[i:])
				heaviest[i].weight, heaviest[i].span = w, s
				break
			}
		}
	})
	most = heaviest[0].span
	for _, h := range heaviest[1:] {
		if h.weight > 0 {
			most = join(most, h.span)
		}
	}
	return float64(m.always) + float64(sum)/math.Sqrt(float64(count)), most
}

// ofPeople are the cues that tell that a sentence is about people, or about what is done to them.
var ofPeople = []string{"topic", "victim", "exploited", "harm", "person", "female", "minor", "migration", "ethnicword", "scene", "accused", "secretplace"}

// advises reports whether a sentence begins as advice, such as “explain” or “never ask”.
func (r *reading) advises(s span) bool {
	return len(r.cuesIn("advice", s)) > 0 || len(r.cuesIn("sayno", span{s.from, min(s.to, s.from+2)})) > 0
}

// manners judges the sentences of a part in which no rule finds anything grave.
func (c *checker) manners(r *reading) {
	rule := c.rule("S25")
	if rule == nil || c.manner == nil || r.role != Headline && r.role != Paragraph {
		return
	}
	part := r.forManner()
	for n, s := range r.sentences {
		if s.to-s.from < shortestSentence || r.told[n] || c.mentioned(r, s) {
			continue
		}
		weight, most := c.manner.weigh(part, n)
		if weight < leastManner || most.to == 0 {
			continue
		}
		if weight < leastElsewhere && r.advises(s) {
			continue
		}
		if weight < leastElsewhere && !slices.ContainsFunc(ofPeople, func(cue string) bool { return c.speaksOf(r, most, cue, false) }) {
			continue
		}
		before := len(c.findings)
		c.note("S25", r, most)
		kind := c.kinds.of(part, n)
		if said, known := rule.Kinds[kind]; known && len(c.findings) > before {
			f := &c.findings[before]
			f.Category, f.Why, f.Advice = kind, said.Why, said.Advice
		}
	}
}
