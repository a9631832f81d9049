package sqlite

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	lib "zombiezen.com/go/sqlite"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// oldStore unpacks a store that the program of commit 8eada4f made: its demonstration, with an import that was taken back,
// whose contacts had the highest row numbers, and a segment.
func oldStore(t *testing.T) string {
	t.Helper()
	packed, err := os.Open("testdata/8eada4f.db.gz")
	must(t, err)
	defer packed.Close()
	r, err := gzip.NewReader(packed)
	must(t, err)
	data, err := io.ReadAll(r)
	must(t, err)
	path := filepath.Join(t.TempDir(), "glasnik.db")
	must(t, os.WriteFile(path, data, 0o600))
	return path
}

// oldAnswers are what the program of 8eada4f answered of the store. Searches are left out: they find more by now.
var oldAnswers = map[string]int64{
	"everyone": 60, "kind = journalist": 22, "not kind = school": 42, `place = "Beograd"`: 13, `name contains "ić"`: 47,
	`sent "Vodič za izveštavanje o trgovini ljudima"`: 57, `opened "Vodič za izveštavanje o trgovini ljudima"`: 11,
	`not opened "Vodič za izveštavanje o trgovini ljudima" and kind = journalist`: 0,
	`segment "Readers of the guide"`:                                              11, "created > 2026-01-01": 60,
}

func bringUpToDate(e *Engine) (*store.Store, error) {
	return store.New(ctx, e, campaign.NewSigner("a secret of the test"), func() time.Time { return time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC) })
}

func checkOldAnswers(t *testing.T, s *store.Store) {
	t.Helper()
	for text, want := range oldAnswers {
		r, err := s.Rules.ReadRule(ctx, text)
		must(t, err)
		if n, err := s.Rules.CountRule(ctx, &r); err != nil || n.Contacts != want {
			t.Errorf("%s: %d contacts, want %d: %v", text, n.Contacts, want, err)
		}
	}
}

// documentsOf returns all documents of a file's collections, the id first, without what is derived.
func documentsOf(t *testing.T, e *Engine) []string {
	t.Helper()
	var out, tables []string
	must(t, e.read(ctx, "", func(conn *conn) error {
		err := conn.query("SELECT name FROM sqlite_schema WHERE type='table' AND name NOT LIKE '%.%' AND name NOT LIKE 'sqlite%'", nil, func(row *row) error {
			tables = append(tables, row.Text(0))
			return nil
		})
		for _, name := range tables {
			if err == nil {
				err = conn.query("SELECT id,* FROM "+quote(name), nil, func(row *row) error {
					line := name
					for i := range row.stmt.ColumnCount() {
						line += " " + row.Text(i)
					}
					out = append(out, line)
					return nil
				})
			}
		}
		return err
	}))
	slices.Sort(out)
	return out
}

func openOld(t *testing.T, path string) *Engine {
	t.Helper()
	e, err := Open(ctx, path)
	must(t, err)
	return e
}

// A store of an older version opens, answers as it did, and goes on.
func TestOldStore(t *testing.T) {
	path := oldStore(t)
	for range 2 { // the second time nothing is left to do
		e := openOld(t, path)
		s, err := bringUpToDate(e)
		must(t, err)
		checkOldAnswers(t, s)
		checkIndex(t, e, store.Collections[0], 100)
		must(t, s.Close(ctx))
	}
	e := openOld(t, path)
	defer e.Close(ctx)
	s, err := bringUpToDate(e)
	must(t, err)
	must(t, s.Contacts.CreateContact(ctx, &campaign.Contact{Email: "vera@example.org", Kind: campaign.Journalist}))
	r, err := s.Rules.ReadRule(ctx, "kind = journalist")
	must(t, err)
	if n, err := s.Rules.CountRule(ctx, &r); err != nil || n.Contacts != oldAnswers["kind = journalist"]+1 {
		t.Errorf("%d journalists with a new one: %v", n.Contacts, err)
	}
}

// An upgrade that is cut off at any statement that changes the file leaves all documents, and is made up for.
func TestOldStoreCutOff(t *testing.T) {
	path := oldStore(t)
	e := openOld(t, path)
	before := documentsOf(t, e)
	must(t, e.Close(ctx))
	cuts := 0
	for ; ; cuts += 1 + cuts/10 { // each of the first, then fewer
		e := openOld(t, path)
		s, err := prepareUpTo(e, cuts)
		if err == nil {
			checkOldAnswers(t, s)
			must(t, s.Close(ctx))
			break
		}
		if !strings.Contains(err.Error(), "not authorized") {
			t.Fatalf("after %d statements: %v", cuts, err)
		}
		must(t, e.Close(ctx))
	}
	e = openOld(t, path)
	defer e.Close(ctx)
	after := documentsOf(t, e)
	for _, line := range before {
		name, id := idOf(line)
		if !slices.ContainsFunc(after, func(other string) bool { n, i := idOf(other); return n == name && i == id }) {
			t.Errorf("%s is lost", line)
		}
	}
	if cuts < 20 || len(before) < 290 {
		t.Errorf("%d documents, cut off %d times", len(before), cuts)
	}
}

// idOf returns which document a line of documentsOf is: the table and the id. Other columns may change places, as the number
// of the row does where an index is new.
func idOf(line string) (table, id string) {
	parts := strings.SplitN(line, " ", 3)
	return parts[0], parts[1]
}

// prepareUpTo brings a store up to date, but cuts it off at a statement that changes the file.
func prepareUpTo(e *Engine, statements int) (*store.Store, error) {
	w := <-e.writer
	err := w.SetAuthorizer(lib.AuthorizeFunc(func(a lib.Action) lib.AuthResult {
		switch a.Type() {
		case lib.OpInsert, lib.OpUpdate, lib.OpDelete, lib.OpCreateTable, lib.OpCreateIndex, lib.OpDropTable:
			if statements--; statements < 0 {
				return lib.AuthResultDeny
			}
		}
		return lib.AuthResultOK
	}))
	e.writer <- w
	if err != nil {
		return nil, err
	}
	return bringUpToDate(e)
}
