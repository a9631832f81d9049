package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// Attachments are read from the folder of the release file and the folders in it, from nowhere else, and without waiting.
func TestAttachmentsBesideTheFile(t *testing.T) {
	outside := t.TempDir()
	dir := filepath.Join(outside, "releases")
	write := func(name string, size int64) {
		t.Helper()
		must(t, os.MkdirAll(filepath.Dir(name), 0o700))
		must(t, os.WriteFile(name, []byte("words"), 0o600))
		if size > 0 {
			must(t, os.Truncate(name, size))
		}
	}
	write(filepath.Join(outside, "secret.txt"), 0)
	write(filepath.Join(dir, "guide.pdf"), 0)
	write(filepath.Join(dir, "sub", "Слика 1.png"), 0)
	write(filepath.Join(dir, "large.bin"), campaign.MaxAttachments+1)
	for link, target := range map[string]string{"out.txt": "../secret.txt", "absolute.txt": filepath.Join(outside, "secret.txt"), "up": "..", "device": "/dev/zero", "within.pdf": "guide.pdf", "loop": "loop"} {
		must(t, os.Symlink(target, filepath.Join(dir, link)))
	}
	must(t, syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600))
	read := besideFile(filepath.Join(dir, "guide.en.md"))
	for _, name := range []string{"guide.pdf", "./guide.pdf", "sub/Слика 1.png", "sub/../guide.pdf", "within.pdf"} {
		if data, err := read(name); err != nil || string(data) != "words" {
			t.Errorf("%s: %q, %v", name, data, err)
		}
	}
	for _, name := range []string{"../secret.txt", "sub/../../secret.txt", filepath.Join(outside, "secret.txt"), filepath.Join(dir, "guide.pdf"), "out.txt", "absolute.txt", "up/secret.txt", "device", "/dev/zero",
		"pipe", "loop", "sub", ".", "", "none.pdf", "large.bin", "guide.pdf/x", "a\x00b", "..", "..\\secret.txt"} {
		if data, err := read(name); err == nil {
			t.Errorf("%q is read: %d octets", name, len(data))
		}
	}
}

// Every mistake names the file and the line it stands on; each of several files has its own.
func TestReleaseMistakesNameTheirLine(t *testing.T) {
	none := func(string) ([]byte, error) { return nil, os.ErrNotExist }
	for name, c := range map[string]struct {
		files []string
		want  []string
	}{
		"body":       {[]string{"---\nlanguage: en\nheadline: H\n---\n\nfoo\n\n[x](foo)\n"}, []string{"1.md:8: body: the link “foo”"}},
		"two files":  {[]string{"---\nlanguage: fr\nheadline: H\n---\n\n[x](a)\n", "---\nlanguage: en\nheadline: H\nlead: >\n  a\n  {{ b }}\n---\n"}, []string{"1.md:6: body: the link “a”", "2.md:6: lead: there is no merge field “b”"}},
		"quote":      {[]string{"---\nlanguage: en\nheadline: H\nquotes:\n  - text: a\n    role: '{{ b }}'\n---\n"}, []string{"1.md:6: quotes: merge fields do not work here"}},
		"attachment": {[]string{"---\nlanguage: en\nheadline: H\nattachments:\n  - alt: a\n    file: b.pdf\n---\n"}, []string{"1.md:6: the attachment b.pdf cannot be read"}},
	} {
		var files []releaseFile
		for i, text := range c.files {
			files = append(files, releaseFile{name: string(rune('1'+i)) + ".md", data: []byte(text), read: none})
		}
		_, err := readRelease(files)
		if err == nil {
			t.Errorf("%s: taken", name)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %s", name, err, want)
			}
		}
	}
}

// A sentence that Markdown takes for a list is told with its line, and the release is added all the same.
func TestYearAtTheBeginningOfAParagraphIsTold(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	d.write("plan.sr.md", "---\nlanguage: sr-Latn\nheadline: Plan\n---\n\nUvod.\n\n2026. godine počinje primena.\n")
	code, id, stderr := d.run("releases", "add", "plan.sr.md")
	if code != exitOK || strings.TrimSpace(id) == "" || !strings.Contains(stderr, `plan.sr.md:8: body: “2026. godine počinje primena.” begins a list`) || !strings.Contains(stderr, `2026\. godine`) {
		t.Errorf("exit %d, %s: %s", code, id, stderr)
	}
}
