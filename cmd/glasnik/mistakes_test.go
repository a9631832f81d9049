package main

import (
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

func TestExitCodes(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	for _, c := range []struct {
		args string
		code int
		says string
	}{
		{"", exitOK, ""},
		{"--help", exitOK, ""},
		{"version", exitOK, ""},
		{"nonsense", exitUsage, "nonsense"},
		{"contacts", exitOK, ""},
		{"contacts nonsense", exitUsage, "nonsense"},
		{"contacts import", exitUsage, "arg"},
		{"contacts import people.csv", exitUsage, "list"},
		{"contacts import people.csv --list Press --kind alien", exitUsage, "alien"},
		{"contacts import missing.csv --list Press", exitFailed, "missing.csv"},
		{"contacts export --format docx", exitUsage, "csv"},
		{"contacts export --list Nobody", exitFailed, "no list"},
		{"releases add missing.md", exitFailed, "missing.md"},
		{"releases preview 1 --contact a@example.org --part pdf", exitUsage, "eml"},
		{"releases preview 1 --contact a@example.org", exitFailed, "no release"},
		{"campaigns create --release 1", exitUsage, "list"},
		{"campaigns create --release 1 --list Press", exitFailed, "no release"},
		{"campaigns create --release 1 --list Press --at x --cron y", exitUsage, "together"},
		{"campaigns send 1", exitFailed, "no campaign"},
		{"campaigns status 1 --jsn", exitUsage, "jsn"},
		{"series start 1", exitFailed, "no series"},
		{"series end 1 --finish", exitFailed, "no series"},
		{"series stop", exitUsage, "no command"},
		{"script --to runes", exitUsage, "cyrillic"},
		{"users add nobody", exitFailed, "address"},
		{"users add ana@example.org --role king", exitFailed, "king"},
		{"users reset ana@example.org", exitFailed, "no user"},
		{"demo --addr 0.0.0.0:8080", exitUsage, "computer"},
	} {
		code, _, stderr := d.run(strings.Fields(c.args)...)
		if code != c.code || !strings.Contains(stderr, c.says) {
			t.Errorf("glasnik %s: exit %d, want %d, saying %q: %s", c.args, code, c.code, c.says, stderr)
		}
		if lines := strings.Count(stderr, "\n"); lines > 2 {
			t.Errorf("glasnik %s says more than a sentence: %s", c.args, stderr)
		}
	}
}

func TestBadContactFilesWriteNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	for name, text := range map[string]string{
		"empty": "", "no address column": "name,town\nAna,Niš\n", "not text": "\x00\x01\x02\x03", "old workbook": "\xd0\xcf\x11\xe0\xa1\xb1",
		"only bad rows": "email\nnobody\n@\n", "only names": "email,name\n",
		"huge cell": "email,name\na@example.org,\"" + strings.Repeat("x", 1<<20) + "\"\n",
	} {
		d.write("bad.csv", text)
		if code, out, stderr := d.run("contacts", "import", "bad.csv", "--list", "New"); code != exitFailed {
			t.Errorf("%s: exit %d: %s%s", name, code, out, stderr)
		}
	}
	d.inspect(func(in *installation) {
		n, err := in.store.Contacts.CountContacts(t.Context(), store.ContactFilter{})
		lists, err2 := in.store.Lists.FindLists(t.Context(), true)
		if err != nil || err2 != nil || n != 0 || len(lists) != 0 {
			t.Errorf("%d contacts and %d lists were written (%v, %v)", n, len(lists), err, err2)
		}
	})
}

func TestBrokenQuotingLosesOnlyItsRow(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	d.write("people.csv", "email,name\na@example.org,\"Ana\"x\nb@example.org,Bojan\n")
	out := d.ok("contacts", "import", "people.csv", "--list", "Press")
	if !strings.Contains(out, "line 2") || !strings.Contains(out, "1 added") {
		t.Errorf("the report: %s", out)
	}
}

func TestDryRunWritesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	d.write("people.csv", fivePeople)
	if out := d.ok("contacts", "import", "people.csv", "--list", "Press", "--dry-run"); !strings.Contains(out, "Nothing was written") || !strings.Contains(out, "4 added") {
		t.Errorf("the report: %s", out)
	}
	if out := d.ok("contacts", "export"); strings.Contains(out, "@") {
		t.Errorf("written all the same: %s", out)
	}
}

// What is exported comes back unchanged.
func TestExportComesBack(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	d.write("people.csv", fivePeople)
	d.ok("contacts", "import", "people.csv", "--list", "Press")
	d.ok("contacts", "export", "--list", "Press", "--output", "out.csv")
	if out := d.ok("contacts", "import", "out.csv", "--list", "Press"); !strings.Contains(out, "4 unchanged") {
		t.Errorf("the report: %s", out)
	}
}

