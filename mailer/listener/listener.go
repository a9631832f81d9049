// Package listener takes what comes back over LMTP (RFC 2033) or SMTP (RFC 5321), without a mailbox in between. It takes mail for
// addresses that a Taker knows to be ours, and for no others, so that it relays nothing and fills no disk; it never sends. What a
// message means is not known here.
//
// A recipient is answered with 250 only when the Taker has dealt with the message for them: then it is stored. What cannot be
// stored now is answered with 451, and whoever hands it over keeps it and comes again. A message is read as a stream; its size and
// recipients, the connections and the time of each are bounded.
package listener

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/net/netutil"
)

// Taker deals with messages.
type Taker interface {
	// Knows reports whether mail to an address is taken.
	Knows(address string) bool
	// Receive deals with one message, of which it reads as much as it likes, and returns for each recipient, in their order, nil
	// when all that follows from it is stored.
	Receive(ctx context.Context, sender string, recipients []string, message io.Reader) []error
}

const (
	mostOctets     = 32 << 20 // of a message
	mostRecipients = 20       // of a message
	longestLine    = 64 << 10
	idle           = 3 * time.Minute  // between commands, and for one message
	longest        = 15 * time.Minute // a connection
)

// Listener listens.
type Listener struct {
	Settings
	net    net.Listener
	server *smtp.Server
}

// Listen opens the place to listen at, and serves nobody before Run.
func Listen(s Settings, domain string, taker Taker, logger *slog.Logger) (*Listener, error) {
	config, err := s.tlsConfig()
	if err != nil {
		return nil, err
	}
	if s.Network == "unix" {
		if err := removeStale(s.Address); err != nil {
			return nil, err
		}
	}
	l, err := net.Listen(s.Network, s.Address)
	if err != nil {
		return nil, err
	}
	if s.Network == "unix" { // the mail server is another user, and speaks to whoever may write to the folder
		if err := os.Chmod(s.Address, 0o666); err != nil {
			l.Close()
			return nil, err
		}
	}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &session{taker: taker, logger: logger}, nil
	}))
	server.LMTP, server.Domain, server.TLSConfig = s.LMTP, domain, config
	server.MaxRecipients, server.MaxMessageBytes, server.MaxLineLength = mostRecipients, mostOctets, longestLine
	server.ReadTimeout, server.WriteTimeout, server.EnableSMTPUTF8 = idle, time.Minute, true
	server.ErrorLog = logs{logger}
	return &Listener{s, bounded{netutil.LimitListener(l, s.Connections)}, server}, nil
}

// removeStale removes the socket of a program that is gone; one that somebody listens at, or what is no socket, is left alone.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode()&fs.ModeSocket == 0 {
		return fmt.Errorf("%s is there already and is no socket", path)
	}
	if c, err := net.Dial("unix", path); err == nil {
		c.Close()
		return fmt.Errorf("somebody listens at %s already", path)
	}
	return os.Remove(path)
}

// Addr is where it listens.
func (l *Listener) Addr() net.Addr { return l.net.Addr() }

// Run serves until ctx ends; then it finishes the messages that are under way, within grace.
func (l *Listener) Run(ctx context.Context, grace time.Duration) error {
	failed := make(chan error, 1)
	go func() { failed <- l.server.Serve(l.net) }()
	select {
	case err := <-failed:
		return fmt.Errorf("the listener %s stopped: %w", l.Name(), err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := l.server.Shutdown(stop); err != nil {
		_ = l.server.Close()
	}
	<-failed
	return nil
}

// Close gives up a listener that was never run.
func (l *Listener) Close() error { return l.net.Close() }

// bounded gives each connection its longest life, however often its deadline is put off.
type bounded struct{ net.Listener }

func (b bounded) Accept() (net.Conn, error) {
	c, err := b.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &boundedConn{c, time.Now().Add(longest)}, nil
}

type boundedConn struct {
	net.Conn
	end time.Time
}

func (c *boundedConn) SetDeadline(t time.Time) error     { return c.Conn.SetDeadline(c.sooner(t)) }
func (c *boundedConn) SetReadDeadline(t time.Time) error { return c.Conn.SetReadDeadline(c.sooner(t)) }
func (c *boundedConn) SetWriteDeadline(t time.Time) error {
	return c.Conn.SetWriteDeadline(c.sooner(t))
}

func (c *boundedConn) sooner(t time.Time) time.Time {
	if t.IsZero() || t.After(c.end) {
		return c.end
	}
	return t
}

// session is one connection.
type session struct {
	taker  Taker
	logger *slog.Logger
	from   string
	to     []string
}

func (s *session) Reset()        { s.from, s.to = "", nil }
func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return nil
}

var errUnknown = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such address: mail is taken here only for addresses that Glasnik signed"}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if !s.taker.Knows(to) {
		return errUnknown
	}
	s.to = append(s.to, to)
	return nil
}

var errLater = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "It cannot be stored now, try again later"}

// receive has the message dealt with and returns the answer to each recipient.
func (s *session) receive(r io.Reader) []error {
	watched := &watched{in: r}
	errs := s.taker.Receive(context.Background(), s.from, s.to, watched) // what was begun is finished, also when the program stops
	if watched.err == nil {
		_, _ = io.Copy(io.Discard, watched)
	}
	var tooLarge *smtp.SMTPError
	for i, err := range errs {
		switch {
		case errors.As(watched.err, &tooLarge):
			errs[i] = tooLarge
		case watched.err != nil:
			errs[i] = errLater // it was cut off
		case err != nil:
			s.logger.Error("what came back cannot be stored, whoever brought it keeps it", "error", err)
			errs[i] = errLater
		}
	}
	return errs
}

// Data takes a message over SMTP, where there is one answer for all recipients.
func (s *session) Data(r io.Reader) error {
	for _, err := range s.receive(r) {
		if err != nil {
			return err
		}
	}
	return nil
}

// LMTPData takes a message over LMTP (RFC 2033 section 4.2).
func (s *session) LMTPData(r io.Reader, status smtp.StatusCollector) error {
	for i, err := range s.receive(r) {
		status.SetStatus(s.to[i], err)
	}
	return nil
}

// watched remembers why a message could not be read to its end.
type watched struct {
	in  io.Reader
	err error
}

func (w *watched) Read(b []byte) (int, error) {
	n, err := w.in.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = err
	}
	return n, err
}

// logs are what the library says, which is about single connections.
type logs struct{ logger *slog.Logger }

func (l logs) Printf(format string, v ...any) {
	l.logger.Debug(strings.TrimSpace(fmt.Sprintf(format, v...)))
}
func (l logs) Println(v ...any) { l.logger.Debug(strings.TrimSpace(fmt.Sprintln(v...))) }
