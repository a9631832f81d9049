package contactfile

import (
	"fmt"
	"io"
	"iter"
	"net/mail"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
)

// Limits of what is read.
const (
	MaxFile    = 1 << 30  // bytes
	MaxCell    = 64 << 10 // bytes
	maxColumns = 200
	titleRows  = 10 // how many rows are looked at for the one with the column names
)

// Options change how a file is read. Empty ones are worked out from the file.
type Options struct {
	Encoding  Encoding
	Delimiter rune
	Sheet     string // of a workbook: its name, or its number from 1
	Surplus   bool   // take rows with more filled cells than there are columns, and rows whose cells look shifted
	Hidden    bool   // read the rows that are hidden in a workbook too
}

// File is an open file of contacts. It is not safe for use by many goroutines.
type File struct {
	Encoding  Encoding // "" for a workbook
	Mark      bool     // it began with a byte order mark
	Delimiter rune
	Sheets    []Sheet // of a workbook
	Sheet     string  // the one that is read
	Hidden    bool    // its hidden rows are read too
	Columns   []Column
	Unnamed   bool  // there are no column names: the first row is a contact already
	Lines     int64 // about how many there are, for progress

	HiddenRows    int      // how many rows of contacts are hidden in the workbook
	HiddenColumns []string // the names of columns that are; they are read
	Tables        []Table  // further tables below the first that Rows has passed

	source  io.ReaderAt
	size    int64
	spool   *os.File  // the rows of a workbook's sheet, as CSV
	wrapped bool      // each line is one cell that holds a row
	sep     bool      // the first line names the delimiter
	header  int       // line of the column names
	names   []string  // the column names as they are in the file
	meant   []Meaning // what the columns were read as, before somebody said otherwise

	overlay     overlay // of a sheet
	hiddenLines []int32
	hiddenSpans []span

	listed  bool           // the file is a line of addresses, not a table
	bare    bool           // it has no names of people or organisations
	more    []mail.Address // of further people in the row just read
	cards   bool           // its rows are vCards
	surplus bool           // see Options
	guessed bool           // no name says which column holds the addresses
	french  bool           // its columns have French names
	weak    []Meaning      // of a further table, see learnFrom
	ours    bool           // it is an export of ours
	usual   int            // how many of its columns every export of ours has

	kinds     map[string]kindRead
	languages map[string]languageRead
	standings map[standingCell]said
	sures     map[string]campaign.Standing // what notes and tags say
}

// Open works out the encoding of a file and what its columns hold. The error is fit for a user. A file without a column
// of addresses opens too, so that somebody can say which it is: see Apply and Check. The source must stay open until Close.
func Open(source io.ReaderAt, size int64, o Options) (*File, error) {
	if size > MaxFile {
		return nil, campaign.Errorf(campaign.Invalid, "the file is larger than %d MB: split it into several", MaxFile>>20)
	}
	form, err := survey(source, size)
	if err != nil {
		return nil, err
	}
	f := &File{Encoding: form.encoding, Mark: form.mark, Lines: form.lines, Delimiter: o.Delimiter, source: source, size: size, surplus: o.Surplus, Hidden: o.Hidden, kinds: map[string]kindRead{}, languages: map[string]languageRead{}, standings: map[standingCell]said{}, sures: map[string]campaign.Standing{}}
	switch {
	case form.cards:
		if err := f.openCards(); err != nil {
			return nil, err
		}
		if f.Lines == 0 {
			f.Close()
			return nil, noCards
		}
	case form.workbook:
		if err := f.openWorkbook(o.Sheet); err != nil {
			return nil, err
		}
	default:
		if o.Encoding != "" {
			f.Encoding = o.Encoding
		}
		f.findDelimiter()
	}
	if err := f.readHeader(); err != nil {
		f.Close()
		return nil, err
	}
	f.settleHeader()
	f.learn()
	return f, nil
}

// Close frees what the file holds beside its source.
func (f *File) Close() error {
	if f.spool == nil {
		return nil
	}
	err := f.spool.Close()
	_ = os.Remove(f.spool.Name())
	f.spool = nil
	return err
}

