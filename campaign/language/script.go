package language

import (
	"strings"
	"unicode"
)

// Options adapt a conversion to a team and a kind of text.
type Options struct {
	Keep      []string // words that keep their Latin spelling, whatever their case
	Fallbacks bool     // convert what is in quotation marks inside {{ … }} too: readers get to see it
	Phrases   *Phrasebook
}

// Conversion is a converted text and what a person should look at (G-02). Each word is listed once, in order of appearance.
type Conversion struct {
	Text   string
	Kept   []string // words left as they were
	Unsure []string // words that may be wrong
}

// ToCyrillic writes Serbian text in Cyrillic. It never fails, is linear in the length of the text, and leaves addresses,
// code, template fields, markup, foreign words, Roman numerals and the like as they are (G.3).
func ToCyrillic(text string, o Options) string { return ConvertToCyrillic(text, o).Text }

// ConvertToCyrillic is ToCyrillic with a report.
func ConvertToCyrillic(text string, o Options) Conversion {
	c := cyrillicWriter{plain: !strings.ContainsAny(text, "čćšžđČĆŠŽĐǆǅǄ\u030c\u0301")}
	for _, w := range o.Keep {
		if c.keep == nil {
			c.keep = map[string]bool{}
		}
		c.keep[strings.ToLower(w)] = true
	}
	c.phrases = o.Phrases.toCyrillic()
	c.look = c.lookAt
	c.out.Grow(len(text) * 2)
	for _, s := range protect(text) {
		switch {
		case s.kind == plainText:
			c.write(s.text)
		case s.kind == template && o.Fallbacks:
			c.out.WriteString(convertFallback(s.text, func(t string) string { return ToCyrillic(t, Options{Keep: o.Keep, Phrases: o.Phrases}) }))
		case s.kind == tag:
			c.out.WriteString(retag(s.text, "sr-Latn", "sr-Cyrl"))
		default:
			c.out.WriteString(s.text)
		}
	}
	return Conversion{Text: c.out.String(), Kept: c.kept, Unsure: c.unsure}
}

// ToLatin writes Serbian text in Latin script. Words with letters of other Cyrillic alphabets stay as they are.
func ToLatin(text string, o Options) string {
	c := latinWriter{phrases: o.Phrases.toLatin()}
	c.look = c.lookAt
	c.out.Grow(len(text))
	for _, s := range protect(text) {
		switch {
		case s.kind == plainText:
			c.write(s.text)
		case s.kind == template && o.Fallbacks:
			c.out.WriteString(convertFallback(s.text, func(t string) string { return ToLatin(t, Options{Phrases: o.Phrases}) }))
		case s.kind == tag:
			c.out.WriteString(retag(s.text, "sr-Cyrl", "sr-Latn"))
		default:
			c.out.WriteString(s.text)
		}
	}
	return c.out.String()
}

// latinWriter collects the converted text.
type latinWriter struct {
	tokeniser
	out     strings.Builder
	phrases *phrases
}

func (c *latinWriter) lookAt(of *wordInfo) {
	of.converted = of.text
	if isSerbianCyrillic(of.text) {
		of.converted = wordToLatin(of.text)
	}
	of.phrases = c.phrases.beginning(of.small)
}

func (c *latinWriter) write(text string) {
	tokens := c.split(text)
	for i := 0; i < len(tokens); i++ {
		t := &tokens[i]
		if t.of == nil {
			c.out.WriteString(t.text)
			continue
		}
		if p, n := match(t.of.phrases, tokens[i:]); p != nil {
			p.write(&c.out, tokens[i:i+n])
			i += n - 1
			continue
		}
		c.out.WriteString(t.of.converted)
	}
}

func isSerbianCyrillic(w string) bool {
	for _, r := range w {
		if r >= 0x300 && toLatin[r] == "" && unicode.Is(unicode.Cyrillic, r) && !unicode.IsMark(r) {
			return false
		}
	}
	return true
}

// retag changes the script in the lang and hreflang attributes of an HTML tag.
func retag(tag, from, to string) string {
	for _, quote := range []string{`"`, `'`} {
		tag = strings.ReplaceAll(tag, "lang="+quote+from, "lang="+quote+to)
	}
	return tag
}

// convertFallback converts the texts in quotation marks of one {{ … }}.
func convertFallback(action string, convert func(string) string) string {
	parts := strings.Split(action, `"`)
	for i := 1; i < len(parts); i += 2 {
		parts[i] = convert(parts[i])
	}
	return strings.Join(parts, `"`)
}

