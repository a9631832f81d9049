package sqlite

import (
	"context"
	"reflect"

	sqlite3 "modernc.org/sqlite/lib"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// Insert adds documents. At the first that is taken it stops; what stands before it is kept.
func (e *Engine) Insert(ctx context.Context, c *store.Collection, docs ...any) error {
	t, err := e.table(c)
	if err != nil {
		return err
	}
	defer t.wrote(true)
	var taken error
	err = e.write(ctx, "add to "+c.Name, func(conn *conn) error {
		_, err := t.insertAll(ctx, conn, t.insert, docs)
		if campaign.CodeOf(err) == campaign.Conflict {
			taken, err = err, nil
		}
		return err
	})
	return firstError(err, taken)
}

// InsertNew adds those documents whose id and unique fields are not taken.
func (e *Engine) InsertNew(ctx context.Context, c *store.Collection, docs ...any) (int64, error) {
	t, err := e.table(c)
	if err != nil {
		return 0, err
	}
	defer t.wrote(true)
	var added int64
	err = e.write(ctx, "add to "+c.Name, func(conn *conn) error {
		added, err = t.insertAll(ctx, conn, t.ignore, docs)
		return err
	})
	if err != nil {
		return 0, err
	}
	return added, nil
}

// encodeAhead is how many documents are encoded at a time while others are written.
const encodeAhead = 256

// encoded are the values of some documents' columns, one document after the other.
type encoded struct {
	args []any
	docs int
	err  error
}

// insertAll adds documents by a statement and says how many it added. It stops at the first that is taken, with a Conflict,
// unless the statement passes over such; what was added before is indexed all the same.
func (t *table) insertAll(ctx context.Context, conn *conn, sql string, docs []any) (int64, error) {
	b := batch{table: t, docs: docs, rows: make([]int64, len(docs)), gathered: make([]gatherer, len(t.side))}
	var added int64
	var taken error
	for part := range b.encode(len(docs) > encodeAhead) {
		if taken != nil {
			continue // the encoder is let run to its end
		}
		n, err := b.insert(ctx, conn, sql, part)
		added += n
		if err != nil {
			taken = err
		}
	}
	if taken != nil && campaign.CodeOf(taken) != campaign.Conflict {
		return 0, taken
	}
	if err := t.added(conn, b.entries, b.rows); err != nil {
		return 0, err
	}
	if err := t.enterKept(conn, b.lowest()); err != nil {
		return 0, err
	}
	for n, i := range t.side {
		if err := b.gathered[n].write(conn, &t.columns[i], b.rows); err != nil {
			return 0, err
		}
	}
	return added, taken
}

// batch is documents on their way into a table.
type batch struct {
	table    *table
	docs     []any
	rows     []int64 // that the documents became, 0 where they did not
	done     int
	gathered []gatherer
	entries  [][]entry // what the columns are to hold of each
}

// encode gives the values of the documents part by part and gathers what the indexes find them by. Many documents are
// encoded by another goroutine while those before them are written.
func (b *batch) encode(beside bool) <-chan encoded {
	parts := make(chan encoded, 4)
	run := func() {
		defer close(parts)
		for from := 0; from < len(b.docs); from += encodeAhead {
			part := encoded{docs: min(encodeAhead, len(b.docs)-from)}
			part.args = make([]any, 0, part.docs*(len(b.table.columns)+1))
			for n := from; n < from+part.docs && part.err == nil; n++ {
				if part.args, part.err = b.table.encode(b.docs[n], part.args); part.err == nil {
					part.err = b.gather(n)
				}
			}
			parts <- part
			if part.err != nil {
				return
			}
		}
	}
	if !beside { // one part
		run()
		return parts
	}
	go run() // insertAll goes through the parts to the end
	return parts
}

func (b *batch) gather(n int) error {
	doc := reflect.ValueOf(b.docs[n]).Elem()
	for i, column := range b.table.side {
		b.gathered[i].document(&b.table.columns[column], doc, n)
	}
	if !b.table.hasColumns() {
		return nil
	}
	entries, err := b.table.entries(doc, make([]entry, 0, 16))
	b.entries = append(b.entries, entries)
	return err
}

// insert adds the documents of a part.
func (b *batch) insert(ctx context.Context, conn *conn, sql string, part encoded) (int64, error) {
	if err := firstError(part.err, ctx.Err()); err != nil {
		return 0, err
	}
	var added int64
	width := len(part.args) / part.docs
	for i := range part.docs {
		n, err := conn.exec(context.Background(), sql, part.args[i*width:(i+1)*width]...)
		if isTaken(err) {
			return added, conflict(b.table.collection)
		}
		if err != nil {
			return added, err
		}
		if n > 0 {
			added++
			b.rows[b.done] = sqlite3.Xsqlite3_last_insert_rowid(conn.tls, conn.db)
		}
		b.done++
	}
	return added, nil
}
