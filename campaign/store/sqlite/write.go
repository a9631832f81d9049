package sqlite

import (
	"context"
	"errors"
	"fmt"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
)

// Replace writes doc over the one with its id if that is still at the given version.
func (e *Engine) Replace(ctx context.Context, c *document.Collection, doc any, version int64) error {
	t, err := e.table(c)
	if err != nil {
		return err
	}
	defer t.changes.Add(1)
	return e.write(ctx, "change "+c.Name, func(conn *conn) error {
		w := newWriter(conn, t)
		n, err := w.replace(doc, version)
		if err == nil && n == 0 {
			return campaign.Errorf(campaign.Conflict, "somebody else changed this record of %s meanwhile: look at it again", c.Name)
		}
		return err
	})
}

// Upsert writes doc whether or not one with its id exists.
func (e *Engine) Upsert(ctx context.Context, c *document.Collection, doc any) error {
	t, err := e.table(c)
	if err != nil {
		return err
	}
	defer t.changes.Add(1)
	return e.write(ctx, "write "+c.Name, func(conn *conn) error {
		w := newWriter(conn, t)
		return w.upsert(doc)
	})
}

// Update makes one change to every document a filter fits.
func (e *Engine) Update(ctx context.Context, c *document.Collection, f document.Filter, change document.Change) (int64, error) {
	t, err := e.table(c)
	if err != nil {
		return 0, err
	}
	if len(change.Set) == 0 && len(change.Add) == 0 {
		return e.Count(ctx, c, f)
	}
	defer t.changes.Add(1)
	var n int64
	err = e.write(ctx, "change "+c.Name, func(conn *conn) error {
		w := newWriter(conn, t)
		n, err = w.update(f, change)
		return err
	})
	return n, err
}

