package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/store/sqlite"
	"github.com/glasnik/glasnik/campaign/web/request"
	"github.com/glasnik/glasnik/campaign/web/session"
	"github.com/glasnik/glasnik/campaign/web/webtest"
)

func TestFirstAdmin(t *testing.T) {
	s := newSite(t)
	s.get("/contacts").want(t, 200, "Nobody can sign in yet", "one-time link")
	if err := s.store.Sessions.CreateSignInLink(context.Background(), "first", "", time.Hour); err != nil {
		t.Fatal(err)
	}
	s.get("/sign-in/first").want(t, 200, "Create the first admin")
	s.get("/sign-in/first").want(t, 200, "Create the first admin") // looking does not spend it
	s.post("/sign-in/first", "name=Mila", "email=mila@example.org", "password=short").want(t, 422, "at least 10 characters", `value="Mila"`)
	s.post("/sign-in/first", "name=Mila", "email=nobody", "password=four words in a row").want(t, 422, "not an e-mail address")
	s.post("/sign-in/first", "name=Mila", "email=Mila@example.org", "password=four words in a row").want(t, 200, "Welcome, Mila")
	s.post("/sign-out").want(t, 200, "Sign in")
	s.get("/sign-in/first").want(t, 404, "not valid")
	s.post("/sign-in", "email=mila@EXAMPLE.org", "password=wrong words in a row").want(t, 422, "do not belong together")
	s.get("/lists?archived=1").want(t, 200, `name="next" value="/lists?archived=1"`)
	a := s.post("/sign-in", "email=mila@EXAMPLE.org", "password=four words in a row", "next=/lists?archived=1")
	a.want(t, 200, "Mila")
	if a.Path != "/lists?archived=1" {
		t.Errorf("after signing in: %s", a.Path)
	}
}

func TestNextIsOurs(t *testing.T) {
	for next, want := range map[string]string{
		"/lists?a=b": "/lists?a=b", "": "/", "https://evil.example": "/", "//evil.example": "/", `/\evil.example`: "/", "javascript:alert(1)": "/",
		"/\t/evil.example": "/", "/\n/evil.example": "/", "/lists\r\nSet-Cookie: a=b": "/",
	} {
		if got := (&signInForm{Next: next}).next(); got != want {
			t.Errorf("next %q leads to %q", next, got)
		}
	}
}

func TestSessionCookie(t *testing.T) {
	s := newSite(t)
	s.get("/contacts")
	if s.cookie() != "" {
		t.Error("a session was made for somebody who only looked")
	}
	u := s.signInAs(campaign.Editor)
	before := s.cookie()
	if err := s.store.Sessions.CreateSignInLink(context.Background(), "again", u.ID, time.Hour); err != nil {
		t.Fatal(err)
	}
	form := strings.NewReader("")
	req, _ := http.NewRequest(http.MethodPost, s.web.URL+"/sign-in/again", form)
	res, err := (&http.Client{Jar: s.jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if c := res.Header.Get("Set-Cookie"); !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Lax") {
		t.Errorf("cookie %q", c)
	}
	if after := s.cookie(); after == before || after == "" {
		t.Errorf("the token was not renewed at sign-in: %q, %q", before, after)
	}
}

// browser asks sessions for what the paths name, with the cookie it was given last.
type browser struct {
	now       time.Time
	sessions  *session.Sessions
	token     string
	began, on chan bool // "/look" and "/change" begin, and wait until they may go on

	user, notice string // what "/who" found
	sure         bool
}

func newBrowser(t *testing.T) *browser {
	b := &browser{now: time.Now(), began: make(chan bool), on: make(chan bool)}
	clock, signer := func() time.Time { return b.now }, campaign.NewSigner("a secret for tests")
	engine, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	st, err := store.New(t.Context(), engine, signer, clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close(context.Background()) })
	b.sessions = session.New(st.Sessions, signer, false, clock, nil)
	return b
}

