package templates

import (
	"bytes"
	"cmp"
	"fmt"
	"html"
	"html/template"
	"net/url"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	goldtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/glasnik/glasnik/campaign"
)

// markdown reads the Markdown of a release: CommonMark with tables, strike-through, bare addresses as links and dialect. HTML in
// it is shown as the author typed it, never let through: in a mail it would break more often than it would help.
type markdown struct {
	engine   goldmark.Markdown
	pictures pictures
}

// markdownImage is what is known of an inline image.
type markdownImage struct {
	source        string // where it is shown from; "" for one that is not
	alt           string // used where the text has none
	credit        string // used where the text has none
	width, height int    // 0 when unknown
}

// fit sets the size in which a picture is shown: no wider than the text.
func (i *markdownImage) fit(width, height int) {
	const widest = 520
	if width > widest {
		width, height = widest, height*widest/width
	}
	if width > 0 && height > 0 {
		i.width, i.height = width, height
	}
}

// pictures are those a text may show.
type pictures struct {
	files    map[string]markdownImage // by name
	media    MediaLookup
	language campaign.Language
}

// find returns the picture an image shows, without a source where there is none: a picture from elsewhere would count readers
// there.
func (p pictures) find(n *ast.Image) markdownImage {
	return p.at(string(plainTarget(n.Destination)))
}

// at returns the picture with an address.
func (p pictures) at(target string) markdownImage {
	if id := mediaID(target); id != "" && p.media != nil {
		if m, ok := p.media(id, p.language); ok {
			known := markdownImage{source: m.Address, alt: m.Alt, credit: m.Credit}
			known.fit(m.Width, m.Height)
			return known
		}
	}
	for _, name := range inlineNames(target) {
		if known, ok := p.files[name]; ok {
			return known
		}
	}
	return markdownImage{}
}

func newMarkdown(p pictures) *markdown {
	return &markdown{goldmark.New(
		goldmark.WithExtensions(extension.Table, extension.Strikethrough),
		goldmark.WithParserOptions(parser.WithInlineParsers(util.Prioritized(autolinks{}, 999)), parser.WithParagraphTransformers(util.Prioritized(quoteLines{}, 300))),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(mailNodes{p}, 100))),
	), p}
}

// markdownText is a parsed text.
type markdownText struct {
	root   ast.Node
	source []byte
}

// parse reads a text. One that would cost more than any release needs is refused, see markdownLimits.
func (m *markdown) parse(source string) (markdownText, error) {
	if problem := tooCostly(source); problem != nil {
		return markdownText{}, problem
	}
	b := []byte(source)
	t := markdownText{m.engine.Parser().Parse(goldtext.NewReader(b)), b}
	t.dialect()
	t.linkMail()
	if problem := t.tooLarge(); problem != nil {
		return markdownText{}, problem
	}
	t.captions(m.pictures)
	t.unifyLinks()
	return t, nil
}

// unifyLinks makes ordinary links of bare addresses and brings every target to its final form, so that what follows
// meets one kind of link only.
func (t markdownText) unifyLinks() {
	var bare []*ast.AutoLink
	t.walk(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.AutoLink:
			bare = append(bare, n)
		case *ast.Link:
			n.Destination = util.URLEscape(asciiHost(plainTarget(n.Destination)), false)
		case *ast.Heading:
			n.Level = min(max(n.Level, 2), 4) // the headline is the one h1
		case *extast.TableCell:
			if n.Parent().Kind() == extast.KindTableHeader {
				n.SetAttributeString("scope", []byte("col"))
			}
		}
	})
	for _, n := range bare {
		shown := ast.NewString(shownAs(n, t.source))
		shown.SetRaw(true)
		if insideLink(n) {
			n.Parent().ReplaceChild(n.Parent(), n, shown)
			continue
		}
		n.Parent().ReplaceChild(n.Parent(), n, t.linkOf(n, shown))
	}
}

// linkOf makes a link of a bare address.
func (t markdownText) linkOf(n *ast.AutoLink, shown *ast.String) *ast.Link {
	link := ast.NewLink()
	link.Destination = util.URLEscape(asciiHost([]byte(t.targetOf(n, string(shown.Value)))), false)
	link.SetPos(n.Pos())
	link.AppendChild(link, shown)
	return link
}

// targetOf returns where a bare address leads that is shown as a text.
func (t markdownText) targetOf(n *ast.AutoLink, target string) string {
	switch scheme := len("mailto:"); {
	case n.Protocol != nil:
		target = string(n.Protocol) + "://" + target
	case n.AutoLinkType == ast.AutoLinkEmail:
		if len(target) > scheme && strings.EqualFold(target[:scheme], "mailto:") {
			target = target[scheme:]
		}
		if address, err := campaign.ParseAddress(target); err == nil {
			target = address
		}
		target = "mailto:" + mailtoAddress(target)
	}
	return target
}

// plainTarget reads the escapes and the references to characters in an address as it is written in Markdown.
func plainTarget(target []byte) []byte {
	return util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(target)))
}

