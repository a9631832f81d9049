package sqlite

import (
	"context"
	"time"

	sqlite3 "modernc.org/sqlite/lib"
)

// A commit after which the log has so many pages folds it into the file, so that it can begin again, and waits for the disk.
// While many documents are added another connection folds beside. The log can begin again when nothing of it is left to
// fold: once it is long, that connection folds what came while it did, and then the rest while nobody writes.
const (
	usualLog   = 4000
	longLog    = 16000
	lastResort = 4 * longLog // while the other connection does it

	manyDocs  = 1000             // from here on a write is one of many documents
	foldEvery = 16000            // so many of them
	manyEnds  = 10 * time.Second // after the last of them it is over
)

// foldAt sets after how many pages a commit folds the log.
func (c *conn) foldAt(pages int32) {
	if c.foldedAt != pages {
		sqlite3.Xsqlite3_wal_autocheckpoint(c.tls, c.db, pages)
		c.foldedAt = pages
	}
}

// logLength is how long the log may grow at the moment.
func (e *Engine) logLength() int32 {
	if e.many.Load() {
		return lastResort
	}
	return usualLog
}

// foldBeside has the log folded when many documents were added.
func (e *Engine) foldBeside(docs int) {
	if docs < manyDocs {
		return
	}
	e.many.Store(true)
	if e.unfolded.Add(int64(docs)) < foldEvery {
		return
	}
	e.unfolded.Store(0)
	select {
	case e.grown <- struct{}{}:
	default:
	}
}

// keepFolding folds the log whenever it has grown, until the engine is closed. What does not succeed is left to the commits.
func (e *Engine) keepFolding() {
	over := time.NewTicker(manyEnds)
	defer over.Stop()
	last := int64(0)
	for {
		select {
		case <-e.closed:
			return
		case <-over.C:
			if now := e.unfolded.Load(); now != last {
				last = now
			} else if e.many.Load() {
				e.endMany()
			}
		case <-e.grown:
			last = -1
			if e.fold(e.readers) > longLog {
				e.fold(e.readers)
				e.fold(e.writer)
			}
		}
	}
}

// fold folds as much of the log as can be by one of some connections and says how many pages the log has.
func (e *Engine) fold(by chan *conn) int64 {
	pages := int64(0)
	_ = e.lend(context.Background(), by, "fold the log", func(c *conn) error {
		return c.query(context.Background(), "PRAGMA wal_checkpoint(PASSIVE)", nil, func(row *row) error {
			pages = row.integer(1)
			return nil
		})
	})
	return pages
}

// endMany goes back to what is usual.
func (e *Engine) endMany() {
	e.many.Store(false)
	e.tables.Range(func(_, t any) bool { t.(*table).dropBatches(); return true })
}
