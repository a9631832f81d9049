package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"sync"
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

// tableOf and chartOf are parts of a page with the model that shows their cells.
type tableOf struct {
	M     *Model
	T     Table
	Print bool
}

type chartOf struct {
	M     *Model
	C     Chart
	Print bool
}

// With returns a table for its template, and Draw a chart.
func (p page) With(t any) tableOf {
	if at, ok := t.(*Table); ok {
		return tableOf{p.Model, *at, p.Print}
	}
	return tableOf{p.Model, t.(Table), p.Print}
}

func (p page) Draw(c Chart) chartOf { return chartOf{p.Model, c, p.Print} }

// Right reports whether a column holds numbers.
func (m *Model) Right(t Table, column int) bool {
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
