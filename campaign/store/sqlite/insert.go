package sqlite

import (
	"context"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/sqlite/index"

	"github.com/glasnik/glasnik/campaign"
)

// Insert adds documents. It stops at the first that is taken; those before it are added.
func (e *Engine) Insert(ctx context.Context, c *document.Collection, docs ...any) error {
	t, err := e.table(c)
	if err != nil {
		return err
	}
	batches, err := t.batches(docs)
	if err != nil {
		return err
	}
	defer t.changes.Add(1)
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
		defer t.changes.Add(1)
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

// insertAll adds documents by a statement and returns how many it added. It stops at the first that is taken, with a Conflict,
// unless the statement skips such; those added before are indexed all the same.
func insertAll(conn *conn, sql string, batches []*batch) (int64, error) {
	var all int64
	for _, b := range batches {
		added, err := b.insert(conn, sql)
		all += added
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// insert adds the documents of a batch and has the index find them.
func (b *batch) insert(conn *conn, sql string) (int64, error) {
	var changes *index.Changes
	row := int64(0)
	if b.table.index != nil {
		var err error
		if changes, err = conn.changesOf(b.table); err != nil {
			return 0, err
		}
		if row = changes.Next(); b.docs() >= index.BlockRows*3/4 {
			row = (row + index.BlockRows - 1) &^ (index.BlockRows - 1) // each part of a posting list is then written once
		}
	}
	s, err := conn.prepare(sql)
	if err != nil {
		return 0, err
	}
	var added int64
	for n := range b.docs() {
		cells, texts := b.document(n)
		if changes != nil {
			cells[len(cells)-1] = cell{kind: isNumber, number: row}
		}
		err := s.run(cells, texts)
		if err != nil && !isTaken(err) {
			return added, err
		}
		if err == nil && conn.Changes() > 0 {
			added++
			b.rows[n] = row
			row++
		}
		if err != nil {
			return added, firstError(b.touch(changes), conflict(b.table.collection))
		}
	}
	return added, b.touch(changes)
}

// touch tells the index of the documents that were added.
func (b *batch) touch(changes *index.Changes) error {
	if changes == nil {
		return nil
	}
	docs, from := make([]index.Document, 0, b.docs()), 0
	for n, to := range b.entered {
		if b.rows[n] > 0 {
			docs = append(docs, index.Document{Row: b.rows[n], Entries: b.entries[from:to]})
		}
		from = to
	}
	return changes.Touch(nil, docs)
}
