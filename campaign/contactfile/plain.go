package contactfile

import (
	"bytes"
	"encoding/csv"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
)

// Line is a row of a CSV file of anything but contacts.
type Line struct {
	Number int // in the file, from 1
	Cells  []string
}

// ReadLines reads a CSV file that is small enough to be held, in any of the encodings and with any of the delimiters that files of
// contacts have. The first line is column names, by which the delimiter is found. What Harmless put into its cells is taken off.
func ReadLines(data []byte) ([]Line, error) {
	f, err := survey(bytes.NewReader(data), int64(len(data)))
	switch {
	case err != nil:
		return nil, err
	case f.workbook || f.cards:
		return nil, campaign.Errorf(campaign.Invalid, "this is no CSV file: in the spreadsheet choose Save as → “CSV UTF-8”, and use that file")
	}
	text, err := io.ReadAll(f.encoding.decoder(bytes.NewReader(data)))
	if err != nil {
		return nil, campaign.Errorf(campaign.Invalid, "the file cannot be read as %s: save it as “CSV UTF-8”, and use that file", f.encoding.Label())
	}
	for n, line := range bytes.Split(text, []byte("\n")) {
		if !utf8.Valid(line) || bytes.ContainsRune(line, utf8.RuneError) {
			return nil, campaign.Errorf(campaign.Invalid, "line %d has letters that cannot be read: save the file as “CSV UTF-8”, and use that one", n+1)
		}
	}
	first, rest, _ := strings.Cut(string(text), "\n")
	comma, named := sepLine(first)
	if named {
		text = []byte("\n" + rest) // its lines count on
	} else {
		comma = ','
		for _, c := range ";\t" {
			if strings.Count(first, string(c)) > strings.Count(first, string(comma)) {
				comma = c
			}
		}
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = comma, -1, true
	var out []Line
	for {
		cells, err := r.Read()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, campaign.Errorf(campaign.Invalid, "the file cannot be read as %s: save it as “CSV UTF-8”, and use that file", f.encoding.Label())
		}
		number, _ := r.FieldPos(0)
		out = append(out, Line{number, campaign.Collect(cells, unharm)})
	}
}
