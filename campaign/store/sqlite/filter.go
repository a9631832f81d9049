package sqlite

import (
	"bytes"
	"fmt"
	"math/bits"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// query compiles filters to SQL. Values are only ever bound, never written.
type query struct {
	t    *table
	sql  bytes.Buffer
	args []any
	plus string // "+" keeps columns from using their index, where something else finds the rows better
	cond bool   // there is a condition already
}

// usualQuery is how many bytes most statements have at most, and usualArgs how many arguments.
const usualQuery, usualArgs = 512, 16

func (t *table) query(parts ...string) *query {
	q := &query{t: t, args: make([]any, 0, usualArgs)}
	q.sql.Grow(usualQuery)
	q.begin(parts...)
	return q
}

// begin begins another statement in the memory of the one before.
func (q *query) begin(parts ...string) {
	q.sql.Reset()
	q.args, q.plus, q.cond = q.args[:0], "", false
	for _, p := range parts {
		q.sql.WriteString(p)
	}
}

// where adds the condition of a filter.
func (q *query) where(f document.Filter) error { return q.fitting(nil, f) }

// fitting adds the condition of a filter; rows, when any are given, are all that may fit.
func (q *query) fitting(rows []uint32, f document.Filter) error {
	if rows != nil {
		q.and()
		q.rowList(rows)
	}
	if f == nil {
		return nil
	}
	q.and()
	if rows != nil || pinsID(f) {
		q.plus = "+"
	}
	return q.filter(f)
}

// among adds the condition of a filter; candidates, if they are few enough of the rows, are all that may fit.
func (q *query) among(candidates found, f document.Filter) error {
	if candidates.exact {
		return q.fitting(candidates.rows.ToArray(), nil)
	}
	if rows := candidates.rows; rows != nil && (rows.IsEmpty() || candidates.len()*limits.share <= int(rows.Maximum())) {
		return q.fitting(rows.ToArray(), f)
	}
	return q.where(f)
}

// and goes on to a further condition.
func (q *query) and() {
	if q.cond {
		q.sql.WriteString(" AND ")
		return
	}
	q.cond = true
	q.sql.WriteString(" WHERE ")
}

// pins reports whether a filter names the ids, or the values of another unique field, that it wants.
func (t *table) pins(f document.Filter) bool {
	switch f := f.(type) {
	case document.Where:
		return (f.Op == document.Eq || f.Op == document.In) && (f.Field == "id" || t.unique(f.Field))
	case document.All:
		return slices.ContainsFunc(f, t.pins)
	}
	return false
}

// unique reports whether a field is unique by itself.
func (t *table) unique(field string) bool {
	return slices.ContainsFunc(t.collection.Indexes, func(x document.Index) bool { return x.Unique && len(x.Fields) == 1 && x.Fields[0] == field })
}

// pinsID reports whether a filter names the ids it wants.
func pinsID(f document.Filter) bool {
	switch f := f.(type) {
	case document.Where:
		return f.Field == "id" && (f.Op == document.Eq || f.Op == document.In)
	case document.All:
		return slices.ContainsFunc(f, pinsID)
	}
	return false
}

func (q *query) filter(f document.Filter) error {
	switch f := f.(type) {
	case nil:
		q.sql.WriteString("1")
		return nil
	case document.All:
		return q.join(f, " AND ", "1")
	case document.Any:
		return q.join(f, " OR ", "0")
	case document.Not:
		q.sql.WriteString("NOT ")
		return q.join(document.All{f.Filter}, "", "")
	case document.Where:
		return q.compare(f)
	}
	return fmt.Errorf("collection %s: the filter %T is not known", q.t.collection.Name, f)
}

func (q *query) join(parts []document.Filter, with, none string) error {
	if len(parts) == 0 {
		q.sql.WriteString(none)
		return nil
	}
	q.sql.WriteByte('(')
	for i, part := range parts {
		if i > 0 {
			q.sql.WriteString(with)
		}
		if err := q.filter(part); err != nil {
			return err
		}
	}
	q.sql.WriteByte(')')
	return nil
}

// operators follow the order of the comparisons.
var operators = [...]string{document.Eq: "=?", document.Ne: "<>?", document.Lt: "<?", document.Lte: "<=?", document.Gt: ">?", document.Gte: ">=?"}

func (q *query) compare(w document.Where) error {
	i := q.t.position(w.Field)
	if i < 0 {
		return fmt.Errorf("collection %s: the field %q is not declared", q.t.collection.Name, w.Field)
	}
	c := &q.t.columns[i]
	fits := c.kind != document.Texts && c.kind != document.Bytes
	if w.Op == document.Has || w.Op == document.HasPrefix {
		fits = c.kind == document.Texts
	}
	if w.Op == document.Prefix || w.Op == document.Contains {
		fits = c.kind == document.Text
	}
	if !fits {
		return fmt.Errorf("collection %s: the field %q cannot be compared so", q.t.collection.Name, w.Field)
	}
	if w.Op == document.Has || w.Op == document.HasPrefix {
		return q.has(w, c)
	}
	if i > 0 && w.Op != document.Contains {
		q.sql.WriteString(q.plus)
	}
	switch w.Op {
	case document.In:
		return q.in(w.Value, c)
	case document.Prefix:
		return q.prefix(c.quoted, w.Value)
	}
	value, err := encodeValue(w.Value, c.kind)
	if err != nil {
		return fmt.Errorf("collection %s, field %s: %w", q.t.collection.Name, w.Field, err)
	}
	if w.Op == document.Contains {
		q.add("instr("+c.quoted+",?)>0", value)
		return nil
	}
	if at, ok := w.Value.(time.Time); ok && w.Op == document.Gt && at.IsZero() {
		q.sql.WriteString(isSet(c.quoted)) // not bound, or no partial index would be used
		return nil
	}
	q.sql.WriteString(c.quoted)
	q.add(operators[w.Op], value)
	return nil
}

func (q *query) add(sql string, args ...any) {
	q.sql.WriteString(sql)
	q.args = append(q.args, args...)
}

// in compares with a list. A short one is bound value by value, its last value repeated up to a power of two so that there
// are few statements; a long one as one JSON text, which costs about twice as much a value.
func (q *query) in(list any, c *column) error {
	v := reflect.ValueOf(list)
	if v.Kind() != reflect.Slice {
		return fmt.Errorf("collection %s, field %s: a list is needed, not %T", q.t.collection.Name, c.name, list)
	}
	q.sql.WriteString(c.quoted)
	values := make([]any, v.Len())
	for i := range values {
		var err error
		if values[i], err = encodeValue(v.Index(i).Interface(), c.kind); err != nil {
			return fmt.Errorf("collection %s, field %s: %w", q.t.collection.Name, c.name, err)
		}
	}
	if n := len(values); n > 0 && n <= limits.bound {
		q.list(values)
		return nil
	}
	text, err := encodeJSON(values)
	if err != nil {
		return err
	}
	q.add(" IN (SELECT value FROM json_each(?))", text)
	return nil
}

// list writes a short list, of one value at least.
func (q *query) list(values []any) {
	n := len(values)
	width := 1 << bits.Len(uint(n-1))
	q.sql.WriteString(" IN (")
	q.sql.WriteString(manyMarks[:2*width-1])
	q.sql.WriteByte(')')
	q.args = append(slices.Grow(q.args, width), values...)
	for range width - n {
		q.args = append(q.args, values[n-1])
	}
}

var manyMarks = strings.Repeat("?,", limits.bound)

// has looks for one of the texts in the document itself: what an index of rows knows was asked of it before. A text as it
// is stored stands between quotation marks, which stand within no other; only a comma between two could be taken for one.
func (q *query) has(w document.Where, c *column) error {
	value, err := encodeValue(w.Value, document.Text)
	if err != nil {
		return fmt.Errorf("collection %s, field %s: %w", q.t.collection.Name, w.Field, err)
	}
	if text := value.(string); w.Op == document.Has && text != "," {
		q.add("instr("+c.quoted+",?)>0", string(appendText(nil, text)))
		return nil
	}
	q.sql.WriteString("EXISTS (SELECT 1 FROM json_each(" + c.quoted + ") WHERE ")
	if w.Op == document.Has {
		q.add("value=?", value)
	} else if err := q.prefix("value", value); err != nil {
		return err
	}
	q.sql.WriteByte(')')
	return nil
}

// prefix asks for a range of bytes: from the text itself up to the first text that no longer begins so.
func (q *query) prefix(name string, value any) error {
	text, err := encodeValue(value, document.Text)
	if err != nil {
		return err
	}
	from := text.(string)
	end := document.PrefixEnd(from)
	if end == "" {
		q.add(name+">=?", from)
		return nil
	}
	q.add("("+name+">=? AND "+name+"<?)", from, end)
	return nil
}

// encodeValue turns a filter's or a change's value into what its column holds. The first cases are what most values are:
// the others need reflection.
func encodeValue(value any, kind document.Kind) (any, error) {
	switch x := value.(type) {
	case string:
		if kind == document.Text {
			return value, nil
		}
	case int64:
		if kind == document.Int {
			return value, nil
		}
	case time.Time:
		if kind == document.Time {
			return x.UnixMilli(), nil
		}
	}
	v := reflect.ValueOf(value)
	switch {
	case kind == document.Bytes && v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		return v.Bytes(), nil
	case kind == document.Text && v.Kind() == reflect.String:
		return v.String(), nil
	case kind == document.Bool && v.Kind() == reflect.Bool:
		return encodeBool(v.Bool()), nil
	case kind == document.Int && v.CanInt():
		return v.Int(), nil
	}
	return nil, fmt.Errorf("a %T is not a value of this field", value)
}

// textOf returns a value that is a text, of whatever type.
func textOf(value any) (string, bool) {
	v := reflect.ValueOf(value)
	if v.Kind() != reflect.String {
		return "", false
	}
	return v.String(), true
}

// textsOf returns a list of texts.
func textsOf(list any) ([]string, bool) {
	v := reflect.ValueOf(list)
	if v.Kind() != reflect.Slice || v.Type().Elem().Kind() != reflect.String {
		return nil, false
	}
	out := make([]string, v.Len())
	for i := range out {
		out[i] = v.Index(i).String()
	}
	return out, true
}

// rowList binds rows: a short list one by one, a long one as text.
func (q *query) rowList(rows []uint32) {
	if len(rows) == 0 || len(rows) > limits.bound {
		text := append(make([]byte, 0, 8*len(rows)+2), '[')
		for i, r := range rows {
			if i > 0 {
				text = append(text, ',')
			}
			text = strconv.AppendUint(text, uint64(r), 10)
		}
		q.add(`"row" IN (SELECT value FROM json_each(?))`, string(append(text, ']')))
		return
	}
	values := make([]any, len(rows))
	for i, r := range rows {
		values[i] = int64(r)
	}
	q.sql.WriteString(`"row"`)
	q.list(values)
}
