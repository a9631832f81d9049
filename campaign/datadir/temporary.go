package datadir

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Temporary files of a process (uploads, unpacked workbooks) are in a folder of its own under the data folder. The process
// locks a file beside it, so that the next one can tell what a killed one left from what is in use.

// temporaryFolder holds the folders of all processes on a data folder.
const temporaryFolder = "tmp"

// lockedEnd ends the name of the file that is locked as long as a process uses the folder beside it.
const lockedEnd = ".lock"

// Temporary removes what ended processes left, and makes this process's own folder. release removes it again.
func Temporary(dataDir string) (folder string, release func(), err error) {
	all, err := filepath.Abs(filepath.Join(dataDir, temporaryFolder))
	if err == nil {
		err = Prepare(all)
	}
	if err != nil {
		return "", nil, err
	}
	sweepTemporary(all)
	for range 10 {
		folder = filepath.Join(all, rand.Text()[:12])
		unlock, err := Lock(folder + lockedEnd)
		if errors.Is(err, ErrLocked) {
			continue // somebody is sweeping just now
		}
		if err != nil {
			return "", nil, err
		}
		_, err = os.Stat(folder + lockedEnd)
		if errors.Is(err, os.ErrNotExist) { // and took it away between opening and locking it
			unlock()
			continue
		}
		if err == nil {
			err = os.Mkdir(folder, 0o700)
		}
		release := func() { removeTemporary(folder, unlock) }
		if err != nil {
			release()
			return "", nil, err
		}
		return folder, release, nil
	}
	return "", nil, ErrLocked
}

// removeTemporary removes a folder and its locked file while it is locked; some systems remove no open file, so it tries again
// afterwards.
func removeTemporary(folder string, unlock func()) {
	_ = os.RemoveAll(folder)
	err := os.Remove(folder + lockedEnd)
	unlock()
	if err != nil {
		_ = os.Remove(folder + lockedEnd)
	}
}

// sweepTemporary removes the folders of processes that have ended.
func sweepTemporary(all string) {
	entries, _ := os.ReadDir(all) // what cannot be read now is swept another time
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), lockedEnd)
		if strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" || e.Type()&fs.ModeSymlink != 0 {
			continue // not one of ours
		}
		folder := filepath.Join(all, name)
		if unlock, err := Lock(folder + lockedEnd); err == nil {
			removeTemporary(folder, unlock)
		}
	}
}