// Rows yields the rows after the column names, from the first each time. A row that cannot be imported is no error but has a
// Problem; an error ends the rows.
func (f *File) Rows() iter.Seq2[campaign.ImportRow, error] {
	return func(yield func(campaign.ImportRow, error) bool) {
		s, t := f.scanner(), f.newTable(f.names, f.header)
		f.Tables = nil
		for last := f.header; ; {
			rec, ok := s.next()
			if !ok {
				break
			}
			if rec.line <= f.header || rec.blank() {
				continue
			}
			below := t.next(rec, rec.line > last+1)
			if below != nil && below != t && len(f.Tables) < maxTables {
				f.Tables = append(f.Tables, Table{Line: rec.line, Names: below.file.names})
			}
			if last = rec.line; below != nil {
				t = below
				continue
			}
			for row := range t.rows(rec) {
				if !yield(row, nil) {
					return
				}
			}
		}
		if s.err != nil {
			yield(campaign.ImportRow{}, s.err)
		}
	}
}

// EncodingName is what the file is written in, in words.
func (f *File) EncodingName() string {
	switch {
	case f.cards:
		return "vCard"
	case f.Encoding == "":
		return "Excel workbook"
	case f.Encoding == UTF8 && f.Mark:
		return "UTF-8 with a byte order mark"
	}
	return f.Encoding.Label()
}

// DelimiterName is the delimiter in words; "" for a workbook.
func (f *File) DelimiterName() string {
	switch f.Delimiter {
	case ',':
		return "comma"
	case ';':
		return "semicolon"
	case '\t':
		return "tab"
	case '|':
		return "vertical bar"
	}
	return ""
}

// Header returns the column names as they are in the file.
func (f *File) Header() []string { return f.names }

// scanner begins to read the file's text.
func (f *File) scanner() *scanner {
	if f.spool != nil {
		if f.cards {
			return &scanner{src: io.NewSectionReader(f.spool, 0, MaxFile), delimiter: ',', line: 1}
		}
		return &scanner{src: io.NewSectionReader(f.spool, 0, MaxFile), delimiter: ',', line: 1, sheet: &overlaid{overlay: f.overlay, left: maxLaid}, early: f.meant == nil}
	}
	s := &scanner{src: f.Encoding.decoder(io.NewSectionReader(f.source, 0, f.size)), delimiter: byte(f.Delimiter), line: 1, textLine: 1, wrapped: f.wrapped, plain: f.listed}
	if f.sep {
		s.fill()
		s.skipLine()
		s.textLine = 2 // a spreadsheet does not show the line
	}
	return s
}

func (f *File) findDelimiter() {
	s := f.scanner()
	s.fill()
	sep, named := sepLine(s.text)
	f.sep = named
	switch {
	case f.Delimiter != 0:
	case named:
		f.Delimiter = sep
	case isAddressList(s.text):
		f.Delimiter, f.listed = '|', true
	default:
		f.Delimiter, f.wrapped = findDelimiter(s.text)
	}
}

// Check refuses a file in which no column holds addresses.
func (f *File) Check() error {
	if hasAddress(f.Columns) {
		return nil
	}
	var names []string
	for _, n := range f.names {
		if n = strings.TrimSpace(n); n != "" {
			names = append(names, "“"+shorten(n)+"”")
		}
	}
	elsewhere := ""
	if others := f.OtherSheets(); len(others) > 0 {
		elsewhere = fmt.Sprintf(", or choose another sheet (--sheet): “%s” holds addresses", others[0].Name)
	}
	return campaign.Errorf(campaign.Invalid, "there is no column with e-mail addresses. The columns found are %s. Name one of them “email” or “e-pošta”%s", strings.Join(names, ", "), elsewhere)
}

func hasAddress(columns []Column) bool {
	return slices.ContainsFunc(columns, func(c Column) bool { return c.Meaning == Email })
}

func filled(cells []string) int {
	n := 0
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			n++
		}
	}
	return n
}

// shorten keeps a cell from filling a sentence.
func shorten(s string) string {
	if utf8.RuneCountInString(s) <= 40 {
		return s
	}
	return string([]rune(s)[:40]) + "…"
}
