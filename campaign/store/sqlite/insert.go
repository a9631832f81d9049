package sqlite

import (
	"context"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
)

// Insert adds documents. At the first that is taken it stops; what stands before it is kept.
func (e *Engine) Insert(ctx context.Context, c *document.Collection, docs ...any) error {
	t, err := e.table(c)
	if err != nil {
		return err
	}
	batches, err := t.batches(docs)
	if err != nil {
		return err
	}
	defer t.wrote(true)
	defer freeAll(batches)
	var taken error
	err = e.write(ctx, "add to "+c.Name, func(conn *conn) error {
		_, err := insertAll(conn, t.insert, batches)
		if campaign.CodeOf(err) == campaign.Conflict {
			taken, err = err, nil
		}
		return err
	})
	return firstError(err, taken)
}

// InsertNew adds those documents whose id and unique fields are not taken.
func (e *Engine) InsertNew(ctx context.Context, c *document.Collection, docs ...any) (int64, error) {
	insert, err := e.PrepareInsert(ctx, c, docs...)
	if err != nil {
		return 0, err
	}
	return insert(ctx)
}

// PrepareInsert does all of InsertNew that can be done before the file is written to, so that documents are encoded while
// others are written.
func (e *Engine) PrepareInsert(_ context.Context, c *document.Collection, docs ...any) (func(context.Context) (int64, error), error) {
	t, err := e.table(c)
	if err != nil {
		return nil, err
	}
	batches, err := t.batches(docs)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (added int64, err error) {
		defer t.wrote(true)
		defer freeAll(batches)
		err = e.write(ctx, "add to "+c.Name, func(conn *conn) error {
			added, err = insertAll(conn, t.ignore, batches)
			return err
		})
		if err != nil {
			return 0, err
		}
		e.manyAdded(ctx, len(docs))
		return added, nil
	}, nil
}

func freeAll(batches []*batch) {
	for _, b := range batches {
		b.free()
	}
}

// insertAll adds documents by a statement and says how many it added. It stops at the first that is taken, with a Conflict,
// unless the statement passes over such; what was added before is indexed all the same.
func insertAll(conn *conn, sql string, batches []*batch) (int64, error) {
	var all int64
	for _, b := range batches {
		added, taken := b.insert(conn, sql)
		all += added
		if taken != nil && campaign.CodeOf(taken) != campaign.Conflict {
			return 0, taken
		}
		if added > 0 {
			if err := b.index(conn); err != nil {
				return 0, err
			}
		}
		if taken != nil {
			return all, taken
		}
	}
	return all, nil
}

// insert adds the documents of a batch.
func (b *batch) insert(conn *conn, sql string) (int64, error) {
	if err := b.beginBlock(conn); err != nil {
		return 0, err
	}
	s, err := conn.prepare(sql)
	if err != nil {
		return 0, err
	}
	var added int64
	for n := range b.docs() {
		cells, texts := b.document(n)
		if added == 0 && b.first > 0 {
			cells[len(cells)-1] = cell{kind: isNumber, number: b.first}
		}
		err := s.run(cells, texts)
		if isTaken(err) {
			return added, conflict(b.table.collection)
		}
		if err != nil {
			return added, err
		}
		if conn.Changes() > 0 {
			added++
			b.rows[n] = conn.LastInsertRowID()
		}
	}
	return added, nil
}

// index has the indexes find the documents that were added.
func (b *batch) index(conn *conn) error {
	if err := b.columns.write(conn, b.rows); err != nil {
		return err
	}
	if err := b.table.enterKept(conn, b.lowest()); err != nil {
		return err
	}
	for n, i := range b.table.side {
		if err := b.gathered[n].write(conn, &b.table.columns[i], b.rows); err != nil {
			return err
		}
	}
	return nil
}
