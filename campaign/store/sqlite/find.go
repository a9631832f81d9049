package sqlite

import (
	"context"
	"fmt"
	"strings"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
)

// Get reads the document with an id.
func (e *Engine) Get(ctx context.Context, c *document.Collection, id string, into any) error {
	t, err := e.table(c)
	if err != nil {
		return err
	}
	doc, err := t.structOf(into)
	if err != nil {
		return err
	}
	found := false
	err = e.read(ctx, "read "+c.Name, func(conn *conn) error {
		return conn.query("SELECT "+t.list+" FROM "+t.name+" WHERE id=?", []any{id}, func(row *row) error {
			found = true
			return t.decode(row, doc)
		})
	})
	if err == nil && !found {
		return campaign.Errorf(campaign.NotFound, "there is no such record in %s", c.Name)
	}
	return err
}

// Find reads what a query finds, replacing the contents of the slice.
func (e *Engine) Find(ctx context.Context, c *document.Collection, query document.Query, into any) error {
	t, err := e.table(c)
	if err != nil {
		return err
	}
	slice, err := t.sliceOf(into)
	if err != nil {
		return err
	}
	if asksScan(query.Filter) {
		return e.scan(ctx, t, func(s *evaluator) error {
			return (&pager{conn: s.conn, table: t, scan: s, query: query, into: slice}).find()
		})
	}
	return e.read(ctx, "find "+c.Name, func(conn *conn) error {
		p := pager{conn: conn, table: t, query: query, into: slice}
		if t.index == nil {
			return p.find()
		}
		return conn.snapshot(p.find)
	})
}

// expected guesses how many documents a query finds: as many as it asks for, by its limit or by their values of a field.
func expected(q document.Query) int {
	if w, ok := q.Filter.(document.Where); ok && w.Op == document.In && q.Limit == 0 {
		values, _ := w.Value.([]string)
		return len(values)
	}
	return q.Limit
}

// orderBy adds the order.
func (q *query) orderBy(order []document.Order) {
	for i, o := range order {
		q.sql.WriteString([]string{" ORDER BY ", ","}[min(i, 1)] + quote(o.Field))
		if o.Desc {
			q.sql.WriteString(" DESC")
		}
	}
}

// order checks the order of a query and completes it with the id.
func (t *table) order(order []document.Order) ([]document.Order, error) {
	for i, o := range order {
		c := t.position(o.Field)
		if c < 0 || t.columns[c].kind == document.Texts || t.columns[c].kind == document.Bytes {
			return nil, fmt.Errorf("collection %s cannot be sorted by %q", t.collection.Name, o.Field)
		}
		if o.Field == "id" {
			return order[:i+1], nil
		}
	}
	return append(order[:len(order):len(order)], document.Order{Field: "id"}), nil
}

// after fits the documents after the last of the page before. In one direction that is a comparison of rows, which an index
// answers; in mixed ones the first field alone bounds the search.
func (q *query) after(order []document.Order, last []any) error {
	if len(last) != len(order) {
		return fmt.Errorf("collection %s: the page begins after %d values, the order has %d", q.t.collection.Name, len(last), len(order))
	}
	values, names := make([]any, len(order)), make([]string, len(order))
	mixed := false
	for i, o := range order {
		var err error
		if values[i], err = encodeValue(last[i], q.t.columns[q.t.position(o.Field)].kind); err != nil {
			return fmt.Errorf("collection %s, field %s: %w", q.t.collection.Name, o.Field, err)
		}
		names[i] = quote(o.Field)
		mixed = mixed || o.Desc != order[0].Desc
	}
	if !mixed {
		marks := strings.TrimSuffix(strings.Repeat("?,", len(names)), ",")
		q.add("("+strings.Join(names, ",")+")"+beyond(order[0])+"("+marks+")", values...)
		return nil
	}
	q.add("("+names[0]+beyond(order[0])+"= ? AND (", values[0])
	for i := range order {
		if i > 0 {
			q.sql.WriteString(" OR ")
		}
		for j := range i {
			q.add(names[j]+"=? AND ", values[j])
		}
		q.add(names[i]+beyond(order[i])+"?", values[i])
	}
	q.sql.WriteString("))")
	return nil
}

func beyond(o document.Order) string {
	if o.Desc {
		return "<"
	}
	return ">"
}

// take adds the documents that a statement answers to the slice. It makes room for a few first, since a look-up of many
// often finds none, and then for as many as are expected.
func (p *pager) take(sql string, args []any, expected int) error {
	return p.conn.query(sql, args, func(row *row) error {
		switch n := p.into.Len(); {
		case n < p.into.Cap():
		case n == 0:
			p.into.Grow(max(1, min(expected, 500)))
		default:
			p.into.Grow(max(n, expected-n))
		}
		n := p.into.Len()
		p.into.SetLen(n + 1)
		return p.table.decode(row, p.into.Index(n))
	})
}
