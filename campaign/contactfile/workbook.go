package contactfile

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/glasnik/glasnik/campaign"
)

// What a workbook may grow to when it is unpacked: a few kilobytes can be made to hold gigabytes. What is larger than the
// second is unpacked to a temporary file.
const (
	unzipLimit  = 2 << 30
	unzipMemory = 8 << 20
)

// openWorkbook writes the rows of one sheet to a temporary file, cells as the person who made it sees them, such as a number
// with its zeros, but dates as 2026-10-18.
func (f *File) openWorkbook(sheet string) error {
	f.Delimiter = 0
	book, err := excelize.OpenReader(io.NewSectionReader(f.source, 0, f.size), excelize.Options{
		UnzipSizeLimit: unzipLimit, UnzipXMLSizeLimit: unzipMemory, ShortDatePattern: "yyyy-mm-dd",
	})
	if err != nil {
		return campaign.Errorf(campaign.Invalid, "this looks like an Excel workbook and cannot be opened as one. Open it, choose Save as → “Excel workbook (.xlsx)” without a password, and use that file")
	}
	defer book.Close()
	isoDates(book)
	f.Sheets = book.GetSheetList()
	if f.Sheet, err = f.chooseSheet(book, sheet); err != nil {
		return err
	}
	if f.spool, err = os.CreateTemp("", "glasnik-sheet-*"); err != nil {
		return fmt.Errorf("keep a sheet: %w", err)
	}
	_ = os.Remove(f.spool.Name()) // gone with the program where the system allows it; Close does it elsewhere
	if err := f.spoolSheet(book); err != nil {
		return errors.Join(err, f.Close())
	}
	return nil
}

// chooseSheet takes the sheet that was asked for or, when none was, the first with a column of addresses that is not
// hidden; else the first that holds anything.
func (f *File) chooseSheet(book *excelize.File, asked string) (string, error) {
	if asked != "" {
		for _, name := range f.Sheets {
			if campaign.Fold(strings.TrimSpace(name)) == campaign.Fold(strings.TrimSpace(asked)) {
				return name, nil
			}
		}
		if n, err := strconv.Atoi(asked); err == nil && n >= 1 && n <= len(f.Sheets) {
			return f.Sheets[n-1], nil
		}
		return "", campaign.FieldError("sheet", "there is no sheet %q; the workbook has “%s”", asked, strings.Join(f.Sheets, "”, “"))
	}
	first := ""
	for _, name := range f.Sheets {
		visible, err := book.GetSheetVisible(name)
		if err != nil || !visible {
			continue
		}
		some, addresses := peek(book, name)
		if addresses {
			return name, nil
		}
		if first == "" && some {
			first = name
		}
	}
	if first == "" {
		return "", campaign.Errorf(campaign.Invalid, "the workbook is empty: it needs a row of column names and, below it, a row for each contact")
	}
	return first, nil
}

// peek says whether the first rows of a sheet hold anything, and a column of addresses.
func peek(book *excelize.File, sheet string) (some, addresses bool) {
	rows, err := book.Rows(sheet)
	if err != nil {
		return false, false
	}
	defer rows.Close()
	for n := 0; n < 2*titleRows && rows.Next(); {
		cells, err := rows.Columns()
		if err != nil {
			return some, false
		}
		if filled(cells) == 0 {
			continue // however far down the table begins
		}
		n++
		some = true
		if hasAddress(understand(cells)) || slices.ContainsFunc(cells, isAddress) {
			return true, true
		}
	}
	return some, false
}

func (f *File) spoolSheet(book *excelize.File) error {
	damaged := campaign.Errorf(campaign.Invalid, "the sheet “%s” cannot be read: the file is damaged. Open it in Excel or LibreOffice, save it again, and use that file", f.Sheet)
	rows, err := book.Rows(f.Sheet)
	if err != nil {
		return damaged
	}
	defer rows.Close()
	out := csv.NewWriter(f.spool)
	f.Lines, f.spoiled = 0, map[int]string{}
	for rows.Next() {
		cells, err := rows.Columns()
		if err != nil {
			return damaged
		}
		f.Lines++
		f.cut(cells)
		if len(cells) == 0 {
			cells = []string{""}
		}
		if err := out.Write(cells); err != nil {
			return fmt.Errorf("keep a sheet: %w", err)
		}
	}
	if rows.Error() != nil {
		return damaged
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("keep a sheet: %w", err)
	}
	return nil
}

// cut shortens the cells of a row that are too long, and remembers that the row cannot be taken.
func (f *File) cut(cells []string) {
	all := 0
	for _, c := range cells {
		all += len(c)
	}
	long := func(c string) bool { return len(c) > MaxCell }
	switch {
	case slices.ContainsFunc(cells, long):
		f.spoiled[int(f.Lines)] = tooLong
	case all > maxRecord/2:
		f.spoiled[int(f.Lines)] = tooLongRow
	default:
		return
	}
	for i, c := range cells {
		cells[i] = strings.ToValidUTF8(c[:min(len(c), 1000)], "\ufffd")
	}
}
