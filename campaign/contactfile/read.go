package contactfile

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
)

// Limits of what is read. A press office's whole address book is a few megabytes.
const (
	MaxFile    = 32 << 20 // bytes
	MaxCell    = 64 << 10 // bytes
	maxColumns = 200
	maxRows    = 500_000
)

// Options change how a file is read.
type Options struct {
	Delimiter rune // 0 finds it
}

// File is a file of contacts, read whole.
type File struct {
	Encoding  string
	Delimiter rune
	Columns   []Column
	Rows      []campaign.ImportRow
}

// Column is one column with what it was understood as.
type Column struct {
	Header  string
	Meaning Meaning
}

// DelimiterName is the delimiter in words.
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
	return string(f.Delimiter)
}

// Read reads a CSV file with a line of column names. The error is fit for a user; rows that cannot be taken are no
// error but carry a Problem.
func Read(r io.Reader, o Options) (*File, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	if len(data) > MaxFile {
		return nil, campaign.Errorf(campaign.Invalid, "the file is larger than %d MB: split it into several", MaxFile>>20)
	}
	text, encoding, err := decode(data)
	if err != nil {
		return nil, err
	}
	f := &File{Encoding: encoding, Delimiter: o.Delimiter}
	line := 1
	if sep, rest, ok := sepLine(text); ok {
		text, line = rest, 2
		if f.Delimiter == 0 {
			f.Delimiter = sep
		}
	}
	if f.Delimiter == 0 {
		f.Delimiter = findDelimiter(text)
	}
	s := &scanner{text: text, delimiter: byte(f.Delimiter), line: line}
	if err := f.readHeader(s); err != nil {
		return nil, err
	}
	for {
		rec, ok := s.next()
		if !ok {
			return f, nil
		}
		if rec.blank() {
			continue
		}
		if len(f.Rows) == maxRows {
			return nil, campaign.Errorf(campaign.Invalid, "the file has more than %d rows: split it into several", maxRows)
		}
		f.Rows = append(f.Rows, f.row(rec))
	}
}

func (f *File) readHeader(s *scanner) error {
	for {
		rec, ok := s.next()
		if !ok {
			return campaign.Errorf(campaign.Invalid, "the file is empty: it needs a line of column names and, below it, a line for each contact")
		}
		if rec.blank() {
			continue
		}
		if rec.problem != "" {
			return campaign.Errorf(campaign.Invalid, "the column names on line %d cannot be read: %s", rec.line, rec.problem)
		}
		if len(rec.cells) > maxColumns {
			return campaign.Errorf(campaign.Invalid, "line %d has %d columns; at most %d are read", rec.line, len(rec.cells), maxColumns)
		}
		f.Columns = understand(rec.cells)
		return f.checkColumns(rec)
	}
}

func (f *File) checkColumns(rec record) error {
	var names []string
	for i, c := range f.Columns {
		if c.Meaning == Email {
			return nil
		}
		if strings.Contains(rec.cells[i], "@") {
			return campaign.Errorf(campaign.Invalid, "line %d holds an address where column names should be: add a first line such as “email%cfirst name%clast name”", rec.line, f.Delimiter, f.Delimiter)
		}
		if c.Header != "" {
			names = append(names, "“"+shorten(c.Header)+"”")
		}
	}
	return campaign.Errorf(campaign.Invalid, "there is no column with e-mail addresses. The columns found are %s. Name one of them “email” or “e-pošta”", strings.Join(names, ", "))
}

// shorten keeps a cell from filling a sentence.
func shorten(s string) string {
	if utf8.RuneCountInString(s) <= 40 {
		return s
	}
	return string([]rune(s)[:40]) + "…"
}

// decode gives the file's text. Only UTF-8 is read; for other encodings the error says which it looks like. This is the
// place where they will be converted instead.
func decode(data []byte) (text, encoding string, err error) {
	switch guess := guessEncoding(data); guess {
	case utf8Plain:
		return string(data), guess, nil
	case utf8Mark:
		return string(bytes.TrimPrefix(data, []byte("\ufeff"))), guess, nil
	case workbook:
		return "", "", campaign.Errorf(campaign.Invalid, "this is an Excel workbook. Open it and choose Save as → “CSV UTF-8 (comma delimited)”, then use that file")
	case unknownBytes:
		return "", "", campaign.Errorf(campaign.Invalid, "this is not a text file. Save the sheet as “CSV UTF-8” and use that file")
	default:
		return "", "", campaign.Errorf(campaign.Invalid, "the file is not in UTF-8; it looks like %s. In Excel choose Save as → “CSV UTF-8 (comma delimited)”; in LibreOffice Save as → Text CSV with the character set Unicode (UTF-8)", guess)
	}
}
