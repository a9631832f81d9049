package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"testing"
)

// withDoors are the packages whose types reach only what they declare: none holds the whole store.
var withDoors = []string{"campaign/web", "campaign/web/reader", "campaign/web/session", "campaign/web/request", "scheduler"}

const (
	maxMethods = 40 // of a type; those of the domain are values, whose methods reach nothing
	maxFiles   = 60 // of a package, without tests
)

func TestRoomsHaveDoors(t *testing.T) {
	methods := map[string]int{}
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
					methods[s.room+"."+receiver(n.Recv.List[0].Type)]++
				}
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "store" && n.Sel.Name == "Store" && slices.Contains(withDoors, s.room) {
					t.Errorf("%s names the whole store: declare the methods it needs", s.path)
				}
			}
			return true
		})
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
