package reader

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/request"
	"github.com/glasnik/glasnik/campaign/web/webtest"
)

// Every route refuses what it does not take; only a wish to leave is read whatever it says it is.
func TestEveryRouteTakesItsOwnTypeAlone(t *testing.T) {
	d := newDesk(t)
	posts := 0
	for _, r := range d.site.routes() {
		if r.methods != http.MethodPost {
			continue
		}
		posts++
		if slices.Contains(r.body.Types, request.Any) != strings.HasPrefix(r.path, campaign.UnsubscribePath) {
			t.Errorf("%s takes %q", r.path, r.body.Types)
		}
		path := strings.NewReplacer(":token", "none", ":list", "none").Replace(r.path)
		for kind, body := range webtest.StrangeBodies() {
			sent := kind
			if kind == request.Multipart {
				sent += "; boundary=edge"
			}
			w := d.Fetch(http.MethodPost, path, webtest.Chrome, strings.NewReader(body), sent)
			if takes := slices.Contains(r.body.Types, kind) || slices.Contains(r.body.Types, request.Any); takes == (w.Code == http.StatusUnsupportedMediaType) {
				t.Errorf("%s with %q answers %d", r.path, kind, w.Code)
			}
			if strings.Contains(w.Body.String(), "Go struct") || strings.Contains(w.Body.String(), "ProtoMessage") {
				t.Errorf("%s with %q tells what is in here: %s", r.path, kind, w.Body)
			}
		}
		if slices.Contains(r.body.Types, "") {
			continue
		}
		q := httptest.NewRequest(http.MethodPost, path, nil)
		q.Header.Set("Content-Type", request.Form)
		q.Header.Set("Content-Encoding", "gzip")
		w := httptest.NewRecorder()
		d.Handler.ServeHTTP(w, q)
		if w.Code != http.StatusUnsupportedMediaType {
			t.Errorf("%s takes a coded body: %d", r.path, w.Code)
		}
	}
	if posts != 7 {
		t.Errorf("%d routes were tried", posts)
	}
}

// The body of a visitor who may not sign up any more is not read.
func TestThrottlesComeBeforeReading(t *testing.T) {
	d := newDesk(t)
	for range signUpsPerIP {
		d.site.signUps.limits.signUps.Allow("ip 192.0.2.1", signUpsPerIP, waitSignUpIP)
	}
	for path, kind := range map[string]string{SubscribePath: request.Form, subscribeAPI: request.JSON} {
		body := &webtest.Counting{Reader: strings.NewReader(url.Values{"email": {"ana@example.org"}}.Encode())}
		r := httptest.NewRequest(http.MethodPost, webtest.Base+path, body)
		r.Header.Set("Content-Type", kind)
		r.RemoteAddr = "192.0.2.1:1234"
		w := httptest.NewRecorder()
		d.Handler.ServeHTTP(w, r)
		if w.Code != http.StatusTooManyRequests || body.N > 0 {
			t.Errorf("%s answers %d after reading %d bytes", path, w.Code, body.N)
		}
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
