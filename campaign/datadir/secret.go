package datadir

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Secret returns the installation's secret; the first start makes it. Of two processes that start at once one makes it and both
// read it.
func Secret(dir string) (string, error) {
	path := filepath.Join(dir, "secret")
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		if err = makeSecret(path); err == nil {
			data, err = os.ReadFile(path)
		}
	}
	if err != nil {
		return "", fmt.Errorf("the installation's secret cannot be kept in %s: let the program write to that folder, name another in GLASNIK_DATA_DIR, or set GLASNIK_SECRET (%w)", path, err)
	}
	secret := strings.TrimSpace(string(data))
	if len(secret) < 20 {
		return "", fmt.Errorf("the file %s does not hold a secret: put the old one back from a backup", path)
	}
	return secret, nil
}

// FindSecret returns the installation's secret, "" where none has been made.
func FindSecret(dir string) (string, error) {
	if _, err := os.Stat(filepath.Join(dir, "secret")); errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	return Secret(dir)
}

// makeSecret writes a new secret under a name of its own and links it to path, which fails when another was faster.
func makeSecret(path string) error {
	b := make([]byte, 32)
	rand.Read(b)
	tmp, err := os.CreateTemp(filepath.Dir(path), "secret-*") // readable by the owner alone
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.WriteString(base64.RawURLEncoding.EncodeToString(b) + "\n")
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return nil
}
