package mongo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// Insert adds documents. It stops at the first that is taken; those before it are added.
func (e *Engine) Insert(ctx context.Context, c *document.Collection, docs ...any) error {
	coll, s, err := e.collection(c)
	if err != nil || len(docs) == 0 {
		return err
	}
	written, err := s.writeAll(docs)
	if err != nil {
		return err
	}
	if len(written) == 1 {
		return explainTaken(c, "add to "+c.Name, insertOne(ctx, coll, written[0]))
	}
	_, err = coll.InsertMany(ctx, written)
	return explainTaken(c, "add to "+c.Name, err)
}

// insertOne adds a document. The driver repeats the write when the answer was lost, except on a standalone server: there it is
// repeated here, and a document that is there already with the same bytes was written by the first try.
func insertOne(ctx context.Context, coll *driver.Collection, doc any) error {
	written, err := encode(doc)
	if err != nil {
		return err
	}
	_, err = coll.InsertOne(ctx, written)
	if !lostAnswer(ctx, err) {
		return err
	}
	_, err = coll.InsertOne(ctx, written)
	if driver.IsDuplicateKeyError(err) && isThere(ctx, coll, written) {
		return nil
	}
	return err
}

// lostAnswer reports whether nobody knows if a write was done: the connection broke.
func lostAnswer(ctx context.Context, err error) bool {
	return ctx.Err() == nil && driver.IsNetworkError(err) && !driver.IsTimeout(err)
}

// isThere reports whether a collection holds a document with the same bytes.
func isThere(ctx context.Context, coll *driver.Collection, written bson.Raw) bool {
	found, err := coll.FindOne(ctx, bson.D{{Key: "_id", Value: written.Lookup("_id")}}).Raw()
	return err == nil && bytes.Equal(found, written)
}

// InsertNew adds those documents whose id and unique fields are not taken.
func (e *Engine) InsertNew(ctx context.Context, c *document.Collection, docs ...any) (int64, error) {
	insert, err := e.PrepareInsert(ctx, c, docs...)
	if err != nil {
		return 0, err
	}
	return insert(ctx)
}

// PrepareInsert encodes the documents.
func (e *Engine) PrepareInsert(_ context.Context, c *document.Collection, docs ...any) (func(context.Context) (int64, error), error) {
	coll, s, err := e.collection(c)
	if err != nil {
		return nil, err
	}
	written, err := s.writeAll(docs)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (int64, error) { return insertNew(ctx, c, coll, written) }, nil
}

func insertNew(ctx context.Context, c *document.Collection, coll *driver.Collection, written []any) (int64, error) {
	if len(written) == 0 {
		return 0, nil
	}
	_, err := coll.InsertMany(ctx, written, options.InsertMany().SetOrdered(false))
	var refused driver.BulkWriteException
	if errors.As(err, &refused) && refused.WriteConcernError == nil {
		for _, r := range refused.WriteErrors {
			if !driver.IsDuplicateKeyError(r.WriteError) {
				return 0, explain("add to "+c.Name, err)
			}
		}
		return int64(len(written) - len(refused.WriteErrors)), nil
	}
	if err != nil {
		return 0, explain("add to "+c.Name, err)
	}
	return int64(len(written)), nil
}

// Replace writes doc over the one with its id if that is still at the given version.
func (e *Engine) Replace(ctx context.Context, c *document.Collection, doc any, version int64) error {
	coll, s, err := e.collection(c)
	if err != nil {
		return err
	}
	if kind, ok := c.Kind("version"); !ok || kind != document.Int {
		return fmt.Errorf("collection %s has no version to replace at", c.Name)
	}
	doc, id, err := s.write(doc)
	if err != nil {
		return err
	}
	written, err := encode(doc)
	if err != nil {
		return err
	}
	which := bson.D{{Key: "_id", Value: id}, {Key: "version", Value: version}}
	result, err := coll.ReplaceOne(ctx, which, written)
	lost := lostAnswer(ctx, err)
	if lost {
		result, err = coll.ReplaceOne(ctx, which, written)
	}
	if err != nil {
		return explainTaken(c, "change "+c.Name, err)
	}
	if result.MatchedCount == 0 {
		if lost && isThere(ctx, coll, written) {
			return nil // by the first try
		}
		return campaign.Errorf(campaign.Conflict, "somebody else changed this record of %s meanwhile: look at it again", c.Name)
	}
	return nil
}

// Upsert writes doc whether or not one with its id exists.
func (e *Engine) Upsert(ctx context.Context, c *document.Collection, doc any) error {
	coll, s, err := e.collection(c)
	if err != nil {
		return err
	}
	written, id, err := s.write(doc)
	if err != nil {
		return err
	}
	for try := 0; ; try++ {
		_, err = coll.ReplaceOne(ctx, bson.D{{Key: "_id", Value: id}}, written, options.Replace().SetUpsert(true))
		if try > 0 || !driver.IsDuplicateKeyError(err) { // of two who add at once one is told so, and finds it then
			return explainTaken(c, "write "+c.Name, err)
		}
	}
}

