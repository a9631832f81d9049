package mailer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/textproto"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// Connect dials, makes the connection safe and signs in. The error is a *ConnectError. The connection belongs to one
// goroutine, which closes it.
func (m *Mailer) Connect(ctx context.Context) (*Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, m.settings.Timeouts.Connect)
	defer cancel()
	d := dialling{mailer: m, ctx: ctx, handshakes: handshakes{ClientSessionCache: m.sessions, start: time.Now()}}
	client, err := d.run()
	d.note()
	if err == nil && !d.unwatch() {
		err = context.Cause(ctx)
	}
	if err != nil {
		d.abandon()
		return nil, m.connectError(ctx, err)
	}
	return newConn(m, client, d.socket), nil
}

// dialling is one attempt to connect. go-mail looks at the context only while it dials, and leaves the socket open when
// a later step fails, so the socket is kept in hand here.
type dialling struct {
	mailer  *Mailer
	ctx     context.Context
	socket  net.Conn
	unwatch func() bool

	handshakes
	dialled time.Duration // since start
}

// note adds up how long each phase took, also of an attempt that failed.
func (d *dialling) note() {
	t, all := &d.mailer.times, time.Since(d.start)
	if d.socket == nil {
		t.add(atDial, all)
		return
	}
	t.add(atDial, d.dialled)
	if d.began > 0 && d.took == 0 {
		d.took = all - d.began
	}
	if d.took > 0 {
		t.add(atTLS, d.took)
	}
	t.add(atSignIn, all-d.dialled-d.took)
}

func (d *dialling) tlsConfig() *tls.Config {
	config := d.mailer.settings.tlsConfig()
	config.ClientSessionCache, config.VerifyConnection = &d.handshakes, d.handshakes.done
	return config
}

func (d *dialling) run() (*smtp.Client, error) {
	s := d.mailer.settings
	client, err := mail.NewClient(s.Host,
		mail.WithPort(s.Port), mail.WithTimeout(s.Timeouts.Connect), mail.WithTLSConfig(d.tlsConfig()),
		mail.WithTLSPolicy(s.policy()), mail.WithDialContextFunc(d.dial), withHelo(s.Helo), withSignIn(s))
	if err != nil {
		return nil, err
	}
	return client.DialToSMTPClientWithContext(d.ctx)
}

func (d *dialling) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	socket, err := new(net.Dialer).DialContext(ctx, network, d.mailer.settings.Server())
	if err != nil {
		return nil, err
	}
	d.socket, d.dialled = socket, time.Since(d.start)
	d.unwatch = context.AfterFunc(d.ctx, func() { _ = socket.Close() })
	if d.mailer.settings.Security != Implicit {
		return socket, nil
	}
	secure := tls.Client(socket, d.tlsConfig()) // go-mail knows a *tls.Conn for what it is
	return secure, secure.HandshakeContext(ctx)
}

func (d *dialling) abandon() {
	if d.socket != nil {
		d.unwatch()
		_ = d.socket.Close()
	}
}

func withHelo(name string) mail.Option {
	if name == "" {
		return nil
	}
	return mail.WithHELO(name)
}

// withSignIn prefers ways that do not show the password, then the plain ones; these only where Settings allow it or the
// connection is encrypted.
func withSignIn(s Settings) mail.Option {
	if s.User == "" {
		return nil
	}
	plain, login := mail.SMTPAuthPlain, mail.SMTPAuthLogin
	if s.PlainAuth || isLoopback(s.Host) {
		plain, login = mail.SMTPAuthPlainNoEnc, mail.SMTPAuthLoginNoEnc
	}
	signIn := mail.WithOpportunisticSMTPAuth(mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthSCRAMSHA1, plain, login, mail.SMTPAuthCramMD5)
	return func(c *mail.Client) error {
		c.SetUsername(s.User)
		c.SetPassword(s.Password)
		return signIn(c)
	}
}

