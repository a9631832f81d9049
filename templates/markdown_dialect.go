package templates

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	goldtext "github.com/yuin/goldmark/text"

	"github.com/glasnik/glasnik/campaign"
)

// What a release needs beyond CommonMark is written so that it reads well without this program as well:
//
//	> What was said.
//	>
//	> — Name, function              a quotation with its speaker
//
//	> [!FACTS] Title
//	> - the facts                   a fact box
//
//	![What it shows](media:ID "Caption | Credit")   alone in a paragraph: a figure
//	[Words](https://… "button")                     alone in a paragraph: a button
var (
	kindSpoken  = ast.NewNodeKind("Spoken")
	kindSpeaker = ast.NewNodeKind("Speaker") // the last child of a quotation
	kindFacts   = ast.NewNodeKind("Facts")
	kindTitle   = ast.NewNodeKind("FactsTitle") // the first child of a fact box that has one
	kindFigure  = ast.NewNodeKind("Figure")     // its first child is the image
	kindCaption = ast.NewNodeKind("Caption")    // added to a figure for what is sent
	kindButton  = ast.NewNodeKind("Button")     // its child is the link
)

// How they are written.
const (
	speakerMark = "— "
	factsMark   = "[!FACTS]"
	buttonTitle = "button"
	mediaScheme = "media:"
)

// releaseNode is a block of these kinds.
type releaseNode struct {
	ast.BaseBlock
	kind ast.NodeKind
}

// Kind implements ast.Node.
func (n *releaseNode) Kind() ast.NodeKind { return n.kind }

