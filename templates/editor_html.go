package templates

import (
	"fmt"
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
)

// editorWriter writes a block as the HTML that the editor reads: elements for what everybody knows, and data attributes for
// what is a release's own.
type editorWriter struct {
	strings.Builder
	text    *editorText
	unknown bool // the block holds something the editor cannot show

	marks []string // elements that stand around the words
	keep  string   // the mark by which the words are kept from the other script, "" for none
	cell  bool
}

// block writes a block.
func (w *editorWriter) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.Paragraph, *ast.TextBlock:
		w.element("p", "", n, w.inline)
	case *ast.Heading:
		w.unknown = w.unknown || hasBreak(n)
		w.element(fmt.Sprintf("h%d", min(max(n.Level, 2), 4)), "", n, w.inline)
	case *ast.ThematicBreak:
		w.WriteString("<hr>")
	case *ast.List:
		w.list(n)
	case *ast.Blockquote:
		w.unknown = w.unknown || !n.HasChildren()
		w.element("blockquote", "", n, w.inner)
	case *extast.Table:
		w.element("table", "", n, w.rows)
	case *releaseNode:
		w.dialect(n)
	default:
		w.unknown = true
	}
}

// hasBreak reports whether the author broke a line in a block.
func hasBreak(n ast.Node) bool {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok && t.HardLineBreak() || hasBreak(c) {
			return true
		}
	}
	return false
}

func (w *editorWriter) element(name, attributes string, n ast.Node, inside func(ast.Node)) {
	w.WriteString("<" + name + attributes + ">")
	inside(n)
	w.WriteString("</" + name + ">")
}

// inner writes the blocks in a quote or a fact box, in which there is neither of them and no table.
func (w *editorWriter) inner(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if k := c.Kind(); k == ast.KindBlockquote || k == kindSpoken || k == kindFacts || k == extast.KindTable {
			w.unknown = true
			return
		}
		w.block(c)
	}
}

func (w *editorWriter) dialect(n *releaseNode) {
	switch n.kind {
	case kindSpoken:
		w.element("blockquote", "", n, w.inner)
	case kindSpeaker:
		w.element("footer", "", n, w.inline)
	case kindFacts:
		w.element("aside", "", n, w.inner)
	case kindTitle:
		w.element("header", "", n, w.inline)
	case kindButton:
		link := n.FirstChild().(*ast.Link)
		w.element("p", ` data-button="`+w.attribute(string(plainTarget(link.Destination)))+`"`, link, w.inline)
	case kindFigure:
		image := n.FirstChild().(*ast.Image)
		w.keepsMarks(image)
		caption, credit := imageWords(image)
		w.WriteString(`<figure data-caption="` + w.attribute(caption) + `" data-credit="` + w.attribute(credit) + `">`)
		w.image(image)
		w.WriteString("</figure>")
	}
}

func (w *editorWriter) list(n *ast.List) {
	name, attributes := "ul", ""
	if n.IsOrdered() {
		name, attributes = "ol", fmt.Sprintf(` start="%d"`, n.Start)
	}
	if !n.IsTight {
		attributes += " data-loose"
	}
	w.element(name, attributes, n, func(ast.Node) {
		for item := n.FirstChild(); item != nil; item = item.NextSibling() {
			w.element("li", "", item, w.item)
		}
	})
}

// item writes a paragraph and what is under it: paragraphs and lists.
func (w *editorWriter) item(n ast.Node) {
	w.unknown = w.unknown || !n.HasChildren()
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		k := c.Kind()
		if isText := k == ast.KindParagraph || k == ast.KindTextBlock; !isText && (k != ast.KindList || c.PreviousSibling() == nil) {
			w.unknown = true
			return
		}
		w.block(c)
	}
}

func (w *editorWriter) rows(table ast.Node) {
	w.cell = true
	for row := table.FirstChild(); row != nil; row = row.NextSibling() {
		name := "td"
		if row.Kind() == extast.KindTableHeader {
			name = "th"
		}
		w.element("tr", "", row, func(ast.Node) {
			for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
				align := ""
				if a := cell.(*extast.TableCell).Alignment; a != extast.AlignNone {
					align = ` data-align="` + a.String() + `"`
				}
				w.element(name, align, cell, w.inline)
			}
		})
	}
	w.cell = false
}

// inline writes the words of a block. Marks of kept words that do not fit together are only words.
func (w *editorWriter) inline(n ast.Node) {
	var words strings.Builder
	w.collect(n, &words)
	if !fitTogether(words.String()) {
		w.keep = "none"
	}
	w.children(n)
	w.keep = ""
}

// collect writes the masked words of a block, for a look at its marks.
func (w *editorWriter) collect(n ast.Node, b *strings.Builder) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			w.text.pieces(string(c.Segment.Value(w.text.text.source)), func(_, masked string) {
				if strings.HasPrefix(masked, "[[") || masked == "]]" {
					b.WriteString(masked + "\n")
				}
			})
		default:
			w.collect(c, b)
		}
	}
}

// keepsMarks leaves a block alone in which marks of kept words stand where they are none: in code, and in the words of an image.
func (w *editorWriter) keepsMarks(n ast.Node) {
	var b strings.Builder
	w.collect(n, &b)
	w.unknown = w.unknown || b.Len() > 0
}

