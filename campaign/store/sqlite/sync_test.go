package sqlite

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLogReachesTheDisk has what was written forced to the disk by itself, and a disk that fails told to the next writer.
func TestLogReachesTheDisk(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "x.db")
	e, err := Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	forced := make(chan string, 1)
	broken := errors.New("input/output error")
	write := func() error {
		return e.write(ctx, "write", func(c *conn) error {
			_, err := c.exec("CREATE TABLE IF NOT EXISTS t(id TEXT)")
			return err
		})
	}
	// Nothing was written yet, so that nobody reads the function while it is replaced.
	e.force = func(name string) error {
		forced <- name
		return broken
	}
	if err := write(); err != nil {
		t.Fatal(err)
	}
	if name := <-forced; name != path+"-wal" {
		t.Errorf("%s was forced to the disk", name)
	}
	told := false
	for !told { // the error is kept right after the function has given it
		if err := write(); err != nil {
			told = errors.Is(err, broken) && strings.Contains(err.Error(), path)
			if !told {
				t.Fatal(err)
			}
		}
		select {
		case <-forced:
		default:
		}
	}
	go func() {
		for range forced {
		}
	}()
	if err := e.Close(ctx); err != nil {
		t.Fatal(err)
	}
	close(forced)
	if err := syncFile(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	if err := syncFile(path); err != nil {
		t.Error(err)
	}
}
