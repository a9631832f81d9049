package templates

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
)

// Merge fields are written as {{ first_name }}, with a fallback as {{ first_name | "colleague" }}. What depends on a
// field being filled is written {{ if first_name }}…{{ else }}…{{ end }}, where {{ else }} may be left out and conditions
// may be in conditions. {{ "{{" }} writes the braces themselves.
//
// The branches of a condition are running text with merge fields, not Markdown: the whole condition is one value, worked
// out for each reader, and values are never read as markup. Bold print and links go around a condition, not into it.

// mergeNode is a piece of a text with merge fields.
type mergeNode interface {
	// render adds the node's text for one reader.
	render(b *strings.Builder, value func(field string) string)
}

type mergeText string

type mergeField struct {
	name     string
	fallback string
}

type mergeIf struct {
	field           string
	then, otherwise []mergeNode
}

func (t mergeText) render(b *strings.Builder, _ func(string) string) { b.WriteString(string(t)) }

func (f mergeField) render(b *strings.Builder, value func(string) string) {
	if v := value(f.name); v != "" {
		b.WriteString(v)
		return
	}
	b.WriteString(f.fallback)
}

func (c mergeIf) render(b *strings.Builder, value func(string) string) {
	branch := c.then
	if value(c.field) == "" {
		branch = c.otherwise
	}
	for _, n := range branch {
		n.render(b, value)
	}
}

// mergeProblem is a mistake in a text with merge fields.
type mergeProblem struct {
	at      int // octets from the beginning of the text
	words   campaign.Text
	leftOut bool // what it is about, such as a picture from elsewhere, is left out of what is sent
	long    bool // more than can be sent, though it can be kept as a draft
}

// err returns the mistake as one the user can mend.
func (p mergeProblem) err() error { return &campaign.Error{Code: campaign.Invalid, Text: p.words} }

// maxMergeDepth bounds conditions in conditions: no author goes deeper than two.
const maxMergeDepth = 20

// maxMergeUses is how many merge fields a text may hold: each is a reader's value of any length.
const maxMergeUses = 2000

// maxMergeProblems is how many mistakes are told at once; nobody mends more in one go.
const maxMergeProblems = 20

// mergeParser reads a text with merge fields. It goes on after a mistake, so that all are told at once.
type mergeParser struct {
	text     string
	at       int
	begun    int // where the last {{ stands
	problems []mergeProblem
	spans    []mergeSpan // the fields and conditions that are in no other condition
}

// parseMerge reads a text; the nodes are usable only when there are no problems.
func parseMerge(text string) ([]mergeNode, []mergeProblem) {
	p := &mergeParser{text: text}
	return p.all(), p.problems
}

// all reads the whole text.
func (p *mergeParser) all() []mergeNode {
	nodes, end := p.nodes(0)
	for end != "" {
		p.problem(p.begun, campaign.Textf("{{ %s }} has no {{ if … }} before it", end))
		_, end = p.nodes(0)
	}
	if len(p.spans) > maxMergeUses {
		p.problem(p.spans[maxMergeUses].from, campaign.Textf("the text has more than 2,000 merge fields: leave some out"))
	}
	return nodes
}

func (p *mergeParser) problem(at int, words campaign.Text) {
	if len(p.problems) >= maxMergeProblems {
		return
	}
	p.problems = append(p.problems, mergeProblem{at: at, words: words})
}

// nodes reads up to the end of the text or an {{ else }} or {{ end }}, which it returns.
func (p *mergeParser) nodes(depth int) (out []mergeNode, end string) {
	for p.at < len(p.text) {
		open := strings.Index(p.text[p.at:], "{{")
		if open < 0 {
			out = append(out, mergeText(p.text[p.at:]))
			p.at = len(p.text)
			return out, ""
		}
		if open > 0 {
			out = append(out, mergeText(p.text[p.at:p.at+open]))
			p.at += open
		}
		begin := p.at
		p.begun = begin
		action, ok := p.action()
		if !ok {
			continue
		}
		if depth == 0 {
			p.spans = append(p.spans, mergeSpan{begin, p.at})
		}
		switch word, rest, _ := strings.Cut(action, " "); {
		case action == "else" || action == "end":
			return out, action
		case word == "if":
			out = append(out, p.condition(begin, strings.TrimSpace(rest), depth))
			if depth == 0 {
				p.spans[len(p.spans)-1].to = p.at
			}
		default:
			if n := p.expression(begin, action); n != nil {
				out = append(out, n)
			}
		}
	}
	return out, ""
}

