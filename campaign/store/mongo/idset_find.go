package mongo

import (
	"context"
	"reflect"
	"slices"

	"github.com/glasnik/glasnik/campaign/store/document"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// walkBatch is how many ids are read at once in search of a page.
const walkBatch = 1000

// findInSet finds a page of the documents of a set. In the order of the ids, or when there are few, it asks for the ids;
// else it reads ids in the order asked for until enough of them are in the set.
func (e *Engine) findInSet(ctx context.Context, s *shape, q document.Query, order []document.Order, ids []string, slice reflect.Value) error {
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

// findParts appends the documents with some ids, part by part, until there are limit of them, if there is one: some may be
// deleted.
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

// walkTo reads ids in the order asked for, and the documents of those that are in the set.
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

// groupSet counts the documents of a set by the values of fields, part by part.
func (e *Engine) groupSet(ctx context.Context, c *document.Collection, ids []string, fields []string) (map[string]int64, error) {
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
