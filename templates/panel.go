package templates

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
)

//go:embed panel
var panelFiles embed.FS

// Panel are the pages of the panel: one set of templates for each, made of the layout, the partials and the page, all
// read at start so that a broken one stops the program.
//
// A page file panel/NAME.html defines "main". Files in panel/parts/ are partials every page may use.
type Panel struct {
	pages map[string]*template.Template
}

// NewPanel parses the pages.
func NewPanel(assets *Assets) (*Panel, error) {
	base, err := template.New("layout").Funcs(panelFuncs(assets)).ParseFS(panelFiles, "panel/layout.html", "panel/parts/*.html")
	if err != nil {
		return nil, fmt.Errorf("read the panel's layout: %w", err)
	}
	names, err := fs.Glob(panelFiles, "panel/*.html")
	if err != nil {
		return nil, err
	}
	p := &Panel{pages: map[string]*template.Template{}}
	for _, file := range names {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if name == "layout" {
			continue
		}
		set, err := template.Must(base.Clone()).ParseFS(panelFiles, file)
		if err != nil {
			return nil, fmt.Errorf("read page %s: %w", name, err)
		}
		p.pages[name] = set
	}
	return p, nil
}

// Render gives a whole page.
func (p *Panel) Render(name string, data any) ([]byte, error) {
	return p.RenderPart(name, "layout.html", data)
}

// RenderPart gives one named template out of a page's set, for an update of part of a page.
func (p *Panel) RenderPart(name, part string, data any) ([]byte, error) {
	set, ok := p.pages[name]
	if !ok {
		return nil, fmt.Errorf("there is no page %q", name)
	}
	var b bytes.Buffer
	if err := set.ExecuteTemplate(&b, part, data); err != nil {
		return nil, fmt.Errorf("render page %s: %w", name, err)
	}
	return b.Bytes(), nil
}
