package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/backup"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

const testPassphrase = "GLASNIK_BACKUP_PASSPHRASE=correct horse battery"

// fails runs a command that must fail and say something.
func (d *desk) fails(says string, args ...string) {
	d.t.Helper()
	if code, out, stderr := d.run(args...); code != exitFailed || !strings.Contains(stderr, says) {
		d.t.Errorf("glasnik %s: exit %d, want %q: %s%s", strings.Join(args, " "), code, says, out, stderr)
	}
}

func TestBackupOnSQLite(t *testing.T) { backUpAndRestore(t) }

func TestBackupOnMongoDB(t *testing.T) { backUpAndRestore(t, onMongoDB(t)) }

// backUpAndRestore makes a backup of one engine and puts it back into both, on another machine and over a store.
func backUpAndRestore(t *testing.T, environ ...string) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{}, append(environ, testPassphrase)...)
	id := d.campaign("email;ime\na@example.org;Zlatoslava\nb@example.org;\n")
	d.ok("campaigns", "send", id, "--wait")
	d.ok("users", "add", "ana@example.org", "--role", "admin")
	server := d.process("serve")
	server.until(t, func() bool { return strings.Contains(server.said.String(), "The panel") })
	if out := d.ok("backup", "b.age"); !strings.Contains(out, "2 contacts, 1 lists, 1 releases, 1 campaigns, 2 deliveries") {
		t.Errorf("backup says %q", out)
	}
	d.fails("in use", "restore", "b.age", "--replace")
	server.end(syscall.SIGTERM)
	if data, err := os.ReadFile(d.path("b.age")); err != nil || bytes.Contains(data, []byte("example.org")) || bytes.Contains(data, []byte("contacts")) {
		t.Errorf("the backup can be read without its passphrase (%v)", err)
	}
	d.fails("already", "backup", "b.age")
	if out := d.ok("restore", "b.age", "--check"); !strings.Contains(out, "is whole") {
		t.Errorf("check says %q", out)
	}
	d.fails("not empty", "restore", "b.age")
	before := d.statusOf(id)

	d.ok("contacts", "import", "people.csv", "--list", "Another")
	d.ok("restore", "b.age", "--replace")
	d.isBack(id, before)
	here := d.environ
	d.environ = append(here, "GLASNIK_DATA_DIR="+d.path("other"), "GLASNIK_STORE=")
	d.ok("restore", "b.age")
	d.isBack(id, before)
	d.environ = append(here, "GLASNIK_DATA_DIR="+d.path("third"), onMongoDB(t))
	d.ok("restore", "b.age")
	d.isBack(id, before)
}

// isBack checks a store that was put back: it knows what was sent, and sends nothing before it is adopted.
func (d *desk) isBack(id string, before campaignStatus) {
	d.t.Helper()
	if out := d.ok("contacts", "export", "--format", "csv"); !strings.Contains(out, "Zlatoslava") || strings.Contains(out, "Another") {
		d.t.Errorf("contacts:\n%s", out)
	}
	now := d.statusOf(id)
	if now.Trouble == "" || len(now.Runs) != 1 || now.Runs[0].States[campaign.Accepted] != before.Runs[0].States[campaign.Accepted] {
		d.t.Errorf("after restoring: %+v", now)
	}
	d.refuses("put back from a backup", "campaigns", "send", id, "--wait")
	d.ok("adopt")
	if s := d.statusOf(id); s.Trouble != "" {
		d.t.Errorf("after adopting: %q", s.Trouble)
	}
	if out := d.ok("campaigns", "send", id, "--wait"); !strings.Contains(out, "already") {
		d.t.Errorf("sending again says %q", out)
	}
}

func TestBackupsThatAreRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{}, testPassphrase)
	d.write("people.csv", readers(3000))
	d.ok("contacts", "import", "people.csv", "--list", "Press")
	d.ok("backup", "b.age")
	whole, err := os.ReadFile(d.path("b.age"))
	must(t, err)
	d.environ = append(d.environ, "GLASNIK_BACKUP_PASSPHRASE=")
	d.fails("passphrase is needed", "backup", "c.age")
	d.environ = d.environ[:len(d.environ)-1]
	before := files(t, d.path("data"))
	d.fails("cannot be read", "restore", "none.age")
	d.write("bad.age", "PK\x03\x04 something else")
	d.fails("no backup", "restore", "bad.age", "--replace")
	for _, at := range []int{len(whole) - 1, len(whole) / 2, 400} {
		d.write("bad.age", string(whole[:at]))
		d.fails("backup is", "restore", "bad.age", "--replace")
		flipped := bytes.Clone(whole)
		flipped[at] ^= 4
		d.write("bad.age", string(flipped))
		d.fails("damaged", "restore", "bad.age", "--replace")
	}
	here := d.environ
	d.environ = append(here, "GLASNIK_BACKUP_PASSPHRASE=another passphrase")
	d.fails("passphrase is not", "restore", "b.age", "--replace")
	d.environ = append(here, "GLASNIK_BACKUP_PASSPHRASE=")
	d.fails("passphrase is needed", "restore", "b.age", "--replace")
	d.environ = append(here, "GLASNIK_SECRET=another secret of twenty characters")
	d.fails("SECRET is not the secret", "restore", "b.age", "--replace")
	d.environ = append(here, "GLASNIK_BACKUP_PASSPHRASE=short")
	d.fails("at least 12 characters", "restore", "b.age", "--replace")
	d.environ = append(here, "GLASNIK_DATA_DIR="+d.path("other"))
	d.ok("contacts", "import", "people.csv", "--list", "Others")
	d.fails("another installation", "restore", "b.age", "--replace")
	d.environ = here
	after := files(t, d.path("data"))
	delete(before, "departed")
	for name, data := range before {
		if !bytes.Equal(after[name], data) {
			t.Errorf("%s was touched", name)
		}
	}
}

// A fresh installation that has made itself a secret takes the backup's.
func TestRestoreIntoAFreshInstallation(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{}, testPassphrase)
	id := d.campaign("email\na@example.org\n")
	d.ok("backup", "b.age")
	d.environ = append(d.environ, "GLASNIK_DATA_DIR="+d.path("fresh"))
	d.serveOnce(t, "/sign-in/")
	d.ok("restore", "b.age")
	d.ok("adopt")
	if out := d.ok("campaigns", "send", id, "--wait"); !strings.Contains(out, "1 accepted") {
		t.Errorf("it says %q", out)
	}
}

// Killed in the middle, the old file is there as it was, and the next call does it all.
func TestRestoreKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{}, testPassphrase)
	d.write("people.csv", readers(6000))
	d.ok("contacts", "import", "people.csv", "--list", "Press")
	d.ok("backup", "b.age")
	d.write("people.csv", "email\nlater@example.org\n")
	d.ok("contacts", "import", "people.csv", "--list", "Press")
	before, err := os.ReadFile(d.path("data", "glasnik.db"))
	must(t, err)
	half := d.path("data", "glasnik.db.restoring")
	killed := d.process("restore", "b.age", "--replace")
	killed.until(t, func() bool {
		log, err := os.Stat(half + "-wal")
		return err == nil && log.Size() > 1<<20
	})
	killed.end(syscall.SIGKILL)
	if _, err := os.Stat(half); err != nil {
		t.Fatal("it was killed too late")
	}
	if after, err := os.ReadFile(d.path("data", "glasnik.db")); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the old file was touched (%v)", err)
	}
	if out := d.ok("contacts", "export", "--format", "csv"); strings.Count(out, "@") != 6001 {
		t.Errorf("%d contacts", strings.Count(out, "@"))
	}
	d.ok("restore", "b.age", "--replace")
	if out := d.ok("contacts", "export", "--format", "csv"); strings.Count(out, "@") != 6000 {
		t.Errorf("%d contacts after restoring", strings.Count(out, "@"))
	}
	if left := files(t, d.path("data")); left["glasnik.db.restoring"] != nil || left["glasnik.db.restoring-wal"] != nil {
		t.Error("the half file is still there")
	}
}

// The log of a file that was moved away would be played back onto the one that is put in its place.
func TestRestoreBesideTheLogOfAFileThatIsGone(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{}, testPassphrase)
	d.write("people.csv", readers(10))
	d.ok("contacts", "import", "people.csv", "--list", "Press")
	d.ok("backup", "b.age")
	path := d.path("data", "glasnik.db")
	must(t, os.Rename(path, d.path("broken.db")))
	write(t, path+"-wal", "a log")
	d.fails("glasnik.db-wal", "restore", "b.age")
	must(t, os.Rename(path+"-wal", d.path("broken.db-wal")))
	write(t, path+"-shm", "an index of a log")
	d.ok("restore", "b.age")
	if left := files(t, d.path("data")); left["glasnik.db"] == nil || left["glasnik.db-shm"] != nil {
		t.Error("the file is not there, or stands beside what the old one left")
	}
}

