package mongo

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// index is an index to create, or one that a server lists.
type index struct {
	Name      string        `bson:"name"`
	Keys      bson.Raw      `bson:"key"`
	Unique    bson.RawValue `bson:"unique"`
	Sparse    bson.RawValue `bson:"sparse"`
	Partial   bson.Raw      `bson:"partialFilterExpression"`
	Collation bson.Raw      `bson:"collation"`
}

// wanted is an index a collection must have.
type wanted struct {
	name    string
	keys    []string
	unique  bool
	partial string // holds the documents in which this time is set, or all
}

// indexesOf returns the indexes a collection must have.
func indexesOf(c *document.Collection) (all []wanted) {
	for _, x := range c.Indexes {
		// No index of MongoDB's finds parts of words: its text index knows whole ones only, and letters taken three at a time, as the
		// other engine has them, would be 150 keys for a contact. The texts of all contacts are gone through instead.
		if x.Trigram || isCovered(c, x) {
			continue
		}
		w := wanted{name: indexName(x), unique: x.Unique, partial: x.Partial}
		for _, name := range x.Fields {
			w.keys = append(w.keys, field(name))
		}
		if !x.Unique && !slices.Contains(w.keys, "_id") {
			w.keys = append(w.keys, "_id")
		}
		all = append(all, w)
	}
	if c.Facts != nil {
		all = append(all, wanted{name: factsField, keys: []string{factsField}})
	}
	return all
}

// retired returns the names of indexes of earlier versions.
func retired(c *document.Collection) (names []string) {
	for _, x := range c.Retired {
		names = append(names, indexName(x))
	}
	for _, x := range c.Indexes {
		if isCovered(c, x) {
			names = append(names, indexName(x))
		}
	}
	return names
}

// isCovered reports whether another index begins with the field of a bitmap: a server then needs no index of its own for it.
func isCovered(c *document.Collection, x document.Index) bool {
	return x.Bitmap && slices.ContainsFunc(c.Indexes, func(other document.Index) bool {
		return !other.Bitmap && !other.Trigram && other.Partial == "" && other.Fields[0] == x.Fields[0]
	})
}

// describe returns as texts which indexes a collection must have and must not have.
func describe(c *document.Collection) []string {
	all := []string{}
	for _, w := range indexesOf(c) {
		all = append(all, w.name+": "+strings.Join(w.keys, " ")+" "+w.partial)
	}
	for _, name := range retired(c) {
		all = append(all, "no "+name)
	}
	return all
}

func indexName(x document.Index) string {
	name := strings.Join(x.Fields, "_")
	if x.Unique {
		name += "_unique"
	}
	if x.Partial != "" {
		name += "_set"
	}
	return name
}

// fits reports whether an index there is does what one that is wanted does, whatever its name. An index of all documents does what
// one of some does.
func (w *wanted) fits(x *index) bool {
	elements, err := x.Keys.Elements()
	if err != nil || len(elements) != len(w.keys) || w.unique != holds(x.Unique) || holds(x.Sparse) || len(x.Collation) > 0 || len(x.Partial) > 0 && w.partial == "" {
		return false
	}
	for i, e := range elements {
		if up, ok := e.Value().AsInt64OK(); e.Key() != w.keys[i] || !ok || up != 1 {
			return false
		}
	}
	return true
}

// holds reads an option of an index, which may have been given as a number.
func holds(v bson.RawValue) bool {
	if yes, ok := v.BooleanOK(); ok {
		return yes
	}
	n, _ := v.AsInt64OK()
	return n != 0
}

func (w *wanted) model(partial bool) driver.IndexModel {
	var keys bson.D
	for _, name := range w.keys {
		keys = append(keys, bson.E{Key: name, Value: 1})
	}
	o := options.Index().SetName(w.name).SetUnique(w.unique)
	if partial && w.partial != "" {
		o.SetPartialFilterExpression(bson.D{{Key: w.partial, Value: bson.D{{Key: "$gt", Value: bson.NewDateTimeFromTime(time.Time{})}}}})
	}
	return driver.IndexModel{Keys: keys, Options: o}
}

// addIndexes drops the indexes a collection must not have and creates those it lacks. It compares their keys: another index under
// the same name, of an older version or made by hand, is dropped.
func addIndexes(ctx context.Context, c *document.Collection, coll *driver.Collection) error {
	cursor, err := coll.Indexes().List(ctx)
	if err != nil {
		return err
	}
	var have []index
	if err := cursor.All(ctx, &have); err != nil {
		return err
	}
	drop := retired(c)
	var missing []wanted
	for _, w := range indexesOf(c) {
		if slices.ContainsFunc(have, func(x index) bool { return w.fits(&x) }) {
			continue
		}
		missing, drop = append(missing, w), append(drop, w.name)
	}
	for _, x := range have {
		if slices.Contains(drop, x.Name) {
			if err := coll.Indexes().DropOne(ctx, x.Name); err != nil && !isGone(err) {
				return err
			}
		}
	}
	if len(missing) == 0 {
		return nil
	}
	err = createIndexes(ctx, coll, missing, true)
	if hasCode(err, codeNotImplemented) {
		err = createIndexes(ctx, coll, missing, false) // a server that knows no indexes of some documents
	}
	return err
}

func createIndexes(ctx context.Context, coll *driver.Collection, missing []wanted, partial bool) error {
	models := make([]driver.IndexModel, len(missing))
	for i := range missing {
		models[i] = missing[i].model(partial)
	}
	_, err := coll.Indexes().CreateMany(ctx, models)
	return err
}

// isGone reports whether somebody else dropped an index, or its collection, a moment ago.
func isGone(err error) bool {
	return hasCode(err, codeIndexNotFound) || hasCode(err, codeNamespaceNotFound)
}

func hasCode(err error, code int) bool {
	var server driver.ServerError
	return errors.As(err, &server) && server.HasErrorCode(code)
}
