package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/glasnik/glasnik/campaign/datadir"
)

// checkFolder sees whether the data folder can be written to.
func checkFolder(dir string) finding {
	f := finding{What: "data folder", Status: fail, Mend: "let the program write to it, or name another in " + prefix + "DATA_DIR"}
	if err := datadir.Prepare(dir); err != nil {
		f.Detail = err.Error()
		return f
	}
	probe, err := os.CreateTemp(dir, "doctor-*")
	if err != nil {
		f.Detail = err.Error()
		return f
	}
	probe.Close()
	os.Remove(probe.Name())
	return finding{What: "data folder", Status: fine, Detail: dir + " can be written to"}
}

// everybody is who may read a file that is open to all.
const everybody = "everybody on this machine"

// mostOpenFiles is how many files that others may read are named; the mend is for all of them.
const mostOpenFiles = 5

// checkOwners finds files with people's data or secrets that somebody else on this machine may read or write.
func checkOwners(cfg *config) []finding {
	const what = "who may read the data"
	open := openFiles(cfg.DataDir)
	if path := cfg.databaseFile(); path != "" && !inside(cfg.DataDir, path) {
		for _, end := range []string{"", "-wal", "-shm"} {
			open = append(open, openFiles(path+end)...)
		}
	}
	out := []finding{{what, fine, "the owner alone", ""}}
	if len(open) > 0 {
		named := open[:min(len(open), mostOpenFiles)]
		detail := strings.Join(named, "; ")
		if more := len(open) - len(named); more > 0 {
			detail += fmt.Sprintf("; and %d more", more)
		}
		var paths []string
		for _, o := range named {
			path, _, _ := strings.Cut(o, " can be read or written by ")
			paths = append(paths, "'"+path+"'")
		}
		out[0] = finding{What: what, Status: fail, Detail: detail, Mend: "take it from others: chmod go-rwx " + strings.Join(paths, " ")}
	}
	for _, path := range append([]string{".env"}, cfg.secretFiles...) {
		info, err := os.Stat(path)
		if err == nil && othersMay(info) == everybody && !strings.HasPrefix(path, "/run/secrets/") { // those of a container are its own
			out = append(out, finding{What: "who may read the settings", Status: warn, Detail: path + " can be read by " + everybody + ", and may hold passwords", Mend: "chmod o-rwx '" + path + "'"})
		}
	}
	return out
}

// openFiles names the files at or under a path that somebody else may use. Who cannot pass a folder cannot use what is in
// it, but the next copy of a file may stand elsewhere, so they are named all the same.
func openFiles(path string) (open []string) {
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
			open = append(open, name+" can be read or written by others")
		}
		if who := othersMay(info); who != "" && info.Mode().IsRegular() {
			open = append(open, name+" can be read or written by "+who)
		}
		return nil
	})
	return open
}

// inside reports whether a path is in a folder.
func inside(folder, path string) bool {
	f, err := filepath.Abs(folder)
	p, err2 := filepath.Abs(path)
	if err != nil || err2 != nil {
		return false
	}
	rel, err := filepath.Rel(f, p)
	return err == nil && filepath.IsLocal(rel)
}
