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
	first := int64(0)
	if b.table.index != nil {
		var err error
		if changes, err = conn.changesOf(b.table); err != nil {
			return 0, err
		}
		if first = changes.Next(); b.block != nil {
			first = (first + index.BlockRows - 1) &^ (index.BlockRows - 1)
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
			cells[len(cells)-1] = cell{kind: isNumber, number: first + added}
		}
		err := s.run(cells, texts)
		if err != nil && !isTaken(err) {
			return added, err
		}
		if err == nil && conn.Changes() > 0 {
			added++
			b.added[n] = true
		}
		if err != nil {
			return added, firstError(b.touch(conn, changes, first, added), conflict(b.table.collection))
		}
	}
	return added, b.touch(conn, changes, first, added)
}

// touch tells the index of the documents that were added, whose rows follow each other from the first on.
func (b *batch) touch(conn *conn, changes *index.Changes, first, added int64) error {
	if changes == nil || added == 0 {
		return nil
	}
	if b.block != nil && added == int64(b.docs()) {
		return changes.Take(b.block, first)
	}
	if b.block != nil { // they have other rows than in the block
		docs, err := b.table.documentsAbove(conn, first-1)
		changes.Touch(nil, docs)
		return err
	}
	docs, from := make([]index.Document, 0, added), 0
	for n, to := range b.entered {
		if b.added[n] {
			docs = append(docs, index.Document{Row: first + int64(len(docs)), Entries: b.entries[from:to]})
		}
		from = to
	}
	changes.Touch(nil, docs)
	return nil
}
