package templates

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	goldtext "github.com/yuin/goldmark/text"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// EditorBlock is one block of a Markdown text as the panel's editor shows it. All sources put together are the text: a block
// that is not changed is written back as it was, whatever its author's habits are.
type EditorBlock struct {
	Source string `json:"source"`
	HTML   string `json:"html,omitempty"` // "" for a block that is shown as its source: code, HTML, what the editor does not know
}

// MaxDraft is how many octets of a text are kept while it is written; what is sent is shorter, see maxMarkdown.
const MaxDraft = 4 << 20

// EditorBlocks divides a text of a release into its blocks. A text that would cost too much to show is refused, with words.
func EditorBlocks(source string, l campaign.Language, media MediaLookup) ([]EditorBlock, error) {
	e, masked, err := newEditorText(source, l)
	if err != nil {
		return nil, err
	}
	if problem := editorLimits.tooCostly(masked); problem != nil {
		return nil, problem
	}
	b := []byte(masked)
	e.pictures = pictures{media: media, language: l}
	e.text = markdownText{newMarkdown(pictures{}).engine.Parser().Parse(goldtext.NewReader(b)), b}
	e.text.dialect()
	e.text.linkMail()
	return e.blocks(), nil
}

// editorText is a text while it is divided. Merge fields and the marks that keep words from the other script are masked by
// letters that no text holds, as many octets long as they are themselves: so they are read as the words they become, and every
// place in the masked text is the same in the source.
type editorText struct {
	source string
	text   markdownText
	masks  map[rune]string // what stands for what

	serbian  bool // there are marks of kept words
	pictures pictures
}

// Masks are letters of four octets; a filler makes up for the rest.
const (
	firstMask = '\U00020000'
	lastMask  = '\U0002a6df'
	maskFill  = 'x'
)

// keepMarks are the marks of words that are not converted: see language.Unprotect.
var keepMarks = regexp.MustCompile(`\[\[/?keep\]\]|\[\[[^\[\]\n]*[\p{Ll} ][^\[\]\n]*\]\]`)

func newEditorText(source string, l campaign.Language) (*editorText, string, error) {
	e := &editorText{source: source, masks: map[rune]string{}}
	if strings.ContainsFunc(source, func(r rune) bool { return r >= firstMask && r <= lastMask }) || !utf8.ValidString(source) {
		return nil, "", campaign.Errorf(campaign.Invalid, "the text holds signs that the editor needs for itself: it can be written as Markdown only")
	}
	masked := []byte(source)
	parser := mergeParser{text: source}
	parser.all()
	for _, s := range parser.spans {
		if !strings.Contains(source[s.from:s.to], "\n") {
			e.mask(masked, s.from, s.to)
		}
	}
	if e.serbian = l == campaign.SerbianLatin || l == campaign.SerbianCyrillic; e.serbian {
		for _, at := range keepMarks.FindAllIndex(masked, -1) {
			if word := source[at[0]:at[1]]; word == "[[keep]]" || word == "[[/keep]]" {
				e.mask(masked, at[0], at[1])
			} else {
				copy(masked[at[0]:], shortOpen)
				copy(masked[at[1]-2:], shortClose)
			}
		}
	}
	if len(e.masks) > lastMask-firstMask {
		return nil, "", campaign.Errorf(campaign.Invalid, "the text has more than 2,000 merge fields: leave some out")
	}
	return e, string(masked), nil
}

// [[ and ]] are too short for a mask of their own: controls that no text holds stand for them.
const shortOpen, shortClose = "\u0080", "\u0081"

func (e *editorText) mask(masked []byte, from, to int) {
	r := firstMask + rune(len(e.masks))
	e.masks[r] = e.source[from:to]
	for i := from + utf8.EncodeRune(masked[from:to], r); i < to; i++ {
		masked[i] = maskFill
	}
}

// pieces divides a masked text into words and what was masked in it.
func (e *editorText) pieces(s string, visit func(words, masked string)) {
	for {
		at := strings.IndexFunc(s, func(r rune) bool { return r >= firstMask && r <= lastMask || r == 0x80 || r == 0x81 })
		if at < 0 {
			visit(s, "")
			return
		}
		r, size := utf8.DecodeRuneInString(s[at:])
		what := e.masks[r]
		switch r {
		case 0x80:
			what = "[["
		case 0x81:
			what = "]]"
		default:
			size = len(what)
		}
		visit(s[:at], what)
		s = s[min(len(s), at+size):]
	}
}

// plain puts back what was masked.
func (e *editorText) plain(s string) string {
	var b strings.Builder
	e.pieces(s, func(words, masked string) { b.WriteString(words + masked) })
	return b.String()
}

// blocks divides the source where the top blocks begin. What stands between two belongs to the first.
func (e *editorText) blocks() []EditorBlock {
	var starts []int
	var nodes []ast.Node
	for n := e.text.root.FirstChild(); n != nil; n = n.NextSibling() {
		begin := n.Pos()
		if begin < 0 {
			begin = e.text.begin(n)
		}
		at := bytes.LastIndexByte(e.text.source[:begin], '\n') + 1
		if len(starts) > 0 && at <= starts[len(starts)-1] {
			return []EditorBlock{{Source: e.source}} // never seen; shown whole rather than wrong
		}
		starts, nodes = append(starts, at), append(nodes, n)
	}
	if len(starts) == 0 {
		return nil
	}
	starts[0] = 0
	out := make([]EditorBlock, len(nodes))
	defined := definition.MatchString(e.source)
	for i, n := range nodes {
		end := len(e.source)
		if i+1 < len(nodes) {
			end = starts[i+1]
		}
		out[i].Source = e.source[starts[i]:end]
		w := editorWriter{text: e, unknown: !e.keepsWell(starts[i], end)}
		if w.block(n); !w.unknown && !(defined && n.HasChildren() && n.FirstChild().Type() == ast.TypeBlock && definition.MatchString(out[i].Source)) {
			out[i].HTML = w.String()
		}
	}
	return out
}

// keepsWell reports whether the marks of kept words in a stretch of the source are those that are removed for readers.
func (e *editorText) keepsWell(from, to int) bool {
	source := e.source[from:to]
	if !strings.Contains(source, "[[") || !e.serbian {
		return true
	}
	var without strings.Builder
	e.pieces(string(e.text.source[from:to]), func(words, masked string) {
		if b := &without; strings.HasPrefix(masked, "{{") {
			b.WriteString(words + masked)
		} else {
			b.WriteString(words)
		}
	})
	return without.String() == language.Unprotect(source)
}

// definition finds what may define an address for links elsewhere in the text; a block that holds one is kept as it is.
var definition = regexp.MustCompile(`(?m)^[ \t>*+\-0-9.)]*\[[^\]\n]+\]:`)
