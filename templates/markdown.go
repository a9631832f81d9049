package templates

import (
	"bytes"
	"fmt"
	"html"
	"html/template"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	goldtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/glasnik/glasnik/campaign"
)

// markdown reads the Markdown of a release: CommonMark with tables, strike-through and bare addresses as links. HTML in
// it is shown as the author typed it, never let through: in a mail it would break more often than it would help.
type markdown struct {
	engine goldmark.Markdown
}

// markdownImage is what is known of an inline image.
type markdownImage struct {
	source        string // cid: address
	alt           string // used where the text has none
	width, height int    // 0 when unknown
}

func newMarkdown(images map[string]markdownImage) *markdown {
	return &markdown{goldmark.New(
		goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.Linkify),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(mailNodes{images}, 100))),
	)}
}

// markdownText is a parsed text.
type markdownText struct {
	root   ast.Node
	source []byte
}

func (m *markdown) parse(source string) markdownText {
	b := []byte(source)
	t := markdownText{m.engine.Parser().Parse(goldtext.NewReader(b)), b}
	t.unifyLinks()
	return t
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
			n.Destination = util.URLEscape(asciiHost(n.Destination), true)
		case *ast.Heading:
			n.Level = min(max(n.Level, 2), 4) // the headline is the one h1
		}
	})
	for _, n := range bare {
		link := ast.NewLink()
		link.Destination = util.URLEscape(asciiHost(n.URL(t.source)), false)
		if n.AutoLinkType == ast.AutoLinkEmail && !bytes.HasPrefix(link.Destination, []byte("mailto:")) {
			link.Destination = append([]byte("mailto:"), link.Destination...)
		}
		link.AppendChild(link, ast.NewString(n.Label(t.source)))
		n.Parent().ReplaceChild(n.Parent(), n, link)
	}
}

// asciiHost writes the host of a web address in A-labels (RFC 5890), as it goes over the wire: with the escapes of a path
// in it, not every mail program finds пример.срб.
func asciiHost(target []byte) []byte {
	scheme, rest, ok := strings.Cut(string(target), "://")
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

// html renders the text with every link's target replaced by what rewrite gives for it. It may be called once.
func (m *markdown) html(t markdownText, rewrite func(string) string) (template.HTML, error) {
	t.links(func(l *ast.Link) { l.Destination = []byte(rewrite(string(l.Destination))) })
	var b bytes.Buffer
	if err := m.engine.Renderer().Render(&b, t.source, t.root); err != nil {
		return "", fmt.Errorf("render Markdown: %w", err)
	}
	return template.HTML(b.String()), nil
}

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
type mailNodes struct {
	images map[string]markdownImage
}

// RegisterFuncs implements renderer.NodeRenderer.
func (r mailNodes) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindImage, r.image)
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
	target := string(util.URLEscape(n.Destination, true))
	info := markdownImage{source: target}
	if name, ok := inlineName(target); ok {
		if info, ok = r.images[name]; !ok {
			info = markdownImage{}
		}
	}
	alt := inlineText(n, source, nil)
	if alt == "" {
		alt = info.alt
	}
	if info.source == "" || !(strings.HasPrefix(info.source, "cid:") || strings.HasPrefix(info.source, "https://")) {
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

// inlineName gives the file name in a cid: address as it stands in a text.
func inlineName(target string) (string, bool) {
	name, ok := strings.CutPrefix(target, "cid:")
	if !ok {
		return "", false
	}
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain
	}
	return name, true
}

// markdownProblems finds links and images that cannot work in a mail.
func markdownProblems(source string, files []campaign.Attachment) []mergeProblem {
	filled, err := newLetterPlaces().fill(source)
	if err != nil {
		return []mergeProblem{{1, err.Error()}}
	}
	var out []mergeProblem
	newMarkdown(nil).parse(filled).walk(func(n ast.Node) {
		var target, problem string
		switch n := n.(type) {
		case *ast.Link:
			target = string(n.Destination)
			problem = linkProblem(target)
		case *ast.Image:
			target = string(n.Destination)
			problem = imageProblem(target, files)
		}
		if problem != "" {
			line := 1 + strings.Count(filled[:max(0, strings.Index(filled, target))], "\n")
			out = append(out, mergeProblem{line, problem})
		}
	})
	return out
}

func linkProblem(target string) string {
	scheme, _, _ := strings.Cut(target, ":")
	switch {
	case strings.Contains(target, campaign.PlaceBegin):
		return "the address of a link holds a merge field: it would tell readers apart; leave it out"
	case target == "":
		return "a link has no address"
	case target[0] == '#' || slices.Contains([]string{"http", "https", "mailto", "tel"}, strings.ToLower(scheme)):
		return ""
	}
	return fmt.Sprintf("the link “%s” does not lead anywhere from a mail: write the full address with https://", shorten(target, 60))
}

func imageProblem(target string, files []campaign.Attachment) string {
	name, isInline := inlineName(target)
	switch {
	case strings.Contains(target, campaign.PlaceBegin):
		return "the address of an image holds a merge field: it would tell readers apart; leave it out"
	case strings.HasPrefix(target, "https://"):
		return ""
	case !isInline:
		return fmt.Sprintf("the image “%s” must be an inline file, written as cid:NAME, or an https:// address", shorten(target, 60))
	}
	var names []string
	for _, f := range files {
		if f.Inline {
			names = append(names, f.Name)
		}
	}
	switch {
	case slices.Contains(names, name):
		return ""
	case len(names) == 0:
		return fmt.Sprintf("the image “%s” is not among the release's inline files: there are none", name)
	}
	return fmt.Sprintf("the image “%s” is not among the release's inline files; did you mean cid:%s?", name, nearest(name, names))
}
