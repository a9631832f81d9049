package contactfile

import (
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/glasnik/glasnik/campaign"
)

// bookSheet is an Excel workbook with one sheet. Its cells are written as text, which no program runs as a formula. Rows go
// to a temporary file; the workbook itself is written when it is closed.
type bookSheet struct {
	to     io.Writer
	book   *excelize.File
	stream *excelize.StreamWriter
	rows   int
}

func newWorkbook(w io.Writer, name string) (*bookSheet, error) {
	book := excelize.NewFile()
	if err := book.SetSheetName(book.GetSheetName(0), name); err != nil {
		return nil, fmt.Errorf("make workbook: %w", err)
	}
	stream, err := book.NewStreamWriter(name)
	if err != nil {
		return nil, fmt.Errorf("make workbook: %w", err)
	}
	return &bookSheet{to: w, book: book, stream: stream}, nil
}

func (b *bookSheet) row(cells []string) error {
	if b.rows++; b.rows > excelize.TotalRows {
		return campaign.Errorf(campaign.Invalid, "a workbook holds at most %d rows: export as CSV", excelize.TotalRows)
	}
	values := make([]any, len(cells))
	for i, c := range cells {
		if utf8.RuneCountInString(c) > excelize.TotalCellChars {
			return campaign.Errorf(campaign.Invalid, "the cells of a workbook hold at most %d characters, and %s has more: export as CSV", excelize.TotalCellChars, cells[0])
		}
		if c != "" {
			values[i] = c
		}
	}
	if err := b.stream.SetRow(fmt.Sprintf("A%d", b.rows), values); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

func (b *bookSheet) flush() error { return nil }

func (b *bookSheet) close() error {
	defer b.book.Close()
	if err := b.stream.Flush(); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	if _, err := b.book.WriteTo(b.to); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}
