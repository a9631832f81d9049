package language

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
)

// Phrasebook is a team's phrases made ready for conversions in both directions. Nil has none.
type Phrasebook struct {
	all                []campaign.Phrase
	cyrillic, latin    *phrases
	onceCyr, onceLatin sync.Once
}

// NewPhrasebook returns the phrasebook of phrases that CleanPhrases passed.
func NewPhrasebook(all []campaign.Phrase) *Phrasebook {
	if len(all) == 0 {
		return nil
	}
	return &Phrasebook{all: all}
}

// listed are names of several words that keep their spelling in every text.
var listed = sync.OnceValue(func() *phrases {
	var p phrases
	for _, name := range []string{"horizontal facility", "save the children", "sars-cov-2", "on-line", "off-line", "le monde", "deutsche welle", "horizon europe", "seven bridges", "human trafficking"} {
		p.add(name, "")
	}
	return &p
})

func (b *Phrasebook) toCyrillic() *phrases {
	if b == nil {
		return listed()
	}
	b.onceCyr.Do(func() {
		b.cyrillic = &phrases{}
		for _, p := range b.all {
			b.cyrillic.add(cmp.Or(p.Latin, p.Cyrillic), p.Cyrillic)
		}
		for _, p := range listed().all(nil) {
			b.cyrillic.put(p)
		}
	})
	return b.cyrillic
}

func (b *Phrasebook) toLatin() *phrases {
	if b == nil {
		return nil
	}
	b.onceLatin.Do(func() {
		b.latin = &phrases{}
		for _, p := range b.all {
			b.latin.add(cmp.Or(p.Cyrillic, p.Latin), p.Latin)
		}
	})
	return b.latin
}

// phrase is one phrase in one direction: what is looked for, and what is written in its place.
type phrase struct {
	parts []part
	into  []string // the words of the replacement as far as each is a stem, else the whole; none: it stays
}

// part is a word of a phrase, or what stands between two.
type part struct {
	text  string // in small letters
	exact string // with its capitals
	word  bool
	stem  bool // any word that begins with it
}

// phrases are those of one direction, as a tree by their parts.
type phrases struct {
	ends  []*phrase           // that end here
	words map[string]*phrases // by the next word, in small letters
	stems map[string]*phrases // by what the next word begins with
	gaps  map[string]*phrases // by what stands before the next word; " " for every blank
}

// add adds a phrase; an empty replacement keeps it as it is.
func (p *phrases) add(from, into string) {
	var of phrase
	var t tokeniser
	for _, token := range t.split(from) {
		text, stem := token.text, false
		if token.of == nil && len(of.parts) > 0 { // the mark of a stem is between words
			if rest, ok := strings.CutPrefix(text, "*"); ok {
				of.parts[len(of.parts)-1].stem, text = true, rest
			}
		}
		if text != "" {
			of.parts = append(of.parts, part{text: strings.ToLower(text), exact: text, word: token.kind != other, stem: stem})
		}
	}
	if len(of.parts) == 0 || !of.parts[0].word {
		return
	}
	if into != "" && into != from {
		of.into = strings.Split(into, "*")
	}
	p.put(&of)
}

func (p *phrases) put(of *phrase) {
	for i := range of.parts {
		part := &of.parts[i]
		into, key := &p.words, part.text
		switch {
		case !part.word:
			into, key = &p.gaps, gapKey(part.text)
		case part.stem:
			into = &p.stems
		}
		if *into == nil {
			*into = map[string]*phrases{}
		}
		if (*into)[key] == nil {
			(*into)[key] = &phrases{}
		}
		p = (*into)[key]
	}
	p.ends = append(p.ends, of)
	slices.SortStableFunc(p.ends, func(a, b *phrase) int { return cmp.Compare(b.capitals(), a.capitals()) })
}

// all adds all phrases to a list.
func (p *phrases) all(list []*phrase) []*phrase {
	list = append(list, p.ends...)
	for _, below := range []map[string]*phrases{p.words, p.stems, p.gaps} {
		for _, of := range below {
			list = of.all(list)
		}
	}
	return list
}

func gapKey(text string) string {
	if isBlank(text) {
		return " "
	}
	return text
}

func (of *phrase) capitals() (n int) {
	for _, p := range of.parts {
		for _, r := range p.exact {
			if unicode.IsUpper(r) {
				n++
			}
		}
	}
	return n
}

