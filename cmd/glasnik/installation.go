package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/datadir"
	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/domains"
	"github.com/glasnik/glasnik/campaign/preflight"
	"github.com/glasnik/glasnik/campaign/schedule"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/store/mongo"
	"github.com/glasnik/glasnik/campaign/store/sqlite"
	"github.com/glasnik/glasnik/campaign/web/opens"
	"github.com/glasnik/glasnik/mailer/dns"
	"github.com/glasnik/glasnik/templates"
)

// installation is an open store and what every command needs beside it.
type installation struct {
	output
	cfg      config
	store    *store.Store
	links    campaign.Links
	planner  schedule.Planner
	logger   *slog.Logger
	now      func() time.Time
	alarms   time.Duration // see program
	home     *datadir.Home
	process  *datadir.Process // once this process sends or imports
	desk     *preflight.Desk  // once this process serves the panel
	machines *opens.Current   // likewise; refreshed from its file
	hits     *datadir.Log     // once this process serves: opens and clicks that were answered and are not in the store yet
	dns      dns.Resolver     // of tests; nil: that of the settings

	settleHits func(ctx context.Context, lines [][]byte) error // takes what is in hits

	keys    *domains.Keyring // once something is signed
	domains *domains.Desk    // once something comes back, or the domains are looked at
}

// thisProcess names this process among those that share the store.
func (in *installation) thisProcess() *datadir.Process {
	if in.process == nil {
		in.process = datadir.NewProcess(in.cfg.DataDir)
		in.store.Imports.SetProcess(in.process.Name, in.process.Ended)
	}
	return in.process
}

// acted adds to the audit log what a command does (E-15), as the panel's log has it.
func (in *installation) acted(ctx context.Context, act campaign.Act, object string, detail any) error {
	return in.store.Journal.Log(ctx, act.Entry(object, detail, nil))
}

// open reads the settings and opens the store they name.
func (p *program) open(ctx context.Context) (*installation, error) {
	cfg, err := readConfig(p.environ)
	if err != nil {
		return nil, err
	}
	in, err := openInstallation(ctx, cfg, p.output, p.now)
	if err == nil {
		in.dns, in.alarms = p.dns, p.alarms
	}
	return in, err
}

// with opens the installation for one piece of work and closes it after.
func (p *program) with(ctx context.Context, work func(*installation) error) (err error) {
	in, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer p.useTemporary(in.cfg)()
	defer func() {
		if closeErr := in.close(); err == nil {
			err = closeErr
		}
	}()
	return work(in)
}

// settingsOfTeam reads what the team set, nil where there is no store: none is made for this.
func (p *program) settingsOfTeam(ctx context.Context) (set *campaign.Settings, err error) {
	cfg, err := readConfig(p.environ)
	if mistakenIn(err, "STORE", "DATA_DIR") {
		return nil, err
	}
	if file := cfg.databaseFile(); file != "" {
		if _, err := os.Stat(file); err != nil {
			return nil, nil
		}
	}
	err = p.with(ctx, func(in *installation) error {
		read, err := in.store.Settings.GetSettings(ctx)
		set = &read
		return err
	})
	return set, err
}

func openInstallation(ctx context.Context, cfg config, out output, now func() time.Time) (*installation, error) {
	logger := newLogger(out.stderr, cfg)
	if cfg.Secret == "" || cfg.Store == "" {
		if err := datadir.Prepare(cfg.DataDir); err != nil {
			return nil, err
		}
	}
	if cfg.Secret == "" {
		var err error
		if cfg.Secret, err = datadir.Secret(cfg.DataDir); err != nil {
			return nil, err
		}
	}
	engine, err := openEngine(ctx, cfg, cfg.databaseFile(), logger)
	if err != nil {
		return nil, err
	}
	signer := campaign.NewSigner(cfg.Secret)
	s, err := store.New(ctx, engine, signer, now)
	if err != nil {
		engine.Close(ctx)
		return nil, err
	}
	in := &installation{
		machines: opens.NewCurrent(cfg.machines),
		output:   out, cfg: cfg, store: s, links: campaign.Links{Base: cfg.BaseURL, Signer: signer},
		planner: schedule.Planner{Zone: cfg.zone, Closings: closings(context.WithoutCancel(ctx), s.Settings)}, logger: logger, now: now,
	}
	s.Sending.Vet = templates.Vet
	s.Upcomings.Stories = templates.Stories(in.links)
	s.Departures.OnDeparture(datadir.Departed{Dir: cfg.DataDir, Logger: logger}.Add)
	in.home = datadir.NewHome(s.Installation, in.planner, logger, cfg.DataDir)
	err = in.checkSecret(ctx)
	if err == nil {
		err = in.checkWhole(ctx)
	}
	if err != nil {
		in.close()
		return nil, err
	}
	return in, nil
}

