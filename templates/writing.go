package templates

import (
	"bytes"
	"cmp"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/campaign/language/check"
	"github.com/glasnik/glasnik/campaign/language/spelling"
)

// WritingDocument makes of a version what the writing check reads. helplines are the numbers the team verified.
func WritingDocument(r *campaign.Release, v *campaign.Version, settings *campaign.Settings) check.Document {
	d := check.Document{Language: v.Language, Release: &check.Release{
		Kind: r.Kind, Embargo: !r.Embargo.IsZero(), Quotes: len(v.Quotes), About: v.About != "",
		Contact:  v.Contact.Phone != "" || v.Contact.Email != "",
		Dateline: v.Place != "" && v.Date != "", Lead: strings.TrimSpace(v.Lead) != "", Differ: differingFigures(r, v),
	}}
	d.Release.Assured = r.AssuredOf(v)
	d.Release.Alone = settings == nil
	d.Release.Date, _ = time.Parse(time.DateOnly, v.Date)
	for _, s := range r.Sources {
		d.Release.Sourced = append(d.Release.Sourced, s.Said)
	}
	if settings != nil {
		for _, h := range settings.Helplines {
			d.Release.Helplines = append(d.Release.Helplines, h.Number)
			if h.For(v.Language) {
				d.Release.Answering = append(d.Release.Answering, h.Number)
				d.Release.Helped = d.Release.Helped || h.Page != "" && slices.ContainsFunc(versionTexts(v), func(f versionText) bool { return strings.Contains(*f.text, h.Page) })
			}
		}
		d.Release.FundedLine = !settings.Brand.Funding.Empty()
	}
	texts := slices.DeleteFunc(versionTexts(v), func(f versionText) bool { return strings.TrimSpace(*f.text) == "" })
	for _, f := range texts {
		field := fieldName(f)
		if !f.markdown {
			d.Parts = append(d.Parts, linePart(field, *f.text, roleOf(f)))
			continue
		}
		parts, err := markdownParts(v.Language, field, *f.text)
		d.Parts = append(d.Parts, parts...)
		if err != nil {
			d.Unchecked = append(d.Unchecked, unchecked(field, err))
		}
	}
	for _, reading := range readings(campaign.Collect(texts, func(f versionText) string { return *f.text })...) {
		var parts []check.Part
		for _, f := range texts {
			if f.markdown {
				parts = append(parts, reading.parts(v.Language, fieldName(f), *f.text)...)
			} else {
				parts = append(parts, reading.line(fieldName(f), *f.text, roleOf(f)))
			}
		}
		d.Readings = append(d.Readings, parts)
	}
	return d
}

// differingFigures are the figures of a translation that its source does not give, and those of the source it does not give.
func differingFigures(r *campaign.Release, v *campaign.Version) (out []string) {
	source := r.In(r.Source)
	if source == nil || v.Language == r.Source {
		return nil
	}
	ours, theirs := figuresOf(v), figuresOf(source)
	for _, both := range [][2]map[string]string{{ours, theirs}, {theirs, ours}} {
		for _, key := range slices.Sorted(maps.Keys(both[0])) {
			if _, ok := both[1][key]; !ok {
				out = append(out, both[0][key])
			}
		}
	}
	return out
}

// figuresOf are the figures of a version by their values, as its texts write them.
func figuresOf(v *campaign.Version) map[string]string {
	out := map[string]string{}
	for _, f := range versionTexts(v) {
		if strings.HasPrefix(f.name, "contact_") {
			continue
		}
		for _, figure := range language.Figures(v.Language, *f.text) {
			out[figure.Key] = figure.Text
		}
	}
	return out
}

// fieldName tells the texts of a version apart: headline, quotes.0.text, contact_name.
func fieldName(f versionText) string {
	if len(f.path) > 1 && !strings.HasPrefix(f.name, "contact_") {
		return strings.Join(f.path, ".")
	}
	return f.name
}

// roleOf says how strictly a line of a version is read.
func roleOf(f versionText) check.Role {
	switch last := f.path[len(f.path)-1]; {
	case f.name == "subject", last == "headline":
		return check.Headline
	case f.name == "quotes" && last == "text":
		return check.Quotation
	case last == "alt":
		return check.Caption
	case f.name == "preheader", f.name == "subhead":
		return check.Paragraph
	}
	return check.Contact
}

// TextDocument makes a document of a text by itself, which is Markdown.
func TextDocument(text string, l campaign.Language) check.Document {
	parts, err := markdownParts(l, "", text)
	d := check.Document{Language: l, Parts: parts}
	if err != nil {
		d.Unchecked = append(d.Unchecked, unchecked("", err))
	}
	for _, reading := range readings(text) {
		d.Readings = append(d.Readings, reading.parts(l, "", text))
	}
	return d
}

