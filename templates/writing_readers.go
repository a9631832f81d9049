package templates

import (
	"html"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	goldtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language/check"
)

// readAs is a text as some readers read it: merge fields are replaced by their fallbacks, and conditions by one of their branches.
type readAs struct {
	holds func(field string) bool // nil: both branches are read, one after the other
}

// maxCombined is how many fields conditions may ask for so that every combination of them is read.
const maxCombined = 3

// readings are the ways in which texts may read to readers; none when they have neither merge fields nor conversion marks.
func readings(texts ...string) (out []readAs) {
	var fields []string
	differ := false
	for _, text := range texts {
		differ = differ || strings.Contains(text, "{{") || conversionMarks.MatchString(text)
		for _, m := range conditionBegins.FindAllStringSubmatch(text, -1) {
			if !slices.Contains(fields, m[1]) && len(fields) <= maxCombined {
				fields = append(fields, m[1])
			}
		}
	}
	switch {
	case !differ:
		return nil
	case len(fields) > maxCombined:
		all := func(yes bool) readAs { return readAs{func(string) bool { return yes }} }
		return []readAs{all(true), all(false), {}}
	}
	for n := range 1 << len(fields) {
		out = append(out, readAs{func(field string) bool { return n>>max(0, slices.Index(fields, field))&1 == 0 }})
	}
	return out
}

var conditionBegins = regexp.MustCompile(`\{\{[ \t]*if[ \t]+([^\s{}]+)`)

// readText is a text as some readers read it, and where its pieces stand in the source.
type readText struct {
	strings.Builder
	places []check.Place
	plain  bool // no Markdown
}

func (t *readText) add(text string, source int) {
	if text != "" {
		t.places = append(t.places, check.Place{At: t.Len(), Source: source})
		t.WriteString(text)
	}
}

// markupSigns would be Markdown, but are none in a fallback or a branch.
var markupSigns = strings.NewReplacer("\n", " ", "*", blank, "_", blank, "~", blank, "[", blank, "]", blank, "`", blank, "<", blank, ">", blank, "|", blank, "\\", blank, "&", blank)

// value adds what a merge field or a condition becomes, which is never markup and, within an address, no text.
func (t *readText) value(text string, source int) {
	if t.plain {
		t.add(text, source)
		return
	}
	before := t.String()[max(0, t.Len()-2000):]
	before = before[strings.LastIndexAny(before, " \t\n")+1:]
	if at := strings.LastIndex(before, "]("); at >= 0 && !strings.Contains(before[at:], ")") || strings.Contains(before, "://") {
		t.add(strings.Repeat(blank, len(text)), source)
		return
	}
	t.add(markupSigns.Replace(text), source)
}

// read returns a text as these readers read it.
func (r readAs) read(source string, plain bool) *readText {
	out := &readText{plain: plain}
	var holds []bool // of the conditions around
	shown := func() bool { return !slices.Contains(holds, false) }
	p := mergeParser{text: source}
	for p.at < len(source) {
		from := p.at
		to := from + strings.Index(source[from:], "{{")
		if to < from {
			to = len(source)
		}
		switch {
		case !shown():
		case len(holds) > 0:
			out.value(source[from:to], from)
		default:
			for _, m := range conversionMarks.FindAllStringIndex(source[from:to], -1) {
				out.add(source[from:p.at+m[0]], from)
				from = p.at + m[1]
			}
			out.add(source[from:to], from)
		}
		if p.at = to; to == len(source) {
			break
		}
		action, ok := p.action()
		word, rest, _ := strings.Cut(action, " ")
		switch last := len(holds) - 1; {
		case !ok:
			if shown() {
				out.value("{{", to)
			}
		case word == "if" && len(holds) > maxMergeDepth: // it cannot be sent
		case word == "if":
			holds = append(holds, r.holds == nil || r.holds(strings.TrimSpace(rest)))
		case action == "else" && last >= 0:
			if holds[last] = r.holds == nil || !holds[last]; r.holds == nil {
				out.value(" / ", to)
			}
		case action == "end" && last >= 0:
			holds = holds[:last]
		case shown():
			_, fallback, _ := strings.Cut(action, "|")
			literal, ok := unquoteMerge(action)
			if !ok {
				literal, _ = unquoteMerge(strings.TrimSpace(fallback))
			}
			out.value(literal, to+max(0, strings.LastIndex(source[to:p.at], literal)))
		}
	}
	return out
}

// place brings the places of a part, which are those of the text that was read, to the source.
func (t *readText) place(p *check.Part) {
	read := check.Part{Places: t.places}
	if len(p.Places) == 0 {
		p.Places = t.places
		return
	}
	var out []check.Place
	next := 0
	for i, at := range p.Places {
		end := len(p.Text)
		if i+1 < len(p.Places) {
			end = p.Places[i+1].At
		}
		out = append(out, check.Place{At: at.At, Source: read.SourceAt(at.Source)})
		for next < len(t.places) && t.places[next].At <= at.Source {
			next++
		}
		for ; next < len(t.places) && t.places[next].At < at.Source+end-at.At; next++ {
			out = append(out, check.Place{At: at.At + t.places[next].At - at.Source, Source: t.places[next].Source})
		}
	}
	p.Places = out
}

