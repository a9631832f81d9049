package sqlite

import (
	"context"
	"errors"
	"time"
)

// Deleted rows are overwritten in the file as they go (secure_delete), so nothing of them is left in it. What the log
// beside the file holds of them goes when it is folded into the file and cut to nothing.

var errStillRead = errors.New("somebody is still reading what was deleted")

// scrubPatience is how long Scrub waits for readers.
const scrubPatience = 5 * time.Second

// Scrub folds the log into the file and empties it.
func (e *Engine) Scrub(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, scrubPatience)
	defer cancel()
	return e.alone(ctx, "overwrite what was deleted", func(c *conn) error {
		busy := true
		err := c.query("PRAGMA wal_checkpoint(TRUNCATE)", nil, func(r *row) error {
			busy = r.Int(0) != 0
			return nil
		})
		if err == nil && busy {
			err = errStillRead
		}
		return err
	})
}
