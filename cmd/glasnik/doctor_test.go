package main

import (
	"encoding/json"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// findings runs the doctor and returns what it found.
func (d *desk) findings() (out []finding, code int) {
	d.t.Helper()
	code, text, stderr := d.run("doctor", "--json")
	for line := range strings.Lines(text) {
		var f finding
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			d.t.Fatalf("%q: %v (%s)", line, err, stderr)
		}
		out = append(out, f)
	}
	return out, code
}

func statusOf(all []finding, what string) (worst string) {
	for _, f := range all {
		if f.What == what && (worst == "" || worst == fine || f.Status == fail) {
			worst = f.Status
		}
	}
	return worst
}

// A refusal of our sender, which every message would meet, is found before anybody gets anything.
func TestRefusedSenderSendsNothing(t *testing.T) {
	t.Parallel()
	for _, phase := range []smtptest.Phase{smtptest.Mail, smtptest.Rcpt} {
		d := newDesk(t, smtptest.Options{Act: smtptest.At(phase, smtptest.Action{Reply: "553 5.7.1 <press@example.org>: Sender address rejected: not owned by user"})})
		id := d.campaign("email\na@example.org\nb@example.org\n")
		if code, _, stderr := d.run("campaigns", "send", id, "--wait"); code != exitFailed || !strings.Contains(stderr, "nothing was sent") || !strings.Contains(stderr, "not owned") || strings.Contains(stderr, "press@") {
			t.Errorf("%s: exit %d: %s", phase, code, stderr)
		}
		if s := d.statusOf(id); s.State != campaign.Draft {
			t.Errorf("the campaign is %s", s.State)
		}
		if found, code := d.findings(); code != exitFailed || statusOf(found, "mail server") != fail {
			t.Errorf("%s: exit %d: %+v", phase, code, found)
		}
	}
}

// What the server refuses for now is no reason not to begin.
func TestGreylistedSenderIsSentAllTheSame(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{Act: smtptest.Once(smtptest.Rcpt, 1, smtptest.Action{Reply: "450 4.2.0 greylisted"})})
	d.ok("campaigns", "send", d.campaign("email\na@example.org\n"), "--wait")
	if d.sink.Count() != 1 {
		t.Errorf("%d messages", d.sink.Count())
	}
}

// All that can be looked at is looked at, also when something fails.
func TestDoctorLooksAtAll(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		environ []string
		fails   string
		left    string // what cannot be looked at
	}{
		"settings of mail": {[]string{"GLASNIK_SMTP_URL=ftp://x"}, "settings", "mail server"},
		"settings of DKIM": {[]string{"GLASNIK_DKIM_DOMAIN=example.org"}, "settings", "signing (DKIM)"},
		"another setting":  {[]string{"GLASNIK_TIMEZONE=Mars", "GLASNIK_NONSENSE=1"}, "settings", ""},
		"store":            {[]string{"GLASNIK_STORE=sqlite:./nowhere/x.db"}, "store", ""},
		"no mail server":   {[]string{"GLASNIK_SMTP_URL="}, "mail server", "pace"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, smtptest.Options{}, c.environ...)
			found, code := d.findings()
			if code != exitFailed || statusOf(found, c.fails) != fail {
				t.Errorf("exit %d: %+v", code, found)
			}
			for _, what := range []string{"settings", "data folder", "store", "who may read the data", "clock", "address of links", "sender", "mail server", "pace", "signing (DKIM)"} {
				if there := statusOf(found, what) != ""; there == (what == c.left || c.left == "mail server" && what == "pace") {
					t.Errorf("%s: %v", what, there)
				}
			}
		})
	}
}

func TestDoctorWantsASender(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{}, "GLASNIK_FROM=")
	if found, code := d.findings(); code != exitOK || statusOf(found, "sender") != warn {
		t.Errorf("exit %d: %+v", code, found)
	}
}

// Files with people's data that others on the machine may read are a failure, wherever the store is.
func TestDoctorLooksAtWhoMayRead(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{}, "GLASNIK_STORE=sqlite:./elsewhere.db")
	d.ok("users", "list")
	if found, code := d.findings(); code != exitOK || statusOf(found, "who may read the data") != fine {
		t.Errorf("exit %d: %+v", code, found)
	}
	if runtime.GOOS == "windows" {
		return // files have no such bits there
	}
	d.write("data/known.txt", "")
	for _, path := range []string{d.path("data/secret"), d.path("data/known.txt")} {
		for _, mode := range []os.FileMode{0o640, 0o604, 0o620} {
			must(t, os.Chmod(path, mode))
			found, code := d.findings()
			if code != exitFailed || statusOf(found, "who may read the data") != fail {
				t.Errorf("%s %v: exit %d: %+v", path, mode, code, found)
			}
		}
		must(t, os.Chmod(path, 0o600))
	}
	must(t, os.Chmod(d.path("elsewhere.db"), 0o644))
	d.ok("users", "list")
	if info, err := os.Stat(d.path("elsewhere.db")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}

func TestPaceIsSaidInGoodEnglish(t *testing.T) {
	if f := paceFinding(campaign.Pace{Connections: 1}); !strings.HasPrefix(f.Detail, "1 connection to") {
		t.Error(f.Detail)
	}
}
