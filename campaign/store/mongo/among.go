package mongo

import (
	"context"
	"slices"

	"github.com/glasnik/glasnik/campaign/store/document"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// A question may hold no more than 16 MB, which some hundred thousand ids fill. A filter that would need more of them is
// answered here instead: the server finds what it can of its parts, and the ids are put together as lists in their order.

// longestList is how many ids one question holds unless LongestList says otherwise. They take about 3 MB.
const longestList = 100_000

// among fits the documents with some ids, in order, all of which were there.
type among struct {
	document.Filter
	ids []string
}

// listed says how many ids stand in the lists of a filter.
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

// shorten gives a filter that can be asked, or what it fits.
func (e *Engine) shorten(ctx context.Context, c *document.Collection, f document.Filter) (document.Filter, error) {
	if _, done := f.(among); done || listed(f) <= e.longest {
		return f, nil
	}
	ids, err := (&lists{Engine: e, ctx: ctx, collection: c}).of(f)
	return among{ids: ids}, err
}

// lists puts lists of ids together.
type lists struct {
	*Engine
	ctx        context.Context
	collection *document.Collection
	all        []string // every id there is, when it was needed
}

// of gives the ids of what a filter fits.
func (l *lists) of(f document.Filter) ([]string, error) {
	if listed(f) <= l.longest {
		return l.find(f)
	}
	switch f := f.(type) {
	case document.All:
		return l.ofAll(f)
	case document.Any:
		return l.ofAny(f)
	case document.Not:
		return l.without(nil, f.Filter)
	}
	ids := f.(document.Where).Value.([]string) // nothing else holds a list
	there, err := l.everything()
	return meet(there, ids, true), err
}

// ofAll asks the server for the short parts together, and narrows that by the long ones.
func (l *lists) ofAll(parts document.All) ([]string, error) {
	short, long := l.split(parts)
	var out []string
	var err error
	if len(short) > 0 {
		if out, err = l.find(document.All(short)); err != nil {
			return nil, err
		}
	}
	for i, part := range long {
		not, isNot := part.(document.Not)
		first := i == 0 && len(short) == 0
		switch {
		case isNot && first:
			out, err = l.without(nil, not.Filter)
		case isNot:
			out, err = l.without(out, not.Filter)
		default:
			var ids []string
			if ids, err = l.of(part); first {
				out = ids
			} else {
				out = meet(out, ids, true)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (l *lists) ofAny(parts document.Any) ([]string, error) {
	short, long := l.split(parts)
	var out []string
	for _, part := range append(long, document.Any(short)) {
		ids, err := l.of(part)
		if err != nil {
			return nil, err
		}
		out = append(out, ids...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// split sets apart the parts that fit into one question, all together.
func (l *lists) split(parts []document.Filter) (short, long []document.Filter) {
	n := 0
	for _, part := range parts {
		if n += listed(part); n > l.longest {
			n -= listed(part)
			long = append(long, part)
		} else {
			short = append(short, part)
		}
	}
	return short, long
}

// without takes what a filter fits away from some ids; nil are all there are.
func (l *lists) without(ids []string, f document.Filter) ([]string, error) {
	inner, err := l.of(f)
	if err == nil && ids == nil {
		ids, err = l.everything()
	}
	return meet(ids, inner, false), err
}

func (l *lists) everything() ([]string, error) {
	var err error
	if l.all == nil {
		l.all, err = l.find(nil)
	}
	return l.all, err
}

// find asks the server for the ids of what a filter fits.
func (l *lists) find(f document.Filter) ([]string, error) {
	coll, s, err := l.Engine.collection(l.collection)
	if err != nil {
		return nil, err
	}
	d, err := s.filter(f)
	if err != nil {
		return nil, err
	}
	cursor, err := coll.Find(l.ctx, d, options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		return nil, explain("find "+l.collection.Name, err)
	}
	defer cursor.Close(l.ctx)
	ids := []string{}
	for cursor.Next(l.ctx) {
		id, _ := cursor.Current.Lookup("_id").StringValueOK()
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids, explain("find "+l.collection.Name, cursor.Err())
}

// meet gives those ids of one list, both in order, that are in another, or that are not.
func meet(a, b []string, in bool) []string {
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
