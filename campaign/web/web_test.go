package web

import (
	"context"
	"io"
	"log/slog"
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
	"github.com/glasnik/glasnik/campaign/web/webtest"
)

// site is the whole web over a real store, with a browser's manners: cookies are kept, redirects followed.
type site struct {
	t      *testing.T
	store  *store.Store
	server *Server
	web    *httptest.Server
	jar    http.CookieJar
}

func newSite(t *testing.T) *site {
	t.Helper()
	ctx := context.Background()
	engine, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	signer := campaign.NewSigner("a secret for tests")
	st, err := store.New(ctx, engine, signer, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, store: st}
	s.web = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.server.Handler().ServeHTTP(w, r) }))
	s.server, err = New(Config{
		Links: campaign.Links{Base: s.web.URL, Signer: signer}, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		BaseURL: s.web.URL, Version: "test", DefaultZone: "Europe/Belgrade",
	}, st.All())
	if err != nil {
		t.Fatal(err)
	}
	s.jar, _ = cookiejar.New(nil)
	t.Cleanup(func() {
		s.web.Close()
		if err := st.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return s
}

// answer is what came back.
type answer struct {
	Status int
	Path   string // after redirects
	Body   string
	Header http.Header
}

func (s *site) do(method, path string, form url.Values, change func(*http.Request)) answer {
	s.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequest(method, s.web.URL+path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if change != nil {
		change(req)
	}
	client := &http.Client{Jar: s.jar}
	res, err := client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Request.URL.RequestURI(), string(b), res.Header}
}

func (s *site) get(path string) answer { s.t.Helper(); return s.do(http.MethodGet, path, nil, nil) }

// post sends a form given as "name=value" pairs.
func (s *site) post(path string, fields ...string) answer {
	s.t.Helper()
	form := url.Values{}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		form.Add(name, value)
	}
	return s.do(http.MethodPost, path, form, nil)
}

// signInAs makes a user and signs in by a one-time link.
func (s *site) signInAs(role campaign.Role) campaign.User {
	s.t.Helper()
	u := campaign.User{Email: string(role) + "@example.org", Name: "Test " + string(role), Role: role}
	if err := s.store.Users.CreateUser(context.Background(), &u); err != nil {
		s.t.Fatal(err)
	}
	secret := "secret-of-" + string(role)
	if err := s.store.Sessions.CreateSignInLink(context.Background(), secret, u.ID, time.Hour); err != nil {
		s.t.Fatal(err)
	}
	s.jar, _ = cookiejar.New(nil)
	if a := s.post("/sign-in/" + secret); a.Status != 200 {
		s.t.Fatalf("signing in answered %d: %s", a.Status, a.Body)
	}
	return u
}

func (a answer) want(t *testing.T, status int, parts ...string) {
	t.Helper()
	if a.Status != status {
		t.Errorf("%s answered %d, want %d: %s", a.Path, a.Status, status, webtest.MainOf(a.Body))
	}
	for _, p := range parts {
		if !strings.Contains(a.Body, p) {
			t.Errorf("%s does not say %q: %s", a.Path, p, webtest.MainOf(a.Body))
		}
	}
}
