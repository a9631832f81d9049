package mailer

import (
	"bytes"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// stretch is how much of a message is handed to the network at a time. Most messages fit into one stretch, and then go
// in one write together with the final dot.
const stretch = 64 << 10

// lineEnds looks through a message once: at which octets a line begins with a dot, which it adds to dots, and whether all
// line ends are CRLF. Any other is read in different ways by different servers, and can hide a second message.
func lineEnds(data []byte, dots []int) (_ []int, sound bool) {
	lines := 0
	for i := 0; i < len(data); lines++ {
		if data[i] == '.' {
			dots = append(dots, i)
		}
		n := bytes.IndexByte(data[i:], '\n')
		if n < 0 {
			break
		}
		if i += n; i == 0 || data[i-1] != '\r' {
			return dots, false
		}
		i++
	}
	return dots, lines > 0 && bytes.Count(data, []byte("\r")) == lines
}

// data sends the message and its final dot and waits for the answer.
func (t *transaction) data() campaign.Outcome {
	if err := t.writeBody(); err != nil {
		return t.lostInside(err)
	}
	if t.in.Buffered() > 0 { // it speaks before its turn, so the next answer could not be told from this one
		return t.interjection()
	}
	if !t.unwatch() {
		return t.later("stopped before the message was handed over")
	}
	if t.beforeDot != nil {
		if err := t.beforeDot(); err != nil {
			t.breakOff()
			return t.later("not handed over: " + err.Error())
		}
	}
	if !bytes.HasSuffix(t.msg.Data, []byte("\r\n")) {
		t.buffer = append(t.buffer, "\r\n"...)
	}
	t.buffer = append(t.buffer, ".\r\n"...)
	end := len(t.buffer)
	t.buffer = t.announce(t.buffer)
	t.setDeadline(t.mailer.settings.Timeouts.Block)
	n, err := t.writeLast()
	t.lap(atBody)
	if err != nil {
		if n < end { // without the whole dot
			return t.lostInside(err)
		}
		t.breakOff()
		return t.unknown(describe(err))
	}
	return t.answer()
}

// writeBody dot-stuffs the message (RFC 5321 section 4.5.2) and sends all of it but the last stretch, which stays in the
// buffer.
func (t *transaction) writeBody() error {
	t.buffer = t.buffer[:0]
	from := 0
	for _, dot := range t.dots {
		if err := t.add(t.msg.Data[from:dot]); err != nil {
			return err
		}
		t.buffer = append(t.buffer, '.')
		from = dot
	}
	return t.add(t.msg.Data[from:])
}

// add puts p into the buffer and sends what is full.
func (t *transaction) add(p []byte) error {
	for len(t.buffer)+len(p) > stretch {
		n := max(stretch-len(t.buffer), 0)
		t.buffer = append(t.buffer, p[:n]...)
		p = p[n:]
		t.setDeadline(t.mailer.settings.Timeouts.Block)
		if err := t.write(t.buffer); err != nil {
			return err
		}
		t.buffer = t.buffer[:0]
	}
	t.buffer = append(t.buffer, p...)
	return nil
}

// writeLast sends the buffer and returns how much of it reached the network at least.
func (t *transaction) writeLast() (int, error) {
	n, err := t.out.Write(t.buffer)
	if err == nil {
		err = t.out.Flush()
	}
	return n - t.out.Buffered(), err
}

// lastWords is how long a server that broke off inside the data is listened to for its reason.
const lastWords = time.Second

// lostInside is the outcome when the connection failed inside the data, before the dot was handed over. A server that
// breaks off there has often said why.
func (t *transaction) lostInside(err error) campaign.Outcome {
	t.setDeadline(lastWords)
	if r, readErr := readReply(t.in); readErr == nil && r.negative() {
		t.breakOff()
		return t.refused(atData, r)
	}
	return t.lost("while the message was being sent", err)
}

// interjection is the outcome when the server speaks in the middle of the message. Without the dot nothing is delivered.
func (t *transaction) interjection() campaign.Outcome {
	t.setDeadline(t.mailer.settings.Timeouts.Command)
	r, err := readReply(t.in)
	if err != nil {
		return t.lost("while the message was being sent", err)
	}
	t.breakOff()
	if r.negative() {
		return t.refused(atData, r)
	}
	return t.later("the server spoke in the middle of the message: " + r.text)
}

// answer waits for what the server says to the dot. From here on only a clear answer settles the message.
func (t *transaction) answer() campaign.Outcome {
	t.announceMeanwhile()
	t.setDeadline(t.mailer.settings.Timeouts.Answer)
	r, err := readReply(t.in)
	t.lap(atDot)
	if err != nil && t.ahead != (announced{}) {
		t.blameAhead(describe(err))
	}
	if err != nil || t.deaf {
		t.breakOff()
	}
	switch {
	case err != nil:
		return t.unknown(describe(err))
	case r.positive():
		return t.outcome(campaign.ResultAccepted, r, false)
	case r.negative():
		return t.refused(atDot, r)
	}
	t.breakOff()
	return t.unknown("the server gave an answer that does not belong here: " + r.text)
}

// unknown is the outcome when the dot was handed over and no answer came that settles it (RFC 1047).
func (t *transaction) unknown(why string) campaign.Outcome {
	return t.outcome(campaign.ResultUnknown, reply{text: "the connection failed after the message was handed over: " + why}, true)
}
