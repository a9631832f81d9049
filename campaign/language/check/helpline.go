package check

import (
	"regexp"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// phoneNumber finds what looks like a telephone number: at least six digits in groups, or a short number of Europe's own.
var phoneNumber = regexp.MustCompile(`(?:\+|00)?\d[\d \x{00a0}\x{202f}()/.-]{4,18}\d|\b116[ \x{00a0}]?\d{3}\b`)

// Digits are the digits of a telephone number, with 00 for the + of a foreign one and without what stands for the country of ours.
func Digits(number string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, number)
	digits = strings.TrimPrefix(digits, "00")
	digits = strings.TrimPrefix(digits, "381")
	return strings.TrimPrefix(digits, "0")
}

// helplines finds telephone numbers that stand for help and are not among those the team verified.
func (c *checker) helplines(r *reading) {
	if c.doc.Release == nil || c.doc.Release.Helplines == nil || c.rule("S12") == nil {
		return
	}
	for _, at := range phoneNumber.FindAllStringIndex(r.part.Text, -1) {
		digits := Digits(r.part.Text[at[0]:at[1]])
		if len(digits) < 5 || slices.ContainsFunc(c.doc.Release.Helplines, func(known string) bool { return Digits(known) == digits }) {
			continue
		}
		i, _ := slices.BinarySearchFunc(r.tokens, at[0], func(t token, at int) int { return t.start - at })
		if i >= len(r.tokens) || !r.has(r.tokens[i].sentence, "helpline") {
			continue
		}
		rule := c.rule("S12")
		c.findings = append(c.findings, c.at(r.part, at[0], at[1], rule, rule.Severity, nil))
	}
}

// openHours and costOfCall are how the block of a helpline says when it answers, and what a call costs.
var (
	numberItself = regexp.MustCompile(`\+?\d[\d \x{00a0}\x{202f}/.-]{4,18}\d`)

	openHours  = regexp.MustCompile(`(?i)\b0{1,2}(?:[.:]00)?\s?(?:[–-]|do|to|à)\s?24|24\s?/\s?7|24\s?h|24 (?:hours|sata|časa|сата|часа|heures)|\d{1,2}(?:[.:]\d{2})?\s?(?:h|[–-]|do|до|to|à|am|pm|časova|часова)\s?\d{0,2}`)
	costOfCall = regexp.MustCompile(`(?i)free|cost|price|charge|besplat|бесплат|cen[aue]|цен[ауе]|naplać|наплаћ|gratuit|coût|prix|tarif|тариф`)
)

// explained reports whether the block around a helpline says when it answers and what a call costs.
func (c *checker) explained(p *Part) bool {
	text := ""
	for _, r := range c.readings {
		if r.part.Field == p.Field && r.part.Block == p.Block {
			text += numberItself.ReplaceAllString(r.part.Text, "") + "\n"
		}
	}
	return openHours.MatchString(text) && costOfCall.MatchString(text)
}

// longestLead is within how many words a release comes to its point.
const longestLead = 60

// startsShort reports whether the first paragraph can be its lead.
func (c *checker) startsShort() bool {
	i := slices.IndexFunc(c.readings, func(r *reading) bool { return r.role == Paragraph && r.part.Field == "body" })
	return i >= 0 && len(c.readings[i].tokens) <= longestLead
}

// survivor finds what survivors say of themselves, in quotation marks or as a quotation beside the name of who says it.
func (c *checker) survivor(n int) {
	r := c.readings[n]
	for i, s := range r.sentences {
		for _, me := range r.cuesIn("first_person", s) {
			spoken := r.role == Quotation && c.bySurvivor(n)
			if r.role != Quotation && r.tokens[me.from].is(quoted) {
				spoken = slices.ContainsFunc(r.cuesIn("victim", s), func(v span) bool { return !r.tokens[v.from].is(quoted) }) && (r.has(i, "saying") || r.has(i+1, "saying"))
			}
			if spoken {
				c.note("S24", r, me)
				return
			}
		}
	}
}

// bySurvivor reports whether the words about the speaker of a quotation call them a victim or a survivor.
func (c *checker) bySurvivor(n int) bool {
	p := c.readings[n].part
	for _, r := range c.readings[n+1 : min(len(c.readings), n+4)] {
		same := r.part.Field == p.Field && r.part.Block == p.Block
		if quote, ok := strings.CutSuffix(p.Field, ".text"); ok {
			same = strings.HasPrefix(r.part.Field, quote+".")
		}
		if same && r.role == Contact && len(r.cuesIn("victim", span{0, len(r.tokens)})) > 0 {
			return true
		}
	}
	return false
}

// wholeRelease is how many words the text of a release has before anything in it is missing.
const wholeRelease = 40

// whole finds what is missing in a release.
func (c *checker) whole() {
	rel := c.doc.Release
	if rel == nil {
		return
	}
	size, helped, bare, quotation, funded := 0, rel.Helped, false, rel.Quotes > 0, rel.FundedLine
	for _, r := range c.readings {
		if r.role == Paragraph || r.role == Quotation {
			size += len(r.tokens)
		}
		quotation = quotation || r.role == Quotation
		for i := range r.tokens {
			quotation = quotation || r.tokens[i].is(quoted) && len(r.cuesIn("saying", r.sentences[r.tokens[i].sentence])) > 0
		}
		digits := Digits(r.part.Text)
		for _, known := range rel.Answering {
			if Digits(known) != "" && strings.Contains(digits, Digits(known)) {
				helped, bare = true, bare || !c.explained(r.part)
			}
		}
		helped = helped || rel.Helplines == nil && len(r.cuesIn("helpline", span{0, len(r.tokens)})) > 0 && phoneNumber.MatchString(r.part.Text)
		funded = funded || len(r.cuesIn("funding", span{0, len(r.tokens)})) > 0
	}
	if rule := c.rule("S21"); rule != nil && len(rel.Differ) > 0 {
		f := c.about(rule, rule.Severity)
		f.Text = strings.Join(rel.Differ, ", ")
		c.findings = append(c.findings, f)
	}
	if size < wholeRelease {
		return
	}
	if !helped && rel.Kind != campaign.Invitation && rel.Kind != campaign.MediaAdvisory && c.victimStory() {
		c.missing("S11")
	}
	if !rel.Contact && rel.Kind != campaign.Newsletter {
		c.missing("S17")
	}
	if !quotation && rel.Kind == campaign.PressRelease {
		c.missing("C04")
	}
	if bare {
		c.missing("S13")
	}
	if rel.Kind == campaign.PressRelease && (!rel.Dateline || !rel.About || !rel.Lead && !c.startsShort()) {
		c.missing("S18")
	}
	if rel.Funded && !funded {
		c.missing("S19")
	}
}
