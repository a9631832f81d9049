package main

import (
	"context"
	"errors"
	"fmt"
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

	Of      string               `json:"of,omitempty"`      // the domain, host or address it is about
	Records []campaign.DNSRecord `json:"records,omitempty"` // to be set in the DNS; there is true of what is set
}

const (
	fine = string(campaign.CheckFine)
	warn = string(campaign.CheckWarn)
	fail = string(campaign.CheckFail)
)

func doctorCommand(p *program) *cobra.Command {
	testMail := false
	cmd := &cobra.Command{
		Use: "doctor", Short: "Say what is wrong with the installation, and how to mend it", Args: cobra.NoArgs,
		Long: `Look at the settings, the data folder and who may read it, the store, the clock, the
address readers see, the mail server, and what the DNS and block lists say of the
domains mail is sent from: which records to set, as text to copy, and whether the
rules of Gmail, Yahoo and Microsoft for senders of much mail are kept. The mail
server is asked whether it takes mail from each sender, and no message follows,
unless --test-mail is given: then one goes to the address of bounces, and is waited
for. Each line says ok, warn or fail, and how to mend it. The exit code is 1 when a
line says fail.`,
		Example: "  glasnik doctor\n  glasnik doctor --test-mail --json",
		RunE: p.does(func(cmd *cobra.Command, _ []string) error {
			failed := false
			found := p.examine(cmd.Context())
			if testMail {
				found = append(found, p.tryMail(cmd.Context()))
			}
			for _, f := range found {
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
				for _, r := range f.Records {
					if !r.There {
						p.say("      %s  %s  %s", r.Type, r.Name, strings.ReplaceAll(strings.TrimSpace(r.Value), "\n", "\n        "))
					}
				}
			}
			if failed {
				return errReported
			}
			return nil
		}),
	}
	cmd.Flags().BoolVar(&testMail, "test-mail", false, "send a test mail from the sender to the address of bounces, and wait until it is read there")
	return withJSON(p, cmd)
}

// examine looks at everything; what depends on a setting that cannot be read is left out.
func (p *program) examine(ctx context.Context) []finding {
	cfg, err := readConfig(p.environ)
	readable := func(names ...string) bool { return !mistakenIn(err, names...) }
	out := []finding{{What: "settings", Status: fine, Detail: "all can be read"}}
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
		if in != nil {
			out = append(out, checkAlarms(ctx, in)...)
		}
	}
	out = append(out, checkOwners(&cfg)...)
	out = append(out, checkMachines(&cfg))
	out = append(out, checkClock(ctx, p.now(), cfg, opened))
	if readable("BASE_URL", "ADDR") {
		out = append(out, ofDNS(dns.CheckBase(ctx, cfg.setup(p.dns).Resolver, cfg.BaseURL)))
	}
	out = append(out, checkHelplines(ctx, p.now(), opened)...)
	senders := allSenders(ctx, &cfg, opened)
	if readable("FROM") {
		out = append(out, checkSenders(senders))
	}
	if readable("SMTP_URL", "BOUNCE_ADDRESS") {
		out = append(out, p.checkMail(ctx, cfg, senders, opened)...)
	}
	if readable("BOUNCE_IMAP", "BOUNCE_LISTEN", "HOOKS", "BOUNCE_ADDRESS") {
		out = append(out, examineInlets(ctx, cfg)...)
	}
	if readable("DKIM_DOMAIN", "DKIM_SELECTOR", "DKIM_KEY", "BOUNCE_ADDRESS") {
		out = append(out, p.checkDomains(ctx, cfg, senders, in)...)
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

// checkAlarms tells the alarms that have not ended.
func checkAlarms(ctx context.Context, in *installation) (out []finding) {
	alarms, err := in.store.Alarms.FindAlarms(ctx)
	if err != nil {
		return []finding{{What: "alarms", Status: fail, Detail: err.Error()}}
	}
	for _, a := range alarms {
		out = append(out, finding{What: "alarm", Status: fail, Detail: campaign.StoredText(a.Words).String(), Mend: "see " + in.cfg.BaseURL + a.Path})
	}
	return out
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

// checkHelplines says how long ago somebody called each helpline.
func checkHelplines(ctx context.Context, now time.Time, s *store.Store) (out []finding) {
	if s == nil {
		return nil
	}
	set, err := s.Settings.GetSettings(ctx)
	if err != nil {
		return nil // told of the store already
	}
	for i := range set.Helplines {
		h := &set.Helplines[i]
		f := finding{What: "helpline " + h.Label, Status: fine, Detail: fmt.Sprintf("called %d days ago", int(now.Sub(h.VerifiedOn).Hours()/24))}
		if h.Stale(now) {
			f.Status, f.Mend = warn, "call the number, then say so under Settings, Helplines"
			if h.VerifiedOn.IsZero() {
				f.Detail = "nobody has called the number yet"
			}
		}
		out = append(out, f)
	}
	return out
}
