package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/scheduler"
)

// home knows whether the store is the real one. What it compares the store with is kept outside it: the highest epoch this
// data folder has seen of each installation, in a file of the folder “known”.
type home struct {
	store   *store.Store
	planner scheduler.Planner
	logger  *slog.Logger
	folder  string

	mu     sync.Mutex
	places []string
	name   string // of the installation that seen is about
	seen   int64
	moved  time.Time // when the epoch was last raised
	told   bool      // that the file cannot be written
	doubt  campaign.Doubt
}

// movesOnEvery is how often the epoch is raised while something is sent: what a backup may miss without being found out,
// when the program is killed in these seconds and not started again before the backup is put back.
const movesOnEvery = 2 * time.Second

func newHome(s *store.Store, planner scheduler.Planner, logger *slog.Logger, dataDir string) *home {
	return &home{store: s, planner: planner, logger: logger, folder: filepath.Join(dataDir, "known")}
}

// Check gives a Conflict error while the store is not known to be the real one. When something is about to be sent it
// raises the epoch, so that from then on an older state of the store is known for what it is.
func (h *home) Check(ctx context.Context, sending bool) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	i, err := h.look(ctx)
	if err != nil {
		return err
	}
	h.doubt = i.Doubt(h.places, h.seen)
	if h.doubt == campaign.NoDoubt && sending && time.Since(h.moved) >= movesOnEvery {
		err = h.moveOn(ctx)
	}
	if err == nil && h.doubt != campaign.NoDoubt {
		return campaign.Errorf(campaign.Conflict, "%s: in the panel, or by “glasnik adopt”", h.doubt.Words())
	}
	return err
}

// look reads what the store knows of itself and what was seen of it.
func (h *home) look(ctx context.Context) (campaign.Installation, error) {
	i, err := h.store.GetInstallation(ctx)
	if err != nil {
		return i, err
	}
	if h.places == nil {
		if h.places, err = h.store.Places(ctx); err != nil {
			return i, err
		}
	}
	if h.name != i.Name {
		h.name, h.moved = i.Name, time.Time{}
		h.seen, err = h.read(i.Name)
	}
	return i, err
}

func (h *home) moveOn(ctx context.Context) error {
	i, err := h.store.MoveOn(ctx)
	if err != nil {
		return err
	}
	if i.Name == h.name && i.Epoch <= h.seen { // put back while this process was running
		h.doubt = campaign.Restored
		return nil
	}
	if i.Name == h.name {
		h.seen, h.moved = i.Epoch, time.Now()
		h.write(i)
	}
	return nil
}

// Doubt is why nothing is sent, as Check last found; "" when all is well.
func (h *home) Doubt() campaign.Doubt {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.doubt
}

// Adopt makes this store the real one.
func (h *home) Adopt(ctx context.Context) (campaign.Adopted, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.places = nil
	i, err := h.look(ctx)
	if err != nil {
		return campaign.Adopted{}, err
	}
	doubt := i.Doubt(h.places, h.seen)
	if doubt == campaign.NoDoubt {
		h.doubt = doubt
		return campaign.Adopted{}, campaign.Errorf(campaign.Conflict, "this database is known to be the real one: nothing was done")
	}
	done, err := h.store.Adopt(ctx, doubt, h.seen, h.next)
	if err != nil {
		return done, err
	}
	if _, err = h.look(ctx); err == nil {
		h.doubt = campaign.NoDoubt
		err = h.moveOn(ctx)
	}
	h.logger.Warn("the database was adopted", "because", doubt, "paused", len(done.Paused), "held", len(done.Held), "dropped", done.Dropped)
	return done, err
}

// next is the next time of a recurring campaign; zero for any other.
func (h *home) next(c *campaign.Campaign) (campaign.Slot, error) {
	if c.Schedule.Kind != campaign.ByCron {
		return campaign.Slot{}, nil
	}
	slots, err := h.planner.Next(c.Schedule, time.Now(), 1)
	if err != nil || len(slots) == 0 {
		return campaign.Slot{}, err
	}
	return slots[0], nil
}

func (h *home) file(name string) string { return filepath.Join(h.folder, filepath.Base(name)) }

// read gives the highest epoch this folder has seen of an installation; 0 of one it does not know.
func (h *home) read(name string) (int64, error) {
	data, err := os.ReadFile(h.file(name))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	seen, err := strconv.ParseInt(strings.TrimSpace(string(data)), 10, 64)
	if err != nil {
		h.logger.Warn("a file of the data folder is damaged, backups that are put back will not be known", "file", h.file(name))
		return 0, nil
	}
	return seen, nil
}

// write keeps the epoch. Where the data folder cannot be written only the place of the store is watched.
func (h *home) write(i campaign.Installation) {
	err := prepareDataDir(h.folder)
	if err == nil {
		err = replaceFile(h.file(i.Name), strconv.FormatInt(i.Epoch, 10)+"\n")
	}
	if err != nil && !h.told {
		h.told = true
		h.logger.Warn("the data folder cannot be written, so a backup that is put back will not be known", "error", err)
	}
}

// replaceFile writes a file so that after a power cut it is the old or the new one.
func replaceFile(path, text string) error {
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
