package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// withDoors are the packages whose types reach only what they declare: none holds the whole store.
var withDoors = []string{"campaign/web", "campaign/web/reader", "campaign/web/session", "campaign/web/request", "scheduler"}

const (
	maxMethods = 40  // of a type; those of the domain are values, whose methods reach nothing
	maxFiles   = 100 // of a package, without tests: a flat room whose files begin with their noun reads well up to there
	maxStore   = 5   // exported methods of Store: its repositories have the others
	maxIndex   = 2000
)

// indexCode is what finds documents in the SQLite engine beside SQLite itself; its lines are at most maxIndex.
var indexCode = []string{"entries", "touch", "eval", "fits", "scan", "cached", "pager", "limits"}

func TestIndexCodeIsSmall(t *testing.T) {
	const engine = "campaign/store/sqlite"
	lines, found := 0, 0
	for _, s := range sources(t) {
		name := strings.TrimSuffix(path.Base(s.path), ".go")
		of := s.room == engine && slices.Contains(indexCode, name)
		if of {
			found++
		}
		if !s.isTest() && (of || s.room == engine+"/index") {
			lines += s.lines
		}
	}
	if lines >= maxIndex || found != len(indexCode) {
		t.Errorf("the index code of %s has %d lines, %d or more; %d of its %d files are there", engine, lines, maxIndex, found, len(indexCode))
	}
}

func TestRoomsHaveDoors(t *testing.T) {
	methods, exported := map[string]int{}, 0
	for _, s := range sources(t) {
		if s.isTest() {
			continue
		}
		if slices.Contains(s.imports, "unsafe") {
			t.Errorf("%s imports unsafe", s.path)
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "..", filepath.FromSlash(s.path)), nil, parser.SkipObjectResolution)
		must(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Recv != nil && s.room != "campaign" {
					typ := s.room + "." + receiver(n.Recv.List[0].Type)
					methods[typ]++
					if typ == "campaign/store.Store" && n.Name.IsExported() {
						exported++
					}
				}
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "store" && n.Sel.Name == "Store" && slices.Contains(withDoors, s.room) {
					t.Errorf("%s names the whole store: declare the methods it needs", s.path)
				}
			}
			return true
		})
	}
	if exported == 0 || exported > maxStore {
		t.Errorf("Store has %d exported methods, want 1 to %d", exported, maxStore)
	}
	for typ, n := range methods {
		if n > maxMethods {
			t.Errorf("%s has %d methods, more than %d", typ, n, maxMethods)
		}
	}
}

// receiver returns the name of the type a method belongs to.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

func TestPackagesAreSmall(t *testing.T) {
	files := map[string]int{}
	for _, s := range sources(t) {
		if !s.isTest() {
			files[s.room]++
		}
	}
	for room, n := range files {
		if n > maxFiles {
			t.Errorf("%s has %d files, more than %d", room, n, maxFiles)
		}
	}
}
