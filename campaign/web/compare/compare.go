// Package compare tells what two texts have in common: words for people to look at, or whole paragraphs.
package compare

import (
	"html"
	"html/template"
	"regexp"
	"strings"
	"time"

	"github.com/sergi/go-diff/diffmatchpatch"
)

var wordsApart = regexp.MustCompile(`[\p{L}\p{N}]+|\s+|.`)

// Words marks the words that only one of two texts has.
func Words(theirs, ours string) (template.HTML, template.HTML) {
	var left, right strings.Builder
	for _, piece := range Units(wordsApart.FindAllString(theirs, -1), wordsApart.FindAllString(ours, -1), true) {
		text := html.EscapeString(strings.Join(piece.Units, ""))
		switch piece.Only {
		case diffmatchpatch.DiffDelete:
			left.WriteString("<mark>" + text + "</mark>")
		case diffmatchpatch.DiffInsert:
			right.WriteString("<mark>" + text + "</mark>")
		default:
			left.WriteString(text)
			right.WriteString(text)
		}
	}
	return template.HTML(left.String()), template.HTML(right.String())
}

// Piece are words or paragraphs that both texts have, or only one of them: the first by DiffDelete, the second by DiffInsert.
type Piece struct {
	Only  diffmatchpatch.Operation
	Units []string
}

// Units compares two texts cut into units. Smooth brings changes together that lie close, as is right for words.
func Units(theirs, ours []string, smooth bool) []Piece {
	var all []string
	numbers := map[string]rune{}
	encode := func(units []string) []rune {
		var out []rune
		for _, unit := range units {
			n, known := numbers[unit]
			if !known {
				if n = rune(len(all)); n >= 0xd800-0x100 { // no rune is a surrogate
					n += 0x800
				}
				n += 0x100
				numbers[unit], all = n, append(all, unit)
			}
			out = append(out, n)
		}
		return out
	}
	a, b := encode(theirs), encode(ours)
	back := map[rune]string{}
	for unit, n := range numbers {
		back[n] = unit
	}
	d := diffmatchpatch.New()
	d.DiffTimeout = 200 * time.Millisecond
	var out []Piece
	pieces := d.DiffMainRunes(a, b, false)
	if smooth {
		pieces = d.DiffCleanupSemantic(pieces)
	}
	for _, piece := range pieces {
		part := Piece{Only: piece.Type}
		for _, n := range piece.Text {
			part.Units = append(part.Units, back[n])
		}
		out = append(out, part)
	}
	return out
}
