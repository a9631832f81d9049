package main

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// What a process writes for a while only (uploads, unpacked workbooks) stands in a folder of its own under the data
// folder. Beside it is a file that the process keeps locked, so that the next one can tell what a killed one left from what
// is in use.

// temporaryFolder holds the folders of all processes on a data folder.
const temporaryFolder = "tmp"

// lockedEnd ends the name of the file that is locked as long as a process uses the folder beside it.
const lockedEnd = ".lock"

// ownTemporary removes what ended processes have left, and makes this process's own folder. release removes it again.
func ownTemporary(dataDir string) (folder string, release func(), err error) {
	all, err := filepath.Abs(filepath.Join(dataDir, temporaryFolder))
	if err == nil {
		err = prepareDataDir(all)
	}
	if err != nil {
		return "", nil, err
	}
	sweepTemporary(all)
	for range 10 {
		folder = filepath.Join(all, rand.Text()[:12])
		unlock, err := lockFile(folder + lockedEnd)
		if errors.Is(err, errLocked) {
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
	return "", nil, errLocked
}

// removeTemporary removes a folder and the file that is locked for it, while it is locked; some systems remove no open file,
// so it is tried again afterwards.
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
		if unlock, err := lockFile(folder + lockedEnd); err == nil {
			removeTemporary(folder, unlock)
		}
	}
}

// useTemporary has everything this process writes for a while stand in a folder of its own. It changes the environment, so
// only a process that is the program alone calls it. Where the data folder cannot be used the system's folder remains.
func (p *program) useTemporary(cfg config) (release func()) {
	if !p.alone {
		return func() {}
	}
	folder, release, err := ownTemporary(cfg.DataDir)
	if err != nil {
		newLogger(p.stderr, cfg).Warn("temporary files are kept in the system's folder, not in the data folder", "error", err)
		return func() {}
	}
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} { // the last two on Windows
		_ = os.Setenv(name, folder)
	}
	return release
}
