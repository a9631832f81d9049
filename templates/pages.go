package templates

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
)

// Pages are the pages of one folder: one set of templates for each, made of the layout, the partials and the page, all read
// at start so that a broken one stops the program.
//
// A page FOLDER/NAME.html defines "main"; FOLDER/layout.html calls it. Files in FOLDER/parts/ are partials every page may
// use.
type Pages struct {
	sets map[string]*template.Template
}

// readPages parses the pages of a folder.
func readPages(files fs.FS, folder string, funcs template.FuncMap) (*Pages, error) {
	patterns := []string{folder + "/layout.html"}
	if parts, err := fs.Glob(files, folder+"/parts/*.html"); err != nil {
		return nil, err
	} else if len(parts) > 0 {
		patterns = append(patterns, parts...)
	}
	base, err := template.New("layout").Funcs(funcs).ParseFS(files, patterns...)
	if err != nil {
		return nil, fmt.Errorf("read the layout of %s: %w", folder, err)
	}
	names, err := fs.Glob(files, folder+"/*.html")
	if err != nil {
		return nil, err
	}
	p := &Pages{sets: map[string]*template.Template{}}
	for _, file := range names {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if name == "layout" {
			continue
		}
		if p.sets[name], err = template.Must(base.Clone()).ParseFS(files, file); err != nil {
			return nil, fmt.Errorf("read page %s of %s: %w", name, folder, err)
		}
	}
	return p, nil
}

// Render returns a whole page.
func (p *Pages) Render(name string, data any) ([]byte, error) {
	return p.RenderPart(name, "layout.html", data)
}

// RenderPart returns one named template out of a page's set, for an update of part of a page.
func (p *Pages) RenderPart(name, part string, data any) ([]byte, error) {
	set, ok := p.sets[name]
	if !ok {
		return nil, fmt.Errorf("there is no page %q", name)
	}
	var b bytes.Buffer
	if err := set.ExecuteTemplate(&b, part, data); err != nil {
		return nil, fmt.Errorf("render page %s: %w", name, err)
	}
	return b.Bytes(), nil
}
