package check

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// structure applies the rules that need more than words to a part.
func (c *checker) structure(n int) {
	r := c.readings[n]
	switch r.role {
	case Caption:
		c.picture(r)
	case File:
		c.stereotype(r)
		return
	case Contact:
		return
	case Headline:
		c.headline(r)
	default:
		if len(r.tokens) < 25 {
			c.shouting(r)
		}
	}
	c.identity(r)
	c.scripts(r)
	c.embargo(r)
	c.helplines(r)
	c.survivor(n)
	c.figures(r)
}

// maxHeadline is how many characters a headline has at most (domain.md C.1 asks for 90).
const maxHeadline = 100

func (c *checker) headline(r *reading) {
	all := span{0, len(r.tokens)}
	if utf8.RuneCountInString(r.part.Text) > maxHeadline && !strings.Contains(r.part.Field, "body") {
		c.note("C03", r, all)
	}
	c.shouting(r)
	inside := 0
	for i := range r.tokens {
		if r.tokens[i].is(quoted) {
			inside++
		}
	}
	if len(r.tokens) > 3 && inside*10 > len(r.tokens)*6 && len(r.cuesIn("first_person", all)) > 0 {
		c.note("S15", r, all)
	}
}

// shouting finds headlines in capitals or with exclamation marks, and texts as short as one.
func (c *checker) shouting(r *reading) {
	long, loud, first := 0, 0, -1
	for i := range r.tokens {
		t := &r.tokens[i]
		if len(t.word) <= 4 || t.is(digits) {
			continue
		}
		long++
		if t.is(capitals) {
			loud++
			if first < 0 {
				first = i
			}
		}
	}
	text := strings.TrimRight(r.part.Text, " \n\t»”\"")
	switch {
	case len(r.tokens) == 0:
	case loud > 1 && loud*2 > long:
		c.note("S14", r, span{first, first + 1})
	case r.role == Headline && strings.ContainsRune(text, '!'), strings.Contains(text, "!!") || strings.Contains(text, "?!") || strings.Contains(text, "!?"):
		at := strings.IndexByte(text, '!')
		i, _ := slices.BinarySearchFunc(r.tokens, at, func(t token, at int) int { return t.start - at })
		c.note("S14", r, span{max(0, i-1), max(1, i)})
	case r.tokens[0].is(capitals) && len(r.tokens[0].word) > 3 && len(r.tokens) > 2 && strings.HasPrefix(r.part.Text[r.tokens[0].end:], ":") && !isBroad(r.tokens[0].word) && len(r.cuesIn("kindline", span{0, 1})) == 0:
		c.note("S14", r, span{0, 1})
	}
}

// picture checks a caption or the words that stand for a picture.
func (c *checker) picture(r *reading) {
	text := strings.TrimSpace(r.part.Text)
	if text == "" || strings.Contains(text, ".") && !strings.Contains(text, " ") {
		if rule := c.rule("S07"); rule != nil {
			c.findings = append(c.findings, c.at(r.part, 0, len(r.part.Text), rule, rule.Severity, nil))
		}
		return
	}
	if shown := r.cuesIn("pictured", span{0, len(r.tokens)}); len(shown) > 0 && c.victimStory() {
		c.note("S05", r, shown[0])
	}
	c.stereotype(r)
}

func (c *checker) stereotype(r *reading) {
	if seen := r.cuesIn("stereotype", span{0, len(r.tokens)}); len(seen) > 0 {
		c.note("S06", r, seen[0])
	}
}

// victimStory reports whether the document speaks of victims.
func (c *checker) victimStory() bool {
	return slices.ContainsFunc(c.readings, func(r *reading) bool { return len(r.cuesIn("victim", span{0, len(r.tokens)})) > 0 })
}

// scripts finds words of both scripts, and Latin words in a Cyrillic text.
func (c *checker) scripts(r *reading) {
	if fileOf(c.language) != "sr" {
		return
	}
	latin := 0
	for i := range r.tokens {
		t := &r.tokens[i]
		hasLatin, hasCyrillic := false, false
		for _, letter := range r.part.Text[t.start:t.end] {
			hasLatin = hasLatin || unicode.Is(unicode.Latin, letter)
			hasCyrillic = hasCyrillic || unicode.Is(unicode.Cyrillic, letter)
		}
		if hasLatin && hasCyrillic {
			c.note("S20", r, span{i, i + 1})
		} else if hasLatin && !t.is(quoted|linked|emphasised) && utf8.RuneCountInString(t.word) > 1 {
			latin++
		}
	}
	if c.language == "sr-Cyrl" && r.role == Paragraph && len(r.tokens) >= 10 && latin*5 > len(r.tokens) && latin < len(r.tokens) {
		c.note("S20", r, span{0, len(r.tokens)})
	}
}

// embargo finds an embargo line without day, hour and zone.
func (c *checker) embargo(r *reading) {
	for n, s := range r.sentences {
		line := r.cuesIn("embargo", span{s.from, min(s.to, s.from+4)})
		if len(line) == 0 || c.doc.Release != nil && c.doc.Release.Embargo {
			continue
		}
		numbers := 0
		for i := s.from; i < s.to; i++ {
			if r.tokens[i].is(digits) {
				numbers++
			}
		}
		if numbers < 2 || !r.has(n, "zone") {
			c.note("S16", r, line[0])
		}
	}
}

// figures finds old figures.
func (c *checker) figures(r *reading) {
	if c.doc.Release == nil || c.doc.Release.Date.IsZero() {
		return
	}
	for n, s := range r.sentences {
		if !r.has(n, "source") {
			continue
		}
		old, figure := span{}, false
		for i := s.from; i < s.to; i++ {
			if t := &r.tokens[i]; t.is(digits) {
				if year, err := strconv.Atoi(t.word); err == nil && year > 1950 && year <= c.doc.Release.Date.Year() {
					if year < c.doc.Release.Date.Year()-3 {
						old = span{i, i + 1}
					} else {
						old = span{}
						break
					}
				} else {
					figure = true
				}
			}
		}
		if figure && old.to > 0 && r.has(n, "victim") {
			c.note("S09", r, old)
		}
	}
}

// isCount reports whether a figure counts people in a number that needs a source: no year, and no handful.
func isCount(t *token) bool {
	if !t.is(digits) {
		return true
	}
	n, err := strconv.ParseFloat(strings.NewReplacer(",", "", ".", "").Replace(t.word), 64)
	year := t.end-t.start == 4 && n >= 1900 && n <= 2100
	return err == nil && n >= 20 && !year
}
