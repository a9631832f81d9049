package templates

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	goldtext "github.com/yuin/goldmark/text"

	"github.com/glasnik/glasnik/campaign"
)

// A column of a table is never narrower than its longest word: otherwise mail programs on telephones break words to letters.
// Words longer than wholeWord may be broken, addresses after their marks, so that one of them does not push the letter wide.
const wholeWord = 18

// breakLongWords marks in the cells of tables where a long word may be broken.
func (t markdownText) breakLongWords() {
	var cells []ast.Node
	t.walk(func(n ast.Node) {
		if n.Kind() == extast.KindTableCell {
			cells = append(cells, n)
		}
	})
	for _, cell := range cells {
		t.breakWordsIn(cell)
	}
}

func (t markdownText) breakWordsIn(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; {
		next := n.NextSibling()
		switch n := n.(type) {
		case *ast.Text:
			value := n.Segment.Value(t.source)
			for _, at := range wordBreaks(string(value), n.IsRaw()) {
				head := ast.NewTextSegment(goldtext.NewSegment(n.Segment.Start, n.Segment.Stop-len(value)+at))
				head.SetRaw(n.IsRaw())
				parent.InsertBefore(parent, n, head)
				parent.InsertBefore(parent, n, newWordBreak())
				n.Segment = n.Segment.WithStart(head.Segment.Stop)
			}
		case *ast.String:
			from, value := 0, n.Value
			for _, at := range wordBreaks(string(value), n.IsRaw()) {
				head := ast.NewString(value[from:at])
				head.SetRaw(n.IsRaw())
				parent.InsertBefore(parent, n, head)
				parent.InsertBefore(parent, n, newWordBreak())
				from, n.Value = at, value[at:]
			}
		case *ast.CodeSpan, *ast.Image:
		default:
			t.breakWordsIn(n)
		}
		n = next
	}
}

func newWordBreak() *ast.String {
	n := ast.NewString([]byte("<wbr>"))
	n.SetCode(true) // written as it is
	return n
}

// wordBreaks returns where the long words of a text may be broken, in octets. A word that holds a merge field stays whole, and
// so does one with a reference to a character, unless the text is raw.
func wordBreaks(text string, raw bool) []int {
	var breaks []int
	begin := 0
	for i, r := range text + " " {
		if !unicode.IsSpace(r) {
			continue
		}
		if word := text[begin:i]; utf8.RuneCountInString(word) > wholeWord && !strings.Contains(word, campaign.PlaceBegin) && (raw || !strings.ContainsAny(word, `&\`)) {
			breaks = append(breaks, breaksOf(word, begin)...)
		}
		begin = i + utf8.RuneLen(r)
	}
	return breaks
}

// breaksOf returns where one long word may be broken that begins at an octet: after the marks of an address, and where as
// many signs as a whole word may have stand without one.
func breaksOf(word string, begin int) []int {
	var breaks []int
	signs := 0
	for i, r := range word {
		if signs == wholeWord && !unicode.IsMark(r) && r != '\u200d' {
			breaks, signs = append(breaks, begin+i), 0
		}
		signs++
		next := i + utf8.RuneLen(r)
		if signs > 3 && strings.ContainsRune("/.-_@?&=", r) && next < len(word) && word[next] != '/' {
			breaks, signs = append(breaks, begin+next), 0
		}
	}
	return breaks
}