// closings reads the team's closing days as they are now.
func closings(ctx context.Context, settings *store.Settings) func() ([]campaign.Closing, error) {
	return func() ([]campaign.Closing, error) {
		set, err := settings.GetSettings(ctx)
		return set.Closings, err
	}
}

// checkWhole refuses to work on a store that is half put back. From then on a copy can be told.
func (in *installation) checkWhole(ctx context.Context) error {
	i, err := in.store.Installation.GetInstallation(ctx)
	if err == nil && i.Restoring {
		err = campaign.Errorf(campaign.Conflict, "%s", campaign.HalfDone.Words())
	}
	return err
}

// databaseFile returns the path of the SQLite file that is the store, or "" where that is a MongoDB database.
func (c *config) databaseFile() string {
	scheme, path, _ := strings.Cut(c.Store, ":")
	switch {
	case c.Store == "":
		return filepath.Join(c.DataDir, "glasnik.db")
	case scheme == "mongodb" || scheme == "mongodb+srv":
		return ""
	}
	return path
}

// openEngine opens the engine over a file, or "" over the server that the settings name.
func openEngine(ctx context.Context, cfg config, path string, logger *slog.Logger) (document.Engine, error) {
	full := cfg.Sync == "full"
	if path == "" {
		options := []mongo.Option{mongo.Tell(logger)}
		if full {
			options = append(options, mongo.FullSync())
		}
		return mongo.Open(ctx, cfg.Store, options...)
	}
	var options []sqlite.Option
	if full {
		options = append(options, sqlite.FullSync())
	}
	return sqlite.Open(ctx, path, options...)
}

// checkSecret refuses to work on a store with another secret than the one it was begun with: links in mails that were
// sent would stop working, and suppressed addresses would no longer be known. The store remembers the secret's
// fingerprint as the owner of a lease that nobody gives up.
func (in *installation) checkSecret(ctx context.Context) error {
	_, same, err := in.store.Leases.AcquireLease(ctx, store.SecretLease, campaign.DerivedID("secret", in.cfg.Secret), nil)
	if err == nil && !same {
		return fmt.Errorf("this store was begun with another secret: set %sSECRET (or put back the file secret in %sDATA_DIR) as it was; all programs on one store share it", prefix, prefix)
	}
	return err
}

// close returns the store back. It does not depend on a context that may have ended.
func (in *installation) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if in.desk != nil {
		in.desk.Close()
	}
	err := in.store.Close(ctx)
	if in.process != nil {
		err = errors.Join(err, in.process.Close())
	}
	return err
}

// newLogger writes the program's log.
func newLogger(w io.Writer, cfg config) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(cfg.LogLevel)) // checked with the settings
	options := &slog.HandlerOptions{Level: level}
	if cfg.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// useTemporary puts the temporary files of this process into a folder of its own. It changes the environment, so it does nothing
// where the process is more than this program, as in tests. Where the data folder cannot be used the system's folder remains.
func (p *program) useTemporary(cfg config) (release func()) {
	if !p.alone {
		return func() {}
	}
	folder, release, err := datadir.Temporary(cfg.DataDir)
	if err != nil {
		newLogger(p.stderr, cfg).Warn("temporary files are kept in the system's folder, not in the data folder", "error", err)
		return func() {}
	}
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} { // the last two on Windows
		_ = os.Setenv(name, folder)
	}
	return release
}
