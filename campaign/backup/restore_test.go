package backup

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/glasnik/glasnik/campaign/datadir"
)

// Somebody may have begun to work while the backup was put into the new file.
func TestFileThatIsUsedIsNotReplaced(t *testing.T) {
	r := &Restoring{Departed: datadir.Departed{Dir: t.TempDir()}}
	path := filepath.Join(r.Departed.Dir, "glasnik.db")
	check := func(what string, there bool, want error) {
		t.Helper()
		if err := r.mayReplace(path, there); !errors.Is(err, want) {
			t.Errorf("%s: got error %v", what, err)
		}
	}
	check("nothing there", false, nil)
	write(t, path, "a database")
	check("made meanwhile", false, errInUse)
	check("left alone", true, nil)
	write(t, path+"-wal", "")
	check("with an empty log", true, nil)
	write(t, path+"-wal", "a log")
	check("written to", true, errInUse)
	must(t, os.Remove(path+"-wal"))
	p := datadir.NewProcess(r.Departed.Dir)
	check("sent from", true, errInUse)
	must(t, p.Close())
	check("left again", true, nil)
}

func write(t *testing.T, name, text string) {
	t.Helper()
	must(t, os.WriteFile(name, []byte(text), 0o600))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
