package main

import (
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// A test made by command goes out to its share, its status is told, and a command decides what the others get.
func TestABTestByCommand(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	d.write("people.csv", "email,language\n"+strings.ReplaceAll(manyReaders(20), "\n", ",en\n"))
	d.ok("contacts", "import", "people.csv", "--list", "Press", "--kind", "journalist")
	d.write("guide.en.md", guideEnglish+"\nSee [the guide](https://example.org/guide).\n")
	d.write("guide.sr.md", guideSerbian)
	var release, both struct{ ID string }
	d.decode(&release, "releases", "add", "guide.en.md")
	d.decode(&both, "releases", "add", "guide.en.md", "guide.sr.md")
	create := func(release string, more ...string) (int, string) {
		code, out, stderr := d.run(append([]string{"campaigns", "create", "--release", release, "--list", "Press"}, more...)...)
		return code, out + stderr
	}
	for _, wrong := range []struct {
		says string
		args []string
	}{
		{"need --ab", []string{"--variant", "News"}}, {"needs at least one --variant", []string{"--ab", "subject"}}, {"choose what the variants differ in", []string{"--ab", "colour", "--variant", "News"}},
		{"are B, C and D", []string{"--ab", "subject", "--variant", "a:News"}}, {"from 5 to 80 percent", []string{"--ab", "subject", "--variant", "News", "--ab-share", "90"}},
		{"must be an address", []string{"--ab", "sender", "--variant", "nobody"}}, {"no text in this language", []string{"--ab", "subject", "--variant", "c:News"}},
	} {
		if code, said := create(release.ID, wrong.args...); code == exitOK || !strings.Contains(said, wrong.says) {
			t.Errorf("%q: exit %d: %s", wrong.args, code, said)
		}
	}
	if code, said := create(both.ID, "--ab", "subject", "--variant", "News"); code != exitUsage || !strings.Contains(said, "LETTER:LANGUAGE=TEXT") {
		t.Errorf("exit %d: %s", code, said)
	}
	if code, said := create(both.ID, "--ab", "subject", "--variant", "b:en=News"); code == exitOK || !strings.Contains(said, "no text in this language") {
		t.Errorf("exit %d: %s", code, said)
	}
	var made struct{ ID string }
	d.decode(&made, "campaigns", "create", "--release", release.ID, "--list", "Press", "--ab", "subject", "--variant", "Fresh news", "--variant", "c:en=Old news", "--ab-share", "30", "--ab-unclear", "ask")
	test := d.statusOf(made.ID).Campaign.ABTest
	if test == nil || test.Count() != 3 || test.Arms[0].Texts[campaign.English] != "Fresh news" || test.Arms[1].Texts[campaign.English] != "Old news" || test.Unclear != campaign.AskPerson {
		t.Fatalf("%+v", test)
	}
	d.fails("never sent", "campaigns", "choose", made.ID, "B")
	server := d.process("serve")
	server.until(t, func() bool { return strings.Contains(server.said.String(), "The panel") })
	d.ok("campaigns", "send", made.ID)
	server.until(t, func() bool { return len(d.sink.Taken()) == 6 })
	s := d.statusOf(made.ID).Runs[0].ABTest
	if s == nil || len(s.Variants) != 3 || s.Variants[0].Readers != 2 || s.Variants[2].Is != "Old news" || s.Others != "" {
		t.Fatalf("%+v", s)
	}
	if out := d.ok("campaigns", "status", made.ID); !strings.Contains(out, "A/B test of the subject: 3 variants, 30 % of the readers, compared after 4 hours") || !strings.Contains(out, "B: 0 of 2 clicked, 2 drawn: Fresh news") {
		t.Errorf("status says %s", out)
	}
	if next := d.statusOf(made.ID).Runs[0].NextTry; !next.IsZero() {
		t.Errorf("the others leave at %s, which nobody knows yet", next)
	}
	d.ok("campaigns", "choose", made.ID, "c")
	server.until(t, func() bool { return len(d.sink.Taken()) == 20 })
	subjects := map[string]int{}
	for _, m := range d.sink.Taken() {
		for line := range strings.Lines(string(m.Data)) {
			if strings.HasPrefix(line, "Subject:") {
				subjects[strings.TrimSpace(line)]++
			}
		}
	}
	if subjects["Subject: Old news"] != 16 || subjects["Subject: Fresh news"] != 2 {
		t.Errorf("the subjects are %v", subjects)
	}
	d.fails("cannot be done any more", "campaigns", "choose", made.ID, "B")
	if s := d.statusOf(made.ID).Runs[0].ABTest; s.Others != "C" || !strings.Contains(s.Words, "command line chose variant C") {
		t.Errorf("%+v", s)
	}
}
