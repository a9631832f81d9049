package mongo

import (
	"context"
	"reflect"
	"slices"

	"github.com/glasnik/glasnik/campaign/store/document"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// walkBatch is how many documents are gone past together in search of a page.
const walkBatch = 1000

// findAmong finds a page of the documents with some ids. In the order of the ids, or when there are few, they are asked for;
// else the order is gone along until enough of them were met.
func (e *Engine) findAmong(ctx context.Context, s *shape, q document.Query, order []document.Order, ids []string, slice reflect.Value) error {
	slice.Set(reflect.MakeSlice(slice.Type(), 0, 0))
	if len(ids) <= e.longest {
		q.Filter = oneOf(ids)
		return e.findInto(ctx, s, q, order, slice)
	}
	if order[0].Field == "id" && !order[0].Desc {
		if len(q.After) > 0 {
			after, _ := q.After[0].(string)
			at, found := slices.BinarySearch(ids, after)
			if found {
				at++
			}
			ids = ids[at:]
		}
		return e.findParts(ctx, s, order, ids, q.Limit, slice)
	}
	return e.walkTo(ctx, s, q, order, ids, slice)
}

func oneOf(ids []string) document.Filter {
	return document.Where{Field: "id", Op: document.In, Value: ids}
}

// findParts appends the documents with some ids, part by part, until there are as many as are asked for, if that is said:
// some of them may be gone.
func (e *Engine) findParts(ctx context.Context, s *shape, order []document.Order, ids []string, limit int, slice reflect.Value) error {
	size := min(e.longest, walkBatch)
	if limit > 0 {
		size = min(size, limit)
	}
	for part := range slices.Chunk(ids, size) {
		q := document.Query{Filter: oneOf(part)}
		if limit > 0 {
			if q.Limit = limit - slice.Len(); q.Limit <= 0 {
				return nil
			}
		}
		found := reflect.New(slice.Type()).Elem()
		if err := e.findInto(ctx, s, q, order, found); err != nil {
			return err
		}
		slice.Set(reflect.AppendSlice(slice, found))
	}
	return nil
}

// walkTo goes along the order, past the ids of documents, and reads those that are meant.
func (e *Engine) walkTo(ctx context.Context, s *shape, q document.Query, order []document.Order, ids []string, slice reflect.Value) error {
	f, err := s.from(nil, order, q.After)
	if err != nil {
		return err
	}
	coll := e.db.Collection(s.collection.Name)
	cursor, err := coll.Find(ctx, f, options.Find().SetSort(sortBy(order)).SetProjection(bson.D{{Key: "_id", Value: 1}}).SetBatchSize(walkBatch))
	if err != nil {
		return explain("find "+s.collection.Name, err)
	}
	defer cursor.Close(ctx)
	var met []string
	for (q.Limit == 0 || len(met) < q.Limit) && cursor.Next(ctx) {
		id, _ := cursor.Current.Lookup("_id").StringValueOK()
		if _, is := slices.BinarySearch(ids, id); is {
			met = append(met, id)
		}
	}
	if err := cursor.Err(); err != nil {
		return explain("find "+s.collection.Name, err)
	}
	return e.findParts(ctx, s, order, met, 0, slice)
}

// groupAmong counts the documents with some ids by the values of fields, part by part.
func (e *Engine) groupAmong(ctx context.Context, c *document.Collection, ids []string, fields []string) (map[string]int64, error) {
	out := map[string]int64{}
	for part := range slices.Chunk(ids, e.longest) {
		groups, err := e.GroupCount(ctx, c, oneOf(part), fields...)
		if err != nil {
			return nil, err
		}
		for key, n := range groups {
			out[key] += n
		}
	}
	return out, nil
}
