package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/datadir"
	"github.com/glasnik/glasnik/mailer/catcher"
)

// Where the demo listens when nobody else does.
const (
	demoPanel   = "127.0.0.1:8080"
	demoMailbox = "127.0.0.1:8025"
)

func demoCommand(p *program) *cobra.Command {
	var addr, data string
	cmd := &cobra.Command{
		Use: "demo", Short: "Try everything at once, with sample data and a mail catcher", Args: cobra.NoArgs,
		Long: `Run everything at once: a store in a temporary folder, sample contacts, releases
and campaigns, the panel, and a mail catcher that takes all mail and shows it. It
needs no settings and no other server, listens on this computer alone, and
nothing leaves it. It prints the addresses and a link to sign in.

With --data the store is kept in a folder, and the next demo there goes on with it.`,
		Example: "  glasnik demo\n  glasnik demo --data ./demo-data",
		RunE: p.does(func(cmd *cobra.Command, _ []string) error {
			if !isLoopbackAddr(addr) {
				return usagef("--addr must be an address of this computer, such as 127.0.0.1:8080: the demo is not for a network")
			}
			return p.demo(cmd.Context(), addr, data)
		}),
	}
	cmd.Flags().StringVar(&addr, "addr", demoPanel, "the address of the panel")
	cmd.Flags().StringVar(&data, "data", "", "a folder to keep the data in (default: a temporary one, removed at the end)")
	return cmd
}

func isLoopbackAddr(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if host == "localhost" {
		return err == nil
	}
	ip, ipErr := netip.ParseAddr(host)
	return err == nil && ipErr == nil && ip.IsLoopback()
}

// demo is everything that runs in a demonstration.
type demo struct {
	*installation
	clock          *pastClock
	catcher        *catcher.Catcher
	panel, mailbox net.Listener
	folder         string
	notes          []string // what a person should know about this start
}

func (p *program) demo(ctx context.Context, addr, data string) (err error) {
	folder, release, err := demoFolder(data)
	if err != nil {
		return err
	}
	defer release()
	defer p.useTemporary(config{DataDir: folder, LogLevel: "warn"})()
	d := &demo{clock: &pastClock{now: p.now}, folder: folder}
	defer func() { err = errors.Join(err, d.close()) }()
	if err := d.open(ctx, p, addr); err != nil {
		return err
	}
	sender := d.scheduler()
	panel, err := d.web(sender, "http://"+d.mailbox.Addr().String())
	if err != nil {
		return err
	}
	mail, err := newMailbox(d.catcher, d.cfg.BaseURL)
	if err != nil {
		return err
	}
	if err := d.greet(ctx, data != ""); err != nil {
		return err
	}
	looking, stopLooking := context.WithCancel(byProgram(ctx))
	defer stopLooking()
	looked := lookAfterAddresses(looking, d.installation, nil) // its people are invented, and so are their domains
	err = runAll(byProgram(ctx), sender, newWebServer(d.panel, panel, d.logger), newWebServer(d.mailbox, mail, d.logger))
	stopLooking()
	looked()
	p.say("The demo has stopped.")
	return err
}

// demoFolder makes or takes the folder of a demo for this process alone. release gives it back, and removes it when it
// is a temporary one.
func demoFolder(data string) (folder string, release func(), err error) {
	if data == "" {
		folder, err = os.MkdirTemp("", "glasnik-demo-")
		return folder, func() { os.RemoveAll(folder) }, err
	}
	if err := datadir.Prepare(data); err != nil {
		return "", nil, err
	}
	unlock, err := datadir.Lock(filepath.Join(data, "demo.lock"))
	if errors.Is(err, datadir.ErrLocked) {
		return "", nil, fmt.Errorf("a demo is running on the folder %s already: use that one, stop it, or give another folder to --data", data)
	}
	if err != nil {
		return "", nil, fmt.Errorf("the folder %s cannot be used: let the program write to it, or give another to --data (%w)", data, err)
	}
	return data, unlock, nil
}

