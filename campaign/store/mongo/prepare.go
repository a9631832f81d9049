package mongo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign/store"
	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// schemaCollection keeps, for every collection, which fields are declared of all its documents.
const schemaCollection = "glasnik_schema"

type schema struct {
	ID     string   `bson:"_id"`
	Fields []string `bson:"fields"`
}

// Prepare creates what is missing: indexes and, in a database of an older version, declared fields.
func (e *Engine) Prepare(ctx context.Context, collections []*store.Collection) error {
	for _, c := range collections {
		if err := e.prepare(ctx, c); err != nil {
			return explain("prepare "+c.Name, err)
		}
	}
	return nil
}

func (e *Engine) prepare(ctx context.Context, c *store.Collection) error {
	coll, s, err := e.collection(c)
	if err != nil {
		return err
	}
	if err := e.addFields(ctx, c, coll, s); err != nil {
		return err
	}
	return addIndexes(ctx, c, coll)
}

// addIndexes creates the indexes that are not there yet.
func addIndexes(ctx context.Context, c *store.Collection, coll *driver.Collection) error {
	specifications, err := coll.Indexes().ListSpecifications(ctx)
	if err != nil {
		return err
	}
	have := map[string]bool{}
	for _, s := range specifications {
		have[s.Name] = true
	}
	var models []driver.IndexModel
	for _, x := range c.Retired {
		if name := indexName(x); have[name] {
			if err := coll.Indexes().DropOne(ctx, name); err != nil {
				return err
			}
		}
	}
	for _, x := range c.Indexes {
		if x.Inside { // no index of MongoDB's helps there but its text index, which knows whole words only
			continue
		}
		var keys bson.D
		for _, name := range x.Fields {
			keys = append(keys, bson.E{Key: field(name), Value: 1})
		}
		name := indexName(x)
		if !x.Unique && !slices.Contains(x.Fields, "id") {
			keys = append(keys, bson.E{Key: "_id", Value: 1})
		}
		if !have[name] {
			models = append(models, driver.IndexModel{Keys: keys, Options: options.Index().SetUnique(x.Unique).SetName(name)})
		}
	}
	if c.Facts != nil && !have[factsField] {
		models = append(models, driver.IndexModel{Keys: bson.D{{Key: factsField, Value: 1}}, Options: options.Index().SetName(factsField)})
	}
	if len(models) == 0 {
		return nil
	}
	_, err = coll.Indexes().CreateMany(ctx, models)
	return err
}

func indexName(x store.Index) string {
	name := strings.Join(x.Fields, "_")
	if x.Unique {
		name += "_unique"
	}
	return name
}

// addFields writes the zero value of fields declared since the last start into documents that do not have them: a
// missing field equals nothing.
func (e *Engine) addFields(ctx context.Context, c *store.Collection, coll *driver.Collection, s *shape) error {
	var have schema
	byID := bson.D{{Key: "_id", Value: c.Name}}
	known := e.db.Collection(schemaCollection)
	if err := known.FindOne(ctx, byID).Decode(&have); err != nil && !errors.Is(err, driver.ErrNoDocuments) {
		return err
	}
	now := schema{ID: c.Name}
	for _, f := range c.Fields {
		now.Fields = append(now.Fields, f.Name)
		if have.ID == "" || slices.Contains(have.Fields, f.Name) {
			continue
		}
		missing := bson.D{{Key: f.Name, Value: bson.D{{Key: "$exists", Value: false}}}}
		if _, err := coll.UpdateMany(ctx, missing, bson.D{{Key: "$set", Value: bson.D{{Key: f.Name, Value: zero(f.Kind)}}}}); err != nil {
			return err
		}
	}
	if c.Facts != nil {
		made := fmt.Sprintf("%s %d", factsField, c.FactsVersion)
		now.Fields = append(now.Fields, made)
		if have.ID != "" && !slices.Contains(have.Fields, made) {
			if err := e.addFacts(ctx, c, coll, s); err != nil {
				return err
			}
		}
	}
	if slices.Equal(have.Fields, now.Fields) && have.ID != "" {
		return nil
	}
	_, err := known.ReplaceOne(ctx, byID, now, options.Replace().SetUpsert(true))
	return err
}