func (b *browser) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	switch r.URL.Path {
	case "/in":
		_ = b.sessions.Begin(ctx, "ana") // who is asked for next
	case "/out":
		_ = b.sessions.End(ctx)
	case "/sure":
		b.sessions.BeSure(ctx)
	case "/look", "/change":
		b.began <- true
		if <-b.on; r.URL.Path == "/change" {
			b.sessions.Tell(ctx, "late")
		}
	case "/who":
		b.user, _ = b.sessions.User(ctx)
		b.notice, _ = b.sessions.TakeNotice(ctx)
		b.sure = b.sessions.Sure(ctx)
	}
}

func (b *browser) get(path string) {
	r, w := httptest.NewRequest(http.MethodGet, path, nil), httptest.NewRecorder()
	r.AddCookie(&http.Cookie{Name: "glasnik", Value: b.token})
	b.sessions.Handler(b).ServeHTTP(w, r)
	if path == "/in" {
		b.token = w.Result().Cookies()[0].Value
	}
}

// getMeanwhile makes a request while another is under way, and asks who is signed in when both are answered.
func (b *browser) getMeanwhile(slow, fast string) {
	done := make(chan bool)
	go func() { b.get(slow); done <- true }()
	<-b.began
	b.get(fast)
	b.on <- true
	<-done
	b.get("/who")
}

// A request under way when its session is ended does not bring it back, and one that only looks undoes no change.
func TestRequestsUnderWay(t *testing.T) {
	b := newBrowser(t)
	for _, slow := range []string{"/look", "/change"} {
		b.get("/in")
		if b.getMeanwhile(slow, "/out"); b.user != "" || b.notice != "" {
			t.Errorf("%s brought back the session of %q, with %q", slow, b.user, b.notice)
		}
	}
	b.get("/in")
	if b.getMeanwhile("/look", "/sure"); b.user != "ana" || !b.sure {
		t.Errorf("looking undid a change: user %q, sure %v", b.user, b.sure)
	}
}

// A session ends after a week without use, and after a month in any case.
func TestSessionsEnd(t *testing.T) {
	for _, steps := range [][]int{{1, 2, 6, 8}, {5, 5, 5, 5, 5, 4, 2}} {
		b := newBrowser(t)
		b.get("/in")
		for i, days := range steps {
			b.now = b.now.Add(time.Duration(days) * 24 * time.Hour)
			if b.get("/who"); (b.user == "") != (i == len(steps)-1) {
				t.Errorf("used after each of %d days, a session is of %q", steps[:i+1], b.user)
			}
		}
	}
}

func (s *site) cookie() string {
	u, _ := url.Parse(s.web.URL)
	for _, c := range s.jar.Cookies(u) {
		if c.Name == "glasnik" {
			return c.Value
		}
	}
	return ""
}

func TestThrottle(t *testing.T) {
	s := newSite(t)
	start := time.Now()
	s.server.Now = func() time.Time { return start } // however long hashing takes, no try comes back
	s.signInAs(campaign.Viewer)
	s.post("/sign-out")
	for range triesPerAddress {
		s.post("/sign-in", "email=viewer@example.org", "password=wrong").want(t, 422)
	}
	s.post("/sign-in", "email=Viewer@example.org", "password=wrong").want(t, 429, "too many attempts")
	s.post("/sign-in", "email=other@example.org", "password=wrong").want(t, 422)
	var last answer
	for i := range triesPerIP {
		last = s.post("/sign-in", fmt.Sprintf("email=p%d@example.org", i), "password=wrong")
	}
	last.want(t, 429, "too many attempts")
	if last.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	s.get("/sign-in/guess").want(t, 429)
}

func TestThrottleGivesTriesBack(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	th := &tries{request.NewThrottle(func() time.Time { return now })}
	for range triesPerAddress + 1 {
		th.allowAddress("a", "x")
	}
	if th.allowAddress("a", "x") {
		t.Error("a place that spent its tries at an address may try again")
	}
	if !th.allowAddress("a", "y") {
		t.Error("a stranger's tries keep the user elsewhere out")
	}
	now = now.Add(waitPerAddress)
	if !th.allowAddress("a", "x") {
		t.Error("nothing came back after the wait")
	}
}

