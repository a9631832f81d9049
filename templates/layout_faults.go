package templates

import (
	"cmp"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

const (
	maxLayoutFaults  = 20  // that are told of one layout
	quotedCharacters = 100 // of a line or a placeholder
)

// layoutFaults gathers what is wrong with a layout. However much it is, only the first are told.
type layoutFaults struct {
	problems []LayoutProblem
	more     int
}

func (f *layoutFaults) refuse(line int, words campaign.Text) {
	if len(f.problems) == maxLayoutFaults {
		f.more++
		return
	}
	f.problems = append(f.problems, LayoutProblem{Line: line, Text: words})
}

// all returns them in the order of their lines, with how many more there are.
func (f *layoutFaults) all() []LayoutProblem {
	slices.SortStableFunc(f.problems, func(a, b LayoutProblem) int { return cmp.Compare(a.Line, b.Line) })
	if f.more > 0 {
		return append(f.problems, LayoutProblem{Text: campaign.Textf("and %d more like these", f.more)})
	}
	return f.problems
}

// QuotedLine is a line of a layout as a page quotes it.
func QuotedLine(line string) string { return shorten(strings.TrimSpace(line), quotedCharacters) }
