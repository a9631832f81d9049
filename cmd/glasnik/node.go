package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A process that sends or imports keeps a file in the data folder locked for as long as it lives, named as the process is named in
// its leases. The operating system gives the lock back when the process ends, however it ends; so the next one on the same
// folder knows at once that a killed one is gone, and does not wait for its leases to run out or its imports to be silent.

// node is this process among those that share a store.
type node struct {
	name   string
	folder string
	unlock func()
}

// runningFolder is where the locked files stand.
const runningFolder = "running"

// newNode names this process. Where the data folder cannot be used, others will have to wait for its leases.
func newNode(dataDir string) *node {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	id := rand.Text()[:12]
	n := &node{name: fmt.Sprintf("%s/%d/%s", host, os.Getpid(), id), folder: filepath.Join(dataDir, runningFolder)}
	if prepareDataDir(n.folder) == nil {
		n.forgetEnded()
		n.unlock, _ = lockFile(filepath.Join(n.folder, id))
	}
	return n
}

// ended reports whether a process is known to have ended: it had a file here and no longer holds it.
func (n *node) ended(name string) bool {
	id := name[strings.LastIndexByte(name, '/')+1:]
	path := filepath.Join(n.folder, id)
	if name == n.name || id == "" || strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
		return false
	}
	if _, err := os.Stat(path); err != nil {
		return false // of another folder, or too long ago
	}
	unlock, err := lockFile(path)
	if err != nil {
		return false
	}
	unlock()
	return true
}

// anybodyIn reports whether a process that sends or imports is alive on a data folder.
func anybodyIn(dataDir string) bool {
	folder := filepath.Join(dataDir, runningFolder)
	entries, _ := os.ReadDir(folder) // where there is none, nobody is
	for _, e := range entries {
		unlock, err := lockFile(filepath.Join(folder, e.Name()))
		if errors.Is(err, errLocked) {
			return true
		}
		if err == nil {
			unlock()
		}
	}
	return false
}

// forgetEnded removes the files of processes that ended long ago: their leases have run out by themselves.
func (n *node) forgetEnded() {
	entries, err := os.ReadDir(n.folder)
	if err != nil {
		return
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && time.Since(info.ModTime()) > 24*time.Hour && n.ended("/"+e.Name()) {
			_ = os.Remove(filepath.Join(n.folder, e.Name()))
		}
	}
}

// close says that this process has ended in good order and holds nothing any more.
func (n *node) close() error {
	if n.unlock == nil {
		return nil
	}
	path := filepath.Join(n.folder, n.name[strings.LastIndexByte(n.name, '/')+1:])
	err := os.Remove(path)
	n.unlock()
	n.unlock = nil
	if errors.Is(err, os.ErrNotExist) || os.PathSeparator == '\\' { // there an open file cannot be removed; it is forgotten later
		return nil
	}
	return err
}
