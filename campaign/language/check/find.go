package check

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// maxFindings is how many findings a document has at most, beside those that block: nobody reads more, and the work stays linear.
const maxFindings = 500

// reading is one part of a document while it is read.
type reading struct {
	*words
	rules *compiled
	role  Role
	cues  [][]span // by cue, in order
	found []hit
	told  map[int]bool // the sentences of which nothing is left to say
}

// hit is a match of a group.
type hit struct {
	span
	group int
}

// checker reads one document in one language.
type checker struct {
	*compiled
	language campaign.Language
	doc      *Document
	readings []*reading
	findings []Finding
	spoken   []int // of each cue, how often the document has it
	kosovo   bool  // its note is given already
}

// Find returns what the rules find in a document, in the order of its texts; what is missing in all of it stands first.
func Find(d Document, r *Rules) []Finding {
	return FindInAll(d, func(d Document) []Finding { return find(d, r) })
}

// FindInAll returns what is found in the parts of a document, and in addition in the readings of it, each once a field, in the order of
// its texts.
func FindInAll(d Document, find func(Document) []Finding) []Finding {
	found := find(d)
	type key struct{ field, rule, text string }
	seen := map[key]bool{}
	for _, f := range found {
		seen[key{f.Field, f.Rule, f.Text}] = true
	}
	before := len(found)
	for _, parts := range d.Readings {
		d.Parts = parts
		for _, f := range find(d) {
			if k := (key{f.Field, f.Rule, f.Text}); f.End > 0 && !seen[k] {
				seen[k] = true
				found = append(found, f)
			}
		}
	}
	if len(found) > before { // of what is in one field, in the order of its text
		place := map[string]int{}
		for i, f := range found {
			if _, ok := place[f.Field]; !ok {
				place[f.Field] = i
			}
		}
		slices.SortStableFunc(found, func(a, b Finding) int { return cmp.Or(place[a.Field]-place[b.Field], a.Start-b.Start) })
	}
	return found
}

// find returns what the rules find in the parts of a document.
func find(d Document, r *Rules) []Finding {
	rules := r.of(d.Language)
	if rules == nil {
		return nil
	}
	c := newChecker(rules, d.Language, &d)
	for i := range d.Parts {
		c.readings = append(c.readings, c.read(&d.Parts[i]))
		for _, m := range d.Parts[i].Marks {
			if m.Kind != Foreign {
				continue
			}
			if other := r.of(m.Language); other != nil {
				c.foreign(&d.Parts[i], m, other)
			}
		}
	}
	for n, reading := range c.readings {
		c.terms(reading)
		c.structure(n)
		c.manners(reading)
	}
	c.whole()
	return c.sorted()
}

func newChecker(rules *compiled, l campaign.Language, d *Document) *checker {
	return &checker{compiled: rules, language: l, doc: d, spoken: make([]int, len(rules.cueList))}
}

// foreign checks what is marked as written in another language by the rules of that one.
func (c *checker) foreign(p *Part, m Mark, rules *compiled) {
	part := *p
	part.Marks = []Mark{{From: 0, To: m.From, Kind: Code}, {From: m.To, To: len(p.Text), Kind: Code}}
	other := newChecker(rules, m.Language, c.doc)
	other.readings = []*reading{other.read(&part)}
	other.terms(other.readings[0])
	c.findings = append(c.findings, other.findings...)
}

// read divides a part and finds all patterns in it.
func (c *checker) read(p *Part) *reading {
	r := &reading{words: divide(p), rules: c.compiled, role: p.Role, cues: make([][]span, len(c.cueList)), told: map[int]bool{}}
	var except []hit
	c.index.each(r.words, func(p *pattern, s span) {
		switch o := c.owners[p.owner]; {
		case o.group < 0:
			r.cues[o.cue] = append(r.cues[o.cue], s)
			c.spoken[o.cue]++
		case o.except:
			except = append(except, hit{s, o.group})
		default:
			r.found = append(r.found, hit{s, o.group})
		}
	})
	r.minors()
	excepted := map[int][]span{}
	for _, e := range except {
		excepted[e.group] = append(excepted[e.group], e.span)
	}
	r.found = slices.DeleteFunc(r.found, func(h hit) bool {
		if overlapsAny(excepted[h.group], h.span) {
			r.told[r.tokens[h.from].sentence] = true
			return true
		}
		return false
	})
	return r
}

