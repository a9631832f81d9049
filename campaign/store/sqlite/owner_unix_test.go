//go:build unix

package sqlite

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// The file and what stands beside it can be read by their owner alone, whatever the folder, the umask, and the mode a file
// had before.
func TestTheFileIsItsOwnersAlone(t *testing.T) {
	before := syscall.Umask(0)
	defer syscall.Umask(before)
	folder := t.TempDir()
	if err := os.Chmod(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "open.db")
	for _, state := range []string{"new", "there already"} {
		if state != "new" {
			for _, end := range []string{"", "-wal", "-shm"} {
				if err := os.Chmod(path+end, 0o666); err != nil && !os.IsNotExist(err) {
					t.Fatal(err)
				}
			}
		}
		e, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		files, err := filepath.Glob(path + "*")
		if err != nil || len(files) < 3 {
			t.Errorf("%s: %v, %v", state, files, err)
		}
		for _, name := range files {
			info, err := os.Stat(name)
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %s has %v, %v", state, filepath.Base(name), info.Mode(), err)
			}
		}
		if err := e.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}
