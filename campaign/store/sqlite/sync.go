package sqlite

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// syncEvery is how often the log is forced to the disk when commits do not wait for it: what a power cut may undo. SQLite
// alone would do so only when it folds the log into the file, which may be hours later.
const syncEvery = time.Second

// keepSyncing forces the log to the disk again and again until the engine is closed. What fails is told to the next who
// writes, so that nobody builds on what may not be there.
func (e *Engine) keepSyncing(path string) {
	tick := time.NewTicker(syncEvery)
	defer tick.Stop()
	for {
		select {
		case <-e.closed:
			return
		case <-tick.C:
		}
		if !e.unsynced.Swap(false) {
			continue
		}
		if err := e.force(path + "-wal"); err != nil && !errors.Is(err, os.ErrNotExist) { // it is not there when it has just been folded in
			err = fmt.Errorf("force the log of the database %s to the disk: %w", path, err)
			e.syncError.Store(&err)
		}
	}
}

// syncFile has everything written to a file so far, by anybody, reach the disk.
func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
