// Package oauth gets access tokens to sign in at mail servers with (XOAUTH2), in place of a password: from a command that prints
// one, or for a refresh token from the provider's token service (RFC 6749 section 6).
package oauth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"time"
	"unicode"
)

// Settings say where tokens come from: a command, or the address of a token service with what it asks for.
type Settings struct {
	Command      string // run by the shell; it prints a token
	URL          string // https, or http on this machine
	ClientID     string
	ClientSecret string
	RefreshToken string
	Scope        string
}

// Names are the parameters by which Set knows the settings.
const Names = "token_command, token_url, client_id, client_secret, refresh_token, scope"

// Set reads one parameter of a server's address; known is false for another's.
func (s *Settings) Set(name, value string) (known bool) {
	field := map[string]*string{
		"token_command": &s.Command, "token_url": &s.URL, "client_id": &s.ClientID, "client_secret": &s.ClientSecret,
		"refresh_token": &s.RefreshToken, "scope": &s.Scope,
	}[name]
	if field != nil {
		*field = value
	}
	return field != nil
}

// Given reports whether tokens are wanted at all.
func (s Settings) Given() bool { return s != Settings{} }

// Check refuses settings that no token can come from.
func (s Settings) Check() error {
	if s.Command != "" {
		if s.URL != "" || s.RefreshToken != "" {
			return errors.New("token_command and token_url are both given: keep one")
		}
		return nil
	}
	if s.URL == "" || s.ClientID == "" || s.RefreshToken == "" {
		return errors.New("token_url, client_id and refresh_token go together (and client_secret and scope, where the provider asks for them)")
	}
	u, err := url.Parse(s.URL)
	local := err == nil && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1")
	if err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && local) {
		return errors.New("token_url must be an https address, such as https://oauth2.googleapis.com/token")
	}
	return nil
}

const (
	patience = 30 * time.Second // with a command or service
	most     = 64 << 10         // octets of an answer
	usual    = 5 * time.Minute  // a token is believed where nothing says how long it holds
	margin   = time.Minute      // before its end a token is given up
)

// Source hands out tokens, and asks for one only when the last is used up. It may be used by many at once.
type Source struct {
	Settings
	Now    func() time.Time
	Client *http.Client // nil is a plain one

	mu      sync.Mutex
	token   string
	given   string // the last token that was handed out
	until   time.Time
	refresh string // the last refresh token; "" is that of the settings
}

// New returns a source of tokens, nil where none are wanted.
func New(s Settings) *Source {
	if !s.Given() {
		return nil
	}
	return &Source{Settings: s, Now: time.Now}
}

// Error is why there is no token, in words for an admin.
type Error struct {
	Reason  string
	Lasting bool // asking again does not help
}

func (e *Error) Error() string { return "there is no token to sign in with: " + e.Reason }

// Token returns a token that holds now. The error is an *Error.
func (s *Source) Token(ctx context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token != "" && s.Now().Before(s.until) {
		return s.token, nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	get := s.fromService
	if s.Command != "" {
		get = s.fromCommand
	}
	token, holds, err := get(ctx)
	if err == nil && strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		err = errors.New("what came is no token")
	}
	if err != nil {
		var e *Error
		if !errors.As(err, &e) {
			e = &Error{Reason: err.Error()}
		}
		return "", e
	}
	s.token, s.given, s.until = token, token, s.Now().Add(max(holds-margin, 0))
	return token, nil
}

// Refused forgets a token that a server did not take, so that the next one is new.
func (s *Source) Refused(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token == token {
		s.token = ""
	}
}

// Hide takes the last token out of a text.
func (s *Source) Hide(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.given == "" {
		return text
	}
	return strings.ReplaceAll(text, s.given, "***")
}

