package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/glasnik/glasnik/campaign/datadir"
)

// checkFolder sees whether the data folder can be written to.
func checkFolder(dir string) finding {
	if err := datadir.CheckWritable(dir); err != nil {
		return finding{What: "data folder", Status: fail, Detail: err.Error(), Mend: "let the program write to it, or name another in " + prefix + "DATA_DIR"}
	}
	return finding{What: "data folder", Status: fine, Detail: dir + " can be written to"}
}

// mostOpenFiles is how many files that others may read are named; the mend is for all of them.
const mostOpenFiles = 5

// checkOwners finds files with people's data or secrets that somebody else on this machine may read or write.
func checkOwners(cfg *config) []finding {
	const what = "who may read the data"
	open := datadir.OpenToOthers(cfg.DataDir)
	if path := cfg.databaseFile(); path != "" && !datadir.Holds(cfg.DataDir, path) {
		for _, end := range []string{"", "-wal", "-shm"} {
			open = append(open, datadir.OpenToOthers(path+end)...)
		}
	}
	out := []finding{{What: what, Status: fine, Detail: "the owner alone"}}
	if len(open) > 0 {
		named := open[:min(len(open), mostOpenFiles)]
		var details, paths []string
		for _, o := range named {
			details, paths = append(details, o.Path+" can be read or written by "+o.Who), append(paths, "'"+o.Path+"'")
		}
		detail := strings.Join(details, "; ")
		if more := len(open) - len(named); more > 0 {
			detail += fmt.Sprintf("; and %d more", more)
		}
		out[0] = finding{What: what, Status: fail, Detail: detail, Mend: "take it from others: chmod go-rwx " + strings.Join(paths, " ")}
	}
	for _, path := range append([]string{".env"}, cfg.secretFiles...) {
		info, err := os.Stat(path)
		if err == nil && datadir.OthersMay(info) == datadir.Everybody && !strings.HasPrefix(path, "/run/secrets/") { // those of a container are its own
			out = append(out, finding{What: "who may read the settings", Status: warn, Detail: path + " can be read by " + datadir.Everybody + ", and may hold passwords", Mend: "chmod o-rwx '" + path + "'"})
		}
	}
	return out
}