// open listens, opens the store, and fills it when it is new.
func (d *demo) open(ctx context.Context, p *program, addr string) error {
	var moved bool
	var err error
	if d.panel, moved, err = listenNear(addr); err != nil {
		return err
	}
	if moved {
		d.notes = append(d.notes, fmt.Sprintf("%s is taken, so the panel is at %s.", addr, d.panel.Addr()))
	}
	if d.mailbox, moved, err = listenNear(demoMailbox); err != nil {
		return err
	}
	if moved {
		d.notes = append(d.notes, fmt.Sprintf("%s is taken, so the mail catcher is at %s.", demoMailbox, d.mailbox.Addr()))
	}
	if d.catcher, err = catcher.Start("127.0.0.1:0"); err != nil {
		return err
	}
	d.catcher.Refuse(demoUnknown)
	cfg, err := parseConfig(map[string]string{
		prefix + "DATA_DIR": d.folder, prefix + "STORE": "sqlite:" + filepath.Join(d.folder, "demo.db"),
		prefix + "ADDR": d.panel.Addr().String(), prefix + "SMTP_URL": "smtp://" + d.catcher.Addr() + "?tls=none&connections=4",
		prefix + "LOG_LEVEL": "warn",
	})
	if err != nil {
		return err
	}
	if d.installation, err = openInstallation(ctx, cfg, p.output, d.clock.Now); err != nil {
		return err
	}
	return d.fill(ctx)
}

// fill puts the sample data into a new store, and notes beside it that it is whole: one that was left half full is begun
// again.
func (d *demo) fill(ctx context.Context) error {
	filled := filepath.Join(d.folder, "demo.filled")
	if _, err := os.Stat(filled); err == nil {
		return nil
	}
	n, err := d.store.Users.CountUsers(ctx)
	if err != nil {
		return err
	}
	if n > 0 {
		if err := d.beginAgain(ctx); err != nil {
			return err
		}
	}
	defer d.clock.ago.Store(0)
	if err := (&sampleData{demo: d, site: "http://" + d.mailbox.Addr().String() + "/site"}).fill(ctx); err != nil {
		return err
	}
	return os.WriteFile(filled, []byte("The sample data in demo.db is whole.\n"), 0o600)
}

// beginAgain throws a half-filled store away. The file's name is the demo's own, so nothing of anybody else's is lost.
func (d *demo) beginAgain(ctx context.Context) error {
	if err := d.installation.close(); err != nil {
		return err
	}
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(filepath.Join(d.folder, "demo.db"+end)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	again, err := openInstallation(ctx, d.cfg, d.output, d.clock.Now)
	d.installation = again
	return err
}

func (d *demo) greet(ctx context.Context, kept bool) error {
	link, err := d.linkFor(ctx, demoUser)
	if err != nil {
		return err
	}
	asJelena, err := d.linkFor(ctx, demoColleague)
	if campaign.UnlessMissing(err) != nil { // data of an older demo knows nobody but the first
		return err
	}
	d.say("Glasnik demo. Nothing leaves this computer.\n")
	d.say("  Panel         %s", d.cfg.BaseURL)
	d.say("  Mail catcher  http://%s", d.mailbox.Addr())
	d.say("  Sign-up page  %s/subscribe", d.cfg.BaseURL)
	d.say("  Sign in once  %s\n", link)
	if asJelena != "" {
		d.say("Jelena is the second pair of eyes: she approves what you write, and you what she writes.")
		d.say("In another browser, sign in as her:\n  %s\n", asJelena)
	}
	for _, note := range d.notes {
		d.say("%s", note)
	}
	if kept {
		d.say("The data stays in %s.", d.folder)
	}
	d.say("Stop with Ctrl-C.")
	return nil
}

// linkFor makes a link that lets a user of the demo in once.
func (d *demo) linkFor(ctx context.Context, address string) (string, error) {
	u, err := d.store.Users.GetUserByAddress(ctx, address)
	if err != nil {
		return "", err
	}
	return d.signInLink(ctx, u.ID)
}

func (d *demo) close() error {
	var errs []error
	for _, l := range []net.Listener{d.panel, d.mailbox} {
		if l != nil {
			l.Close() // closed already where a server was started on it
		}
	}
	if d.installation != nil {
		errs = append(errs, d.installation.close())
	}
	if d.catcher != nil {
		errs = append(errs, d.catcher.Close())
	}
	return errors.Join(errs...)
}

// pastClock lets the sample data come about in the past: what it sends and records carries the times it would have had.
type pastClock struct {
	now func() time.Time
	ago atomic.Int64 // nanoseconds
}

func (c *pastClock) Now() time.Time { return c.now().Add(-time.Duration(c.ago.Load())) }

// setTo makes it seem to be a time that has passed.
func (c *pastClock) setTo(t time.Time) { c.ago.Store(int64(c.now().Sub(t))) }

// demoUser is who the sign-in link of a demo is for.
const demoUser = "milica@primer.example"
