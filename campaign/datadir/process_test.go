package datadir

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestProcessKnowsWhoHasEnded(t *testing.T) {
	dir := t.TempDir()
	a, b := NewProcess(dir), NewProcess(dir)
	if a.Name == b.Name || a.Ended(b.Name) || b.Ended(a.Name) || a.Ended(a.Name) {
		t.Errorf("%s and %s both run", a.Name, b.Name)
	}
	a.unlock() // as the operating system does when a process is killed
	a.unlock = nil
	if !b.Ended(a.Name) {
		t.Error("a killed process is not known to have ended")
	}
	elsewhere := NewProcess(t.TempDir())
	for _, name := range []string{elsewhere.Name, "", "host/1/", "host/1/../../etc/passwd", "host/1/" + strings.Repeat("A", 12), "."} {
		if b.Ended(name) {
			t.Errorf("%q is taken for one that has ended", name)
		}
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	left, err := os.ReadDir(filepath.Join(dir, runningFolder))
	if err != nil || len(left) != 1 {
		t.Errorf("%d files are left, %v", len(left), err)
	}
	old := time.Now().Add(-25 * time.Hour)
	must(t, os.Chtimes(filepath.Join(dir, runningFolder, left[0].Name()), old, old))
	c := NewProcess(dir)
	defer c.Close()
	if left, _ = os.ReadDir(filepath.Join(dir, runningFolder)); len(left) != 1 || c.Ended(a.Name) {
		t.Errorf("%d files after a day", len(left))
	}
	elsewhere.Close()
}

func TestProcessWithoutAFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "not a folder")
	n := NewProcess(file)
	if n.Ended("host/1/AAAA") || n.Close() != nil {
		t.Error("a process without a folder of its own cannot work")
	}
}