func TestBadReleasesAreNotAdded(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	front := "---\nlanguage: en\nheadline: A guide\n---\n\n"
	for name, c := range map[string]struct{ text, says string }{
		"unknown field":     {front + "Dear {{ firstname }},\n", "bad.md:6:"},
		"unclosed field":    {front + "First.\n\nDear {{ first_name\n", "bad.md:8:"},
		"unclosed if":       {front + "{{ if first_name }}Dear\n", "bad.md:6:"},
		"missing language":  {"---\nheadline: A guide\n---\nText.\n", "language"},
		"unknown language":  {"---\nlanguage: xx\nheadline: A guide\n---\nText.\n", "xx"},
		"unknown key":       {"---\nlanguage: en\nhedline: A guide\n---\nText.\n", "line 3"},
		"field in headline": {"---\nlanguage: en\nheadline: \"{{ nobody }}\"\n---\nText.\n", "bad.md:3:"},
		"no front matter":   {"Text.\n", "bad.md"},
		"missing file":      {"---\nlanguage: en\nheadline: A guide\nattachments:\n  - file: none.pdf\n---\nText.\n", "none.pdf"},
	} {
		d.write("bad.md", c.text)
		code, _, stderr := d.run("releases", "add", "bad.md")
		if code != exitFailed || !strings.Contains(stderr, c.says) {
			t.Errorf("%s: exit %d, %q is not in: %s", name, code, c.says, stderr)
		}
	}
	d.inspect(func(in *installation) {
		if rs, _, err := in.store.Releases.FindReleases(t.Context(), store.ReleaseFilter{}, store.Page{}); err != nil || len(rs) != 0 {
			t.Errorf("%d releases were kept (%v)", len(rs), err)
		}
	})
}

func TestUnusableMailServerSendsNothing(t *testing.T) {
	t.Parallel()
	refusing := smtptest.Options{Act: smtptest.At(smtptest.Greeting, smtptest.Action{Reply: "554 go away"})}
	for name, environ := range map[string][]string{
		"refusing": nil, "down": {"GLASNIK_SMTP_URL=smtp://127.0.0.1:1?tls=none"}, "none": {"GLASNIK_SMTP_URL="},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, refusing, environ...)
			id := d.campaign("email\na@example.org\n")
			for _, args := range [][]string{{"campaigns", "send", id}, {"campaigns", "send", id, "--wait"}} {
				if code, _, stderr := d.run(args...); code != exitFailed || !strings.Contains(stderr, "nothing was sent") {
					t.Errorf("exit %d: %s", code, stderr)
				}
			}
			if s := d.statusOf(id); s.State != campaign.Draft || len(s.Runs) != 0 {
				t.Errorf("the campaign is %s with %d runs", s.State, len(s.Runs))
			}
			if code, out, _ := d.run("doctor"); code != exitFailed || !strings.Contains(out, "fail  mail server") {
				t.Errorf("the doctor: exit %d: %s", code, out)
			}
		})
	}
}

func TestDoctorOnAGoodInstallation(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	if code, out, stderr := d.run("doctor"); code != exitOK || strings.Contains(out, "fail") {
		t.Errorf("exit %d: %s%s", code, out, stderr)
	}
}

// A folder that cannot be written to is said so, by every command that needs it. A file takes its place, since nothing
// is read-only to root.
func TestUnwritableDataFolder(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{}, "GLASNIK_DATA_DIR=./file/data")
	d.write("file", "not a folder")
	for _, args := range [][]string{{"serve"}, {"contacts", "export"}, {"users", "list"}} {
		if code, _, stderr := d.run(args...); code != exitFailed || !strings.Contains(stderr, "GLASNIK_DATA_DIR") {
			t.Errorf("glasnik %v: exit %d: %s", args, code, stderr)
		}
	}
	if code, _, stderr := d.run("demo", "--data", d.path("file", "data")); code != exitFailed {
		t.Errorf("demo: exit %d: %s", code, stderr)
	}
}

func TestAnotherSecretIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	d.ok("users", "list")
	must(t, os.Remove(d.path("data/secret")))
	if code, _, stderr := d.run("users", "list"); code != exitFailed || !strings.Contains(stderr, "another secret") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

func TestTakenPort(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	l, err := listen("127.0.0.1:0")
	must(t, err)
	defer l.Close()
	d.environ = append(d.environ, "GLASNIK_ADDR="+l.Addr().String())
	if code, _, stderr := d.run("serve"); code != exitFailed || !strings.Contains(stderr, "taken") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

// inspect looks into the store of a desk.
func (d *desk) inspect(look func(*installation)) {
	d.t.Helper()
	if err := d.program(io.Discard, os.Stderr).with(context.Background(), func(in *installation) error {
		look(in)
		return nil
	}); err != nil {
		d.t.Fatal(err)
	}
}
