package language

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/glasnik/glasnik/campaign"
)

//go:embed terms.yaml
var termsFile []byte

// OfficialTerms are the terms of the Convention, the Palermo Protocol and Serbian law, as terms.yaml has them.
var OfficialTerms = sync.OnceValue(func() []campaign.Term {
	var rows []struct {
		En, Fr, Sr, Source string
		Not                map[string][]string
	}
	if err := yaml.Unmarshal(termsFile, &rows); err != nil {
		panic(fmt.Sprintf("terms.yaml: %v", err)) // part of the program
	}
	out := make([]campaign.Term, len(rows))
	for i, row := range rows {
		t := campaign.Term{ID: fmt.Sprintf("official-%d", i+1), Source: row.Source, Words: campaign.Texts{}, Wrong: campaign.Texts{}}
		for l, text := range map[campaign.Language]string{campaign.English: row.En, campaign.French: row.Fr, campaign.SerbianLatin: row.Sr} {
			t.Words[l] = text
		}
		for l, not := range row.Not {
			of := campaign.Language(l)
			if l == "sr" {
				of = campaign.SerbianLatin
			}
			t.Wrong[of] = strings.Join(not, "|")
		}
		out[i] = t
	}
	return out
})

// TermFinding is a term of a source text that its translation writes otherwise than it should.
type TermFinding struct {
	Term  *campaign.Term
	Said  string   // as the source has it
	Found string   // what the translation has in its place; "" where the right words are nowhere in it
	Want  []string // what is right, in the language and script of the translation
}

// CheckTerms returns the terms of a source whose rendering in the translation is wrong or out of date. A long term, or one of the
// team's own, is also told where the translation has none of the right words. Endings may differ; both scripts of Serbian count alike.
func CheckTerms(from campaign.Language, source string, to campaign.Language, translation string, own []campaign.Term) []TermFinding {
	if from == to || isSerbian(from) && isSerbian(to) {
		return nil
	}
	original, made := newTermText(from, source), newTermText(to, translation)
	if len(made.words) == 0 {
		return nil
	}
	type present struct {
		term *campaign.Term
		said string
		own  bool
	}
	var there []present
	right := map[string]bool{} // what is right for some term of the source
	look := func(terms []campaign.Term, own bool) {
		for i := range terms {
			t := &terms[i]
			if said := original.findAny(campaign.Alternatives(t.Words, from), from); said != "" {
				there = append(there, present{t, said, own})
				for _, a := range campaign.Alternatives(t.Words, to) {
					right[strings.ToLower(a)] = true
				}
			}
		}
	}
	look(own, true)
	look(OfficialTerms(), false)
	var out []TermFinding
	seen := map[string]bool{}
	for _, p := range there {
		want := campaign.Alternatives(p.term.Words, to)
		f := TermFinding{Term: p.term, Said: p.said, Want: shownTerms(want, to)}
		wrong := slices.DeleteFunc(campaign.Alternatives(p.term.Wrong, to), func(a string) bool { return right[strings.ToLower(a)] })
		f.Found = made.findAny(wrong, to)
		missing := len(want) > 0 && (p.own || len(strings.Fields(p.said)) > 2) && made.findAny(want, to) == ""
		if (f.Found != "" || missing) && !seen[p.said+"|"+f.Found] {
			seen[p.said+"|"+f.Found] = true
			out = append(out, f)
		}
	}
	return out
}

// ShownTerms writes the words of a term in a language as translators read them.
func ShownTerms(t campaign.Texts, l campaign.Language) []string {
	return shownTerms(campaign.Alternatives(t, l), l)
}

// shownTerms writes alternatives as a translator wants to read them: stems with a sign for the ending, in the script of the language.
func shownTerms(terms []string, l campaign.Language) []string {
	out := make([]string, len(terms))
	for i, t := range terms {
		t = strings.ReplaceAll(t, "*", "…")
		if l == campaign.SerbianCyrillic {
			t = ToCyrillic(t, Options{})
		}
		out[i] = t
	}
	return out
}

// termText is a text as a row of words in small letters, Serbian in Latin script.
type termText struct {
	words  []string
	begin  map[string][]int // places of words by their first letters
	places [][2]int         // of each word in the text
	text   string
}

const termKey = 3 // letters

func newTermText(l campaign.Language, text string) termText {
	if isSerbian(l) {
		text = ToLatin(text, Options{})
	}
	t := termText{begin: map[string][]int{}, text: text}
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			at += size
			continue
		}
		begin := at
		for at < len(text) {
			if r, size = utf8.DecodeRuneInString(text[at:]); !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
				break
			}
			at += size
		}
		w := strings.ToLower(text[begin:at])
		key := firstLetters(w)
		t.begin[key] = append(t.begin[key], len(t.words))
		t.words, t.places = append(t.words, w), append(t.places, [2]int{begin, at})
	}
	return t
}

func firstLetters(w string) string {
	n := 0
	for i := range w {
		if n == termKey {
			return w[:i]
		}
		n++
	}
	return w
}

// findAny returns the words of the text that fit one of some alternatives, "" for none.
func (t *termText) findAny(alternatives []string, l campaign.Language) string {
	for _, a := range alternatives {
		if isSerbian(l) {
			a = ToLatin(a, Options{})
		}
		if found := t.find(termParts(a), l); found != "" {
			return found
		}
	}
	return ""
}

// termParts are the words of an alternative; a stem keeps its *.
func termParts(a string) []string {
	return strings.FieldsFunc(strings.ToLower(a), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '*' && !unicode.IsMark(r)
	})
}

func (t *termText) find(parts []string, l campaign.Language) string {
	if len(parts) == 0 {
		return ""
	}
	for _, at := range t.begin[firstLetters(strings.TrimSuffix(parts[0], "*"))] {
		if at+len(parts) > len(t.words) {
			continue
		}
		fits := true
		for i, part := range parts {
			fits = fits && fitsTerm(part, t.words[at+i], l)
		}
		if fits {
			return t.text[t.places[at][0]:t.places[at+len(parts)-1][1]]
		}
	}
	return ""
}

// fitsTerm reports whether a word is that of a term; in English and French it may be a plural.
func fitsTerm(part, word string, l campaign.Language) bool {
	if stem, ok := strings.CutSuffix(part, "*"); ok {
		return strings.HasPrefix(word, stem)
	}
	if part == word {
		return true
	}
	ending, ok := strings.CutPrefix(word, part)
	return ok && !isSerbian(l) && (ending == "s" || ending == "es" || l == campaign.French && (ending == "e" || ending == "x"))
}