// linePart is the part of a text that is no Markdown; merge fields in it are no text.
func linePart(field, text string, role check.Role) check.Part {
	p := check.Part{Field: field, Role: role, Text: text}
	parser := mergeParser{text: text}
	parser.all()
	for _, s := range parser.spans {
		p.Marks = append(p.Marks, check.Mark{From: s.from, To: s.to, Kind: check.Code})
	}
	return p
}

// conversionMarks are the marks of words that no conversion of scripts touches.
var conversionMarks = regexp.MustCompile(`\[\[/?keep\]\]`)

// blank stands for an octet that is no text, so that all others stay where they are.
const blank = "\x1a"

// markdownParts divides a Markdown text. One that is too much to be read comes as it is typed, with an error.
func markdownParts(l campaign.Language, field, source string) ([]check.Part, error) {
	parser := mergeParser{text: source}
	parser.all()
	masked := []byte(source)
	for _, s := range parser.spans {
		copy(masked[s.from:s.to], strings.Repeat(blank, s.to-s.from))
	}
	for _, m := range conversionMarks.FindAllIndex(masked, -1) {
		copy(masked[m[0]:m[1]], strings.Repeat(blank, m[1]-m[0]))
	}
	text, err := newMarkdown(pictures{language: l}).parse(string(masked))
	if err != nil {
		return rawParts(field, string(masked)), err
	}
	parts := partMaker{source: text.source, field: field}
	n := 0
	for block := text.root.FirstChild(); block != nil; block = block.NextSibling() {
		parts.block = n
		parts.blocks(block, check.Paragraph)
		n++
	}
	return parts.all, nil
}

// partMaker makes the parts of a parsed text.
type partMaker struct {
	source []byte
	field  string
	block  int
	all    []check.Part

	reached int // octet of the source after the last words
}

// blocks goes through a block and those in it.
func (m *partMaker) blocks(n ast.Node, role check.Role) {
	switch n.Kind() {
	case ast.KindThematicBreak:
		return
	case ast.KindHTMLBlock, ast.KindCodeBlock, ast.KindFencedCodeBlock:
		m.lines(n)
		return
	case ast.KindHeading, kindTitle:
		role = check.Headline
	case ast.KindBlockquote, kindSpoken:
		role = check.Quotation
	case kindFacts:
		role = check.Paragraph
	case kindSpeaker:
		role = check.Contact
	case kindCaption:
		role = check.Caption
	}
	if first := n.FirstChild(); first != nil && first.Type() == ast.TypeInline {
		m.inlines(n, role)
		return
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		m.blocks(c, role)
		if c.Kind() == extast.KindTableCell {
			continue
		}
	}
}

// htmlTag is no text, although readers see it as it is typed.
var htmlTag = regexp.MustCompile(`</?[a-zA-Z][^<>]*>`)

// inlines makes the part of a block that holds words.
func (m *partMaker) inlines(n ast.Node, role check.Role) {
	at := len(m.all)
	m.all = append(m.all, check.Part{Field: m.field, Block: m.block, Role: role})
	var p check.Part
	p.Field, p.Block, p.Role = m.field, m.block, role
	m.words(n, &p)
	slices.SortStableFunc(p.Marks, func(a, b check.Mark) int { return a.From - b.From })
	if strings.TrimSpace(strings.ReplaceAll(p.Text, blank, "")) == "" {
		m.all = slices.Delete(m.all, at, at+1)
		return
	}
	m.all[at] = p
}

// words adds the words of inline nodes to a part, and the pictures among them as parts of their own.
func (m *partMaker) words(n ast.Node, p *check.Part) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		from := len(p.Text)
		mark := func(kind check.MarkKind) {
			if len(p.Text) > from {
				p.Marks = append(p.Marks, check.Mark{From: from, To: len(p.Text), Kind: kind})
			}
		}
		switch c := c.(type) {
		case *ast.Text:
			m.text(c, p)
			m.reached = max(m.reached, c.Segment.Stop)
			if c.SoftLineBreak() || c.HardLineBreak() {
				p.Places = append(p.Places, check.Place{At: len(p.Text), Source: c.Segment.Stop})
				p.Text += "\n"
			}
		case *ast.String:
			p.Text += string(c.Value)
		case *ast.Emphasis:
			m.words(c, p)
			mark(check.Emphasis)
		case *ast.Link:
			m.words(c, p)
			mark(check.Link)
			m.title(c.Title, string(plainTarget(c.Title)), check.Paragraph)
		case *ast.Image:
			m.picture(c, p.Role)
		case *ast.RawHTML:
			m.rawHTML(c, p)
		default:
			m.words(c, p)
		}
	}
}

