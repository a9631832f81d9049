package mailer

import (
	"crypto/tls"
	"log/slog"
	"sync/atomic"
	"time"
)

// Mailer makes connections to one server.
type Mailer struct {
	settings Settings
	log      *slog.Logger
	now      func() time.Time

	times    times
	sessions tls.ClientSessionCache // of TLS, so that a connection made again is made faster
	patience time.Duration          // how long a server may be silent until it is asked whether it wants TLS

	plainUntil atomic.Int64 // Unix seconds until which PIPELINING is not used although offered
	cutOff     atomic.Int64 // pipelined envelopes in a row on which the connection broke
	proven     atomic.Bool  // this server has answered a pipelined envelope as it should

	aheadProven   atomic.Bool  // this server has answered an envelope sent ahead as it should
	aheadTrial    atomic.Bool  // one connection is finding that out
	aheadCuts     atomic.Int64 // connections in a row that failed on their first envelope sent ahead
	notAheadUntil atomic.Int64 // Unix seconds until which none is sent ahead
}

// plainFor is how long a server that cannot keep its promise of PIPELINING is spared it.
const plainFor = 10 * time.Minute

// New makes a Mailer; nothing is connected yet.
func New(settings Settings, log *slog.Logger, now func() time.Time) *Mailer {
	return &Mailer{
		settings: settings, log: log, now: now, patience: silence,
		sessions: tls.NewLRUClientSessionCache(settings.Pace.Connections),
	}
}

// Settings returns what the mailer was made with.
func (m *Mailer) Settings() Settings { return m.settings }

// ConnectError says why there is no connection. Nothing was handed over.
type ConnectError struct {
	Server   string
	Code     int    // SMTP reply code, 0 when the server did not answer
	Enhanced string // RFC 3463 status, "" without one
	Answer   string // what is wrong, for the admin, on one line, without the password and addresses
	Mend     string // what to do about it
	// Permanent says that trying again without changing something will not help: the password is wrong, the certificate
	// does not fit, encryption is required and not offered.
	Permanent bool
	cause     error
}

func (e *ConnectError) Error() string {
	if e.Mend == "" {
		return "connect to " + e.Server + ": " + e.Answer
	}
	return "connect to " + e.Server + ": " + e.Answer + "; " + e.Mend
}

// NeedsMending reports Permanent.
func (e *ConnectError) NeedsMending() bool { return e.Permanent }

// Unwrap returns the error underneath.
func (e *ConnectError) Unwrap() error { return e.cause }

// pipelines reports whether PIPELINING may be used where it is offered.
func (m *Mailer) pipelines() bool { return m.now().Unix() >= m.plainUntil.Load() }

// blamePipelining notes that a server broke off, or lost the thread, when it was sent an envelope in one piece. Where
// that happens to the very first envelope, or twice in a row, new connections send one command at a time.
func (m *Mailer) blamePipelining(sure bool, why string) {
	if m.cutOff.Add(1) < 2 && !sure {
		return
	}
	m.cutOff.Store(0)
	m.plainUntil.Store(m.now().Add(plainFor).Unix())
	m.log.Warn("the server offers pipelining and does not keep to it, so commands are sent one by one",
		"server", m.settings.Server(), "why", why)
}