// Delete removes every document a filter fits.
func (e *Engine) Delete(ctx context.Context, c *document.Collection, f document.Filter) (int64, error) {
	t, err := e.table(c)
	if err != nil {
		return 0, err
	}
	defer t.changes.Add(1)
	var n int64
	err = e.write(ctx, "delete from "+c.Name, func(conn *conn) (err error) {
		n, err = newWriter(conn, t).delete(f)
		return err
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// Bulk does several writes in order in one transaction.
func (e *Engine) Bulk(ctx context.Context, c *document.Collection, ops []document.Op) (int64, error) {
	t, err := e.table(c)
	if err != nil {
		return 0, err
	}
	defer t.changes.Add(1)
	var fitted int64
	err = e.write(ctx, "write "+c.Name, func(conn *conn) error {
		w := newWriter(conn, t)
		for len(ops) > 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			n, done, err := w.do(ops)
			if err != nil {
				return err
			}
			fitted, ops = fitted+n, ops[done:]
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return fitted, nil
}

func conflict(c *document.Collection) error {
	return campaign.Errorf(campaign.Conflict, "there is such a record in %s already", c.Name)
}

// writer runs the writes of one transaction on one table and reuses what they need.
type writer struct {
	conn  *conn
	table *table
	query *query // reused
	args  []any
}

func newWriter(conn *conn, t *table) *writer {
	return &writer{conn: conn, table: t, query: t.query()}
}

// do does the first write, or all the inserts at the beginning, and returns how many documents they fitted and how many writes
// it did.
func (w *writer) do(ops []document.Op) (fitted int64, done int, err error) {
	op := ops[0]
	switch {
	case op.Insert != nil:
		var docs []any
		for _, op := range ops {
			if op.Insert == nil {
				break
			}
			docs = append(docs, op.Insert)
		}
		fitted, err = w.insert(docs)
		return fitted, len(docs), err
	case op.Upsert != nil:
		err = w.upsert(op.Upsert)
	case op.Replace != nil:
		fitted, err = w.replace(op.Replace, op.Version)
	case op.Where == nil:
		err = errors.New("a write of a bulk has nothing to do")
	default:
		fitted, err = w.update(op.Where, op.Change)
	}
	return fitted, 1, err
}

// insert adds those documents whose ids are not taken.
func (w *writer) insert(docs []any) (int64, error) {
	batches, err := w.table.batches(docs)
	if err != nil {
		return 0, err
	}
	defer freeAll(batches)
	return insertAll(w.conn, w.table.skip, batches)
}

func (w *writer) upsert(doc any) error {
	args, err := w.table.encode(doc, w.args[:0])
	if err != nil {
		return err
	}
	w.args = args
	before, err := w.read(document.ByID(args[0].(string)))
	if err != nil {
		return err
	}
	row := int64(0)
	if len(before) > 0 {
		row = before[0].Row
	} else if w.table.index != nil {
		changes, err := w.conn.changesOf(w.table)
		if err != nil {
			return err
		}
		row = changes.Next()
	}
	if w.table.index != nil {
		args = append(args, row)
	}
	if _, err := w.conn.exec(w.table.upsert, args...); err != nil {
		if isTaken(err) {
			return conflict(w.table.collection)
		}
		return err
	}
	return w.wrote(before, row, doc)
}

// replace writes doc over the one with its id if that is still at a version, and returns how many it replaced.
func (w *writer) replace(doc any, version int64) (int64, error) {
	if i := w.table.position("version"); i < 0 || w.table.columns[i].kind != document.Int {
		return 0, fmt.Errorf("collection %s has no version to replace at", w.table.collection.Name)
	}
	var err error
	if w.args, err = w.table.encode(doc, w.args[:0]); err != nil {
		return 0, err
	}
	id := w.args[0].(string)
	before, err := w.read(document.ByID(id))
	if err != nil {
		return 0, err
	}
	w.args = append(w.args, id, version)
	n, err := w.conn.exec(w.table.replace, w.args[1:]...)
	if isTaken(err) {
		return 0, conflict(w.table.collection)
	}
	if err != nil || n == 0 || len(before) == 0 {
		return n, err
	}
	return n, w.wrote(before, before[0].Row, doc)
}

func (w *writer) update(f document.Filter, change document.Change) (int64, error) {
	q := w.query
	q.begin("UPDATE ", w.table.name, " SET ")
	if err := q.change(change); err != nil {
		return 0, err
	}
	if err := q.where(f); err != nil {
		return 0, err
	}
	before, err := w.read(f)
	if err != nil {
		return 0, err
	}
	n, err := w.conn.exec(w.conn.known(q.sql.Bytes()), q.args...)
	if isTaken(err) {
		return 0, conflict(w.table.collection)
	}
	if err != nil || len(before) == 0 {
		return n, err
	}
	after, err := w.readAgain(before)
	if err != nil {
		return 0, err
	}
	return n, w.touch(before, after)
}

func (w *writer) delete(f document.Filter) (int64, error) {
	q := w.table.query("DELETE FROM ", w.table.name)
	if err := q.where(f); err != nil {
		return 0, err
	}
	before, err := w.read(f)
	if err != nil {
		return 0, err
	}
	n, err := w.conn.exec(q.sql.String(), q.args...)
	if err != nil {
		return 0, err
	}
	return n, w.touch(before, nil)
}

// change writes the assignments of an update, in the order of the columns so that equal changes are equal statements.
func (q *query) change(change document.Change) error {
	wanted := len(change.Set) + len(change.Add)
	written := 0
	for i := 1; i < len(q.t.columns) && written < wanted; i++ {
		c := &q.t.columns[i]
		set, isSet := change.Set[c.name]
		add, isAdd := change.Add[c.name]
		if !isSet && !isAdd {
			continue
		}
		if written > 0 {
			q.sql.WriteByte(',')
		}
		written++
		if err := q.assign(c, set, isSet, add, isAdd); err != nil {
			return err
		}
	}
	if written == 0 || written < wanted {
		return fmt.Errorf("collection %s: the change is empty, or sets what is not declared", q.t.collection.Name)
	}
	return nil
}

func (q *query) assign(c *column, set any, isSet bool, add int64, isAdd bool) error {
	switch {
	case isSet && isAdd:
		return fmt.Errorf("collection %s: the field %q is set and added to at once", q.t.collection.Name, c.name)
	case isSet && c.kind == document.Texts:
		return fmt.Errorf("collection %s: the field %q cannot be set", q.t.collection.Name, c.name)
	case isAdd && c.kind != document.Int:
		return fmt.Errorf("collection %s: nothing can be added to the field %q", q.t.collection.Name, c.name)
	}
	q.sql.WriteString(c.quoted)
	q.sql.WriteByte('=')
	if isAdd {
		q.sql.WriteString(c.quoted)
		q.add("+?", add)
		return nil
	}
	value, err := encodeValue(set, c.kind)
	if err != nil {
		return fmt.Errorf("collection %s, field %s: %w", q.t.collection.Name, c.name, err)
	}
	q.add("?", value)
	return nil
}
