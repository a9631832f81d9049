package main

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// finding is one thing the doctor looked at.
type finding struct {
	What   string `json:"what"`
	Status string `json:"status"` // ok, warn or fail
	Detail string `json:"detail"`
	Mend   string `json:"mend,omitempty"`
}

const (
	fine = "ok"
	warn = "warn"
	fail = "fail"
)

func (p *program) doctorCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "doctor", Short: "Say what is wrong with the installation, and how to mend it", Args: cobra.NoArgs,
		Long: `Look at the settings, the data folder, the store, the mail server, the clock and
the address readers see. Each line says ok, warn or fail, and how to mend it.
Nothing is sent. The exit code is 1 when a line says fail.`,
		Example: "  glasnik doctor\n  glasnik doctor --json",
		RunE: p.does(func(cmd *cobra.Command, _ []string) error {
			failed := false
			for _, f := range p.examine(cmd.Context()) {
				failed = failed || f.Status == fail
				if asJSON {
					if err := p.sayJSON(f); err != nil {
						return err
					}
					continue
				}
				p.say("%-4s  %s: %s", f.Status, f.What, f.Detail)
				if f.Mend != "" {
					p.say("      → %s", f.Mend)
				}
			}
			if failed {
				return errReported
			}
			return nil
		}),
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

// examine looks at everything it can reach; where one thing is broken, what depends on it is left out.
func (p *program) examine(ctx context.Context) []finding {
	cfg, err := readConfig(p.environ)
	if err != nil {
		return []finding{{"settings", fail, sentence(err), "mend them in the environment or in .env; .env.example says what each may be"}}
	}
	out := []finding{{"settings", fine, "all can be read", ""}, checkFolder(cfg.DataDir)}
	in, err := openInstallation(ctx, cfg, newLogger(p.stderr, cfg), p.now)
	if err != nil {
		out = append(out, finding{"store", fail, err.Error(), "mend " + prefix + "STORE, or start the server it names"}, p.checkClock(ctx, cfg, nil))
		out = append(append(out, checkBase(cfg)), p.checkMail(ctx, cfg)...)
		return append(out, checkSigning(ctx, cfg, net.DefaultResolver.LookupTXT))
	}
	defer in.close()
	out = append(out, in.checkStore(ctx), p.checkClock(ctx, cfg, in.store), checkBase(cfg))
	out = append(out, p.checkMail(ctx, cfg)...)
	return append(out, checkSigning(ctx, cfg, net.DefaultResolver.LookupTXT))
}

func checkFolder(dir string) finding {
	f := finding{What: "data folder", Status: fail, Mend: "let the program write to it, or name another in " + prefix + "DATA_DIR"}
	if err := prepareDataDir(dir); err != nil {
		f.Detail = err.Error()
		return f
	}
	probe, err := os.CreateTemp(dir, "doctor-*")
	if err != nil {
		f.Detail = err.Error()
		return f
	}
	probe.Close()
	os.Remove(probe.Name())
	return finding{"data folder", fine, dir + " can be written to", ""}
}

func (in *installation) checkStore(ctx context.Context) finding {
	if err := in.store.Ping(ctx); err != nil {
		return finding{"store", fail, err.Error(), "it must be writable: mend the rights of the file or of the database user"}
	}
	if err := in.home.Check(ctx, false); err != nil {
		return finding{"store", fail, err.Error(), "see that the other one has stopped, then run “glasnik adopt”"}
	}
	n, err := in.store.CountContacts(ctx, store.ContactFilter{})
	if err != nil {
		return finding{"store", fail, err.Error(), ""}
	}
	if users, err := in.store.CountUsers(ctx); err == nil && users == 0 {
		return finding{"store", warn, fmt.Sprintf("can be read and written, holds %d contacts, and has no user yet", n),
			"start “glasnik serve” and open the link it prints, or run “glasnik users add EMAIL --role admin”"}
	}
	return finding{"store", fine, fmt.Sprintf("can be read and written, holds %d contacts", n), ""}
}

// checkClock finds a clock that is behind what must have happened already: the program was built and the store written.
func (p *program) checkClock(ctx context.Context, cfg config, s *store.Store) finding {
	now := p.now()
	floor, of := time.Time{}, ""
	if built, err := time.Parse(time.RFC3339, buildOf().Time); err == nil {
		floor, of = built, "this program was made"
	}
	if s != nil {
		if cs, _, err := s.FindCampaigns(ctx, "", store.Page{Limit: 1}); err == nil && len(cs) > 0 && cs[0].UpdatedAt.After(floor) {
			floor, of = cs[0].UpdatedAt, "a campaign was last changed"
		}
	}
	if now.Add(time.Minute).Before(floor) {
		return finding{"clock", fail, fmt.Sprintf("says %s, which is before %s (%s)", now.Format(time.RFC3339), of, floor.Format(time.RFC3339)),
			"set the clock and keep it right by NTP (timedatectl set-ntp true): schedules and leases depend on it"}
	}
	return finding{"clock", fine, now.In(cfg.zone).Format("Monday, 2 January 2006, 15:04") + " in " + cfg.Timezone, ""}
}

