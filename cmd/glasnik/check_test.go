package main

import (
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

const blockedRelease = "---\nlanguage: en\nheadline: Support in Bor\nmedia_contact: {name: Ana, phone: +381 60 000 000}\n---\nChild prostitutes were found.\n"

// TestBlockedWordsStayOnTheDesk is A-09 by the command line.
func TestBlockedWordsStayOnTheDesk(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	d.write("people.csv", "email\na@example.org\n")
	d.ok("contacts", "import", "people.csv", "--list", "Press", "--kind", "journalist")
	d.write("blocked.en.md", blockedRelease)
	var release, made struct{ ID string }
	d.decode(&release, "releases", "add", "blocked.en.md")
	d.decode(&made, "campaigns", "create", "--release", release.ID, "--list", "Press")
	for _, args := range [][]string{
		{"campaigns", "send", made.ID, "--wait"},
		{"campaigns", "create", "--release", release.ID, "--list", "Press", "--at", "2999-01-01T09:00"},
		{"campaigns", "create", "--release", release.ID, "--list", "Press", "--every", "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0"},
	} {
		if code, out, stderr := d.run(args...); code != exitFailed || !strings.Contains(stderr, "the writing check blocks “Child prostitutes”") {
			t.Errorf("%v: %d %s%s", args, code, out, stderr)
		}
	}
}

// TestCheckCommand is A-01.
func TestCheckCommand(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	d.write("blocked.en.md", blockedRelease)
	d.write("text.fr.md", "\ufeffUne ligne.\r\n\r\nDes migrants illégaux sont arrivés.\r\n")
	d.write("matter.md", "---\r\ntitle: A page\r\n---\r\n\r\nIllegal migrants came.\r\n")
	d.write("rule.md", "---\n\nIllegal migrants came.\n")
	d.write("cyrillic.md", "---\nlanguage: sr-Cyrl\nheadline: Курве на путу\n---\n\nДошли су.\n")
	d.write("clean.md", "A training for newsrooms begins on Monday.\n")
	d.write("empty.md", "")
	d.write("binary.md", "PK\x03\x04\x00\x00\x00\x00")
	d.write("windows.md", "\xff\xfeS\x00l\x00a\x00v\x00e\x00s\x00")
	d.write("markless.md", "\x00S\x00l\x00a\x00v\x00e\x00s")
	d.write("old.md", "\x8artva nije kriva")
	d.write("long.md", strings.Repeat("slaves and\n", 500_000))
	d.write("deep.md", strings.Repeat(">", 31)+" text\n\nSlaves were found.\n")
	d.write("two.md", "Ilegalni migranti.\n")
	tests := []struct {
		args  string
		code  int
		wants []string
	}{
		{"blocked.en.md --json", exitFailed, []string{`"rule":"T11"`, `"severity":"block"`, `"line":6`, `"column":1`, `"text":"Child prostitutes"`, `"suggestion":"`, `"source":"`, `"doc":"/writing-rules#T11"`}},
		{"blocked.en.md", exitFailed, []string{"blocked.en.md:6:1: block T11"}},
		{"text.fr.md --json", exitOK, []string{`"rule":"T32"`, `"line":3`, `"column":5`, `"text":"migrants illégaux"`}},
		{"clean.md --language en --json", exitOK, []string{"[]"}},
		{"two.md --language sr-Latn", exitOK, []string{"two.md:1:1: warn T32"}},
		{"empty.md --language en", exitOK, []string{"Nothing was found."}},
		{"clean.md", exitUsage, []string{"clean.md: --language sr-Latn"}},
		{"clean.md --language de", exitUsage, []string{"--language must be"}},
		{"matter.md --language en", exitOK, []string{"matter.md:5:1: warn T32"}},
		{"matter.md", exitUsage, []string{"the front matter needs a language"}},
		{"rule.md --language en", exitOK, []string{"rule.md:3:1: warn T32"}},
		{"cyrillic.md --language sr", exitFailed, []string{"cyrillic.md:3:11: block T05"}},
		{"cyrillic.md --language en", exitUsage, []string{"leave --language out"}},
		{"blocked.en.md --language fr", exitUsage, []string{"is in English"}},
		{"", exitUsage, []string{"accepts 1 arg"}},
		{"missing.md --language en", exitUsage, []string{"missing.md"}},
		{"binary.md --language en", exitUsage, []string{"binary.md is no text"}},
		{"windows.md --language en", exitUsage, []string{"windows.md is UTF-16 text: save it as UTF-8"}},
		{"markless.md --language en", exitUsage, []string{"markless.md is UTF-16 text"}},
		{"old.md --language sr-Latn", exitUsage, []string{"old.md is not UTF-8 text", "save it as UTF-8"}},
		{"deep.md --language en", exitUsage, []string{"not checked: quotes or lists are nested more than 30 deep", "“Slaves”"}},
		{"deep.md --language en --json", exitUsage, []string{"deep.md: not checked", `"text":"Slaves"`}},
		{"long.md --language en", exitUsage, []string{"larger than 1 MB"}},
	}
	for _, tt := range tests {
		code, out, stderr := d.run(append([]string{"check"}, strings.Fields(tt.args)...)...)
		for _, want := range tt.wants {
			if code != tt.code || !strings.Contains(out+stderr, want) {
				t.Errorf("check %s: %d, no %q in %.400s%.400s", tt.args, code, want, out, stderr)
			}
		}
	}
	_, out, _ := d.run("check", "blocked.en.md", "--json")
	var all []map[string]any
	if err := json.Unmarshal([]byte(out), &all); err != nil || len(all) == 0 || len(all[0]) != 13 {
		t.Errorf("%v: %s", err, out)
	}
}

// TestCheckFollowsTheTeam: what the team changed in the panel holds for the command too.
func TestCheckFollowsTheTeam(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	d.write("text.en.md", "The zorbles met illegal migrants.\n")
	if code, out, _ := d.run("check", "text.en.md"); code != exitOK || !strings.Contains(out, "T32") || strings.Contains(out, "zorbles") {
		t.Errorf("without a store: %d %s", code, out)
	}
	must(t, d.program(io.Discard, os.Stderr).with(t.Context(), func(in *installation) error {
		_, err := in.store.Settings.UpdateSettings(t.Context(), func(s *campaign.Settings) error {
			s.Writing.Put(campaign.RuleChange{Rule: "T32", Off: true})
			return s.Writing.PutOwn(campaign.WritingRule{ID: "own1", Language: campaign.English, Patterns: "zorbl*", Severity: "block", Why: "Nobody knows them.", Suggestion: "people"})
		})
		return err
	}))
	code, out, stderr := d.run("check", "text.en.md", "--json")
	if code != exitFailed || strings.Contains(out, "T32") || !strings.Contains(out, `"severity":"block"`) || !strings.Contains(out, `"why":"Nobody knows them.","suggestion":"people"`) {
		t.Errorf("%d %s%s", code, out, stderr)
	}
}

// TestCheckSuggests: the suggestion is in the script, the number and the case of what it replaces, where such words are known.
func TestCheckSuggests(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	d.write("text.md", "Ilegalni migranti su ovde. 😀\r\nДруги ред: илегални мигранти.\r\n")
	_, out, _ := d.run("check", "text.md", "--language", "sr", "--json")
	var all []checkedFinding
	if err := json.Unmarshal([]byte(out), &all); err != nil || len(all) != 2 {
		t.Fatal(err, out)
	}
	for i, want := range []checkedFinding{
		{Line: 1, Column: 1, Text: "Ilegalni migranti", Suggestion: "Migranti u neregularnom položaju"},
		{Line: 2, Column: 12, Text: "илегални мигранти", Suggestion: "мигранти у нерегуларном положају"},
	} {
		if f := all[i]; f.Line != want.Line || f.Column != want.Column || f.Text != want.Text || f.Suggestion != want.Suggestion {
			t.Errorf("%+v", f)
		}
	}
}
