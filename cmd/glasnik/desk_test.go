package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/glasnik/glasnik/mailer/smtptest"
)

// desk is one installation as its admin has it: a folder, an environment, and a mail server.
type desk struct {
	t       *testing.T
	folder  string
	environ []string
	sink    *smtptest.Server
}

// newDesk makes an installation in a folder of its own, on an SQLite file unless the environment says otherwise. "./" in the
// environment is that folder.
func newDesk(t *testing.T, server smtptest.Options, environ ...string) *desk {
	t.Helper()
	sink, err := smtptest.Start(server)
	must(t, err)
	t.Cleanup(func() { sink.Close() })
	d := &desk{t: t, folder: t.TempDir(), sink: sink}
	t.Cleanup(d.checkSignatures)
	d.environ = append([]string{
		"GLASNIK_SMTP_URL=smtp://" + sink.Addr() + "?tls=none&connections=2", "GLASNIK_FROM=Press Office <press@example.org>",
		"GLASNIK_BASE_URL=http://127.0.0.1:9", "GLASNIK_ADDR=127.0.0.1:0", "GLASNIK_LOG_LEVEL=error", "GLASNIK_DATA_DIR=./data",
	}, append(d.signs(environ), environ...)...)
	for i, setting := range d.environ {
		d.environ[i] = strings.Replace(setting, "./", d.folder+"/", 1)
	}
	return d
}

// path is a file of the desk's folder.
func (d *desk) path(parts ...string) string { return filepath.Join(d.folder, filepath.Join(parts...)) }

func (d *desk) write(name, text string) {
	d.t.Helper()
	write(d.t, d.path(name), text)
}

// inFolder makes the files that arguments name those of the desk's folder. Tests run side by side, so none of them changes
// the working directory.
func (d *desk) inFolder(args []string) []string {
	args = slices.Clone(args)
	for i, a := range args {
		if !filepath.IsAbs(a) && slices.Contains([]string{".csv", ".xlsx", ".md", ".age"}, filepath.Ext(a)) {
			args[i] = d.path(a)
		}
	}
	return args
}

// testWorkFactor makes deriving a key from a passphrase cheap: under the race detector the program's own takes seconds.
const testWorkFactor = 4

// program is the program as this desk calls it.
func (d *desk) program(stdout, stderr io.Writer) *program {
	return &program{stdin: strings.NewReader(""), output: output{stdout: stdout, stderr: stderr}, environ: d.environ, now: time.Now, dns: noDNS{}, workFactor: testWorkFactor}
}

// run executes one command as the shell would.
func (d *desk) run(args ...string) (code int, stdout, stderr string) {
	return d.runUntil(d.t.Context(), args...)
}

func (d *desk) runUntil(ctx context.Context, args ...string) (code int, stdout, stderr string) {
	var out, err lockedBuffer
	code = d.program(&out, &err).run(ctx, d.inFolder(args))
	return code, out.String(), err.String()
}

// ok runs a command that must succeed and returns what it printed.
func (d *desk) ok(args ...string) string {
	d.t.Helper()
	code, stdout, stderr := d.run(args...)
	if code != exitOK {
		d.t.Fatalf("glasnik %s: exit %d\n%s%s", strings.Join(args, " "), code, stdout, stderr)
	}
	return stdout
}

// decode runs a command with --json and reads the document it prints last.
func (d *desk) decode(into any, args ...string) {
	d.t.Helper()
	out := strings.TrimSpace(d.ok(append(args, "--json")...))
	if err := json.Unmarshal([]byte(out[strings.LastIndexByte(out, '\n')+1:]), into); err != nil {
		d.t.Fatalf("glasnik %s: %v in\n%s", strings.Join(args, " "), err, out)
	}
}

// campaign makes a list of people, a release in two languages and a campaign, and returns the campaign's id.
func (d *desk) campaign(people string, flags ...string) string {
	d.t.Helper()
	d.write("people.csv", people)
	d.ok("contacts", "import", "people.csv", "--list", "Press", "--kind", "journalist")
	d.write("guide.sr.md", guideSerbian)
	d.write("guide.en.md", guideEnglish)
	var release, made struct{ ID string }
	d.decode(&release, "releases", "add", "guide.sr.md", "guide.en.md")
	d.decode(&made, append([]string{"campaigns", "create", "--release", release.ID, "--list", "Press"}, flags...)...)
	return made.ID
}

// statusOf reads “campaigns status --json”.
func (d *desk) statusOf(id string) campaignStatus {
	d.t.Helper()
	var s campaignStatus
	d.decode(&s, "campaigns", "status", id)
	return s
}

const guideSerbian = `---
title: Vodič
language: sr-Latn
headline: "Vodič za redakcije: šta pitati"
place: Beograd
date: 2026-10-18
lead: Objavljen je vodič.
media_contact:
  name: Ana Anić
  phone: +381 11 000 0000
---

{{ greeting }}, pogledajte [vodič](https://www.example.org/vodic).
`

const guideEnglish = `---
title: Guide
language: en
headline: "A guide for newsrooms, {{ first_name | \"colleague\" }}"
lead: A guide is out.
---

Dear {{ first_name | "colleague" }}, see [the guide](https://www.example.org/guide).
`

// lockedBuffer may be read while a command writes.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// onMongoDB returns the setting for a fresh database on the server the tests were given.
func onMongoDB(t *testing.T) string {
	t.Helper()
	uri := os.Getenv("GLASNIK_TEST_MONGODB_URI")
	if uri == "" {
		missing(t, "no MongoDB server: set GLASNIK_TEST_MONGODB_URI")
	}
	u, err := url.Parse(uri)
	must(t, err)
	u.Path = "/glasnik_cmd_" + strings.ToLower(rand.Text()[:10])
	return "GLASNIK_STORE=" + u.String()
}

// missing leaves a test out for want of something outside the program; where everything must be there, it fails.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// noDNS is a DNS in which there is nothing but the key that desks sign with.
type noDNS struct{}

func (noDNS) LookupAddr(_ context.Context, address string) ([]string, error) {
	return nil, noRecord(address)
}

func (noDNS) LookupMX(_ context.Context, name string) ([]*net.MX, error) { return nil, noRecord(name) }
func (noDNS) LookupTXT(_ context.Context, name string) ([]string, error) {
	signer, _ := deskKey()
	if key, record := signer.Record(); strings.TrimSuffix(name, ".") == key {
		return []string{record}, nil
	}
	return nil, noRecord(name)
}
func (noDNS) LookupHost(_ context.Context, name string) ([]string, error) {
	return nil, noRecord(name)
}

func noRecord(name string) error {
	return &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

// must ends the test on an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// comes polls what sends no signal, such as a page or another process; the bound only ends a failing test.
func comes(holds func() bool) bool {
	for range 3000 {
		if holds() {
			return true
		}
		<-time.After(20 * time.Millisecond)
	}
	return false
}

// eventually waits for what sends no signal.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	if !comes(holds) {
		t.Fatalf("waited in vain for %s", what)
	}
}
