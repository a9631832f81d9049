package datadir

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A process that sends or imports locks a file in the data folder for as long as it lives, named as the process is in its
// leases. The operating system gives the lock back however the process ends, so the next one on the folder knows at once that
// a killed one is gone, and does not wait for its leases to run out or its imports to fall silent.

// Process is one process among those that share a store.
type Process struct {
	Name   string // as it is in leases
	folder string
	unlock func()
}

// runningFolder is where the locked files stand.
const runningFolder = "running"

// NewProcess names this process. Where the data folder cannot be used, others have to wait for its leases.
func NewProcess(dataDir string) *Process {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	id := rand.Text()[:12]
	p := &Process{Name: fmt.Sprintf("%s/%d/%s", host, os.Getpid(), id), folder: filepath.Join(dataDir, runningFolder)}
	if Prepare(p.folder) == nil {
		p.forgetEnded()
		p.unlock, _ = Lock(filepath.Join(p.folder, id))
	}
	return p
}

// Ended reports whether a process is known to have ended: it had a file here and no longer holds it.
func (p *Process) Ended(name string) bool {
	id := name[strings.LastIndexByte(name, '/')+1:]
	path := filepath.Join(p.folder, id)
	if name == p.Name || id == "" || strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
		return false
	}
	if _, err := os.Stat(path); err != nil {
		return false // of another folder, or too long ago
	}
	unlock, err := Lock(path)
	if err != nil {
		return false
	}
	unlock()
	return true
}

// InUse reports whether a process that sends or imports is alive on the folder.
func InUse(dataDir string) bool {
	folder := filepath.Join(dataDir, runningFolder)
	entries, _ := os.ReadDir(folder) // where there is none, nobody is
	for _, e := range entries {
		unlock, err := Lock(filepath.Join(folder, e.Name()))
		if errors.Is(err, ErrLocked) {
			return true
		}
		if err == nil {
			unlock()
		}
	}
	return false
}

// forgetEnded removes the files of processes that ended long ago: their leases have run out by themselves.
func (p *Process) forgetEnded() {
	entries, err := os.ReadDir(p.folder)
	if err != nil {
		return
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && time.Since(info.ModTime()) > 24*time.Hour && p.Ended("/"+e.Name()) {
			_ = os.Remove(filepath.Join(p.folder, e.Name()))
		}
	}
}

// Close says that this process has ended in good order and holds nothing any more.
func (p *Process) Close() error {
	if p.unlock == nil {
		return nil
	}
	path := filepath.Join(p.folder, p.Name[strings.LastIndexByte(p.Name, '/')+1:])
	err := os.Remove(path)
	p.unlock()
	p.unlock = nil
	if errors.Is(err, os.ErrNotExist) || os.PathSeparator == '\\' { // there an open file cannot be removed; it is forgotten later
		return nil
	}
	return err
}
