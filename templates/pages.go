package templates

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/glasnik/glasnik/campaign"
)

// Pages are the pages of one folder: one set of templates for each, made of the layout, the partials and the page, all read
// at start so that a broken one stops the program. A set is put together for a language when it is first asked for in it: the
// functions its templates call write that language.
//
// A page FOLDER/NAME.html defines "main"; FOLDER/layout.html calls it. Files in FOLDER/parts/ are partials every page may
// use.
type Pages struct {
	base   *template.Template            // the layout and the partials; never executed, so that it can be copied
	parsed map[string]*template.Template // what each page defines by itself, never executed either
	funcs  func(campaign.Language) template.FuncMap
	mu     sync.Mutex
	sets   map[pageKey]*template.Template
}

type pageKey struct {
	name     string
	language campaign.Language
}

// readPages parses the pages of a folder.
func readPages(files fs.FS, folder string, funcs func(campaign.Language) template.FuncMap) (*Pages, error) {
	patterns := []string{folder + "/layout.html"}
	if parts, err := fs.Glob(files, folder+"/parts/*.html"); err != nil {
		return nil, err
	} else if len(parts) > 0 {
		patterns = append(patterns, parts...)
	}
	base, err := template.New("layout").Funcs(funcs(campaign.English)).ParseFS(files, patterns...)
	if err != nil {
		return nil, fmt.Errorf("read the layout of %s: %w", folder, err)
	}
	names, err := fs.Glob(files, folder+"/*.html")
	if err != nil {
		return nil, err
	}
	p := &Pages{base: base, parsed: map[string]*template.Template{}, funcs: funcs, sets: map[pageKey]*template.Template{}}
	for _, file := range names {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if name == "layout" {
			continue
		}
		if p.parsed[name], err = template.New(name).Funcs(funcs(campaign.English)).ParseFS(files, file); err != nil {
			return nil, fmt.Errorf("read page %s of %s: %w", name, folder, err)
		}
	}
	return p, nil
}

// Render returns a whole page in a language.
func (p *Pages) Render(l campaign.Language, name string, data any) ([]byte, error) {
	return p.RenderPart(l, name, "layout.html", data)
}

// RenderPart returns one named template out of a page's set, for an update of part of a page.
func (p *Pages) RenderPart(l campaign.Language, name, part string, data any) ([]byte, error) {
	set, err := p.set(l, name)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := set.ExecuteTemplate(&b, part, data); err != nil {
		return nil, fmt.Errorf("render page %s: %w", name, err)
	}
	return b.Bytes(), nil
}

func (p *Pages) set(l campaign.Language, name string) (*template.Template, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := pageKey{name, l}
	if set := p.sets[key]; set != nil {
		return set, nil
	}
	parsed, ok := p.parsed[name]
	if !ok {
		return nil, fmt.Errorf("there is no page %q", name)
	}
	set, err := p.base.Clone()
	if err != nil {
		return nil, err
	}
	for _, t := range parsed.Templates() {
		if t.Tree == nil {
			continue
		}
		if _, err := set.AddParseTree(t.Name(), t.Tree.Copy()); err != nil {
			return nil, err
		}
	}
	p.sets[key] = set.Funcs(p.funcs(l))
	return p.sets[key], nil
}
