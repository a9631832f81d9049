package main

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

func TestContactFilesOfOffices(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	d.write("stari.csv", "Kontakti\nE-po\x9ata;Prezime\nana@example.org;\x8a\xe6epanovi\xe6\nred\x9eep@x;\n")
	code, out, stderr := d.run("contacts", "import", "stari.csv", "--list", "Press", "--report", "report.csv")
	if code != 0 || !strings.Contains(stderr, "Windows-1250 (Central European), cells divided by semicolon") || !strings.Contains(out, "1 added, 1 rejected") {
		t.Fatalf("exit %d: %s%s", code, out, stderr)
	}
	report, err := os.ReadFile(d.path("report.csv"))
	if err != nil || !strings.Contains(string(report), "original: Prezime") || !strings.Contains(string(report), "ana@example.org;Šćepanović") || !strings.Contains(string(report), "redžep@x") {
		t.Errorf("report %q %v", report, err)
	}
	d.ok("contacts", "export", "--format", "xlsx", "--output", "all.xlsx")
	if out := d.ok("contacts", "import", "all.xlsx", "--list", "Press", "--policy", "overwrite"); !strings.Contains(out, "1 unchanged") {
		t.Errorf("the workbook that was written changes something: %s", out)
	}
	for args, says := range map[string]string{
		"--sheet none": "there is no sheet", "--encoding ebcdic": "windows-1250", "--policy merge": "overwrite", "--delimiter x": "semicolon",
	} {
		if code, _, stderr := d.run(append([]string{"contacts", "import", "all.xlsx", "--list", "Press"}, strings.Fields(args)...)...); code == 0 || !strings.Contains(stderr, says) {
			t.Errorf("%s: exit %d: %s", args, code, stderr)
		}
	}
	d.write("new.csv", "email;Prezime\nana@example.org;Other\neva@example.org;Evi\xe6\n")
	d.ok("contacts", "import", "new.csv", "--list", "Press", "--policy", "skip", "--encoding", "latin2")
	if out := d.ok("contacts", "export"); !strings.Contains(out, "ana@example.org,,Šćepanović") || !strings.Contains(out, "eva@example.org,,Ević") {
		t.Errorf("skipping wrote: %s", out)
	}
}

func TestImportSaysWhatTheBasisRestsOn(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	d.write("people.csv", "email,name\nana@example.org,Ana\n")
	args := []string{"contacts", "import", "people.csv", "--list", "Press", "--basis", "contract", "--basis-reference"}
	if code, _, stderr := d.run(append(args, strings.Repeat("x", 301))...); code != exitUsage || !strings.Contains(stderr, "longer than 300") {
		t.Errorf("too long: exit %d: %s", code, stderr)
	}
	d.ok(append(args, "12/2026, of 4 May")...)
	err := d.program(io.Discard, io.Discard).with(t.Context(), func(in *installation) error {
		c, err := in.store.Contacts.GetContactByAddress(t.Context(), "ana@example.org")
		if err == nil && (len(c.Memberships) != 1 || c.Memberships[0].Reference != "12/2026, of 4 May") {
			t.Errorf("memberships %+v", c.Memberships)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestUndoOfAnImport(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	d.write("people.csv", "email,name\nana@example.org,Ana\n")
	out := d.ok("contacts", "import", "people.csv", "--list", "Press")
	_, id, _ := strings.Cut(out, "contacts undo ")
	id, _, _ = strings.Cut(id, "”")
	if out := d.ok("contacts", "imports"); !strings.Contains(out, id) || !strings.Contains(out, "import of people.csv: 1 added, 0 updated") {
		t.Errorf("imports: %s", out)
	}
	if out := d.ok("contacts", "undo", id); !strings.Contains(out, "1 contacts removed") {
		t.Errorf("undo: %s", out)
	}
	if code, _, stderr := d.run("contacts", "undo", id); code != exitFailed || !strings.Contains(stderr, "undone already") {
		t.Errorf("undoing again: exit %d: %s", code, stderr)
	}
	if code, _, stderr := d.run("contacts", "undo", "none"); code != exitFailed || !strings.Contains(stderr, "contacts imports") {
		t.Errorf("undoing nothing: exit %d: %s", code, stderr)
	}
}

// An import whose process was killed is known to be over at once, with what it had added, and can be undone.
func TestUndoOfAKilledImport(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	var b strings.Builder
	b.WriteString("email,name\n")
	for i := range 400_000 { // so many that it is not done before it is looked at
		fmt.Fprintf(&b, "p%d@example.org,Ana\n", i)
	}
	d.write("people.csv", b.String())
	p := d.process("contacts", "import", "people.csv", "--list", "Press")
	added := regexp.MustCompile(`import of people.csv: [1-9]\d* added`)
	d.inspect(func(in *installation) {
		p.until(t, func() bool {
			found, err := in.store.Imports.FindImports(t.Context(), 1)
			must(t, err)
			return len(found) > 0 && found[0].Summary.Outcomes[campaign.RowAdded] > 0
		})
	})
	id := strings.Fields(d.ok("contacts", "imports"))[0]
	if code, _, stderr := d.run("contacts", "undo", id); code != exitFailed || !strings.Contains(stderr, "still under way") {
		t.Errorf("undoing while it is under way: exit %d: %s", code, stderr)
	}
	p.end(syscall.SIGKILL)
	if out := d.ok("contacts", "imports"); !strings.Contains(out, "  cut off  ") || !added.MatchString(out) {
		t.Errorf("imports: %s", out)
	}
	if out := d.ok("contacts", "undo", id); !strings.HasPrefix(out, "Undone: ") {
		t.Errorf("undo: %s", out)
	}
	if out := d.ok("contacts", "export"); strings.Contains(out, "@example.org") {
		t.Error("contacts are left")
	}
}