// fromCommand runs the command. Its words are told when it fails, but never what it printed.
func (s *Source) fromCommand(ctx context.Context) (string, time.Duration, error) {
	cmd := exec.CommandContext(ctx, "sh", "-c", s.Command)
	var out, said beginning
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &out, &said, time.Second
	if err := cmd.Run(); err != nil {
		words := shown(said.String())
		if words != "" {
			words = ": " + words
		}
		return "", 0, fmt.Errorf("token_command failed (%w)%s", err, words)
	}
	token := strings.TrimSpace(out.String())
	if token == "" || out.Len() > most {
		return "", 0, errors.New("token_command printed no token")
	}
	return token, usual, nil
}

// beginning holds what a command prints up to a bound, and lets the rest go.
type beginning struct{ bytes.Buffer }

func (b *beginning) Write(p []byte) (int, error) {
	b.Buffer.Write(p[:min(len(p), max(most+1-b.Len(), 0))])
	return len(p), nil
}

// shown is what a command or service says, short and fit for one line of a terminal or page.
func shown(words string) string {
	words = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(words, "\uFFFD"), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if r := []rune(words); len(r) > 300 {
		words = string(r[:300]) + "…"
	}
	return words
}

// fromService asks the token service for a token.
func (s *Source) fromService(ctx context.Context) (string, time.Duration, error) {
	form := url.Values{"grant_type": {"refresh_token"}, "client_id": {s.ClientID}, "refresh_token": {s.refresh}}
	if s.refresh == "" {
		form.Set("refresh_token", s.RefreshToken)
	}
	if s.ClientSecret != "" {
		form.Set("client_secret", s.ClientSecret)
	}
	if s.Scope != "" {
		form.Set("scope", s.Scope)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, strings.NewReader(form.Encode()))
	if err != nil {
		return "", 0, errors.New("token_url cannot be used")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	client := s.Client
	if client == nil {
		client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	res, err := client.Do(req)
	if err != nil {
		var e *url.Error
		if errors.As(err, &e) {
			err = e.Err // the address may hold what must not be told
		}
		return "", 0, fmt.Errorf("the token service at %s cannot be reached: %w", req.URL.Host, err)
	}
	defer res.Body.Close()
	var answer struct {
		Token   string      `json:"access_token"`
		Type    string      `json:"token_type"`
		Expires json.Number `json:"expires_in"`
		Refresh string      `json:"refresh_token"`
		Error   string      `json:"error"`
		Words   string      `json:"error_description"`
	}
	err = json.NewDecoder(io.LimitReader(res.Body, most)).Decode(&answer)
	switch {
	case answer.Error == "invalid_grant":
		return "", 0, &Error{req.URL.Host + " takes the refresh token no more: allow Glasnik again there, and set the new one", true}
	case answer.Error != "":
		return "", 0, &Error{fmt.Sprintf("%s refuses: %s", req.URL.Host, shown(answer.Error+" "+answer.Words)), answer.Error != "temporarily_unavailable" && answer.Error != "server_error"}
	case err != nil || res.StatusCode != http.StatusOK || answer.Token == "":
		return "", 0, fmt.Errorf("%s answers with %d and no token", req.URL.Host, res.StatusCode)
	}
	if answer.Refresh != "" { // some give a new one each time, and end the old one some day
		s.refresh = answer.Refresh
	}
	holds := usual
	if n, err := answer.Expires.Int64(); err == nil && n > 0 && n < 365*24*3600 {
		holds = time.Duration(n) * time.Second
	}
	return answer.Token, holds, nil
}

// Client signs in by SASL XOAUTH2.
type Client struct{ User, Token string }

// Start returns the mechanism and all that is said.
func (c *Client) Start() (mech string, ir []byte, err error) {
	return "XOAUTH2", []byte("user=" + c.User + "\x01auth=Bearer " + c.Token + "\x01\x01"), nil
}

// Next answers the server's reason for a refusal with nothing, after which it refuses.
func (c *Client) Next([]byte) ([]byte, error) { return []byte{}, nil }
