package mailer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/oauth"
)

// step is how far an attempt to connect has come.
type step int

const (
	stepDial step = iota
	stepHandshake
	stepGreeting
	stepHello
	stepStartTLS
	stepSignIn
	stepReady // all went well, and something failed later
)

var errNoStartTLS = errors.New("encryption is required (tls=required), and the server does not offer STARTTLS")

// connectError puts into words why there is no connection, and what to do: one mend for each cause.
func (d *dialling) connectError(err error) *ConnectError {
	m := d.mailer
	e := &ConnectError{Server: m.settings.Server(), cause: err}
	var answer *textproto.Error
	var certificate *tls.CertificateVerificationError
	var missing *noSignIn
	var other *misplaced
	var token *oauth.Error
	switch {
	case errors.As(err, &other):
		e.Answer, e.Mend, e.Permanent = other.answer, other.mend, true
	case errors.As(err, &answer):
		d.answered(e, answer)
	case errors.As(err, &certificate):
		e.Permanent = true
		e.Answer, e.Mend = m.certificateWords(certificate.Err)
	case errors.Is(err, errNoStartTLS):
		e.Answer, e.Permanent = err.Error(), true
		e.Mend = "use the port for handing mail in (587), or smtps:// with port 465; tls=none only where the way to the server is safe by itself"
	case errors.As(err, &token):
		e.Answer, e.Permanent = token.Error(), token.Lasting
		e.Mend = "mend " + oauth.Names + " in GLASNIK_SMTP_URL"
	case errors.As(err, &missing):
		e.Answer, e.Mend, e.Permanent = missing.Error(), missing.mend(), true
	default:
		d.broken(e, err)
	}
	e.Answer = cleanLine(e.Answer)
	return e
}

// answered words a refusal by the server.
func (d *dialling) answered(e *ConnectError, answer *textproto.Error) {
	text, shown := d.mailer.withoutPassword(answer.Msg)
	e.Code, e.Enhanced, e.Permanent = answer.Code, enhancedStatus(answer.Code, answer.Msg), answer.Code >= 500
	e.Answer = "the server answered " + strconv.Itoa(answer.Code)
	if shown {
		e.Answer += " " + campaign.WithoutAddresses(text)
	} else if e.Enhanced != "" {
		e.Answer += " " + e.Enhanced
	}
	if d.step == stepHello && d.heard != nil {
		if other := foreignGreeting(d.heard.words); other != nil {
			e.Answer, e.Mend, e.Permanent = other.answer, other.mend, true
			return
		}
	}
	if d.step == stepSignIn {
		e.Answer = "the user " + d.mailer.settings.UserName() + " cannot sign in: " + e.Answer
	}
	e.Mend = d.mend(answer)
}

// mend says what to do about an answer.
func (d *dialling) mend(answer *textproto.Error) string {
	user := d.mailer.settings.UserName()
	switch at, code := d.step, answer.Code; {
	case at == stepSignIn && d.mailer.settings.Tokens != nil && code == 535:
		return "the server does not take the token: it must be for the user " + user + " and allow sending by SMTP (scope), and the provider must allow that user SMTP AUTH"
	case at == stepSignIn:
		return signInMend(code, strings.ToLower(answer.Msg), user)
	case at == stepGreeting && code < 300:
		return rightPort
	case code < 500 && at == stepStartTLS:
		return "the server cannot encrypt now: look at its log and its certificate; tls=opportunistic goes on without, where no password is at stake"
	case code < 500:
		return "the server is busy or holds this machine off for now: try again in some minutes; fewer connections= may help"
	case at == stepGreeting:
		return "the server takes no mail from this machine at this port: use the port for handing mail in (587 or 465), or have its admin let this machine's address in"
	case at == stepHello:
		return "the server does not take the name “" + d.mailer.settings.HeloName() + "” of this machine: set its full name by helo= in GLASNIK_SMTP_URL"
	case at == stepStartTLS:
		return "the server cannot encrypt: have its admin look at STARTTLS, or use smtps:// with port 465"
	}
	return "look at the server's log"
}

// signInMend says what to do about an answer to AUTH (RFC 4954 section 6).
func signInMend(code int, words, user string) string {
	switch {
	case code == 530, code == 538, code == 523:
		return "the server wants an encrypted connection first: use tls=required, or smtps:// with port 465, in GLASNIK_SMTP_URL"
	case code == 534, strings.Contains(words, "application-specific"), strings.Contains(words, "app password"):
		return "the provider wants another password than that of the mailbox: make an app password for " + user + " there, and put it into GLASNIK_SMTP_URL"
	case strings.Contains(words, "7.139"), strings.Contains(words, "disabled"):
		return "signing in to send (SMTP AUTH) is switched off for " + user + ": switch it on at the provider"
	case code == 432:
		return "the password of " + user + " must be changed first: do so at the provider"
	case code == 535:
		return "correct the user " + user + " or the password in GLASNIK_SMTP_URL; in both write %40 for @, %23 for #, %2F for /, %3A for :, %25 for %"
	case code < 500:
		return "the server cannot check passwords now, or has seen too many tries: try again later, and look at its log"
	case code == 500, code == 502, code == 503, code == 504:
		return "the server does not take this way to sign in here: use the port for handing mail in (587 or 465), or take user and password out of GLASNIK_SMTP_URL"
	}
	return "ask the server's admin whether the user " + user + " may send"
}

