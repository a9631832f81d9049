package mongo

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/store/storetest"
)

// open connects to the test's MongoDB server, in a database of its own that is dropped with the test.
func open(t *testing.T) *Engine {
	ctx := context.Background()
	e, err := Open(ctx, storetest.MongoDB(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.db.Drop(ctx); err != nil {
			t.Error(err)
		}
		if err := e.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return e
}

// standIn reports whether the server is FerretDB, which scans every collection and does not change documents atomically.
func standIn(t *testing.T) bool {
	var build map[string]any
	if err := open(t).db.RunCommand(context.Background(), map[string]any{"buildInfo": 1}).Decode(&build); err != nil {
		t.Fatal(err)
	}
	return strings.Contains(fmt.Sprint(build), "ferretdb")
}

func TestContract(t *testing.T) {
	storetest.Suite{Open: func(t *testing.T) store.Engine { return open(t) }, Slow: standIn(t)}.Run(t)
}
