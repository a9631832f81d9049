package check

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign/language"
)

// longestSentence is how many words a sentence has at most: what is longer is read in pieces, so that the work stays linear.
const longestSentence = 120

// token is one word of a text.
type token struct {
	start, end int    // octets of the plain text
	word       string // folded
	sentence   int
	flags      flag
}

type flag uint8

const (
	capital    flag = 1 << iota // begins with a capital letter
	capitals                    // has at least two letters and no small one
	digits                      // is a number
	quoted                      // stands in quotation marks
	emphasised                  // or in italics or bold
	linked                      // is part of a link
	dotted                      // a point follows at once
	opens                       // the first word of its sentence, or of a quotation
)

func (t *token) is(f flag) bool { return t.flags&f != 0 }

// words is a part of a document, divided into words and sentences.
type words struct {
	part      *Part
	tokens    []token
	sentences []span // of tokens
}

// span is a stretch of tokens.
type span struct{ from, to int }

// abbreviations end with a point that ends no sentence.
var abbreviations = wordSet(`mr mrs ms dr prof art cl br st g god tzv npr no nos vs mme mlle ul tj str tac mal m mag dipl ing inz hon rev ca cca op cit sv fig p pp al ed j jan feb sept oct nov dec
	bl bul kv et tel mob vol inc ltd gen col sgt adv`)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}

// divide finds the words of a part. Addresses, code and what is in another language are none.
func divide(p *Part) *words {
	d := divider{words: words{part: p, tokens: make([]token, 0, len(p.Text)/6+1)}, begins: true}
	for at := 0; at < len(p.Text); {
		r, size := utf8.DecodeRuneInString(p.Text[at:])
		switch {
		case d.hidden(at):
			at = d.skip
		case isWordRune(r):
			at = d.word(at)
		default:
			d.sign(r, at, size)
			at += size
		}
	}
	d.endSentence()
	return &d.words
}

type divider struct {
	words
	marks   int  // of the part, that are passed
	skip    int  // where a hidden stretch ends
	checked int  // up to where it is known that there is no address
	begins  bool // a sentence
	first   int  // token of the sentence
	quotes  []rune
	opened  bool // a quotation just now
}

// hidden reports whether an address, code or a foreign text begins or goes on at a place, and notes where it ends.
func (d *divider) hidden(at int) bool {
	p := d.part
	for d.marks < len(p.Marks) && p.Marks[d.marks].To <= at {
		d.marks++
	}
	for _, m := range p.Marks[d.marks:min(len(p.Marks), d.marks+8)] {
		if m.From <= at && at < m.To && (m.Kind == Code || m.Kind == Foreign) {
			d.skip = m.To
			return true
		}
	}
	if at < d.checked {
		return false
	}
	end := at + strings.IndexFunc(p.Text[at:], unicode.IsSpace)
	if end < at {
		end = len(p.Text)
	}
	d.checked = max(end, at+1)
	chunk := strings.TrimLeft(p.Text[at:end], "([{<\"'„“”«‚‘*_—–")
	begin := end - len(chunk)
	chunk = strings.TrimRight(chunk, ".,;:!?)]}>\"'”“»’*_—–…")
	if begin == at && len(chunk) > 0 && len(chunk) < 2000 && language.IsAddress(chunk) {
		d.skip = begin + len(chunk)
		return true
	}
	if begin > at {
		d.checked = begin
	}
	return false
}

