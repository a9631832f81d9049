package contactfile

import (
	_ "embed"
	"strings"
	"testing"
)

//go:embed testdata/standings.txt
var standingCases string

// Columns and cells in the words of people and of other tools: nobody who said no is taken for free, nobody who said yes for
// gone.
func TestStandingsInAnyWords(t *testing.T) {
	t.Parallel()
	for line := range strings.Lines(standingCases) {
		header, cells, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " => ")
		if !ok {
			continue
		}
		for cell := range strings.SplitSeq(cells, " ; ") {
			cell, want, _ := strings.Cut(cell, "=")
			got := string(standingOfRow(t, header, cell))
			if got == "" {
				got = "free"
			}
			if got != want {
				t.Errorf("%s: %q is %s, want %s", header, cell, got, want)
			}
		}
	}
}
