package sqlite

import "context"

// A commit after which the log has 8000 pages folds it into the file, so that it can begin again. While many documents are
// added, most of that is done beside by another connection, and what a commit has to wait for is only the rest.
const (
	manyDocs  = 1000 // from here on a write is one of many documents
	foldEvery = 8000 // so many documents
)

// foldBeside has the log folded when many documents were added.
func (e *Engine) foldBeside(docs int) {
	if docs < manyDocs || e.unfolded.Add(int64(docs)) < foldEvery {
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
	for {
		select {
		case <-e.closed:
			return
		case <-e.grown:
		}
		_ = e.read(context.Background(), "fold the log", func(c *conn) error {
			_, err := c.exec(context.Background(), "PRAGMA wal_checkpoint(PASSIVE)")
			return err
		})
	}
}
