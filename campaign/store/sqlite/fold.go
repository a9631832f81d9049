package sqlite

import (
	"context"
	"time"

	sqlite3 "modernc.org/sqlite/lib"
)

// The log has to be folded into the file now and then, so that it can begin again. That waits for the disk, which nobody who
// writes should: another connection folds beside whenever the log has grown. The log can begin again when nothing of it is
// left to fold: once it is long, that connection folds what came while it did, and then the rest while nobody writes. Where
// nothing tells how long the log is, a commit folds it.
const (
	usualLog   = 4000 // pages
	longLog    = 16000
	lastResort = 4 * longLog // from here on a commit folds it in any case
	usualPage  = 4096 + frameHeader

	manyDocs = 1000             // from here on a write is one of many documents
	manyEnds = 10 * time.Second // after the last of them it is over

	// Other programs look every tenth of a second whether they may write, and give up after ten seconds: whoever adds many
	// documents lets them in now and then.
	letInEvery = 4 * time.Second
	letInFor   = 120 * time.Millisecond
)

// foldAt sets after how many pages a commit folds the log.
func (c *conn) foldAt(pages int32) { sqlite3.Xsqlite3_wal_autocheckpoint(c.tls, c.db, pages) }

// grew has the log folded when it has grown much since it was last; whoever holds the writing connection calls it.
func (e *Engine) grew(c *conn) {
	if c.log == nil {
		return
	}
	if c.log.end < e.foldedAt {
		e.foldedAt = 0 // the log has begun again
	}
	if c.log.end-e.foldedAt < usualLog*usualPage {
		return
	}
	e.foldedAt = c.log.end
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
			if now := e.added.Load(); now != last {
				last = now
			} else if e.many.Load() {
				e.endMany()
			}
		case <-e.grown:
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

// manyAdded notes that many documents were added: what that needs is kept ready for more of them.
func (e *Engine) manyAdded(docs int) {
	if docs < manyDocs {
		return
	}
	e.many.Store(true)
	e.added.Add(int64(docs))
	if last, now := e.letIn.Load(), time.Now().UnixNano(); now-last > int64(letInEvery) && e.letIn.CompareAndSwap(last, now) && last > 0 {
		time.Sleep(letInFor)
	}
}

// endMany lets go of it.
func (e *Engine) endMany() {
	e.many.Store(false)
	e.letIn.Store(0)
	e.tables.Range(func(_, t any) bool { t.(*table).dropBatches(); return true })
}