// overlapsAny looks among spans in the order of their beginnings, none of which is longer than a pattern can be.
func overlapsAny(all []span, s span) bool {
	i := sort.Search(len(all), func(i int) bool { return all[i].from >= s.from-maxElements-maxGaps*maxGap })
	for ; i < len(all) && all[i].from < s.to; i++ {
		if all[i].to > s.from {
			return true
		}
	}
	return false
}

// terms judges what the patterns of a part found.
func (c *checker) terms(r *reading) {
	var kept []Finding
	var spans []span
	for _, h := range r.found {
		g := &c.groups[h.group]
		rule := &c.rules[g.rule]
		if len(g.In) > 0 && !slices.Contains(g.In, r.role) {
			continue
		}
		sentence := r.tokens[h.from].sentence
		holds := func(cue string) bool { return r.has(sentence, cue) }
		if len(g.Near) > 0 && !slices.ContainsFunc(g.Near, holds) || slices.ContainsFunc(g.Far, holds) {
			continue
		}
		if len(g.About) > 0 && !slices.ContainsFunc(g.About, func(cue string) bool { return c.speaksOf(r, h.span, cue, false) }) {
			continue
		}
		if g.everyday && r.beside("elsewhere", h.span) > 0 && !c.speaksOf(r, h.span, "topic", true) {
			continue
		}
		severity := cmp.Or(g.Severity, rule.Severity)
		if r.role == Headline && rule.Category == "sensational" {
			severity = stricter(severity)
		}
		severity = c.allowed(rule, r, h.span, severity)
		if rule.ID == "S08" && (!isCount(&r.tokens[h.from]) || r.has(sentence-1, "source") || r.has(sentence+1, "source") || c.sourced(r, h.span)) {
			continue
		}
		if rule.changed || severity == "" { // the team knows better, or it is a legitimate use
			r.told[sentence] = true
		}
		if rule.off || severity == "" {
			continue
		}
		f := c.finding(r, h.span, rule, severity, g.wordings(rule, r.spelt(h.span)))
		f.Replacements = c.replacements(r, h.span, g)
		kept, spans = append(kept, f), append(spans, h.span)
	}
	kept, spans = widest(kept, spans)
	c.pileUp(r, kept, spans)
	c.findings = append(c.findings, kept...)
}

func stricter(s Severity) Severity {
	return Severities[max(0, slices.Index(Severities, s)-1)]
}

func milder(s Severity) Severity {
	if i := slices.Index(Severities, s) + 1; i < len(Severities) {
		return Severities[i]
	}
	return ""
}

// widest drops what stands within a wider finding that is at least as grave, and the doubles of one rule.
func widest(all []Finding, spans []span) (kept []Finding, at []span) {
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(spans[a].from-spans[b].from, spans[b].to-spans[a].to, slices.Index(Severities, all[a].Severity)-slices.Index(Severities, all[b].Severity))
	})
	for _, i := range order {
		covered := false
		for j := len(kept) - 1; j >= max(0, len(kept)-8) && !covered; j-- {
			inside := at[j].from <= spans[i].from && spans[i].to <= at[j].to
			overlaps := at[j].to > spans[i].from
			graver := slices.Index(Severities, kept[j].Severity) <= slices.Index(Severities, all[i].Severity)
			if overlaps && kept[j].Rule == all[i].Rule && graver || inside && graver {
				covered = true
			} else if inside || overlaps && kept[j].Rule == all[i].Rule {
				kept, at = slices.Delete(kept, j, j+1), slices.Delete(at, j, j+1)
			}
		}
		if !covered {
			kept, at = append(kept, all[i]), append(at, spans[i])
		}
	}
	return kept, at
}

// pileUp warns of a sentence in which hints of several rules pile up: each is a matter of taste, all together are not.
func (c *checker) pileUp(r *reading, all []Finding, spans []span) {
	first := map[int]int{}
	for i := range all {
		if all[i].Severity != Hint || !slices.Contains([]string{"stigma", "blame", "sensational", "market", "rescue", "smuggling", "discrimination", "child"}, all[i].Category) {
			continue
		}
		sentence := r.tokens[spans[i].from].sentence
		if f, ok := first[sentence]; !ok {
			first[sentence] = i
		} else if all[f].Rule != all[i].Rule {
			all[f].Severity, all[i].Severity = Warn, Warn
		}
	}
}

