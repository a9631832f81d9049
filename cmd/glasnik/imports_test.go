package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/glasnik/glasnik"

// rooms is the import table of the README: what each package may import from this module.
var rooms = map[string][]string{
	"campaign":                    {},
	"campaign/language":           {"campaign"},
	"campaign/language/check":     {"campaign", "campaign/language"},
	"campaign/language/spelling":  {"campaign", "campaign/language", "campaign/language/check"},
	"campaign/schedule":           {"campaign"},
	"campaign/calendar":           {"campaign", "campaign/schedule"},
	"campaign/alarms":             {"campaign"},
	"campaign/hygiene":            {"campaign"},
	"campaign/evidence":           {},
	"campaign/contactfile":        {"campaign"},
	"campaign/report":             {"campaign", "campaign/language", "templates"},
	"campaign/domains":            {"campaign", "mailer", "mailer/dns", "mailer/dmarc"},
	"campaign/returns":            {"campaign", "campaign/edition", "campaign/store", "mailer/inbound", "mailer/hooks"},
	"campaign/segment":            {"campaign"},
	"campaign/media":              {"campaign"},
	"campaign/preflight":          {"campaign"},
	"campaign/edition":            {"campaign", "campaign/segment"},
	"campaign/backup":             {"campaign", "campaign/datadir"},
	"campaign/datadir":            {"campaign"},
	"campaign/letters":            {"campaign", "mailer", "templates", "campaign/edition"},
	"campaign/metrics":            {"campaign"},
	"campaign/store":              {"campaign", "campaign/evidence", "campaign/store/document", "campaign/segment", "campaign/edition", "campaign/store/schema", "campaign/store/segments", "campaign/store/addresses", "campaign/store/undo", "campaign/store/importing", "campaign/store/erasing"},
	"campaign/store/document":     {"campaign"},
	"campaign/store/schema":       {"campaign", "campaign/segment", "campaign/edition", "campaign/store/document"},
	"campaign/store/segments":     {"campaign", "campaign/segment", "campaign/store/document", "campaign/store/schema"},
	"campaign/store/addresses":    {"campaign", "campaign/store/document", "campaign/store/schema"},
	"campaign/store/undo":         {"campaign", "campaign/store/document", "campaign/store/schema"},
	"campaign/store/importing":    {"campaign", "campaign/store/document", "campaign/store/schema", "campaign/store/addresses", "campaign/store/undo"},
	"campaign/store/erasing":      {"campaign", "campaign/segment", "campaign/edition", "campaign/store/document", "campaign/store/schema", "campaign/store/addresses", "campaign/store/undo"},
	"campaign/store/mongo":        {"campaign", "campaign/store/document"},
	"campaign/store/sqlite":       {"campaign", "campaign/store/document", "campaign/store/sqlite/index"},
	"campaign/store/sqlite/index": {},
	"campaign/web":                {"campaign", "campaign/evidence", "campaign/store", "campaign/language", "campaign/language/check", "campaign/contactfile", "campaign/calendar", "campaign/web/compare", "campaign/web/opens", "campaign/web/reader", "campaign/web/request", "campaign/web/session", "campaign/web/password", "templates", "campaign/segment", "campaign/edition", "campaign/media", "campaign/preflight", "campaign/report"},
	"campaign/web/compare":        {},
	"campaign/web/request":        {"campaign"},
	"campaign/web/reader":         {"campaign", "campaign/edition", "campaign/language", "campaign/web/opens", "campaign/web/request", "templates"},
	"campaign/web/opens":          {"campaign"},
	"campaign/web/session":        {"campaign"},
	"campaign/web/password":       {"campaign"},
	"templates":                   {"campaign", "campaign/language", "campaign/language/check", "campaign/language/spelling", "campaign/edition"},
	"mailer":                      {"campaign", "mailer/oauth", "mailer/refusal"},
	"mailer/refusal":              {"campaign"},
	"mailer/inbound":              {"campaign", "mailer/refusal"},
	"mailer/mailboxes":            {"campaign", "mailer/oauth"},
	"mailer/listener":             {},
	"mailer/hooks":                {"mailer/inbound"},
	"mailer/oauth":                {},
	"mailer/dns":                  {"campaign"},
	"mailer/dmarc":                {"campaign"},
	"mailer/catcher":              {"campaign"},
	"mailer/smtptest":             {},
	"scheduler":                   {"campaign", "campaign/store", "campaign/segment", "campaign/edition"},
	"cmd/glasnik":                 nil, // everything
}

// testRooms hold parts for tests of other packages and may be imported by tests alone.
var testRooms = map[string][]string{
	"campaign/web/webtest":                 {"campaign", "campaign/store", "campaign/store/document", "campaign/store/sqlite", "campaign/web/request"},
	"mailer/dns/dnstest":                   {},
	"campaign/segment/segmenttest":         {"campaign", "campaign/segment"},
	"campaign/store/document/documenttest": {"campaign", "campaign/store/document"},
}

// testsMayUse is what tests may import beyond what their package may.
var testsMayUse = []string{"campaign", "campaign/store", "campaign/store/document", "campaign/store/document/documenttest", "campaign/store/sqlite", "campaign/store/mongo", "campaign/schedule", "mailer", "mailer/smtptest", "mailer/dns/dnstest", "mailer/catcher", "scheduler", "campaign/segment", "campaign/segment/segmenttest", "campaign/edition", "campaign/store/schema", "campaign/web/webtest"}

