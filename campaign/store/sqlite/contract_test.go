package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign/store/document/documenttest"
	"github.com/glasnik/glasnik/campaign/store/sqlite"
)

// open opens a fresh file that is thrown away with the test.
func open(t testing.TB) *sqlite.Engine {
	e, err := sqlite.Open(context.Background(), filepath.Join(t.TempDir(), "glasnik.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return e
}

func TestContract(t *testing.T) {
	documenttest.Suite{Open: func(t *testing.T) document.Engine { return open(t) }, Collections: store.Collections}.Run(t)
}
