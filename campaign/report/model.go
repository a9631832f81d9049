// Package report makes from the figures of a campaign.Report what is handed to a funder: a page, a PDF, a workbook and CSV files, in
// every language of the panel. All are made from one Model, so that a figure is the same wherever it stands, and from the same figures
// comes the same file, byte for byte. It reads no store and asks no clock, and it names no reader.
package report

import (
	"cmp"
	"html/template"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/templates"
)

// Options say how a report is shown.
type Options struct {
	Language campaign.Language
	Logos    []Logo // at its head, see LoadLogos
}

// Logo is a picture at the head of a report.
type Logo struct {
	Type string // media type: image/png or image/jpeg
	Data []byte
	Alt  string
}

// Model is a report in one language: sections to read, and tables in an annex.
type Model struct {
	Language campaign.Language
	Title    string
	Team     string
	About    string
	Funding  []string // paragraphs
	Logos    []Logo
	Counted  time.Time
	Zone     *time.Location
	Sections []Section
	Annex    []Table
	Contents string // heading of the annex
}

// Section is a part of a report that is read.
type Section struct {
	Title  string
	Texts  []string
	Table  *Table // nil for none
	Charts []Chart
}

// Table is a table with a name that programs ask for it by. Its cells are strings, int64, Share and Day.
type Table struct {
	Name    string
	Title   string
	Sheet   string // its name in a workbook, where the title is too long; "" for the title
	Columns []string
	Rows    [][]any
	Note    string
}

// Share is a part of one, shown in per cent.
type Share float64

// Day is a day without a time.
type Day time.Time

// Chart shows counts as bars, one for each name in each row.
type Chart struct {
	Title string
	Names []string
	Rows  []ChartRow
}

// ChartRow is one label of a chart with a value for each name.
type ChartRow struct {
	Label  string
	Values []int64
}

// Tables are all tables, those of the sections first.
func (m *Model) Tables() []Table {
	var all []Table
	for _, s := range m.Sections {
		if s.Table != nil {
			all = append(all, *s.Table)
		}
	}
	return append(all, m.Annex...)
}

// Table returns the table with a name, or a NotFound error.
func (m *Model) Table(name string) (Table, error) {
	if t := campaign.First(m.Tables(), func(t *Table) bool { return t.Name == name }); t != nil {
		return *t, nil
	}
	return Table{}, campaign.Errorf(campaign.NotFound, "this report has no table %q", name)
}

// Show writes a cell for people.
func (m *Model) Show(cell any) string {
	switch c := cell.(type) {
	case int64:
		return language.Number(m.Language, c)
	case Share:
		return language.Percent(m.Language, float64(c), 1)
	case Day:
		return language.ShortDate(m.Language, time.Time(c))
	case string:
		return c
	}
	return ""
}

// IsNumber reports whether a cell stands to the right.
func (m *Model) IsNumber(cell any) bool {
	switch cell.(type) {
	case int64, Share:
		return true
	}
	return false
}

// Bar is how long the bar of a value is, of a hundred.
func (c Chart) Bar(value int64) int64 {
	top := int64(1)
	for _, r := range c.Rows {
		for _, v := range r.Values {
			top = max(top, v)
		}
	}
	return (value*100 + top/2) / top
}

// Source is the picture as the address of an image.
func (l Logo) Source() template.URL {
	return template.URL("data:" + l.Type + ";base64," + encoded(l.Data))
}

func (m *Model) say(format string, args ...any) string {
	return templates.Say(m.Language, campaign.Textf(format, args...))
}

func (m *Model) words(t campaign.Text) string { return templates.Say(m.Language, t) }

// Heads are names of columns in the language of the report.
func (m *Model) heads(names ...campaign.Text) []string { return campaign.Collect(names, m.words) }

// plain takes what Markdown marks with out of a text, and returns its paragraphs.
func plain(markdown string) []string {
	var out []string
	for part := range strings.SplitSeq(strings.ReplaceAll(markdown, "\r\n", "\n"), "\n\n") {
		part = strings.TrimSpace(strings.NewReplacer("**", "", "__", "", "\n", " ", "`", "").Replace(strings.TrimLeft(part, "#> ")))
		if part != "" {
			out = append(out, part)
		}
	}
	return out
}

// New puts the figures of a report into words.
func New(r *campaign.Report, o Options) *Model {
	m := &Model{Language: cmp.Or(o.Language, campaign.English), Logos: o.Logos, Counted: r.Counted, About: r.About}
	var err error
	if m.Zone, err = time.LoadLocation(r.Zone); err != nil {
		m.Zone = time.UTC
	}
	m.Team = language.TextFor(r.Team, m.Language, r.Phrases...)
	m.Funding = plain(language.TextFor(r.Funding, m.Language, r.Phrases...))
	m.Title, m.Contents = m.title(r), m.say("Annex: tables")
	b := &builder{Model: m, report: r}
	b.build()
	return m
}

func (m *Model) title(r *campaign.Report) string {
	switch r.Scope {
	case campaign.ReleaseReport:
		return m.say("Report on the release “%s”", r.Name)
	case campaign.ActionReport:
		return m.say("Report on the action “%s”", r.Name)
	}
	return m.say("Report from %s to %s", m.day(r.From), m.day(r.Until.AddDate(0, 0, -1)))
}

// day is the day of a moment in the zone of the report.
func (m *Model) day(t time.Time) campaign.Day { return campaign.Day(t.In(m.Zone)) }
