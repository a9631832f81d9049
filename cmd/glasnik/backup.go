package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
)

func (p *program) backupCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "backup FILE", Short: "Write all that the store keeps to an encrypted file", Args: cobra.ExactArgs(1),
		Long: `Write all that the store keeps, and the installation's secret, to one encrypted
file; FILE - is the standard output. “glasnik serve” may run meanwhile. The
passphrase is asked for, or stands in GLASNIK_BACKUP_PASSPHRASE or in a file that
GLASNIK_BACKUP_PASSPHRASE_FILE names. Without it the backup is of no use.

Not in it are the settings (.env) and what they name, such as the key of DKIM, and
who is signed in.`,
		Example: "  glasnik backup /mnt/backups/glasnik-2026-10-18.age\n  glasnik backup - | ssh backups.example.org 'cat > glasnik.age'",
		RunE: p.does(func(cmd *cobra.Command, args []string) error {
			return p.with(cmd.Context(), func(in *installation) error { return p.backUp(cmd.Context(), in, args[0], asJSON) })
		}),
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (p *program) backUp(ctx context.Context, in *installation, path string, asJSON bool) error {
	passphrase, err := p.passphrase(in.cfg, true)
	if err != nil {
		return err
	}
	if err := in.note(ctx, campaign.BackedUpEntry, "a backup made of everything"); err != nil {
		return err
	}
	var records map[string]int64
	write := func(w io.Writer) error {
		head := campaign.Backup{Program: buildOf().Version, Secret: in.cfg.Secret}
		records, err = writeBackup(ctx, in.store, w, head, passphrase, p.workFactor)
		return err
	}
	if path == "-" {
		return write(p.stdout)
	}
	if err := newFile(path, write); err != nil {
		return err
	}
	if asJSON {
		return p.sayJSON(map[string]any{"file": path, "records": records})
	}
	p.say("%s holds %s. Try it now and then with “glasnik restore %s --check”, and keep the passphrase elsewhere.", path, amounts(records), path)
	return nil
}

// amounts says what a backup holds, in the words of the panel.
func amounts(records map[string]int64) string {
	return fmt.Sprintf("%d contacts, %d lists, %d releases, %d campaigns, %d deliveries and %d events",
		records["contacts"], records["lists"], records["releases"], records["campaigns"], records["deliveries"], records["events"])
}
