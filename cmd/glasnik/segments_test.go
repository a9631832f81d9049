package main

import (
	"strings"
	"testing"

	"github.com/glasnik/glasnik/mailer/smtptest"
)

func TestSegmentsByCommand(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	d.write("people.csv", "email,kind,place,Tiraž\nana@example.org,journalist,Beograd,12.000\nmarko@example.org,journalist,Niš,900\nskola@example.org,school,Beograd,\n")
	d.ok("contacts", "import", "people.csv", "--list", "Press")
	if out := d.ok("segments", "add", "Belgrade press", `kind = novinar and place = "Београд"`, "--description", "for invitations"); !strings.Contains(out, "1 of 3 contacts") {
		t.Errorf("add: %s", out)
	}
	d.ok("segments", "add", "Large", `segment "belgrade press" and attribute.tiraž >= 10000`)
	if out := d.ok("segments", "list"); !strings.Contains(out, `kind = journalist and place = "Београд"`) || !strings.Contains(out, `attribute.tiraž >= 10000`) {
		t.Errorf("list: %s", out)
	}
	if out := d.ok("segments", "show", "belgrade PRESS"); !strings.Contains(out, "for invitations") || !strings.Contains(out, "used in the segment “Large”") {
		t.Errorf("show: %s", out)
	}
	if out := d.ok("segments", "count", "Large", "--json"); strings.TrimSpace(out) != `{"contacts":1,"of":3}` {
		t.Errorf("count: %s", out)
	}
	if out := d.ok("segments", "count", `not segment "Large"`); !strings.Contains(out, "2 of 3 contacts") {
		t.Errorf("count of a rule: %s", out)
	}
	if out := d.ok("contacts", "export", "--segment", "Large"); !strings.Contains(out, "ana@") || strings.Contains(out, "marko@") {
		t.Errorf("export: %s", out)
	}
	if out := d.ok("contacts", "export", "--list", "Press", "--segment", "kind = school"); !strings.Contains(out, "skola@") || strings.Contains(out, "ana@") {
		t.Errorf("export by rule: %s", out)
	}
	for says, args := range map[string][]string{
		`line 1, column 8: "kind" is one of journalist`: {"segments", "count", "kind = jurnalist"},
		"did you mean “Press”?":                         {"segments", "count", `list "Pres"`},
		"there are Belgrade press, Large":               {"segments", "show", "Schools"},
		"used in the segment “Large”":                   {"segments", "delete", "Belgrade press"},
		"a segment named":                               {"segments", "add", "LARGE", "everyone"},
		"there is no segment":                           {"campaigns", "create", "--release", "x", "--segment", "none"},
	} {
		if args[0] == "campaigns" {
			d.write("guide.md", "---\nlanguage: en\nheadline: Guide\n---\nText\n")
			args[3] = strings.TrimSpace(strings.Split(d.ok("releases", "add", "guide.md"), "\n")[0])
		}
		if code, _, stderr := d.run(args...); code == exitOK || !strings.Contains(stderr, says) {
			t.Errorf("%q: exit %d: %s", args, code, stderr)
		}
	}
	d.ok("segments", "delete", "Large")
	d.ok("segments", "delete", "Belgrade press")
}

// A campaign to a segment alone reaches only those of it whom a list allows to write to.
func TestSendingToASegment(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	d.write("people.csv", "email,kind\nana@example.org,journalist\nmarko@example.org,journalist\nskola@example.org,school\n")
	d.ok("contacts", "import", "people.csv", "--list", "Press", "--basis", "legitimate_interest")
	d.write("more.csv", "email,tags\nmarko@example.org,left out\n")
	d.ok("contacts", "import", "more.csv", "--list", "Press")
	d.ok("segments", "add", "Journalists", "kind = journalist")
	d.ok("segments", "add", "Not now", `tag = "left out"`)
	d.write("guide.md", "---\nlanguage: en\nheadline: Guide\n---\nText\n")
	release := strings.TrimSpace(strings.Split(d.ok("releases", "add", "guide.md"), "\n")[0])
	id := strings.TrimSpace(strings.Split(d.ok("campaigns", "create", "--release", release, "--segment", "Journalists", "--exclude-segment", "Not now", "--from", "Press <press@example.org>"), "\n")[0])
	if code, _, stderr := d.run("segments", "delete", "Not now"); code != exitFailed || !strings.Contains(stderr, "used in the campaign “Guide”") {
		t.Errorf("delete: exit %d: %s", code, stderr)
	}
	d.ok("campaigns", "send", id, "--wait")
	mails := d.sink.Taken()
	if len(mails) != 1 || !strings.Contains(string(mails[0].Data), "ana@example.org") {
		t.Errorf("%d mails were sent", len(mails))
	}
}
