package web

import (
	"html"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/web/request"
	"github.com/glasnik/glasnik/campaign/web/session"
)

const goodPassword = "seven quiet lamps drift"

// withPassword signs a user in who has a password.
func (s *site) withPassword(role campaign.Role) campaign.User {
	s.t.Helper()
	u := s.signInAs(role)
	s.post("/account/password", "password="+goodPassword).want(s.t, 200, "Your password is set")
	return u
}

// endSession takes the session's cookie away, as its end does.
func (s *site) endSession(names ...string) {
	u, _ := url.Parse(s.web.URL)
	old := s.jar.Cookies(u)
	s.jar, _ = cookiejar.New(nil)
	for _, c := range old {
		if c.Name != "glasnik" && len(names) == 0 {
			c.Path = "/"
			s.jar.SetCookies(u, []*http.Cookie{c})
		}
	}
}

var hidden = regexp.MustCompile(`name="(kept|signed_in_as)" value="([^"]*)"`)

func hiddenIn(body, name string) string {
	for _, m := range hidden.FindAllStringSubmatch(body, -1) {
		if m[1] == name {
			return html.UnescapeString(m[2])
		}
	}
	return ""
}

// What was written when the session ended comes back to who wrote it, and to nobody else.
func TestWhatWasWrittenIsKept(t *testing.T) {
	written := strings.Repeat("Reč „po“ reč & <b>. ", 120)
	form := url.Values{"title": {"Vodič"}, "kind": {"press_release"}, "language": {"sr-Latn"}, "zone": {"Europe/Belgrade"}, "headline": {"Novi vodič"}, "body": {written}, "do": {"save"}}
	for name, forget := range map[string]func(*site, string){
		"the session is over":    func(s *site, _ string) { s.endSession() },
		"all cookies are gone":   func(s *site, mark string) { s.endSession("all"); form.Set(session.OwnerField, mark) },
		"signed out in the page": func(s *site, _ string) { s.post("/sign-out") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			other := s.withPassword(campaign.Admin)
			s.withPassword(campaign.Editor)
			mark := hiddenIn(s.get("/releases/new").Body, session.OwnerField)
			form.Del(session.OwnerField)
			forget(s, mark)
			a := s.do(http.MethodPost, "/releases/new", form, nil)
			a.want(t, 401, "You were signed out; what you wrote is kept")
			if strings.Contains(a.Body, "Novi vodi") || strings.Contains(a.Body, "Reč") {
				t.Error("the page shows what was written")
			}
			checkMarkup(t, a)
			kept := hiddenIn(a.Body, session.FormField)

			wrong := s.post("/sign-in", "email=editor@example.org", "password=wrong", "kept="+kept)
			wrong.want(t, 422, "do not belong together", "is kept")
			s.post("/releases/new", "kept="+kept).want(t, 401, "is kept")

			mine := s.jar
			s.jar, _ = cookiejar.New(nil)
			b := s.post("/sign-in", "email="+other.Email, "password="+goodPassword, "kept="+kept)
			b.want(t, 200, "is not yours")
			s.post("/releases/new", "kept="+kept).want(t, 409, "cannot be opened")
			s.jar = mine

			c := s.post("/sign-in", "email=editor@example.org", "password="+goodPassword, "kept="+kept)
			c.want(t, 200, "What you wrote is kept", `action="/releases/new"`, "Novi vodič")
			checkMarkup(t, c)
			s.post("/lists/new", "kept="+kept).want(t, 409, "cannot be opened")
			s.post("/releases/new", "kept="+kept).want(t, 200, "Saved.")
			rs, _, err := s.store.Releases.FindReleases(t.Context(), store.ReleaseFilter{}, pageOf(5))
			if err != nil || len(rs) != 1 || rs[0].Title != "Vodič" {
				t.Fatalf("%d releases, %v", len(rs), err)
			}
			r, err := s.store.Releases.GetRelease(t.Context(), rs[0].ID)
			if err != nil || len(r.Versions) != 1 || strings.TrimSpace(r.Versions[0].Body) != strings.TrimSpace(written) {
				t.Errorf("%+v %v", r.Versions, err)
			}
		})
	}
}

