package session

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// none is a store without sessions.
type none struct{ Store }

func (none) GetSession(context.Context, string) ([]byte, time.Time, error) {
	return nil, time.Time{}, campaign.Errorf(campaign.NotFound, "there is no such session")
}

var at = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func sessionsOf(secret string, now *time.Time) *Sessions {
	return New(none{}, campaign.NewSigner(secret), true, func() time.Time { return *now }, nil)
}

// A form comes out of its page as it went in, but for what must not stand there, for a week and under the same secret.
func TestFormsWait(t *testing.T) {
	now := at
	s := sessionsOf("a secret", &now)
	f := s.Seal("ana", "/lists/new?from=here", url.Values{"name": {"Press"}, PasswordField: {"words"}, OwnerField: {"x"}}, []string{"a.png", "b.png"})
	got := s.Open(f.Sealed)
	if got == nil || got.User != "ana" || got.To != "/lists/new?from=here" || got.Fields.Encode() != "name=Press" || got.Lost() != "a.png, b.png" {
		t.Fatalf("%+v", got)
	}
	if strings.Contains(f.Sealed, "Press") {
		t.Error("it can be read out of the page")
	}
	if texts := got.Texts(); len(texts) != 1 || texts[0] != "Press" {
		t.Errorf("%+v", texts)
	}
	if sessionsOf("another secret", &now).Open(f.Sealed) != nil || s.Open(f.Sealed+"A") != nil || s.Open("") != nil {
		t.Error("a forged form is opened")
	}
	if now = at.Add(formLife + time.Second); s.Open(f.Sealed) != nil {
		t.Error("a form of last week is opened")
	}
}

func TestPagesHaveOwners(t *testing.T) {
	now := at
	s := sessionsOf("a secret", &now)
	page := string(s.Mark([]byte(`<form class="x" method="post" action="/"></form><form method="get"></form>`), "ana"))
	if strings.Count(page, OwnerField) != 1 {
		t.Fatal(page)
	}
	_, value, _ := strings.Cut(page, `value="`)
	value, _, _ = strings.Cut(value, `"`)
	if owner := s.Owner(url.Values{OwnerField: {value}}); owner != "ana" {
		t.Errorf("owner %q", owner)
	}
	if owner := s.Owner(url.Values{OwnerField: {"ana"}}); owner != "" {
		t.Errorf("a forged mark names %q", owner)
	}
}

// A browser remembers who signed in there last; a cookie made elsewhere is none.
func TestBrowsersAreRemembered(t *testing.T) {
	now := at
	s := sessionsOf("a secret", &now)
	r, w := httptest.NewRequest(http.MethodGet, "/", nil), httptest.NewRecorder()
	if _, known := s.Browser(r); known {
		t.Error("an unknown browser is known")
	}
	s.Remember(w, r, "ana")
	c := w.Result().Cookies()[0]
	if !c.Secure || !c.HttpOnly || !strings.HasPrefix(c.Name, "__Host-") {
		t.Errorf("%+v", c)
	}
	r.AddCookie(c)
	b, known := s.Browser(r)
	if !known || b.User != "ana" || b.ID == "" {
		t.Errorf("%+v %v", b, known)
	}
	if _, known := sessionsOf("another secret", &now).Browser(r); known {
		t.Error("a foreign cookie is taken")
	}
	again := httptest.NewRecorder()
	if s.Remember(again, r, "ana"); again.Header().Get("Set-Cookie") != "" {
		t.Error("a browser is marked again")
	}
}
