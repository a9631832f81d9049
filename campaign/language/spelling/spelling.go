// Package spelling finds misspelt words in Serbian text, in either script, for hints that stop nothing. English and French are left to
// the browser, which knows them.
//
// The words are those of dictionary-sr-latn 3.0.2, see LICENSE-words. The list is of 2010 and lacks names and compounds: a word is told
// only where the list has one that is nearly the same.
package spelling

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/campaign/language/check"
)

// Rule and Category are those of a finding.
const (
	Rule     = "spelling"
	Category = "spelling"
)

// maxFindings is how many words are told at most: a text without any diacritics has one in every line.
const maxFindings = 50

var why = campaign.Texts{
	campaign.English: "The dictionary does not have this word.", campaign.French: "Ce mot n’est pas dans le dictionnaire.",
	campaign.SerbianLatin: "Ove reči nema u rečniku.", campaign.SerbianCyrillic: "Ове речи нема у речнику.",
}

// Find returns the words of a document that seem misspelt, with what may be meant, in the order of its texts. own are the team's words,
// in either script, whatever their case.
func Find(d check.Document, own []string) []check.Finding {
	if d.Language != campaign.SerbianLatin && d.Language != campaign.SerbianCyrillic {
		return nil
	}
	s := speller{list: serbian(), own: map[string]bool{}, known: map[string][]string{}, cyrillic: d.Language == campaign.SerbianCyrillic}
	for _, w := range own {
		s.own[strings.ToLower(language.ToLatin(w, language.Options{}))] = true
	}
	found := check.FindInAll(d, func(d check.Document) []check.Finding { return s.find(d.Parts) })
	return found[:min(len(found), maxFindings)]
}

// find returns the words of some parts that seem misspelt.
func (s *speller) find(parts []check.Part) (out []check.Finding) {
	for i := range parts {
		p := &parts[i]
		if p.Role == check.File || p.Role == check.Contact {
			continue
		}
		for _, w := range wordsOf(p) {
			said := p.Text[w[0]:w[1]]
			suggestions := s.suggest(said)
			if len(suggestions) == 0 {
				continue
			}
			out = append(out, check.Finding{
				Rule: Rule, Category: Category, Severity: check.Hint, Field: p.Field, Block: p.Block, Nth: nth(parts[:i], p, said) + strings.Count(p.Text[:w[0]], said),
				Start: p.SourceAt(w[0]), End: p.SourceAt(w[1]-1) + 1, Text: said, Why: why, Suggestions: suggestions, Replacements: suggestions,
			})
			if len(out) == maxFindings {
				return out
			}
		}
	}
	return out
}

// nth counts a word in the parts of a block before one.
func nth(before []check.Part, p *check.Part, said string) (n int) {
	for i := len(before) - 1; i >= 0 && before[i].Field == p.Field && before[i].Block == p.Block; i-- {
		n += strings.Count(before[i].Text, said)
	}
	return n
}

// wordsOf returns where the words of a part stand that may be looked up: no names, acronyms, codes, addresses and foreign texts.
func wordsOf(p *check.Part) (out [][2]int) {
	begins := true // a sentence
	for at := 0; at < len(p.Text); {
		r, size := utf8.DecodeRuneInString(p.Text[at:])
		if !unicode.IsLetter(r) {
			begins = begins || strings.ContainsRune(".!?:\n„“”»«–", r)
			at += size
			continue
		}
		begin := at
		for at < len(p.Text) {
			if r, size = utf8.DecodeRuneInString(p.Text[at:]); !unicode.IsLetter(r) && !unicode.IsMark(r) {
				break
			}
			at += size
		}
		first, _ := utf8.DecodeRuneInString(p.Text[begin:])
		joined := begin > 0 && strings.ContainsRune("@#/._-0123456789'’", rune(p.Text[begin-1])) || at < len(p.Text) && strings.ContainsRune("@/_-0123456789'’", rune(p.Text[at]))
		dotted := at+1 < len(p.Text) && p.Text[at] == '.' && p.Text[at+1] != ' ' && p.Text[at+1] != '\n'
		abbreviation := at < len(p.Text) && p.Text[at] == '.' && utf8.RuneCountInString(p.Text[begin:at]) < 5
		if !joined && !dotted && !abbreviation && (!unicode.IsUpper(first) || begins && p.Text[begin:at] != strings.ToUpper(p.Text[begin:at])) && !marked(p, begin, at) {
			out = append(out, [2]int{begin, at})
		}
		begins = false
	}
	return out
}

// marked reports whether a word is in code, an address or a text in another language.
func marked(p *check.Part, begin, end int) bool {
	return slices.ContainsFunc(p.Marks, func(m check.Mark) bool {
		return (m.Kind == check.Code || m.Kind == check.Foreign) && m.From < end && begin < m.To
	})
}

// withoutMarks writes a word as who has no Serbian keyboard does.
var withoutMarks = strings.NewReplacer("č", "c", "ć", "c", "š", "s", "ž", "z", "đ", "dj")

// speller looks up the words of one document.
type speller struct {
	list     *list
	own      map[string]bool
	known    map[string][]string // what was looked up already
	cyrillic bool
}

// suggest returns what a word may be meant to be; nil for one that is right, or like none.
func (s *speller) suggest(said string) []string {
	word := strings.ToLower(language.ToLatin(said, language.Options{}))
	found, known := s.known[word]
	if !known {
		found = s.lookUp(word)
		s.known[word] = found
	}
	first, _ := utf8.DecodeRuneInString(said)
	capital := unicode.IsUpper(first) // where a sentence begins; maybe a name
	out := make([]string, 0, len(found))
	for _, w := range found {
		if capital && withoutMarks.Replace(w) != withoutMarks.Replace(word) {
			continue
		}
		if s.cyrillic {
			w = language.ToCyrillic(w, language.Options{})
		}
		if capital {
			r, size := utf8.DecodeRuneInString(w)
			w = string(unicode.ToUpper(r)) + w[size:]
		}
		out = append(out, w)
	}
	return out
}

func (s *speller) lookUp(word string) []string {
	n := utf8.RuneCountInString(word)
	if n < 4 || n > 30 || s.own[word] || s.list.has(word) || language.LooksForeign(word) || s.list.knowsStem(word) {
		return nil
	}
	return s.list.near(word)
}