func checkBase(cfg config) finding {
	u, _ := url.Parse(cfg.BaseURL) // checked with the settings
	host := u.Hostname()
	if host == "localhost" || strings.HasPrefix(host, "127.") || host == "::1" {
		return finding{"address of links", warn, cfg.BaseURL + " can be reached on this machine only: readers could neither leave nor be counted",
			"set " + prefix + "BASE_URL to the public https address before writing to anybody"}
	}
	if u.Scheme != "https" {
		return finding{"address of links", warn, cfg.BaseURL + " is not https: mailbox providers ignore the one-click unsubscribe, and sessions can be read on the way",
			"put a reverse proxy with a certificate in front and set " + prefix + "BASE_URL to https://…"}
	}
	return finding{"address of links", fine, cfg.BaseURL, ""}
}

func (p *program) checkMail(ctx context.Context, cfg config) (out []finding) {
	in := &installation{cfg: cfg, logger: newLogger(p.stderr, cfg), now: p.now}
	for _, c := range in.checkServers(ctx) {
		if c.err != nil {
			out = append(out, finding{"mail server", fail, c.err.Error(), "mend " + prefix + "SMTP_URL, or the server it names"})
			continue
		}
		status, mend := fine, ""
		if r := c.report; !r.Encrypted && !strings.HasPrefix(r.Server, "127.") && !strings.HasPrefix(r.Server, "localhost") {
			status, mend = warn, "use tls=required in "+prefix+"SMTP_URL"
		}
		out = append(out, finding{"mail server", status, strings.Join(c.report.Words, " "), mend})
	}
	if len(out) == 0 {
		out = append(out, finding{"mail server", fail, errNoServer.Error(), "mend " + prefix + "SMTP_URL, or the server it names"})
	}
	return append(out, paceFinding(in.pace()))
}

// paceFinding says how fast mail goes out by the settings; the team may have set another pace in the panel.
func paceFinding(pace campaign.Pace) finding {
	words := fmt.Sprintf("%d connections to a server", pace.Connections)
	if pace.PerSecond > 0 {
		words += fmt.Sprintf(", %.4g messages a second", pace.PerSecond)
	}
	if pace.PerConnection > 0 {
		words += fmt.Sprintf(", %.4g a second over each connection", pace.PerConnection)
	}
	for _, l := range pace.Providers {
		words += fmt.Sprintf("; to %s at most %d connections, %.4g a second (0 is no limit)", l.Provider, l.Connections, l.PerSecond)
	}
	return finding{"pace", fine, words + ", where the panel (Settings → Sending) says nothing else", ""}
}

// checkSigning says what must stand in the DNS for our signatures, and whether it does.
func checkSigning(ctx context.Context, cfg config, lookup func(context.Context, string) ([]string, error)) finding {
	if cfg.dkim == nil {
		return finding{"signing (DKIM)", fine, "messages are not signed here: the mail server should do it", ""}
	}
	name, value := cfg.dkim.Record()
	mend := fmt.Sprintf("put this TXT record into the DNS: %s  %s", name, value)
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	records, err := lookup(ctx, name)
	if err != nil {
		return finding{"signing (DKIM)", warn, fmt.Sprintf("the key for %s can be used, and its record was not found: %v", cfg.dkim.Domain(), err), mend}
	}
	for _, r := range records {
		if slices.Contains(dkimTags(r), dkimTags(value)[2]) {
			if domain := campaign.Domain(cfg.from.Email); domain != "" && domain != cfg.dkim.Domain() && !strings.HasSuffix(domain, "."+cfg.dkim.Domain()) {
				return finding{"signing (DKIM)", warn, fmt.Sprintf("messages are signed for %s, and the sender is at %s: DMARC wants one domain", cfg.dkim.Domain(), domain),
					"sign for the domain of " + prefix + "FROM"}
			}
			return finding{"signing (DKIM)", fine, "messages are signed for " + cfg.dkim.Domain() + ", and " + name + " holds the key", ""}
		}
	}
	return finding{"signing (DKIM)", fail, "the record " + name + " holds another key: receivers will take our signatures for forged", mend}
}

// dkimTags divides a record into its tags (RFC 6376 section 3.2), without blanks, which mean nothing in it.
func dkimTags(record string) []string {
	return strings.Split(strings.Join(strings.Fields(record), ""), ";")
}
