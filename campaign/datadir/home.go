package datadir

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
)

// Store is what a Home compares with the folder.
type Store interface {
	GetInstallation(ctx context.Context) (campaign.Installation, error)
	Identity(ctx context.Context) ([]string, error)
	GetMark(ctx context.Context, folder string) (int64, error)
	SetMark(ctx context.Context, folder string, epoch int64) error
	Adopt(ctx context.Context, doubt campaign.Doubt, next func(*campaign.Campaign) (campaign.Slot, error)) (campaign.Adopted, error)
}

// Planner finds the next times of a schedule.
type Planner interface {
	Next(s campaign.Schedule, after time.Time, n int) ([]campaign.Slot, error)
}

// Home knows whether the store is the real one. The folder has a file for each installation, with the folder's name for that
// installation and an epoch, and the store has the same epoch under that name: a copy or an older state of the store does not.
type Home struct {
	store   Store
	planner Planner
	logger  *slog.Logger
	folder  string

	mu       sync.Mutex
	identity []string
	moved    time.Time // when the epoch was last raised
	told     bool      // that the file cannot be written
	doubt    campaign.Doubt
}

// mark is the content of such a file.
type mark struct {
	folder string
	epoch  int64
}

// movesOnEvery is how often the epoch is raised while something is sent. A backup put back is not recognised when it was made,
// and the program killed for good, within these seconds.
const movesOnEvery = 2 * time.Second

// NewHome returns the home of a store whose marks are in the data folder.
func NewHome(s Store, planner Planner, logger *slog.Logger, dataDir string) *Home {
	return &Home{store: s, planner: planner, logger: logger, folder: filepath.Join(dataDir, "known")}
}

// Check returns a Conflict error while the store is not known to be the real one. When something is about to be sent it raises
// the epoch, so that an older state of the store is recognised from then on.
func (h *Home) Check(ctx context.Context, sending bool) error {
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

// look compares the store with the mark, and returns the installation's name.
func (h *Home) look(ctx context.Context) (name string, err error) {
	i, err := h.store.GetInstallation(ctx)
	if err != nil {
		return "", err
	}
	if h.identity == nil {
		if h.identity, err = h.store.Identity(ctx); err != nil {
			return "", err
		}
	}
	k := h.mark(i.Name) // before the store, which is never behind it
	found, err := h.store.GetMark(ctx, k.folder)
	if err == nil {
		h.doubt = i.Doubt(h.identity, k.epoch, found)
	}
	return i.Name, err
}

// moveOn raises the epoch, first in the store. Of several processes on this folder one does so at a time, and the others need
// not.
func (h *Home) moveOn(ctx context.Context, name string) error {
	unlock, err := h.lock(name)
	if errors.Is(err, ErrLocked) {
		return nil
	}
	if err == nil {
		defer unlock()
		k := h.mark(name)
		k.epoch++
		if err := h.store.SetMark(ctx, k.folder, k.epoch); err != nil {
			return err
		}
		h.moved = time.Now()
		err = Replace(h.file(name), k.folder+" "+strconv.FormatInt(k.epoch, 10)+"\n")
	}
	if err != nil && !h.told {
		h.told = true
		h.logger.Warn("the data folder cannot be written, so a backup that is put back will not be known", "error", err)
	}
	return nil
}

func (h *Home) lock(name string) (unlock func(), err error) {
	if err := Prepare(h.folder); err != nil {
		return nil, err
	}
	return Lock(h.file(name) + ".lock")
}

// Doubt is why nothing is sent, as Check last found it; "" when all is well.
func (h *Home) Doubt() campaign.Doubt {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.doubt
}

// Adopt makes this store the real one.
func (h *Home) Adopt(ctx context.Context) (campaign.Adopted, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.identity = nil
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
func (h *Home) next(c *campaign.Campaign) (campaign.Slot, error) {
	if !c.Schedule.Recurs() {
		return campaign.Slot{}, nil
	}
	slots, err := h.planner.Next(c.Schedule, time.Now(), 1)
	if err != nil || len(slots) == 0 {
		return campaign.Slot{}, err
	}
	return slots[0], nil
}

func (h *Home) file(name string) string { return filepath.Join(h.folder, filepath.Base(name)) }

// mark reads the mark of an installation. The first has a new name for the folder.
func (h *Home) mark(name string) mark {
	data, err := os.ReadFile(h.file(name))
	folder, number, ok := strings.Cut(strings.TrimSpace(string(data)), " ")
	epoch, bad := strconv.ParseInt(number, 10, 64)
	if err == nil && ok && folder != "" && bad == nil {
		return mark{folder: folder, epoch: epoch}
	}
	if !errors.Is(err, os.ErrNotExist) && !h.told {
		h.told = true
		h.logger.Warn("a file of the data folder cannot be read, so a backup that was put back is not known", "file", h.file(name))
	}
	return mark{folder: rand.Text()}
}