// word adds the word that begins at a place and returns where it ends.
func (d *divider) word(at int) int {
	text := d.part.Text
	end, number, upper, lower := at, true, 0, 0
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		if !isWordRune(r) {
			if number && (r == '.' || r == ',') && end+1 < len(text) && isDigit(text[end+1]) || number && isGroup(text[end:]) {
				end += size // 27.6, 10,000, 10 000
				continue
			}
			break
		}
		number = number && unicode.IsDigit(r)
		if unicode.IsUpper(r) {
			upper++
		} else if unicode.IsLetter(r) {
			lower++
		}
		end += size
	}
	t := token{start: at, end: end, word: foldWord(text[at:end]), sentence: len(d.sentences)}
	if number {
		t.word = strings.Join(strings.Fields(t.word), "")
	}
	if t.word == "" {
		return end
	}
	first, _ := utf8.DecodeRuneInString(text[at:])
	set := func(f flag, yes bool) {
		if yes {
			t.flags |= f
		}
	}
	set(capital, unicode.IsUpper(first))
	set(capitals, upper > 1 && lower == 0)
	set(digits, number)
	set(quoted, len(d.quotes) > 0 || d.part.Role == Quotation)
	set(dotted, end < len(text) && text[end] == '.')
	set(opens, d.begins || d.opened)
	for _, m := range d.part.Marks[d.marks:min(len(d.part.Marks), d.marks+8)] {
		if m.From <= at && at < m.To {
			set(emphasised, m.Kind == Emphasis)
			set(linked, m.Kind == Link)
		}
	}
	d.begins, d.opened = false, false
	d.tokens = append(d.tokens, t)
	if len(d.tokens)-d.first >= longestSentence {
		d.endSentence()
	}
	return end
}

// isGroup reports whether a text goes on with a blank and just three digits.
func isGroup(text string) bool {
	r, size := utf8.DecodeRuneInString(text)
	if r != ' ' && r != '\u00a0' && r != '\u202f' || len(text) < size+3 {
		return false
	}
	text = text[size:]
	return isDigit(text[0]) && isDigit(text[1]) && isDigit(text[2]) && (len(text) == 3 || !isDigit(text[3]))
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// sign reads what is no word: quotation marks, and what ends a sentence.
func (d *divider) sign(r rune, at, size int) {
	text := d.part.Text
	last := func() rune {
		if len(d.quotes) == 0 {
			return 0
		}
		return d.quotes[len(d.quotes)-1]
	}
	closes := func(open ...rune) bool {
		for _, o := range open {
			if last() == o {
				d.quotes = d.quotes[:len(d.quotes)-1]
				return true
			}
		}
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	switch r {
	case '„', '«':
		d.open(r)
	case '»':
		if !closes('«') && !isWordRune(before) {
			d.open(r)
		}
	case '“', '”', '"':
		if !closes('„', '“', '”', '"', '»') && !isWordRune(before) && !strings.ContainsRune(".,!?…", before) {
			d.open(r)
		}
	case '.', '!', '?', '…', ';':
		if r != ';' && d.ends(r, at+size) {
			d.endSentence()
		}
	}
}

func (d *divider) open(r rune) {
	if len(d.quotes) < 4 {
		d.quotes = append(d.quotes, r)
		d.opened = true
	}
}

// ends reports whether a sign ends the sentence, by the word before it and what follows.
func (d *divider) ends(r rune, at int) bool {
	text := d.part.Text
	rest := strings.TrimLeft(text[at:min(len(text), at+24)], "\"'”“»’).!?…")
	if rest != "" {
		if next, _ := utf8.DecodeRuneInString(rest); !unicode.IsSpace(next) {
			return false
		}
	}
	next, _ := utf8.DecodeRuneInString(strings.TrimLeft(rest, " \t\n\u00a0\u202f\"'„“«(—–-"))
	if r == '.' && len(d.tokens) > d.first {
		last := &d.tokens[len(d.tokens)-1]
		if last.end != at-1 {
			return !unicode.IsLower(next)
		}
		if abbreviations[last.word] && !(last.word == "god" || last.word == "no" || last.word == "g" || last.word == "m" || last.word == "st") {
			return rest == "" || next == utf8.RuneError
		}
		if utf8.RuneCountInString(text[last.start:last.end]) == 1 && !last.is(digits) || abbreviations[last.word] {
			return next == utf8.RuneError
		}
	}
	return !unicode.IsLower(next) // “13. jul”, “… said”
}

func (d *divider) endSentence() {
	if len(d.tokens) > d.first {
		d.sentences = append(d.sentences, span{d.first, len(d.tokens)})
		d.first = len(d.tokens)
	}
	d.begins = true
}
