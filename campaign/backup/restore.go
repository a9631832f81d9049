package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/datadir"

	"github.com/glasnik/glasnik/campaign"
)

// Restoring puts a backup back. The whole file is checked before anything is touched.
type Restoring struct {
	Path, Passphrase string
	Secret           string // of the settings; "" for the one in the data folder
	Database         string // the file of an SQLite store; "" for a store on a server
	Replace          bool   // what the store holds may be lost
	Departed         datadir.Departed
	Zone             *time.Location

	// Read reads what a backup holds to its end, and returns its head and how many records of each kind there are.
	Read func(io.Reader) (campaign.Backup, map[string]int64, error)
	// Open opens the store in a file, or on the server, with the secret of the backup.
	Open func(ctx context.Context, path, secret string) (Target, error)

	Head    campaign.Backup
	Records map[string]int64
	gone    *campaign.Departures
}

// Target is the store that a backup is put into, or whose place it takes.
type Target interface {
	GetInstallation(ctx context.Context) (campaign.Installation, error)
	IsEmpty(ctx context.Context) (bool, error)
	InUse(ctx context.Context, watch time.Duration) (bool, error)
	EachDeparture(ctx context.Context, since time.Time, fn func(campaign.Departure) error) error
	Restore(ctx context.Context, backup io.Reader, gone *campaign.Departures) (campaign.PutBack, error)
	Log(ctx context.Context, entries ...campaign.Entry) error
	Close(ctx context.Context) error
}

// Check reads the backup to its end, and its head.
func (r *Restoring) Check() error {
	return r.read(func(backup io.Reader) (err error) {
		r.Head, r.Records, err = r.Read(backup)
		return err
	})
}

// Run puts the backup back. Check must be called before.
func (r *Restoring) Run(ctx context.Context) (campaign.PutBack, error) {
	if err := datadir.Prepare(r.Departed.Dir); err != nil {
		return campaign.PutBack{}, err
	}
	r.gone = campaign.NewDepartures()
	if err := r.Departed.Read(r.Head.MadeAt, r.gone); err != nil {
		return campaign.PutBack{}, fmt.Errorf("read who went since the backup was made: %w", err)
	}
	if r.Database != "" {
		return r.toFile(ctx, r.Database)
	}
	return r.toServer(ctx)
}

func (r *Restoring) read(fn func(io.Reader) error) error {
	f, err := Open(r.Path, r.Passphrase)
	if err != nil {
		return err
	}
	defer f.Close()
	return fn(f)
}

// When says when the backup was made.
func (r *Restoring) When() string { return r.Head.MadeAt.In(r.Zone).Format("2 January 2006, 15:04") }

// put writes the backup into a store, which is closed then.
func (r *Restoring) put(ctx context.Context, s Target) (done campaign.PutBack, err error) {
	err = r.read(func(backup io.Reader) error {
		done, err = s.Restore(ctx, backup, r.gone)
		return err
	})
	if err == nil {
		err = s.Log(ctx, campaign.Entry{Kind: campaign.BackedUpEntry, Audit: true, Detail: campaign.Textf("Put back a backup, made on %s", r.Head.MadeAt.In(r.Zone)).Stored()})
	}
	closing, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return done, errors.Join(err, s.Close(closing))
}

// leaseWatch is longer than it takes a holder to renew its leases.
const leaseWatch = 3 * time.Second

// toFile puts the backup into a new file, which takes the place of the old one when it is whole: killed at any moment, the
// old one is there or the new one.
func (r *Restoring) toFile(ctx context.Context, path string) (done campaign.PutBack, err error) {
	if path, err = behindLinks(path); err != nil {
		return done, err
	}
	_, err = os.Stat(path)
	there := err == nil
	switch {
	case there:
		err = r.leave(ctx, path)
	case errors.Is(err, os.ErrNotExist):
		if err = r.keepSecret(false); err == nil {
			err = r.mayReplace(path, false)
		}
	}
	if err != nil {
		return done, err
	}
	fresh := path + ".restoring"
	forget := func() {
		for _, end := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(fresh + end)
		}
	}
	forget() // what one that was killed has left
	defer forget()
	if err := os.WriteFile(fresh, nil, 0o600); err != nil { // for its owner alone: SQLite would let everybody read it
		return done, err
	}
	s, err := r.Open(ctx, fresh, r.Head.Secret)
	if err != nil {
		return done, err
	}
	if done, err = r.put(ctx, s); err != nil {
		return done, err
	}
	if err := r.mayReplace(path, there); err != nil { // putting it took minutes
		return done, err
	}
	if err := r.takeSecret(); err != nil {
		return done, err
	}
	return done, os.Rename(fresh, path)
}

