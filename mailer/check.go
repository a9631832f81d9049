package mailer

import (
	"context"
	"crypto/tls"
	"fmt"
	"strings"
	"time"
)

// Report is what a look at the server found, for the person who sets it up.
type Report struct {
	Server     string
	Greeting   string // what it calls itself
	Encrypted  bool
	TLS        string   // version, cipher and whose certificate, in words; "" when not encrypted
	SignedIn   bool     // a user was given, and accepted
	Extensions []string // of EHLO, those that matter here
	Words      []string // all that is well, in sentences, to be shown one to a line
	Faults     []Fault  // all that is not
}

// Fault is one thing that is not as it should be.
type Fault struct {
	What, Mend string
	Fatal      bool // no message, or none of a sender, would go out
}

func (f Fault) Error() string { return f.What + "; " + f.Mend }

// Fatal returns the first fault that lets no message out, nil when there is none.
func (r *Report) Fatal() error {
	for _, f := range r.Faults {
		if f.Fatal {
			return f
		}
	}
	return nil
}

// expiresSoon is when a certificate's end is worth a word.
const expiresSoon = 14 * 24 * time.Hour

// longestCheck is how long a look waits for a connection, or for one answer.
const longestCheck = 15 * time.Second

// Check connects, signs in, tries some envelopes and leaves. No message is sent. The error is a *ConnectError; what is wrong
// short of that is among the report's faults.
func (m *Mailer) Check(ctx context.Context, trials ...Trial) (Report, error) {
	s := m.settings
	s.Timeouts.Connect, s.Timeouts.Command = min(s.Timeouts.Connect, longestCheck), min(s.Timeouts.Command, longestCheck)
	hasty := New(s, m.log, m.now)
	hasty.patience = m.patience
	return hasty.check(ctx, trials)
}

func (m *Mailer) check(ctx context.Context, trials []Trial) (Report, error) {
	r := Report{Server: m.settings.Server()}
	c, err := m.Connect(ctx)
	if err != nil {
		return r, err
	}
	defer func() { _ = c.Close() }()
	defer context.AfterFunc(ctx, c.Cut)()
	c.setDeadline(m.settings.Timeouts.Command)
	if err := c.client.Noop(); err != nil {
		c.breakOff()
		return r, (&dialling{mailer: m, ctx: ctx, step: stepReady}).connectError(err)
	}
	r.Greeting = cleanLine(c.client.HelloResponse())
	r.SignedIn = m.settings.User != ""
	r.say("%s answers: %s.", r.Server, r.Greeting)
	m.checkSafety(&r, c)
	m.checkName(&r)
	c.describe(&r)
	return r, c.try(ctx, &r, trials)
}

// checkSafety looks at encryption and at signing in.
func (m *Mailer) checkSafety(r *Report, c *Conn) {
	s := m.settings
	if state, ok := c.client.TLSConnectionState(); ok {
		m.describeTLS(r, state)
	} else {
		r.say("The connection is not encrypted.")
		offered, _ := c.client.Extension("STARTTLS")
		switch {
		case offered && s.Security == Opportunistic:
			r.fault("the server offers STARTTLS and cannot do it, so the connection is not encrypted", "have its admin look at its certificate and its log")
		case !isLoopback(s.Host):
			r.fault("the connection is not encrypted: everybody on the way can read all mail", "use tls=required in GLASNIK_SMTP_URL")
		}
	}
	offered := mechanisms(c.client)
	switch {
	case r.SignedIn && s.Tokens != nil:
		r.say("It accepts the user %s and the token.", s.UserName())
	case r.SignedIn:
		r.say("It accepts the user %s and the password.", s.UserName())
	case len(offered) > 0:
		r.fault("the server offers signing in (AUTH "+strings.Join(offered, " ")+"), and no user is set: it may refuse what comes from nobody it knows",
			"put user and password into GLASNIK_SMTP_URL, unless the server takes mail from this machine without")
	}
}

// checkName looks at the name we give: servers refuse one that is not fully qualified (RFC 5321 section 2.3.5).
func (m *Mailer) checkName(r *Report) {
	if name := m.settings.HeloName(); m.settings.Helo == "" && !isFullName(name) {
		r.fault("this machine calls itself “"+name+"” (HELO), which is not a full host name: many servers refuse it, and with it every message",
			"set the full name by helo= in GLASNIK_SMTP_URL, such as helo=press.example.org")
	}
}

// isFullName reports whether a host name may be known outside its own network.
func isFullName(name string) bool {
	if strings.HasPrefix(name, "[") {
		return true // an address
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	_, top, ok := strings.Cut(name, ".")
	for strings.Contains(top, ".") {
		_, top, _ = strings.Cut(top, ".")
	}
	switch top {
	case "local", "localdomain", "localhost", "lan", "home", "internal", "intranet", "private", "corp", "invalid":
		return false
	}
	return ok && top != "" && strings.Trim(top, "0123456789") != ""
}

// describe says what the server offers.
func (c *Conn) describe(r *Report) {
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
}

func (r *Report) say(format string, args ...any) {
	r.Words = append(r.Words, fmt.Sprintf(format, args...))
}

func (r *Report) fault(what, mend string) {
	r.Faults = append(r.Faults, Fault{What: what, Mend: mend})
}

func (m *Mailer) describeTLS(r *Report, state tls.ConnectionState) {
	r.Encrypted = true
	r.TLS = fmt.Sprintf("%s, %s", tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite))
	if len(state.PeerCertificates) > 0 {
		certificate := state.PeerCertificates[0]
		until := certificate.NotAfter.Format("2 January 2006")
		r.TLS += fmt.Sprintf(", certificate of %s until %s", cleanLine(certificate.Subject.String()), until)
		switch left := certificate.NotAfter.Sub(m.now()); {
		case left < 0:
			r.fault("the server's certificate ended on "+until, "renew the server's certificate")
		case left < expiresSoon:
			r.fault("the server's certificate ends on "+until+": then nothing can be sent", "renew the server's certificate, and see why it was not renewed by itself")
		}
	}
	r.say("The connection is encrypted: %s.", r.TLS)
	if m.settings.tlsConfig().InsecureSkipVerify {
		r.say("The certificate was not checked (tls=opportunistic).")
	}
}
