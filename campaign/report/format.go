package report

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// Format is a kind of file a report is written as.
type Format string

const (
	HTML Format = "html"
	PDF  Format = "pdf"
	XLSX Format = "xlsx"
	CSV  Format = "csv"
	JSON Format = "json"
)

// Formats are all of them in the order they are offered.
var Formats = []Format{HTML, PDF, XLSX, CSV, JSON}

// ParseFormat reads the name of a format.
func ParseFormat(name string) (Format, error) {
	if f := Format(strings.ToLower(strings.TrimSpace(name))); slices.Contains(Formats, f) {
		return f, nil
	}
	return "", campaign.FieldError("format", "the format %q is not one of html, pdf, xlsx, csv, json", name)
}

// Name is the format as people write it.
func (f Format) Name() string { return strings.ToUpper(string(f)) }

// ContentType is the media type of a format.
func (f Format) ContentType() string {
	return map[Format]string{
		HTML: "text/html; charset=utf-8", PDF: "application/pdf", XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		CSV: "text/csv; charset=utf-8", JSON: "application/json; charset=utf-8",
	}[f]
}

// Write writes a report in a format. table names the one table of a CSV file, "" is all; delimiter divides its cells, 0 is what
// spreadsheets expect in the language. JSON holds the figures themselves, with names in English.
func Write(r *campaign.Report, o Options, f Format, table string, delimiter rune) ([]byte, error) {
	if delimiter == 0 {
		delimiter = Delimiter(o.Language)
	}
	switch f {
	case HTML:
		return New(r, o).HTML()
	case PDF:
		return New(r, o).PDF()
	case XLSX:
		return New(r, o).Workbook()
	case CSV:
		return New(r, o).CSV(table, delimiter)
	}
	out, err := json.MarshalIndent(r, "", "  ")
	return append(out, '\n'), err
}

// Delimiter is what divides the cells of a CSV file where a language is spoken: who writes a comma for the decimal point has spreadsheets
// that divide by semicolons.
func Delimiter(l campaign.Language) rune {
	if l == campaign.English || l == "" {
		return ','
	}
	return ';'
}