// broken words a failure that is no answer.
func (d *dialling) broken(e *ConnectError, err error) {
	s, ctx := d.mailer.settings, d.ctx
	var notTLS tls.RecordHeaderError
	var nonsense textproto.ProtocolError
	var unknown *net.DNSError
	var alert tls.AlertError
	switch {
	case errors.As(err, &notTLS):
		e.Answer, e.Permanent = "the server does not speak TLS on this port", true
		e.Mend = "write smtp:// with tls=required in place of smtps:// (or tls=implicit) in GLASNIK_SMTP_URL, or port 465"
		if other := speaksOther(string(notTLS.RecordHeader[:])); other != nil {
			e.Answer, e.Mend = other.answer, other.mend
		}
	case errors.As(err, &nonsense):
		e.Answer, e.Mend = "the server's answer makes no sense: "+campaign.WithoutAddresses(string(nonsense)), rightPort
		if other := speaksOther(string(nonsense)); other != nil {
			e.Answer, e.Mend, e.Permanent = other.answer, other.mend, true
		}
	case errors.Is(ctx.Err(), context.Canceled):
		e.Answer = "connecting was called off"
	case errors.As(err, &unknown) && unknown.IsNotFound:
		e.Answer, e.Mend = "the host "+s.Host+" is not known in the DNS", "correct the host in GLASNIK_SMTP_URL"
	case errors.As(err, &unknown):
		e.Answer, e.Mend = "the host "+s.Host+" cannot be looked up: the DNS does not answer", "mend this machine's DNS (/etc/resolv.conf), or try again later"
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Answer = fmt.Sprintf("connection refused: nobody listens at port %d of %s", s.Port, s.Host)
		e.Mend = "start the mail server, or correct host and port in GLASNIK_SMTP_URL (587 for smtp://, 465 for smtps://)"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(ctx.Err(), context.DeadlineExceeded):
		d.late(e)
	case errors.As(err, &alert), strings.Contains(err.Error(), "tls: "):
		e.Answer, e.Permanent = "the server and this machine do not agree on TLS: "+err.Error(), true
		e.Mend = "have the server offer TLS 1.2 or newer"
	case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed), errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.ErrUnexpectedEOF):
		e.Answer, e.Mend = "the server closed the connection before it was ready", "it may not let this machine in: look at its log, and at the firewall"
		if d.step == stepHandshake {
			e.Mend = "it may not speak TLS on this port: write smtp:// with tls=required in GLASNIK_SMTP_URL, or look at its log"
		}
	default:
		e.Answer, e.Mend = err.Error(), "see that this machine reaches the host of GLASNIK_SMTP_URL: look at network and firewall"
	}
}

// late words that the time for connecting was over.
func (d *dialling) late(e *ConnectError) {
	s := d.mailer.settings
	within := " within " + s.Timeouts.Connect.Round(time.Millisecond).String()
	e.Answer = "the server did not answer" + within
	switch d.step {
	case stepDial:
		e.Answer = fmt.Sprintf("port %d of %s did not answer%s", s.Port, s.Host, within)
		e.Mend = "see whether a firewall, or this machine's provider, blocks the port; many block 25, few 587"
	case stepHandshake:
		e.Mend = "the server may not speak TLS on this port: write smtp:// with tls=required in GLASNIK_SMTP_URL, or look at its log"
	case stepGreeting:
		e.Mend = "something listens there and says nothing: see that the port is that of a mail server, and look at its log"
	default:
		e.Mend = "the server is slow or stuck: look at its log; a longer timeout= in GLASNIK_SMTP_URL waits for it"
	}
}

// certificateWords says why a certificate is not believed.
func (m *Mailer) certificateWords(err error) (answer, mend string) {
	var host x509.HostnameError
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &host):
		return "the server's certificate is not for " + m.settings.Host + ": " + host.Error(),
			"put the name the certificate is for into GLASNIK_SMTP_URL as host, or have the server use one for " + m.settings.Host
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && m.now().Before(invalid.Cert.NotBefore):
		return "the server's certificate is not valid now: " + validity(invalid.Cert), "set the clocks right, of this machine or of the one that made the certificate"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the server's certificate is not valid now: " + validity(invalid.Cert), "renew the server's certificate (or set this machine's clock right, if it is wrong)"
	case errors.As(err, &unknown):
		return "the server's certificate cannot be trusted: nobody this machine knows has signed it" + selfSignedWords(unknown.Cert),
			"if it is the server's own, name its file by ca= in GLASNIK_SMTP_URL; else the server must send the whole chain of a known authority, and this machine needs ca-certificates"
	}
	return "the server's certificate cannot be trusted: " + err.Error(), "give the server another certificate"
}

func selfSignedWords(c *x509.Certificate) string {
	if c != nil && c.Issuer.String() == c.Subject.String() {
		return " (it is signed by itself)"
	}
	return ""
}

// validity says from when to when a certificate may be used.
func validity(c *x509.Certificate) string {
	const day = "2 January 2006"
	return "it is good from " + c.NotBefore.UTC().Format(day) + " to " + c.NotAfter.UTC().Format(day)
}
