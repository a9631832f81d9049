package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

//go:embed report.html
var pageText string

//go:embed page.css
var pageStyle string

//go:embed print.css
var printStyle string

var pageTemplate = sync.OnceValues(func() (*template.Template, error) { return template.New("report").Parse(pageText) })

// page is a Model with its style, as the template takes it. In print the title of a table is a heading: a caption gets no font of ours.
type page struct {
	*Model
	Style template.CSS
	Print bool
}

// block is a table or a chart with the model that shows its cells. In print one that is apart is kept on one page with its heading, as
// far as it fits; the first of a section is kept together with the section's heading.
type block struct {
	M     *Model
	T     *Table
	C     Chart // where T is nil
	Print bool
	Apart bool
}

// With returns a table or a chart for its template, and Apart one that is kept together by itself in print.
func (p page) With(of any) block {
	b := block{M: p.Model, Print: p.Print}
	switch of := of.(type) {
	case *Table:
		b.T = of
	case Table:
		b.T = &of
	case Chart:
		b.C = of
	}
	return b
}

func (p page) Apart(of any) block {
	b := p.With(of)
	b.Apart = p.Print
	return b
}

// longWord is the number of letters from which on a word is broken, such as a link: it would push what stands beside it off the page.
const longWord = 24

// Long reports whether a cell holds words that may have to be broken.
func (b block) Long(cell any) bool {
	words, ok := cell.(string)
	return ok && longestWord(words) >= longWord
}

// Widths are how wide the columns of a table with such words are in print, in per cent, which is about a letter each; nil where the
// words themselves say it. What a column of short words needs comes first, and those of long texts share the rest.
func (b block) Widths() []int {
	if !b.Print || !slices.ContainsFunc(b.T.Rows, func(row []any) bool { return slices.ContainsFunc(row, b.Long) }) {
		return nil
	}
	widths, rest, sharing := make([]int, len(b.T.Columns)), 100, 0
	for i, head := range b.T.Columns {
		need, most := longestWord(head), 0
		for _, row := range b.T.Rows {
			cell := b.M.Show(row[i])
			need, most = max(need, longestWord(cell)), max(most, utf8.RuneCountInString(cell))
		}
		if most > longWord {
			sharing++
			continue
		}
		widths[i] = need + need/10 + 2
		rest -= widths[i]
	}
	for i, width := range widths {
		if width == 0 {
			widths[i] = max(rest/sharing, 10)
		}
	}
	return widths
}

func longestWord(text string) (most int) {
	for word := range strings.FieldsSeq(text) {
		most = max(most, utf8.RuneCountInString(word))
	}
	return most
}

// First is what stands right below the texts of a section, its table or a chart, and Further are the other charts.
func (s Section) First() any {
	switch {
	case s.Table != nil:
		return s.Table
	case len(s.Charts) > 0:
		return s.Charts[0]
	}
	return nil
}

func (s Section) Further() []Chart {
	if s.Table == nil && len(s.Charts) > 0 {
		return s.Charts[1:]
	}
	return s.Charts
}

// Right reports whether a column holds numbers.
func (m *Model) Right(t *Table, column int) bool {
	for _, row := range t.Rows {
		if m.IsNumber(row[column]) {
			return true
		}
	}
	return false
}

// Single reports whether the chart has one bar a row, and so needs no names of bars.
func (c Chart) Single() bool { return len(c.Names) == 1 }

// Width is how long a bar is in the drawing, of 200.
func (c Chart) Width(value int64) int64 { return 2 * c.Bar(value) }

// Shade is the grey-blue of the bars of a name: the shades differ in print without colours too, and every bar has its name beside it.
func (c Chart) Shade(i int) string { return []string{"#1f3b57", "#7f97ad", "#d5dee6"}[i%3] }

// HTML writes the report as one page that needs nothing else.
func (m *Model) HTML() ([]byte, error) { return m.html(pageStyle, false) }

func (m *Model) html(style string, print bool) ([]byte, error) {
	t, err := pageTemplate()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, page{m, template.CSS(style), print}); err != nil {
		return nil, fmt.Errorf("write a report as a page: %w", err)
	}
	return b.Bytes(), nil
}
