package contactfile

import (
	"strings"

	"github.com/xuri/excelize/v2"
)

// isoDates makes a workbook show its dates as 2026-10-18, in whatever form their cells have: a date is compared and sorted
// by those who read it later, and each country writes it its own way. What a form leaves out stays out.
func isoDates(book *excelize.File) {
	if s := book.Styles; s != nil && s.NumFmts != nil {
		for _, f := range s.NumFmts.NumFmt {
			for _, code := range []*string{&f.FormatCode, &f.FormatCode16} {
				if iso := isoFormat(*code); iso != "" {
					*code = iso
				}
			}
		}
	}
	if s := book.Styles; s != nil && s.CellXfs != nil {
		short := 14 // shown by the short date pattern
		for i := range s.CellXfs.Xf {
			if id := s.CellXfs.Xf[i].NumFmtID; id != nil && 15 <= *id && *id <= 17 { // d-mmm-yy, d-mmm, mmm-yy
				s.CellXfs.Xf[i].NumFmtID = &short
			}
		}
	}
}

// isoFormat gives the form that shows what a form of cells shows of a date; "" where that is not a date.
func isoFormat(code string) string {
	var year, month, day, hour, second bool
	for i := 0; i < len(code) && code[i] != ';'; i++ { // other forms stand behind, for what is no date
		switch code[i] | 0x20 {
		case '"' | 0x20:
			i = skipTo(code, i, '"')
		case '[' | 0x20:
			end := skipTo(code, i, ']')
			if in := strings.ToLower(code[i+1 : end]); in != "" && strings.Trim(in, "hms") == "" {
				return "" // how long, not when
			}
			i = end
		case '\\' | 0x20, '_' | 0x20, '*' | 0x20:
			i++ // and the sign behind it
		case 'y':
			year = true
		case 'm':
			month = true
		case 'd':
			day = true
		case 'h':
			hour = true
		case 's':
			second = true
		case '#' | 0x20, '?' | 0x20, '0' | 0x20:
			if !second {
				return "" // a number, with a unit behind it
			}
		}
	}
	iso := ""
	switch {
	case day:
		iso = "yyyy-mm-dd"
	case month && (year || !hour && !second):
		iso = "yyyy-mm"
	case year:
		iso = "yyyy"
	}
	switch {
	case iso == "" || !hour:
		return iso
	case second:
		return iso + " hh:mm:ss"
	}
	return iso + " hh:mm"
}

// skipTo gives where a sign stands next behind a place, or else the end.
func skipTo(code string, from int, sign byte) int {
	if n := strings.IndexByte(code[from+1:], sign); n >= 0 {
		return from + 1 + n
	}
	return len(code)
}
