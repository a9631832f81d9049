package web

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/request"
	"github.com/glasnik/glasnik/campaign/web/webtest"
)

// Every route refuses what it does not take, before it is read, and takes little memory for it.
func TestEveryRouteTakesItsOwnTypeAlone(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	posts := 0
	for _, r := range s.server.table {
		if r.method != http.MethodPost || r.path == "/sign-out" {
			continue
		}
		posts++
		path := strings.NewReplacer(":id", "none", ":run", "none", ":secret", "none", ":token", "none", ":list", "none", ":provider", "none").Replace(r.path)
		for kind, body := range webtest.StrangeBodies() {
			a := s.do(r.method, path, nil, func(q *http.Request) {
				q.Body, q.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
				q.Header.Set("Sec-Fetch-Site", "same-origin")
				switch kind {
				case "":
				case request.Multipart:
					q.Header.Set("Content-Type", kind+"; boundary=edge")
				default:
					q.Header.Set("Content-Type", kind)
				}
			})
			if takes := slices.Contains(r.body.Types, kind); takes == (a.Status == http.StatusUnsupportedMediaType) {
				t.Errorf("%s with %q answers %d", r.path, kind, a.Status)
			}
			if strings.Contains(a.Body, "Go struct") || strings.Contains(a.Body, "ProtoMessage") {
				t.Errorf("%s with %q tells what is in here: %s", r.path, kind, a.Body)
			}
		}
		a := s.do(r.method, path, nil, func(q *http.Request) {
			q.Header.Set("Content-Type", request.Form)
			q.Header.Set("Content-Encoding", "gzip")
			q.Header.Set("Sec-Fetch-Site", "same-origin")
		})
		if a.Status != http.StatusUnsupportedMediaType {
			t.Errorf("%s takes a coded body: %d", r.path, a.Status)
		}
	}
	runtime.ReadMemStats(&after)
	if posts < 50 {
		t.Errorf("only %d routes were tried", posts)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 4<<30 {
		t.Errorf("%d MB were allocated", used>>20)
	}
}

// Fields stand in the body, not in the address.
func TestFieldsOfTheAddressAreNoForm(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	s.post("/account?name=Planted&zone=Asia/Tokyo", "name=Mila").want(t, 200, "Saved")
	u, err := s.store.Users.GetUserByAddress(t.Context(), "admin@example.org")
	if err != nil || u.Name != "Mila" || u.Zone != "" {
		t.Errorf("%+v %v", u, err)
	}
}

// Only a form with files may be long, no matter who sends it.
func TestLongForms(t *testing.T) {
	s := newSite(t)
	for _, who := range []string{"nobody", "an editor"} {
		for _, path := range []string{"/import", "/releases/new", "/releases/preview", "/lists/new"} {
			s.post(path, "body="+strings.Repeat("x", 2<<20)).want(t, 413, "more than can be taken")
		}
		if who == "nobody" {
			s.signInAs(campaign.Editor)
		}
	}
	s.post("/sign-in", "email="+strings.Repeat("x", request.MaxForm)).want(t, 413)
}

// What arrived of a form that is too long is shown to who wrote it, and no password.
func TestWhatArrivedOfALongForm(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	long := strings.Repeat("Dugačak tekst. ", 2<<20/15)
	for kind, change := range map[string]func(*http.Request){
		request.Form: func(q *http.Request) { q.Header.Set("Content-Type", request.Form) },
		request.Multipart: func(q *http.Request) {
			body := webtest.MultipartOf(map[string]string{"a_headline": "Vodič <za> školu", "body": long + strings.Repeat(" ", maxReleaseForm)})
			q.Header.Set("Content-Type", request.Multipart+"; boundary=edge")
			q.Body, q.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		},
	} {
		a := s.do(http.MethodPost, "/releases/new", url.Values{"a_headline": {"Vodič <za> školu"}, "again_password": {"tiho jutro"}, "body": {long}}, change)
		a.want(t, 413, "more than can be taken", "What arrived", "Vodič &lt;za&gt; školu", "Dugačak tekst. Dugačak tekst.")
		if strings.Contains(a.Body, "tiho jutro") {
			t.Errorf("%s: a password is shown", kind)
		}
		checkMarkup(t, a)
	}
}

// The work of a request ends when the browser leaves, whatever kind of form it sent.
func TestWorkEndsWithTheBrowser(t *testing.T) {
	s := newSite(t)
	for _, tt := range []struct{ kind, body string }{
		{request.Form, "a=b"}, {request.Multipart + "; boundary=edge", webtest.MultipartOf(map[string]string{"a": "b"}) + strings.Repeat(" ", 100000)},
	} {
		began, ended := make(chan struct{}), make(chan struct{})
		handler := s.server.serve(post("/work", anyone, func(v *visit) error {
			defer close(ended)
			if err := v.readForm(); err != nil {
				t.Error(err)
			}
			close(began)
			<-v.ctx().Done()
			return v.ctx().Err()
		}).takes(releaseBody))
		engine := gin.New()
		engine.POST("/work", handler)
		web := httptest.NewServer(s.server.sessions.Handler(engine))
		req, _ := http.NewRequest(http.MethodPost, web.URL+"/work", strings.NewReader(tt.body))
		req.Header.Set("Content-Type", tt.kind)
		ctx, leave := context.WithCancel(t.Context())
		go func() { <-began; leave() }()
		if _, err := http.DefaultClient.Do(req.WithContext(ctx)); err == nil {
			t.Error("there is an answer")
		}
		<-ended
		web.Close()
	}
}

// The body of a visitor who may not sign in any more is not read.
func TestThrottlesComeBeforeReading(t *testing.T) {
	d := newDesk(t)
	for range triesPerIP {
		d.server.tries.allowIP("192.0.2.1")
	}
	body := &webtest.Counting{Reader: strings.NewReader(url.Values{"email": {"ana@example.org"}}.Encode())}
	r := httptest.NewRequest(http.MethodPost, "https://news.example.org/sign-in", body)
	r.Header.Set("Content-Type", request.Form)
	r.RemoteAddr = "192.0.2.1:1234"
	w := httptest.NewRecorder()
	d.Handler.ServeHTTP(w, r)
	if w.Code != http.StatusTooManyRequests || body.N > 0 {
		t.Errorf("answers %d after reading %d bytes", w.Code, body.N)
	}
}
