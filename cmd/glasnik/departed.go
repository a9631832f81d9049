package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// departed is a file of the data folder with everybody who was erased, suppressed or left a list, by ids and keyed hashes: a
// backup that is put back must not bring them back, also when the store that knew it is lost.
type departed struct {
	dataDir string
	logger  *slog.Logger
}

func (d departed) path() string { return filepath.Join(d.dataDir, "departed") }

// add adds one. The store keeps it in any case, so that a file that cannot be written holds up nobody's erasure.
func (d departed) add(one campaign.Departure) {
	if err := d.addAll([]campaign.Departure{one}, false); err != nil {
		d.logger.Warn("who leaves is not written down in the data folder, so a backup that is put back may bring them back", "error", err)
	}
}

// addAll adds several; with safe they are on the disk when it is done.
func (d departed) addAll(all []campaign.Departure, safe bool) error {
	if err := prepareDataDir(d.dataDir); err != nil {
		return err
	}
	f, err := os.OpenFile(d.path(), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	for _, one := range all {
		line, _ := json.Marshal(one) // texts and a time always marshal
		w.WriteByte('\n')            // before, so that one that was cut off spoils no other
		w.Write(line)
	}
	err = w.Flush()
	if safe {
		err = errors.Join(err, f.Sync())
	}
	return errors.Join(err, f.Close())
}

// read adds what the file says to what is known of those who went since a backup was made.
func (d departed) read(since time.Time, into *campaign.Departures) error {
	f, err := os.Open(d.path())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	return readDeparted(f, since, into)
}

// readDeparted passes over lines that a crash has cut off. The files of several machines may have been put together, so
// that lines do not stand in the order of time.
func readDeparted(r io.Reader, since time.Time, into *campaign.Departures) error {
	var all []campaign.Departure
	for lines := bufio.NewReader(r); ; {
		line, err := lines.ReadBytes('\n')
		var one campaign.Departure
		if json.Unmarshal(line, &one) == nil {
			all = append(all, one)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	slices.SortStableFunc(all, func(a, b campaign.Departure) int { return a.At.Compare(b.At) })
	for _, one := range all {
		into.Add(one, since)
	}
	return nil
}
