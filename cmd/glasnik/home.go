package main

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/schedule"
	"github.com/glasnik/glasnik/campaign/store"
)

// home knows whether the store is the real one. What it compares the store with is kept outside it, in a file of the data
// folder for each installation: a name of the folder for that installation, and an epoch that the store has for it too.
type home struct {
	store   *store.Store
	planner schedule.Planner
	logger  *slog.Logger
	folder  string

	mu     sync.Mutex
	places []string
	moved  time.Time // when the epoch was last raised
	told   bool      // that the file cannot be written
	doubt  campaign.Doubt
}

// kept is what such a file holds.
type kept struct {
	folder string
	epoch  int64
}

// movesOnEvery is how often the epoch is raised while something is sent: what a backup may miss without being found out,
// when the program is killed in these seconds and not started again before the backup is put back.
const movesOnEvery = 2 * time.Second

func newHome(s *store.Store, planner schedule.Planner, logger *slog.Logger, dataDir string) *home {
	return &home{store: s, planner: planner, logger: logger, folder: filepath.Join(dataDir, "known")}
}

// Check gives a Conflict error while the store is not known to be the real one. When something is about to be sent it
// raises the epoch, so that from then on an older state of the store is known for what it is.
func (h *home) Check(ctx context.Context, sending bool) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	name, err := h.look(ctx)
	if err == nil && h.doubt == campaign.NoDoubt && sending && time.Since(h.moved) >= movesOnEvery {
		err = h.moveOn(ctx, name)
	}
	if err == nil && h.doubt != campaign.NoDoubt {
		return campaign.Errorf(campaign.Conflict, "%s: in the panel, or by “glasnik adopt”", h.doubt.Words())
	}
	return err
}

// look compares the store with what was kept, and gives the installation's name.
func (h *home) look(ctx context.Context) (name string, err error) {
	i, err := h.store.GetInstallation(ctx)
	if err != nil {
		return "", err
	}
	if h.places == nil {
		if h.places, err = h.store.Identity(ctx); err != nil {
			return "", err
		}
	}
	k := h.read(i.Name) // before the store, which is never behind it
	found, err := h.store.GetMark(ctx, k.folder)
	if err == nil {
		h.doubt = i.Doubt(h.places, k.epoch, found)
	}
	return i.Name, err
}

// moveOn raises the epoch, first in the store. Of several processes on this folder one does so at a time; another that
// comes meanwhile need not.
func (h *home) moveOn(ctx context.Context, name string) error {
	unlock, err := h.lock(name)
	if errors.Is(err, errLocked) {
		return nil
	}
	if err == nil {
		defer unlock()
		k := h.read(name)
		k.epoch++
		if err := h.store.SetMark(ctx, k.folder, k.epoch); err != nil {
			return err
		}
		h.moved = time.Now()
		err = replaceFile(h.file(name), k.folder+" "+strconv.FormatInt(k.epoch, 10)+"\n")
	}
	if err != nil && !h.told {
		h.told = true
		h.logger.Warn("the data folder cannot be written, so a backup that is put back will not be known", "error", err)
	}
	return nil
}

func (h *home) lock(name string) (unlock func(), err error) {
	if err := prepareDataDir(h.folder); err != nil {
		return nil, err
	}
	return lockFile(h.file(name) + ".lock")
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
	if _, err := h.look(ctx); err != nil {
		return campaign.Adopted{}, err
	}
	doubt := h.doubt
	switch doubt {
	case campaign.NoDoubt:
		return campaign.Adopted{}, campaign.Errorf(campaign.Conflict, "this database is known to be the real one: nothing was done")
	case campaign.HalfDone:
		return campaign.Adopted{}, campaign.Errorf(campaign.Conflict, "%s", doubt.Words())
	}
	done, err := h.store.Adopt(ctx, doubt, h.next)
	if err != nil {
		return done, err
	}
	name, err := h.look(ctx) // a copy has another name now
	if err == nil {
		if err = h.moveOn(ctx, name); err == nil {
			_, err = h.look(ctx)
		}
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

// read gives what this folder has kept of an installation. One it knows nothing of begins with a new name for the folder.
func (h *home) read(name string) kept {
	data, err := os.ReadFile(h.file(name))
	folder, number, ok := strings.Cut(strings.TrimSpace(string(data)), " ")
	epoch, bad := strconv.ParseInt(number, 10, 64)
	if err == nil && ok && folder != "" && bad == nil {
		return kept{folder, epoch}
	}
	if !errors.Is(err, os.ErrNotExist) && !h.told {
		h.told = true
		h.logger.Warn("a file of the data folder cannot be read, so a backup that was put back is not known", "file", h.file(name))
	}
	return kept{folder: rand.Text()}
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
