package templates

import (
	"cmp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// framed writes what a block stands in.
func framed(before, after string) renderer.NodeRendererFunc {
	return func(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			_, _ = w.WriteString(before)
		} else {
			_, _ = w.WriteString(after + "\n")
		}
		return ast.WalkContinue, nil
	}
}

// dialectRenderers are the renderers of the dialect's blocks. Tables hold them, because Outlook draws no line and no colour around
// anything else.
func dialectRenderers() map[ast.NodeKind]renderer.NodeRendererFunc {
	const table, end = `<table role="presentation" cellpadding="0" cellspacing="0" border="0" class="`, "</td></tr></table>"
	return map[ast.NodeKind]renderer.NodeRendererFunc{
		kindSpoken:  framed(table+`quotes" width="100%"><tr><td class="quote"><blockquote>`, end),
		kindSpeaker: framed(`</blockquote><p class="speaker">`, "</p>"),
		kindFacts:   framed(table+`facts" width="100%"><tr><td class="facts">`, end),
		kindTitle:   framed(`<p class="facts-title"><strong>`, "</strong></p>"),
		kindButton:  framed(table+`action"><tr><td class="action">`, end),
		kindFigure:  framed(`<div class="figure">`, "</div>"),
		kindCaption: framed(`<p class="caption">`, "</p>"),
	}
}

// captions puts the caption and the credit of each figure below its image.
func (t markdownText) captions(p pictures) {
	t.walk(func(n ast.Node) {
		image, ok := n.(*ast.Image)
		if !ok || n.Parent().Kind() != kindFigure {
			return
		}
		if caption, credit := p.words(image); caption+credit != "" {
			c := newReleaseNode(kindCaption)
			c.AppendChild(c, ast.NewString([]byte(joinWords(caption, credit))))
			n.Parent().AppendChild(n.Parent(), c)
		}
	})
}

// words are the caption of a figure and who made the picture, in the language of the text.
func (r pictures) words(n *ast.Image) (caption, credit string) {
	caption, credit = imageWords(n)
	if credit = cmp.Or(credit, r.find(n).credit); credit != "" {
		credit = Translate(r.language, "mail.credit", credit)
	}
	return caption, credit
}

// joinWords puts a caption and a credit on one line.
func joinWords(caption, credit string) string {
	if caption != "" && credit != "" && !strings.ContainsAny(caption[len(caption)-1:], ".!?") {
		caption += "."
	}
	return strings.TrimSpace(caption + " " + credit)
}

// textDialect writes a block of the dialect as lines of plain text.
func textDialect(n *releaseNode, source []byte, links *textLinks, width int) []string {
	switch n.kind {
	case kindTitle:
		return wrapText(strings.ToUpper(inlineText(n, source, links)), width)
	case kindSpeaker:
		return prefixLines(wrapText(inlineText(n, source, links), width-2), "– ", "  ")
	case kindFigure:
		lines := wrapText("["+inlineText(n.FirstChild(), source, nil)+"]", width)
		if caption := n.FirstChild().NextSibling(); caption != nil {
			lines = append(lines, wrapText(inlineText(caption, source, nil), width)...)
		}
		return lines
	case kindButton:
		link := n.FirstChild().(*ast.Link)
		words := inlineText(link, source, nil)
		return append(wrapText(words, width), links.rewrite(string(link.Destination), words))
	case kindSpoken, kindFacts:
		return prefixLines(textBlocks(n, source, links, width-2), "  ", "  ")
	}
	return wrapText(inlineText(n, source, links), width)
}