// Its owner alone may read it, and a link to a file elsewhere stays one.
func TestRestoredFileIsWhereTheOldOneWas(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{}, testPassphrase)
	d.write("people.csv", readers(10))
	d.ok("contacts", "import", "people.csv", "--list", "Press")
	d.ok("backup", "b.age")
	path, real := d.path("data", "glasnik.db"), d.path("disk", "real.db")
	must(t, errors.Join(os.Mkdir(d.path("disk"), 0o700), os.Rename(path, real), os.Symlink("../disk/real.db", path)))
	check := func(what string, want os.FileMode) {
		t.Helper()
		link, err := os.Lstat(path)
		file, err2 := os.Lstat(real)
		must(t, errors.Join(err, err2))
		if link.Mode().Type() != os.ModeSymlink || file.Mode() != want {
			t.Errorf("%s: %v leads to %v", what, link.Mode(), file.Mode())
		}
	}
	must(t, os.Chmod(path, 0o640))
	d.ok("restore", "b.age", "--replace")
	check("replaced", 0o600) // whatever it was: it holds people's data
	must(t, os.Remove(real))
	d.ok("restore", "b.age")
	check("put where none was", 0o600)
}

// A database that is half put back is refused by everything but another restore, which knows who went all the same.
func TestHalfRestoredOnMongoDB(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{}, testPassphrase, onMongoDB(t))
	id := d.campaign("email\na@example.org\ngone@example.org\n")
	d.ok("backup", "b.age")
	d.inspect(func(in *installation) {
		c, err := in.store.Contacts.GetContactByAddress(t.Context(), "gone@example.org")
		if err == nil {
			err = in.store.Eraser.EraseContact(t.Context(), c.ID)
		}
		must(t, err)
		var all bytes.Buffer
		if _, err := in.store.Backups.WriteBackup(t.Context(), &all, campaign.Backup{Secret: in.cfg.Secret}); err != nil {
			t.Fatal(err)
		}
		half := io.LimitReader(&all, int64(all.Len()/2))
		if _, err := in.store.Backups.Restore(t.Context(), half, campaign.NewDepartures()); err == nil {
			t.Fatal("half of it was enough")
		}
	})
	for _, args := range [][]string{{"campaigns", "list"}, {"adopt"}, {"serve"}, {"backup", "c.age"}} {
		d.fails("glasnik restore", args...)
	}
	if out := d.ok("restore", "b.age"); !strings.Contains(out, "Erased again, because they were erased since: 1") {
		t.Errorf("it says %q", out)
	}
	d.ok("adopt")
	if out := d.ok("campaigns", "send", id, "--wait"); !strings.Contains(out, "1 accepted") || len(d.sink.Taken()) != 1 {
		t.Errorf("it says %q", out)
	}
}

// fullDisk takes a number of bytes.
type fullDisk struct{ room int }

func (f *fullDisk) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, syscall.ENOSPC
	}
	return len(p), nil
}

func TestBackupOnAFullDisk(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{}, testPassphrase)
	d.write("people.csv", readers(3000))
	d.ok("contacts", "import", "people.csv", "--list", "Press")
	for _, room := range []int{0, 100, 20000} {
		var stderr bytes.Buffer
		if code := d.program(&fullDisk{room}, &stderr).run(t.Context(), []string{"backup", "-"}); code != exitFailed || !strings.Contains(stderr.String(), "no space left") {
			t.Errorf("with room for %d bytes: exit %d: %s", room, code, stderr.String())
		}
	}
	err := backup.Create(d.path("b.age"), func(w io.Writer) error {
		_, _ = w.Write([]byte("half of a backup"))
		return syscall.ENOSPC
	})
	if left, _ := filepath.Glob(d.path("*b*.age*")); !errors.Is(err, syscall.ENOSPC) || len(left) > 0 {
		t.Errorf("%v, and %v is left", err, left)
	}
	if left, _ := filepath.Glob(d.path(".backup-*")); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
	d.fails("cannot be written there", "backup", "nowhere/b.age")
}
