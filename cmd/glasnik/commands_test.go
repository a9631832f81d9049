package main

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
	"github.com/glasnik/glasnik/templates"
)

func TestReleasePreview(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	d.write("people.csv", "email;ime;medij;jezik\nana@example.org;Ana;Dnevni primer;srpski\nvera@example.org;Вера;;ћирилица\n")
	d.ok("contacts", "import", "people.csv", "--list", "Press")
	d.write("guide.sr.md", strings.Replace(guideSerbian, "media_contact:", "attachments:\n  - file: table.csv\nmedia_contact:", 1))
	d.write("table.csv", "a,b\n1,2\n")
	d.write("guide.en.md", guideEnglish)
	var release struct {
		ID          string
		Languages   []string
		Attachments int
	}
	d.decode(&release, "releases", "add", "guide.en.md", "guide.sr.md")
	if len(release.Languages) != 2 || release.Attachments != 1 {
		t.Errorf("added %+v", release)
	}
	for _, c := range []struct{ contact, part, want string }{
		{"ana@example.org", "text", "Vodič za redakcije"},
		{"vera@example.org", "text", "Vodič za redakcije"}, // the other script before English
		{"ana@example.org", "html", "<html"},
		{"ana@example.org", "eml", "filename=\"table.csv\""},
		{"ana@example.org", "eml", "To: Ana <ana@example.org>"},
	} {
		out := d.ok("releases", "preview", release.ID, "--contact", c.contact, "--part", c.part)
		if !strings.Contains(out, c.want) || strings.Contains(out, "/o/") {
			t.Errorf("the %s for %s lacks %q or holds an image that counts", c.part, c.contact, c.want)
		}
	}
	if code, _, stderr := d.run("releases", "preview", release.ID, "--contact", "nobody@example.org"); code != exitFailed || !strings.Contains(stderr, "no contact") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

func TestUsers(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	if out := d.ok("users", "list"); !strings.Contains(out, "no users yet") {
		t.Errorf("an empty list: %s", out)
	}
	var first, second struct {
		Link string `json:"sign_in_link"`
		Role string
	}
	d.decode(&first, "users", "add", "Ana@Example.org", "--name", "Ana Anić", "--role", "admin")
	if first.Role != "admin" || !strings.HasPrefix(first.Link, "http://127.0.0.1:9/sign-in/") {
		t.Errorf("added %+v", first)
	}
	if code, _, stderr := d.run("users", "add", "ana@example.org"); code != exitFailed || !strings.Contains(stderr, "already") {
		t.Errorf("the same again: exit %d: %s", code, stderr)
	}
	d.decode(&second, "users", "reset", "ana@example.org")
	if second.Link == first.Link || second.Link == "" {
		t.Error("a reset gives no new link")
	}
	if out := d.ok("users", "list", "--json"); !strings.Contains(out, `"role":"admin"`) || strings.Contains(out, "password") {
		t.Errorf("the list: %s", out)
	}
}

func TestScript(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	d.write("text.md", "Njegoš i džez na [adresi](https://example.org/put).\n")
	cyrillic := d.ok("script", "--to", "cyrillic", "text.md")
	if cyrillic != "Његош и џез на [адреси](https://example.org/put).\n" {
		t.Errorf("cyrillic %q", cyrillic)
	}
	d.write("text.md", cyrillic)
	if latin := d.ok("script", "--to", "latin", "text.md"); latin != "Njegoš i džez na [adresi](https://example.org/put).\n" {
		t.Errorf("latin %q", latin)
	}
}

func TestScheduledCampaign(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	id := d.campaign("email\na@example.org\n", "--at", time.Now().AddDate(1, 0, 0).Format("2006-01-02")+" 09:00", "--timezone", "Europe/Paris")
	s := d.statusOf(id)
	if s.State != campaign.Scheduled || s.Campaign.Schedule.Zone != "Europe/Paris" || !strings.Contains(s.Words, "09:00") {
		t.Errorf("%s, %s", s.State, s.Words)
	}
	if out := d.ok("campaigns", "list", "--state", "scheduled"); !strings.Contains(out, id) {
		t.Errorf("the list: %s", out)
	}
	release := s.Campaign.Release
	for _, flags := range [][]string{{"--at", "2020-01-01 09:00"}, {"--at", "soon"}, {"--cron", "61 * * * *"}, {"--cron", "0 0 31 2 *"}, {"--every", "FREQ=SOMETIMES"}, {"--every", "FREQ=HOURLY"}, {"--every", "FREQ=DAILY", "--days-off", "mars"}, {"--at", "2030-01-01 09:00", "--timezone", "Mars/Base"}} {
		if code, _, stderr := d.run(append([]string{"campaigns", "create", "--release", release, "--list", "Press"}, flags...)...); code != exitFailed {
			t.Errorf("%v: exit %d: %s", flags, code, stderr)
		}
	}
	for _, flags := range [][]string{{"--at", ""}, {"--cron", " "}, {"--cron", "@every 1s"}, {"--cron", "* * * * *"}} {
		if code, _, stderr := d.run(append([]string{"campaigns", "create", "--release", release, "--list", "Press"}, flags...)...); code != exitUsage {
			t.Errorf("%v: exit %d: %s", flags, code, stderr)
		}
	}
	monthly := d.ok("campaigns", "create", "--release", release, "--list", "press", "--every", "FREQ=MONTHLY;BYDAY=1MO", "--days-off", "serbia,weekends", "--on-day-off", "after", "--timezone", "Europe/Belgrade")
	if want := "on the first Monday of the month at 9:00 (Europe/Belgrade); if that is a day off (weekends and public holidays in Serbia), on the next working day"; !strings.Contains(monthly, want) {
		t.Errorf("a rule is described as %q, want %q", monthly, want)
	}
	weekly := d.ok("campaigns", "create", "--release", release, "--list", "press", "--cron", "0 9 * * 1")
	if strings.Count(weekly, "Monday") < 5 {
		t.Errorf("the next times are not told: %s", weekly)
	}
}

func TestCampaignWithoutASender(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{}, "GLASNIK_FROM=")
	d.write("people.csv", "email\na@example.org\n")
	d.ok("contacts", "import", "people.csv", "--list", "Press")
	d.write("guide.en.md", guideEnglish)
	release := strings.TrimSpace(d.ok("releases", "add", "guide.en.md"))
	if code, _, stderr := d.run("campaigns", "create", "--release", release, "--list", "Press"); code != exitFailed || !strings.Contains(stderr, "--from") {
		t.Errorf("exit %d: %s", code, stderr)
	}
	d.ok("campaigns", "create", "--release", release, "--list", "Press", "--from", "Ana <ana@example.org>")
}