// parts are the parts of a Markdown text as these readers read it.
func (r readAs) parts(l campaign.Language, field, source string) []check.Part {
	t := r.read(source, false)
	parts, _ := markdownParts(l, field, t.String())
	for i := range parts {
		t.place(&parts[i])
	}
	return parts
}

// line is the part of a text that is no Markdown, as these readers read it.
func (r readAs) line(field, source string, role check.Role) check.Part {
	t := r.read(source, true)
	return check.Part{Field: field, Role: role, Text: t.String(), Places: t.places}
}

// maxRawPart is how many octets a part of a text has that cannot be read as Markdown.
const maxRawPart = 4000

// rawParts divides a text that is too much to be read as Markdown, so that its words are checked all the same.
func rawParts(field, source string) (out []check.Part) {
	at, open := 0, false
	for line := range strings.Lines(source) {
		switch last := len(out) - 1; {
		case strings.TrimSpace(line) == "":
			open = false
		case open && len(out[last].Text)+len(line) <= maxRawPart:
			out[last].Text += line
		default:
			out = append(out, check.Part{Field: field, Block: len(out), Role: check.Paragraph, Text: line, Places: []check.Place{{Source: at}}})
			open = true
		}
		at += len(line)
	}
	return out
}

// unchecked says that a text could not be read.
func unchecked(field string, err error) check.Unchecked {
	return check.Unchecked{Field: field, Why: campaign.Textf("not checked: %s", campaign.TextOf(err))}
}

// maskTag hides a tag of HTML but for the words in quotation marks, since readers see it as it is typed.
func maskTag(tag string) string {
	if !strings.ContainsAny(tag, `"'`) {
		return strings.Repeat(blank, len(tag))
	}
	out, quote := []byte(tag), byte(0)
	for i, c := range out {
		switch {
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == quote:
			quote = 0
		case quote == 0 && c < 0x80:
			out[i] = ' '
		}
	}
	return string(out)
}

// lines makes the part of a block of HTML or code, whose lines readers see as they are typed.
func (m *partMaker) lines(n ast.Node) {
	p := check.Part{Field: m.field, Block: m.block, Role: check.Paragraph}
	all := n.Lines().Sliced(0, n.Lines().Len())
	h, isHTML := n.(*ast.HTMLBlock)
	if isHTML && h.HasClosure() {
		all = append(slices.Clone(all), h.ClosureLine)
	}
	for _, line := range all {
		m.segment(&p, line, isHTML)
	}
	if strings.TrimSpace(strings.ReplaceAll(p.Text, blank, "")) != "" {
		m.all = append(m.all, p)
	}
}

func (m *partMaker) segment(p *check.Part, s goldtext.Segment, isHTML bool) {
	p.Places = append(p.Places, check.Place{At: len(p.Text), Source: max(0, s.Start-s.Padding)})
	text := string(s.Value(m.source))
	if isHTML {
		text = htmlTag.ReplaceAllStringFunc(text, maskTag)
	}
	p.Text += text
}

// rawHTML adds what is more than a tag, such as a comment or the words in an attribute.
func (m *partMaker) rawHTML(n *ast.RawHTML, p *check.Part) {
	for i := range n.Segments.Len() {
		s := n.Segments.At(i)
		if text := string(s.Value(m.source)); n.Segments.Len() > 1 || strings.ContainsAny(text, `"'`) || strings.HasPrefix(text, "<!") || strings.HasPrefix(text, "<?") {
			m.segment(p, s, true)
		}
	}
}

// reference is a reference to a character, or an escaped sign.
var reference = regexp.MustCompile("&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]*);|\\\\[!-/:-@\\[-`{-~]")

// text adds words, in which references to characters are read.
func (m *partMaker) text(n *ast.Text, p *check.Part) {
	value, at := string(n.Segment.Value(m.source)), 0
	add := func(text string, source int) {
		p.Places = append(p.Places, check.Place{At: len(p.Text), Source: n.Segment.Start + source})
		p.Text += text
	}
	if !n.IsRaw() && n.Parent().Kind() != ast.KindCodeSpan {
		for _, r := range reference.FindAllStringIndex(value, -1) {
			read := html.UnescapeString(value[r[0]:r[1]])
			if value[r[0]] == '\\' && util.IsPunct(value[r[0]+1]) {
				read = value[r[0]+1 : r[1]]
			}
			add(value[at:r[0]], at)
			add(read, r[0])
			at = r[1]
		}
	}
	add(value[at:], at)
}
