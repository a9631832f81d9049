package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// What is committed stands in the write-ahead log until a checkpoint copies it into the file. Commits wait neither for the
// disk nor for checkpoints: once a second a goroutine forces the log to the disk, and checkpoints it on a reading connection
// when it has grown long. Only a log that the goroutine cannot keep up with is checkpointed by a commit.
const (
	tidyEvery  = time.Second // also how much a power cut may undo
	usualLog   = 4000        // pages not yet copied from which on a checkpoint pays
	longLog    = 16000       // pages from which on the log is begun again
	lastResort = 4 * longLog // pages from which on a commit copies them

	manyDocs = 1000             // from here on a write is one of many documents
	manyEnds = 10 * time.Second // after the last of them it is over

	// Other programs look every tenth of a second whether they may write and give up after ten seconds; nothing tells that one
	// waits. On a busy machine one found no gap between the transactions of an import for 8 s, so it is given one.
	gapEvery = 4 * time.Second
	gap      = 120 * time.Millisecond
)

// keepTidy looks after the log every second until the engine is closed.
func (e *Engine) keepTidy(log string) {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for {
		select {
		case <-e.closed:
			return
		case now := <-tick.C:
			if e.written.Swap(false) {
				e.syncLog(log)
				e.shortenLog()
			}
			if last := e.lastMany.Load(); last != nil && now.Sub(*last) > manyEnds {
				e.endMany()
			}
		}
	}
}

// syncLog forces the log to the disk. The next to write is told of a failure, so that nobody builds on what may be lost.
func (e *Engine) syncLog(log string) {
	if err := e.force(log); err != nil && !errors.Is(err, os.ErrNotExist) { // it is missing right after a checkpoint has emptied it
		err = fmt.Errorf("force the log %s to the disk: %w", log, err)
		e.syncError.Store(&err)
	}
}

// syncFile has everything that anybody has written to a file reach the disk.
func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// shortenLog checkpoints a long log. The log begins again with the commit after one that left nothing in it to copy: a very
// long one is copied once more, and the little that came meanwhile while nobody writes. What fails is left to the commits.
func (e *Engine) shortenLog() {
	if pages, copied := e.checkpoint(e.readers, "NOOP"); pages-copied < usualLog {
		return
	}
	if pages, _ := e.checkpoint(e.readers, "PASSIVE"); pages > longLog {
		e.checkpoint(e.readers, "PASSIVE")
		e.checkpoint(e.writer, "PASSIVE")
	}
}

// checkpoint runs a checkpoint on one of some connections and returns how many pages the log has and how many of them are in
// the file.
func (e *Engine) checkpoint(by chan *conn, mode string) (pages, copied int64) {
	_ = e.lend(context.Background(), by, "checkpoint the log", func(c *conn) error {
		return c.query("PRAGMA wal_checkpoint("+mode+")", nil, func(row *row) error {
			pages, copied = row.Int(1), row.Int(2)
			return nil
		})
	})
	return pages, copied
}

// manyAdded notes that many documents were added: memory for more of them is kept for a while.
func (e *Engine) manyAdded(ctx context.Context, docs int) {
	if docs < manyDocs {
		return
	}
	now := time.Now()
	e.lastMany.Store(&now)
	last := e.lastGap.Load()
	if last == nil {
		e.lastGap.CompareAndSwap(nil, &now)
	} else if now.Sub(*last) > gapEvery && e.lastGap.CompareAndSwap(last, &now) {
		select {
		case <-time.After(gap):
		case <-ctx.Done():
		}
	}
}

// endMany frees it.
func (e *Engine) endMany() {
	e.lastMany.Store(nil)
	e.lastGap.Store(nil)
	e.tables.Range(func(_, t any) bool { t.(*table).dropBatches(); return true })
}
