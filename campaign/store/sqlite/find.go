package sqlite

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// Get reads the document with an id.
func (e *Engine) Get(ctx context.Context, c *store.Collection, id string, into any) error {
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
		return conn.query(ctx, "SELECT "+t.list+" FROM "+t.name+" WHERE id=?", []any{id}, func(row *row) error {
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
func (e *Engine) Find(ctx context.Context, c *store.Collection, query store.Query, into any) error {
	t, err := e.table(c)
	if err != nil {
		return err
	}
	slice := reflect.ValueOf(into)
	if slice.Kind() != reflect.Pointer || slice.Elem().Kind() != reflect.Slice || slice.Elem().Type().Elem() != t.doc {
		return fmt.Errorf("collection %s keeps %s: a *[]%s is needed, not %T", c.Name, t.doc, t.doc, into)
	}
	slice = slice.Elem()
	slice.Set(reflect.MakeSlice(slice.Type(), 0, 0))
	return e.read(ctx, "find "+c.Name, func(conn *conn) error {
		q, err := t.find(conn, query)
		if err != nil {
			return err
		}
		return conn.query(ctx, q.sql.String(), q.args, func(row *row) error {
			n := slice.Len()
			if n == 0 {
				slice.Grow(min(expected(query), 500)) // at once, and not when nothing is found
			}
			slice.Grow(1)
			slice.SetLen(n + 1)
			return t.decode(row, slice.Index(n))
		})
	})
}

// expected guesses how many documents a query finds: as many as it asks for, by its limit or by their ids.
func expected(q store.Query) int {
	if w, ok := q.Filter.(store.Where); ok && w.Field == "id" && w.Op == store.In && q.Limit == 0 {
		ids, _ := w.Value.([]string)
		return len(ids)
	}
	return q.Limit
}

// find compiles a query.
func (t *table) find(conn *conn, from store.Query) (*query, error) {
	order, err := t.order(from.Order)
	if err != nil {
		return nil, err
	}
	f := from.Filter
	q := t.query("SELECT ", t.list, " FROM ")
	if from.Limit > 0 {
		q.conn = conn
	}
	if lead, rest := t.leads(f, order); lead != nil {
		if err := q.lead(lead, from.After); err != nil {
			return nil, err
		}
		f, from.After = rest, nil
		order = []store.Order{{Field: "side_id"}}
	} else {
		q.sql.WriteString(t.name)
	}
	if err := q.where(f); err != nil {
		return nil, err
	}
	if len(from.After) > 0 {
		if f == nil {
			q.sql.WriteString(" WHERE ")
		} else {
			q.sql.WriteString(" AND ")
		}
		if err := q.after(order, from.After); err != nil {
			return nil, err
		}
	}
	for i, o := range order {
		q.sql.WriteString([]string{" ORDER BY ", ","}[min(i, 1)] + quote(o.Field))
		if o.Desc {
			q.sql.WriteString(" DESC")
		}
	}
	if from.Limit > 0 {
		q.add(" LIMIT ?", int64(from.Limit))
	}
	return q, nil
}

// leads gives the first condition of a filter that asks for one of the texts of a side table, and the rest of the filter,
// when documents are wanted in the order of their ids: then the side table, which stands in that order for each text, leads
// to the documents page by page, and a page costs the same however many documents have the text.
func (t *table) leads(f store.Filter, order []store.Order) (*store.Where, store.Filter) {
	if len(order) != 1 || order[0].Desc {
		return nil, f
	}
	parts, ok := f.(store.All)
	if !ok {
		parts = store.All{f}
	}
	for i, part := range parts {
		w, ok := part.(store.Where)
		if !ok || w.Op != store.Has {
			continue
		}
		c := t.position(w.Field)
		text, isText := w.Value.(string)
		if c < 0 || t.columns[c].side == "" || !isText {
			continue
		}
		w.Value = text
		rest := append(append(store.All{}, parts[:i]...), parts[i+1:]...)
		return &w, rest
	}
	return nil, f
}

// lead puts a side table before the documents, from behind the last id of the page before.
func (q *query) lead(w *store.Where, after []any) error {
	q.add("(SELECT id AS side_id FROM "+q.t.columns[q.t.position(w.Field)].side+" WHERE value=?", w.Value)
	if len(after) > 1 {
		return fmt.Errorf("collection %s: the page begins after %d values, the order has 1", q.t.collection.Name, len(after))
	}
	for _, last := range after {
		id, err := encodeValue(last, store.Text)
		if err != nil {
			return fmt.Errorf("collection %s, field id: %w", q.t.collection.Name, err)
		}
		q.add(" AND id>?", id)
	}
	q.sql.WriteString(") CROSS JOIN " + q.t.name + " ON id=side_id")
	return nil
}

// order checks the order of a query and completes it with the id.
func (t *table) order(order []store.Order) ([]store.Order, error) {
	for i, o := range order {
		c := t.position(o.Field)
		if c < 0 || t.columns[c].kind == store.Texts || t.columns[c].kind == store.Bytes {
			return nil, fmt.Errorf("collection %s cannot be sorted by %q", t.collection.Name, o.Field)
		}
		if o.Field == "id" {
			return order[:i+1], nil
		}
	}
	return append(order[:len(order):len(order)], store.Order{Field: "id"}), nil
}

// after asks for what stands behind the last document of the page before. In the one common direction that is a
// comparison of rows, which an index answers; in mixed ones the first field alone bounds the search.
func (q *query) after(order []store.Order, last []any) error {
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

func beyond(o store.Order) string {
	if o.Desc {
		return "<"
	}
	return ">"
}

// Count says how many documents a filter fits.
func (e *Engine) Count(ctx context.Context, c *store.Collection, f store.Filter) (int64, error) {
	t, err := e.table(c)
	if err != nil {
		return 0, err
	}
	q, err := t.count(f)
	if err != nil {
		return 0, err
	}
	var n int64
	err = e.read(ctx, "count "+c.Name, func(conn *conn) error {
		return conn.query(ctx, q.sql.String(), q.args, func(row *row) error {
			n = row.integer(0)
			return nil
		})
	})
	return n, err
}

// count compiles a count; that of a text alone is one of its side table.
func (t *table) count(f store.Filter) (*query, error) {
	if all, ok := f.(store.All); ok && len(all) == 1 {
		f = all[0]
	}
	if w, ok := f.(store.Where); ok && w.Op == store.Has {
		if i := t.position(w.Field); i >= 0 && t.columns[i].side != "" {
			value, err := encodeValue(w.Value, store.Text)
			q := t.query("SELECT count(*) FROM ", t.columns[i].side, " WHERE ")
			q.add("value=?", value)
			return q, err
		}
	}
	q := t.query("SELECT count(*) FROM ", t.name)
	return q, q.where(f)
}