// longestStem is how long the beginning of a word may be that a phrase names, in octets.
const longestStem = 200

// beginning returns where a word leads to: first as it is, then by the longest of its beginnings.
func (p *phrases) beginning(word string) []*phrases {
	if p == nil {
		return nil
	}
	var found []*phrases
	if of := p.words[word]; of != nil {
		found = append(found, of)
	}
	if len(p.stems) > 0 {
		for end := min(len(word), longestStem); end > 0; end-- {
			if of := p.stems[word[:end]]; of != nil {
				found = append(found, of)
			}
		}
	}
	return found
}

// match returns the longest phrase that the tokens begin with, and how many tokens it takes. after is where the first leads to.
func match(after []*phrases, tokens []token) (best *phrase, n int) {
	return matchFrom(after, tokens, 1)
}

func matchFrom(after []*phrases, tokens []token, at int) (best *phrase, n int) {
	for _, p := range after {
		if of := p.longest(tokens, at); of != nil && len(of.parts) > n {
			best, n = of, len(of.parts)
		}
	}
	return best, n
}

// longest returns the longest phrase that goes on with the tokens from at on.
func (p *phrases) longest(tokens []token, at int) *phrase {
	if at < len(tokens) {
		if t := &tokens[at]; t.kind == other {
			if below := p.gaps[gapKey(t.text)]; p.gaps != nil && below != nil {
				if of := below.longest(tokens, at+1); of != nil {
					return of
				}
			}
		} else if p.words != nil || p.stems != nil {
			small := t.text
			if t.of != nil {
				small = t.of.small
			}
			if of, _ := matchFrom(p.beginning(small), tokens, at+1); of != nil {
				return of
			}
		}
	}
	for _, of := range p.ends {
		if of.fits(tokens) {
			return of
		}
	}
	return nil
}

// fits reports whether the capitals of a phrase are those of the text.
func (of *phrase) fits(tokens []token) bool {
	for i := range of.parts {
		if p, t := &of.parts[i], &tokens[i]; t.of != nil && !p.fits(t.of) {
			return false
		}
	}
	return true
}

// isBlank reports space that ends no paragraph.
func isBlank(s string) bool { return strings.TrimSpace(s) == "" && strings.Count(s, "\n") < 2 }

// fits reports whether a word has the capitals of a part: a capital of the phrase is one in the text, a small letter may be one where a
// sentence begins or all is in capitals.
func (p *part) fits(of *wordInfo) bool {
	if p.exact == p.text || of.allUpper() {
		return true
	}
	rest := of.text
	for _, r := range p.exact {
		is, size := utf8.DecodeRuneInString(rest)
		if unicode.IsUpper(r) && !unicode.IsUpper(is) {
			return false
		}
		rest = rest[size:]
	}
	return true
}

// write adds what a phrase is replaced by, and reports whether that is the text itself. An ending of a stem is put into the script of
// what stands before it, and capitals stay capitals.
func (of *phrase) write(out *strings.Builder, tokens []token) (same bool) {
	if of.into == nil {
		for i := range tokens {
			out.WriteString(tokens[i].text)
		}
		return true
	}
	var b strings.Builder
	n := 0
	b.WriteString(of.into[0])
	for i := range of.parts {
		if p := &of.parts[i]; p.stem {
			ending := tokens[i].text[min(len(p.text), len(tokens[i].text)):]
			if script := of.into[n]; strings.ContainsFunc(script, isCyrillicLetter) {
				ending, _ = wordToCyrillic(cleanWord(ending), strings.ToLower(ending), false)
			} else {
				ending = wordToLatin(ending)
			}
			if b.WriteString(ending); n+1 < len(of.into) {
				n++
				b.WriteString(of.into[n])
			}
		}
	}
	text := b.String()
	first, capitals := tokens[0].of, 0
	for i := range tokens {
		if w := tokens[i].of; w != nil && w.upper && !w.lower {
			capitals++
		}
	}
	switch {
	case first == nil:
	case capitals == (len(tokens)+1)/2 && first.allUpper() && utf8.RuneCountInString(first.text) > 1 && of.parts[0].exact != strings.ToUpper(of.parts[0].exact):
		text = strings.ToUpper(text)
	case first.begins:
		r, size := utf8.DecodeRuneInString(text)
		text = string(unicode.ToUpper(r)) + text[size:]
	}
	out.WriteString(text)
	return false
}

func isCyrillicLetter(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }
