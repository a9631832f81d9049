package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"testing"
)

// withDoors are the packages whose types reach only what they declare: none holds the whole store, and none grows large.
var withDoors = []string{"campaign/web", "campaign/web/reader", "campaign/web/session", "campaign/web/request", "scheduler"}

const (
	maxMethods = 40
	maxFiles   = 60 // of a package, without tests
)

func TestRoomsHaveDoors(t *testing.T) {
	for _, room := range withDoors {
		methods := map[string]int{}
		names, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(room), "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if (source{path: name}).isTest() {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncDecl:
					if n.Recv != nil {
						methods[receiver(n.Recv.List[0].Type)]++
					}
				case *ast.SelectorExpr:
					if x, ok := n.X.(*ast.Ident); ok && x.Name == "store" && n.Sel.Name == "Store" {
						t.Errorf("%s names the whole store: declare the methods it needs", name)
					}
				}
				return true
			})
		}
		for typ, n := range methods {
			if n > maxMethods {
				t.Errorf("%s.%s has %d methods, more than %d", room, typ, n, maxMethods)
			}
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
