package datadir

import (
	"io/fs"
	"os"
	"path/filepath"
)

// CheckWritable makes a folder where there is none, and reports why no file can be made in it.
func CheckWritable(dir string) error {
	if err := Prepare(dir); err != nil {
		return err
	}
	probe, err := os.CreateTemp(dir, "doctor-*")
	if err != nil {
		return err
	}
	probe.Close()
	_ = os.Remove(probe.Name())
	return nil
}

// Everybody is who may read a file that is open to all.
const Everybody = "everybody on this machine"

// OpenFile is a file or a folder that somebody else on this machine may use.
type OpenFile struct{ Path, Who string }

// OpenToOthers returns the files at or under a path that somebody else may use. Who cannot pass a folder cannot use what is in
// it, but the next copy of a file may stand elsewhere, so they are returned all the same.
func OpenToOthers(path string) (open []OpenFile) {
	if behind, err := filepath.EvalSymlinks(path); err == nil {
		path = behind
	}
	_ = filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // gone meanwhile, or not ours to read
		}
		info, err := d.Info()
		if err != nil {
			return nil
		}
		if d.IsDir() && othersMayChange(info) {
			open = append(open, OpenFile{name, "others"})
		}
		if who := OthersMay(info); who != "" && info.Mode().IsRegular() {
			open = append(open, OpenFile{name, who})
		}
		return nil
	})
	return open
}

// Holds reports whether a path is in a folder.
func Holds(folder, path string) bool {
	f, err := filepath.Abs(folder)
	p, err2 := filepath.Abs(path)
	if err != nil || err2 != nil {
		return false
	}
	rel, err := filepath.Rel(f, p)
	return err == nil && filepath.IsLocal(rel)
}
