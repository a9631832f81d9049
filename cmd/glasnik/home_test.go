package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// files reads what is in a folder, without what is in folders of it.
func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	out := map[string][]byte{}
	for _, e := range entries {
		if e.Type().IsRegular() {
			data, err := os.ReadFile(filepath.Join(dir, e.Name()))
			must(t, err)
			out[e.Name()] = data
		}
	}
	return out
}

func put(t *testing.T, dir string, all map[string][]byte) {
	t.Helper()
	must(t, os.MkdirAll(dir, 0o700))
	for name, data := range all {
		write(t, filepath.Join(dir, name), string(data))
	}
}

// refuses checks that a command is refused as on a database that may not be the real one.
func (d *desk) refuses(what string, args ...string) {
	d.t.Helper()
	code, out, stderr := d.run(args...)
	if code != exitFailed || !strings.Contains(stderr, what) || !strings.Contains(stderr, "glasnik adopt") {
		d.t.Errorf("glasnik %s: exit %d: %s%s", strings.Join(args, " "), code, out, stderr)
	}
}

func TestCopiedDatabaseDoesNotSend(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	id := d.campaign("email\na@example.org\nb@example.org\n")
	put(t, d.path("copy"), files(t, d.path("data")))
	must(t, os.CopyFS(d.path("copy", "known"), os.DirFS(d.path("data"))))
	here := d.environ
	d.environ = append(d.environ, "GLASNIK_DATA_DIR="+d.path("copy"))
	d.refuses("copy", "campaigns", "send", id, "--wait")
	d.refuses("copy", "campaigns", "send", id)
	if s := d.statusOf(id); !strings.Contains(s.Trouble, "copy") {
		t.Errorf("status says %q", s.Trouble)
	}
	if code, out, _ := d.run("doctor"); code != exitFailed || !strings.Contains(out, "glasnik adopt") {
		t.Errorf("doctor: exit %d: %s", code, out)
	}
	if len(d.sink.Taken()) > 0 {
		t.Fatal("a copy has sent")
	}
	d.environ = here
	if out := d.ok("campaigns", "send", id, "--wait"); !strings.Contains(out, "2 accepted") {
		t.Errorf("the real one says %q", out)
	}
	if code, _, stderr := d.run("adopt"); code != exitFailed || !strings.Contains(stderr, "nothing was done") {
		t.Errorf("adopting the real one: exit %d: %s", code, stderr)
	}
	d.environ = append(here, "GLASNIK_DATA_DIR="+d.path("copy"))
	d.ok("adopt")
	if out := d.ok("campaigns", "send", id, "--wait"); !strings.Contains(out, "2 accepted") || len(d.sink.Taken()) != 4 {
		t.Errorf("the adopted copy says %q, %d messages", out, len(d.sink.Taken()))
	}
}

// A backup from before a campaign went out is put back over the database it was made of.
func TestBackupThatIsPutBackDoesNotSendAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	id := d.campaign("email\na@example.org\nb@example.org\n")
	d.inspect(func(in *installation) { // due when the backup is made
		if _, err := in.store.Sending.SendNow(t.Context(), id, 0); err != nil {
			t.Fatal(err)
		}
	})
	before := files(t, d.path("data"))
	d.ok("campaigns", "send", id, "--wait")
	after := files(t, d.path("data"))
	for name := range after {
		if before[name] == nil {
			must(t, os.Remove(d.path("data", name)))
		}
	}
	put(t, d.path("data"), before)
	d.refuses("backup", "campaigns", "send", id, "--wait")
	d.serveOnce(t, "The panel")
	if n := len(d.sink.Taken()); n != 2 {
		t.Fatalf("%d messages", n)
	}
	if out := d.ok("adopt"); !strings.Contains(out, "Not sent") {
		t.Errorf("adopt says %q", out)
	}
	s := d.statusOf(id)
	if s.State != campaign.Draft || s.Trouble != "" {
		t.Errorf("after that it is %s, %q", s.State, s.Trouble)
	}
	d.serveOnce(t, "The panel")
	if n := len(d.sink.Taken()); n != 2 {
		t.Errorf("%d messages by an adopted database", n)
	}
	if code, _, _ := d.run("adopt"); code != exitFailed {
		t.Error("it was adopted twice")
	}
}
