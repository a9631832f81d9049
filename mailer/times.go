package mailer

import (
	"crypto/tls"
	"sync/atomic"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// times are how long all connections spent in each phase, since the mailer was made.
type times [phases]struct{ nanoseconds, count atomic.Int64 }

func (t *times) add(at phase, d time.Duration) {
	t[at].nanoseconds.Add(int64(d))
	t[at].count.Add(1)
}

// phaseNames are the phases as people see them, in the order they come.
var phaseNames = []struct {
	at   phase
	name string
}{
	{atDial, "connect"}, {atTLS, "tls"}, {atSignIn, "sign in"}, {atMail, "mail"}, {atRcpt, "rcpt"}, {atData, "data"},
	{atBody, "message"}, {atDot, "answer"},
}

// Times says how long all connections spent in each phase since the mailer was made, in the order the phases come. With
// PIPELINING the answers to MAIL, RCPT and DATA come together, and most of their time shows under the first of them.
func (m *Mailer) Times() []campaign.PhaseTime {
	out := make([]campaign.PhaseTime, len(phaseNames))
	for i, p := range phaseNames {
		t := &m.times[p.at]
		out[i] = campaign.PhaseTime{Phase: p.name, Seconds: time.Duration(t.nanoseconds.Load()).Seconds(), Count: t.count.Load()}
	}
	return out
}

// lap notes that a phase has ended now; it began where the one before ended.
func (t *transaction) lap(at phase) {
	now := time.Now()
	t.mailer.times.add(at, now.Sub(t.since))
	t.since = now
}

// handshakes times the handshakes of one connection: the library looks for a session to resume at the beginning of each.
type handshakes struct {
	tls.ClientSessionCache
	began, took time.Duration // since start
	start       time.Time
}

func (h *handshakes) Get(key string) (*tls.ClientSessionState, bool) {
	h.began = time.Since(h.start)
	return h.ClientSessionCache.Get(key)
}

func (h *handshakes) done(tls.ConnectionState) error {
	h.took = time.Since(h.start) - h.began
	return nil
}
