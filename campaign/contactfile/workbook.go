package contactfile

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/glasnik/glasnik/campaign"
)

// oneWorkbook is held while a workbook is unpacked, so that the memory this takes is taken once in a program.
var oneWorkbook sync.Mutex

// openWorkbook writes the rows of one sheet to a temporary file, numbers as the workbook holds them and dates as 2026-10-18.
func (in *input) openWorkbook(asked string) error {
	oneWorkbook.Lock()
	defer oneWorkbook.Unlock()
	in.Delimiter = 0
	a, err := openArchive(in.source, in.size)
	if err != nil {
		return unreadable()
	}
	book, err := openParts(a)
	if err != nil {
		return forUser(err, unreadable())
	}
	in.Sheets = book.sheets
	for i := range in.Sheets {
		if in.Sheets[i].Addresses, in.Sheets[i].filled, err = book.peek(in.Sheets[i]); err != nil {
			return err
		}
	}
	sheet, err := in.chooseSheet(asked)
	if err != nil {
		return err
	}
	in.Sheet = sheet.Name
	if in.spool, err = os.CreateTemp("", "glasnik-sheet-*"); err != nil {
		return fmt.Errorf("keep a sheet: %w", err)
	}
	_ = os.Remove(in.spool.Name()) // gone with the program where the system allows it; Close does it elsewhere
	if err := in.spoolSheet(book, sheet); err != nil {
		damaged := campaign.Errorf(campaign.Invalid, "the sheet “%s” cannot be read: the file is damaged. Open it in Excel or LibreOffice, save it again, and use that file", in.Sheet)
		return errors.Join(forUser(err, damaged), in.Close())
	}
	return nil
}

func unreadable() error {
	return campaign.Errorf(campaign.Invalid, "this looks like an Excel workbook and cannot be opened as one. Open it, choose Save as → “Excel workbook (.xlsx)” without a password, and use that file")
}

// forUser returns what is said of a workbook that is damaged, and any other error as it is.
func forUser(err, damaged error) error {
	if errors.Is(err, errDamaged) {
		return damaged
	}
	return err
}

// chooseSheet takes the sheet that was asked for or, when none was, the first with a column of addresses that is not
// hidden; else the first that holds anything.
func (in *input) chooseSheet(asked string) (Sheet, error) {
	if asked != "" {
		for _, s := range in.Sheets {
			if campaign.Fold(strings.TrimSpace(s.Name)) == campaign.Fold(strings.TrimSpace(asked)) {
				return s, nil
			}
		}
		if n, err := strconv.Atoi(asked); err == nil && n >= 1 && n <= len(in.Sheets) {
			return in.Sheets[n-1], nil
		}
		names := campaign.Collect(in.Sheets, func(s Sheet) string { return s.Name })
		return Sheet{}, campaign.FieldError("sheet", "there is no sheet %q; the workbook has %s", asked, Quoted(names))
	}
	for _, fits := range []func(Sheet) bool{
		func(s Sheet) bool { return !s.Hidden && s.Addresses },
		func(s Sheet) bool { return !s.Hidden && s.filled },
	} {
		if i := slices.IndexFunc(in.Sheets, fits); i >= 0 {
			return in.Sheets[i], nil
		}
	}
	if hidden := in.OtherSheets(); len(hidden) > 0 {
		return Sheet{}, campaign.FieldError("sheet", "the visible sheets are empty, and the hidden sheet “%s” holds addresses: show it in Excel, save the file, and use that", hidden[0].Name)
	}
	return Sheet{}, campaign.Errorf(campaign.Invalid, "the workbook is empty: it needs a row of column names and, below it, a row for each contact")
}

// OtherSheets are those that hold addresses and are not read.
func (in *input) OtherSheets() []Sheet {
	return slices.DeleteFunc(slices.Clone(in.Sheets), func(s Sheet) bool { return !s.Addresses || s.Name == in.Sheet })
}

// peek says whether the first rows of a sheet hold a column of addresses, or anything. A damaged sheet holds something, so
// that it is said of it when it is read.
func (w *workbook) peek(s Sheet) (addresses, some bool, err error) {
	r, err := w.openSheet(s)
	if r != nil {
		defer r.close()
	}
	if err != nil {
		return false, true, forUser(err, nil)
	}
	for n := 0; n < 2*titleRows && r.next(); {
		if filled(r.row.cells) == 0 {
			continue // however far down the table begins
		}
		n++
		some = true
		if hasAddress(understand(r.row.cells)) || slices.ContainsFunc(r.row.cells, holdsAddresses) {
			return true, true, nil
		}
	}
	return false, some || r.x.err != nil, forUser(r.x.err, nil)
}

// spoolSheet writes a row for each that holds anything, with what is said of it in front, see record.fromSheet.
func (in *input) spoolSheet(book *workbook, sheet Sheet) error {
	r, err := book.openSheet(sheet)
	if r != nil {
		defer r.close()
	}
	if err != nil {
		return err
	}
	to := &bounded{to: in.spool, left: min(MaxFile, textSlack+textTimes*in.size)}
	out := csv.NewWriter(bufio.NewWriterSize(to, 64<<10))
	in.Lines = 0
	var cells []string
	for r.next() {
		if !r.row.filled {
			continue
		}
		in.Lines++
		if r.row.hidden {
			in.hiddenLines = append(in.hiddenLines, int32(r.row.line))
		}
		cells = append(r.row.head(cells[:0]), r.row.cells...)
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	if r.x.err == nil {
		r.x.err = r.readAfterRows()
	}
	if r.x.err != nil {
		return r.x.err
	}
	in.overlay = overlay{merges: r.merges, links: r.links}
	in.hiddenSpans = r.hiddenColumns
	out.Flush()
	return out.Error()
}

// What a sheet may hold beside what its size lets expect: see bounded and overlaid.
const (
	textSlack = 64 << 20
	textTimes = 50
	maxLaid   = 64 << 20
)

// bounded refuses to write more than a number of bytes: a text that a workbook holds once may be in a million of its cells.
type bounded struct {
	to   *os.File
	left int64
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, campaign.Errorf(campaign.Invalid, "the sheet holds far more text than its file lets expect: the same long text again and again. Split it into several, or save it as “CSV UTF-8” and use that file")
	}
	n, err := b.to.Write(p)
	if err != nil {
		err = fmt.Errorf("keep a sheet: %w", err)
	}
	return n, err
}
