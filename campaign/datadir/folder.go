// Package datadir is the data folder: what the program has beside the store. That is the installation's secret, the marks by
// which a copy of the store is known, who has left, which processes are alive, and temporary files. It holds no contacts.
package datadir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrLocked is the error of Lock while another process holds the file.
var ErrLocked = errors.New("locked by another process")

// Prepare makes a folder for the owner alone.
func Prepare(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the data folder %s cannot be made: make it by hand and let the program write to it, or name another in GLASNIK_DATA_DIR (%w)", dir, err)
	}
	return nil
}

// Replace writes a file. After a power cut it is the old or the new one.
func Replace(path, text string) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.WriteString(text)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
