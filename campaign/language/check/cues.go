package check

import (
	"cmp"
	"slices"
	"sort"
)

// has reports whether a sentence of a part has a cue. Sentences that are not there have none.
func (r *reading) has(sentence int, cue string) bool {
	if sentence < 0 || sentence >= len(r.sentences) {
		return false
	}
	s := r.sentences[sentence]
	return len(r.cuesIn(cue, s)) > 0
}

// speaksOf reports whether the sentence of a span or one beside it has a cue; of a headline, anything in the document. Where the words of
// the span itself do not count, it has to be elsewhere in them.
func (c *checker) speaksOf(r *reading, s span, cue string, notItself bool) bool {
	sentence := r.tokens[s.from].sentence
	here := len(r.cuesIn(cue, r.sentences[sentence]))
	own := 0
	if notItself {
		own = here - r.beside(cue, s)
	}
	if r.role == Headline {
		return c.spoken[c.cueIDs[cue]] > own
	}
	return here > own || r.has(sentence-1, cue) || r.has(sentence+1, cue)
}

// beside counts the places of a cue in the sentence of a span that do not overlap it.
func (r *reading) beside(cue string, s span) (n int) {
	for _, other := range r.cuesIn(cue, r.sentences[r.tokens[s.from].sentence]) {
		if other.to <= s.from || other.from >= s.to {
			n++
		}
	}
	return n
}

// cuesIn are the places of a cue that begin within a span.
func (r *reading) cuesIn(cue string, s span) []span {
	id, known := r.rules.cueIDs[cue]
	if !known {
		return nil
	}
	all := r.cues[id]
	from := sort.Search(len(all), func(i int) bool { return all[i].from >= s.from })
	to := from + sort.Search(len(all)-from, func(i int) bool { return all[from+i].from >= s.to })
	return all[from:to]
}

// near reports whether a cue begins within some words of a span, on either side, in its sentence.
func (r *reading) near(cue string, s span, before, after int) bool {
	if s.from >= len(r.tokens) {
		return false
	}
	sentence := r.sentences[r.tokens[s.from].sentence]
	return len(r.cuesIn(cue, span{max(sentence.from, s.from-before), min(sentence.to, s.to+after)})) > 0
}

// minors adds the ages of children that stand in brackets or between commas to the cue minor.
func (r *reading) minors() {
	id, known := r.rules.cueIDs["minor"]
	if !known {
		return
	}
	before := len(r.cues[id])
	for i := range r.tokens {
		if _, minor := r.bracketedAge(i); minor {
			r.cues[id] = append(r.cues[id], span{i, i + 1})
		}
	}
	if len(r.cues[id]) > before {
		slices.SortFunc(r.cues[id], func(a, b span) int { return cmp.Or(a.from-b.from, a.to-b.to) })
	}
}

// covered reports whether a span lies within a cue.
func (r *reading) covered(cue string, s span) bool {
	sentence := r.sentences[r.tokens[s.from].sentence]
	for _, t := range r.cuesIn(cue, sentence) {
		if t.from <= s.from && s.to <= t.to {
			return true
		}
	}
	return false
}
