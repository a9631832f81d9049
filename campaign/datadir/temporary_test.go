package datadir

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// What an ended process left is removed by the next one; what a running one uses, and what is not ours, is not.
func TestTemporaryFilesAreSwept(t *testing.T) {
	dir := t.TempDir()
	running, release, err := Temporary(dir)
	must(t, err)
	all := filepath.Dir(running)
	inUse := filepath.Join(running, "upload")
	write(t, inUse, "half an upload")
	killed := filepath.Join(all, "ABCDEFGHIJ23")
	must(t, os.Mkdir(killed, 0o700))
	write(t, killed+lockedEnd, "")
	write(t, filepath.Join(killed, "excelize-1"), "a workbook")
	unlocked := filepath.Join(all, "ABCDEFGHIJ24") // killed between the two steps
	must(t, os.Mkdir(unlocked, 0o700))
	write(t, filepath.Join(all, "letter.txt"), "somebody's")

	second, releaseSecond, err := Temporary(dir)
	if err != nil || second == running {
		t.Fatal(second, err)
	}
	for path, kept := range map[string]bool{inUse: true, second: true, killed: false, killed + lockedEnd: false, unlocked: false, filepath.Join(all, "letter.txt"): true} {
		if _, err := os.Stat(path); (err == nil) != kept {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
	}
	if info, err := os.Stat(second); runtime.GOOS != "windows" && (err != nil || info.Mode().Perm() != 0o700) {
		t.Errorf("%v %v", info.Mode(), err)
	}
	release()
	releaseSecond()
	if left, err := os.ReadDir(all); err != nil || len(left) != 1 {
		t.Errorf("left %v, %v", left, err)
	}
}