// asciiHost writes the host of a web address in A-labels (RFC 5890), as it goes over the wire: with the escapes of a path
// in it, not every mail program finds пример.срб.
func asciiHost(target []byte) []byte {
	scheme, rest, ok := strings.Cut(string(target), "://")
	if ok && isTrackable(string(target)) {
		scheme = strings.ToLower(scheme)
		target = []byte(scheme + "://" + rest)
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	name, port, hasPort := strings.Cut(rest[:end], ":")
	isASCII := !strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII })
	if !ok || isASCII || strings.Contains(name, campaign.PlaceBegin) {
		return target
	}
	name, err := campaign.ParseDomain(name)
	if err != nil {
		return target
	}
	if hasPort {
		name += ":" + port
	}
	return []byte(scheme + "://" + name + rest[end:])
}

func (t markdownText) walk(visit func(ast.Node)) {
	_ = ast.Walk(t.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			visit(n)
		}
		return ast.WalkContinue, nil
	})
}

func (t markdownText) links(visit func(*ast.Link)) {
	t.walk(func(n ast.Node) {
		if l, ok := n.(*ast.Link); ok {
			visit(l)
		}
	})
}

// html renders the text with every link's target replaced by what rewrite returns for it and for the words it is shown
// with. It may be called once.
func (m *markdown) html(t markdownText, rewrite linkRewriter) (template.HTML, error) {
	t.links(func(l *ast.Link) {
		l.Destination = []byte(rewrite(string(l.Destination), inlineText(l, t.source, nil)))
	})
	t.breakLongWords()
	var b bytes.Buffer
	if err := m.engine.Renderer().Render(&b, t.source, t.root); err != nil {
		return "", fmt.Errorf("render Markdown: %w", err)
	}
	return template.HTML(b.String()), nil
}

// linkRewriter returns the address a link is to lead to in a letter, of its own and the words it is shown with.
type linkRewriter func(target, words string) string

// lead puts words in bold print before the first paragraph's own, as a dateline stands.
func (t markdownText) lead(words string) {
	bold := ast.NewEmphasis(2)
	bold.AppendChild(bold, ast.NewString([]byte(words)))
	first := t.root.FirstChild()
	if p, ok := first.(*ast.Paragraph); ok {
		space := ast.NewString([]byte(" "))
		p.InsertBefore(p, p.FirstChild(), space)
		p.InsertBefore(p, space, bold)
		return
	}
	p := ast.NewParagraph()
	p.AppendChild(p, bold)
	if first == nil {
		t.root.AppendChild(t.root, p)
	} else {
		t.root.InsertBefore(t.root, first, p)
	}
}

// mailNodes renders what must look different in a mail: images with their size, HTML as plain text.
type mailNodes struct{ pictures }

// RegisterFuncs implements renderer.NodeRenderer.
func (r mailNodes) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindImage, r.image)
	for kind, render := range dialectRenderers() {
		reg.Register(kind, render)
	}
	reg.Register(extast.KindTable, wideTable)
	reg.Register(ast.KindRawHTML, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			writeEscaped(w, n.(*ast.RawHTML).Segments, source)
		}
		return ast.WalkSkipChildren, nil
	})
	reg.Register(ast.KindHTMLBlock, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			_, _ = w.WriteString("<p>")
			writeEscaped(w, n.Lines(), source)
			_, _ = w.WriteString("</p>\n")
		}
		return ast.WalkContinue, nil
	})
}

// wideTable keeps words whole: a table that is wider than the screen is moved by itself, not the letter with it; by the keyboard too.
func wideTable(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString("<div class=\"wide\" tabindex=\"0\"><table>\n")
	} else {
		_, _ = w.WriteString("</table></div>\n")
	}
	return ast.WalkContinue, nil
}

func writeEscaped(w util.BufWriter, lines *goldtext.Segments, source []byte) {
	for i := range lines.Len() {
		s := lines.At(i)
		_, _ = w.WriteString(html.EscapeString(string(s.Value(source))))
	}
}

func (r mailNodes) image(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*ast.Image)
	info := r.find(n)
	alt := inlineText(n, source, nil)
	alt = cmp.Or(alt, info.alt)
	if info.source == "" { // its words stand for it
		_, _ = w.WriteString(html.EscapeString("[" + alt + "]"))
		return ast.WalkSkipChildren, nil
	}
	fmt.Fprintf(w, `<img class="picture" src="%s" alt="%s"`, html.EscapeString(info.source), html.EscapeString(alt))
	if info.width > 0 {
		fmt.Fprintf(w, ` width="%d" height="%d"`, info.width, info.height)
	}
	_, _ = w.WriteString(">")
	return ast.WalkSkipChildren, nil
}

// inlineNames returns the names a file may have that is shown by a cid: address: as it is written there, and with %20 for a
// blank.
func inlineNames(target string) []string {
	name, ok := strings.CutPrefix(target, "cid:")
	if !ok {
		return nil
	}
	if plain, err := url.PathUnescape(name); err == nil && plain != name {
		return []string{plain, name}
	}
	return []string{name}
}

// InlineAddress returns the address by which a text shows an inline file, as it is written in Markdown.
func InlineAddress(name string) string {
	plain := !strings.ContainsFunc(name, func(r rune) bool { return !isWordRune(r) && !strings.ContainsRune("-_.,+~@=", r) })
	switch {
	case plain:
		return "cid:" + name
	case !strings.ContainsFunc(name, func(r rune) bool { return !isWordRune(r) && !strings.ContainsRune(" -_.,+~@=()[]", r) }):
		return "<cid:" + name + ">"
	}
	return "cid:" + strings.NewReplacer("(", "%28", ")", "%29", "&", "%26", "_", "_").Replace(url.PathEscape(name))
}
