package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/datadir"
	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// leaseWatch is longer than it takes a holder to renew its leases.
const leaseWatch = 3 * time.Second

// toFile puts the backup into a new file, which takes the place of the old one when it is whole: killed at any moment, the
// old one is there or the new one.
func (r *restoring) toFile(ctx context.Context, path string) (done campaign.PutBack, err error) {
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
	if err := makeFile(fresh); err != nil {
		return done, err
	}
	engine, err := openFile(ctx, r.cfg, fresh)
	if err != nil {
		return done, err
	}
	s, err := r.storeOn(ctx, engine)
	if err != nil {
		return done, err
	}
	if done, err = r.put(ctx, s); err != nil {
		return done, err
	}
	if err := r.mayReplace(path, there); err != nil { // putting it took minutes
		return done, err
	}
	if r.cfg.Secret == "" {
		if err := datadir.Replace(filepath.Join(r.cfg.DataDir, "secret"), r.head.Secret+"\n"); err != nil {
			return done, err
		}
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

// makeFile makes an empty file that its owner alone may read: SQLite would let everybody.
func makeFile(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// mayReplace refuses to put a file at path while somebody works on the one that is there, or beside the log of one that is
// not: SQLite would play it back onto the new file.
func (r *restoring) mayReplace(path string, there bool) error {
	_, err := os.Stat(path)
	log, noLog := os.Stat(path + "-wal") // the last to close the file removes it
	left := noLog == nil && log.Size() > 0
	switch {
	case datadir.InUse(r.cfg.DataDir), there && left, !there && err == nil:
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
func (r *restoring) leave(ctx context.Context, path string) error {
	engine, err := openFile(ctx, r.cfg, path)
	if err != nil {
		return fmt.Errorf("the database that is there cannot be read; when it is broken, move it away, with %s-wal and %s-shm if they are there, and call this again: %w", path, path, err)
	}
	present, err := r.storeOn(ctx, engine)
	if err != nil {
		return err
	}
	err = r.takeLeave(ctx, present)
	if err = errors.Join(err, present.Close(ctx)); err != nil {
		return err
	}
	return r.mayReplace(path, true)
}

// toServer puts the backup into a MongoDB database. Killed meanwhile, the database says that it is half done.
func (r *restoring) toServer(ctx context.Context) (done campaign.PutBack, err error) {
	engine, err := openEngine(ctx, r.cfg, newLogger(r.stderr, r.cfg))
	if err != nil {
		return done, err
	}
	s, err := r.storeOn(ctx, engine)
	if err != nil {
		return done, err
	}
	if err = r.takeLeave(ctx, s); err == nil && r.cfg.Secret == "" {
		err = datadir.Replace(filepath.Join(r.cfg.DataDir, "secret"), r.head.Secret+"\n")
	}
	if err != nil {
		return done, errors.Join(err, s.Close(ctx))
	}
	return r.put(ctx, s)
}

func (r *restoring) storeOn(ctx context.Context, engine document.Engine) (*store.Store, error) {
	s, err := store.New(ctx, engine, campaign.NewSigner(r.head.Secret), r.now)
	if err != nil {
		return nil, errors.Join(err, engine.Close(ctx))
	}
	return s, nil
}

var errInUse = campaign.Errorf(campaign.Conflict, "this store is in use: stop every program that works on it, and call this again")

// takeLeave sees to it that what a store holds may go, and takes over who is gone from it. What was taken over is safe on the
// disk before anything is changed.
func (r *restoring) takeLeave(ctx context.Context, s *store.Store) error {
	i, err := s.Installation.GetInstallation(ctx)
	if err != nil {
		return err
	}
	empty, err := s.Backups.IsEmpty(ctx)
	if err != nil {
		return err
	}
	if !empty && !i.Restoring && !r.replace {
		return campaign.Errorf(campaign.Conflict, "the store is not empty: with --replace the backup is put in the place of what it holds, which is lost then")
	}
	if err := r.keepSecret(empty || i.Restoring); err != nil {
		return err
	}
	if err := r.checkUnused(ctx, s); err != nil {
		return err
	}
	var all []campaign.Departure
	err = s.Backups.EachDeparture(ctx, r.head.MadeAt, func(d campaign.Departure) error {
		r.gone.Add(d, r.head.MadeAt)
		all = append(all, d)
		return nil
	})
	if err == nil && r.cfg.databaseFile() == "" && len(all) > 0 {
		err = r.departed().AddAll(all, true)
	}
	return err
}

// keepSecret refuses a backup of another installation, whose links and hashes the one here could not read. The secret of a
// store in which there is nothing may go.
func (r *restoring) keepSecret(empty bool) error {
	if r.cfg.Secret != "" && r.cfg.Secret != r.head.Secret {
		return campaign.Errorf(campaign.Conflict, "%sSECRET is not the secret of this backup: take the setting away, and the backup's will be kept in the data folder", prefix)
	}
	data, err := os.ReadFile(filepath.Join(r.cfg.DataDir, "secret"))
	if errors.Is(err, os.ErrNotExist) || r.cfg.Secret != "" {
		return nil
	}
	if err == nil && !empty && strings.TrimSpace(string(data)) != r.head.Secret {
		err = campaign.Errorf(campaign.Conflict, "this backup is of another installation than the data folder %s: name another in %sDATA_DIR", r.cfg.DataDir, prefix)
	}
	return err
}

func (r *restoring) checkUnused(ctx context.Context, s *store.Store) error {
	if datadir.InUse(r.cfg.DataDir) {
		return errInUse
	}
	used, err := s.Leases.InUse(ctx, leaseWatch)
	if err == nil && used {
		err = errInUse
	}
	return err
}
