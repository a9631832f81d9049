package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
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
)

// yamlBomb grows tenfold with each level when its aliases are followed.
func yamlBomb() string {
	b := "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
	for i := 1; i < 9; i++ {
		b += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 10), ","))
	}
	return b + "email: *a8"
}

// strangeBodies are bodies no form of ours has, by what they are said to be.
func strangeBodies() map[string]string {
	msgpack := strings.Repeat("\x91", 15000)
	return map[string]string{
		"application/yaml": yamlBomb(), "application/x-yaml": yamlBomb(), "text/yaml": strings.Repeat("[", 15000),
		"application/toml": "a = " + strings.Repeat("[", 15000), "application/json": strings.Repeat("[", 15000), "application/xml": "<a>" + strings.Repeat("<b>", 5000),
		"text/xml": "<a/>", "application/x-msgpack": msgpack, "application/msgpack": msgpack, "application/bson": "\x05\x00\x00\x00\x00",
		"application/x-protobuf": "\x08\x01", "text/plain": "a=b", "": "a=b", "rubbish": "a=b", "application/x-www-form-urlencoded, application/yaml": yamlBomb(),
		request.Form: "a=b", request.Multipart: multipartOf(map[string]string{"a": "b"}),
	}
}

func multipartOf(fields map[string]string) string {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	w.SetBoundary("edge")
	for name, value := range fields {
		w.WriteField(name, value)
	}
	w.Close()
	return b.String()
}

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
		for kind, body := range strangeBodies() {
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
			if takes := slices.Contains(bodies[r.body].Types, kind); takes == (a.Status == http.StatusUnsupportedMediaType) {
				t.Errorf("%s with %q answers %d", r.path, kind, a.Status)
			}
			if strings.Contains(a.Body, "Go struct") || strings.Contains(a.Body, "ProtoMessage") {
				t.Errorf("%s with %q tells what is in here: %s", r.path, kind, a.Body)
			}
		}
		if r.body != takesOneClick {
			a := s.do(r.method, path, nil, func(q *http.Request) {
				q.Header.Set("Content-Type", request.Form)
				q.Header.Set("Content-Encoding", "gzip")
				q.Header.Set("Sec-Fetch-Site", "same-origin")
			})
			if a.Status != http.StatusUnsupportedMediaType {
				t.Errorf("%s takes a coded body: %d", r.path, a.Status)
			}
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
	u, err := s.store.GetUserByAddress(t.Context(), "admin@example.org")
	if err != nil || u.Name != "Mila" || u.Zone != "" {
		t.Errorf("%+v %v", u, err)
	}
}

func TestNestingIsBounded(t *testing.T) {
	for doc, want := range map[string]bool{
		`{"a":["[[[[[[[[[[[["]}`: false, `{"a":"\"[[[[[[[[["}`: false, strings.Repeat("[", maxNesting): false,
		strings.Repeat("[", maxNesting+1): true, strings.Repeat(`{"a":`, 100): true,
	} {
		if nestsDeep([]byte(doc)) != want {
			t.Errorf("%s nests deep: %v", doc, !want)
		}
	}
}

// Only a form with files may be long, whoever sends it.
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

// The work of a request ends when the browser leaves, whatever kind of form it sent.
func TestWorkEndsWithTheBrowser(t *testing.T) {
	s := newSite(t)
	for _, tt := range []struct{ kind, body string }{
		{request.Form, "a=b"}, {request.Multipart + "; boundary=edge", multipartOf(map[string]string{"a": "b"}) + strings.Repeat(" ", 100000)},
	} {
		began, ended := make(chan struct{}), make(chan struct{})
		handler := s.server.serve(s.server, route{post, "/work", public, func(v *visit) error {
			defer close(ended)
			if err := v.readForm(); err != nil {
				t.Error(err)
			}
			close(began)
			<-v.ctx().Done()
			return v.ctx().Err()
		}, takesRelease})
		engine := gin.New()
		engine.POST("/work", handler)
		web := httptest.NewServer(engine)
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

// A throttled visitor's body is not read.
func TestThrottlesComeBeforeReading(t *testing.T) {
	d := newDesk(t)
	for range triesPerIP + signUpsPerIP {
		d.tries.allowIP("192.0.2.1")
		d.signUps.Allow("ip 192.0.2.1", signUpsPerIP, waitSignUpIP)
	}
	for path, kind := range map[string]string{"/sign-in": request.Form, "/subscribe": request.Form, subscribeAPI: request.JSON} {
		body := &counting{Reader: strings.NewReader(url.Values{"email": {"ana@example.org"}}.Encode())}
		r := httptest.NewRequest(http.MethodPost, "https://news.example.org"+path, body)
		r.Header.Set("Content-Type", kind)
		r.RemoteAddr = "192.0.2.1:1234"
		w := httptest.NewRecorder()
		d.Handler().ServeHTTP(w, r)
		if w.Code != http.StatusTooManyRequests || body.n > 0 {
			t.Errorf("%s answers %d after reading %d bytes", path, w.Code, body.n)
		}
	}
}

type counting struct {
	io.Reader
	n int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

// What is nested too deep for us is found in every document that a decoder takes.
func FuzzNesting(f *testing.F) {
	for _, doc := range []string{`{"a":[1,"]\"[",{}]}`, "[[[[[[[[[1]]]]]]]]]", `"\\"`, "[", "}"} {
		f.Add(doc)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		deepest, depth := 0, 0
		d := json.NewDecoder(strings.NewReader(doc))
		if !json.Valid([]byte(doc)) {
			nestsDeep([]byte(doc))
			return
		}
		for {
			token, err := d.Token()
			if err != nil {
				break
			}
			switch token {
			case json.Delim('['), json.Delim('{'):
				depth++
			case json.Delim(']'), json.Delim('}'):
				depth--
			}
			deepest = max(deepest, depth)
		}
		if nestsDeep([]byte(doc)) != (deepest > maxNesting) {
			t.Errorf("%q is %d deep", doc, deepest)
		}
	})
}
