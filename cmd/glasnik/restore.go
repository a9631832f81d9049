package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/glasnik/glasnik/campaign/backup"
	"github.com/glasnik/glasnik/campaign/datadir"
	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// restoring is one call of “glasnik restore”.
type restoring struct {
	*program
	cfg              config
	path, passphrase string
	replace          bool

	head    campaign.Backup
	gone    *campaign.Departures
	records map[string]int64
}

func restoreCommand(p *program) *cobra.Command {
	var check, replace, asJSON bool
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
			r := &restoring{program: p, cfg: cfg, path: args[0], replace: replace}
			return r.run(cmd.Context(), check, asJSON)
		}),
	}
	f := cmd.Flags()
	f.BoolVar(&check, "check", false, "only read the file to its end and say what is in it")
	f.BoolVar(&replace, "replace", false, "put it in the place of what the store holds, which is lost")
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (r *restoring) run(ctx context.Context, check, asJSON bool) error {
	if err := r.readWhole(); err != nil {
		return err
	}
	if check {
		if asJSON {
			return r.sayJSON(campaign.PutBack{MadeAt: r.head.MadeAt, Records: r.records})
		}
		r.say("%s is whole. It was made on %s and holds %s.", r.path, r.when(), amounts(r.records))
		return nil
	}
	if err := datadir.Prepare(r.cfg.DataDir); err != nil {
		return err
	}
	r.gone = campaign.NewDepartures()
	if err := r.departed().Read(r.head.MadeAt, r.gone); err != nil {
		return fmt.Errorf("read who went since the backup was made: %w", err)
	}
	var done campaign.PutBack
	var err error
	if file := r.cfg.databaseFile(); file != "" {
		done, err = r.toFile(ctx, file)
	} else {
		done, err = r.toServer(ctx)
	}
	if err != nil {
		return err
	}
	return r.tell(done, asJSON)
}

func (r *restoring) departed() datadir.Departed {
	return datadir.Departed{Dir: r.cfg.DataDir, Logger: newLogger(r.stderr, r.cfg)}
}

// readWhole reads the backup to its end.
func (r *restoring) readWhole() (err error) {
	if r.passphrase, err = r.program.passphrase(r.cfg, false); err != nil {
		return err
	}
	return r.read(func(backup io.Reader) error {
		r.head, r.records, err = store.ReadBackup(backup, func(*document.Collection, any) error { return nil })
		return err
	})
}

func (r *restoring) read(fn func(io.Reader) error) error {
	f, err := backup.Open(r.path, r.passphrase)
	if err != nil {
		return err
	}
	defer f.Close()
	return fn(f)
}

func (r *restoring) when() string {
	return r.head.MadeAt.In(r.cfg.zone).Format("2 January 2006, 15:04")
}

// put writes the backup into a store, which is closed then.
func (r *restoring) put(ctx context.Context, s *store.Store) (done campaign.PutBack, err error) {
	err = r.read(func(backup io.Reader) error {
		done, err = s.Backups.Restore(ctx, backup, r.gone)
		return err
	})
	if err == nil {
		detail := "a backup put back, made " + r.when()
		err = s.Journal.Log(ctx, campaign.Entry{Kind: campaign.BackedUpEntry, Audit: true, Detail: detail})
	}
	closing, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return done, errors.Join(err, s.Close(closing))
}

func (r *restoring) tell(done campaign.PutBack, asJSON bool) error {
	if asJSON {
		return r.sayJSON(done)
	}
	r.say("Put back as it was on %s: %s.", r.when(), amounts(done.Records))
	if done.Erased > 0 {
		r.say("Erased again, because they were erased since: %d contacts.", done.Erased)
	}
	if done.LeftOut > 0 {
		r.say("Left out, because the database was changed while it was backed up: %d records.", done.LeftOut)
	}
	if done.Interrupted > 0 {
		r.say("%d messages were on the wire when it was made. They are listed as interrupted.", done.Interrupted)
	}
	r.say("The users are those of that day: see who may sign in. Nothing is sent before “glasnik adopt”; see first that nothing else sends.")
	return nil
}
