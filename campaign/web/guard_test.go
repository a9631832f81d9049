package web

import (
	"net/http"
	"net/http/cookiejar"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/session"
)

// Under a name that is not ours there is no panel; readers and other programs are answered.
func TestUnknownHosts(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	evil := func(r *http.Request) { r.Host = "evil.example"; r.Header.Set("Origin", "http://evil.example") }
	for _, path := range []string{"/", "/sign-in", "/contacts", "/no-such-page"} {
		s.do(http.MethodGet, path, nil, evil).want(t, 421, s.web.URL)
	}
	s.do(http.MethodPost, "/lists/new", map[string][]string{"name": {"Planted"}}, evil).want(t, 421)
	s.do(http.MethodGet, "/healthz", nil, evil).want(t, 200)
	s.do(http.MethodGet, "/subscribe", nil, evil).want(t, 200)
}

// Strangers who try an address keep its user out neither elsewhere nor in their own browser.
func TestStrangersKeepNobodyOut(t *testing.T) {
	s := newSite(t)
	s.server.TrustedProxies = []string{"127.0.0.1"}
	handler, err := s.server.route()
	if err != nil {
		t.Fatal(err)
	}
	s.server.handler = handler
	u := s.withPassword(campaign.Viewer)
	own := s.jar
	try := func(jar http.CookieJar, ip, password string) int {
		s.jar = jar
		return s.do(http.MethodPost, "/sign-in", map[string][]string{"email": {u.Email}, "password": {password}}, func(r *http.Request) { r.Header.Set("X-Forwarded-For", ip) }).Status
	}
	empty, _ := cookiejar.New(nil)
	for range triesPerIP + 20 {
		try(empty, "192.0.2.14", "wrong")
	}
	if got := try(empty, "192.0.2.14", goodPassword); got != 429 {
		t.Errorf("the stranger's place is answered %d", got)
	}
	fresh, _ := cookiejar.New(nil)
	if got := try(fresh, "192.0.2.15", goodPassword); got != 200 {
		t.Errorf("the user elsewhere is answered %d", got)
	}
	for range triesAnywhere + 1 {
		s.server.tries.Allow("address "+campaign.AddressKey(u.Email), triesAnywhere, waitAnywhere)
	}
	if got := try(empty, "192.0.2.16", goodPassword); got != 429 {
		t.Errorf("an address everybody tries is answered %d", got)
	}
	if got := try(own, "192.0.2.14", goodPassword); got != 200 {
		t.Errorf("the user in their own browser is answered %d", got)
	}
	for range triesPerAddress {
		try(own, "192.0.2.14", "wrong")
	}
	if got := try(own, "192.0.2.14", goodPassword); got != 429 {
		t.Errorf("a browser without tries is answered %d", got)
	}
}

// A one-time link is let in where others guess.
func TestLinksWhereOthersGuess(t *testing.T) {
	s := newSite(t)
	u := s.signInAs(campaign.Viewer)
	for range triesPerIP + 1 {
		s.get("/sign-in/guess")
	}
	s.get("/sign-in/guess").want(t, 429)
	if err := s.store.Sessions.CreateSignInLink(t.Context(), "good", u.ID, time.Hour); err != nil {
		t.Fatal(err)
	}
	s.get("/sign-in/good").want(t, 200, "Sign in as")
}

// A link stands on the page of whom it is for, once, also when two were made in two tabs.
func TestLinksStandOnTheirOwnPages(t *testing.T) {
	s := newSite(t)
	hash, err := s.server.passwords.Hash(t.Context(), "old words in a row")
	if err != nil {
		t.Fatal(err)
	}
	ana := campaign.User{Email: "ana@example.org", Name: "Ana", Role: campaign.Viewer, Password: hash}
	vuk := campaign.User{Email: "vuk@example.org", Name: "Vuk", Role: campaign.Viewer}
	for _, u := range []*campaign.User{&ana, &vuk} {
		if err := s.store.Users.CreateUser(t.Context(), u); err != nil {
			t.Fatal(err)
		}
	}
	s.post("/sign-in", "email=ana@example.org", "password=old words in a row").want(t, 200, "Ana")
	hers := s.jar
	me := s.signInAs(campaign.Admin)
	stay := func(path string) {
		t.Helper()
		req, _ := http.NewRequest(http.MethodPost, s.web.URL+path, nil)
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		res, err := (&http.Client{Jar: s.jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(req)
		if err != nil || res.StatusCode != http.StatusSeeOther {
			t.Fatal(err, res)
		}
		res.Body.Close()
	}
	stay("/users/" + ana.ID + "/link")
	stay("/users/" + vuk.ID + "/link")
	const shown = "Hand this link over yourself"
	if a := s.get("/users/" + me.ID); strings.Contains(a.Body, shown) {
		t.Error("a link stands on another user's page")
	}
	for _, u := range []campaign.User{vuk, ana} {
		s.get("/users/"+u.ID).want(t, 200, shown, "Sign-in link for "+u.Name)
		if a := s.get("/users/" + u.ID); strings.Contains(a.Body, shown) {
			t.Error("a link is shown twice")
		}
	}
	s.post("/users/"+me.ID+"/link").want(t, 200, "your own account")
	s.jar = hers
	if a := s.get("/contacts"); !strings.HasPrefix(a.Path, "/sign-in") {
		t.Error("a session outlives the link that was made for the account")
	}
	s.post("/sign-in", "email=ana@example.org", "password=old words in a row").want(t, 422)
}

// A user who came by a link may set a password without the old one for a quarter of an hour, and not after signing out everywhere.
func TestAfterALink(t *testing.T) {
	for name, end := range map[string]func(s *site, late *atomic.Int64){
		"time passed":           func(_ *site, late *atomic.Int64) { late.Store(int64(session.LinkFor)) },
		"signed out everywhere": func(s *site, _ *atomic.Int64) { s.post("/account/sign-out-everywhere").want(t, 200) },
	} {
		s := newSite(t)
		late := s.letTimePass()
		u := s.withPassword(campaign.Viewer)
		if err := s.store.Sessions.CreateSignInLink(t.Context(), "again", u.ID, time.Hour); err != nil {
			t.Fatal(err)
		}
		s.post("/sign-in/again").want(t, 200)
		if a := s.get("/account/password"); strings.Contains(a.Body, "Present password") {
			t.Errorf("%s: the old password is asked for at once", name)
		}
		end(s, late)
		s.get("/account/password").want(t, 200, "Present password")
		s.post("/account/password", "password=other quiet lamps drift").want(t, 422, "not your present password")
	}
}
