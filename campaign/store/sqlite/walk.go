package sqlite

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strconv"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// How a page is found whose candidates are known. Collecting reads every candidate and sorts, which is best of few;
// walking steps through the index of the page's order, past documents that are no candidates without reading them, and
// is best of many. Collecting costs about ten times as much a candidate as walking costs a step, so that a walk which finds
// no end, since the candidates stand together far behind, may be given up for collecting at little loss.
const (
	walked    = 5_000  // from so many candidates on a page is walked to
	collected = 30_000 // of more than so many no walk is given up
	stepsEach = 2      // so many steps a candidate a walk takes before it is given up
)

// finder reads the documents of one query.
type finder struct {
	ctx   context.Context
	conn  *conn
	table *table
	query document.Query
	order []document.Order
	into  reflect.Value // the slice
	start int           // how many documents were in it before
}

// lacks is how many documents the page has room for.
func (f *finder) lacks() int { return f.query.Limit - (f.into.Len() - f.start) }

func (f *finder) find() error {
	var err error
	if f.order, err = f.table.order(f.query.Order); err != nil {
		return err
	}
	if w, ok := f.query.Filter.(document.Where); ok && f.namesMany(w) {
		return f.findEach(w)
	}
	if c := f.table.position(f.order[0].Field); f.table.columns[c].by == byValue && f.query.Limit > 0 {
		return f.findByValue(&f.table.columns[c])
	}
	set, exact, err := f.table.candidates(f.ctx, f.conn, f.query.Filter)
	if err != nil {
		return err
	}
	n := set.len()
	switch {
	case set == nil:
		return f.read(nil, f.query.After, f.query.Limit)
	case f.query.Limit == 0 && n > collected:
		return f.read(nil, f.query.After, 0)
	case f.query.Limit == 0:
		return f.read(set.rows(), f.query.After, 0)
	case n > walked && f.table.ordered(f.order):
		steps := 0
		if n <= collected {
			steps = stepsEach * n
		}
		if err := f.walk(set, exact, steps); err != errTooFar {
			return err
		}
		f.into.SetLen(f.start)
	}
	return f.collect(set.rows())
}

// manyNamed is how many documents are looked up one by one: a list of so many takes longer to hand over than to go through.
const manyNamed = 1024

// namesMany reports whether all that is asked for is a long list of ids or other unique values, in the order of the ids.
func (f *finder) namesMany(w document.Where) bool {
	values, ok := w.Value.([]string)
	return ok && w.Op == document.In && len(values) > manyNamed && f.table.pins(w) && len(f.order) == 1 && !f.order[0].Desc && f.query.Limit == 0 && f.query.After == nil
}

// findEach looks up each of a list of unique values.
func (f *finder) findEach(w document.Where) error {
	sql := "SELECT " + f.table.list + " FROM " + f.table.name + " WHERE " + quote(w.Field) + "=?"
	values := slices.Compact(slices.Sorted(slices.Values(w.Value.([]string))))
	for _, value := range values {
		if err := f.ctx.Err(); err != nil {
			return err
		}
		err := f.conn.query(sql, []any{value}, func(row *row) error {
			n := f.into.Len()
			if n == 0 {
				f.into.Grow(len(values)) // where one is there, mostly all are
			}
			f.into.SetLen(n + 1)
			return f.table.decode(row, f.into.Index(n))
		})
		if err != nil {
			return err
		}
	}
	id := func(i int) string { return f.into.Index(i).Field(f.table.columns[0].field).String() }
	if less := func(i, j int) bool { return id(i) < id(j) }; !sort.SliceIsSorted(f.into.Interface(), less) {
		sort.Slice(f.into.Interface(), less)
	}
	return nil
}

// findByValue finds a page in the order of a coarse field: value by value, those of each in the rest of the order.
func (f *finder) findByValue(c *column) error {
	desc, after := f.order[0].Desc, f.query.After
	if len(after) > 0 && len(after) != len(f.order) {
		return fmt.Errorf("collection %s: the page begins after %d values, the order has %d", f.table.collection.Name, len(after), len(f.order))
	}
	var values []string
	err := f.conn.query("SELECT DISTINCT value FROM "+c.side+" ORDER BY value"+[]string{"", " DESC"}[int(encodeBool(desc))], nil, func(row *row) error {
		values = append(values, row.text(0))
		return nil
	})
	if err != nil {
		return err
	}
	last := ""
	if len(after) > 0 {
		value, err := encodeValue(after[0], c.kind)
		if err != nil {
			return fmt.Errorf("collection %s, field %s: %w", f.table.collection.Name, c.name, err)
		}
		last = value.(string)
	}
	for _, value := range values {
		if len(after) > 0 && value != last && (value < last) != desc {
			continue
		}
		part := *f
		part.start = f.into.Len()
		part.query = document.Query{Filter: document.All{f.query.Filter, document.Equal(c.name, value)}, Order: f.order[1:], Limit: f.lacks()}
		if len(after) > 0 && value == last {
			part.query.After = after[1:]
		}
		if err := part.find(); err != nil || f.lacks() <= 0 {
			return err
		}
	}
	return nil
}

