package mongo

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// schemaCollection holds, for every collection, what all its documents have and which indexes it was given, so that a start asks
// for that once and not for each collection.
const schemaCollection = "glasnik_schema"

type schema struct {
	ID      string               `bson:"_id"`
	Fields  []string             `bson:"fields"`            // declared of all documents
	Added   map[string]time.Time `bson:"added,omitempty"`   // those of them that came later, and when
	Indexes []string             `bson:"indexes,omitempty"` // as they were declared when they were made
}

// lateWriters is how long after a field was added documents without it are looked for: a program of an older version that
// still runs writes such.
const lateWriters = 7 * 24 * time.Hour

// Prepare creates what is missing: indexes and, in a database of an older version, declared fields. Several programs may do
// so at once.
func (e *Engine) Prepare(ctx context.Context, collections []*document.Collection) error {
	ctx, cancel := unhurried(ctx)
	defer cancel()
	known, err := e.schemas(ctx)
	if err != nil {
		return explain("prepare store", err)
	}
	for _, c := range collections {
		if err := e.prepare(ctx, c, known[c.Name]); err != nil {
			return explain("prepare "+c.Name, err)
		}
	}
	return nil
}

// Mend creates indexes that somebody dropped, and adds what is missing to documents that a program of an older version wrote since
// the upgrade.
func (e *Engine) Mend(ctx context.Context, collections []*document.Collection) error {
	ctx, cancel := unhurried(ctx)
	defer cancel()
	known, err := e.schemas(ctx)
	if err != nil {
		return explain("look after the store", err)
	}
	for _, c := range collections {
		have := known[c.Name]
		have.Indexes = nil
		if err := e.prepare(ctx, c, have); err != nil {
			return explain("look after "+c.Name, err)
		}
	}
	return nil
}

func (e *Engine) schemas(ctx context.Context) (map[string]schema, error) {
	cursor, err := e.db.Collection(schemaCollection).Find(ctx, bson.D{})
	if err != nil {
		return nil, err
	}
	var all []schema
	if err := cursor.All(ctx, &all); err != nil {
		return nil, err
	}
	known := make(map[string]schema, len(all))
	for _, s := range all {
		known[s.ID] = s
	}
	return known, nil
}

// prepare does for one collection what has is not known to have.
func (e *Engine) prepare(ctx context.Context, c *document.Collection, have schema) error {
	coll, s, err := e.collection(c)
	if err != nil {
		return err
	}
	defer e.tell(c.Name)()
	now := schema{ID: c.Name, Fields: s.declared(), Added: maps.Clone(have.Added), Indexes: describe(c)}
	if now.Added == nil {
		now.Added = map[string]time.Time{}
	}
	for _, name := range now.Fields {
		isNew := have.ID != "" && !slices.Contains(have.Fields, name)
		if isNew {
			now.Added[name] = time.Now()
		}
		if !isNew && time.Since(now.Added[name]) > lateWriters {
			continue
		}
		if err := e.addField(ctx, c, coll, s, name); err != nil {
			return err
		}
	}
	maps.DeleteFunc(now.Added, func(_ string, at time.Time) bool { return time.Since(at) > lateWriters })
	if !slices.Equal(have.Indexes, now.Indexes) {
		if err := addIndexes(ctx, c, coll); err != nil {
			return err
		}
	}
	if have.ID != "" && slices.Equal(have.Fields, now.Fields) && slices.Equal(have.Indexes, now.Indexes) && len(have.Added) == len(now.Added) {
		return nil
	}
	byID := bson.D{{Key: "_id", Value: c.Name}}
	_, err = e.db.Collection(schemaCollection).ReplaceOne(ctx, byID, now, options.Replace().SetUpsert(true))
	if driver.IsDuplicateKeyError(err) {
		return nil // another program has just noted the same
	}
	return err
}

// declared names what every document of a collection has: its declared fields and, by their version, its facts.
func (s *shape) declared() []string {
	names := campaign.Collect(s.collection.Fields, func(f document.Field) string { return f.Name })
	if s.collection.Facts != nil {
		names = append(names, s.factsName())
	}
	return names
}

// addField writes the zero value of a declared field into documents that do not have it, since a missing field equals nothing, or
// their facts.
func (e *Engine) addField(ctx context.Context, c *document.Collection, coll *driver.Collection, s *shape, name string) error {
	if c.Facts != nil && name == s.factsName() {
		return e.addFacts(ctx, coll, s)
	}
	kind, _ := c.Kind(name)
	missing := bson.D{{Key: name, Value: bson.D{{Key: "$exists", Value: false}}}}
	_, err := coll.UpdateMany(ctx, missing, bson.D{{Key: "$set", Value: bson.D{{Key: name, Value: zero(kind)}}}})
	return err
}

// tellEvery is how often the log says that preparing a collection still goes on.
const tellEvery = 30 * time.Second

// tell logs that preparing a collection goes on, again and again until the function it returns is called.
func (e *Engine) tell(collection string) (done func()) {
	began, over := time.Now(), make(chan struct{})
	timer := time.AfterFunc(tellEvery, func() {
		tick := time.NewTicker(tellEvery)
		defer tick.Stop()
		for {
			e.logger.Info("the store is still being brought up to date: indexes are built or documents filled in, leave it running",
				"collection", collection, "for", time.Since(began).Round(time.Second))
			select {
			case <-over:
				return
			case <-tick.C:
			}
		}
	})
	return func() {
		timer.Stop()
		close(over)
	}
}

func (s *shape) factsName() string {
	return fmt.Sprintf("%s %d", factsField, s.collection.FactsVersion)
}
