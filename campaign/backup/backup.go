// Package backup is the form of a backup's file: what the store writes, compressed, in a file of age (age-encryption.org/v1) under a
// passphrase. Age finds every changed bit and every cut; with its own program and gunzip a backup can be read without this one.
// Restoring puts one back, and decides what may be replaced by it.
package backup

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

	"github.com/glasnik/glasnik/campaign"
)

// ShortestPassphrase is how many characters a passphrase has at least.
const ShortestPassphrase = 12

// WorkFactor makes trying a passphrase cost a third of a second and 128 MB (scrypt, N = 2 to this).
const WorkFactor = 17

// Made is what the audit log says of a backup.
var Made = campaign.Textf("Made a backup of everything")

// Store is what a backup is made of.
type Store interface {
	WriteBackup(ctx context.Context, w io.Writer, head campaign.Backup) (map[string]int64, error)
}

// Write writes a store to w. work is the work factor of the passphrase.
func Write(ctx context.Context, s Store, w io.Writer, head campaign.Backup, passphrase string, work int) (map[string]int64, error) {
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
	records, err := s.WriteBackup(ctx, lines, head)
	if err == nil {
		err = errors.Join(lines.Flush(), packed.Close(), sealed.Close())
	}
	return records, err
}

// Open opens a file for reading what the store wrote.
func Open(path, passphrase string) (io.ReadCloser, error) {
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

// Create writes a file that is there when it is whole, and not before. It overwrites none.
func Create(path string, write func(io.Writer) error) error {
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
