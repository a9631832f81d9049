package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"filippo.io/age"
	"golang.org/x/term"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// A backup file is what the store writes, compressed, in a file of age (age-encryption.org/v1) under a passphrase. Age
// finds every changed bit and every cut; with its own program and gunzip a backup can be read without this one.

const shortestPassphrase = 12

// workFactor makes trying a passphrase cost a third of a second and 128 MB (scrypt, N = 2 to this).
const workFactor = 17

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
	if len(text) < shortestPassphrase {
		return "", fmt.Errorf("the passphrase must have at least %d characters", shortestPassphrase)
	}
	again, err := ask("Once more: ")
	if err == nil && again != text {
		err = errors.New("these were two different passphrases")
	}
	return text, err
}

// writeBackup writes the store to w.
func writeBackup(ctx context.Context, s *store.Store, w io.Writer, head campaign.Backup, passphrase string, work int) (map[string]int64, error) {
	recipient, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, err
	}
	recipient.SetWorkFactor(work)
	sealed, err := age.Encrypt(w, recipient)
	if err != nil {
		return nil, err
	}
	packed := gzip.NewWriter(sealed)
	lines := bufio.NewWriterSize(packed, 1<<16)
	records, err := s.Backups.WriteBackup(ctx, lines, head)
	if err == nil {
		err = errors.Join(lines.Flush(), packed.Close(), sealed.Close())
	}
	return records, err
}

// openBackup opens a file for reading what the store wrote.
func openBackup(path, passphrase string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the backup cannot be read: %w", err)
	}
	plain, err := unseal(f, passphrase)
	if err != nil {
		f.Close()
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{plain, f}, nil
}

func unseal(r io.Reader, passphrase string) (io.Reader, error) {
	identity, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, err
	}
	sealed, err := age.Decrypt(bufio.NewReaderSize(r, 1<<16), identity)
	if errors.Is(err, age.ErrIncorrectIdentity) {
		return nil, campaign.Errorf(campaign.Invalid, "the passphrase is not that of this backup")
	}
	if err != nil {
		return nil, campaign.Errorf(campaign.Invalid, "this is no backup of Glasnik, or its beginning is damaged: %v", err)
	}
	plain, err := gzip.NewReader(sealed)
	if err != nil {
		return nil, campaign.Errorf(campaign.Invalid, "the backup is damaged: %v", err)
	}
	return plain, nil
}

// newFile writes a file that is there when it is whole, and not before. It overwrites none.
func newFile(path string, write func(io.Writer) error) error {
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		return campaign.Errorf(campaign.Conflict, "there is something at %s already: name another file", path)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".backup-*") // readable by the owner alone
	if err != nil {
		return fmt.Errorf("the backup cannot be written there: %w", err)
	}
	defer os.Remove(tmp.Name())
	err = write(tmp)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