// picture makes the parts of a picture: what it shows, its caption, and the name of its file.
func (m *partMaker) picture(n *ast.Image, _ check.Role) {
	alt := check.Part{Field: m.field, Block: m.block, Role: check.Caption}
	m.words(n, &alt)
	m.all = append(m.all, alt)
	caption, _ := imageWords(n)
	m.title(n.Title, caption, check.Caption)
	name := path.Base(string(n.Destination))
	m.all = append(m.all, check.Part{Field: m.field, Block: m.block, Role: check.File, Text: strings.NewReplacer("-", " ", "_", " ", ".", " . ").Replace(name)})
}

// title makes the part of the title of a link or a picture, or of what of it are words.
func (m *partMaker) title(raw []byte, words string, role check.Role) {
	if strings.TrimSpace(words) == "" {
		return
	}
	at := m.reached + bytes.Index(m.source[m.reached:], raw)
	if at < m.reached { // it stands where a reference is defined
		at = max(0, bytes.Index(m.source, raw))
	}
	at += max(0, bytes.Index(raw, []byte(words)))
	m.all = append(m.all, check.Part{Field: m.field, Block: m.block, Role: role, Text: words, Places: []check.Place{{Source: at}}})
}

// WritingFindings checks a version, and says of each finding where in its field it stands.
func WritingFindings(r *campaign.Release, v *campaign.Version, settings *campaign.Settings, rules *check.Rules) []check.Finding {
	sources := map[string]string{}
	for _, f := range versionTexts(v) {
		sources[fieldName(f)] = *f.text
	}
	found := check.Find(WritingDocument(r, v, settings), rules)
	PlaceFindings(found, func(field string) string { return sources[field] })
	return found
}

// SpellingFindings are the words of a version that seem misspelt, where they stand; own are the team's words. They stop nothing.
func SpellingFindings(r *campaign.Release, v *campaign.Version, own []string) []check.Finding {
	sources := map[string]string{}
	for _, f := range versionTexts(v) {
		sources[fieldName(f)] = *f.text
	}
	found := spelling.Find(WritingDocument(r, v, nil), own)
	PlaceFindings(found, func(field string) string { return sources[field] })
	return found
}

// PlaceFindings gives findings their lines and columns.
func PlaceFindings(found []check.Finding, source func(field string) string) {
	for i := range found {
		f := &found[i]
		if text := source(f.Field); f.End > 0 && f.Start <= len(text) {
			before := text[:f.Start]
			f.Line = 1 + strings.Count(before, "\n")
			f.Column = 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
		}
	}
}

// FileFindings checks a release file by the settings of a team, nil where they are not known; the places are those in the file.
func FileFindings(name string, data []byte, settings *campaign.Settings) ([]check.Finding, []check.Unchecked, error) {
	r, v, err := ParseReleaseFile(name, data)
	if err != nil {
		return nil, nil, err
	}
	texts := map[string]versionText{}
	for _, f := range versionTexts(&v) {
		texts[fieldName(f)] = f
	}
	document := WritingDocument(r, &v, settings)
	found := check.Find(document, RulesOf(settings))
	lines := NewReleaseLines(data)
	for i := range found {
		f := &found[i]
		text, ok := texts[f.Field]
		if !ok || f.End == 0 || f.End > len(*text.text) {
			continue
		}
		last := strings.TrimRight((*text.text)[:f.End], " \n")
		_, size := utf8.DecodeLastRuneInString(last)
		f.Start, f.End = lines.Place(text.path, signs((*text.text)[:f.Start])), lines.Place(text.path, signs(last)-1)+size
	}
	slices.SortStableFunc(found, func(a, b check.Finding) int { return cmp.Or(min(a.End, 1)-min(b.End, 1), a.Start-b.Start) })
	whole := lineBreaks.Replace(string(bytes.TrimPrefix(data, []byte("\ufeff"))))
	PlaceFindings(found, func(string) string { return whole })
	for i := range found {
		if f := &found[i]; f.End > 0 {
			f.Start, f.End = octetInFile(data, f.Start), octetInFile(data, f.End)
		}
	}
	return found, document.Unchecked, nil
}

// octetInFile returns where in a file an octet stands of its text, in which every line ends as those of Unix do.
func octetInFile(data []byte, at int) int {
	i := len(data) - len(bytes.TrimPrefix(data, []byte("\ufeff")))
	if !bytes.Contains(data, []byte("\r\n")) {
		return i + at
	}
	for range at {
		if i+1 < len(data) && data[i] == '\r' && data[i+1] == '\n' {
			i++
		}
		i++
	}
	return i
}

// Place returns where in the file, in octets after its line ends are those of Unix, the sign of a text stands that n others precede.
func (l *ReleaseLines) Place(path []string, n int) int {
	const opening = len("---\n") - len("\n") // an empty line stands for it
	if slices.Equal(path, []string{"body"}) {
		return opening + len(l.matter) + len("---\n") + signAt(l.body, n, 0)
	}
	node := nodeAt(l.front, path)
	if node == nil {
		return 0
	}
	rest := scalarSource(l.matter, node)
	return opening + len(l.matter) - len(rest) + signAt(rest, n, node.Style)
}
