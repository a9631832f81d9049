package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// What is kept in a session. Times are Unix times in milliseconds.
const (
	sessionUser    = "user"     // id of who is signed in
	sessionSince   = "since"    // when they signed in
	sessionNotice  = "notice"   // shown once on the next page
	sessionUndo    = "undo"     // the address that takes back what the notice tells
	sessionByLink  = "by_link"  // when they signed in by a one-time link: for byLinkFor a password may be set without the old one
	sessionSure    = "sure"     // when they last showed who they are
	sessionNewLink = "new_link" // begins the key of a one-time link made for a user, which ends with the user's id
)

// A session ends after a week without use, and after a month in any case.
const (
	sessionIdle = 7 * 24 * time.Hour
	sessionLife = 30 * 24 * time.Hour
	byLinkFor   = 15 * time.Minute
)

// newSessions keeps sessions in the store, so that they outlive a restart and are shared by several processes.
func newSessions(st *store.Store, secure bool, logger *slog.Logger) *scs.SessionManager {
	m := scs.New()
	m.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		if r.Context().Err() != nil {
			return // nobody waits for the answer any more
		}
		logger.Error("a session could not be read or kept", "error", err)
		http.Error(w, "Glasnik cannot reach its store just now. Please try again in a minute.", http.StatusServiceUnavailable)
	}
	m.Store = &sessionStore{st}
	m.Lifetime, m.IdleTimeout = sessionLife, sessionIdle
	m.Cookie.Name = "glasnik"
	if secure {
		m.Cookie.Name = "__Host-glasnik"
	}
	m.Cookie.HttpOnly, m.Cookie.Secure, m.Cookie.SameSite = true, secure, http.SameSiteLaxMode
	return m
}

// sessionStore is scs's store over ours. scs calls the methods with a context.
type sessionStore struct{ store *store.Store }

func (s *sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	data, err := s.store.GetSession(ctx, token)
	if campaign.CodeOf(err) == campaign.NotFound {
		return nil, false, nil
	}
	return data, err == nil, err
}

func (s *sessionStore) CommitCtx(ctx context.Context, token string, data []byte, expires time.Time) error {
	return s.store.SaveSession(ctx, token, data, expires)
}

func (s *sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.store.DeleteSession(ctx, token)
}

func (s *sessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

func (s *sessionStore) Commit(token string, data []byte, expires time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expires)
}

func (s *sessionStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// seenEvery is how often a user's last visit is written down.
const seenEvery = 10 * time.Minute

// findUser finds who the session belongs to. A user who was disabled, deleted or signed out everywhere is nobody.
func (v *visit) findUser() error {
	m := v.s.sessions
	id := m.GetString(v.ctx(), sessionUser)
	if id == "" {
		return nil
	}
	u, err := v.s.store.GetUser(v.ctx(), id)
	if err != nil && campaign.CodeOf(err) != campaign.NotFound {
		return err
	}
	since := time.UnixMilli(m.GetInt64(v.ctx(), sessionSince))
	if err != nil || u.Disabled || since.Before(u.SessionsSince) {
		return m.Destroy(v.ctx())
	}
	if v.s.Now().Sub(u.LastSeenAt) > seenEvery {
		u, err = v.s.store.UpdateUser(v.ctx(), id, func(u *campaign.User) error {
			u.LastSeenAt = v.s.Now().UTC()
			return nil
		})
		if err != nil {
			return err
		}
	}
	v.user = &u
	v.markDevice(u.ID)
	if v.set, err = v.s.store.GetSettings(v.ctx()); err != nil {
		return err
	}
	v.zone = firstZone(v.s.zone, u.Zone, v.set.Zone)
	return nil
}

// admitUser signs a user in.
func (v *visit) admitUser(u *campaign.User) error {
	if err := v.startSession(u); err != nil {
		return err
	}
	return v.s.journal.Log(v.ctx(), campaign.Entry{Kind: campaign.SignedInEntry, Audit: true, Detail: "from " + v.place()})
}

// startSession begins a session under a new token, so that one planted before is worth nothing (session fixation).
func (v *visit) startSession(u *campaign.User) error {
	m := v.s.sessions
	if err := m.RenewToken(v.ctx()); err != nil {
		return err
	}
	m.Put(v.ctx(), sessionUser, u.ID)
	m.Put(v.ctx(), sessionSince, v.s.Now().UnixMilli())
	v.user = u
	v.markDevice(u.ID)
	return nil
}
