package mailer

import (
	"errors"
	"os"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// announced is an envelope that went out while the message before it was being settled (RFC 2920 section 3.1 allows it
// to follow the data in one group). Its answers are read when its message is sent. Once they hold a 354 the server waits
// for data, so that the only way not to send that message is to break the connection off.
type announced struct {
	from, to string
	size     int
}

func announcementOf(m *campaign.Message) announced {
	return announced{from: m.From, to: m.To, size: len(m.Data)}
}

// Abandon says that the message announced by the last Send will not follow. Where its envelope has gone out already the
// connection is broken off: anything said now could become, or end, a message.
func (c *Conn) Abandon() {
	if c.ahead != (announced{}) {
		c.breakOff()
	}
}

// announce asks for the next message and, when there is one, adds its envelope to dst. It asks no more once it was told.
func (t *transaction) announce(dst []byte) []byte {
	if t.next == nil || !t.mayGoAhead() {
		return dst
	}
	m := t.next()
	if m == nil {
		return dst
	}
	t.next = nil
	if _, ok := t.refuseLocally(*m); !ok {
		return dst // it will be refused when it is sent
	}
	t.ahead = announcementOf(m)
	following := transaction{Conn: t.Conn, msg: *m}
	return append(following.appendRcpt(following.appendMail(dst)), "DATA\r\n"...)
}

// Times between the dot and its answer at which the next message is asked for again. Where answers come at once none of
// them is reached.
const (
	firstLook = time.Millisecond
	lastLook  = 50 * time.Millisecond
)

// announceMeanwhile waits for the answer to the dot to begin, and sends the next message's envelope as soon as that
// message is known. Whatever fails here shows again when the answer is read.
func (t *transaction) announceMeanwhile() {
	for wait := firstLook; t.next != nil && wait < lastLook; wait *= 2 {
		t.setDeadline(wait)
		if _, err := t.in.Peek(1); !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
		t.buffer = t.announce(t.buffer[:0])
		if len(t.buffer) == 0 {
			continue
		}
		t.setDeadline(t.mailer.settings.Timeouts.Command)
		if t.write(t.buffer) != nil {
			t.deaf = true
		}
	}
}

// answersToAhead reads what the server says to an envelope that went out ahead. again is true when it has to be sent in
// the usual way: the server did not understand it where it came, and lost nothing but the envelope.
func (t *transaction) answersToAhead() (outcome campaign.Outcome, ok, again bool) {
	right := t.ahead == announcementOf(&t.msg)
	t.ahead = announced{}
	if !right {
		t.breakOff()
		return t.later("another message was announced on this connection"), false, false
	}
	t.setDeadline(t.mailer.settings.Timeouts.Command)
	a, outcome, ok := t.readAnswers()
	if !ok {
		if t.ctx.Err() == nil && outcome.Code == 0 {
			t.blameAhead(outcome.Answer)
		}
		return outcome, false, false
	}
	if !t.aheadProven && a.outOfOrder() {
		t.blameAhead("it complained of the order of commands")
		t.needsReset = true
		return campaign.Outcome{}, false, true
	}
	t.proveAhead()
	outcome, ok = t.outcomeOf(a)
	return outcome, ok, false
}

// outOfOrder reports whether the first refusal complains of the command and not of what it names, and no data were opened.
func (a answers) outOfOrder() bool {
	first := a.data
	switch {
	case !a.mail.positive():
		first = a.mail
	case !a.rcpt.positive():
		first = a.rcpt
	}
	return first.code >= 500 && first.code <= 503 && a.data.code != 354
}

// mayGoAhead reports whether an envelope may be sent before the message in front of it is settled. Until the server has
// shown on one connection that it can bear that, the others wait.
func (c *Conn) mayGoAhead() bool {
	m := c.mailer
	switch {
	case !c.pipelining || !c.proven || c.ahead != (announced{}) || c.deaf:
		return false
	case c.aheadProven:
		return true
	case m.now().Unix() < m.notAheadUntil.Load():
		return false
	case m.aheadProven.Load() || c.onTrial:
		return true
	}
	c.onTrial = m.aheadTrial.CompareAndSwap(false, true)
	return c.onTrial
}

func (c *Conn) proveAhead() {
	if c.aheadProven {
		return
	}
	c.aheadProven = true
	c.mailer.aheadProven.Store(true)
	c.mailer.aheadCuts.Store(0)
	c.endTrial()
}

// blameAhead notes that a connection failed on its first envelope sent ahead. One such failure is enough for a server
// that never took one; of one that did, two in a row.
func (c *Conn) blameAhead(why string) {
	m := c.mailer
	if c.aheadProven || m.aheadProven.Load() && m.aheadCuts.Add(1) < 2 {
		return
	}
	c.endTrial()
	m.aheadCuts.Store(0)
	m.aheadProven.Store(false)
	m.notAheadUntil.Store(m.now().Add(plainFor).Unix())
	m.log.Warn("the server cannot take an envelope before the message in front of it is settled, so envelopes wait",
		"server", m.settings.Server(), "why", why)
}

func (c *Conn) endTrial() {
	if c.onTrial {
		c.onTrial = false
		c.mailer.aheadTrial.Store(false)
	}
}
