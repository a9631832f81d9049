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
	words      *exportWords
	attributes []string
}

// ListStatus is where a contact stands on a list.
type ListStatus struct {
	List   string // its name
	Status campaign.MembershipStatus
}

// NewWriter begins a file of contacts in a language; attributes are the names of further columns. The delimiter is that of a CSV
// file, 0 for a comma.
func NewWriter(w io.Writer, format Format, delimiter rune, l campaign.Language, attributes []string) (*Writer, error) {
	words := exports[l]
	if words == nil {
		words = exports[campaign.English]
	}
	attributes = slices.Sorted(slices.Values(attributes))
	out, err := NewRows(w, format, delimiter, words.sheet, append(slices.Clone(words.columns), attributes...)...)
	if err != nil {
		return nil, err
	}
	out.words, out.attributes = words, attributes
	return out, nil
}

// NewRows begins a file of any other rows; name is that of a workbook's sheet.
func NewRows(w io.Writer, format Format, delimiter rune, name string, columns ...string) (*Writer, error) {
	if format != XLSX {
		return NewTable(w, delimiter, columns...)
	}
	book, err := newWorkbook(w, name)
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
		c.Email, c.FirstName, c.LastName, w.words.write(Kind, string(c.Kind)), organisation, c.Position, c.Phone, c.Place, w.words.write(Language, string(c.Language)),
		strings.Join(c.Tags, ", "), c.Notes, c.Source, strings.Join(on, ", "), w.words.write(Status, status), w.words.writeLeft(lists), c.Zone,
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
