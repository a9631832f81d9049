package language

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Options adapt a conversion to Cyrillic to a team and a kind of text.
type Options struct {
	Keep      []string // words that keep their Latin spelling, whatever their case
	Fallbacks bool     // convert what is in quotation marks inside {{ … }} too: readers get to see it
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
	c := cyrillicWriter{plain: !strings.ContainsAny(text, "čćšžđČĆŠŽĐǆǅǄ\u030c\u0301"), keep: map[string]bool{}, seen: map[string]bool{}}
	for _, w := range o.Keep {
		c.keep[strings.ToLower(w)] = true
	}
	c.out.Grow(len(text) * 2)
	for _, s := range protect(text) {
		switch {
		case s.kind == plainText:
			c.write(s.text)
		case s.kind == template && o.Fallbacks:
			c.out.WriteString(convertFallback(s.text, func(t string) string { return ToCyrillic(t, Options{Keep: o.Keep}) }))
		case s.kind == tag:
			c.out.WriteString(retag(s.text, "sr-Latn", "sr-Cyrl"))
		default:
			c.out.WriteString(s.text)
		}
	}
	return Conversion{Text: c.out.String(), Kept: c.kept, Unsure: c.unsure}
}

// ToLatin writes Serbian text in Latin script. Words with letters of other Cyrillic alphabets stay as they are.
func ToLatin(text string) string { return convertToLatin(text, false) }

func convertToLatin(text string, fallbacks bool) string {
	var out strings.Builder
	out.Grow(len(text))
	for _, s := range protect(text) {
		switch {
		case s.kind == plainText:
			for _, t := range tokenise(s.text) {
				if t.kind == word && isSerbianCyrillic(t.text) {
					out.WriteString(wordToLatin(t.text))
				} else {
					out.WriteString(t.text)
				}
			}
		case s.kind == template && fallbacks:
			out.WriteString(convertFallback(s.text, ToLatin))
		case s.kind == tag:
			out.WriteString(retag(s.text, "sr-Cyrl", "sr-Latn"))
		default:
			out.WriteString(s.text)
		}
	}
	return out.String()
}

func isSerbianCyrillic(w string) bool {
	for _, r := range w {
		if unicode.Is(unicode.Cyrillic, r) && toLatin[r] == "" && !unicode.IsMark(r) {
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
	out          strings.Builder
	plain        bool // the text has no diacritics at all
	keep, seen   map[string]bool
	kept, unsure []string
}

func (c *cyrillicWriter) write(text string) {
	tokens := tokenise(text)
	keepPhrases(tokens)
	foreign := make([]bool, len(tokens))
	for i, t := range tokens {
		foreign[i] = t.kind == word && c.isForeign(t.text)
	}
	for i, t := range tokens {
		switch {
		case t.kind == other:
			c.out.WriteString(t.text)
		case t.kind == kept || foreign[i] || isCodeOrNumeral(tokens, i):
			c.out.WriteString(t.text)
			c.note(&c.kept, t.text)
		case besideForeign(tokens, foreign, i):
			c.out.WriteString(t.text)
			c.note(&c.kept, t.text)
			c.note(&c.unsure, t.text)
		default:
			converted, unsure := wordToCyrillic(t.text, c.plain)
			c.out.WriteString(converted)
			if unsure {
				c.note(&c.unsure, t.text)
			}
		}
	}
}

func (c *cyrillicWriter) isForeign(w string) bool {
	lower := strings.ToLower(cleanWord(w))
	upper := utf8.RuneCountInString(w) > 1 && w == strings.ToUpper(w)
	return c.keep[lower] || brands[lower] || upper && foreignAcronyms[lower] || hasForeignSpelling(lower)
}

// note adds a word with letters to a list of the report, once.
func (c *cyrillicWriter) note(list *[]string, w string) {
	key := w
	if list == &c.unsure {
		key = "?" + w
	}
	if !c.seen[key] && strings.ContainsFunc(w, unicode.IsLetter) {
		c.seen[key] = true
		*list = append(*list, w)
	}
}

// keepPhrases marks the words of listed names of several words.
func keepPhrases(tokens []token) {
	for i := range tokens {
		for _, p := range phrases {
			end := i + 2*len(p) - 1
			if end > len(tokens) {
				continue
			}
			if slices.EqualFunc(everySecond(tokens[i:end]), p, func(t token, w string) bool { return t.kind == word && strings.EqualFold(t.text, w) }) {
				for j := i; j < end; j += 2 {
					tokens[j].kind = kept
				}
			}
		}
	}
}

func everySecond(tokens []token) []token {
	out := make([]token, 0, 4)
	for i := 0; i < len(tokens); i += 2 {
		out = append(out, tokens[i])
	}
	return out
}

// besideForeign reports a capitalised word next to a foreign name: "John" in "John Whitfield", "Partners" after
// "Wexford &".
func besideForeign(tokens []token, foreign []bool, i int) bool {
	w := tokens[i].text
	lower := strings.ToLower(w)
	if !startsUpper(w) || hasSerbianLetters(lower) || plainWords[lower] || tokens[i].capitals {
		return false
	}
	for _, step := range []int{-1, 1} {
		j := i + 2*step
		if j < 0 || j >= len(tokens) {
			continue
		}
		between := tokens[i+step].text
		if between != " " && between != " & " && between != "\u00a0" {
			continue
		}
		name := strings.ToLower(tokens[j].text)
		if foreign[j] && startsUpper(tokens[j].text) && !brands[name] && !foreignAcronyms[name] {
			return true
		}
	}
	return false
}

func startsUpper(w string) bool {
	r, _ := utf8.DecodeRuneInString(w)
	return unicode.IsUpper(r)
}
