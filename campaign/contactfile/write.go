package contactfile

import (
	"encoding/csv"
	"io"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// Format is a kind of file that is written.
type Format string

const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
)

// ParseFormat reads the name of a format; "" is CSV.
func ParseFormat(name string) (Format, error) {
	switch f := Format(strings.ToLower(strings.TrimSpace(name))); f {
	case "":
		return CSV, nil
	case CSV, XLSX:
		return f, nil
	}
	return "", campaign.FieldError("format", "the format %q is not one of csv, xlsx", name)
}

// ContentType is the media type of a format.
func (f Format) ContentType() string {
	if f == XLSX {
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return "text/csv; charset=utf-8"
}

// sheet takes rows one by one.
type sheet interface {
	row(cells []string) error
	flush() error // writes what can be written already
	close() error // writes the rest
}

// Writer writes contacts and other rows. What it writes, Open reads back the same.
type Writer struct {
	out        sheet
	attributes []string
}

// columnNames are those every file of contacts has.
var columnNames = []string{"email", "first name", "last name", "kind", "organisation", "position", "phone", "place", "language", "tags", "notes", "source", "lists", "status", leftColumn}

// leftColumn names the lists a contact is not subscribed to any more, or not yet: another installation must not take them
// for new there.
const leftColumn = "left lists"

// ListStatus is where a contact stands on a list.
type ListStatus struct {
	List   string // its name
	Status campaign.MembershipStatus
}

// suppressed stands for the status of who must not be written to at all.
const suppressed = "suppressed"

// NewWriter begins a file of contacts; attributes are the names of further columns. The delimiter is that of a CSV file, 0 for
// a comma.
func NewWriter(w io.Writer, format Format, delimiter rune, attributes []string) (*Writer, error) {
	attributes = slices.Sorted(slices.Values(attributes))
	names := append(slices.Clone(columnNames), attributes...)
	if format != XLSX {
		out, err := NewTable(w, delimiter, names...)
		if err == nil {
			out.attributes = attributes
		}
		return out, err
	}
	book, err := newWorkbook(w)
	if err != nil {
		return nil, err
	}
	out := &Writer{out: book, attributes: attributes}
	return out, out.Row(names...)
}

// NewRows begins a file of any other rows.
func NewRows(w io.Writer, format Format, delimiter rune, columns ...string) (*Writer, error) {
	if format != XLSX {
		return NewTable(w, delimiter, columns...)
	}
	book, err := newWorkbook(w)
	if err != nil {
		return nil, err
	}
	out := &Writer{out: book}
	return out, out.Row(columns...)
}

// NewTable begins a CSV file of any other rows.
func NewTable(w io.Writer, delimiter rune, columns ...string) (*Writer, error) {
	if _, err := io.WriteString(w, utf8Mark); err != nil {
		return nil, err
	}
	out := &Writer{out: commaSheet{csv.NewWriter(w)}}
	if delimiter != 0 {
		out.out.(commaSheet).csv.Comma = delimiter
	}
	return out, out.Row(columns...)
}

// Contact writes one contact with the name of its organisation and where it stands on lists; gone says that its address must
// not be written to.
func (w *Writer) Contact(c *campaign.Contact, organisation string, lists []ListStatus, gone bool) error {
	var on []string
	for _, l := range lists {
		if l.Status == campaign.Subscribed {
			on = append(on, l.List)
		}
	}
	status := string(c.Status)
	if gone && c.Status != campaign.Bounced && c.Status != campaign.Complained {
		status = suppressed
	}
	cells := []string{
		c.Email, c.FirstName, c.LastName, string(c.Kind), organisation, c.Position, c.Phone, c.Place, string(c.Language),
		strings.Join(c.Tags, ", "), c.Notes, c.Source, strings.Join(on, ", "), status, leftCell(lists),
	}
	for _, name := range w.attributes {
		cells = append(cells, c.Attributes[name])
	}
	return w.Row(cells...)
}

// Row writes any row, harmless to the person who opens it.
func (w *Writer) Row(cells ...string) error { return w.out.row(cells) }

// Flush writes what is held back as far as the format allows.
func (w *Writer) Flush() error { return w.out.flush() }

// Close ends the file; what it was written to stays open.
func (w *Writer) Close() error { return w.out.close() }

// commaSheet is CSV in UTF-8 with a byte order mark, which Excel needs to see that it is UTF-8. Lines end with a line feed
// alone: with the other one the library would change the line ends inside cells too.
type commaSheet struct{ csv *csv.Writer }

func (s commaSheet) row(cells []string) error {
	safe := campaign.Collect(cells, Harmless)
	return s.csv.Write(safe)
}

func (s commaSheet) flush() error {
	s.csv.Flush()
	return s.csv.Error()
}

func (s commaSheet) close() error { return s.flush() }