// ordered reports whether an index stands in an order: that of the id, or of one field and the id.
func (t *table) ordered(order []document.Order) bool {
	if len(order) == 1 {
		return true
	}
	if len(order) != 2 || order[0].Desc != order[1].Desc {
		return false
	}
	return slices.ContainsFunc(t.collection.Indexes, func(x document.Index) bool {
		return len(x.Fields) == 1 && x.Fields[0] == order[0].Field && !x.Trigram && t.columns[t.position(x.Fields[0])].by != byValue
	})
}

// collect finds which of the rows make the page, without reading more of them than the order needs, and reads those.
func (f *finder) collect(rows []int64) error {
	if len(rows) <= f.query.Limit {
		return f.read(rows, f.query.After, f.query.Limit)
	}
	q := f.table.query(`SELECT "row" FROM `, f.table.name)
	if err := q.fitting(rows, f.query.Filter); err != nil {
		return err
	}
	if len(f.query.After) > 0 {
		q.and()
		if err := q.after(f.order, f.query.After); err != nil {
			return err
		}
	}
	q.orderBy(f.order)
	q.add(" LIMIT ?", int64(f.query.Limit))
	page := make([]int64, 0, f.query.Limit)
	err := f.conn.query(q.sql.String(), q.args, func(row *row) error { page = append(page, row.integer(0)); return nil })
	if err != nil || len(page) == 0 {
		return err
	}
	return f.read(page, nil, f.query.Limit)
}

var errEnough, errTooFar = errors.New("the page is full"), errors.New("the walk finds no end")

// walk steps through the index of the order and reads the documents of candidates, a page's worth at a time. It gives up
// with errTooFar after some steps, if any are given.
func (f *finder) walk(set *rowSet, exact bool, steps int) error {
	if err := f.table.query().where(f.query.Filter); err != nil { // it may find nothing to be wrong about
		return err
	}
	q := f.table.query(`SELECT "row" FROM `, f.table.name)
	if len(f.query.After) > 0 {
		q.sql.WriteString(" WHERE ")
		if err := q.after(f.order, f.query.After); err != nil {
			return err
		}
	}
	q.orderBy(f.order)
	size := f.query.Limit
	if !exact {
		size = max(2*size, 64)
	}
	rows := make([]int64, 0, size)
	err := f.conn.query(q.sql.String(), q.args, func(row *row) error {
		if n := row.integer(0); set.has(n) {
			rows = append(rows, n)
		}
		if steps--; steps == 0 {
			return errTooFar
		}
		if len(rows) < size {
			return nil
		}
		err := f.read(rows, nil, f.lacks())
		rows = rows[:0]
		if err == nil && f.lacks() <= 0 {
			return errEnough
		}
		return err
	})
	if err == errEnough || err == nil && len(rows) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	return f.read(rows, nil, f.lacks())
}

// read reads, in order, the documents the filter fits; of rows only, when there are any given.
func (f *finder) read(rows []int64, after []any, limit int) error {
	// An index that holds all a filter asks for is gone through without looking at the documents only if nothing else of
	// them is wanted; one by a row's number does so in any case.
	apart := !f.table.rowid && limit > 0
	q := f.table.query("SELECT ", f.table.list, " FROM ", f.table.name)
	if apart {
		q.sql.WriteString(" WHERE id IN (SELECT id FROM " + f.table.name)
	}
	if err := q.fitting(rows, f.query.Filter); err != nil {
		return err
	}
	if len(after) > 0 {
		q.and()
		if err := q.after(f.order, after); err != nil {
			return err
		}
	}
	q.orderBy(f.order)
	if limit > 0 {
		q.add(" LIMIT ?", int64(limit))
	}
	if apart {
		q.sql.WriteByte(')')
		q.orderBy(f.order)
	}
	return f.conn.query(q.sql.String(), q.args, func(row *row) error {
		n := f.into.Len()
		if n == f.into.Cap() {
			f.into.Grow(max(1, min(expected(f.query), 500)))
		}
		f.into.SetLen(n + 1)
		return f.table.decode(row, f.into.Index(n))
	})
}

// rowList binds rows: a short list one by one, a long one as text.
func (q *query) rowList(rows []int64) {
	if len(rows) == 0 || len(rows) > longestIn {
		text := append(make([]byte, 0, 8*len(rows)+2), '[')
		for i, r := range rows {
			if i > 0 {
				text = append(text, ',')
			}
			text = strconv.AppendInt(text, r, 10)
		}
		q.add(`"row" IN (SELECT value FROM json_each(?))`, string(append(text, ']')))
		return
	}
	values := make([]any, len(rows))
	for i, r := range rows {
		values[i] = r
	}
	q.sql.WriteString(`"row"`)
	q.list(values)
}
