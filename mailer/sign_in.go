package mailer

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/wneessen/go-mail/smtp"
)

// noSignIn says that the server offers no way to sign in that can be used.
type noSignIn struct {
	offered   []string // mechanisms of AUTH
	encrypted bool
	token     bool // there is a token and no password
}

func (e *noSignIn) Error() string {
	if len(e.offered) == 0 {
		return "the server offers no way to sign in (AUTH) on this connection, and a user is set"
	}
	list := strings.Join(e.offered, ", ")
	if e.token && slices.Contains(e.offered, "XOAUTH2") {
		return "the connection is not encrypted, and a token must not travel openly"
	}
	if e.token {
		return "the server does not offer to sign in with a token (XOAUTH2), only by " + list
	}
	if e.onlyUnsafe() {
		return "the server offers only ways to sign in that show the password (" + list + "), and the connection is not encrypted"
	}
	return "the server offers only ways to sign in that Glasnik does not know: " + list
}

func (e *noSignIn) onlyUnsafe() bool {
	return slices.ContainsFunc(e.offered, func(name string) bool { return !e.encrypted && (name == "PLAIN" || name == "LOGIN") })
}

func (e *noSignIn) mend() string {
	switch {
	case len(e.offered) == 0 && e.encrypted:
		return "use the port for handing mail in, 587 (smtp://…) or 465 (smtps://…), or take user and password out of GLASNIK_SMTP_URL"
	case len(e.offered) == 0:
		return "many servers offer it only when the connection is encrypted: use tls=required with port 587 or smtps:// with port 465, or take user and password out of GLASNIK_SMTP_URL"
	case e.token && !slices.Contains(e.offered, "XOAUTH2"):
		return "use a password, or a server that takes tokens, such as smtp.gmail.com or smtp.office365.com at port 587"
	case e.onlyUnsafe(), e.token:
		return "use tls=required in GLASNIK_SMTP_URL; where the way to the server is safe by itself, auth=insecure"
	}
	return "allow a password at the mail server (PLAIN, LOGIN, CRAM-MD5 or SCRAM; providers call it an app password or SMTP AUTH), or hand mail to a server that does"
}

// mechanisms are the ways to sign in a server offers on this connection.
func mechanisms(client *smtp.Client) []string {
	_, list := client.Extension("AUTH")
	return strings.Fields(strings.ToUpper(cleanLine(list)))
}

// signIn prefers ways that do not show the password, then the plain ones; these only where Settings allow it or the
// connection is encrypted.
func (d *dialling) signIn(client *smtp.Client) error {
	s := d.mailer.settings
	if s.User == "" {
		return nil
	}
	_, encrypted := client.TLSConnectionState()
	offered := mechanisms(client)
	open := s.PlainAuth || isLoopback(s.Host)
	if s.Tokens != nil {
		if !slices.Contains(offered, "XOAUTH2") || !encrypted && !open {
			return &noSignIn{offered, encrypted, true}
		}
		token, err := s.Tokens.Token(d.ctx)
		if err != nil {
			return err
		}
		if err = client.Auth(smtp.XOAuth2Auth(s.User, token)); err != nil {
			s.Tokens.Refused(token) // the next connection asks for a new one
		}
		return err
	}
	for _, way := range []struct {
		name  string
		shows bool
		auth  func() smtp.Auth
	}{
		{"SCRAM-SHA-256", false, func() smtp.Auth { return smtp.ScramSHA256Auth(s.User, s.Password) }},
		{"SCRAM-SHA-1", false, func() smtp.Auth { return smtp.ScramSHA1Auth(s.User, s.Password) }},
		{"PLAIN", true, func() smtp.Auth { return smtp.PlainAuth("", s.User, s.Password, s.Host, open) }},
		{"LOGIN", true, func() smtp.Auth { return smtp.LoginAuth(s.User, s.Password, s.Host, open) }},
		{"CRAM-MD5", false, func() smtp.Auth { return smtp.CRAMMD5Auth(s.User, s.Password) }},
	} {
		if slices.ContainsFunc(offered, func(name string) bool { return name == way.name && (encrypted || open || !way.shows) }) {
			return client.Auth(way.auth())
		}
	}
	return &noSignIn{offered, encrypted, false}
}

// UserName names the user as it may be shown: of an address only what is before the @.
func (s Settings) UserName() string {
	local, _, isAddress := strings.Cut(s.User, "@")
	if isAddress {
		return fmt.Sprintf("“%s@…”", local)
	}
	return "“" + s.User + "”"
}

// hidden stands for what must not be shown.
const hidden = "***"

// shortSecret is the length from which on a secret is not likely to be part of a word by chance.
const shortSecret = 8

// withoutPassword takes the password out of what a server said, in the forms it may have been sent in. ok is false when that
// would spell it: a password that may be a word or part of one. Then nothing of what was said can be shown.
func (m *Mailer) withoutPassword(s string) (shown string, ok bool) {
	user, password := m.settings.User, m.settings.Password
	if m.settings.Tokens != nil {
		return m.settings.Tokens.Hide(s), true
	}
	if password == "" {
		return s, true
	}
	for _, sent := range []string{
		base64.StdEncoding.EncodeToString([]byte("\x00" + user + "\x00" + password)), base64.StdEncoding.EncodeToString([]byte(password)),
	} {
		s = replaceWord(s, sent)
	}
	if len(password) >= shortSecret && strings.ContainsFunc(password, func(r rune) bool { return !unicode.IsLetter(r) }) {
		return strings.ReplaceAll(s, password, hidden), true
	}
	without := replaceWord(s, password)
	return without, without == s || !isWord(password)
}

// isWord reports that a text may be in a sentence by chance.
func isWord(s string) bool {
	return len(s) < 4 || !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && r != '-' && r != ' ' })
}

// replaceWord hides a text where it is no part of a longer word.
func replaceWord(s, word string) string {
	var b strings.Builder
	for {
		i := strings.Index(s, word)
		if i < 0 {
			return b.String() + s
		}
		before, _ := utf8.DecodeLastRuneInString(s[:i])
		after, _ := utf8.DecodeRuneInString(s[i+len(word):])
		b.WriteString(s[:i])
		if wordRune(before) || wordRune(after) {
			b.WriteString(word)
		} else {
			b.WriteString(hidden)
		}
		s = s[i+len(word):]
	}
}

func wordRune(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
