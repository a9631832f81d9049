package mailer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/refusal"
)

// Send hands over one message and says what became of it. Right before the last of it, with the final dot, goes to the
// network, beforeDot is called (it may be nil): an error there breaks the connection off, the message was not handed
// over, and may go again. A cancelled context is honoured up to that moment and never after it: from then on the answer
// is waited for.
func (c *Conn) Send(ctx context.Context, msg campaign.Message, beforeDot func() error) campaign.Outcome {
	return c.SendWithNext(ctx, msg, nil, beforeDot)
}

// SendWithNext is Send for a message that others follow, and saves a round trip for each. next returns the message that
// will be sent after this one, or nil as long as none is known; it is asked without waiting, right before the final dot
// and a few times while the answer is awaited, until it returns one. That message's envelope then goes out at once where
// the server can take it. It must be given to the next Send on this connection, if the connection is still usable;
// when it cannot be, call Abandon. Only a Send of its own ever ends it with a dot.
func (c *Conn) SendWithNext(ctx context.Context, msg campaign.Message, next func() *campaign.Message, beforeDot func() error) campaign.Outcome {
	if c.broken {
		return c.later("the connection is no longer usable")
	}
	refusal, ok := c.refuseLocally(msg)
	var sound bool
	c.dots, sound = lineEnds(msg.Data, c.dots[:0])
	if !sound && ok {
		refusal, ok = c.badMessage("5.6.0", "the message has line ends other than CRLF, or none"), false
	}
	if !ok {
		c.Abandon()
		return refusal
	}
	if ctx.Err() != nil {
		c.Abandon()
		return c.later("stopped before the message was handed over")
	}
	t := transaction{Conn: c, ctx: ctx, msg: msg, next: next, beforeDot: beforeDot, since: time.Now()}
	t.stopWatch = context.AfterFunc(ctx, func() { _ = c.socket.Close() })
	defer t.unwatch()
	if outcome, ok := t.envelope(); !ok {
		return outcome
	}
	return t.data()
}

// transaction is the sending of one message: MAIL, RCPT and DATA.
type transaction struct {
	*Conn
	ctx       context.Context
	msg       campaign.Message
	next      func() *campaign.Message // nil when no message follows, or the next is known
	beforeDot func() error
	stopWatch func() bool // nil once the context is no longer watched
	since     time.Time   // when the present phase began
}

// unwatch stops watching the context; false when it has ended already and closed the connection.
func (t *transaction) unwatch() bool {
	if t.stopWatch == nil {
		return true
	}
	stopped := t.stopWatch()
	t.stopWatch = nil
	if !stopped {
		t.breakOff()
	}
	return stopped
}

// refuseLocally refuses a message that this server cannot take, by its envelope and size; then ok is false.
func (c *Conn) refuseLocally(msg campaign.Message) (refusal campaign.Outcome, ok bool) {
	refuse := func(enhanced, sentence string) (campaign.Outcome, bool) {
		return c.outcome(campaign.ResultRefused, reply{enhanced: enhanced, text: sentence}, false), false
	}
	if err := checkEmail("recipient's address", msg.To); err != nil {
		o, ok := refuse("5.1.3", err.Error()) // RFC 3463: bad destination mailbox address syntax
		o.Dead = true
		return o, ok
	}
	if msg.From != "" {
		if err := checkEmail("envelope sender", msg.From); err != nil {
			return c.badMessage("5.1.7", err.Error()), false
		}
	}
	if !c.utf8 && !(isASCII(msg.To) && isASCII(msg.From)) {
		return refuse("5.6.7", "the address needs SMTPUTF8 (RFC 6531), which the server "+c.mailer.settings.Server()+" does not offer")
	}
	if c.sizeLimit > 0 && int64(len(msg.Data)) > c.sizeLimit {
		return c.badMessage("5.3.4", fmt.Sprintf("the message has %s, and the server %s takes no more than %s: make it smaller, or have the server take more",
			megabytes(int64(len(msg.Data)), math.Ceil), c.mailer.settings.Server(), megabytes(c.sizeLimit, math.Floor))), false
	}
	return campaign.Outcome{}, true
}

// megabytes writes a size as people know it: a message's rounded up, a limit rounded down.
func megabytes(n int64, round func(float64) float64) string {
	if n < 1e6 {
		return strconv.FormatInt(int64(round(float64(n)/1e3)), 10) + " kB"
	}
	return strconv.FormatFloat(round(float64(n)/1e4)/100, 'f', -1, 64) + " MB"
}

// badMessage is the outcome for a message that no recipient will get as it is: it waits until somebody has mended it.
func (c *Conn) badMessage(enhanced, sentence string) campaign.Outcome {
	o := c.outcome(campaign.ResultLater, reply{enhanced: enhanced, text: sentence}, true)
	o.MessageFault = true
	return o
}

func (c *Conn) outcome(result campaign.Result, r reply, ours bool) campaign.Outcome {
	return campaign.Outcome{
		Result: result, Code: r.code, Enhanced: r.enhanced, Answer: campaign.WithoutAddresses(cleanLine(r.text)),
		OurFault: ours, Server: c.mailer.settings.Server(), At: c.mailer.now(),
	}
}

// later is the outcome when something on our side or the connection kept the message from being handed over.
func (c *Conn) later(why string) campaign.Outcome {
	return c.outcome(campaign.ResultLater, reply{text: why}, true)
}

// refused is the outcome of a negative answer, by the table in the package comment. One that is neither good nor bad is no
// answer to rely on.
func (t *transaction) refused(at phase, r reply) campaign.Outcome {
	if r.closing() {
		t.breakOff()
	}
	if !r.negative() {
		t.breakOff()
		return t.outcome(campaign.ResultLater, reply{code: r.code, text: "the server gave an answer that does not belong here: " + r.text}, true)
	}
	m := refusal.Judge(at.step(), r.answer(), t.msg.To, t.msg.From).Meaning
	result := campaign.ResultRefused
	if r.temporary() || m.OfUs() || m == refusal.Full {
		result = campaign.ResultLater
	}
	o := t.outcome(result, r, m.OfUs())
	o.Answer = refusal.WithoutReader(o.Answer, t.msg.To)
	o.Policy, o.MessageFault, o.Unclear = m == refusal.Policy, m == refusal.Content, m == refusal.Unclear || m == refusal.SeemGone
	o.Dead = r.permanent() && (m == refusal.Gone || m == refusal.SeemGone)
	return o
}

// lost is the outcome when the connection failed before the final dot was handed over.
func (t *transaction) lost(during string, err error) campaign.Outcome {
	t.breakOff()
	if t.ctx.Err() != nil {
		return t.later("stopped before the message was handed over")
	}
	return t.later(fmt.Sprintf("the connection failed %s: %s", during, describe(err)))
}

// describe puts an error of the network into words without addresses of ours.
func describe(err error) string {
	var operation *net.OpError
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "no answer in time"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the server closed it"
	case errors.As(err, &operation):
		return operation.Err.Error()
	}
	return strings.TrimSpace(err.Error())
}
