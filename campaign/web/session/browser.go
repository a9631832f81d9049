package session

import (
	"crypto/rand"
	"net/http"
	"strings"
	"time"
)

// Browser is one in which a user signed in before, as its signed cookie says. It lets nobody in: it has tries to sign in of
// its own, so that strangers cannot use up its user's, and tells whose a form is that was sent when the session had ended.
type Browser struct {
	ID   string
	User string // id of who signed in last
}

const (
	browserCookie  = "glasnik-browser"
	browserPurpose = "device"
	browserLife    = 180 * 24 * time.Hour
)

// Browser returns the browser a request comes from; false when nobody signed in there.
func (s *Sessions) Browser(r *http.Request) (Browser, bool) {
	c, err := r.Cookie(cookieName(browserCookie, s.secure))
	if err != nil {
		return Browser{}, false
	}
	payload, ok := s.signer.Verify(browserPurpose, c.Value)
	if !ok {
		return Browser{}, false
	}
	user, id, ok := strings.Cut(payload, "~")
	return Browser{ID: id, User: user}, ok
}

// Remember has the browser remember that the user signed in there.
func (s *Sessions) Remember(w http.ResponseWriter, r *http.Request, user string) {
	if b, ok := s.Browser(r); ok && b.User == user {
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookieName(browserCookie, s.secure), Value: s.signer.Sign(browserPurpose, user+"~"+rand.Text()), Path: "/",
		MaxAge: int(browserLife.Seconds()), HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	})
}
