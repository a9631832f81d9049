package mailer

import (
	"bufio"
	"errors"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// Conn is one connection to the server, signed in and ready. It belongs to one goroutine at a time.
type Conn struct {
	mailer *Mailer
	client *smtp.Client
	socket net.Conn // under any TLS: for deadlines, and to break off without a word
	in     *bufio.Reader
	out    *bufio.Writer
	buffer []byte // what is written next; reused
	dots   []int  // where lines of the present message begin with a dot; reused

	pipelining bool
	proven     bool // an envelope sent in one piece has been answered as it should
	utf8       bool
	sizeOffer  bool
	sizeLimit  int64 // 0 is none or unknown

	ahead       announced // the next message's envelope, sent and not yet answered
	aheadProven bool      // one has been answered as it should
	onTrial     bool      // this connection is the one that tries it
	deaf        bool      // writing failed while an answer was awaited: good for nothing but reading that answer

	needsReset bool // a transaction was refused midway: the next begins with RSET
	broken     bool
}

// goodbye is how long Close waits for the answer to QUIT.
const goodbye = 5 * time.Second

func newConn(m *Mailer, client *smtp.Client, socket net.Conn) *Conn {
	c := &Conn{mailer: m, client: client, socket: socket, in: client.Text.R, out: client.Text.W}
	offered, _ := client.Extension("PIPELINING")
	c.pipelining = offered && m.pipelines()
	c.utf8, _ = client.Extension("SMTPUTF8")
	var limit string
	c.sizeOffer, limit = client.Extension("SIZE")
	if n, err := strconv.ParseInt(strings.TrimSpace(limit), 10, 64); err == nil && n > 0 {
		c.sizeLimit = n
	}
	return c
}

// Usable reports whether another message may be sent. A connection that is not must still be closed.
func (c *Conn) Usable() bool { return !c.broken }

// Close says goodbye where there is still somebody to say it to, and closes the connection. It never changes what became
// of a message.
func (c *Conn) Close() error {
	c.Abandon()
	c.endTrial()
	if c.broken {
		if err := c.socket.Close(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	}
	c.broken = true
	c.setDeadline(min(goodbye, c.mailer.settings.Timeouts.Command))
	if c.write([]byte("QUIT\r\n")) == nil {
		_, _ = readReply(c.in) // whatever it says
	}
	return c.client.Close()
}

// breakOff closes the socket at once and says nothing: inside DATA anything said would become part of the message.
func (c *Conn) breakOff() {
	c.broken = true
	c.ahead = announced{}
	c.endTrial()
	_ = c.socket.Close()
}

// Cut closes the socket, whatever the connection is used for. Unlike all else here it may be called from any goroutine.
func (c *Conn) Cut() { _ = c.socket.Close() }

func (c *Conn) setDeadline(d time.Duration) {
	_ = c.socket.SetDeadline(time.Now().Add(d)) // fails only on a closed socket, and then so does what follows
}

func (c *Conn) write(p []byte) error {
	if _, err := c.out.Write(p); err != nil {
		return err
	}
	return c.out.Flush()
}
