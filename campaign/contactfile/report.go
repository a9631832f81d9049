package contactfile

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// Report is a CSV file that says of every row of another what became of it, with the row as it stood there.
type Report struct {
	out   *Writer
	say   func(words any) string
	width int
}

// NewReport begins the report on a file. say puts words and named values into the language of its reader; nil writes them as the
// command line does.
func NewReport(w io.Writer, f *File, delimiter rune, say func(words any) string) (*Report, error) {
	if say == nil {
		say = func(words any) string { return fmt.Sprint(words) }
	}
	var names []string
	for _, name := range []campaign.Text{
		campaign.Textf("line"), campaign.Textf("address"), campaign.Textf("outcome"), campaign.Textf("changed"), campaign.Textf("why"), campaign.Textf("remarks"),
	} {
		names = append(names, say(name))
	}
	for _, n := range f.names {
		names = append(names, say(campaign.Textf("original: %s", strings.ToValidUTF8(n, "\ufffd"))))
	}
	out, err := NewTable(w, delimiter, names...)
	return &Report{out: out, say: say, width: len(f.names)}, err
}

// Result writes what became of a row.
func (r *Report) Result(of campaign.ImportResult) error {
	cells := []string{
		strconv.Itoa(of.Line), of.Email, r.say(of.Outcome), sayAll(campaign.Collect(of.Fields, campaign.ImportField.Words), ", ", r.say), r.say(of.Reason), sayAll(of.Notes, "; ", r.say),
	}
	for _, c := range of.Cells {
		cells = append(cells, strings.ToValidUTF8(strings.ReplaceAll(c, "\x00", "\ufffd"), "\ufffd"))
	}
	for i := len(of.Cells); i < r.width; i++ {
		cells = append(cells, "")
	}
	return r.out.Row(cells...)
}

func sayAll[T any](words []T, separator string, say func(words any) string) string {
	return strings.Join(campaign.Collect(words, func(w T) string { return say(w) }), separator)
}

// Close writes what is held back.
func (r *Report) Close() error { return r.out.Close() }
