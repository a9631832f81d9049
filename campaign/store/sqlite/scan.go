package sqlite

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/bits"
	"reflect"
	"slices"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// scan answers a filter from the columns, for all rows at once, in one read transaction.
type scan struct {
	ctx    context.Context
	conn   *conn
	table  *table
	engine *Engine
	words  int // of a set
	names  map[string]int64
	all    rowBits
	cache  *scanCache

	otherChanges map[*table]int64 // of all tables, before the transaction began

	lastRow int64     // the highest row there is
	changes int64     // the count of what makes kept sets wrong, -1 until it is asked
	made    []keptSet // what is to be kept
}

// eval gives the rows a filter fits. The set may be a remembered one: it is not to be changed.
func (s *scan) eval(f document.Filter) (rowBits, error) {
	switch f := f.(type) {
	case nil:
		return s.everything()
	case document.Scan:
		return s.eval(f.Filter)
	case document.All:
		return s.join(f, true)
	case document.Any:
		return s.join(f, false)
	case document.Not:
		inner, err := s.eval(f.Filter)
		if err != nil {
			return nil, err
		}
		out, err := s.everything()
		return without(out, inner), err
	case document.Sum:
		return s.sum(f)
	}
	if related, ok := f.(document.Related); ok {
		return s.relatedCached(related)
	}
	key := filterKey(f)
	if known, ok := s.cache.found[key]; ok {
		return known, nil
	}
	out, err := s.leaf(f)
	if err == nil {
		remember(s.cache.found, key, out)
	}
	return out, err
}

func filterKey(f document.Filter) string {
	if r, ok := f.(document.Related); ok {
		return fmt.Sprintf("%s %s %#v", r.Collection.Name, r.Field, r.Filter)
	}
	return fmt.Sprintf("%#v", f)
}

func (s *scan) join(parts []document.Filter, all bool) (rowBits, error) {
	var out rowBits
	if all {
		everything, err := s.everything()
		if err != nil {
			return nil, err
		}
		out = slices.Clone(everything)
	} else {
		out = make(rowBits, s.words)
	}
	for _, part := range parts {
		b, err := s.eval(part)
		if err != nil {
			return nil, err
		}
		for i := range out {
			if all {
				out[i] &= b[i]
			} else {
				out[i] |= b[i]
			}
		}
	}
	return out, nil
}

func without(a, b rowBits) rowBits {
	out := make(rowBits, len(a))
	for i := range out {
		out[i] = a[i] &^ b[i]
	}
	return out
}

// everything gives all rows: every document has an id.
func (s *scan) everything() (rowBits, error) {
	if s.all != nil {
		return s.all, nil
	}
	out := make(rowBits, s.words)
	err := s.column(s.table.scannedNames[0], func([]byte) bool { return true }, out)
	s.all = out
	return out, err
}

// column adds the rows whose value of a column fits.
func (s *scan) column(name string, fits func(value []byte) bool, into rowBits) error {
	id, ok := s.names[name]
	if !ok {
		return nil
	}
	var values [][]byte
	var fitting [chunkRows + 1]bool
	return s.conn.query("SELECT id,data FROM "+s.table.chunks+" WHERE id>=? AND id<?", []any{id << 32, (id + 1) << 32}, func(row *row) error {
		var slots []byte
		var err error
		values, slots, err = splitChunk(row.view(1), values[:0])
		if err != nil {
			return err
		}
		some := false
		for i, v := range values {
			fitting[i+1] = fits(v)
			some = some || fitting[i+1]
		}
		if some {
			addFitting(slots, slotWidth(len(values)), &fitting, into[(row.integer(0)&(1<<32-1))<<(chunkShift-6):])
		}
		return nil
	})
}

func addFitting(slots []byte, width int, fitting *[chunkRows + 1]bool, into rowBits) {
	for i := range chunkRows {
		slot := int(slots[i*width])
		if width == 2 {
			slot = int(binary.LittleEndian.Uint16(slots[2*i:]))
		}
		if fitting[slot] {
			into[i>>6] |= 1 << (i & 63)
		}
	}
}

func (s *scan) leaf(f document.Filter) (rowBits, error) {
	out := make(rowBits, s.words)
	switch f := f.(type) {
	case document.Fact:
		fits, err := factFits(f)
		if err != nil {
			return nil, err
		}
		return out, s.column(f.Key, fits, out)
	case document.Where:
		i := s.table.position(f.Field)
		if slices.Contains(s.table.scanned, i) {
			fits, err := s.table.whereFits(f, &s.table.columns[i])
			if err != nil {
				return nil, err
			}
			if known, err := s.indexed(f, out); err != nil || known {
				return out, err
			}
			return out, s.column(fieldColumn(f.Field), fits, out)
		}
		return out, s.others(f, out)
	}
	return nil, fmt.Errorf("collection %s: the filter %T is not known", s.table.collection.Name, f)
}

