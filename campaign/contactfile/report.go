package contactfile

import (
	"io"
	"strconv"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// Report is a CSV file that says of every row of another what became of it, with the row as it stood there.
type Report struct {
	out   *Writer
	width int
}

// NewReport begins the report on a file.
func NewReport(w io.Writer, f *File, delimiter rune) (*Report, error) {
	names := []string{"line", "address", "outcome", "changed", "why", "remarks"}
	for _, n := range f.names {
		names = append(names, "original: "+strings.ToValidUTF8(n, "\ufffd"))
	}
	out, err := NewTable(w, delimiter, names...)
	return &Report{out: out, width: len(f.names)}, err
}

// Result writes what became of a row.
func (r *Report) Result(of campaign.ImportResult) error {
	cells := []string{strconv.Itoa(of.Line), of.Email, string(of.Outcome), strings.Join(of.Fields, ", "), of.Reason, strings.Join(of.Notes, "; ")}
	for _, c := range of.Cells {
		cells = append(cells, strings.ToValidUTF8(strings.ReplaceAll(c, "\x00", "\ufffd"), "\ufffd"))
	}
	for i := len(of.Cells); i < r.width; i++ {
		cells = append(cells, "")
	}
	return r.out.Row(cells...)
}

// Close writes what is held back.
func (r *Report) Close() error { return r.out.Close() }
