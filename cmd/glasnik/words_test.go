package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/glasnik/glasnik/templates"
)

// Every word a user sees comes from the catalogues. These tests find words in the templates and in the code that do not, keys
// nothing asks for, and keys that are missing.

// keyPlaces are the functions whose arguments are keys of the catalogues, with the places of the keys.
var keyPlaces = map[string]int{"Textf": 0, "Errorf": 1, "FieldError": 1, "Refuse": 2, "wrong": 0, "Wrong": 0, "SayTaken": 2, "say": 0, "done": 1, "savedAs": 1, "page": 1, "Translate": 1, "TranslateHTML": 1}

// codeKeys returns the keys in the code of a file, each with its place.
func codeKeys(t *testing.T, path string) map[string]string {
	t.Helper()
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		name, of := "", ""
		switch fn := call.Fun.(type) {
		case *ast.Ident:
			name = fn.Name
		case *ast.SelectorExpr:
			name = fn.Sel.Name
			if x, ok := fn.X.(*ast.Ident); ok {
				of = x.Name
			}
		}
		place, ok := keyPlaces[name]
		if !ok || place >= len(call.Args) || of == "fmt" || (name == "say" || name == "done" || name == "page") && !slices.Contains([]string{"v", "p", "m", "b"}, of) {
			return true
		}
		if text, ok := constant(call.Args[place]); ok {
			found[templates.TextKey(text)] = set.Position(call.Pos()).String()
		}
		return true
	})
	return found
}

// constant returns the value of a string constant, pieces put together.
func constant(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		a, okA := constant(e.X)
		b, okB := constant(e.Y)
		return a + b, okA && okB
	}
	return "", false
}

// templateKey finds what a template asks the catalogues for.
var templateKey = regexp.MustCompile(`\b(?:t|h|hint|cell|field "[^"]*"|requiredwith "[^"]*"|linechart|barchart) (?:"((?:[^"\\]|\\.)*)"|` + "`([^`]*)`)")

var (
	action    = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	element   = regexp.MustCompile(`(?s)<(?:style|script)\b.*?</(?:style|script)>|<!--.*?-->|<kbd>[^<]*</kbd>|<code>[^<]*</code>|<[^>]*>`)
	attribute = regexp.MustCompile(`\b(?:title|aria-label|placeholder|alt|data-confirm|data-ticked|value)="([^"]*)"`)
	word      = regexp.MustCompile(`\p{L}{2,}`)
	entity    = regexp.MustCompile(`&\w+;| [\w-]+="[^"]*"| required\b| autofocus\b`) // and what is left of an element that a template completes
)

// names are words that are the same in every language.
var names = regexp.MustCompile(`\b(?:Glasnik|CSV|HTML|URL|JSON|XLSX|PDF|YAML|SMTP|DKIM|kB|MB|UTF)\b`)

// hardCoded returns the words of a template that come from no catalogue.
func hardCoded(text string) (found []string) {
	text = action.ReplaceAllStringFunc(text, func(a string) string {
		if strings.Contains(a, "{{/*") {
			return ""
		}
		return "\x00"
	})
	for _, m := range attribute.FindAllStringSubmatch(text, -1) {
		if !strings.HasPrefix(m[0], "value") || strings.Contains(m[1], " ") {
			found = append(found, word.FindAllString(names.ReplaceAllString(m[1], ""), 1)...)
		}
	}
	for line := range strings.Lines(entity.ReplaceAllString(element.ReplaceAllString(text, "\n"), "")) {
		if word.MatchString(names.ReplaceAllString(line, "")) {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}

func TestWordsComeFromTheCatalogues(t *testing.T) {
	asked, missing := map[string]bool{}, map[string]string{}
	known := templates.TranslationKeys()
	ask := func(key, place string) {
		asked[key] = true
		if _, ok := slices.BinarySearch(known, key); !ok && word.MatchString(key) {
			missing[key] = place
		}
	}
	root := os.DirFS("../..")
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != "." || d.Name() == "testdata" || d.Name() == "cmd") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return err
		}
		switch {
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") && !strings.Contains(path, "test/"):
			for key, place := range codeKeys(t, filepath.Join("../..", path)) {
				ask(key, strings.TrimPrefix(place, "../../"))
			}
		case strings.HasPrefix(path, "templates/panel/") && !d.IsDir():
			text, err := fs.ReadFile(root, path)
			if err != nil {
				return err
			}
			for _, m := range templateKey.FindAllStringSubmatch(string(text), -1) {
				key := m[2]
				if m[1] != "" {
					if key, err = strconv.Unquote(`"` + m[1] + `"`); err != nil {
						return err
					}
				}
				ask(key, path)
			}
			for _, words := range hardCoded(string(text)) {
				t.Errorf("%s: %q stands in the template, not in the catalogues", path, words)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for key, place := range missing {
		t.Errorf("%s: %q is in no catalogue", place, key)
	}
	files, err := fs.Glob(root, "templates/translations/panel/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%v: %v", files, err)
	}
	label := regexp.MustCompile(`^[A-Z]\w+\.`)
	for _, file := range files {
		data, err := fs.ReadFile(root, file)
		if err != nil {
			t.Fatal(err)
		}
		var keys map[string]any
		if err := yaml.Unmarshal(data, &keys); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for key := range keys {
			if !asked[key] && !label.MatchString(key) {
				t.Errorf("%s: nothing asks for %q", file, key)
			}
		}
	}
}
