package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/mailer/dns"
)

// finding is one thing the doctor looked at.
type finding struct {
	What   string `json:"what"`
	Status string `json:"status"` // ok, warn or fail
	Detail string `json:"detail"`
	Mend   string `json:"mend,omitempty"`
}

const (
	fine = dns.Fine
	warn = dns.Warn
	fail = dns.Fail
)

func doctorCommand(p *program) *cobra.Command {
	return withJSON(p, &cobra.Command{
		Use: "doctor", Short: "Say what is wrong with the installation, and how to mend it", Args: cobra.NoArgs,
		Long: `Look at the settings, the data folder and who may read it, the store, the clock, the
address readers see, the mail server, and what the DNS says of the domains mail is
sent from. The mail server is asked whether it takes mail from each sender, and no
message follows. Each line says ok, warn or fail, and how to mend it. The exit code
is 1 when a line says fail.`,
		Example: "  glasnik doctor\n  glasnik doctor --json",
		RunE: p.does(func(cmd *cobra.Command, _ []string) error {
			failed := false
			for _, f := range p.examine(cmd.Context()) {
				failed = failed || f.Status == fail
				if p.asJSON {
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
	})
}

// examine looks at everything; what depends on a setting that cannot be read is left out.
func (p *program) examine(ctx context.Context) []finding {
	cfg, err := readConfig(p.environ)
	readable := func(names ...string) bool { return !mistakenIn(err, names...) }
	out := []finding{{"settings", fine, "all can be read", ""}}
	if err != nil {
		out[0] = finding{What: "settings", Status: fail, Detail: sentence(err), Mend: "mend them in the environment or in .env; .env.example says what each may be"}
	}
	if cfg.zone == nil {
		cfg.zone, cfg.Timezone = time.UTC, "UTC"
	}
	out = append(out, checkFolder(cfg.DataDir))
	var in *installation
	var opened *store.Store
	if readable("STORE", "SECRET", "DATA_DIR", "SYNC") {
		var f finding
		if in, f = p.openForCheck(ctx, cfg); in != nil {
			defer in.close()
			opened = in.store
			f = in.checkStore(ctx)
		}
		out = append(out, f)
	}
	out = append(out, checkOwners(&cfg)...)
	out = append(out, checkClock(ctx, p.now(), cfg, opened))
	if readable("BASE_URL", "ADDR") {
		out = append(out, finding(dns.CheckBase(ctx, p.resolver(), cfg.BaseURL)))
	}
	senders := allSenders(ctx, &cfg, opened)
	if readable("FROM") {
		out = append(out, checkSenders(senders))
	}
	if readable("SMTP_URL", "BOUNCE_ADDRESS") {
		out = append(out, p.checkMail(ctx, cfg, senders, opened)...)
	}
	if readable("DKIM_DOMAIN", "DKIM_SELECTOR", "DKIM_KEY", "BOUNCE_ADDRESS") {
		m := dns.Mail{Bounce: cfg.BounceAddress, DKIM: cfg.dkim}
		for _, s := range senders {
			m.From = append(m.From, s.email)
		}
		for _, f := range dns.Check(ctx, p.resolver(), m) {
			out = append(out, finding(f))
		}
	}
	return out
}

// mistakenIn reports whether one of some settings is among those that cannot be read.
func mistakenIn(err error, names ...string) bool {
	var list listError
	if !errors.As(err, &list) {
		return err != nil
	}
	return slices.ContainsFunc(list.lines, func(line string) bool {
		setting, _, _ := strings.Cut(strings.TrimPrefix(line, prefix), " ")
		return slices.Contains(names, strings.TrimSuffix(setting, "_FILE"))
	})
}

// storePatience is how long the store may take to open, and how long to answer.
const storePatience = 15 * time.Second

// openForCheck opens the store, or says why it cannot be.
func (p *program) openForCheck(ctx context.Context, cfg config) (*installation, finding) {
	ctx, cancel := context.WithTimeout(ctx, storePatience)
	defer cancel()
	in, err := openInstallation(ctx, cfg, p.output, p.now)
	if err == nil {
		return in, finding{}
	}
	mend := "start the server it names, or mend " + prefix + "STORE"
	if cfg.databaseFile() != "" {
		mend = "see that the file and its folder are there and this program's user may write to them, or mend " + prefix + "STORE"
	}
	if code := campaign.CodeOf(err); code != "" || strings.Contains(err.Error(), prefix) {
		mend = "" // it says so itself
	}
	return nil, finding{What: "store", Status: fail, Detail: sentence(err), Mend: mend}
}

// resolver asks the DNS as this machine does, unless the program was given another.
func (p *program) resolver() dns.Resolver {
	if p.dns != nil {
		return p.dns
	}
	return net.DefaultResolver
}

func (in *installation) checkStore(ctx context.Context) finding {
	ctx, cancel := context.WithTimeout(ctx, storePatience)
	defer cancel()
	if err := in.store.Installation.Ping(ctx); err != nil {
		return finding{What: "store", Status: fail, Detail: err.Error(), Mend: "it must be writable: mend the rights of the file or of the database user"}
	}
	if err := in.home.Check(ctx, false); err != nil {
		return finding{What: "store", Status: fail, Detail: err.Error(), Mend: "see that the other one has stopped, then run “glasnik adopt”"}
	}
	n, err := in.store.Contacts.CountContacts(ctx, store.ContactFilter{})
	if err != nil {
		return finding{What: "store", Status: fail, Detail: err.Error()}
	}
	if users, err := in.store.Users.CountUsers(ctx); err == nil && users == 0 {
		return finding{What: "store", Status: warn, Detail: fmt.Sprintf("can be read and written, holds %d contacts, and has no user yet", n),
			Mend: "start “glasnik serve” and open the link it prints, or run “glasnik users add EMAIL --role admin”"}
	}
	return finding{What: "store", Status: fine, Detail: fmt.Sprintf("can be read and written, holds %d contacts", n)}
}

// checkClock finds a clock that is behind what must have happened already: the program was built and the store written.
func checkClock(ctx context.Context, now time.Time, cfg config, s *store.Store) finding {
	floor, of := time.Time{}, ""
	if built, err := time.Parse(time.RFC3339, buildOf().Time); err == nil {
		floor, of = built, "this program was made"
	}
	if s != nil {
		if cs, _, err := s.Campaigns.FindCampaigns(ctx, "", store.Page{Limit: 1}); err == nil && len(cs) > 0 && cs[0].UpdatedAt.After(floor) {
			floor, of = cs[0].UpdatedAt, "a campaign was last changed"
		}
	}
	if now.Add(time.Minute).Before(floor) {
		return finding{What: "clock", Status: fail, Detail: fmt.Sprintf("says %s, which is before %s (%s)", now.Format(time.RFC3339), of, floor.Format(time.RFC3339)),
			Mend: "set the clock and keep it right by NTP (timedatectl set-ntp true): schedules and leases depend on it"}
	}
	return finding{What: "clock", Status: fine, Detail: now.In(cfg.zone).Format("Monday, 2 January 2006, 15:04") + " in " + cfg.Timezone}
}
