package mongo

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// field returns the name a declared field has in the database.
func field(name string) string {
	if name == "id" {
		return "_id"
	}
	return name
}

// filter compiles a filter. Every value follows an operator, so that none is read as one.
func (s *shape) filter(f document.Filter) (bson.D, error) {
	switch f := f.(type) {
	case nil:
		return bson.D{}, nil
	case document.All:
		if len(f) == 0 {
			return bson.D{}, nil
		}
		return s.join("$and", f)
	case document.Any:
		if len(f) == 0 {
			return bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: bson.A{}}}}}, nil
		}
		return s.join("$or", f)
	case document.Not:
		return s.join("$nor", []document.Filter{f.Filter})
	case document.Where:
		return s.compare(f)
	case document.Scan:
		return s.filter(f.Filter)
	case document.Fact:
		return factFilter(f)
	}
	return nil, fmt.Errorf("collection %s: the filter %T is not known", s.collection.Name, f)
}

func (s *shape) join(operator string, parts []document.Filter) (bson.D, error) {
	all := make(bson.A, len(parts))
	for i, part := range parts {
		d, err := s.filter(part)
		if err != nil {
			return nil, err
		}
		all[i] = d
	}
	return bson.D{{Key: operator, Value: all}}, nil
}

var operators = map[document.Comparison]string{
	document.Eq: "$eq", document.Ne: "$ne", document.Lt: "$lt", document.Lte: "$lte", document.Gt: "$gt", document.Gte: "$gte", document.Has: "$eq",
}

func (s *shape) compare(w document.Where) (bson.D, error) {
	kind, ok := s.collection.Kind(w.Field)
	if !ok {
		return nil, fmt.Errorf("collection %s: the field %q is not declared", s.collection.Name, w.Field)
	}
	fits := kind != document.Texts && kind != document.Bytes
	if w.Op == document.Has || w.Op == document.HasPrefix {
		fits, kind = kind == document.Texts, document.Text
	}
	if w.Op == document.Prefix || w.Op == document.Contains {
		fits = kind == document.Text
	}
	if !fits {
		return nil, fmt.Errorf("collection %s: the field %q cannot be compared so", s.collection.Name, w.Field)
	}
	condition, err := compare(w, kind)
	if err != nil {
		return nil, fmt.Errorf("collection %s, field %s: %w", s.collection.Name, w.Field, err)
	}
	return bson.D{{Key: field(w.Field), Value: condition}}, nil
}

func compare(w document.Where, kind document.Kind) (bson.D, error) {
	if w.Op == document.In {
		return in(w.Value, kind)
	}
	value, err := encodeValue(w.Value, kind)
	if err != nil {
		return nil, err
	}
	switch w.Op {
	case document.Prefix:
		return prefix(value.(string)), nil
	case document.HasPrefix:
		return pattern("^", value.(string)), nil
	case document.Contains:
		return pattern("", value.(string)), nil
	}
	return bson.D{{Key: operators[w.Op], Value: value}}, nil
}

func in(list any, kind document.Kind) (bson.D, error) {
	v := reflect.ValueOf(list)
	if v.Kind() != reflect.Slice {
		return nil, fmt.Errorf("a list is needed, not %T", list)
	}
	values := make(bson.A, v.Len())
	for i := range values {
		var err error
		if values[i], err = encodeValue(v.Index(i).Interface(), kind); err != nil {
			return nil, err
		}
	}
	return bson.D{{Key: "$in", Value: values}}, nil
}

// prefix asks for a range, which an index answers, where a regular expression would have to be trusted.
func prefix(text string) bson.D {
	d := bson.D{{Key: "$gte", Value: text}}
	if end := document.PrefixEnd(text); end != "" {
		d = append(d, bson.E{Key: "$lt", Value: end})
	}
	return d
}

// pattern asks for a text that contains another or, of an array or a text, for one that begins so. A range would be met by
// two different texts of an array, one for each end, unless it stood in an $elemMatch, which FerretDB reads as wrongly; a
// pattern that is anchored and quoted is answered from the same range of the index.
func pattern(anchor, text string) bson.D {
	p := anchor + strings.ReplaceAll(regexp.QuoteMeta(text), "\x00", `\x00`) // BSON ends patterns at a zero byte
	return bson.D{{Key: "$regex", Value: bson.Regex{Pattern: p}}}
}

// encodeValue turns a filter's or a change's value into what its field holds.
func encodeValue(value any, kind document.Kind) (any, error) {
	v := reflect.ValueOf(value)
	switch {
	case kind == document.Time && v.IsValid() && v.Type() == timeType:
		return bson.NewDateTimeFromTime(value.(time.Time)), nil
	case kind == document.Bytes && v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		return v.Bytes(), nil
	case kind == document.Text && v.Kind() == reflect.String:
		return v.String(), nil
	case kind == document.Bool && v.Kind() == reflect.Bool:
		return v.Bool(), nil
	case kind == document.Int && v.CanInt():
		return v.Int(), nil
	}
	return nil, fmt.Errorf("a %T is not a value of this field", value)
}

// change compiles an update.
func (s *shape) change(change document.Change) (bson.D, error) {
	var d, set, add bson.D
	for _, name := range slices.Sorted(maps.Keys(change.Set)) {
		kind, ok := s.collection.Kind(name)
		if !ok || kind == document.Texts || name == "id" {
			return nil, fmt.Errorf("collection %s: the field %q cannot be set", s.collection.Name, name)
		}
		value, err := encodeValue(change.Set[name], kind)
		if err != nil {
			return nil, fmt.Errorf("collection %s, field %s: %w", s.collection.Name, name, err)
		}
		set = append(set, bson.E{Key: name, Value: value})
	}
	for _, name := range slices.Sorted(maps.Keys(change.Add)) {
		if kind, ok := s.collection.Kind(name); !ok || kind != document.Int {
			return nil, fmt.Errorf("collection %s: nothing can be added to the field %q", s.collection.Name, name)
		}
		add = append(add, bson.E{Key: name, Value: change.Add[name]})
	}
	if set != nil {
		d = append(d, bson.E{Key: "$set", Value: set})
	}
	if add != nil {
		d = append(d, bson.E{Key: "$inc", Value: add})
	}
	if d == nil {
		return nil, fmt.Errorf("collection %s: the change is empty", s.collection.Name)
	}
	return d, nil
}
