package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestProcessKnowsWhoHasEnded(t *testing.T) {
	dir := t.TempDir()
	a, b := newNode(dir), newNode(dir)
	if a.name == b.name || a.ended(b.name) || b.ended(a.name) || a.ended(a.name) {
		t.Errorf("%s and %s both run", a.name, b.name)
	}
	a.unlock() // as the operating system does when a process is killed
	a.unlock = nil
	if !b.ended(a.name) {
		t.Error("a killed process is not known to have ended")
	}
	elsewhere := newNode(t.TempDir())
	for _, name := range []string{elsewhere.name, "", "host/1/", "host/1/../../etc/passwd", "host/1/" + strings.Repeat("A", 12), "."} {
		if b.ended(name) {
			t.Errorf("%q is taken for one that has ended", name)
		}
	}
	if err := b.close(); err != nil {
		t.Error(err)
	}
	left, err := os.ReadDir(filepath.Join(dir, runningFolder))
	if err != nil || len(left) != 1 {
		t.Errorf("%d files are left, %v", len(left), err)
	}
	old := time.Now().Add(-25 * time.Hour)
	if err := os.Chtimes(filepath.Join(dir, runningFolder, left[0].Name()), old, old); err != nil {
		t.Fatal(err)
	}
	c := newNode(dir)
	defer c.close()
	if left, _ = os.ReadDir(filepath.Join(dir, runningFolder)); len(left) != 1 || c.ended(a.name) {
		t.Errorf("%d files after a day", len(left))
	}
	elsewhere.close()
}

func TestProcessWithoutAFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "not a folder")
	n := newNode(file)
	if n.ended("host/1/AAAA") || n.close() != nil {
		t.Error("a process without a folder of its own cannot work")
	}
}
