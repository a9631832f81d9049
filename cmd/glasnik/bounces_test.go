package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// TestClassifyBounces drives the command on a file, a folder, a mailbox file and the standard input.
func TestClassifyBounces(t *testing.T) {
	corpus := filepath.Join("..", "..", "mailer", "inbound", "testdata", "corpus")
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join(corpus, name))
		must(t, err)
		return string(data)
	}
	dir := t.TempDir()
	for _, folder := range []string{"cur", "new", "tmp"} {
		must(t, os.Mkdir(filepath.Join(dir, folder), 0o700))
		must(t, os.WriteFile(filepath.Join(dir, folder, "1:2,S"), []byte(read("postfix-unknown.eml")), 0o600))
	}
	mbox := filepath.Join(dir, "mbox")
	must(t, os.WriteFile(mbox, []byte("From x\n"+read("qmail.eml")+"\nFrom y\n"+read("two-recipients.eml")), 0o600))
	for _, c := range []struct {
		args, stdin, want string
		code              int
	}{
		{"- --json", read("exchange-sr-text.eml"), "hard n.nikolic@televizija.example 5.1.1 ", exitOK},
		{filepath.Join(corpus, "postfix-unknown.eml") + " --json", "", "hard ana.petrovic@dnevnik.example 5.1.1 2kcf7h00aga70thb-01neggr0.00.2kcf7h00t1m3fjv3", exitOK},
		{dir + " --json", "", "hard ana.petrovic@dnevnik.example 5.1.1 2kcf7h00aga70thb-01neggr0.00.2kcf7h00t1m3fjv3|hard ana.petrovic@dnevnik.example 5.1.1 2kcf7h00aga70thb-01neggr0.00.2kcf7h00t1m3fjv3", exitOK},
		{mbox + " --json", "", "hard vesna@skola.example 5.1.1 |hard a@novine.example 5.1.1 |soft b@novine.example 4.4.7 ", exitOK},
		{filepath.Join(dir, "none") + " " + mbox + " --json", "", "hard vesna@skola.example 5.1.1 |hard a@novine.example 5.1.1 |soft b@novine.example 4.4.7 ", exitFailed},
		{"- --json", "no message", "", exitFailed},
		{"- --json", "", "", exitFailed},
		{"--json", "", "", exitUsage},
	} {
		var stdout, stderr strings.Builder
		p := &program{output: output{stdout: &stdout, stderr: &stderr}, stdin: strings.NewReader(c.stdin), environ: []string{"GLASNIK_SECRET=a secret of the corpus", "GLASNIK_DATA_DIR=" + t.TempDir()}}
		code := p.run(t.Context(), append([]string{"bounces", "classify"}, strings.Fields(c.args)...))
		var got []string
		for line := range strings.Lines(stdout.String()) {
			var v toldVerdict
			must(t, json.Unmarshal([]byte(line), &v))
			got = append(got, strings.Join([]string{string(v.Class), v.Recipient, v.Status, v.Delivery}, " "))
		}
		if code != c.code || strings.Join(got, "|") != c.want || code != exitOK && stderr.Len() == 0 {
			t.Errorf("%s: %d %q %s", c.args, code, got, stderr.String())
		}
	}
}

// TestTaughtWordsClassify: what the team taught about words of servers decides for the command as it does for what comes back.
func TestTaughtWordsClassify(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	must(t, d.program(io.Discard, os.Stderr).with(t.Context(), func(in *installation) error {
		_, err := in.store.Settings.UpdateSettings(t.Context(), func(s *campaign.Settings) error {
			return s.PutBounceText(campaign.BounceText{Words: "user unknown in", Class: campaign.BlockBounced})
		})
		return err
	}))
	var stdout strings.Builder
	p := d.program(&stdout, os.Stderr)
	file := filepath.Join("..", "..", "mailer", "inbound", "testdata", "corpus", "postfix-unknown.eml")
	if code := p.run(t.Context(), []string{"bounces", "classify", file, "--json"}); code != exitOK || !strings.Contains(stdout.String(), `"rule":"taught: user unknown in"`) {
		t.Errorf("%d %s", code, stdout.String())
	}
}