func (s Settings) policy() mail.TLSPolicy {
	switch s.Security {
	case Required:
		return mail.TLSMandatory
	case Opportunistic:
		return mail.TLSOpportunistic
	}
	return mail.NoTLS // Implicit is encrypted before go-mail begins
}

// tlsConfig checks the certificate, except where encryption is a courtesy anyway and no password is at stake: there an
// unknown certificate is better than plain text (RFC 7435).
func (s Settings) tlsConfig() *tls.Config {
	courtesy := s.Security == Opportunistic && s.RootCAs == nil && (s.User == "" || isLoopback(s.Host))
	return &tls.Config{
		ServerName: s.Host, MinVersion: tls.VersionTLS12, RootCAs: s.RootCAs, InsecureSkipVerify: courtesy,
		DynamicRecordSizingDisabled: true, // messages come whole; small records would cost a system call each
	}
}

// connectError puts into words why there is no connection.
func (m *Mailer) connectError(ctx context.Context, err error) *ConnectError {
	e := &ConnectError{Server: m.settings.Server(), cause: err}
	var answer *textproto.Error
	var certificate *tls.CertificateVerificationError
	var notTLS tls.RecordHeaderError
	var host x509.HostnameError
	var nonsense textproto.ProtocolError
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	timedOut := errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(ctx.Err(), context.DeadlineExceeded)
	switch {
	case errors.As(err, &answer):
		e.Code, e.Enhanced, e.Answer = answer.Code, enhancedStatus(answer.Code, answer.Msg), "the server answered "+strconv.Itoa(answer.Code)+" "+answer.Msg
		e.Permanent = answer.Code >= 500
	case errors.As(err, &host):
		e.Answer, e.Permanent = "the server's certificate is not for "+m.settings.Host+": "+host.Error(), true
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		e.Answer, e.Permanent = "the server's certificate is not valid now: "+validity(invalid.Cert), true
	case errors.As(err, &unknown):
		e.Answer, e.Permanent = "the server's certificate cannot be trusted: nobody this machine knows has signed it; if it is the server's own, name its file by ca=", true
	case errors.As(err, &certificate):
		e.Answer, e.Permanent = "the server's certificate cannot be trusted: "+certificate.Err.Error(), true
	case errors.As(err, &notTLS):
		e.Answer, e.Permanent = "the server does not speak TLS on this port: is it tls=implicit where tls=required is meant?", true
	case errors.As(err, &nonsense):
		e.Answer = "the server's answer makes no sense: " + string(nonsense)
	case errors.Is(ctx.Err(), context.Canceled):
		e.Answer = "connecting was called off"
	case timedOut:
		e.Answer = "the server did not answer within " + m.settings.Timeouts.Connect.String()
	case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed):
		e.Answer = "the server closed the connection before it was ready"
	case strings.Contains(err.Error(), "does not support STARTTLS"):
		e.Answer, e.Permanent = "encryption is required (tls=required), and the server does not offer STARTTLS", true
	case strings.Contains(err.Error(), "AUTH"), strings.Contains(err.Error(), "unencrypted connection"):
		e.Answer, e.Permanent = "the server offers no way to sign in that is safe on this connection: "+err.Error(), true
	default:
		e.Answer = err.Error()
	}
	e.Answer = cleanLine(m.withoutPassword(e.Answer))
	return e
}

// validity says from when to when a certificate may be used.
func validity(c *x509.Certificate) string {
	const day = "2 January 2006"
	return "it is good from " + c.NotBefore.UTC().Format(day) + " to " + c.NotAfter.UTC().Format(day)
}

// withoutPassword takes the password out of what a server or a library said, in the forms it may have been sent in.
func (m *Mailer) withoutPassword(s string) string {
	user, password := m.settings.User, m.settings.Password
	if password == "" {
		return s
	}
	plain := base64.StdEncoding.EncodeToString([]byte("\x00" + user + "\x00" + password))
	login := base64.StdEncoding.EncodeToString([]byte(password))
	return strings.NewReplacer(plain, "***", login, "***", password, "***").Replace(s)
}
