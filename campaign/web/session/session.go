// Package session holds who is signed in, in which browser, and what a form holds that was sent when a session had ended.
// It looks at no rights and reads no user.
package session

import (
	"context"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/glasnik/glasnik/campaign"
)

// Keys of a session. Times are Unix times in milliseconds.
const (
	userKey   = "user"  // id of who is signed in
	sinceKey  = "since" // when they signed in
	noticeKey = "notice"
	lateKey   = "too late" // shown once on the next page
	takenKey  = "taken"    // the address of a form that was taken, for the next page
	undoKey   = "undo"     // the address that takes back what the notice tells
	linkKey   = "by_link"  // when they signed in by a one-time link
	sureKey   = "sure"     // when they last showed who they are
	newLinkAt = "new_link" // begins the key of a one-time link made for a user, which ends with the user's id
)

// A session ends after a week without use, give or take an hour, and after a month in any case.
const (
	idle       = 7 * 24 * time.Hour
	lifetime   = 30 * 24 * time.Hour
	extendLate = time.Hour // so that hardly any request has to write
)

// LinkFor is how long somebody who came by a one-time link may set a password without the old one.
const LinkFor = 15 * time.Minute

// SureFor is how long a user counts as themselves after they gave their password or came by a one-time link: who finds a
// browser left open must not be able to change rights, to take contacts away or to erase (ASVS 3.7.1).
const SureFor = 15 * time.Minute

// Store holds sessions, so that they outlive a restart and are shared by several processes.
type Store interface {
	CreateSession(ctx context.Context, token string, data []byte, expires time.Time) error
	DeleteSession(ctx context.Context, token string) error
	ExtendSession(ctx context.Context, token string, expires time.Time) error
	GetSession(ctx context.Context, token string) (data []byte, expires time.Time, err error)
	UpdateSession(ctx context.Context, token string, data []byte, expires time.Time) error
}

// Sessions reads and writes the session of a request, which Handler puts into its context.
type Sessions struct {
	scs    *scs.SessionManager
	signer *campaign.Signer
	now    func() time.Time
	secure bool
}

// New returns sessions whose cookies go over HTTPS only where secure is set. deny answers a request whose session cannot be read or
// written.
func New(st Store, signer *campaign.Signer, secure bool, now func() time.Time, deny func(http.ResponseWriter, *http.Request, error)) *Sessions {
	m := scs.New()
	m.ErrorFunc = deny
	m.Store = &scsStore{st, m.Codec, now}
	m.Lifetime = lifetime
	m.Cookie.Name = cookieName("glasnik", secure)
	m.Cookie.HttpOnly, m.Cookie.Secure, m.Cookie.SameSite = true, secure, http.SameSiteLaxMode
	return &Sessions{scs: m, signer: signer, now: now, secure: secure}
}

func cookieName(name string, secure bool) string {
	if secure {
		return "__Host-" + name
	}
	return name
}

// Handler reads the session of each request, and writes what the request changed of it before the answer.
func (s *Sessions) Handler(next http.Handler) http.Handler {
	handler := s.scs.LoadAndSave(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), loaded{}, new(string))))
	})
}

// User returns the id of who is signed in, "" for nobody, and since when.
func (s *Sessions) User(ctx context.Context) (id string, since time.Time) {
	return s.scs.GetString(ctx, userKey), time.UnixMilli(s.scs.GetInt64(ctx, sinceKey))
}

// Begin signs a user in under a new token, so that one planted before is worth nothing (session fixation).
func (s *Sessions) Begin(ctx context.Context, user string) error {
	if err := s.scs.RenewToken(ctx); err != nil {
		return err
	}
	s.scs.Put(ctx, userKey, user)
	s.note(ctx, sinceKey)
	return nil
}

// End signs out.
func (s *Sessions) End(ctx context.Context) error { return s.scs.Destroy(ctx) }

// Sure reports whether the user showed a short while ago who they are; BeSure notes that they just did.
func (s *Sessions) Sure(ctx context.Context) bool { return s.within(ctx, sureKey, SureFor) }
func (s *Sessions) BeSure(ctx context.Context)    { s.note(ctx, sureKey) }

// ByLink reports whether the user came by a one-time link a short while ago.
func (s *Sessions) ByLink(ctx context.Context) bool { return s.within(ctx, linkKey, LinkFor) }

