package sqlite

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// pager reads the documents of one query. A page whose candidates are known is found in one of two ways. Sorting looks at
// every candidate, which is best of few; walking steps through the index of the page's order, past documents that
// are no candidates without reading them, and is best of many. A walk that meets too few, since the candidates stand together
// near the end of the order, is given up for sorting before it costs more.
type pager struct {
	conn  *conn
	table *table
	scan  *evaluator // answers the filter exactly; nil when it asks for no scan
	query document.Query
	into  reflect.Value // the slice
}

// page is a part of what a query asks for: of some candidates, in an order, from where and how many.
type page struct {
	candidates found
	order      []document.Order
	after      []any
	limit      int
}

func (p *pager) find() error {
	order, err := p.table.order(p.query.Order)
	if err != nil {
		return err
	}
	if len(p.query.After) > 0 && len(p.query.After) != len(order) {
		return fmt.Errorf("collection %s: the page begins after %d values, the order has %d", p.table.collection.Name, len(p.query.After), len(order))
	}
	candidates, err := p.candidates()
	if err != nil {
		return err
	}
	all := page{candidates, order, p.query.After, p.query.Limit}
	if c := &p.table.columns[p.table.position(order[0].Field)]; c.single() && all.limit > 0 {
		return p.readByValue(all, c)
	}
	return p.read(all)
}

func (p *pager) candidates() (found, error) {
	if p.scan != nil {
		rows, err := p.scan.whole(p.query.Filter)
		return found{rows, err == nil}, err
	}
	if err := p.table.query().where(p.query.Filter); err != nil { // candidates may be none to be wrong about
		return found{}, err
	}
	return p.table.candidates(p.conn, p.query.Filter)
}

// readByValue reads a page in the order of a field that has postings: value by value, those of each in the rest of the order.
func (p *pager) readByValue(all page, c *column) error {
	view, err := p.table.index.View(p.conn)
	if err != nil {
		return err
	}
	counts, err := view.Count(c.postings, all.candidates.rows)
	if err != nil {
		return err
	}
	values, desc, last := slices.Sorted(maps.Keys(counts)), all.order[0].Desc, any("")
	if desc {
		slices.Reverse(values)
	}
	if len(all.after) > 0 {
		if last, err = encodeValue(all.after[0], c.kind); err != nil {
			return fmt.Errorf("collection %s, field %s: %w", p.table.collection.Name, c.name, err)
		}
	}
	for _, value := range values {
		if len(all.after) > 0 && value != last && (value < last.(string)) != desc {
			continue
		}
		rows, err := view.Equal(c.postings, value)
		if err != nil {
			return err
		}
		part := page{found{rows, p.query.Filter == nil || all.candidates.exact}, all.order[1:], nil, all.limit - p.into.Len()}
		if all.candidates.rows != nil {
			rows.And(all.candidates.rows)
		}
		if len(all.after) > 0 && value == last {
			part.after = all.after[1:]
		}
		if err := p.read(part); err != nil || p.into.Len() >= all.limit {
			return err
		}
	}
	return nil
}

// read reads a page.
func (p *pager) read(from page) error {
	n := from.candidates.len()
	switch {
	case from.candidates.rows == nil, from.limit == 0 && n > limits.listed && p.scan == nil:
		from.candidates = found{}
		return p.readRows(nil, from)
	case n == 0:
		return nil
	case from.limit > 0 && n > max(from.limit, limits.walked) && p.table.ordered(from.order):
		before := p.into.Len()
		if err := p.walk(from, limits.stepsEach*n); err != errTooFar {
			return err
		}
		p.into.SetLen(before)
	}
	return p.readRows(from.candidates.rows.ToArray(), from)
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
		return len(x.Fields) == 1 && x.Fields[0] == order[0].Field && !x.Trigram && t.columns[t.position(x.Fields[0])].postings == ""
	})
}

var errEnough, errTooFar = errors.New("the page is full"), errors.New("the walk finds no end")

// walk steps through the index of the order and reads the documents of candidates, some at a time. It gives up
// with errTooFar after some steps.
func (p *pager) walk(from page, steps int) error {
	q := p.table.query(`SELECT "row" FROM `, p.table.name)
	if err := p.where(q, nil, page{candidates: found{exact: true}, order: from.order, after: from.after}); err != nil {
		return err
	}
	q.orderBy(from.order)
	size, full := max(2*from.limit, 64), p.into.Len()+from.limit
	rows := make([]uint32, 0, size)
	flush := func() error {
		err := p.readRows(rows, page{found{exact: from.candidates.exact}, from.order, nil, full - p.into.Len()})
		rows = rows[:0]
		if err == nil && p.into.Len() >= full {
			return errEnough
		}
		return err
	}
	err := p.conn.query(q.sql.String(), q.args, func(row *row) error {
		if n := uint32(row.Int(0)); from.candidates.rows.Contains(n) {
			rows = append(rows, n)
		}
		if steps--; steps == 0 {
			return errTooFar
		}
		if len(rows) == size {
			return flush()
		}
		return nil
	})
	if err == nil {
		err = flush()
	}
	if err == errEnough {
		return nil
	}
	return err
}

// where adds the conditions of a page: its rows, the filter unless the candidates are known to fit, and what it begins after.
func (p *pager) where(q *query, rows []uint32, from page) error {
	filter := p.query.Filter
	if from.candidates.exact {
		filter = nil
	}
	if err := q.fitting(rows, filter); err != nil {
		return err
	}
	if len(from.after) == 0 {
		return nil
	}
	q.and()
	return q.after(from.order, from.after)
}

// readRows reads the documents of a page, in order; of rows only, when there are any given.
func (p *pager) readRows(rows []uint32, from page) error {
	// Which documents make the page is found apart, without reading more of the others than the order needs. An index that
	// holds all a filter asks for is gone through so; one that leads to a row's number is in any case.
	key, apart := "id", from.limit > 0 && (!p.table.rowid || len(rows) > from.limit)
	if p.table.index != nil {
		key = `"row"`
	}
	q := p.table.query("SELECT ", p.table.list, " FROM ", p.table.name)
	if apart {
		q.sql.WriteString(" WHERE " + key + " IN (SELECT " + key + " FROM " + p.table.name)
	}
	if err := p.where(q, rows, from); err != nil {
		return err
	}
	q.orderBy(from.order)
	if from.limit > 0 {
		q.add(" LIMIT ?", int64(from.limit))
	}
	if apart {
		q.sql.WriteByte(')')
		q.orderBy(from.order)
	}
	return p.take(q.sql.String(), q.args, expected(p.query))
}
