package sqlite

import (
	"bytes"
	"fmt"
	"reflect"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/sqlite/index"
)

// comparisons test a value of a chunk against the one that is looked for.
var comparisons = map[document.Comparison]func(value, want []byte) bool{
	document.Eq: bytes.Equal, document.Has: bytes.Equal, document.Prefix: bytes.HasPrefix, document.HasPrefix: bytes.HasPrefix, document.Contains: bytes.Contains,
	document.Ne:  func(value, want []byte) bool { return !bytes.Equal(value, want) },
	document.Lt:  func(value, want []byte) bool { return bytes.Compare(value, want) < 0 },
	document.Lte: func(value, want []byte) bool { return bytes.Compare(value, want) <= 0 },
	document.Gt:  func(value, want []byte) bool { return bytes.Compare(value, want) > 0 },
	document.Gte: func(value, want []byte) bool { return bytes.Compare(value, want) >= 0 },
}

// whereFits returns the test of a comparison that is known to be a right one.
func whereFits(w document.Where, c *column) (func([]byte) bool, error) {
	compare := comparisons[w.Op]
	if values, ok := textsOf(w.Value); ok && w.Op == document.In {
		want := make(map[string]bool, len(values))
		for _, v := range values {
			want[v] = true
		}
		return func(v []byte) bool { return want[string(v)] }, nil
	}
	if text, ok := textOf(w.Value); ok && c.kind == document.Texts {
		return index.AnyText(func(v []byte) bool { return compare(v, []byte(text)) }), nil
	}
	value, err := chunkValue(reflect.ValueOf(w.Value), c.kind)
	want := []byte(value)
	return func(v []byte) bool { return compare(v, want) }, err
}

// factFits returns the test of a fact.
func factFits(f document.Fact) (func([]byte) bool, error) {
	text, part, from, to := []byte(f.Text), []byte(f.Part), []byte(f.From), []byte(f.To)
	switch f.Op {
	case document.Known:
		return func([]byte) bool { return true }, nil
	case document.Exactly:
		return index.AnyText(func(v []byte) bool { return bytes.Equal(v, text) }), nil
	case document.Beginning:
		return index.AnyText(func(v []byte) bool { return bytes.HasPrefix(v, text) }), nil
	case document.Holding:
		return index.AnyText(func(v []byte) bool { rest, ok := bytes.CutPrefix(v, text); return ok && bytes.Contains(rest, part) }), nil
	case document.Within:
		if len(from) == 0 || len(from) != len(to) {
			return nil, fmt.Errorf("the fact %s must be within a range", f.Key)
		}
		return index.AnyText(func(v []byte) bool {
			digits, ok := bytes.CutPrefix(v, text)
			return ok && len(digits) == len(from) && bytes.Compare(digits, from) >= 0 && bytes.Compare(digits, to) <= 0
		}), nil
	}
	return nil, fmt.Errorf("the fact %s cannot be looked at so", f.Key)
}