// cyrillicWriter collects the converted text and the report.
type cyrillicWriter struct {
	tokeniser
	out          strings.Builder
	plain        bool // the text has no diacritics at all
	keep         map[string]bool
	phrases      *phrases
	seen         map[string]bool
	kept, unsure []string
}

// lookAt converts a new word, and says whether it keeps its spelling.
func (c *cyrillicWriter) lookAt(of *wordInfo) {
	clean := cleanWord(of.text)
	lower := of.small
	if clean != of.text {
		lower = strings.ToLower(clean)
	}
	acronym := of.upper && of.allUpper() && len(lower) > 1 && len(lower) <= 5
	brand := isBrand(lower, of.begins)
	switch {
	case c.keep[lower], brand:
		of.foreign = true
	case acronym:
		of.foreign = foreignAcronyms[lower] || strings.ContainsAny(lower, "qwxy")
	default:
		of.foreign = of.allUpper() && len(lower) > 1 && foreignAcronyms[lower] || english[lower] || hasForeignSpelling(lower)
	}
	of.name = of.foreign && !brand && !acronym && (of.begins || english[lower])
	of.converted, of.unsure = wordToCyrillic(clean, lower, c.plain)
	of.phrases = c.phrases.beginning(of.small)
}

func (c *cyrillicWriter) write(text string) {
	tokens := c.split(text)
	for i := 0; i < len(tokens); i++ {
		t := &tokens[i]
		if t.kind == kept {
			c.out.WriteString(t.text)
			c.note(&c.kept, t.text)
			continue
		}
		if t.of == nil {
			c.out.WriteString(t.text)
			continue
		}
		if p, n := match(t.of.phrases, tokens[i:]); p != nil {
			if p.write(&c.out, tokens[i:i+n]) {
				c.note(&c.kept, joined(tokens[i:i+n]))
			}
			i += n - 1
			continue
		}
		switch {
		case t.of.foreign || isCodeOrNumeral(tokens, i):
			c.out.WriteString(t.text)
			c.note(&c.kept, t.text)
		case besideForeign(tokens, i):
			c.out.WriteString(t.text)
			c.note(&c.kept, t.text)
			c.note(&c.unsure, t.text)
		default:
			c.out.WriteString(t.of.converted)
			if t.of.unsure {
				c.note(&c.unsure, t.text)
			}
		}
	}
}

func joined(tokens []token) string {
	var b strings.Builder
	for i := range tokens {
		b.WriteString(tokens[i].text)
	}
	return b.String()
}

// note adds a word with letters to a list of the report, once.
func (c *cyrillicWriter) note(list *[]string, w string) {
	key := w
	if list == &c.unsure {
		key = "?" + w
	}
	if !c.seen[key] && strings.ContainsFunc(w, unicode.IsLetter) {
		if c.seen == nil {
			c.seen = map[string]bool{}
		}
		c.seen[key] = true
		*list = append(*list, w)
	}
}

// besideForeign reports a word that belongs to a foreign name: "John" in "John Whitfield", "Partners" after "Wexford &", "in Persons"
// after "Trafficking".
func besideForeign(tokens []token, i int) bool {
	of := tokens[i].of
	switch {
	case of.serbian || tokens[i].capitals:
		return false
	case links[of.small] && !of.begins:
		return nameFrom(tokens, i, -1) && capitalFrom(tokens, i, 1) || nameFrom(tokens, i, 1) && capitalFrom(tokens, i, -1)
	case !of.begins || plainWords[of.small]:
		return false
	}
	return nameFrom(tokens, i, -1) || nameFrom(tokens, i, 1)
}

// nameFrom reports a foreign name beside a word, or beyond the small words that link names.
func nameFrom(tokens []token, i, step int) bool {
	of := beyondLinks(tokens, i, step)
	return of != nil && of.name
}

func capitalFrom(tokens []token, i, step int) bool {
	of := beyondLinks(tokens, i, step)
	return of != nil && of.begins && !of.serbian
}

func beyondLinks(tokens []token, i, step int) *wordInfo {
	for range 4 {
		between, beyond := i+step, i+2*step
		if beyond < 0 || beyond >= len(tokens) || tokens[beyond].of == nil {
			return nil
		}
		if text := tokens[between].text; text != " " && text != " & " && text != "\u00a0" && text != "-" && text != "/" {
			return nil
		}
		of := tokens[beyond].of
		if of.begins || !links[of.small] || english[of.small] {
			return of
		}
		i = beyond
	}
	return nil
}
