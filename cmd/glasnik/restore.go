package main

import (
	"context"
	"errors"
	"io"

	"github.com/glasnik/glasnik/campaign/backup"
	"github.com/glasnik/glasnik/campaign/datadir"
	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

func restoreCommand(p *program) *cobra.Command {
	var check, replace bool
	cmd := &cobra.Command{
		Use: "restore FILE", Short: "Put a backup back", Args: cobra.ExactArgs(1),
		Long: `Put a backup back into the store that the settings name, SQLite or MongoDB,
whichever it was made of. The whole file is checked before anything is touched.
All programs on the store must have been stopped.

Who was erased, suppressed, or left a list since the backup was made is known from
the store it replaces and from the file “departed” of the data folder, and is gone
in what is put back too. It sends nothing before “glasnik adopt”.`,
		Example: "  glasnik restore glasnik-2026-10-18.age --check\n  glasnik restore glasnik-2026-10-18.age",
		RunE: p.does(func(cmd *cobra.Command, args []string) error {
			cfg, err := readConfig(p.environ)
			if err != nil {
				return err
			}
			passphrase, err := p.passphrase(cfg, false)
			if err != nil {
				return err
			}
			r := newRestoring(p, cfg, args[0], passphrase, replace)
			if err := r.Check(); err != nil {
				return err
			}
			if check {
				return tellBackup(p.output, r)
			}
			done, err := r.Run(cmd.Context())
			if err != nil {
				return err
			}
			return tellPutBack(p.output, r, done)
		}),
	}
	f := cmd.Flags()
	f.BoolVar(&check, "check", false, "only read the file to its end and say what is in it")
	f.BoolVar(&replace, "replace", false, "put it in the place of what the store holds, which is lost")
	return withJSON(p, cmd)
}

func newRestoring(p *program, cfg config, path, passphrase string, replace bool) *backup.Restoring {
	logger := newLogger(p.stderr, cfg)
	return &backup.Restoring{
		Path: path, Passphrase: passphrase, Secret: cfg.Secret, Database: cfg.databaseFile(), Replace: replace, Zone: cfg.zone,
		Departed: datadir.Departed{Dir: cfg.DataDir, Logger: logger},
		Read: func(r io.Reader) (campaign.Backup, map[string]int64, error) {
			return store.ReadBackup(r, func(*document.Collection, any) error { return nil })
		},
		Open: func(ctx context.Context, path, secret string) (backup.Target, error) {
			engine, err := openEngine(ctx, cfg, path, logger)
			if err != nil {
				return nil, err
			}
			s, err := store.New(ctx, engine, campaign.NewSigner(secret), p.now)
			if err != nil {
				return nil, errors.Join(err, engine.Close(ctx))
			}
			return struct {
				store.All
				*store.Store
			}{s.All(), s}, nil
		},
	}
}

func tellBackup(out output, r *backup.Restoring) error {
	if out.asJSON {
		return out.sayJSON(campaign.PutBack{MadeAt: r.Head.MadeAt, Records: r.Records})
	}
	out.say("%s is whole. It was made on %s and holds %s.", r.Path, r.When(), amounts(r.Records))
	return nil
}

func tellPutBack(out output, r *backup.Restoring, done campaign.PutBack) error {
	if out.asJSON {
		return out.sayJSON(done)
	}
	out.say("Put back as it was on %s: %s.", r.When(), amounts(done.Records))
	if done.Erased > 0 {
		out.say("Erased again, because they were erased since: %d contacts.", done.Erased)
	}
	if done.LeftOut > 0 {
		out.say("Left out, because the database was changed while it was backed up: %d records.", done.LeftOut)
	}
	if done.Interrupted > 0 {
		out.say("%d messages were on the wire when it was made. They are listed as interrupted.", done.Interrupted)
	}
	out.say("The users are those of that day: see who may sign in. Nothing is sent before “glasnik adopt”; see first that nothing else sends.")
	return nil
}
