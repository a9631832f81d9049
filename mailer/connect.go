package mailer

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/textproto"
	"sync"
	"time"

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
		return nil, d.connectError(err)
	}
	return newConn(m, client, d.socket), nil
}

// dialling is one attempt to connect. The library does not know of the context and leaves the socket open when a step
// fails, so the socket is kept in hand here.
type dialling struct {
	mailer  *Mailer
	ctx     context.Context
	socket  net.Conn
	unwatch func() bool

	step  step
	heard *hearing // of a connection that begins without TLS
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

// run goes through the steps of connecting; after an error d.step is the one that failed.
func (d *dialling) run() (*smtp.Client, error) {
	s := d.mailer.settings
	conn, err := d.dial()
	if err != nil {
		return nil, err
	}
	d.step = stepGreeting
	client, err := d.greet(conn)
	if err != nil {
		return nil, err
	}
	d.step = stepHello
	if err := client.Hello(s.HeloName()); err != nil {
		return nil, err
	}
	d.step = stepStartTLS
	if err := d.startTLS(client); err != nil {
		return nil, err
	}
	d.step = stepSignIn
	return client, d.signIn(client)
}

// dial opens the socket, and makes it safe where TLS comes first.
func (d *dialling) dial() (net.Conn, error) {
	socket, err := new(net.Dialer).DialContext(d.ctx, "tcp", d.mailer.settings.Server())
	if err != nil {
		return nil, err
	}
	d.socket, d.dialled = socket, time.Since(d.start)
	d.unwatch = context.AfterFunc(d.ctx, func() { _ = socket.Close() })
	if d.mailer.settings.Security != Implicit {
		return socket, nil
	}
	d.step = stepHandshake
	secure := tls.Client(socket, d.tlsConfig()) // go-mail knows a *tls.Conn for what it is
	return secure, secure.HandshakeContext(d.ctx)
}

// greet reads the greeting. A server that says nothing may be waiting for TLS: then another connection finds that out, long
// before the time for connecting is over. Port 25 is spared it, where servers take such haste for that of a robot.
func (d *dialling) greet(conn net.Conn) (*smtp.Client, error) {
	s := d.mailer.settings
	if s.Security == Implicit || s.Port == 25 {
		return smtp.NewClient(conn, s.Host)
	}
	d.heard = &hearing{Conn: conn}
	ctx, cancel := context.WithCancel(d.ctx)
	var other error
	var looking sync.WaitGroup
	looking.Go(func() {
		select {
		case <-time.After(d.mailer.patience):
		case <-ctx.Done():
			return
		}
		if other = d.mailer.otherProtocol(ctx); other != nil {
			_ = d.socket.Close()
		}
	})
	client, err := smtp.NewClient(d.heard, s.Host)
	cancel()
	looking.Wait()
	if other != nil {
		return nil, other
	}
	return client, err
}

// startTLS makes the connection safe where that is asked for. Where it is only a courtesy, a server that cannot is used as it is.
func (d *dialling) startTLS(client *smtp.Client) error {
	security := d.mailer.settings.Security
	if security != Required && security != Opportunistic {
		return nil
	}
	if offered, _ := client.Extension("STARTTLS"); !offered {
		if security == Required {
			return errNoStartTLS
		}
		return nil
	}
	err := client.StartTLS(d.tlsConfig())
	var refusal *textproto.Error
	if _, begun := client.TLSConnectionState(); security == Opportunistic && !begun && errors.As(err, &refusal) && refusal.Code != 421 {
		return nil
	}
	return err
}

func (d *dialling) abandon() {
	if d.socket != nil {
		d.unwatch()
		_ = d.socket.Close()
	}
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