// Without --wait a command only leaves word; it does not send.
func TestSendWithoutWaitingLeavesWord(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	id := d.campaign("email\na@example.org\n")
	if out := d.ok("campaigns", "send", id); !strings.Contains(out, "glasnik serve") {
		t.Errorf("it says %q", out)
	}
	if s := d.statusOf(id); s.State != campaign.Scheduled || s.Campaign.NextAt.IsZero() || len(d.sink.Taken()) != 0 {
		t.Errorf("the campaign is %s, %d messages", s.State, len(d.sink.Taken()))
	}
	d.ok("campaigns", "send", id, "--wait") // takes up the same slot
	if s := d.statusOf(id); len(s.Runs) != 1 || len(d.sink.Taken()) != 1 {
		t.Errorf("%d runs, %d messages", len(s.Runs), len(d.sink.Taken()))
	}
}

func TestExcludedAndFailedReaders(t *testing.T) {
	t.Parallel()
	refuse := func(m smtptest.Moment) smtptest.Action {
		if m.Phase == smtptest.Rcpt && strings.Contains(m.Line, "gone@") {
			return smtptest.Action{Reply: "550 5.1.1 no such mailbox"}
		}
		return smtptest.Action{}
	}
	d := newDesk(t, smtptest.Options{Act: refuse})
	d.write("out.csv", "email\nb@example.org\n")
	d.ok("contacts", "import", "out.csv", "--list", "Partners")
	id := d.campaign("email\na@example.org\nb@example.org\ngone@example.org\n", "--exclude", "Partners")
	out := d.ok("campaigns", "send", id, "--wait")
	if !strings.Contains(out, "1 accepted") || !strings.Contains(out, "1 failed") || !strings.Contains(out, "1 left out") {
		t.Errorf("it says %q", out)
	}
	run := d.statusOf(id).Runs[0]
	if len(run.Failures) != 1 || !strings.Contains(run.Failures[0].Reason, "no such mailbox") {
		t.Errorf("reasons %+v", run.Failures)
	}
	if code, out, stderr := d.run("campaigns", "send", id, "--wait", "--retry-failed"); code != exitOK || !strings.Contains(stderr, "0 messages") || len(d.sink.Taken()) != 1 {
		t.Errorf("exit %d: %s%s", code, out, stderr) // the address is known to be dead by now and is left alone
	}
}

