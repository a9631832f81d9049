package web

import (
	"crypto/rand"
	"net/http"
	"strings"
	"time"
)

// device is a browser in which a user signed in before, as its signed cookie says. It lets nobody in: it has tries to sign
// in of its own, so that strangers cannot use up its user's, and says whose a form is that is sent when the session is over.
type device struct {
	id   string
	user string // id of who signed in last
}

const (
	devicePurpose = "device"
	deviceLife    = 180 * 24 * time.Hour
)

// device gives the browser the request comes from; false when nobody signed in there.
func (v *visit) device() (device, bool) {
	c, err := v.Request.Cookie(v.s.panel.deviceCookie())
	if err != nil {
		return device{}, false
	}
	payload, ok := v.s.Links.Signer.Verify(devicePurpose, c.Value)
	if !ok {
		return device{}, false
	}
	user, id, ok := strings.Cut(payload, "~")
	return device{id, user}, ok
}

// markDevice has the browser remember that the user signed in there.
func (v *visit) markDevice(user string) {
	if d, ok := v.device(); ok && d.user == user {
		return
	}
	http.SetCookie(v.Writer, &http.Cookie{
		Name: v.s.panel.deviceCookie(), Value: v.s.Links.Signer.Sign(devicePurpose, user+"~"+rand.Text()), Path: "/", MaxAge: int(deviceLife.Seconds()),
		HttpOnly: true, Secure: v.s.SecureCookies, SameSite: http.SameSiteLaxMode,
	})
}

func (s *panel) deviceCookie() string {
	if s.SecureCookies {
		return "__Host-glasnik-browser"
	}
	return "glasnik-browser"
}
