package datadir

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

// Departed is the file with everybody who was erased, was suppressed or left a list, by ids and keyed hashes: a backup that is
// put back must not bring them back, even when the store that knew of it is lost.
type Departed struct {
	Dir    string
	Logger *slog.Logger
}

func (d Departed) path() string { return filepath.Join(d.Dir, "departed") }

// Add adds one. The store has it too, so a file that cannot be written holds up nobody's erasure.
func (d Departed) Add(one campaign.Departure) {
	if err := d.AddAll([]campaign.Departure{one}, false); err != nil {
		d.Logger.Warn("who leaves is not written down in the data folder, so a backup that is put back may bring them back", "error", err)
	}
}

// AddAll adds several; with safe they are on the disk when it returns.
func (d Departed) AddAll(all []campaign.Departure, safe bool) error {
	if err := Prepare(d.Dir); err != nil {
		return err
	}
	f, err := os.OpenFile(d.path(), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	for _, one := range all {
		line, _ := json.Marshal(one) // texts and a time always marshal
		w.WriteByte('\n')            // before, so that a line cut off spoils no other
		w.Write(line)
	}
	err = w.Flush()
	if safe {
		err = errors.Join(err, f.Sync())
	}
	return errors.Join(err, f.Close())
}

// Read adds what the file says of those who went since a backup was made.
func (d Departed) Read(since time.Time, into *campaign.Departures) error {
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

// readDeparted skips lines that a crash cut off. The files of several machines may have been joined, so the lines are not in the
// order of time.
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
