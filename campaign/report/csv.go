package report

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"time"
)

// CSV writes the tables of the report one after another, each below its title, or one table alone by its name. Numbers stand without
// separators and days as 2026-11-30, for programs; shares are parts of one.
func (m *Model) CSV(name string, delimiter rune) ([]byte, error) {
	tables := m.Tables()
	if name != "" {
		t, err := m.Table(name)
		if err != nil {
			return nil, err
		}
		tables = []Table{t}
	}
	var b bytes.Buffer
	b.WriteString("\uFEFF") // by it spreadsheets know UTF-8
	w := csv.NewWriter(&b)
	w.Comma = delimiter
	for i, t := range tables {
		if name == "" {
			if i > 0 {
				w.Write(nil)
			}
			w.Write([]string{harmless(t.Title)})
		}
		w.Write(t.Columns)
		for _, row := range t.Rows {
			cells := make([]string, len(row))
			for j, cell := range row {
				cells[j] = machine(cell)
			}
			w.Write(cells)
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// machine writes a cell for programs.
func machine(cell any) string {
	switch c := cell.(type) {
	case int64:
		return strconv.FormatInt(c, 10)
	case Share:
		return strconv.FormatFloat(float64(c), 'f', 4, 64)
	case Day:
		return time.Time(c).Format(time.DateOnly)
	case string:
		return harmless(c)
	}
	return ""
}

// harmless keeps a spreadsheet from taking somebody's words for a formula.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