// Files are passed over and named; passwords and what nobody can be said to have written are not kept.
func TestWhatIsNotKept(t *testing.T) {
	s := newSite(t)
	s.withPassword(campaign.Editor)
	s.endSession()
	body := "--edge\r\nContent-Disposition: form-data; name=\"headline\"\r\n\r\nNaslov\r\n--edge\r\nContent-Disposition: form-data; name=\"files\"; filename=\"slika.png\"\r\n" +
		"Content-Type: image/png\r\n\r\n" + strings.Repeat("x", 3<<20) + "\r\n--edge--\r\n"
	a := s.do(http.MethodPost, "/releases/new", nil, func(r *http.Request) {
		r.Body, r.ContentLength = http.NoBody, 0
		n, _ := http.NewRequest(http.MethodPost, s.web.URL, strings.NewReader(body))
		r.Body, r.ContentLength = n.Body, n.ContentLength
		r.Header.Set("Content-Type", request.Multipart+"; boundary=edge")
	})
	a.want(t, 401, "is kept", "slika.png")
	if len(a.Body) > 20000 {
		t.Errorf("the page has %d bytes", len(a.Body))
	}
	if b := s.post("/account/password", "old=x", "password="+goodPassword); hiddenIn(b.Body, session.FormField) != "" {
		t.Error("a password is kept")
	}
	s.jar, _ = cookiejar.New(nil)
	b := s.post("/lists/new", "name=Press")
	b.want(t, 401, "could not be kept")
	if c := s.post("/lists/new"); !strings.HasPrefix(c.Path, "/sign-in") {
		t.Errorf("nothing leads to %s", c.Path)
	}
}

// A form from a page that was made for somebody else is not acted on.
func TestAFormOfSomebodyElse(t *testing.T) {
	s := newSite(t)
	s.withPassword(campaign.Editor)
	mark := hiddenIn(s.get("/lists/new").Body, session.OwnerField)
	s.withPassword(campaign.Admin)
	a := s.post("/lists/new", "name=Press", session.OwnerField+"="+mark)
	a.want(t, 409, "somebody else was signed in", "is kept")
	if lists, _ := s.store.Lists.FindLists(t.Context(), true); len(lists) > 0 {
		t.Error("the form was acted on")
	}
	kept := hiddenIn(a.Body, session.FormField)
	s.post("/sign-in", "email=editor@example.org", "password="+goodPassword, "kept="+kept).want(t, 200, "What you wrote is kept")
	s.post("/lists/new", "kept="+kept).want(t, 200, "The list “Press” is there")
}

// A frame says in words that the session is over.
func TestFrameOfSomebodySignedOut(t *testing.T) {
	s := newSite(t)
	framed := func(r *http.Request) { r.Header.Set("Sec-Fetch-Dest", "iframe") }
	a := s.do(http.MethodPost, "/releases/preview", url.Values{"headline": {"x"}}, framed)
	a.want(t, 401, "You were signed out")
	if csp := a.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'self'") {
		t.Errorf("no frame of ours may show it: %s", csp)
	}
}

// The password is asked for again before what would do most harm, and what was sent goes on after it.
func TestThePasswordIsAskedAgain(t *testing.T) {
	s := newSite(t)
	late := s.letTimePass()
	s.withPassword(campaign.Admin)
	s.post("/users/new", "name=Petar", "email=petar@example.org", "role=editor").want(t, 200, "works once")
	late.Store(int64(session.SureFor + time.Second))
	s.get("/users").want(t, 200, "Petar")
	a := s.post("/users/new", "name=Vuk", "email=vuk@example.org", "role=viewer")
	a.want(t, 401, "Is it you?", `action="/users/new"`)
	checkMarkup(t, a)
	kept := hiddenIn(a.Body, session.FormField)
	s.post("/users/new", "kept="+kept, "again=wrong").want(t, 422, "not your present password", "kept")
	s.post("/users/new", "kept="+kept, "again="+goodPassword).want(t, 200, "Sign-in link for Vuk")
	s.post("/users/new", "name=Ana", "email=ana@example.org", "role=viewer").want(t, 200, "Sign-in link for Ana")
	late.Store(int64(3 * (session.SureFor + time.Second)))
	s.get("/export?format=csv").want(t, 401, "Is it you?", `value="/export?format=csv"`)
	if b := s.post("/account/again", "again="+goodPassword, "next=/export?format=csv"); b.Status != 200 || b.Path != "/export?format=csv" {
		t.Errorf("%d at %s", b.Status, b.Path)
	}
}

// letTimePass returns how far the server's clock is ahead, for a test to set.
func (s *site) letTimePass() *atomic.Int64 {
	var late atomic.Int64
	s.server.Now = func() time.Time { return time.Now().Add(time.Duration(late.Load())) }
	return &late
}
