// Package mailboxes reads mailboxes over IMAP (RFC 9051, RFC 3501): each message once, as a stream, within bounds. What a message
// means, and what follows from it, is not known here: messages are handed to a Taker, and how far it came is kept by it too, before a
// message is moved or marked on the server. A process that dies in between hands over again what was not kept.
package mailboxes

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/oauth"
)

// After is what becomes of messages on the server that were taken.
type After string

const (
	Mark   After = "mark" // as seen, and with the keyword Glasnik where the server allows keywords
	Move   After = "move" // to another folder
	Delete After = "delete"
)

// Settings say where a mailbox is and how it is read.
type Settings struct {
	Host, Port     string
	User, Password string
	Tokens         *oauth.Source // to sign in with in place of the password (XOAUTH2); nil where there is one
	Folder         string
	TLS            string // implicit, required (by STARTTLS) or none
	CA             string // file of certificates to trust; "" is the system's
	After          After
	Done           string        // folder to move to
	Poll           time.Duration // between looks, where the server does not tell by itself (IDLE)

	tokens oauth.Settings
}

// Name says which mailbox it is, without its password.
func (s Settings) Name() string { return s.User + "@" + s.Server() + "/" + s.Folder }

// Server is host:port.
func (s Settings) Server() string { return net.JoinHostPort(s.Host, s.Port) }

// ParseURL reads imaps://user:password@host:993/FOLDER?after=mark|move|delete&folder=NAME&poll=1m&tls=required|none&ca=FILE. With
// imap:// the connection is encrypted by STARTTLS, unless it says tls=none. In place of a password there may be token_command=, or
// token_url=, client_id=, client_secret=, refresh_token= and scope=.
func ParseURL(address string) (Settings, error) {
	bad := func(format string, args ...any) (Settings, error) {
		return Settings{}, campaign.Errorf(campaign.Invalid, format, args...)
	}
	u, err := url.Parse(address)
	if err != nil {
		return bad("it is no address such as imaps://user:password@mail.example.org/INBOX: write %%40 for @ and %%3A for : in user and password")
	}
	s := Settings{Host: u.Hostname(), Port: u.Port(), Folder: strings.TrimPrefix(u.Path, "/"), After: Mark, Done: "Glasnik", Poll: time.Minute}
	switch u.Scheme {
	case "imaps":
		s.TLS = "implicit"
	case "imap":
		s.TLS = "required"
	default:
		return bad("it must begin with imaps:// or imap://")
	}
	if s.Host == "" || u.User == nil || u.User.Username() == "" {
		return bad("it must name a user and a host: imaps://user:password@mail.example.org/INBOX")
	}
	if s.User = u.User.Username(); s.Folder == "" {
		s.Folder = "INBOX"
	}
	s.Password, _ = u.User.Password()
	if s.Port == "" {
		s.Port = map[bool]string{true: "993", false: "143"}[s.TLS == "implicit"]
	}
	if n, err := strconv.Atoi(s.Port); err != nil || n < 1 || n > 65535 {
		return bad("the port must be a number up to 65535")
	}
	if strings.ContainsAny(s.User+s.Password+s.Folder, "\r\n\x00") {
		return bad("there is a line end in user, password or folder")
	}
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return bad("the part after the ? cannot be read")
	}
	for name, all := range values {
		if err := s.set(name, all[len(all)-1]); err != nil {
			return Settings{}, err
		}
	}
	switch {
	case s.tokens.Given() && s.Password != "":
		return bad("there are a password and a token for %s: keep one", s.User)
	case s.tokens.Given():
		if err := s.tokens.Check(); err != nil {
			return Settings{}, err
		}
		s.Tokens = oauth.New(s.tokens)
	case s.Password == "":
		return bad("the password of %s is missing", s.User)
	}
	if s.After == Move && s.Done == s.Folder {
		return bad("folder= must name another folder than the one that is read")
	}
	return s, nil
}

func (s *Settings) set(name, value string) (err error) {
	bad := func(format string, args ...any) error { return campaign.Errorf(campaign.Invalid, format, args...) }
	switch name {
	case "after":
		if s.After = After(value); s.After != Mark && s.After != Move && s.After != Delete {
			return bad("after= must be mark, move or delete")
		}
	case "folder":
		if s.Done = value; value == "" || strings.ContainsAny(value, "\r\n\x00") {
			return bad("folder= must name the folder to move to")
		}
	case "poll":
		if s.Poll, err = time.ParseDuration(value); err != nil || s.Poll < time.Second || s.Poll > 24*time.Hour {
			return bad("poll= must be a time from 1s to 24h")
		}
	case "tls":
		if s.TLS == "implicit" && value == "implicit" {
			return nil
		}
		if s.TLS == "implicit" || value != "required" && value != "none" {
			return bad("tls= must be required or none, and only with imap://")
		}
		s.TLS = value
	case "ca":
		s.CA = value
		_, err = s.tlsConfig()
	default:
		if !s.tokens.Set(name, value) {
			return bad("%q is no parameter of a mailbox: there are after, folder, poll, tls, ca, %s", name, oauth.Names)
		}
	}
	return err
}

func (s Settings) tlsConfig() (*tls.Config, error) {
	c := &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12}
	if s.CA == "" {
		return c, nil
	}
	data, err := os.ReadFile(s.CA)
	if err != nil {
		return nil, fmt.Errorf("ca= names a file that cannot be read: %w", err)
	}
	c.RootCAs = x509.NewCertPool()
	if !c.RootCAs.AppendCertsFromPEM(data) {
		return nil, errors.New("ca= names a file that holds no certificate")
	}
	return c, nil
}
