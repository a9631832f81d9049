package sqlite_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
				if _, err := e.Update(ctx, c, store.ByID(contact.ID), store.Change{Add: map[string]int64{"version": 1}}); err != nil {
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
	if err := engines[0].Find(ctx, c, store.Query{}, &all); err != nil || len(all) != 100 {
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
