package check

import (
	"slices"
	"strings"
	"unicode"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// allowed returns what is left of the severity of a finding after the legitimate uses its rule allows: "" is nothing.
func (c *checker) allowed(rule *activeRule, r *reading, s span, severity Severity) Severity {
	for _, code := range rule.Unless {
		if severity = c.unless(code, r, s, severity); severity == "" {
			break
		}
	}
	return severity
}

// unless returns what is left of a finding's severity where a legitimate use of the words applies: "" is nothing.
func (c *checker) unless(code string, r *reading, s span, severity Severity) Severity {
	sentence := r.tokens[s.from].sentence
	holds := false
	switch code {
	case "law_title":
		holds = r.covered("title", s) || r.near("article", s, 8, 8)
	case "definition", "history", "convicted", "difference":
		holds = r.has(sentence, code) || code == "history" && r.longAgo(sentence) || code == "convicted" && r.has(sentence-1, code)
	case "mention":
		holds = c.mentioned(r, s)
	case "quote_official":
		if r.tokens[s.from].is(quoted) && r.has(sentence, "official") {
			return milder(severity)
		}
	case "title_of_work":
		holds = (r.tokens[s.from].is(quoted|emphasised) || r.titled(s)) && r.near("work", s, 8, 8)
	case "asterisk_present":
		end := r.tokens[s.to-1].end
		holds = c.kosovo || strings.HasPrefix(strings.TrimLeft(r.part.Text[end:], "\\”“\"»"), "*")
		c.kosovo = c.kosovo || r.role == Paragraph
	}
	if holds {
		return ""
	}
	return severity
}

// Asks returns what the team can give its word for so that a rule finds nothing; "" for most.
func Asks(rule string) campaign.Assured {
	switch rule {
	case "S01", "S24":
		return campaign.ConsentRecorded
	case "S05", "S06":
		return campaign.PicturesConfirmed
	}
	return ""
}

// titled reports whether words begin with capitals, and so does the word after them, as in a title or a name. In a headline all may.
func (r *reading) titled(s span) bool {
	if r.role == Headline || s.to >= r.sentences[r.tokens[s.from].sentence].to {
		return false
	}
	return !slices.ContainsFunc(r.tokens[s.from:s.to+1], func(t token) bool { return !t.is(capital) })
}

// longAgo reports whether a sentence names a year of the age of slavery.
func (r *reading) longAgo(sentence int) bool {
	s := r.sentences[sentence]
	return slices.ContainsFunc(r.tokens[s.from:s.to], func(t token) bool {
		return t.is(digits) && len(t.word) == 4 && t.word >= "1500" && t.word < "1900"
	})
}

// mentioned reports whether words are talked about, not used: they stand in quotation marks or italics in a sentence about words,
// after a phrase such as “do not write”, or before one such as “avoid them”.
func (c *checker) mentioned(r *reading, s span) bool {
	first := &r.tokens[s.from]
	if first.is(quoted|emphasised) && r.role != Quotation && (r.has(first.sentence, "meta") || r.has(first.sentence-1, "sayno")) {
		return true
	}
	if r.has(first.sentence, "leave_out") {
		return true
	}
	for _, n := range r.cuesIn("sayno", r.sentences[first.sentence]) {
		if n.from < s.from && s.from-n.to < 14 {
			return true
		}
	}
	return false
}

// sourced reports whether a figure has a source beside it: a link, or an entry of the source ledger.
func (c *checker) sourced(r *reading, s span) bool {
	sentence := r.sentences[r.tokens[s.from].sentence]
	for i := sentence.from; i < sentence.to; i++ {
		if r.tokens[i].is(linked) {
			return true
		}
	}
	if c.doc.Release == nil {
		return false
	}
	text := r.part.Text[r.tokens[sentence.from].start:r.tokens[sentence.to-1].end]
	for _, figure := range c.doc.Release.Sourced {
		if figure != "" && strings.Contains(text, figure) {
			return true
		}
	}
	return false
}

// inScriptOf writes Serbian words in the script of what was found, which in a text of either script may be the other one.
func inScriptOf(found, words string, l campaign.Language) string {
	if fileOf(l) == "sr" {
		l = campaign.SerbianLatin
		if strings.ContainsFunc(found, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }) {
			l = campaign.SerbianCyrillic
		}
	}
	return language.TextFor(campaign.Texts{campaign.SerbianLatin: words}, l)
}
