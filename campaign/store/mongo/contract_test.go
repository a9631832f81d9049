package mongo

import (
	"context"
	"testing"

	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign/store/document/documenttest"
	"go.mongodb.org/mongo-driver/v2/bson"
)

// open connects to the test's MongoDB server, in a database of its own that is dropped with the test.
func open(t *testing.T) *Engine {
	ctx := context.Background()
	e, err := Open(ctx, documenttest.MongoDB(t))
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

// standIn reports whether the server is FerretDB 1, which scans every collection and does not change documents atomically.
func standIn(t *testing.T) bool {
	var build bson.M
	if err := open(t).db.RunCommand(context.Background(), bson.D{{Key: "buildInfo", Value: 1}}).Decode(&build); err != nil {
		t.Fatal(err)
	}
	return documenttest.IsFerretDB1(build)
}

func TestIsFerretDB1(t *testing.T) {
	for want, builds := range map[bool][]bson.M{
		true:  {{"version": "7.0.42", "ferretdbVersion": "v1.24.0"}, {"ferretdbVersion": "1.9.0"}, {"ferretdbVersion": "unknown"}},
		false: {{"version": "8.0.4"}, {"version": "1.1.0"}, {"version": "7.0.77", "ferretdb": bson.M{"version": "v2.5.0", "package": "deb"}}, {"ferretdbVersion": "v2.1.3"}, {"ferretdb": bson.M{"version": "v11.0.0"}}},
	} {
		for _, build := range builds {
			if got := documenttest.IsFerretDB1(build); got != want {
				t.Errorf("%v: %v", build, got)
			}
		}
	}
}

func TestContract(t *testing.T) {
	documenttest.Suite{Open: func(t *testing.T) document.Engine { return open(t) }, Slow: standIn(t), Collections: store.Collections}.Run(t)
}
