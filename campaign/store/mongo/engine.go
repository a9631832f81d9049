// Package mongo is the engine of the store for real installations: a MongoDB server alone, a replica set or a sharded
// cluster, shared by any number of programs. campaign/store/sqlite is the one that needs no server.
//
// It asks a server for nothing but unique inserts, conditional updates of single documents and counts, so it needs no
// transactions and runs on whatever speaks the protocol. Writes wait for the majority of a replica set and reads go to
// its primary: an address that was suppressed a moment ago must not be mailed because a copy lags behind.
package mongo

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

const (
	defaultDatabase  = "glasnik"
	selectionTimeout = 10 * time.Second // for a server to be found
	operationTimeout = 60 * time.Second // for an operation whose context has no deadline of its own
	longTimeout      = 12 * time.Hour   // for one that may rightly take long, see unhurried
)

// Engine stores documents in one MongoDB database. It is safe for use by many goroutines.
type Engine struct {
	client *driver.Client
	db     *driver.Database
	shapes sync.Map // *document.Collection → *shape
	logger *slog.Logger

	longest int // how many ids one question holds
}

var (
	_ document.Engine = (*Engine)(nil)
	_ document.Mender = (*Engine)(nil)
)

// Option changes how a database is written.
type Option func(*settings)

type settings struct {
	client  *options.ClientOptions
	logger  *slog.Logger
	longest int
}

// FullSync makes every write wait until it is in the server's journal on the disk. A replica set does so by
// default; a server alone writes its journal ten times a second.
func FullSync() Option {
	return func(s *settings) {
		journal := true
		concern := *s.client.WriteConcern
		concern.Journal = &journal
		s.client.SetWriteConcern(&concern)
	}
}

// LongestList limits the ids that one question to the server holds.
func LongestList(n int) Option { return func(s *settings) { s.longest = n } }

// Tell logs what takes long: bringing a large database up to date.
func Tell(logger *slog.Logger) Option { return func(s *settings) { s.logger = logger } }

// Open connects to the server a mongodb:// or mongodb+srv:// address names and waits until it answers. The database is
// the address's path, or glasnik.
func Open(ctx context.Context, uri string, opts ...Option) (*Engine, error) {
	o, name, err := clientOptions(uri)
	if err != nil {
		return nil, err
	}
	with := settings{client: o, logger: slog.New(slog.DiscardHandler), longest: longestList}
	for _, opt := range opts {
		opt(&with)
	}
	client, err := driver.Connect(o)
	if err != nil {
		return nil, addressError(uri, err)
	}
	e := &Engine{client: client, db: client.Database(name), longest: with.longest, logger: with.logger}
	if err := client.Ping(ctx, nil); err != nil {
		_ = client.Disconnect(ctx)
		return nil, explain("reach MongoDB", err)
	}
	return e, nil
}

// Close closes the connections.
func (e *Engine) Close(ctx context.Context) error {
	return explain("close store", e.client.Disconnect(ctx))
}

// Ping checks that a server answers that may be written to, by a change that fits nothing.
func (e *Engine) Ping(ctx context.Context) error {
	_, err := e.db.Collection(schemaCollection).UpdateOne(ctx, bson.D{{Key: "_id", Value: "ping"}, {Key: "never", Value: true}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "never", Value: true}}}})
	return explain("reach MongoDB", err)
}

// collection returns a collection of the database and its shape.
func (e *Engine) collection(c *document.Collection) (*driver.Collection, *shape, error) {
	if s, ok := e.shapes.Load(c); ok {
		return e.db.Collection(c.Name), s.(*shape), nil
	}
	s, err := newShape(c)
	if err != nil {
		return nil, nil, fmt.Errorf("collection %s: %w", c.Name, err)
	}
	e.shapes.Store(c, s)
	return e.db.Collection(c.Name), s, nil
}

// unhurried allows hours instead of the usual minute to an operation on a whole collection or many of its documents: one that is
// cut off begins anew, and a server stops building an index whose client hangs up. The driver still notices a dead server, which
// it asks every ten seconds.
func unhurried(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, limited := ctx.Deadline(); limited {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, longTimeout)
}