// action reads "{{ … }}" and returns what is inside, with single spaces around words outside quotation marks trimmed.
func (p *mergeParser) action() (string, bool) {
	begin := p.at
	quoted := false
	for i := begin + 2; i < len(p.text); i++ {
		switch c := p.text[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\n' || !quoted && c == '{':
			i = len(p.text)
		case !quoted && strings.HasPrefix(p.text[i:], "}}"):
			p.at = i + 2
			return strings.TrimSpace(p.text[begin+2 : i]), true
		}
	}
	p.problem(begin, campaign.Textf("a merge field is opened with {{ and not closed with }}"))
	p.at = begin + 2
	return "", false
}

// condition reads the branches of {{ if field }} up to its {{ end }}.
func (p *mergeParser) condition(begin int, field string, depth int) mergeNode {
	p.checkName(begin, field)
	c := mergeIf{field: field}
	if depth >= maxMergeDepth {
		p.problem(begin, campaign.Textf("conditions are nested more than %d deep", maxMergeDepth))
		p.at = len(p.text)
		return c
	}
	var end string
	from := p.at
	c.then, end = p.nodes(depth + 1)
	if end == "else" {
		c.otherwise, end = p.nodes(depth + 1)
	}
	switch end {
	case "":
		p.problem(begin, campaign.Textf("{{ if %s }} has no {{ end }}", field))
	case "else":
		p.problem(p.begun, campaign.Textf("{{ if %s }} has two {{ else }}", field))
		p.nodes(depth + 1)
	}
	if p.at >= from {
		p.checkBranches(begin, p.text[from:p.at])
	}
	return c
}

// branchMarkup is what in the branch of a condition would be Markdown elsewhere.
var branchMarkup = []string{"**", "](", "`", "\n#", "\n- ", "\n* ", "\n\n", "\n>"}

func (p *mergeParser) checkBranches(begin int, text string) {
	for _, m := range branchMarkup {
		if strings.Contains(text, m) {
			p.problem(begin, campaign.Textf("what stands between {{ if … }} and {{ end }} is plain text of one paragraph: put bold print, links, lists and new paragraphs outside it"))
			return
		}
	}
}

// expression reads a field with or without a fallback, or a quoted text.
func (p *mergeParser) expression(begin int, action string) mergeNode {
	if literal, ok := unquoteMerge(action); ok {
		return mergeField{fallback: literal}
	}
	name, fallback, has := strings.Cut(action, "|")
	f := mergeField{name: strings.TrimSpace(name)}
	if has {
		literal, ok := unquoteMerge(strings.TrimSpace(fallback))
		if !ok {
			p.problem(begin, campaign.Textf("the fallback of {{ %s | … }} must stand in quotation marks: {{ %s | \"colleague\" }}", f.name, f.name))
			return nil
		}
		f.fallback = literal
	}
	if !p.checkName(begin, f.name) {
		return nil
	}
	return f
}

// unquoteMerge reads a text in straight or typographic quotation marks.
func unquoteMerge(s string) (string, bool) {
	for _, q := range [][2]string{{`"`, `"`}, {"„", "”"}, {"„", "“"}, {"“", "”"}, {"«", "»"}} {
		if len(s) >= len(q[0])+len(q[1]) && strings.HasPrefix(s, q[0]) && strings.HasSuffix(s, q[1]) {
			inner := s[len(q[0]) : len(s)-len(q[1])]
			if q[0] != `"` || !strings.Contains(inner, `"`) {
				return strings.TrimSpace(inner), true
			}
		}
	}
	return "", false
}

func (p *mergeParser) checkName(begin int, name string) bool {
	if isMergeField(name) {
		return true
	}
	if name == "" {
		p.problem(begin, campaign.Textf("a merge field is empty: write for example {{ first_name }}"))
		return false
	}
	near := nearest(name, mergeFields)
	if 2*campaign.EditDistance(strings.ToLower(shorten(name, 40)), near) > len(near) { // nothing like it
		p.problem(begin, campaign.Textf("there is no merge field “%s”; there are %s", shorten(name, 40), strings.Join(MergeFields(), ", ")))
		return false
	}
	p.problem(begin, campaign.Textf("there is no merge field “%s”; did you mean %s?", shorten(name, 40), near))
	return false
}

// mergeFields are all fields but the attributes, in the order they are offered.
var mergeFields = []string{"first_name", "last_name", "full_name", "greeting", "email", "organisation", "position", "place", "kind", "language", "list"}

// MergeForNobody returns a text as a reader gets it of whom nothing is known; one with a mistake as it is.
func MergeForNobody(text string) string {
	nodes, problems := parseMerge(text)
	if len(problems) > 0 {
		return text
	}
	var b strings.Builder
	for _, n := range nodes {
		n.render(&b, func(string) string { return "" })
	}
	return b.String()
}

// MergeFields returns the names of the merge fields in the order they are offered; attribute.NAME comes on top.
func MergeFields() []string {
	return append(slices.Clone(mergeFields), campaign.AttributePrefix+"NAME")
}

func isMergeField(name string) bool {
	if attribute, ok := strings.CutPrefix(name, campaign.AttributePrefix); ok {
		return attribute != "" && !strings.ContainsAny(attribute, "{}|\"")
	}
	return slices.Contains(mergeFields, name)
}

// nearest returns the known name with the smallest edit distance.
func nearest(name string, known []string) string {
	best, distance := "", 1<<30
	name = strings.ToLower(strings.Trim(name, ". "))
	name = strings.NewReplacer("-", "_", " ", "_").Replace(shorten(name, 40))
	for _, k := range known {
		if d := campaign.EditDistance(name, k); d < distance {
			best, distance = k, d
		}
	}
	return best
}

// shorten cuts a text for a message.
func shorten(s string, runes int) string {
	if utf8.RuneCountInString(s) <= runes {
		return s
	}
	return string([]rune(s)[:runes-1]) + "…"
}
