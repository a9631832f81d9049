package web

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// A field of a page with the name of one that all pages share would hide it from the layout, which shows those.
func TestNoPageHidesWhatAllPagesShare(t *testing.T) {
	files, err := filepath.Glob("*.go")
	must(t, err)
	pages := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		must(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			s, ok := n.(*ast.StructType)
			if !ok {
				return true
			}
			embeds := false
			for _, f := range s.Fields.List {
				if id, ok := f.Type.(*ast.Ident); ok && len(f.Names) == 0 && (id.Name == "Page" || strings.HasSuffix(id.Name, "Page")) {
					embeds = true
				}
			}
			if !embeds {
				return true
			}
			pages++
			for _, f := range s.Fields.List {
				for _, id := range f.Names {
					if _, shared := reflect.TypeFor[Page]().FieldByName(id.Name); shared {
						t.Errorf("%s: the field %s hides that of Page", name, id.Name)
					}
				}
			}
			return true
		})
	}
	if pages < 20 {
		t.Errorf("only %d pages are found", pages)
	}
}