// fitTogether reports whether each mark that opens is closed before the next opens.
func fitTogether(marks string) bool {
	open := ""
	for mark := range strings.Lines(marks) {
		closes := mark == "]]\n" || mark == "[[/keep]]\n"
		if closes == (open == "") || closes && (open == "[[\n") != (mark == "]]\n") {
			return false
		}
		if open = mark; closes {
			open = ""
		}
	}
	return open == ""
}

func (w *editorWriter) children(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			from := t.Segment.Start
			for next, ok := t.NextSibling().(*ast.Text); ok && joined(t, next); next, ok = t.NextSibling().(*ast.Text) {
				t = next
			}
			w.words(t, from)
			c = t
			continue
		}
		w.piece(c)
	}
}

func (w *editorWriter) within(mark string, n ast.Node) {
	if !n.HasChildren() || len(w.marks) > 20 {
		w.unknown = true
		return
	}
	w.marks = append(w.marks, mark)
	w.children(n)
	w.marks = w.marks[:len(w.marks)-1]
}

func (w *editorWriter) piece(n ast.Node) {
	source := w.text.text.source
	switch n := n.(type) {
	case *ast.CodeSpan:
		w.keepsMarks(n)
		w.within("code", n)
	case *ast.Emphasis:
		w.within([]string{"em", "strong"}[min(n.Level, 2)-1], n)
	case *extast.Strikethrough:
		w.within("s", n)
	case *ast.Link:
		w.within(`a href="`+w.attribute(string(plainTarget(n.Destination)))+`" title="`+w.attribute(string(plainTarget(n.Title)))+`"`, n)
	case *ast.AutoLink:
		w.bare(n)
	case *ast.Image:
		w.keepsMarks(n)
		w.marked(func() { w.image(n) })
	case *ast.RawHTML: // shown to readers as it is typed
		var b strings.Builder
		for i := range n.Segments.Len() {
			s := n.Segments.At(i)
			b.Write(s.Value(source))
		}
		w.run(strings.ReplaceAll(b.String(), "\n", " "))
	default:
		w.unknown = true
	}
}

// plainAddress finds what would be a link if the author had not prevented it.
var plainAddress = regexp.MustCompile(`(?i)https?://|www\.|@`)

// words writes the text from a place on to the end of n.
func (w *editorWriter) words(n *ast.Text, from int) {
	value := string(w.text.text.source[from:n.Segment.Stop])
	switch {
	case n.IsRaw() && w.cell:
		value = strings.ReplaceAll(value, `\|`, "|")
	case !n.IsRaw():
		value = string(unescaped([]byte(value)))
	}
	if !insideLink(n) && plainAddress.MatchString(value) && n.Parent().Kind() != ast.KindCodeSpan {
		w.marks = append(w.marks, "span data-plain")
		defer func() { w.marks = w.marks[:len(w.marks)-1] }()
	}
	w.run(strings.ReplaceAll(value, "\n", " "))
	switch {
	case n.HardLineBreak():
		w.marked(func() { w.WriteString("<br>") })
	case n.SoftLineBreak():
		w.run(" ")
	}
}

// run writes words with the marks they stand in.
func (w *editorWriter) run(s string) {
	w.text.pieces(s, func(words, masked string) {
		if words != "" {
			w.marked(func() { w.WriteString(html.EscapeString(words)) })
		}
		switch {
		case masked == "":
		case strings.HasPrefix(masked, "{{"):
			w.marked(func() { w.WriteString(`<span data-merge="` + html.EscapeString(masked) + `"></span>`) })
		case w.keep == "none":
			w.marked(func() { w.WriteString(masked) })
		case w.keep == "":
			w.keep = masked
		default:
			w.keep = ""
		}
	})
}

func (w *editorWriter) marked(write func()) {
	for _, m := range w.marks {
		w.WriteString("<" + m + ">")
	}
	isKept := w.keep != "" && w.keep != "none"
	if isKept {
		w.WriteString(`<span data-keep="` + w.keep + `">`)
	}
	write()
	if isKept {
		w.WriteString("</span>")
	}
	for i := range w.marks {
		name, _, _ := strings.Cut(w.marks[len(w.marks)-1-i], " ")
		w.WriteString("</" + name + ">")
	}
}

// bare writes an address that stands in the text without brackets, with the way it is written.
func (w *editorWriter) bare(n *ast.AutoLink) {
	source := w.text.text.source
	shown, written := string(shownAs(n, source)), string(n.Label(source))
	if at := n.Pos(); at >= 0 && at < len(source) && source[at] == '<' {
		written = "<" + written + ">"
	}
	if insideLink(n) {
		w.run(shown)
		return
	}
	target := w.text.text.targetOf(n, shown)
	w.marks = append(w.marks, `a href="`+w.attribute(target)+`" data-shown="`+w.attribute(shown)+`" data-bare="`+w.attribute(written)+`"`)
	w.run(shown)
	w.marks = w.marks[:len(w.marks)-1]
}

func (w *editorWriter) image(n *ast.Image) {
	if from := w.text.pictures.find(n).source; from != "" {
		w.WriteString(`<img data-show="` + html.EscapeString(from) + `" data-src="`)
	} else {
		w.WriteString(`<img data-src="`)
	}
	w.WriteString(w.attribute(string(plainTarget(n.Destination))) + `" alt="` + w.attribute(inlineText(n, w.text.text.source, nil)) + `" title="` + w.attribute(string(plainTarget(n.Title))) + `">`)
}

func (w *editorWriter) attribute(s string) string {
	return html.EscapeString(strings.ReplaceAll(w.text.plain(s), "\n", " "))
}
