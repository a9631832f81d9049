package mongo

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// Get reads the document with an id.
func (e *Engine) Get(ctx context.Context, c *document.Collection, id string, into any) error {
	coll, s, err := e.collection(c)
	if err != nil {
		return err
	}
	doc, err := s.structOf(into)
	if err != nil {
		return err
	}
	doc.SetZero() // the driver leaves alone what the document does not have
	err = coll.FindOne(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$eq", Value: id}}}}).Decode(s.decoded(doc))
	if errors.Is(err, driver.ErrNoDocuments) {
		return campaign.Errorf(campaign.NotFound, "there is no such record in %s", c.Name)
	}
	return explain("read "+c.Name, err)
}

// Find reads what a query finds, replacing the contents of the slice.
func (e *Engine) Find(ctx context.Context, c *document.Collection, q document.Query, into any) error {
	_, s, err := e.collection(c)
	if err != nil {
		return err
	}
	slice := reflect.ValueOf(into)
	if slice.Kind() != reflect.Pointer || slice.Elem().Kind() != reflect.Slice || slice.Elem().Type().Elem() != s.doc {
		return fmt.Errorf("collection %s keeps %s: a *[]%s is needed, not %T", c.Name, s.doc, s.doc, into)
	}
	order, err := s.order(q.Order)
	if err != nil {
		return err
	}
	if q.Filter, err = e.resolve(ctx, c, q.Filter); err != nil {
		return err
	}
	if set, ok := q.Filter.(idSet); ok {
		return e.findInSet(ctx, s, q, order, set.ids, slice.Elem())
	}
	return e.findInto(ctx, s, q, order, slice.Elem())
}

// findInto finds what a query finds whose filter the server answers.
func (e *Engine) findInto(ctx context.Context, s *shape, q document.Query, order []document.Order, slice reflect.Value) error {
	f, err := s.filter(q.Filter)
	if err != nil {
		return err
	}
	if f, err = s.from(f, order, q.After); err != nil {
		return err
	}
	o := options.Find().SetSort(sortBy(order))
	if q.Limit > 0 {
		o.SetLimit(int64(q.Limit))
	}
	cursor, err := e.db.Collection(s.collection.Name).Find(ctx, f, o)
	if err != nil {
		return explain("find "+s.collection.Name, err)
	}
	return explain("find "+s.collection.Name, s.readAll(ctx, cursor, slice))
}

// Snapshot lends the engine itself: a server need not hold a snapshot for as long as reading everything takes.
func (e *Engine) Snapshot(_ context.Context, fn func(document.Finder) error) error { return fn(e) }

// from narrows a filter to the documents after the last of the page before, if there was one.
func (s *shape) from(f bson.D, order []document.Order, last []any) (bson.D, error) {
	if len(last) == 0 {
		if f == nil {
			f = bson.D{}
		}
		return f, nil
	}
	after, err := s.after(order, last)
	if err != nil || f == nil {
		return after, err
	}
	return bson.D{{Key: "$and", Value: bson.A{f, after}}}, nil
}

// readAll fills a new slice from a cursor: the old one's memory may still be in somebody's hands.
func (s *shape) readAll(ctx context.Context, cursor *driver.Cursor, slice reflect.Value) error {
	defer cursor.Close(ctx)
	slice.Set(reflect.MakeSlice(slice.Type(), 0, max(0, cursor.RemainingBatchLength())))
	for cursor.Next(ctx) {
		n := slice.Len()
		slice.Grow(1)
		slice.SetLen(n + 1)
		if err := cursor.Decode(s.decoded(slice.Index(n))); err != nil {
			return err
		}
	}
	return cursor.Err()
}

// order checks the order of a query and completes it with the id, or ends it with a field no two documents have the same value
// of: after that the id orders nothing, and an index of the field alone would not serve it.
func (s *shape) order(order []document.Order) ([]document.Order, error) {
	for i, o := range order {
		kind, ok := s.collection.Kind(o.Field)
		if !ok || kind == document.Texts || kind == document.Bytes {
			return nil, fmt.Errorf("collection %s cannot be sorted by %q", s.collection.Name, o.Field)
		}
		if o.Field == "id" || s.isUnique(o.Field) {
			return order[:i+1], nil
		}
	}
	return append(order[:len(order):len(order)], document.Order{Field: "id"}), nil
}

func (s *shape) isUnique(field string) bool {
	return slices.ContainsFunc(s.collection.Indexes, func(x document.Index) bool { return x.Unique && len(x.Fields) == 1 && x.Fields[0] == field })
}

func sortBy(order []document.Order) bson.D {
	d := make(bson.D, len(order))
	for i, o := range order {
		d[i] = bson.E{Key: field(o.Field), Value: 1}
		if o.Desc {
			d[i].Value = -1
		}
	}
	return d
}

// after fits the documents after the last of the page before; the first field alone bounds the search.
func (s *shape) after(order []document.Order, last []any) (bson.D, error) {
	asked := len(order)
	if order[asked-1].Field != "id" {
		asked++ // the id is given all the same
	}
	if len(last) != asked {
		return nil, fmt.Errorf("collection %s: the page begins after %d values, the order has %d", s.collection.Name, len(last), asked)
	}
	var equal bson.D
	var any bson.A
	var bound bson.D
	for i, o := range order {
		kind, _ := s.collection.Kind(o.Field)
		value, err := encodeValue(last[i], kind)
		if err != nil {
			return nil, fmt.Errorf("collection %s, field %s: %w", s.collection.Name, o.Field, err)
		}
		name, beyond := field(o.Field), "$gt"
		if o.Desc {
			beyond = "$lt"
		}
		if i == 0 {
			bound = bson.D{{Key: name, Value: bson.D{{Key: beyond + "e", Value: value}}}}
		}
		any = append(any, append(equal[:len(equal):len(equal)], bson.E{Key: name, Value: bson.D{{Key: beyond, Value: value}}}))
		equal = append(equal, bson.E{Key: name, Value: bson.D{{Key: "$eq", Value: value}}})
	}
	return append(bound, bson.E{Key: "$or", Value: any}), nil
}

// Count returns how many documents a filter fits.
func (e *Engine) Count(ctx context.Context, c *document.Collection, f document.Filter) (int64, error) {
	coll, s, err := e.collection(c)
	if err != nil {
		return 0, err
	}
	if f, err = e.resolve(ctx, c, f); err != nil {
		return 0, err
	}
	if set, ok := f.(idSet); ok {
		return int64(len(set.ids)), nil
	}
	d, err := s.filter(f)
	if err != nil {
		return 0, err
	}
	n, err := coll.CountDocuments(ctx, d)
	return n, explain("count "+c.Name, err)
}

// GroupCount counts the documents a filter fits by the values of some fields.
func (e *Engine) GroupCount(ctx context.Context, c *document.Collection, f document.Filter, fields ...string) (map[string]int64, error) {
	coll, s, err := e.collection(c)
	if err != nil {
		return nil, err
	}
	if f, err = e.resolve(ctx, c, f); err != nil {
		return nil, err
	}
	if set, ok := f.(idSet); ok {
		return e.groupSet(ctx, c, set.ids, fields)
	}
	pipeline, err := s.groups(f, fields)
	if err != nil {
		return nil, err
	}
	cursor, err := coll.Aggregate(ctx, pipeline)
	if err != nil {
		return nil, explain("count "+c.Name, err)
	}
	var rows []struct {
		ID bson.Raw      `bson:"_id"`
		N  bson.RawValue `bson:"n"`
	}
	if err := cursor.All(ctx, &rows); err != nil {
		return nil, explain("count "+c.Name, err)
	}
	out := make(map[string]int64, len(rows))
	for _, row := range rows {
		parts := campaign.Collect(fields, func(name string) string { return groupKey(row.ID.Lookup(field(name))) })
		n, _ := row.N.AsInt64OK()
		out[strings.Join(parts, "\x00")] += n
	}
	return out, nil
}

func (s *shape) groups(f document.Filter, fields []string) (bson.A, error) {
	if len(fields) == 0 {
		return nil, errors.New("count by group: no field is named")
	}
	match, err := s.filter(f)
	if err != nil {
		return nil, err
	}
	pipeline := bson.A{bson.D{{Key: "$match", Value: match}}}
	var key bson.D
	for _, name := range fields {
		kind, ok := s.collection.Kind(name)
		if !ok || kind == document.Bytes || kind == document.Texts && len(fields) > 1 {
			return nil, fmt.Errorf("collection %s cannot be grouped by %q", s.collection.Name, name)
		}
		if kind == document.Texts { // a document counts under each of its texts
			pipeline = append(pipeline, bson.D{{Key: "$unwind", Value: "$" + name}})
		}
		key = append(key, bson.E{Key: field(name), Value: "$" + field(name)})
	}
	return append(pipeline, bson.D{{Key: "$group", Value: bson.D{
		{Key: "_id", Value: key}, {Key: "n", Value: bson.D{{Key: "$sum", Value: int64(1)}}},
	}}}), nil
}

// groupKey prints a value as fmt.Sprint prints the field's.
func groupKey(v bson.RawValue) string {
	switch v.Type {
	case bson.TypeString:
		return v.StringValue()
	case bson.TypeInt32, bson.TypeInt64:
		return strconv.FormatInt(v.AsInt64(), 10)
	case bson.TypeBoolean:
		return strconv.FormatBool(v.Boolean())
	case bson.TypeDateTime:
		return time.UnixMilli(v.DateTime()).UTC().String()
	}
	return ""
}