// Every route asks for its role: who has none is led to the sign-in page, who has too little is refused.
func TestRoles(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	roles := map[access]int{viewer: 0, editor: 1, admin: 2}
	jars := map[campaign.Role]http.CookieJar{}
	jars["nobody"], _ = cookiejar.New(nil)
	for _, r := range []campaign.Role{campaign.Viewer, campaign.Editor} {
		s.signInAs(r)
		jars[r] = s.jar
	}
	for _, r := range s.server.table {
		needed, ok := roles[r.who]
		if !ok {
			continue
		}
		path := strings.NewReplacer(":id", "none", ":run", "none", ":secret", "none").Replace(r.path)
		form := url.Values{}
		if r.method == http.MethodGet {
			form = nil
		}
		s.jar = jars["nobody"]
		if a := s.do(r.method, path, form, nil); !strings.HasPrefix(a.Path, "/sign-in") {
			t.Errorf("%s %s lets nobody in: %s %d", r.method, r.path, a.Path, a.Status)
		}
		for role, has := range map[campaign.Role]int{campaign.Viewer: 0, campaign.Editor: 1} {
			if has >= needed {
				continue
			}
			s.jar = jars[role]
			if a := s.do(r.method, path, form, nil); a.Status != http.StatusForbidden {
				t.Errorf("%s %s answers %d to a %s", r.method, r.path, a.Status, role)
			}
		}
	}
}

// A form from another site is refused, no matter who is signed in.
func TestForeignForms(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	for name, change := range map[string]func(*http.Request){
		"fetch metadata": func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"origin":         func(r *http.Request) { r.Header.Del("Sec-Fetch-Site"); r.Header.Set("Origin", "https://evil.example") },
		"same site":      func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
	} {
		a := s.do(http.MethodPost, "/lists/new", url.Values{"name": {"Planted"}}, change)
		if a.Status != http.StatusForbidden || !strings.Contains(a.Body, "not sent from one of our own pages") {
			t.Errorf("%s: %d %s", name, a.Status, webtest.MainOf(a.Body))
		}
	}
	if lists, _ := s.store.Lists.FindLists(context.Background(), true); len(lists) != 0 {
		t.Errorf("a foreign form made %v", lists)
	}
}

func TestUsers(t *testing.T) {
	s := newSite(t)
	me := s.signInAs(campaign.Admin)
	admin := s.jar
	a := s.post("/users/new", "name=Petar", "email=petar@example.org", "role=editor")
	a.want(t, 200, "/sign-in/", "works once")
	_, secret, _ := strings.Cut(a.Body, "/sign-in/")
	secret, _, _ = strings.Cut(secret, "<")
	s.get(a.Path)
	if b := s.get(a.Path); strings.Contains(b.Body, secret) {
		t.Error("the link is shown twice")
	}
	s.post("/users/new", "name=Petar", "email=PETAR@example.org", "role=editor").want(t, 422, "is a user already")
	s.post("/users/new", "name=X", "email=x@example.org", "role=king").want(t, 422, "is not one of")
	s.post("/users/"+me.ID, "name=Me", "email=admin@example.org", "role=viewer").want(t, 422, "your own rights")

	s.jar, _ = cookiejar.New(nil)
	s.get("/sign-in/"+secret).want(t, 200, "Sign in as petar@example.org")
	s.post("/sign-in/"+secret).want(t, 200, "Welcome, Petar", "Choose a password")
	s.post("/account/password", "password=words in a long row").want(t, 200, "Your password is set")
	s.post("/account/password", "old=wrong", "password=other words in a row").want(t, 422, "not your present password")
	s.post("/account", "name=Petar Ilić", "zone=Mars/Olympus").want(t, 422, "no time zone", "Mars/Olympus")
	s.post("/account", "name=Petar Ilić", "zone=Asia/Tokyo").want(t, 200, "Saved", "Times are in Asia/Tokyo")
	petar := s.jar

	s.jar, _ = cookiejar.New(nil)
	s.post("/sign-in", "email=petar@example.org", "password=words in a long row").want(t, 200, "Petar Ilić")
	s.post("/account/sign-out-everywhere").want(t, 200, "Every other browser is signed out")
	other := s.jar
	s.jar = petar
	if a := s.get("/contacts"); !strings.HasPrefix(a.Path, "/sign-in") {
		t.Errorf("a session that was ended still works: %s", a.Path)
	}
	s.jar = admin
	s.post(a.Path, "name=Petar", "email=petar@example.org", "role=editor", "disabled=true").want(t, 200, "Disabled")
	s.post(a.Path+"/link").want(t, 200, "is disabled")
	s.jar = other
	if a := s.get("/contacts"); !strings.HasPrefix(a.Path, "/sign-in") {
		t.Errorf("a disabled user still gets in: %s", a.Path)
	}
	s.post("/sign-in", "email=petar@example.org", "password=words in a long row").want(t, 422, "do not belong together")
}