// keptBy says which package alone imports a library (tests apart).
var keptBy = map[string][]string{
	"go.mongodb.org/mongo-driver/v2":      {"campaign/store/mongo"},
	"zombiezen.com/go/sqlite":             {"campaign/store/sqlite"},
	"github.com/RoaringBitmap/roaring/v2": {"campaign/store/sqlite", "campaign/store/sqlite/index"},
	"github.com/wneessen/go-mail":         {"mailer"},
	"github.com/emersion/go-smtp":         {"mailer/listener", "mailer/catcher"},
	"github.com/robfig/cron/v3":           {"campaign/schedule"},
	"github.com/teambition/rrule-go":      {"campaign/schedule"},
	"github.com/gin-gonic/gin":            {"campaign/web", "campaign/web/reader", "campaign/web/request"},
	"github.com/alexedwards/scs/v2":       {"campaign/web/session"},
	"golang.org/x/crypto/argon2":          {"campaign/web/password"},
	"github.com/trustelem/zxcvbn":         {"campaign/web/password"},
	"github.com/spf13/cobra":              {"cmd/glasnik"},
	"filippo.io/age":                      {"campaign/backup"},
	"github.com/yuin/goldmark":            {"templates"},
	"github.com/xuri/excelize/v2":         {"campaign/contactfile", "campaign/report"},
	"github.com/carlos7ags/folio":         {"campaign/report"},
	"golang.org/x/image":                  {"campaign/media", "templates"}, // pictures; the names of colours
	"github.com/bep/imagemeta":            {"campaign/media"},
}

// source is one Go file of the module.
type source struct {
	path, room string
	imports    []string
	lines      int
}

func sources(t *testing.T) []source {
	t.Helper()
	root := filepath.Join("..", "..")
	var out []source
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if base := d.Name(); d.IsDir() && name != root && (strings.HasPrefix(base, ".") || base == "testdata" || base == "bin" || base == "data") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		s, err := parseSource(name, filepath.ToSlash(rel))
		if err != nil {
			return err
		}
		out = append(out, s)
		return nil
	})
	must(t, err)
	return out
}

func parseSource(name, rel string) (source, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return source{}, err
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, data, parser.ImportsOnly)
	if err != nil {
		return source{}, err
	}
	s := source{path: rel, room: path.Dir(rel), lines: strings.Count(string(data), "\n")}
	for _, i := range file.Imports {
		value, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return source{}, err
		}
		s.imports = append(s.imports, value)
	}
	return s, nil
}

func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

func TestImportTable(t *testing.T) {
	for _, s := range sources(t) {
		allowed, known := rooms[s.room]
		if !known {
			if allowed, known = testRooms[s.room]; !known {
				t.Errorf("%s: the package %s is not in the import table", s.path, s.room)
				continue
			}
		}
		for _, i := range s.imports {
			switch inner, ours := strings.CutPrefix(i, module+"/"); {
			case ours && s.room == "cmd/glasnik", ours && inner == s.room:
			case ours && !slices.Contains(allowed, inner) && !(s.isTest() && slices.Contains(testsMayUse, inner)):
				t.Errorf("%s imports %s, which %s may not", s.path, inner, s.room)
			case ours && testRooms[inner] != nil && !s.isTest():
				t.Errorf("%s imports %s, which is for tests alone", s.path, inner)
			}
			for library, keepers := range keptBy {
				if (i == library || strings.HasPrefix(i, library+"/")) && !slices.Contains(keepers, s.room) && !s.isTest() {
					t.Errorf("%s imports %s, which only %s may", s.path, i, strings.Join(keepers, ", "))
				}
			}
		}
	}
}

// The domain knows the standard library and, for the one rule that cannot be right without them, the Unicode tables.
func TestDomainImportsOnlyTheStandardLibrary(t *testing.T) {
	unicode := []string{"golang.org/x/net/idna", "golang.org/x/text/unicode/norm"}
	for _, s := range sources(t) {
		for _, i := range s.imports {
			if first, _, _ := strings.Cut(i, "/"); s.room == "campaign" && !s.isTest() && strings.Contains(first, ".") && !slices.Contains(unicode, i) {
				t.Errorf("%s imports %s", s.path, i)
			}
		}
	}
}

// TestDriverTags finds the tags of a database's driver in the package that imports it alone.
func TestDriverTags(t *testing.T) {
	for _, s := range sources(t) {
		if strings.HasPrefix(s.room, "campaign/store/mongo") || s.isTest() {
			continue
		}
		text, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(s.path)))
		must(t, err)
		if strings.Contains(string(text), "bson:") {
			t.Errorf("%s has bson tags", s.path)
		}
	}
}

func TestFilesAreShort(t *testing.T) {
	for _, s := range sources(t) {
		if s.lines > 400 {
			t.Errorf("%s has %d lines: divide it", s.path, s.lines)
		}
	}
}

// The top level holds the rooms and what a newcomer looks for, and nothing else.
func TestTopLevel(t *testing.T) {
	allowed := []string{
		"cmd", "campaign", "templates", "mailer", "scheduler", "go.mod", "go.sum", "README.md", "LICENSE", "Makefile",
		"CONTRIBUTING.md", "CHANGELOG.md", "Dockerfile", "compose.yaml", "data", "bin", "demo-data",
	}
	entries, err := os.ReadDir(filepath.Join("..", ".."))
	must(t, err)
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(allowed, e.Name()) {
			t.Errorf("%s does not belong to the top level", e.Name())
		}
	}
}

// The README shows the same table.
func TestReadmeKeepsTheImportTable(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	must(t, err)
	for room, allowed := range rooms {
		want := "| `" + room + "` |"
		at := strings.Index(string(data), want)
		if at < 0 {
			t.Errorf("the README's table has no line for %s", room)
			continue
		}
		line, _, _ := strings.Cut(string(data)[at:], "\n")
		for _, a := range allowed {
			if !strings.Contains(line, "`"+a+"`") {
				t.Errorf("the README's line for %s does not name %s", room, a)
			}
		}
	}
}
