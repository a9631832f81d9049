package mailer

import (
	"strconv"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// answers are what a server says to an envelope.
type answers struct{ mail, rcpt, data reply }

// envelope names sender and recipient and opens the data; ok is false when that failed and the outcome is known.
func (t *transaction) envelope() (outcome campaign.Outcome, ok bool) {
	if t.ahead != (announced{}) {
		if outcome, ok, again := t.answersToAhead(); !again {
			return outcome, ok
		}
	}
	if t.pipelining {
		return t.envelopeAtOnce()
	}
	return t.envelopeInSteps()
}

// envelopeInSteps waits for each answer.
func (t *transaction) envelopeInSteps() (campaign.Outcome, bool) {
	if t.needsReset {
		r, err := t.ask([]byte("RSET\r\n"), t.mailer.settings.Timeouts.Command)
		if outcome, ok := t.afterReset(r, err); !ok {
			return outcome, false
		}
	}
	for _, step := range []struct {
		at      phase
		line    []byte
		timeout time.Duration
	}{
		{atMail, t.appendMail(nil), t.mailer.settings.Timeouts.Command},
		{atRcpt, t.appendRcpt(nil), t.mailer.settings.Timeouts.Command},
		{atData, []byte("DATA\r\n"), t.mailer.settings.Timeouts.Data},
	} {
		r, err := t.ask(step.line, step.timeout)
		t.lap(step.at)
		if err != nil {
			return t.lost("before the message was sent", err), false
		}
		if step.at == atData && r.code == 354 || step.at != atData && r.positive() {
			continue
		}
		t.needsReset = step.at != atMail
		return t.refused(step.at, r), false
	}
	return campaign.Outcome{}, true
}

// ask sends one command and waits for its answer.
func (t *transaction) ask(line []byte, timeout time.Duration) (reply, error) {
	t.setDeadline(timeout)
	if err := t.write(line); err != nil {
		return reply{}, err
	}
	return readReply(t.in)
}

// afterReset looks at the answer to RSET. It concerns only the message that is about to be sent: what became of the one
// before is long settled.
func (t *transaction) afterReset(r reply, err error) (campaign.Outcome, bool) {
	switch {
	case err != nil:
		return t.lost("before the message was sent", err), false
	case !r.positive():
		t.breakOff()
		return t.outcome(campaign.ResultLater, r, true), false
	}
	t.needsReset = false
	return campaign.Outcome{}, true
}

// envelopeAtOnce sends MAIL, RCPT and DATA in one piece and reads an answer to each (RFC 2920 section 3.1).
func (t *transaction) envelopeAtOnce() (campaign.Outcome, bool) {
	t.buffer = t.buffer[:0]
	if t.needsReset {
		t.buffer = append(t.buffer, "RSET\r\n"...)
	}
	t.buffer = append(t.appendRcpt(t.appendMail(t.buffer)), "DATA\r\n"...)
	t.setDeadline(t.mailer.settings.Timeouts.Command)
	if err := t.write(t.buffer); err != nil {
		return t.lost("before the message was sent", err), false
	}
	if t.needsReset {
		r, err := readReply(t.in)
		if outcome, ok := t.afterReset(r, err); !ok {
			return outcome, false
		}
	}
	a, outcome, ok := t.readAnswers()
	if !ok {
		return outcome, false
	}
	return t.outcomeOf(a)
}

// readAnswers reads all three answers, whatever they are, unless the server leaves.
func (t *transaction) readAnswers() (a answers, outcome campaign.Outcome, ok bool) {
	for at, r := range []*reply{atMail: &a.mail, atRcpt: &a.rcpt, atData: &a.data} {
		refusedBefore := a.mail.negative() || a.rcpt.negative()
		var err error
		*r, err = readReply(t.in)
		t.lap(phase(at))
		switch {
		case err == nil && !r.closing():
			continue
		case refusedBefore: // it said no and hung up
			t.breakOff()
			return a, t.firstRefusal(a), false
		case err == nil:
			return a, t.refused(phase(at), *r), false
		}
		outcome := t.lost("before the message was sent", err)
		if t.ctx.Err() == nil && !t.proven {
			t.mailer.blamePipelining(!t.mailer.proven.Load(), outcome.Answer)
		}
		return a, outcome, false
	}
	return a, campaign.Outcome{}, true
}

// firstRefusal is the outcome of the first command that was refused.
func (t *transaction) firstRefusal(a answers) campaign.Outcome {
	if !a.mail.positive() {
		return t.refused(atMail, a.mail)
	}
	return t.refused(atRcpt, a.rcpt)
}

// outcomeOf decides on the three answers; ok means that the data may follow.
func (t *transaction) outcomeOf(a answers) (campaign.Outcome, bool) {
	taken := a.mail.positive() && a.rcpt.positive()
	opened := a.data.code == 354
	switch {
	case taken && opened && t.in.Buffered() == 0:
		t.provePipelining()
		return campaign.Outcome{}, true
	case taken && opened:
		t.breakOff()
		t.mailer.blamePipelining(true, "it gave more answers than it was asked for")
		return t.later("the server said more than it was asked"), false
	case taken:
		if t.losesThread(a.data) {
			t.mailer.blamePipelining(true, "DATA was answered with "+strconv.Itoa(a.data.code))
		}
		t.needsReset = true
		return t.refused(atData, a.data), false
	case opened && a.rcpt.positive():
		t.breakOff() // a dot would deliver an empty message
		return t.refused(atMail, a.mail), false
	case opened:
		return t.endEmpty(a), false
	}
	t.needsReset = a.mail.positive()
	if a.mail.positive() && t.losesThread(a.rcpt) {
		t.mailer.blamePipelining(true, "RCPT was answered with "+strconv.Itoa(a.rcpt.code))
	}
	return t.firstRefusal(a), false
}

func (t *transaction) provePipelining() {
	if !t.proven {
		t.proven = true
		t.mailer.proven.Store(true)
	}
	if t.mailer.cutOff.Load() != 0 {
		t.mailer.cutOff.Store(0)
	}
}

// losesThread reports whether an answer complains of a command rather than of a message.
func (t *transaction) losesThread(r reply) bool {
	return !t.proven && (r.code >= 500 && r.code <= 503 || r.code == 554 && r.enhanced == "5.5.0")
}

// endEmpty ends data that were opened although the recipient was refused: with a single dot (RFC 2920 section 3.1).
// There is nobody it could be delivered to, and whatever the server answers, the recipient was refused.
func (t *transaction) endEmpty(a answers) campaign.Outcome {
	outcome := t.firstRefusal(a)
	if t.broken {
		return outcome
	}
	t.setDeadline(t.mailer.settings.Timeouts.Command)
	err := t.write([]byte(".\r\n"))
	if err == nil {
		var r reply
		if r, err = readReply(t.in); err == nil && !r.closing() {
			t.needsReset = true
			return outcome
		}
	}
	t.breakOff()
	return outcome
}

// appendMail writes MAIL. SMTPUTF8 is asked for only where an address needs it (RFC 6531 section 3.4): servers may
// return such a message when the next hop lacks it.
func (t *transaction) appendMail(dst []byte) []byte {
	dst = append(append(append(dst, "MAIL FROM:<"...), t.msg.From...), '>')
	if t.sizeOffer {
		dst = strconv.AppendInt(append(dst, " SIZE="...), int64(len(t.msg.Data)), 10) // RFC 1870 section 6
	}
	if !isASCII(t.msg.To) || !isASCII(t.msg.From) {
		dst = append(dst, " BODY=8BITMIME SMTPUTF8"...)
	}
	return append(dst, "\r\n"...)
}

func (t *transaction) appendRcpt(dst []byte) []byte {
	return append(append(append(dst, "RCPT TO:<"...), t.msg.To...), ">\r\n"...)
}
