package contactfile

import (
	"encoding/csv"
	"io"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// Writer writes contacts as CSV in UTF-8 with a byte order mark, which Excel needs to see that it is UTF-8. What it
// writes, Read reads back.
type Writer struct {
	csv        *csv.Writer
	attributes []string
}

// columns are those every file of contacts has.
func columns() []string {
	return []string{"email", "first name", "last name", "kind", "organisation", "position", "phone", "place", "language", "tags", "notes", "source", "lists", "status"}
}

// NewWriter begins a file of contacts; attributes are the names of further columns.
func NewWriter(w io.Writer, attributes []string) (*Writer, error) {
	attributes = slices.Sorted(slices.Values(attributes))
	out, err := NewTable(w, append(columns(), attributes...)...)
	if err == nil {
		out.attributes = attributes
	}
	return out, err
}

// NewTable begins a file of any other rows.
func NewTable(w io.Writer, columns ...string) (*Writer, error) {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return nil, err
	}
	out := &Writer{csv: csv.NewWriter(w)}
	out.csv.UseCRLF = true
	return out, out.Row(columns...)
}

// Contact writes one contact with the names of its organisation and of the lists it is subscribed to.
func (w *Writer) Contact(c *campaign.Contact, organisation string, lists []string) error {
	cells := []string{
		c.Email, c.FirstName, c.LastName, string(c.Kind), organisation, c.Position, c.Phone, c.Place, string(c.Language),
		strings.Join(c.Tags, ", "), c.Notes, c.Source, strings.Join(lists, ", "), string(c.Status),
	}
	for _, name := range w.attributes {
		cells = append(cells, c.Attributes[name])
	}
	return w.Row(cells...)
}

// Row writes any row, each cell made harmless.
func (w *Writer) Row(cells ...string) error {
	safe := make([]string, len(cells))
	for i, c := range cells {
		safe[i] = Harmless(c)
	}
	return w.csv.Write(safe)
}

// Flush writes what is still held back.
func (w *Writer) Flush() error {
	w.csv.Flush()
	return w.csv.Error()
}

// Harmless keeps a spreadsheet from running a cell as a formula: one that begins like one gets an apostrophe in front,
// which spreadsheets do not show.
func Harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

// unharm takes the apostrophe off again when a file comes back.
func unharm(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune("=+-@\t\r", rune(cell[1])) {
		return cell[1:]
	}
	return cell
}