// CameByLink notes that the user came by a one-time link; ForgetLink takes that back.
func (s *Sessions) CameByLink(ctx context.Context) { s.note(ctx, linkKey) }
func (s *Sessions) ForgetLink(ctx context.Context) { s.scs.Remove(ctx, linkKey) }

func (s *Sessions) note(ctx context.Context, key string) { s.scs.Put(ctx, key, s.now().UnixMilli()) }

func (s *Sessions) within(ctx context.Context, key string, d time.Duration) bool {
	return s.now().Sub(time.UnixMilli(s.scs.GetInt64(ctx, key))) < d
}

// Tell leaves a notice for the next page; Undo leaves with it the address that takes back what it tells.
func (s *Sessions) Tell(ctx context.Context, notice string)  { s.scs.Put(ctx, noticeKey, notice) }
func (s *Sessions) Undo(ctx context.Context, address string) { s.scs.Put(ctx, undoKey, address) }

// TakeNotice returns what was left for this page, once.
func (s *Sessions) TakeNotice(ctx context.Context) (notice, undo string) {
	return s.scs.PopString(ctx, noticeKey), s.scs.PopString(ctx, undoKey)
}

// TellLate leaves for the next page why nothing was done; Late returns it, once.
func (s *Sessions) TellLate(ctx context.Context, why string) { s.scs.Put(ctx, lateKey, why) }
func (s *Sessions) Late(ctx context.Context) string          { return s.scs.PopString(ctx, lateKey) }

// Take notes the address of a form that was taken; Taken returns it, once.
func (s *Sessions) Take(ctx context.Context, address string) { s.scs.Put(ctx, takenKey, address) }
func (s *Sessions) Taken(ctx context.Context) string         { return s.scs.PopString(ctx, takenKey) }

// DraftKey is what a browser seals with what a user types, so that nobody else who uses it can read that.
func (s *Sessions) DraftKey(user string) string { return s.signer.Sign("drafts of", user) }

// LeaveLink leaves a one-time link for the page of the user it was made for; TakeLink returns it once.
func (s *Sessions) LeaveLink(ctx context.Context, user, address string) {
	s.scs.Put(ctx, newLinkAt+user, address)
}

func (s *Sessions) TakeLink(ctx context.Context, user string) string {
	return s.scs.PopString(ctx, newLinkAt+user)
}

// scsStore is scs's store over ours. scs calls the methods with a context. It ends sessions without use itself: scs would write every
// session again after every request, and so bring back one that was ended meanwhile, with what it held before.
type scsStore struct {
	store Store
	codec scs.Codec
	now   func() time.Time
}

// loaded is the key of a context's *string: the token under which the request's session was found.
type loaded struct{}

func (s *scsStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	data, expires, err := s.store.GetSession(ctx, token)
	if err != nil {
		return nil, false, campaign.UnlessMissing(err)
	}
	if t, ok := ctx.Value(loaded{}).(*string); ok {
		*t = token
	}
	deadline, _, err := s.codec.Decode(data)
	if err != nil {
		return nil, false, err
	}
	if until := s.until(deadline); until.Sub(expires) > extendLate {
		err = s.store.ExtendSession(ctx, token, until)
	}
	return data, err == nil, err
}

// CommitCtx changes the session that was loaded, if it has not been ended meanwhile, or stores a new one.
func (s *scsStore) CommitCtx(ctx context.Context, token string, data []byte, deadline time.Time) error {
	if t, ok := ctx.Value(loaded{}).(*string); ok && *t == token {
		return s.store.UpdateSession(ctx, token, data, s.until(deadline))
	}
	return s.store.CreateSession(ctx, token, data, s.until(deadline))
}

// until is when a session that is used now ends without further use.
func (s *scsStore) until(deadline time.Time) time.Time {
	if idle := s.now().Add(idle); idle.Before(deadline) {
		return idle
	}
	return deadline
}

func (s *scsStore) DeleteCtx(ctx context.Context, token string) error {
	return s.store.DeleteSession(ctx, token)
}

func (s *scsStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

func (s *scsStore) Commit(token string, data []byte, deadline time.Time) error {
	return s.CommitCtx(context.Background(), token, data, deadline)
}

func (s *scsStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
