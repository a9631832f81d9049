package contactfile

import (
	"io"
	"iter"
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
	input
	rowReader // of the first table

	HiddenRows    int      // how many rows of contacts are hidden in the workbook
	HiddenColumns []string // the names of columns that are; they are read
	Tables        []Table  // further tables below the first that Rows has passed

	// Samples are the first different cells of each column.
	Samples [][]string
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
	f := &File{input: input{Encoding: form.encoding, Mark: form.mark, Lines: form.lines, Delimiter: o.Delimiter, source: source, size: size}}
	f.rowReader = rowReader{in: &f.input, Hidden: o.Hidden, surplus: o.Surplus, kinds: cellCache[kindRead]{}, languages: cellCache[languageRead]{}, sures: cellCache[campaign.Standing]{}, standings: map[standingCell]said{}}
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
	f.plain = f.spool != nil
	if err := f.readHeader(); err != nil {
		f.Close()
		return nil, err
	}
	f.settleHeader()
	cells := f.sample()
	f.learn(cells)
	f.Samples = campaign.Collect(cells, firstOf)
	return f, nil
}

// samples is how many cells of a column are shown.
const samples = 3

// firstOf returns the first different cells of a column.
func firstOf(cells []string) (out []string) {
	for _, cell := range cells {
		if cell = shorten(cell); len(out) < samples && !slices.Contains(out, cell) {
			out = append(out, cell)
		}
	}
	return out
}

// Rows yields the rows after the column names, from the first each time. A row that cannot be imported is no error but has a
// Problem; an error ends the rows.
func (f *File) Rows() iter.Seq2[campaign.ImportRow, error] {
	return func(yield func(campaign.ImportRow, error) bool) {
		s, t := f.scanner(), newTable(&f.rowReader, f.names, f.header)
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
				f.Tables = append(f.Tables, Table{Line: rec.line, Names: below.names})
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

// Check refuses a file in which no column holds addresses.
func (f *File) Check() error {
	if hasAddress(f.Columns) {
		return nil
	}
	var names []string
	for _, n := range f.names {
		if n = strings.TrimSpace(n); n != "" {
			names = append(names, shorten(n))
		}
	}
	if others := f.OtherSheets(); len(others) > 0 {
		return campaign.Errorf(campaign.Invalid, "there is no column with e-mail addresses. The columns found are %s. Name one of them “email” or “e-pošta”, or choose another sheet: “%s” holds addresses", Quoted(names), others[0].Name)
	}
	return campaign.Errorf(campaign.Invalid, "there is no column with e-mail addresses. The columns found are %s. Name one of them “email” or “e-pošta”", Quoted(names))
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

// Quoted lists names, each in quotation marks.
func Quoted(names []string) campaign.Text {
	return campaign.Join(campaign.Collect(names, func(n string) campaign.Text { return campaign.Textf("“%s”", n) }), ", ")
}

// shorten keeps a cell from filling a sentence. What it returns shares no memory with the file.
func shorten(s string) string {
	if utf8.RuneCountInString(s) <= 40 {
		return strings.Clone(s)
	}
	return string([]rune(s)[:40]) + "…"
}