// Update makes one change to every document a filter fits.
func (e *Engine) Update(ctx context.Context, c *document.Collection, f document.Filter, change document.Change) (int64, error) {
	coll, s, err := e.collection(c)
	if err != nil {
		return 0, err
	}
	if len(change.Set) == 0 && len(change.Add) == 0 {
		return e.Count(ctx, c, f)
	}
	which, err := s.filter(f)
	if err != nil {
		return 0, err
	}
	what, err := s.change(change)
	if err != nil {
		return 0, err
	}
	var result *driver.UpdateResult
	if isOne(f) { // the driver repeats it by itself when the connection breaks
		result, err = coll.UpdateOne(ctx, which, what)
	} else {
		ctx, cancel := forMany(ctx, f)
		defer cancel()
		result, err = coll.UpdateMany(ctx, which, what)
	}
	if err != nil {
		return 0, explainTaken(c, "change "+c.Name, err)
	}
	return result.MatchedCount, nil
}

// isOne reports whether a filter fits one document at most.
func isOne(f document.Filter) bool {
	switch f := f.(type) {
	case document.Where:
		return f.Field == "id" && f.Op == document.Eq
	case document.All:
		if slices.ContainsFunc(f, isOne) {
			return true
		}
	}
	return false
}

// forMany returns the context of a change to all a filter fits: without a limit, unless it names the documents, which are few then.
func forMany(ctx context.Context, f document.Filter) (context.Context, context.CancelFunc) {
	if listed(f) > 0 {
		return ctx, func() {}
	}
	return unhurried(ctx)
}

// Delete removes every document a filter fits.
func (e *Engine) Delete(ctx context.Context, c *document.Collection, f document.Filter) (int64, error) {
	coll, s, err := e.collection(c)
	if err != nil {
		return 0, err
	}
	which, err := s.filter(f)
	if err != nil {
		return 0, err
	}
	var result *driver.DeleteResult
	if isOne(f) { // the driver repeats it too
		result, err = coll.DeleteOne(ctx, which)
	} else {
		ctx, cancel := forMany(ctx, f)
		defer cancel()
		result, err = coll.DeleteMany(ctx, which)
	}
	if err != nil {
		return 0, explain("delete from "+c.Name, err)
	}
	return result.DeletedCount, nil
}

// Bulk does several writes in order in one round trip.
func (e *Engine) Bulk(ctx context.Context, c *document.Collection, ops []document.Op) (int64, error) {
	coll, s, err := e.collection(c)
	if err != nil || len(ops) == 0 {
		return 0, err
	}
	models := make([]driver.WriteModel, len(ops))
	for i, op := range ops {
		if models[i], err = s.model(op); err != nil {
			return 0, err
		}
	}
	if i := slices.IndexFunc(ops, func(op document.Op) bool { return op.Where != nil && !isOne(op.Where) }); i >= 0 {
		long, cancel := forMany(ctx, ops[i].Where)
		defer cancel()
		ctx = long
	}
	result, err := coll.BulkWrite(ctx, models)
	if err != nil {
		return 0, explainTaken(c, "write "+c.Name, err)
	}
	return s.fitted(result, ops)
}

// fitted counts what the inserts of a bulk added and its updates and replacements matched. A write of a whole document
// counts once in the result: as upserted, or as matched where there was one.
func (s *shape) fitted(result *driver.BulkWriteResult, ops []document.Op) (int64, error) {
	added := make(map[any]bool, len(result.UpsertedIDs)) // by id: not every server numbers them by the writes
	for _, id := range result.UpsertedIDs {
		added[id] = true
	}
	n := result.MatchedCount + result.UpsertedCount
	for _, op := range ops {
		switch {
		case op.Upsert != nil:
			n--
		case op.Insert != nil:
			doc, err := s.structOf(op.Insert)
			if err != nil {
				return 0, err
			}
			if !added[doc.Field(s.id).String()] {
				n--
			}
		}
	}
	return n, nil
}

// model compiles one write of a bulk. An insert is an upsert that changes nothing of what is there.
func (s *shape) model(op document.Op) (driver.WriteModel, error) {
	switch {
	case op.Insert != nil:
		written, id, err := s.write(op.Insert)
		if err != nil {
			return nil, err
		}
		return driver.NewUpdateOneModel().SetFilter(bson.D{{Key: "_id", Value: id}}).
			SetUpdate(bson.D{{Key: "$setOnInsert", Value: written}}).SetUpsert(true), nil
	case op.Upsert != nil:
		written, id, err := s.write(op.Upsert)
		return driver.NewReplaceOneModel().SetFilter(bson.D{{Key: "_id", Value: id}}).SetReplacement(written).SetUpsert(true), err
	case op.Replace != nil:
		return s.replacement(op.Replace, op.Version)
	case op.Where == nil:
		return nil, errors.New("a write of a bulk has nothing to do")
	}
	which, err := s.filter(op.Where)
	if err != nil {
		return nil, err
	}
	what, err := s.change(op.Change)
	if err != nil {
		return nil, err
	}
	if isOne(op.Where) {
		return driver.NewUpdateOneModel().SetFilter(which).SetUpdate(what), nil
	}
	return driver.NewUpdateManyModel().SetFilter(which).SetUpdate(what), nil
}

// replacement compiles the writing of a document over the one with its id, if that is still at a version.
func (s *shape) replacement(doc any, version int64) (driver.WriteModel, error) {
	if kind, ok := s.collection.Kind("version"); !ok || kind != document.Int {
		return nil, fmt.Errorf("collection %s has no version to replace at", s.collection.Name)
	}
	written, id, err := s.write(doc)
	return driver.NewReplaceOneModel().SetFilter(bson.D{{Key: "_id", Value: id}, {Key: "version", Value: version}}).SetReplacement(written), err
}
