package mongo

import (
	"context"
	"slices"

	"github.com/glasnik/glasnik/campaign/store/document"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// A query may hold no more than 16 MB, which some hundred thousand ids fill. A filter that would need more of them is
// evaluated here: the server finds the ids that fit the parts it can be asked for, and the sets are put together here.

// longestList is how many ids one query holds unless LongestList says otherwise. They take about 3 MB.
const longestList = 100_000

// idSet is a filter that was evaluated: it fits the documents with these ids, which are in order and were all found.
type idSet struct {
	document.Filter
	ids []string
}

// listed returns how many ids the lists of a filter hold.
func listed(f document.Filter) int {
	n := 0
	switch f := f.(type) {
	case document.Not:
		return listed(f.Filter)
	case document.All:
		for _, part := range f {
			n += listed(part)
		}
	case document.Any:
		return listed(document.All(f))
	case document.Where:
		if ids, ok := f.Value.([]string); ok && f.Op == document.In && f.Field == "id" {
			return len(ids)
		}
	}
	return n
}

// shorten returns a filter that fits into one query, or the set of what it fits.
func (e *Engine) shorten(ctx context.Context, c *document.Collection, f document.Filter) (document.Filter, error) {
	if _, done := f.(idSet); done || listed(f) <= e.longest {
		return f, nil
	}
	ids, err := (&evaluator{Engine: e, ctx: ctx, collection: c}).ids(f)
	return idSet{ids: ids}, err
}

// evaluator finds the ids of what a filter fits.
type evaluator struct {
	*Engine
	ctx        context.Context
	collection *document.Collection
	all        []string // every id of the collection, once it was needed
}

func (v *evaluator) ids(f document.Filter) ([]string, error) {
	if listed(f) <= v.longest {
		return v.find(f)
	}
	switch f := f.(type) {
	case document.All:
		return v.every(f)
	case document.Any:
		return v.either(f)
	case document.Not:
		return v.every(document.All{f})
	}
	all, err := v.everything()
	return intersect(all, f.(document.Where).Value.([]string), true), err // nothing else holds a list
}

// every asks the server for the short parts together and narrows that by the long ones.
func (v *evaluator) every(parts document.All) ([]string, error) {
	short, long := v.split(parts)
	find := v.everything
	if len(short) > 0 {
		find = func() ([]string, error) { return v.find(document.All(short)) }
	}
	out, err := find()
	for _, part := range long {
		if err != nil {
			return nil, err
		}
		not, negated := part.(document.Not)
		if negated {
			part = not.Filter
		}
		var ids []string
		ids, err = v.ids(part)
		out = intersect(out, ids, !negated)
	}
	return out, err
}

func (v *evaluator) either(parts document.Any) ([]string, error) {
	short, long := v.split(parts)
	var out []string
	for _, part := range append(long, document.Any(short)) {
		ids, err := v.ids(part)
		if err != nil {
			return nil, err
		}
		out = append(out, ids...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// split sets apart the parts that fit into one query, all together.
func (v *evaluator) split(parts []document.Filter) (short, long []document.Filter) {
	n := 0
	for _, part := range parts {
		if n += listed(part); n > v.longest {
			n -= listed(part)
			long = append(long, part)
		} else {
			short = append(short, part)
		}
	}
	return short, long
}

func (v *evaluator) everything() ([]string, error) {
	var err error
	if v.all == nil {
		v.all, err = v.find(nil)
	}
	return v.all, err
}

// find asks the server for the ids of what a filter fits.
func (v *evaluator) find(f document.Filter) ([]string, error) {
	coll, s, err := v.Engine.collection(v.collection)
	if err != nil {
		return nil, err
	}
	d, err := s.filter(f)
	if err != nil {
		return nil, err
	}
	cursor, err := coll.Find(v.ctx, d, options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		return nil, explain("find "+v.collection.Name, err)
	}
	defer cursor.Close(v.ctx)
	ids := []string{}
	for cursor.Next(v.ctx) {
		id, _ := cursor.Current.Lookup("_id").StringValueOK()
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids, explain("find "+v.collection.Name, cursor.Err())
}

// intersect returns the ids of one list that are in another, or those that are not. Both are in order.
func intersect(a, b []string, in bool) []string {
	out := []string{}
	for _, id := range a {
		for len(b) > 0 && b[0] < id {
			b = b[1:]
		}
		if (len(b) > 0 && b[0] == id) == in {
			out = append(out, id)
		}
	}
	return out
}