// Dump implements ast.Node.
func (n *releaseNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// MediaPicture is what a text shows of a picture of the media library, with its words in one language.
type MediaPicture struct {
	Address       string // the same for every reader
	Width, Height int
	Alt           string
	Credit        string
}

// MediaLookup finds a picture of the media library by its id; false for one that is not there or may not be shown. A nil
// lookup is that of a program without a library: nothing is said of its pictures then.
type MediaLookup func(id string, l campaign.Language) (MediaPicture, bool)

// quoteLines divides the paragraphs of quotes before their words are read: the title of a fact box from what follows it, and
// the speaker's line from what was said.
type quoteLines struct{}

// Transform implements parser.ParagraphTransformer.
func (quoteLines) Transform(p *ast.Paragraph, reader goldtext.Reader, _ parser.Context) {
	quote, lines, source := p.Parent(), p.Lines(), reader.Source()
	if quote.Kind() != ast.KindBlockquote || lines.Len() == 0 {
		return
	}
	if first := lines.At(0); p.PreviousSibling() == nil && beginsWith(first, source, factsMark) {
		quote.SetAttributeString(factsMark, true)
		title := first.WithStart(first.Start + len(factsMark))
		title = title.TrimLeftSpace(source)
		title = title.TrimRightSpace(source)
		if !title.IsEmpty() {
			quote.InsertBefore(quote, p, newReleaseNode(kindTitle, title))
		}
		lines.SetSliced(1, lines.Len())
	}
	if last := lines.Len() - 1; last > 0 && beginsWith(lines.At(last), source, speakerMark) {
		speaker := ast.NewParagraph()
		end := lines.At(last)
		speaker.Lines().Append(end.TrimRightSpace(source))
		quote.InsertAfter(quote, p, speaker)
		lines.SetSliced(0, last)
		end = lines.At(last - 1)
		end = end.TrimRightSpace(source)
		if end.Stop > end.Start && source[end.Stop-1] == '\\' && !isEscaped(source, end.Stop-1) { // a break before the speaker
			end = end.WithStop(end.Stop - 1)
		}
		lines.Set(last-1, end)
	}
	if lines.Len() == 0 {
		quote.RemoveChild(quote, p)
	}
}

func beginsWith(s goldtext.Segment, source []byte, mark string) bool {
	return bytes.HasPrefix(s.Value(source), []byte(mark))
}

func newReleaseNode(kind ast.NodeKind, lines ...goldtext.Segment) *releaseNode {
	n := &releaseNode{kind: kind}
	n.Lines().AppendAll(lines)
	return n
}

// dialect makes the blocks of these kinds of quotes and paragraphs.
func (t markdownText) dialect() {
	var found []ast.Node
	t.walk(func(n ast.Node) {
		if k := n.Kind(); k == ast.KindBlockquote || k == ast.KindParagraph {
			found = append(found, n)
		}
	})
	for _, n := range found {
		switch n := n.(type) {
		case *ast.Blockquote:
			t.quote(n)
		case *ast.Paragraph:
			if n.ChildCount() != 1 {
				continue
			}
			switch only := n.FirstChild().(type) {
			case *ast.Image:
				turnInto(n, kindFigure)
			case *ast.Link:
				if strings.EqualFold(strings.TrimSpace(string(only.Title)), buttonTitle) {
					only.Title = nil
					only.SetAttributeString("class", []byte("action"))
					turnInto(n, kindButton)
				}
			}
		}
	}
}

// quote makes a fact box or a quotation with its speaker of a quote that is one.
func (t markdownText) quote(n *ast.Blockquote) {
	if _, ok := n.AttributeString(factsMark); ok {
		turnInto(n, kindFacts)
		return
	}
	last, ok := n.LastChild().(*ast.Paragraph)
	if !ok || n.ChildCount() < 2 {
		return
	}
	if words, ok := last.FirstChild().(*ast.Text); ok && bytes.HasPrefix(words.Segment.Value(t.source), []byte(speakerMark)) {
		words.Segment = words.Segment.WithStart(words.Segment.Start + len(speakerMark))
		turnInto(last, kindSpeaker)
		turnInto(n, kindSpoken)
	}
}

// turnInto puts a block of another kind in the place of one, with its children.
func turnInto(n ast.Node, kind ast.NodeKind) {
	b := newReleaseNode(kind)
	b.SetPos(n.Pos())
	b.SetLines(n.Lines())
	for c := n.FirstChild(); c != nil; c = n.FirstChild() {
		b.AppendChild(b, c)
	}
	n.Parent().ReplaceChild(n.Parent(), n, b)
}

// imageWords are the caption and the credit of a figure, which stand in the title of its image.
func imageWords(n *ast.Image) (caption, credit string) {
	title := string(plainTarget(n.Title))
	if at := strings.LastIndexByte(title, '|'); at >= 0 {
		title, credit = title[:at], title[at+1:]
	}
	return strings.TrimSpace(title), strings.TrimSpace(credit)
}

// mediaID returns the id of the picture of the media library that an image shows, "" for another image.
func mediaID(target string) string {
	if len(target) > len(mediaScheme) && strings.EqualFold(target[:len(mediaScheme)], mediaScheme) {
		return target[len(mediaScheme):]
	}
	return ""
}

// MediaUsed returns the ids of the pictures of the media library that the texts of a version show, each once.
func MediaUsed(v *campaign.Version) []string {
	var out []string
	seen := map[string]bool{}
	eachImage(v, func(target string) {
		if id := mediaID(target); id != "" && !seen[id] {
			out, seen[id] = append(out, id), true
		}
	})
	return out
}

// eachImage goes through the images of a version's texts; those of a text that cannot be read are left out.
func eachImage(v *campaign.Version, visit func(target string)) {
	for _, f := range versionTexts(v) {
		if !f.markdown {
			continue
		}
		filled, err := newLetterPlaces().fill(*f.text)
		if err != nil {
			continue // CheckRelease tells it
		}
		parsed, err := newMarkdown(pictures{}).parse(filled)
		if err != nil {
			continue
		}
		parsed.walk(func(n ast.Node) {
			if image, ok := n.(*ast.Image); ok {
				visit(string(plainTarget(image.Destination)))
			}
		})
	}
}
