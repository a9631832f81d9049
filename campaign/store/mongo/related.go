package mongo

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign/store/document"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// resolve replaces conditions on documents of other collections by the ids found there: two queries, since not every server can
// be trusted with a join. A filter without such conditions is returned as it is, one with too many ids for a query as the set of
// what it fits. The result is remembered for the pages of one walk.
func (e *Engine) resolve(ctx context.Context, c *document.Collection, f document.Filter) (document.Filter, error) {
	outer, _ := f.(document.Scan)
	if outer.Memo != nil && outer.Memo.Found != nil {
		return outer.Memo.Found.(document.Filter), nil
	}
	if !asksOthers(f) { // also a long list that the caller names is the caller's to cut
		return f, nil
	}
	out, err := e.resolvePart(ctx, f)
	if err == nil {
		out, err = e.shorten(ctx, c, out)
	}
	if err == nil && outer.Memo != nil {
		outer.Memo.Found = out
	}
	return out, err
}

// asksOthers reports whether a filter has conditions on other collections.
func asksOthers(f document.Filter) bool {
	switch f := f.(type) {
	case document.Scan, document.Related, document.Sum:
		return true
	case document.Not:
		return asksOthers(f.Filter)
	case document.All:
		return slices.ContainsFunc(f, asksOthers)
	case document.Any:
		return slices.ContainsFunc(f, asksOthers)
	}
	return false
}

func (e *Engine) resolvePart(ctx context.Context, f document.Filter) (document.Filter, error) {
	switch f := f.(type) {
	case document.Scan:
		return e.resolvePart(ctx, f.Filter)
	case document.Not:
		inner, err := e.resolvePart(ctx, f.Filter)
		return document.Not{Filter: inner}, err
	case document.All:
		parts, err := e.resolveAll(ctx, f)
		return document.All(parts), err
	case document.Any:
		parts, err := e.resolveAll(ctx, f)
		return document.Any(parts), err
	case document.Related:
		ids, err := e.relatedIDs(ctx, f)
		return document.Where{Field: "id", Op: document.In, Value: slices.Sorted(maps.Keys(ids))}, err
	case document.Sum:
		return e.resolveSum(ctx, f)
	}
	return f, nil
}

func (e *Engine) resolveAll(ctx context.Context, parts []document.Filter) ([]document.Filter, error) {
	out := make([]document.Filter, len(parts))
	for i, part := range parts {
		var err error
		if out[i], err = e.resolvePart(ctx, part); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// relatedIDs reads the ids in the documents of the other collection.
func (e *Engine) relatedIDs(ctx context.Context, f document.Related) (map[string]bool, error) {
	coll, s, err := e.collection(f.Collection)
	if err != nil {
		return nil, err
	}
	if kind, ok := f.Collection.Kind(f.Field); !ok || kind != document.Text {
		return nil, fmt.Errorf("collection %s: the field %q is not declared for this", f.Collection.Name, f.Field)
	}
	d, err := s.filter(f.Filter)
	if err != nil {
		return nil, err
	}
	cursor, err := coll.Find(ctx, d, options.Find().SetProjection(bson.D{{Key: field(f.Field), Value: 1}}))
	if err != nil {
		return nil, explain("find "+f.Collection.Name, err)
	}
	defer cursor.Close(ctx)
	ids := map[string]bool{}
	for cursor.Next(ctx) {
		id, _ := cursor.Current.Lookup(field(f.Field)).StringValueOK()
		ids[id[strings.LastIndexByte(id, '.')+1:]] = true
	}
	return ids, explain("find "+f.Collection.Name, cursor.Err())
}

// resolveSum adds the weights up for the ids that any term names; for all others the sum is 0.
func (e *Engine) resolveSum(ctx context.Context, f document.Sum) (document.Filter, error) {
	sums := map[string]int64{}
	for _, term := range f.Terms {
		ids, err := e.termIDs(ctx, term.Filter)
		if err != nil {
			return nil, err
		}
		for id := range ids {
			sums[id] += term.Weight
		}
	}
	nothing := 0 >= f.AtLeast
	differing := []string{}
	for id, sum := range sums {
		if (sum >= f.AtLeast) != nothing {
			differing = append(differing, id)
		}
	}
	slices.Sort(differing)
	in := document.Where{Field: "id", Op: document.In, Value: differing}
	if nothing {
		return document.Not{Filter: in}, nil
	}
	return in, nil
}

// termIDs returns the ids that a term of a sum names.
func (e *Engine) termIDs(ctx context.Context, f document.Filter) (map[string]bool, error) {
	switch f := f.(type) {
	case document.Related:
		return e.relatedIDs(ctx, f)
	case document.Any:
		out := map[string]bool{}
		for _, part := range f {
			ids, err := e.termIDs(ctx, part)
			if err != nil {
				return nil, err
			}
			maps.Copy(out, ids)
		}
		return out, nil
	case document.All:
		var out map[string]bool
		for i, part := range f {
			ids, err := e.termIDs(ctx, part)
			if err != nil {
				return nil, err
			}
			if i == 0 {
				out = ids
			}
			maps.DeleteFunc(out, func(id string, _ bool) bool { return !ids[id] })
		}
		return out, nil
	}
	return nil, fmt.Errorf("a sum is not made of %T", f)
}
