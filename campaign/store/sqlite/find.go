package sqlite

import (
	"context"
	"errors"
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
	if scans(query.Filter) {
		return e.scanFind(ctx, t, query, slice)
	}
	return e.read(ctx, "find "+c.Name, func(conn *conn) error {
		f := finder{ctx: ctx, conn: conn, table: t, query: query, into: slice}
		if len(t.side) == 0 {
			return f.find()
		}
		return conn.snapshot(f.find)
	})
}

// expected guesses how many documents a query finds: as many as it asks for, by its limit or by their ids.
func expected(q document.Query) int {
	if w, ok := q.Filter.(document.Where); ok && w.Field == "id" && w.Op == document.In && q.Limit == 0 {
		ids, _ := w.Value.([]string)
		return len(ids)
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

// after asks for what stands behind the last document of the page before. In the one common direction that is a
// comparison of rows, which an index answers; in mixed ones the first field alone bounds the search.
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

// Count says how many documents a filter fits.
func (e *Engine) Count(ctx context.Context, c *document.Collection, f document.Filter) (int64, error) {
	t, err := e.table(c)
	if err != nil {
		return 0, err
	}
	if scans(f) {
		return e.scanCount(ctx, t, f)
	}
	var n int64
	err = e.read(ctx, "count "+c.Name, func(conn *conn) error {
		return conn.snapshot(func() error {
			n, err = t.count(ctx, conn, f)
			return err
		})
	})
	if errors.Is(err, errScanned) {
		return e.scanCount(ctx, t, f)
	}
	return n, err
}

// errScanned says that a count is made sooner from the columns.
var errScanned = errors.New("many candidates are to be looked at")

// count counts what a filter fits: in the indexes of rows where they know it, else among the candidates.
func (t *table) count(ctx context.Context, conn *conn, f document.Filter) (int64, error) {
	q := t.query("SELECT count(*) FROM ", t.name)
	if err := q.where(f); err != nil { // also a filter that the indexes could answer may be wrong in another part
		return 0, err
	}
	set, exact, err := t.candidates(ctx, conn, f)
	switch {
	case err != nil:
		return 0, err
	case set != nil && exact:
		return int64(set.len()), nil
	case set != nil && set.len() > scannedFrom && t.hasColumns():
		return 0, errScanned
	case set != nil && set.len() <= countedApart:
		q = t.query("SELECT count(*) FROM ", t.name)
		if err := q.fitting(set.rows(), f); err != nil {
			return 0, err
		}
	}
	var n int64
	err = conn.query(q.sql.String(), q.args, func(row *row) error {
		n = row.integer(0)
		return nil
	})
	return n, err
}

// scannedFrom is from how many candidates on the columns of a table, if it has any, are gone through instead.
const scannedFrom = 20_000

// countedApart is how many candidates are counted one by one rather than by reading all documents.
const countedApart = 300_000
