package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // a file as another program makes it

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/store/sqlite"
)

var ctx = context.Background()

func TestOpenSaysWhatToDo(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "letter.txt")
	if err := os.WriteFile(text, []byte(strings.Repeat("Dear editor, ", 200)), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		text:                               "is not a database of this program",
		dir:                                "cannot be opened",
		filepath.Join(dir, "none", "x.db"): "create it",
		filepath.Join(text, "x.db"):        "cannot be opened",
	} {
		e, err := sqlite.Open(ctx, path)
		if err == nil {
			e.Close(ctx)
			t.Fatalf("%s was opened", path)
		}
		if !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if got, err := os.ReadFile(text); err != nil || !strings.HasPrefix(string(got), "Dear editor") {
		t.Fatal("the file was changed")
	}
}

// What is found while all stands still is of one moment, and nobody who writes waits for it.
func TestStill(t *testing.T) {
	e, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "glasnik.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close(ctx)
	if err := e.Prepare(ctx, store.Collections); err != nil {
		t.Fatal(err)
	}
	c := store.Collections[0]
	count := func(f document.Finder) int {
		var found []campaign.Contact
		if err := f.Find(ctx, c, document.Query{}, &found); err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	err = e.Snapshot(ctx, func(f document.Finder) error {
		before := count(f)
		if _, err := e.InsertNew(ctx, c, newContact(1), newContact(2)); err != nil {
			return err
		}
		if still, now := count(f), count(e); before != 0 || still != 0 || now != 2 {
			t.Errorf("%d documents, then %d, and %d outside", before, still, now)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTwoEngines uses one file as two processes do.
func TestTwoEngines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "glasnik.db")
	var engines [2]*sqlite.Engine
	for i := range engines {
		e, err := sqlite.Open(ctx, path, sqlite.FullSync())
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close(ctx)
		if err := e.Prepare(ctx, store.Collections); err != nil {
			t.Fatal(err)
		}
		engines[i] = e
	}
	c := store.Collections[0]
	done := make(chan error, len(engines))
	for _, e := range engines {
		go func() {
			for i := range 100 {
				contact := newContact(i)
				if _, err := e.InsertNew(ctx, c, contact); err != nil {
					done <- err
					return
				}
				if _, err := e.Update(ctx, c, document.ByID(contact.ID), document.Change{Add: map[string]int64{"version": 1}}); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range engines {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	var all []campaign.Contact
	if err := engines[0].Find(ctx, c, document.Query{}, &all); err != nil || len(all) != 100 {
		t.Fatal(len(all), err)
	}
	for _, contact := range all {
		if contact.Version != 3 { // it was 1 and each engine added 1
			t.Fatalf("%s was changed to version %d", contact.ID, contact.Version)
		}
	}
}

func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "glasnik.db")
	for i := range 3 {
		e, err := sqlite.Open(ctx, path)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Prepare(ctx, store.Collections); err != nil {
			t.Fatal(err)
		}
		if err := e.Insert(ctx, store.Collections[0], newContact(i)); err != nil {
			t.Fatal(err)
		}
		if n, err := e.Count(ctx, store.Collections[0], nil); err != nil || n != int64(i+1) {
			t.Fatal(n, err)
		}
		if err := e.Close(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(path + "-wal"); !errors.Is(err, os.ErrNotExist) {
			t.Fatal("the log was not folded into the file")
		}
		if err := e.Ping(ctx); err == nil || e.Close(ctx) != nil {
			t.Fatal("a closed engine answers, or cannot be closed again")
		}
	}
}

// TestOldLayout opens a file whose contacts were indexed by text in tables of their own, and whose rows had no numbers.
func TestOldLayout(t *testing.T) {
	path := filepath.Join(t.TempDir(), "glasnik.db")
	old, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		`CREATE TABLE organisations(id TEXT PRIMARY KEY NOT NULL, version INTEGER, name TEXT, key TEXT, kind TEXT, search TEXT, created_at INTEGER, rest TEXT)`,
		`INSERT INTO organisations VALUES('o', 1, 'Вести', 'vesti', 'outlet', '["vesti"]', 1, '{"updated_at":"2026-10-18T12:00:00Z"}')`,
		`CREATE TABLE contacts(id TEXT PRIMARY KEY NOT NULL, version INTEGER, email TEXT, address TEXT, kind TEXT, organisation_id TEXT, language TEXT, tracking TEXT,
			status TEXT, sort_name TEXT, created_at INTEGER, updated_at INTEGER, tags TEXT, "on" TEXT, search TEXT, rest TEXT)`,
		`INSERT INTO contacts VALUES('b', 3, 'Ana@x.example', 'ana@x.example', 'journalist', 'o', 'sr-Latn', '', 'active', 'cukovic ana', 1, 1, '["press"]', '["l/subscribed"]',
			'["ana","cukovic"]', '{"first_name":"Ana","last_name":"Ćuković","memberships":[{"list":"l","status":"subscribed","basis":"contract","since":"2026-10-18T12:00:00Z"}]}')`,
		`INSERT INTO contacts VALUES('a', 1, 'b@x.example', 'b@x.example', 'school', '', '', '', 'active', 'b@x.example', 1, 1, '[]', '[]', '["b"]', '{"first_name":"","last_name":""}')`,
		`CREATE TABLE "contacts.on"(value TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY(value,id)) WITHOUT ROWID`,
		`INSERT INTO "contacts.on" VALUES('l/subscribed', 'b')`,
		`CREATE TABLE "contacts.search"(value TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY(value,id)) WITHOUT ROWID`,
		`CREATE INDEX contacts_kind_sort_name ON contacts(kind, sort_name, id)`,
	} {
		if _, err := old.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 { // it is brought up to date once
		e, err := sqlite.Open(ctx, path)
		if err != nil {
			t.Fatal(err)
		}
		s, err := store.New(ctx, e, campaign.NewSigner("x"), time.Now)
		if err != nil {
			t.Fatal(err)
		}
		for name, f := range map[string]store.ContactFilter{
			"name": {Search: "kovic"}, "organisation": {Search: "вести"}, "list": {List: "l"}, "tag": {Tag: "press"}, "kind": {Kind: campaign.Journalist}, "its id": {Organisation: "o"},
		} {
			found, _, err := s.Contacts.FindContacts(ctx, f, store.Page{})
			if err != nil || len(found) != 1 || found[0].ID != "b" || found[0].Version != 3 || found[0].LastName != "Ćuković" || len(found[0].Memberships) != 1 {
				t.Errorf("by %s: %+v %v", name, found, err)
			}
		}
		if n, err := s.Contacts.CountContacts(ctx, store.ContactFilter{}); err != nil || n != 2 {
			t.Error(n, err)
		}
		if err := s.Contacts.CreateContact(ctx, &campaign.Contact{Email: "ANA@x.example"}); campaign.CodeOf(err) != campaign.Conflict {
			t.Error(err)
		}
		if err := e.Close(ctx); err != nil {
			t.Fatal(err)
		}
	}
}
