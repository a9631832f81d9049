package sqlite

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
)

// Replace writes doc over the one with its id if that is still at the given version.
func (e *Engine) Replace(ctx context.Context, c *document.Collection, doc any, version int64) error {
	t, err := e.table(c)
	if err != nil {
		return err
	}
	defer t.wrote(false)
	return e.write(ctx, "change "+c.Name, func(conn *conn) error {
		w := newWriter(conn, t)
		n, err := w.replace(doc, version)
		if err == nil && n == 0 {
			return campaign.Errorf(campaign.Conflict, "somebody else changed this record of %s meanwhile: look at it again", c.Name)
		}
		return firstError(err, w.flush())
	})
}

// Upsert writes doc whether or not one with its id exists.
func (e *Engine) Upsert(ctx context.Context, c *document.Collection, doc any) error {
	t, err := e.table(c)
	if err != nil {
		return err
	}
	defer t.wrote(true)
	return e.write(ctx, "write "+c.Name, func(conn *conn) error {
		w := newWriter(conn, t)
		return firstError(w.upsert(doc), w.flush())
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
	defer t.wrote(false)
	var n int64
	err = e.write(ctx, "change "+c.Name, func(conn *conn) error {
		w := newWriter(conn, t)
		n, err = w.update(ctx, f, change)
		return firstError(err, w.flush())
	})
	return n, err
}

// Delete removes every document a filter fits.
func (e *Engine) Delete(ctx context.Context, c *document.Collection, f document.Filter) (int64, error) {
	t, err := e.table(c)
	if err != nil {
		return 0, err
	}
	defer t.wrote(true)
	var n int64
	err = e.write(ctx, "delete from "+c.Name, func(conn *conn) error {
		old, err := t.readHeld(ctx, conn, f) // before, while the filter can still find them
		if err != nil {
			return err
		}
		q := t.query("DELETE FROM ", t.name)
		if err := q.where(f); err != nil {
			return err
		}
		_, err = t.tracked(ctx, conn, f, func() error {
			return t.following(ctx, conn, f, nil, func() (err error) {
				n, err = conn.exec(q.sql.String(), q.args...)
				return err
			})
		})
		if err != nil {
			return err
		}
		changes := setChanges{}
		for _, h := range old {
			changes.differ(t, h.row, h.values, nil)
		}
		return changes.write(conn, t)
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
	defer t.wrote(true)
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
		return w.flush()
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
	conn    *conn
	table   *table
	query   *query // reused
	args    []any
	changes setChanges // not written yet
}

func newWriter(conn *conn, t *table) *writer {
	return &writer{conn: conn, table: t, query: t.query(), changes: setChanges{}}
}

// flush writes what the indexes lack.
func (w *writer) flush() error {
	if len(w.changes) == 0 {
		return nil
	}
	return w.changes.write(w.conn, w.table)
}

// do does the first write, or all the inserts that stand together at the beginning, and says how many documents they
// fitted and how many writes it did.
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
		fitted, err = w.update(context.Background(), op.Where, op.Change)
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
	id := args[0].(string)
	old, err := w.table.readHeld(context.Background(), w.conn, document.ByID(id))
	if err != nil {
		return err
	}
	row := int64(0)
	is, err := w.table.tracked(context.Background(), w.conn, document.ByID(id), func() error {
		return w.table.followingOne(w.conn, args, func() error {
			_, err := w.conn.exec(w.table.upsert, args...)
			row = w.conn.LastInsertRowID()
			return err
		})
	})
	if isTaken(err) {
		return conflict(w.table.collection)
	}
	if err == nil && !is && w.table.hasColumns() {
		var entries []entry
		if entries, err = w.table.entries(reflect.ValueOf(doc).Elem(), nil); err == nil {
			err = firstError(w.conn.columnsOf(w.table).change(row, nil, entries), w.table.enterKept(w.conn, id))
		}
	}
	if err != nil || len(w.table.side) == 0 {
		return err
	}
	was := held{row: row}
	if len(old) > 0 {
		was = old[0]
	}
	w.changes.differ(w.table, was.row, was.values, w.table.holds(reflect.ValueOf(doc).Elem()))
	return nil
}

// replace writes doc over the one with its id if that is still at a version, and says whether it was.
func (w *writer) replace(doc any, version int64) (int64, error) {
	if i := w.table.position("version"); i < 0 || w.table.columns[i].kind != document.Int {
		return 0, fmt.Errorf("collection %s has no version to replace at", w.table.collection.Name)
	}
	var err error
	if w.args, err = w.table.encode(doc, w.args[:0]); err != nil {
		return 0, err
	}
	id := w.args[0].(string)
	old, err := w.table.readHeld(context.Background(), w.conn, document.ByID(id))
	if err != nil {
		return 0, err
	}
	w.args = append(w.args, id, version)
	var n int64
	_, err = w.table.tracked(context.Background(), w.conn, document.ByID(id), func() error {
		return w.table.followingOne(w.conn, w.args[:len(w.args)-2], func() (err error) {
			n, err = w.conn.exec(w.table.replace, w.args[1:]...)
			return err
		})
	})
	if isTaken(err) {
		return 0, conflict(w.table.collection)
	}
	if err == nil && n > 0 && len(old) > 0 {
		w.changes.differ(w.table, old[0].row, old[0].values, w.table.holds(reflect.ValueOf(doc).Elem()))
	}
	return n, err
}

func (w *writer) update(ctx context.Context, f document.Filter, change document.Change) (int64, error) {
	q := w.query
	q.begin("UPDATE ", w.table.name, " SET ")
	if err := q.change(change); err != nil {
		return 0, err
	}
	if err := q.where(f); err != nil {
		return 0, err
	}
	var old []held
	if w.table.indexes(change) {
		var err error
		if old, err = w.table.readHeld(ctx, w.conn, f); err != nil {
			return 0, err
		}
	}
	var n int64
	_, err := w.table.tracked(ctx, w.conn, f, func() error {
		return w.table.following(ctx, w.conn, f, w.table.newlyFollowed(change), func() (err error) {
			n, err = w.conn.exec(w.conn.known(q.sql.Bytes()), q.args...)
			return err
		})
	})
	if isTaken(err) {
		return 0, conflict(w.table.collection)
	}
	for _, h := range old {
		w.changes.differ(w.table, h.row, h.values, w.table.changed(h.values, change))
	}
	return n, err
}

// indexes reports whether a change is one of a column with an index of rows.
func (t *table) indexes(change document.Change) bool {
	for _, i := range t.side {
		if _, set := change.Set[t.columns[i].name]; set {
			return true
		}
	}
	return false
}

// changed gives what the indexes are to find a row by after a change.
func (t *table) changed(old map[int][]string, change document.Change) map[int][]string {
	now := maps.Clone(old)
	for _, i := range t.side {
		if value, set := change.Set[t.columns[i].name]; set {
			now[i], _ = t.columns[i].values([]byte(reflect.ValueOf(value).String())) // a text, or the change was refused
		}
	}
	return now
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
