package mailer

import (
	"context"
	"crypto/tls"
	"fmt"
	"strings"
	"time"
)

// Report is what a look at the server found, for whoever sets it up.
type Report struct {
	Server     string
	Greeting   string // what it calls itself
	Encrypted  bool
	TLS        string   // version, cipher and whose certificate, in words; "" when not encrypted
	SignedIn   bool     // a user was given, and accepted
	Extensions []string // of EHLO, those that matter here
	Words      []string // all of it in sentences, to be shown one to a line
}

// expiresSoon is when a certificate's end is worth a word.
const expiresSoon = 14 * 24 * time.Hour

// Check connects, signs in, asks for a sign of life and leaves. No message is sent. The error is a *ConnectError.
func (m *Mailer) Check(ctx context.Context) (Report, error) {
	r := Report{Server: m.settings.Server()}
	c, err := m.Connect(ctx)
	if err != nil {
		return r, err
	}
	defer func() { _ = c.Close() }()
	c.setDeadline(m.settings.Timeouts.Command)
	if err := c.client.Noop(); err != nil {
		c.breakOff()
		return r, (&dialling{mailer: m, ctx: ctx, step: stepReady}).connectError(err)
	}
	r.Greeting = cleanLine(c.client.HelloResponse())
	r.SignedIn = m.settings.User != ""
	r.say("%s answers: %s.", r.Server, r.Greeting)
	if state, ok := c.client.TLSConnectionState(); ok {
		m.describeTLS(&r, state)
	} else {
		r.say("The connection is not encrypted.")
	}
	if r.SignedIn {
		r.say("It accepts the user %q and the password.", m.settings.User)
	}
	for _, name := range []string{"PIPELINING", "SIZE", "8BITMIME", "SMTPUTF8", "CHUNKING", "DSN", "ENHANCEDSTATUSCODES"} {
		if ok, value := c.client.Extension(name); ok {
			r.Extensions = append(r.Extensions, strings.TrimSpace(name+" "+cleanLine(value)))
		}
	}
	if len(r.Extensions) > 0 {
		r.say("It offers %s.", strings.Join(r.Extensions, ", "))
	}
	if !c.pipelining {
		r.say("Without PIPELINING each message needs four round trips instead of one.")
	}
	if !c.utf8 {
		r.say("Without SMTPUTF8 addresses with letters outside ASCII before the @ cannot be reached.")
	}
	return r, nil
}

func (r *Report) say(format string, args ...any) {
	r.Words = append(r.Words, fmt.Sprintf(format, args...))
}

func (m *Mailer) describeTLS(r *Report, state tls.ConnectionState) {
	r.Encrypted = true
	r.TLS = fmt.Sprintf("%s, %s", tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite))
	if len(state.PeerCertificates) > 0 {
		certificate := state.PeerCertificates[0]
		r.TLS += fmt.Sprintf(", certificate of %s until %s", cleanLine(certificate.Subject.String()), certificate.NotAfter.Format("2 January 2006"))
		if left := certificate.NotAfter.Sub(m.now()); left < expiresSoon {
			r.say("The certificate ends on %s: it must be renewed.", certificate.NotAfter.Format("2 January 2006"))
		}
	}
	r.say("The connection is encrypted: %s.", r.TLS)
	if m.settings.tlsConfig().InsecureSkipVerify {
		r.say("The certificate was not checked (tls=opportunistic).")
	}
}
