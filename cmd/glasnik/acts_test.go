package main

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/mailer/dns/dnstest"
	"github.com/glasnik/glasnik/mailer/smtptest"
	"github.com/glasnik/glasnik/templates"
)

// notNoted are the commands that nobody answers for in the audit log, with the reason.
var notNoted = map[string]string{
	"demo": "an installation of its own, with sample data", "serve": "what is done in it notes itself", "contacts imports": "changes nothing", "segments list": "changes nothing",
	"segments show": "changes nothing", "segments count": "changes nothing", "releases preview": "changes nothing", "campaigns status": "changes nothing",
	"campaigns list": "changes nothing", "series list": "changes nothing", "users list": "changes nothing", "doctor": "changes nothing", "script": "changes nothing", "check": "changes nothing",
	"bounces classify": "changes nothing", "bounces fetch": "what came back is noted as the program's", "dkim list": "changes nothing", "dmarc": "stores what receivers report",
	"opens classify": "changes nothing", "opens lists": "changes nothing", "report": "writes figures; where it names readers that is noted", "version": "changes nothing",
}

// byCommand is what a command must add to the audit log.
type byCommand struct {
	command string // without “glasnik”
	args    []string
	says    string
	object  string // how its path begins; "" is any
}

// Every command that changes something is in the audit log, with who called it by the operating system, as the same act in the panel is.
func TestCommandsAreInTheAuditLog(t *testing.T) {
	t.Parallel()
	server := dnstest.Start(t, nil)
	d := newDesk(t, smtptest.Options{}, testPassphrase, "GLASNIK_DNS="+server.Addr)
	seen := map[string]bool{}
	do := func(steps ...byCommand) {
		t.Helper()
		for _, s := range steps {
			seen[s.command] = true
			before := d.auditLog()
			var stdout, stderr lockedBuffer
			p := d.program(&stdout, &stderr)
			p.login = "ana"
			if code := p.run(t.Context(), d.inFolder(append(strings.Fields(s.command), s.args...))); code != exitOK {
				t.Fatalf("glasnik %s: exit %d: %s", s.command, code, stderr.String())
			}
			after := d.auditLog()
			new := after[:max(0, len(after)-len(before))]
			if s.command == "restore" { // the log is that of the backup
				new = after[:1]
			}
			if !slices.ContainsFunc(new, func(e campaign.Entry) bool {
				return e.By == campaign.ByCommand && e.Login == "ana" && e.Who().String() == "command line (ana)" && strings.Contains(campaign.StoredText(e.Detail).String(), s.says) && strings.HasPrefix(e.Object, s.object)
			}) {
				t.Errorf("glasnik %s %q: the audit log does not say %q: %+v", s.command, s.args, s.says, new)
			}
		}
	}
	lastID := func(args ...string) string {
		var made struct{ ID string }
		d.decode(&made, args...)
		return made.ID
	}
	d.write("people.csv", "email,language\na@example.org,en\nb@example.org,en\n")
	d.write("guide.sr.md", guideSerbian)
	d.write("guide.en.md", guideEnglish)
	do(byCommand{"contacts import", []string{"people.csv", "--list", "Press", "--kind", "journalist"}, "Imported contacts", ""},
		byCommand{"contacts export", []string{"--output", d.path("out.csv")}, "Exported 2 contacts", ""},
		byCommand{"segments add", []string{"Belgrade", `place = "Beograd"`}, "Added a segment: Belgrade", "/segments/"},
		byCommand{"segments delete", []string{"Belgrade"}, "Deleted a segment: Belgrade", "/segments/"},
		byCommand{"releases add", []string{"guide.sr.md", "guide.en.md"}, "Added a release: Vodič", "/releases/"},
		byCommand{"users add", []string{"ana@example.org", "--role", "admin"}, "ana@example.org", "/users/"},
		byCommand{"users reset", []string{"ana@example.org"}, "sign-in link", ""},
	)
	release := lastID("releases", "add", "guide.sr.md", "guide.en.md")
	d.write("more.csv", "email\nc@example.org\n")
	d.ok("contacts", "import", "more.csv", "--list", "Other")
	d.inspect(func(in *installation) {
		imports, err := in.store.Imports.FindImports(t.Context(), 1)
		must(t, err)
		do(byCommand{"contacts undo", []string{imports[0].ID}, "Undid an import", ""})
	})

	create := []string{"--release", release, "--list", "Press"}
	do(byCommand{"campaigns create", create, "Added a campaign: Vodič", "/campaigns/"},
		byCommand{"campaigns create", append(create, "--at", "2035-10-18 09:00"), "Scheduled a campaign: Vodič", "/campaigns/"})
	id := lastID(append([]string{"campaigns", "create"}, create...)...)
	do(byCommand{"campaigns ask", []string{id}, "Asked for approval: Vodič", "/campaigns/" + id},
		byCommand{"campaigns cancel", []string{id}, "Cancelled a campaign: Vodič", "/campaigns/" + id})
	id = lastID(append([]string{"campaigns", "create"}, create...)...)
	do(byCommand{"campaigns send", []string{id}, "Sent a campaign: Vodič", "/campaigns/" + id})
	d.inspect(func(in *installation) {
		c, err := in.store.Campaigns.GetCampaign(t.Context(), id)
		must(t, err)
		_, err = in.store.Sending.StartRun(t.Context(), id, campaign.Slot{At: c.NextAt}, campaign.TriggerHand, func(*campaign.Release) []campaign.Link { return nil })
		must(t, err)
	})
	do(byCommand{"campaigns pause", []string{id}, "Stopped a campaign: Vodič", "/campaigns/" + id},
		byCommand{"campaigns resume", []string{id}, "Went on with a campaign: Vodič", "/campaigns/" + id})
	d.ok("campaigns", "send", id, "--wait")
	do(byCommand{"campaigns send", []string{id, "--retry-failed"}, "Sent failed messages again: Vodič", "/runs/"},
		byCommand{"campaigns send", []string{id, "--resend-interrupted"}, "Sent interrupted messages again: Vodič", "/runs/"},
		byCommand{"campaigns create", []string{"--to-joined", id}, "Made a campaign that follows another one", "/campaigns/"})

	d.write("link.en.md", guideEnglish+"\nSee [the guide](https://example.org/guide).\n")
	id = lastID("campaigns", "create", "--release", lastID("releases", "add", "link.en.md"), "--list", "Press", "--ab", "subject", "--variant", "News")
	d.ok("campaigns", "send", id)
	d.inspect(func(in *installation) {
		c, err := in.store.Campaigns.GetCampaign(t.Context(), id)
		must(t, err)
		run, err := in.store.Sending.StartRun(t.Context(), id, campaign.Slot{At: c.NextAt}, campaign.TriggerHand, templates.TrackedLinks)
		must(t, err)
		_, err = in.store.Runs.UpdateRun(t.Context(), run.ID, func(r *campaign.Run) error { r.ABTest = &campaign.ABResult{Sizes: []int64{1, 1}}; return nil })
		must(t, err)
	})
	do(byCommand{"campaigns choose", []string{id, "B"}, "Chose which variant of an A/B test the other readers get: variant B", "/runs/"})

	d.inspect(func(in *installation) {
		l, err := in.store.Lists.GetListByName(t.Context(), "Press")
		must(t, err)
		one := campaign.Series{Name: "Welcome", Trigger: campaign.OnJoining, Lists: []string{l.ID}, Zone: "Europe/Belgrade", Steps: []campaign.SeriesStep{{}}}
		must(t, in.store.Series.CreateSeries(t.Context(), &one, []store.StepMessage{{Release: release, Sender: campaign.Sender{Name: "Press", Email: "press@example.org"}}}))
		do(byCommand{"series start", []string{one.ID}, "Welcome", "/series/"}, byCommand{"series pause", []string{one.ID}, "Welcome", "/series/"}, byCommand{"series end", []string{one.ID}, "Welcome", "/series/"})
	})

	do(byCommand{"dkim make", []string{"example.org"}, "key", ""})
	d.inspect(func(in *installation) {
		keys, err := in.store.SigningKeys.FindSigningKeys(t.Context())
		must(t, err)
		server.Set("TXT "+keys[0].ID, keys[0].Record)
		do(byCommand{"dkim look", nil, "signs", ""}, byCommand{"dkim rest", []string{keys[0].ID}, "signs no more", ""}, byCommand{"dkim remove", []string{keys[1].ID}, "key", ""})
	})
	do(byCommand{"backup", []string{"b.age"}, "backup", ""}, byCommand{"restore", []string{"b.age", "--replace"}, "Put back a backup", ""}, byCommand{"adopt", nil, "", ""})

	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			walk(sub)
		}
		name := strings.TrimPrefix(c.CommandPath(), "glasnik ")
		if len(c.Commands()) > 0 || name == "glasnik" {
			return
		}
		if why := notNoted[name]; !seen[name] && why == "" || seen[name] && why != "" {
			t.Errorf("glasnik %s: is it in the audit log?", name)
		}
	}
	walk((&program{}).root())
}

// auditLog returns the entries of the desk's audit log, the latest first.
func (d *desk) auditLog() (entries []campaign.Entry) {
	d.t.Helper()
	d.inspect(func(in *installation) {
		var err error
		entries, _, err = in.store.Journal.FindJournal(context.Background(), store.JournalFilter{Audit: true}, store.Page{Limit: 200})
		must(d.t, err)
	})
	return entries
}
