package templates

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"
)

// textWidth is the longest line of the plain-text part, in characters; addresses and places are never broken.
const textWidth = 76

// textLinks collects the addresses of links. In running text a link is its words and a number in brackets; the addresses
// stand below under the same numbers, each once. A click address is long, and between two words nobody could read on.
type textLinks struct {
	rewrite linkRewriter
	targets []string
	numbers map[string]int
}

func newTextLinks(rewrite linkRewriter) *textLinks {
	return &textLinks{rewrite: rewrite, numbers: map[string]int{}}
}

// noBreak stands for a blank at which no line is broken, until lines are made.
const noBreak = "\x1f"

// mark returns what stands after the words of a link: nothing when they are the address itself. plain are its words without
// those of images and links.
func (t *textLinks) mark(words, plain, target string) string {
	final := t.rewrite(target, plain)
	shown := strings.TrimPrefix(strings.TrimPrefix(target, "mailto:"), "tel:")
	if words == final || words == shown && final == target {
		return ""
	}
	if _, ok := t.numbers[final]; !ok {
		t.targets = append(t.targets, final)
		t.numbers[final] = len(t.targets)
	}
	return fmt.Sprintf(noBreak+"[%d]", t.numbers[final])
}

// textOf writes a parsed Markdown text as lines of plain text.
func textOf(t markdownText, links *textLinks) []string {
	return textBlocks(t.root, t.source, links, textWidth)
}

// textBlocks writes the blocks in n with an empty line between them.
func textBlocks(n ast.Node, source []byte, links *textLinks, width int) []string {
	var out []string
	for b := n.FirstChild(); b != nil; b = b.NextSibling() {
		lines := textBlock(b, source, links, width)
		if len(lines) == 0 {
			continue
		}
		if _, tight := b.(*ast.TextBlock); len(out) > 0 && !tight && !isTightList(b) {
			out = append(out, "")
		}
		out = append(out, lines...)
	}
	return out
}

// isTightList reports a list inside a list item without space around it.
func isTightList(n ast.Node) bool {
	l, ok := n.(*ast.List)
	return ok && l.IsTight && l.Parent().Kind() == ast.KindListItem
}

func textBlock(n ast.Node, source []byte, links *textLinks, width int) []string {
	switch n := n.(type) {
	case *ast.Heading:
		return wrapText(inlineText(n, source, links), width)
	case *ast.List:
		return textList(n, source, links, width)
	case *ast.Blockquote:
		return prefixLines(textBlocks(n, source, links, width-2), "> ", "> ")
	case *ast.FencedCodeBlock, *ast.CodeBlock, *ast.HTMLBlock:
		var lines []string
		for i := range n.Lines().Len() {
			s := n.Lines().At(i)
			lines = append(lines, "    "+strings.TrimRight(string(s.Value(source)), "\r\n"))
		}
		return lines
	case *ast.ThematicBreak:
		return []string{"* * *"}
	case *releaseNode:
		return textDialect(n, source, links, width)
	case *extast.Table:
		return textTable(n, source, links)
	}
	return wrapText(inlineText(n, source, links), width)
}

func textList(list *ast.List, source []byte, links *textLinks, width int) []string {
	var out []string
	number := list.Start
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		mark := "- "
		if list.IsOrdered() {
			mark = fmt.Sprintf("%d. ", number)
			number++
		}
		if len(out) > 0 && !list.IsTight {
			out = append(out, "")
		}
		lines := textBlocks(item, source, links, width-len(mark))
		if len(lines) == 0 {
			lines = []string{""}
		}
		out = append(out, prefixLines(lines, mark, strings.Repeat(" ", len(mark)))...)
	}
	return out
}

// textTable writes each row as one line; a table that needs more is no table for a mail.
func textTable(table ast.Node, source []byte, links *textLinks) []string {
	var out []string
	for row := table.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []string
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			cells = append(cells, strings.ReplaceAll(inlineText(cell, source, links), noBreak, " "))
		}
		out = append(out, strings.Join(cells, " | "))
	}
	return out
}

// inlineText returns the words of what is in n on one line, with a line feed where the author broke the line. Without
// links it returns the words alone.
func inlineText(n ast.Node, source []byte, links *textLinks) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			value := c.Segment.Value(source)
			if !c.IsRaw() {
				value = unescaped(value)
			}
			b.Write(value)
			if c.HardLineBreak() {
				b.WriteByte('\n')
			} else if c.SoftLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(c.Value)
		case *ast.AutoLink:
			b.Write(shownAs(c, source))
		case *ast.RawHTML:
			for i := range c.Segments.Len() {
				s := c.Segments.At(i)
				b.Write(s.Value(source))
			}
		case *ast.Image:
			if alt := inlineText(c, source, nil); alt != "" && links != nil {
				b.WriteString("[" + alt + "]")
			}
		case *ast.Link:
			words := inlineText(c, source, links)
			b.WriteString(words)
			if links != nil {
				b.WriteString(links.mark(words, inlineText(c, source, nil), string(c.Destination)))
			}
		default:
			b.WriteString(inlineText(c, source, links))
		}
	}
	return b.String()
}

// escapes are backslashes before a mark, and references to characters.
var escapes = regexp.MustCompile("\\\\[!-/:-@\\[-`{-~]|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]*);")

// unescaped returns a text as it is read.
func unescaped(text []byte) []byte {
	return escapes.ReplaceAllFunc(text, func(m []byte) []byte {
		if m[0] == '\\' {
			return m[1:]
		}
		return util.ResolveEntityNames(util.ResolveNumericReferences(m))
	})
}

func prefixLines(lines []string, first, rest string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = strings.TrimRight(rest+l, " ")
		if i == 0 {
			out[i] = strings.TrimRight(first+l, " ")
		}
	}
	return out
}

// wrapText breaks a text at spaces into lines of at most width characters. Non-breaking spaces do not break, and a word
// that is longer than a line has one of its own.
func wrapText(s string, width int) []string {
	var out []string
	for paragraph := range strings.SplitSeq(s, "\n") {
		line, length := "", 0
		for _, w := range strings.FieldsFunc(paragraph, func(r rune) bool { return r == ' ' || r == '\t' || r == '\r' }) {
			n := len([]rune(w))
			if length > 0 && length+1+n > width {
				out = append(out, line)
				line, length = "", 0
			}
			if length > 0 {
				line += " "
				length++
			}
			line += strings.ReplaceAll(w, noBreak, " ")
			length += n
		}
		if length > 0 {
			out = append(out, line)
		}
	}
	return out
}