// indexed adds the rows of a comparison that an index of rows answers by itself, though the field has a column too.
func (s *scan) indexed(f document.Where, into rowBits) (bool, error) {
	set, exact, err := s.table.candidates(s.ctx, s.conn, f)
	if err != nil || set == nil || !exact {
		return false, err
	}
	into.add(set)
	return true, nil
}

// others adds the rows of a comparison with a field that has no column: by its index of rows, when there is one.
func (s *scan) others(f document.Where, into rowBits) error {
	set, err := s.table.fitting(s.ctx, s.conn, f)
	if err != nil {
		return err
	}
	into.add(set)
	return nil
}

// whereFits gives the test of a column's value for a comparison.
func (t *table) whereFits(w document.Where, c *column) (func([]byte) bool, error) {
	if _, err := t.checked(w); err != nil { // the same mistakes are mistakes here
		return nil, err
	}
	if w.Op == document.In {
		return inFits(w.Value)
	}
	value, err := columnValue(reflect.ValueOf(w.Value), c.kind)
	if w.Op == document.Has || w.Op == document.HasPrefix {
		return textsFit(w), nil
	}
	if err != nil {
		return nil, err
	}
	want := []byte(value)
	switch w.Op {
	case document.Eq:
		return func(v []byte) bool { return bytes.Equal(v, want) }, nil
	case document.Ne:
		return func(v []byte) bool { return !bytes.Equal(v, want) }, nil
	case document.Lt:
		return func(v []byte) bool { return bytes.Compare(v, want) < 0 }, nil
	case document.Lte:
		return func(v []byte) bool { return bytes.Compare(v, want) <= 0 }, nil
	case document.Gt:
		return func(v []byte) bool { return bytes.Compare(v, want) > 0 }, nil
	case document.Gte:
		return func(v []byte) bool { return bytes.Compare(v, want) >= 0 }, nil
	}
	if w.Op == document.Contains {
		return func(v []byte) bool { return bytes.Contains(v, want) }, nil
	}
	return func(v []byte) bool { return bytes.HasPrefix(v, want) }, nil
}

// checked compiles a comparison to learn whether it can be made.
func (t *table) checked(w document.Where) (*query, error) {
	q := t.query()
	return q, q.compare(w)
}

func inFits(list any) (func([]byte) bool, error) {
	v := reflect.ValueOf(list)
	want := make(map[string]bool, v.Len())
	for i := range v.Len() {
		want[v.Index(i).String()] = true
	}
	return func(v []byte) bool { return want[string(v)] }, nil
}

// textsFit looks at every one of several texts.
func textsFit(w document.Where) func([]byte) bool {
	want := []byte(reflect.ValueOf(w.Value).String())
	return anyText(func(text []byte) bool {
		return bytes.Equal(text, want) || w.Op == document.HasPrefix && bytes.HasPrefix(text, want)
	})
}

func anyText(fits func([]byte) bool) func([]byte) bool {
	return func(v []byte) bool {
		for len(v) > 0 {
			end := bytes.IndexByte(v, textEnd[0])
			if end < 0 {
				return false
			}
			if fits(v[:end]) {
				return true
			}
			v = v[end+1:]
		}
		return false
	}
}

func factFits(f document.Fact) (func([]byte) bool, error) {
	text, part, from, to := []byte(f.Text), []byte(f.Part), []byte(f.From), []byte(f.To)
	var fits func(v []byte) bool
	switch f.Op {
	case document.Known:
		return func([]byte) bool { return true }, nil
	case document.Exactly:
		fits = func(v []byte) bool { return bytes.Equal(v, text) }
	case document.Beginning:
		fits = func(v []byte) bool { return bytes.HasPrefix(v, text) }
	case document.Holding:
		fits = func(v []byte) bool {
			rest, ok := bytes.CutPrefix(v, text)
			return ok && bytes.Contains(rest, part)
		}
	case document.Within:
		if len(from) == 0 || len(from) != len(to) {
			return nil, fmt.Errorf("the fact %s is to be within no range", f.Key)
		}
		fits = func(v []byte) bool {
			rest, ok := bytes.CutPrefix(v, text)
			return ok && len(rest) == len(from) && bytes.Compare(rest, from) >= 0 && bytes.Compare(rest, to) <= 0
		}
	default:
		return nil, fmt.Errorf("the fact %s cannot be looked at so", f.Key)
	}
	return anyText(fits), nil
}

// sum adds weights up for all rows.
func (s *scan) sum(f document.Sum) (rowBits, error) {
	sums := make([]int64, s.words*64)
	for _, term := range f.Terms {
		b, err := s.eval(term.Filter)
		if err != nil {
			return nil, err
		}
		for i, w := range b {
			for ; w != 0; w &= w - 1 {
				sums[i<<6+bits.TrailingZeros64(w)] += term.Weight
			}
		}
	}
	all, err := s.everything()
	if err != nil {
		return nil, err
	}
	out := make(rowBits, s.words)
	for i, w := range all {
		for ; w != 0; w &= w - 1 {
			if bit := bits.TrailingZeros64(w); sums[i<<6+bit] >= f.AtLeast {
				out[i] |= 1 << bit
			}
		}
	}
	return out, nil
}
