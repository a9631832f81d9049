package report

import (
	"embed"
	"fmt"

	"github.com/carlos7ags/folio/document"
	"github.com/carlos7ags/folio/html"
)

// The fonts are part of every PDF, with the letters that it uses: DejaVu, which has both scripts of Serbian. Their licence lies
// beside them.
//
//go:embed fonts/*.ttf
var fonts embed.FS

// PDF writes the report as a tagged PDF on A4. Text in drawings would not get the fonts, so that every word of a chart stands in its
// table, and a drawing holds bars alone.
func (m *Model) PDF() ([]byte, error) {
	body, err := m.html(printStyle, true)
	if err != nil {
		return nil, err
	}
	doc := document.NewDocument(document.PageSizeA4)
	doc.SetTagged(true)
	doc.SetAutoBookmarks(true)
	doc.Info.Title, doc.Info.Author, doc.Info.Language = m.Title, m.Team, string(m.Language)
	doc.Info.Producer, doc.Info.CreationDate, doc.Info.ModDate = "Glasnik", m.Counted.UTC(), m.Counted.UTC()
	err = doc.AddHTML(string(body), &html.Options{BaseFS: fonts, StrictAssets: true, FallbackFontPath: "fonts/DejaVuSans.ttf", PageWidth: document.PageSizeA4.Width, PageHeight: document.PageSizeA4.Height})
	if err != nil {
		return nil, fmt.Errorf("set a report: %w", err)
	}
	out, err := doc.ToBytesWithOptions(document.WriteOptions{Deterministic: true})
	if err != nil {
		return nil, fmt.Errorf("write a report as PDF: %w", err)
	}
	return out, nil
}
