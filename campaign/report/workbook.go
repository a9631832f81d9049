package report

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
	"github.com/xuri/excelize/v2"
)

// Workbook writes the tables of the report as a workbook: a sheet a table, with real numbers and days, and a filter over each column.
func (m *Model) Workbook() ([]byte, error) {
	book := excelize.NewFile()
	defer book.Close()
	w := &workbook{Model: m, book: book, taken: map[string]bool{}}
	if err := w.write(); err != nil {
		return nil, fmt.Errorf("write a report as a workbook: %w", err)
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		return nil, fmt.Errorf("write a report as a workbook: %w", err)
	}
	return b.Bytes(), nil
}

type workbook struct {
	*Model
	book                    *excelize.File
	taken                   map[string]bool
	head, count, share, day int // styles
}

func (w *workbook) write() error {
	for _, s := range []struct {
		into  *int
		style excelize.Style
	}{
		{&w.head, excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}},
		{&w.count, excelize.Style{NumFmt: 3}}, {&w.share, excelize.Style{NumFmt: 10}}, {&w.day, excelize.Style{NumFmt: 14}},
	} {
		var err error
		if *s.into, err = w.book.NewStyle(&s.style); err != nil {
			return err
		}
	}
	for i, t := range w.Tables() {
		name := w.sheetName(cmp.Or(t.Sheet, t.Title))
		if i == 0 {
			if err := w.book.SetSheetName("Sheet1", name); err != nil {
				return err
			}
		} else if _, err := w.book.NewSheet(name); err != nil {
			return err
		}
		if err := w.sheet(name, t); err != nil {
			return err
		}
	}
	at := w.Counted.UTC().Format(time.RFC3339)
	return w.book.SetDocProps(&excelize.DocProperties{Title: w.Title, Creator: w.Team, Language: string(w.Language), Created: at, Modified: at})
}

func (w *workbook) sheet(name string, t Table) error {
	for i, c := range t.Columns {
		if err := w.set(name, i, 1, c, w.head); err != nil {
			return err
		}
	}
	for y, row := range t.Rows {
		for x, cell := range row {
			value, style := any(cell), 0
			switch c := cell.(type) {
			case int64:
				style = w.count
			case Share:
				value, style = float64(c), w.share
			case Day:
				value, style = campaign.OnDay(time.Time(c)), w.day
			}
			if err := w.set(name, x, y+2, value, style); err != nil {
				return err
			}
		}
	}
	last, err := excelize.ColumnNumberToName(len(t.Columns))
	if err != nil {
		return err
	}
	if err := w.book.AutoFilter(name, fmt.Sprintf("A1:%s%d", last, len(t.Rows)+1), nil); err != nil {
		return err
	}
	for i := range t.Columns {
		column, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		if err := w.book.SetColWidth(name, column, column, w.width(t, i)); err != nil {
			return err
		}
	}
	return w.book.SetPanes(name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

func (w *workbook) set(sheet string, x, y int, value any, style int) error {
	at, err := excelize.CoordinatesToCellName(x+1, y)
	if err != nil {
		return err
	}
	if s, ok := value.(string); ok {
		err = w.book.SetCellStr(sheet, at, s) // never a formula
	} else {
		err = w.book.SetCellValue(sheet, at, value)
	}
	if err == nil && style != 0 {
		err = w.book.SetCellStyle(sheet, at, at, style)
	}
	return err
}

// width is how wide a column has to be, in letters.
func (w *workbook) width(t Table, column int) float64 {
	most := min(utf8.RuneCountInString(t.Columns[column]), 16)
	for _, row := range t.Rows {
		most = max(most, utf8.RuneCountInString(w.Show(row[column])))
	}
	return float64(min(most, 60)) + 3
}

// sheetName makes a name of a sheet: at most 31 letters, none of them one that workbooks refuse, and no two alike.
func (w *workbook) sheetName(title string) string {
	title = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\'`, r) {
			return ' '
		}
		return r
	}, title)
	letters := []rune(title)
	name := string(letters[:min(len(letters), 28)])
	for n := 2; w.taken[strings.ToLower(name)]; n++ {
		name = fmt.Sprintf("%s %d", string(letters[:min(len(letters), 26)]), n)
	}
	w.taken[strings.ToLower(name)] = true
	return name
}
