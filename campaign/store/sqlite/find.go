package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

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
		return conn.query(ctx, "SELECT "+t.list+" FROM "+t.name+" WHERE id=?", []any{id}, func(row []driver.Value) error {
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
	slice.Set(reflect.MakeSlice(slice.Type(), 0, min(query.Limit, 500)))
	q, err := t.find(query)
	if err != nil {
		return err
	}
	return e.read(ctx, "find "+c.Name, func(conn *conn) error {
		return conn.query(ctx, q.sql.String(), q.args, func(row []driver.Value) error {
			n := slice.Len()
			slice.Grow(1)
			slice.SetLen(n + 1)
			return t.decode(row, slice.Index(n))
		})
	})
}

// find compiles a query.
func (t *table) find(from store.Query) (*query, error) {
	order, err := t.order(from.Order)
	if err != nil {
		return nil, err
	}
	f := from.Filter
	q := t.query("SELECT ", t.list, " FROM ")
	if lead, rest := t.leads(f, order); lead != nil {
		f, from.After = rest, q.lead(lead, from.After)
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

// lead puts a side table before the documents, from behind the last id of the page before; nothing of that is left to ask.
func (q *query) lead(w *store.Where, after []any) []any {
	q.add("(SELECT id AS side_id FROM "+q.t.columns[q.t.position(w.Field)].side+" WHERE value=?", w.Value)
	if len(after) == 1 {
		if id, ok := after[0].(string); ok {
			q.add(" AND id>?", id)
			after = nil
		}
	}
	q.sql.WriteString(") CROSS JOIN " + q.t.name + " ON id=side_id")
	return after
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
	q := t.query("SELECT count(*) FROM ", t.name)
	if err := q.where(f); err != nil {
		return 0, err
	}
	var n int64
	err = e.read(ctx, "count "+c.Name, func(conn *conn) error {
		return conn.query(ctx, q.sql.String(), q.args, func(row []driver.Value) error {
			n = row[0].(int64)
			return nil
		})
	})
	return n, err
}

// GroupCount counts the documents a filter fits by the values of some fields.
func (e *Engine) GroupCount(ctx context.Context, c *store.Collection, f store.Filter, fields ...string) (map[string]int64, error) {
	t, err := e.table(c)
	if err != nil {
		return nil, err
	}
	q, kinds, err := t.groups(f, fields)
	if err != nil {
		return nil, err
	}
	out := map[string]int64{}
	err = e.read(ctx, "count "+c.Name, func(conn *conn) error {
		return conn.query(ctx, q.sql.String(), q.args, func(row []driver.Value) error {
			parts := make([]string, len(kinds))
			for i, k := range kinds {
				parts[i] = groupKey(row[i], k)
			}
			out[strings.Join(parts, "\x00")] = row[len(kinds)].(int64)
			return nil
		})
	})
	return out, err
}

func (t *table) groups(f store.Filter, fields []string) (*query, []store.Kind, error) {
	if len(fields) == 0 {
		return nil, nil, errors.New("count by group: no field is named")
	}
	var kinds []store.Kind
	var names []string
	for _, name := range fields {
		i := t.position(name)
		if i < 0 || t.columns[i].kind == store.Bytes || t.columns[i].kind == store.Texts && (len(fields) > 1 || t.columns[i].side == "") {
			return nil, nil, fmt.Errorf("collection %s cannot be grouped by %q", t.collection.Name, name)
		}
		if side := t.columns[i].side; side != "" {
			return t.groupTexts(f, side)
		}
		kinds, names = append(kinds, t.columns[i].kind), append(names, quote(name))
	}
	list := strings.Join(names, ",")
	q := t.query("SELECT ", list, ",count(*) FROM ", t.name)
	if err := q.where(f); err != nil {
		return nil, nil, err
	}
	q.sql.WriteString(" GROUP BY " + list)
	return q, kinds, nil
}

// groupTexts counts by the single texts: a document counts under each of its own.
func (t *table) groupTexts(f store.Filter, side string) (*query, []store.Kind, error) {
	q := t.query("SELECT value,count(*) FROM ", side)
	if f != nil {
		q.sql.WriteString(" WHERE id IN (SELECT id FROM " + t.name)
		if err := q.where(f); err != nil {
			return nil, nil, err
		}
		q.sql.WriteString(")")
	}
	q.sql.WriteString(" GROUP BY value")
	return q, []store.Kind{store.Text}, nil
}

// groupKey prints a column's value as fmt.Sprint prints the field's.
func groupKey(value driver.Value, kind store.Kind) string {
	switch x := value.(type) {
	case int64:
		switch kind {
		case store.Bool:
			return strconv.FormatBool(x != 0)
		case store.Time:
			return time.UnixMilli(x).UTC().String()
		}
		return strconv.FormatInt(x, 10)
	case string:
		return x
	}
	return ""
}
