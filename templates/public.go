package templates

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

//go:embed public
var publicFiles embed.FS

// Public are the pages readers see. Like the panel's they are all read at start; they hold no script.
type Public struct {
	pages map[string]*template.Template
}

// NewPublic parses the pages.
func NewPublic(assets *Assets) (*Public, error) {
	base, err := template.New("layout").Funcs(template.FuncMap{"asset": assets.URL}).ParseFS(publicFiles, "public/layout.html")
	if err != nil {
		return nil, fmt.Errorf("read the layout of the public pages: %w", err)
	}
	names, err := fs.Glob(publicFiles, "public/*.html")
	if err != nil {
		return nil, err
	}
	p := &Public{pages: map[string]*template.Template{}}
	for _, file := range names {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if name == "layout" {
			continue
		}
		if p.pages[name], err = template.Must(base.Clone()).ParseFS(publicFiles, file); err != nil {
			return nil, fmt.Errorf("read public page %s: %w", name, err)
		}
	}
	return p, nil
}

// Render gives a whole page.
func (p *Public) Render(name string, data any) ([]byte, error) {
	set, ok := p.pages[name]
	if !ok {
		return nil, fmt.Errorf("there is no public page %q", name)
	}
	var b bytes.Buffer
	if err := set.ExecuteTemplate(&b, "layout.html", data); err != nil {
		return nil, fmt.Errorf("render public page %s: %w", name, err)
	}
	return b.Bytes(), nil
}

// BrandStyle sets the brand's colour on a public page, as it can be read on light and on dark; "" without one.
func BrandStyle(brand campaign.Brand) template.CSS {
	if brand.Colour == "" {
		return ""
	}
	light, dark := accentColours(brand.Colour)
	return template.CSS(":root{--accent:" + light + "}@media(prefers-color-scheme:dark){:root{--accent:" + dark + "}}")
}