// behindLinks returns the file that a path leads to, which need not be there: a link is not replaced by a file.
func behindLinks(path string) (string, error) {
	for range 40 { // as many as Linux follows
		to, err := os.Readlink(path)
		if err != nil {
			return path, nil
		}
		if !filepath.IsAbs(to) {
			to = filepath.Dir(path) + string(filepath.Separator) + to // not cleaned: the folder may be a link too
		}
		path = to
	}
	return "", fmt.Errorf("the links at %s lead nowhere", path)
}

// mayReplace refuses to put a file at path while somebody works on the one that is there, or beside the log of one that is
// not: SQLite would play it back onto the new file.
func (r *Restoring) mayReplace(path string, there bool) error {
	_, err := os.Stat(path)
	log, noLog := os.Stat(path + "-wal") // the last to close the file removes it
	left := noLog == nil && log.Size() > 0
	switch {
	case datadir.InUse(r.Departed.Dir), there && left, !there && err == nil:
		return errInUse
	case left:
		return campaign.Errorf(campaign.Conflict, "%s-wal belongs to a database that is not there any more: move it, and %s-shm, to where that went, and call this again", path, path)
	case !there:
		for _, end := range []string{"-wal", "-shm"} {
			if err := os.Remove(path + end); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

// leave sees to it that the present file may go, takes out of it who is gone, and closes it.
func (r *Restoring) leave(ctx context.Context, path string) error {
	present, err := r.Open(ctx, path, r.Head.Secret)
	if err != nil {
		return fmt.Errorf("the database that is there cannot be read; when it is broken, move it away, with %s-wal and %s-shm if they are there, and call this again: %w", path, path, err)
	}
	err = r.takeLeave(ctx, present)
	if err = errors.Join(err, present.Close(ctx)); err != nil {
		return err
	}
	return r.mayReplace(path, true)
}

// toServer puts the backup into a MongoDB database. Killed meanwhile, the database says that it is half done.
func (r *Restoring) toServer(ctx context.Context) (done campaign.PutBack, err error) {
	s, err := r.Open(ctx, "", r.Head.Secret)
	if err != nil {
		return done, err
	}
	if err = r.takeLeave(ctx, s); err == nil {
		err = r.takeSecret()
	}
	if err != nil {
		return done, errors.Join(err, s.Close(ctx))
	}
	return r.put(ctx, s)
}

// takeSecret keeps the secret of the backup in the data folder, unless it is in the settings.
func (r *Restoring) takeSecret() error {
	if r.Secret != "" {
		return nil
	}
	return datadir.Replace(r.secretFile(), r.Head.Secret+"\n")
}

func (r *Restoring) secretFile() string { return filepath.Join(r.Departed.Dir, "secret") }

var errInUse = campaign.Errorf(campaign.Conflict, "this store is in use: stop every program that works on it, and call this again")

// takeLeave sees to it that what a store holds may go, and takes over who is gone from it. What was taken over is safe on the
// disk before anything is changed.
func (r *Restoring) takeLeave(ctx context.Context, s Target) error {
	i, err := s.GetInstallation(ctx)
	if err != nil {
		return err
	}
	empty, err := s.IsEmpty(ctx)
	if err != nil {
		return err
	}
	if !empty && !i.Restoring && !r.Replace {
		return campaign.Errorf(campaign.Conflict, "the store is not empty: with --replace the backup is put in the place of what it holds, which is lost then")
	}
	if err := r.keepSecret(empty || i.Restoring); err != nil {
		return err
	}
	if err := r.checkUnused(ctx, s); err != nil {
		return err
	}
	var all []campaign.Departure
	err = s.EachDeparture(ctx, r.Head.MadeAt, func(d campaign.Departure) error {
		r.gone.Add(d, r.Head.MadeAt)
		all = append(all, d)
		return nil
	})
	if err == nil && r.Database == "" && len(all) > 0 {
		err = r.Departed.AddAll(all, true)
	}
	return err
}

// keepSecret refuses a backup of another installation, whose links and hashes the one here could not read. The secret of a
// store in which there is nothing may go.
func (r *Restoring) keepSecret(empty bool) error {
	if r.Secret != "" && r.Secret != r.Head.Secret {
		return campaign.Errorf(campaign.Conflict, "GLASNIK_SECRET is not the secret of this backup: take the setting away, and the backup's will be kept in the data folder")
	}
	data, err := os.ReadFile(r.secretFile())
	if errors.Is(err, os.ErrNotExist) || r.Secret != "" {
		return nil
	}
	if err == nil && !empty && strings.TrimSpace(string(data)) != r.Head.Secret {
		err = campaign.Errorf(campaign.Conflict, "this backup is of another installation than the data folder %s: name another in GLASNIK_DATA_DIR", r.Departed.Dir)
	}
	return err
}

func (r *Restoring) checkUnused(ctx context.Context, s Target) error {
	if datadir.InUse(r.Departed.Dir) {
		return errInUse
	}
	used, err := s.InUse(ctx, leaseWatch)
	if err == nil && used {
		err = errInUse
	}
	return err
}
