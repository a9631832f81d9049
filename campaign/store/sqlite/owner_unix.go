//go:build unix

package sqlite

import (
	"errors"
	"fmt"
	"os"
)

// othersBits are the permission bits of anybody but the owner.
const othersBits = 0o077

// ownedAlone makes the file, or takes from it what anybody but its owner may do, before the library opens it: what the
// library makes beside it takes the file's mode, whatever the folder and the umask.
func ownedAlone(path string) error {
	if f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err == nil { // where it cannot be made the library says why
		if err := f.Close(); err != nil {
			return fmt.Errorf("make the database file: %w", err)
		}
	}
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := tighten(path + end); err != nil {
			return err
		}
	}
	return nil
}

// tighten takes the bits of others from a file that is there. A file of somebody else's can be used without that: doctor
// says what is wrong with it.
func tighten(path string) error {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&othersBits == 0 {
		return nil // what is wrong with it the library says
	}
	mode := info.Mode().Perm()
	if err := os.Chmod(path, mode&^othersBits); err != nil && !errors.Is(err, os.ErrPermission) && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("make the database file readable by its owner alone: %w", err)
	}
	return nil
}