// finding makes the finding of a rule in a part.
func (c *checker) finding(r *reading, s span, rule *activeRule, severity Severity, say []string) Finding {
	if severity != Hint {
		r.told[r.tokens[s.from].sentence] = true
	}
	start, end := r.tokens[s.from].start, r.tokens[s.to-1].end
	return c.at(r.part, start, end, rule, severity, say)
}

// at makes a finding of a stretch of a part's text.
func (c *checker) at(p *Part, start, end int, rule *activeRule, severity Severity, say []string) Finding {
	f := c.about(rule, severity)
	f.Field, f.Block, f.Start, f.End, f.Text = p.Field, p.Block, p.source(start), p.source(max(start, end-1))+1, p.Text[start:end]
	if len(p.Places) == 0 {
		f.End = end
	}
	f.Nth = start // until sorted counts
	f.part = p
	for _, w := range say {
		f.Suggestions = append(f.Suggestions, inScriptOf(f.Text, w, c.language))
	}
	return f
}

// about makes a finding without a place.
func (c *checker) about(rule *activeRule, severity Severity) Finding {
	return Finding{Rule: rule.ID, Category: rule.Category, Severity: severity, Why: rule.Why, Advice: rule.Advice, Sources: rule.Sources, Doc: "#" + rule.ID}
}

// source returns where a place of the plain text stands in the field's source.
func (p *Part) source(at int) int {
	i := sort.Search(len(p.Places), func(i int) bool { return p.Places[i].At > at })
	if i == 0 {
		return at
	}
	return p.Places[i-1].Source + at - p.Places[i-1].At
}

// SourceAt returns where in the source of its field an octet of a part's plain text stands.
func (p *Part) SourceAt(at int) int { return p.source(at) }

// rule returns an active rule that is not switched off, or nil.
func (c *checker) rule(id string) *activeRule {
	if i, ok := c.byID[id]; ok && !c.rules[i].off {
		return &c.rules[i]
	}
	return nil
}

// note adds a finding of a rule of structure.
func (c *checker) note(id string, r *reading, s span) {
	rule := c.rule(id)
	if rule == nil || s.to <= s.from || c.doc.Release != nil && slices.Contains(c.doc.Release.Assured, Asks(id)) {
		return
	}
	if severity := c.allowed(rule, r, s, rule.Severity); severity != "" {
		c.findings = append(c.findings, c.finding(r, s, rule, severity, nil))
	}
}

// missing adds a finding about the whole document.
func (c *checker) missing(id string) {
	rule := c.rule(id)
	if rule == nil {
		return
	}
	f := c.about(rule, rule.Severity)
	if c.doc.Release.Alone && !rule.Alone.Empty() {
		f.Why = rule.Alone
	}
	c.findings = append(c.findings, f)
}

// sorted brings the findings into the order of the texts and counts which occurrence of its words each is.
func (c *checker) sorted() []Finding {
	order := map[*Part]int{}
	for i, r := range c.readings {
		order[r.part] = i + 1
	}
	slices.SortStableFunc(c.findings, func(a, b Finding) int {
		return cmp.Or(order[a.part]-order[b.part], a.Start-b.Start, slices.Index(Severities, a.Severity)-slices.Index(Severities, b.Severity))
	})
	for _, mild := range []Severity{Hint, Warn} { // the last of the mildest are left out, never what blocks
		over := len(c.findings) - maxFindings
		kept := 0
		for _, f := range c.findings {
			if f.Severity == mild {
				kept++
			}
		}
		kept -= max(0, over)
		c.findings = slices.DeleteFunc(c.findings, func(f Finding) bool {
			if f.Severity != mild {
				return false
			}
			kept--
			return kept < 0
		})
	}
	for i := range c.findings {
		f := &c.findings[i]
		if f.part == nil {
			continue
		}
		at := f.Nth
		f.Nth = strings.Count(f.part.Text[:at], f.Text)
		for j := order[f.part] - 2; j >= 0; j-- {
			p := c.readings[j].part
			if p.Field != f.Field || p.Block != f.Block {
				break
			}
			f.Nth += strings.Count(p.Text, f.Text)
		}
		f.part = nil
	}
	return c.findings
}
