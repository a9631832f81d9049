package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/backup"
)

func backupCommand(p *program) *cobra.Command {
	return withJSON(p, &cobra.Command{
		Use: "backup FILE", Short: "Write all that the store keeps to an encrypted file", Args: cobra.ExactArgs(1),
		Long: `Write all that the store keeps, and the installation's secret, to one encrypted
file; FILE - is the standard output. “glasnik serve” may run meanwhile. The
passphrase is asked for, or stands in GLASNIK_BACKUP_PASSPHRASE or in a file that
GLASNIK_BACKUP_PASSPHRASE_FILE names. Without it the backup is of no use.

Not in it are the settings (.env) and what they name, such as the key of DKIM, and
who is signed in.`,
		Example: "  glasnik backup /mnt/backups/glasnik-2026-10-18.age\n  glasnik backup - | ssh backups.example.org 'cat > glasnik.age'",
		RunE: p.opened(func(ctx context.Context, in *installation, args []string) error {
			return p.backUp(ctx, in, args[0])
		}),
	})
}

func (p *program) backUp(ctx context.Context, in *installation, path string) error {
	passphrase, err := p.passphrase(in.cfg, true)
	if err != nil {
		return err
	}
	if err := in.acted(ctx, campaign.Act{Kind: campaign.BackedUpEntry, What: backup.Made}, "", nil); err != nil {
		return err
	}
	var records map[string]int64
	write := func(w io.Writer) error {
		head := campaign.Backup{Program: buildOf().Version, Secret: in.cfg.Secret}
		records, err = backup.Write(ctx, in.store.Backups, w, head, passphrase, p.workFactor)
		return err
	}
	if path == "-" {
		return write(p.stdout)
	}
	if err := backup.Create(path, write); err != nil {
		return err
	}
	if in.asJSON {
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

var errNoPassphrase = errors.New("a passphrase is needed: set " + prefix + "BACKUP_PASSPHRASE or " + prefix + "BACKUP_PASSPHRASE_FILE, or call this on a terminal, where it is asked for")

// passphrase returns that of the settings, or asks for it; a new one twice.
func (p *program) passphrase(cfg config, isNew bool) (string, error) {
	if cfg.Passphrase != "" {
		return cfg.Passphrase, nil
	}
	f, ok := p.stdin.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return "", errNoPassphrase
	}
	ask := func(what string) (string, error) {
		fmt.Fprint(p.stderr, what)
		text, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(p.stderr)
		return string(text), err
	}
	text, err := ask("Passphrase of the backup: ")
	if err != nil || !isNew {
		return text, err
	}
	if len(text) < backup.ShortestPassphrase {
		return "", fmt.Errorf("the passphrase must have at least %d characters", backup.ShortestPassphrase)
	}
	again, err := ask("Once more: ")
	if err == nil && again != text {
		err = errors.New("these were two different passphrases")
	}
	return text, err
}
