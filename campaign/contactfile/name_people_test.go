package contactfile

import (
	_ "embed"
	"strings"
	"testing"
)

//go:embed testdata/names.txt
var nameCases string

// Cells of full names as people write them.
func TestNamesAsPeopleWriteThem(t *testing.T) {
	for line := range strings.Lines(nameCases) {
		cell, want, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " => ")
		if !ok || line[0] == '#' {
			continue
		}
		r := read(t, "email\tName\na@x.example\t\""+strings.ReplaceAll(cell, `"`, `""`)+"\"\n").Rows[0]
		c := r.Contact
		if got := strings.Join([]string{c.FirstName, c.LastName, c.Position, r.Organisation}, " | "); got != want {
			t.Errorf("%q: %s, want %s", cell, got, want)
		}
	}
}