// A message whose answer never came is interrupted, waits for a person, and goes again when told to.
func TestInterruptedGoesAgainWhenTold(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{Act: smtptest.Once(smtptest.Dot, 1, smtptest.Action{Drop: true})})
	id := d.campaign("email\na@example.org\n")
	if out := d.ok("campaigns", "send", id, "--wait"); !strings.Contains(out, "1 interrupted") {
		t.Errorf("it says %q", out)
	}
	if out := d.ok("campaigns", "send", id, "--wait", "--resend-interrupted"); !strings.Contains(out, "1 accepted") {
		t.Errorf("it says %q", out)
	}
	if len(d.sink.Taken()) != 1 {
		t.Errorf("%d messages", len(d.sink.Taken()))
	}
}

// After a kill, what was on the wire is not marked as interrupted yet: the command finds that out and sends it again all the
// same.
func TestWhatAKilledProgramLeftGoesAgainWhenTold(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	id := d.campaign("email\na@example.org\nb@example.org\n")
	err := d.program(io.Discard, io.Discard).with(t.Context(), func(in *installation) error {
		c, err := in.store.Sending.SendNow(t.Context(), id, 0)
		if err != nil {
			return err
		}
		run, err := in.store.Sending.StartRun(t.Context(), id, campaign.Slot{At: c.NextAt}, campaign.TriggerHand, templates.TrackedLinks)
		if err != nil {
			return err
		}
		reader, err := in.store.Contacts.GetContactByAddress(t.Context(), "a@example.org")
		if err != nil {
			return err
		}
		left := campaign.Delivery{Run: run.ID, Campaign: id, Contact: reader.ID, Email: reader.Email, Domain: "example.org",
			Language: campaign.English, Tracking: campaign.Aggregate, State: campaign.InFlight}
		left.ID, left.Shard = campaign.DeliveryID(run.ID, run.Shards, reader.ID)
		return in.store.Deliveries.PlanDeliveries(t.Context(), []*campaign.Delivery{&left})
	})
	must(t, err)
	if out := d.ok("campaigns", "send", id, "--wait", "--resend-interrupted"); !strings.Contains(out, "2 accepted") {
		t.Errorf("it says %q", out)
	}
	if len(d.sink.Taken()) != 2 {
		t.Errorf("%d messages", len(d.sink.Taken()))
	}
}

func TestPauseResumeCancel(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	id := d.campaign("email\na@example.org\n")
	if code, _, stderr := d.run("campaigns", "pause", id); code != exitFailed || !strings.Contains(stderr, "draft") {
		t.Errorf("pausing a draft: exit %d: %s", code, stderr)
	}
	d.inspect(func(in *installation) {
		c, err := in.campaign(t.Context(), id)
		must(t, err)
		if _, err := in.begin(t.Context(), c, sendOptions{}); err != nil {
			t.Fatal(err)
		}
	})
	d.ok("campaigns", "pause", id)
	if code, _, stderr := d.run("campaigns", "send", id, "--wait"); code != exitFailed || !strings.Contains(stderr, "resume") {
		t.Errorf("sending what is paused: exit %d: %s", code, stderr)
	}
	d.ok("campaigns", "resume", id)
	d.ok("campaigns", "cancel", id)
	if code, _, stderr := d.run("campaigns", "send", id, "--wait"); code != exitFailed || !strings.Contains(stderr, "cancelled") || len(d.sink.Taken()) != 0 {
		t.Errorf("sending what was cancelled: exit %d: %s", code, stderr)
	}
}

func TestImportAsJSON(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	d.write("people.csv", fivePeople)
	lines := strings.Split(strings.TrimSpace(d.ok("contacts", "import", "people.csv", "--list", "Press", "--json")), "\n")
	if len(lines) != 7 {
		t.Fatalf("%d lines", len(lines))
	}
	for _, line := range lines {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
	}
}
