package oauth

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestTokenOfAService(t *testing.T) {
	given, asked := "", 0
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		given = r.FormValue("grant_type") + " " + r.FormValue("client_id") + " " + r.FormValue("client_secret") + " " + r.FormValue("refresh_token") + " " + r.FormValue("scope")
		switch r.FormValue("refresh_token") {
		case "ended":
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"error":"invalid_grant","error_description":"Token has been expired or revoked."}`)
		case "loud":
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, "{\"error\":\"invalid_client\",\"error_description\":\"no\\u001b[31m\u009b such\\n client x"+strings.Repeat("ž", 400)+"\"}")
		case "nonsense":
			fmt.Fprint(w, `<html>`)
		default:
			fmt.Fprintf(w, `{"access_token":"token-%d","expires_in":3600,"refresh_token":"second","token_type":"Bearer"}`, asked)
		}
	}))
	defer service.Close()
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	s := New(Settings{URL: service.URL, ClientID: "id", ClientSecret: "secret", RefreshToken: "first", Scope: "mail"})
	s.Now = func() time.Time { return now }
	token := func() string {
		t.Helper()
		got, err := s.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	first, second := token(), token()
	if first != "token-1" || second != "token-1" || given != "refresh_token id secret first mail" {
		t.Errorf("asked %d times: %s", asked, given)
	}
	s.Refused("another")
	if s.Hide("x token-1 y") != "x *** y" || token() != "token-1" {
		t.Error("a token that holds was given up")
	}
	if s.Refused("token-1"); token() != "token-2" || !strings.Contains(given, " second ") {
		t.Errorf("after a refusal: %s", given)
	}
	if now = now.Add(time.Hour); token() != "token-3" {
		t.Error("an old token was used")
	}
	for refresh, want := range map[string]string{"ended": "takes the refresh token no more", "nonsense": "and no token", "loud": "refuses: invalid_client no [31m such client xžž"} {
		if _, err := New(Settings{URL: service.URL, ClientID: "id", RefreshToken: refresh}).Token(t.Context()); err == nil || !strings.Contains(err.Error(), want) || len([]rune(err.Error())) > 500 {
			t.Errorf("%s: %v", refresh, err)
		}
	}
}

func TestTokenOfACommand(t *testing.T) {
	for command, want := range map[string]string{"echo abc.def": "abc.def", "echo no >&2; exit 3": "", "true": "", "echo two words": "", "yes | head -c 9000000": ""} {
		got, err := New(Settings{Command: command}).Token(t.Context())
		if got != want || (err != nil) != (want == "") || want == "" && strings.Contains(command, "no >&2") && !strings.Contains(err.Error(), ": no") {
			t.Errorf("%s: %q %v", command, got, err)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		s  Settings
		ok bool
	}{
		{Settings{Command: "x"}, true},
		{Settings{URL: "https://login.example/token", ClientID: "a", RefreshToken: "b"}, true},
		{Settings{URL: "http://login.example/token", ClientID: "a", RefreshToken: "b"}, false},
		{Settings{URL: "https://login.example/token", ClientID: "a"}, false},
		{Settings{Command: "x", URL: "https://login.example/token"}, false},
		{Settings{Scope: "x"}, false},
	} {
		if err := c.s.Check(); (err == nil) != c.ok {
			t.Errorf("%+v: %v", c.s, err)
		}
	}
}