func TestSettings(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	s.get("/").want(t, 200, "Say who you are", "Add a sender", "Bring in your contacts")
	s.post("/settings", "name=", "zone=Europe/Belgrade").want(t, 422, "Say who you are")
	s.post("/settings", "name=Office", "zone=Europe/Belgrade", "sender_name=X", "sender_email=nothing").want(t, 422, "Sender 1", `value="nothing"`)
	s.post("/settings", "name=Office", "zone=Europe/Belgrade", "colour=red;}").want(t, 422, "#rrggbb")
	s.post("/settings", "name=Office", "address=Main 1", "zone=Europe/Belgrade", "colour=#123456", "website=example.org", "contact=Data@example.org",
		"sender_name=Press", "sender_email=press@example.org", "sender_answer=", "sender_name=", "sender_email=", "sender_answer=").want(t, 200, "Saved", "Sender 2")
	s.post("/settings/texts", "footer=", "footer=Подножје", "footer=Footer").want(t, 200, "Saved", "Подножје")
	set, err := s.store.Settings.GetSettings(context.Background())
	if err != nil || len(set.Senders) != 1 || set.Brand.Footer[campaign.English] != "Footer" || set.Brand.Website != "https://example.org" || set.Brand.Footer[campaign.SerbianCyrillic] != "Подножје" {
		t.Errorf("settings %+v %v", set, err)
	}
}

func TestHeadersAndErrors(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Viewer)
	a := s.get("/")
	for name, want := range map[string]string{
		"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
	} {
		if got := a.Header.Values(name); len(got) == 0 || !strings.Contains(strings.Join(got, " "), want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	if strings.Contains(policy, "unsafe") {
		t.Error("the policy allows something unsafe")
	}
	s.get("/nothing").want(t, 404, "There is no such page")
	s.do(http.MethodPost, "/lists", url.Values{}, nil).want(t, 405, "cannot be opened this way")
	s.get("/assets/x/none.css").want(t, 404)
	s.get("/healthz").want(t, 200, "ok")
	s.do(http.MethodHead, "/healthz", nil, nil).want(t, 200)
	_, asset, _ := strings.Cut(a.Body, `rel="stylesheet" href="`)
	asset, _, _ = strings.Cut(asset, `"`)
	if c := s.get(asset).Header.Get("Cache-Control"); !strings.Contains(c, "immutable") {
		t.Errorf("%s: Cache-Control %q", asset, c)
	}
	s.do(http.MethodPost, "/account", url.Values{"name": {strings.Repeat("x", 2<<20)}}, nil).want(t, 413, "more than can be taken")
}

// An invited user is met in the language the admin chose for them, from the link on; another can be chosen on its page.
func TestInvitationsSpeakTheirUsersLanguage(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	s.post("/users/new", "name=Luc", "email=luc@example.org", "role=editor", "language=xx").want(t, 422, "language")
	s.post("/users/new", "name=Luc", "email=luc@example.org", "role=editor", "language=fr").want(t, 200, "works once")
	luc, err := s.store.Users.GetUserByAddress(t.Context(), "luc@example.org")
	must(t, err)
	must(t, s.store.Sessions.CreateSignInLink(t.Context(), "luc", luc.ID, time.Hour))
	s.post("/sign-out")
	s.get("/sign-in/luc").want(t, 200, `lang="fr"`, "Ce lien sert une seule fois")
	s.get("/sign-in/luc?lang=sr-Latn").want(t, 200, "Ova veza važi samo jednom")
	s.post("/sign-in/luc").want(t, 200, "Nouveau mot de passe")
}
