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
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
)

const (
	defaultDatabase  = "glasnik"
	selectionTimeout = 10 * time.Second // for a server to be found
	operationTimeout = 60 * time.Second // for an operation whose context has no deadline of its own
)

// Engine keeps documents in one MongoDB database. It is safe for use by many goroutines.
type Engine struct {
	client *driver.Client
	db     *driver.Database
	shapes sync.Map // *store.Collection → *shape

	longest int // how many ids one question holds
}

var _ store.Engine = (*Engine)(nil)

// Option changes how a database is written.
type Option func(*options.ClientOptions)

// FullSync makes every write wait until it stands in the server's journal on the disk. A replica set does so anyway, as it
// comes set up; a server alone writes its journal ten times a second.
func FullSync() Option {
	return func(o *options.ClientOptions) {
		journal := true
		concern := *o.WriteConcern
		concern.Journal = &journal
		o.SetWriteConcern(&concern)
	}
}

// Open connects to the server a mongodb:// or mongodb+srv:// address names and waits until it answers. The database is
// the address's path, or glasnik.
func Open(ctx context.Context, uri string, opts ...Option) (*Engine, error) {
	o := options.Client().ApplyURI(uri)
	if err := o.Validate(); err != nil {
		return nil, addressError(uri, err)
	}
	name, err := databaseName(uri)
	if err != nil {
		return nil, addressError(uri, err)
	}
	if o.ServerSelectionTimeout == nil {
		o.SetServerSelectionTimeout(selectionTimeout)
	}
	if o.Timeout == nil {
		o.SetTimeout(operationTimeout)
	}
	if o.WriteConcern == nil {
		o.SetWriteConcern(writeconcern.Majority())
	}
	for _, opt := range opts {
		opt(o)
	}
	if o.AppName == nil {
		o.SetAppName("glasnik")
	}
	o.SetRegistry(registry())
	o.SetReadPreference(readpref.Primary())
	o.SetBSONOptions(&options.BSONOptions{UseJSONStructTags: true, NilSliceAsEmpty: true, NilMapAsEmpty: true, NilByteSliceAsEmpty: true})
	client, err := driver.Connect(o)
	if err != nil {
		return nil, addressError(uri, err)
	}
	e := &Engine{client: client, db: client.Database(name), longest: longestList}
	if err := client.Ping(ctx, nil); err != nil {
		_ = client.Disconnect(ctx)
		return nil, explain("reach MongoDB", err)
	}
	return e, nil
}

// databaseName gives the path of an address.
func databaseName(uri string) (string, error) {
	_, rest, _ := strings.Cut(uri, "://")
	rest, _, _ = strings.Cut(rest, "?")
	rest = rest[strings.LastIndexByte(rest, '@')+1:]
	_, path, _ := strings.Cut(rest, "/")
	if path == "" {
		return defaultDatabase, nil
	}
	return url.PathUnescape(path)
}

// addressError says that an address is wrong without printing it: it may hold a password, and so may the driver's words.
func addressError(uri string, err error) error {
	const form = "the store's address is not of the form mongodb://user:password@host:27017/database"
	if strings.ContainsAny(uri, "@?") {
		return campaign.Errorf(campaign.Invalid, "%s; characters such as @ : / %% in the password are written %%40 %%3A %%2F %%25", form)
	}
	return campaign.Errorf(campaign.Invalid, "%s: %v", form, err)
}

// Close gives the connections back.
func (e *Engine) Close(ctx context.Context) error {
	return explain("close store", e.client.Disconnect(ctx))
}

// Ping checks that a server answers that may be written to, by a change that fits nothing.
func (e *Engine) Ping(ctx context.Context) error {
	_, err := e.db.Collection(schemaCollection).UpdateOne(ctx, bson.D{{Key: "_id", Value: "ping"}, {Key: "never", Value: true}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "never", Value: true}}}})
	return explain("reach MongoDB", err)
}

// collection gives a collection of the database and its shape.
func (e *Engine) collection(c *store.Collection) (*driver.Collection, *shape, error) {
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
