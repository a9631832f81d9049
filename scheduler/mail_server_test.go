package scheduler

import (
	"context"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// mailServer is a mail server within the test: it takes messages, or answers as it is told, and remembers every message taken.
// The real dialogue is tested in the mailer and, end to end, in cmd/glasnik.
type mailServer struct {
	connections int
	refuse      func(to string, try int) campaign.Outcome // nil, or a zero Result, accepts
	onTaken     func(n int)                               // called when the nth message has been taken
	gate        chan struct{}                             // when set, each message waits for one value before its dot
	atMost      int                                       // messages over one connection; 0 is no limit
	check       func(m campaign.Message)                  // looks at each message

	mu    sync.Mutex
	down  error
	taken map[string]int
	tries map[string]int
	total int

	opened int // connections
	now    int // messages of a provider on the wire, and the most there were
	most   int
	ahead  int // messages announced while another was on its connection
	misled int // messages sent on a connection that was closed, or on which another was announced

	reached func() // called when a connection to it fails, or with a message
}

func newMailServer(connections int) *mailServer {
	return &mailServer{connections: connections, taken: map[string]int{}, tries: map[string]int{}}
}

func (p *mailServer) Name() string { return "post.example:25" }

func (p *mailServer) Times() []campaign.PhaseTime { return nil }

func (p *mailServer) Connect(context.Context) (Conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down != nil {
		if p.reached != nil {
			p.reached()
		}
		return nil, p.down
	}
	p.opened++
	return &serverConn{server: p}, nil
}

func (p *mailServer) setDown(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = err
}

func (p *mailServer) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.total
}

// twice returns those who got more than one message.
func (p *mailServer) twice() (out []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for to, n := range p.taken {
		if n > 1 {
			out = append(out, to)
		}
	}
	return out
}

type serverConn struct {
	server *mailServer
	broken bool
	served int
	ahead  string // to whom the message goes that was announced on this connection
}

func (c *serverConn) Usable() bool { return !c.broken }
func (c *serverConn) Close()       {}
func (c *serverConn) Cut()         {}

func (c *serverConn) Abandon() {
	c.broken = c.broken || c.ahead != ""
}

func (c *serverConn) Send(ctx context.Context, m campaign.Message, next func() *campaign.Message, beforeDot func() error) campaign.Outcome {
	p := c.server
	if p.reached != nil {
		p.reached()
	}
	p.mu.Lock()
	if c.ahead != "" && c.ahead != m.To || c.broken {
		p.misled++
	}
	c.ahead = ""
	p.tries[m.To]++
	try := p.tries[m.To]
	p.mu.Unlock()
	if c.served++; p.atMost > 0 && c.served > p.atMost {
		c.broken = true
		return campaign.Outcome{Result: campaign.ResultLater, OurFault: true, Code: 421, Answer: "421 4.7.0 too many messages on this connection"}
	}
	o := campaign.Outcome{Result: campaign.ResultAccepted, Code: 250, Answer: "250 taken"}
	if p.refuse != nil {
		if told := p.refuse(m.To, try); told.Answer != "" {
			o = told
		}
	}
	if p.gate != nil && !c.waitAtGate(ctx, next) {
		c.broken = true
		return campaign.Outcome{Result: campaign.ResultLater, OurFault: true, Answer: "stopped"}
	}
	if err := beforeDot(); err != nil {
		c.broken = true
		return campaign.Outcome{Result: campaign.ResultLater, OurFault: true, Answer: err.Error()}
	}
	c.announce(next)
	if p.check != nil {
		p.check(m)
	}
	c.broken = o.Result == campaign.ResultUnknown
	if o.Result == campaign.ResultAccepted || o.Result == campaign.ResultUnknown {
		p.mu.Lock()
		p.taken[m.To]++
		p.total++
		n := p.total
		p.mu.Unlock()
		if p.onTaken != nil {
			p.onTaken(n)
		}
	}
	return o
}

// waitAtGate asks again and again who follows, as the mailer does while it waits for an answer.
func (c *serverConn) waitAtGate(ctx context.Context, next func() *campaign.Message) bool {
	for {
		c.announce(next)
		select {
		case <-c.server.gate:
			return true
		case <-ctx.Done():
			return false
		case <-time.After(time.Millisecond):
		}
	}
}

// announce asks who follows, unless it knows already.
func (c *serverConn) announce(next func() *campaign.Message) {
	if c.ahead != "" {
		return
	}
	if following := next(); following != nil {
		c.ahead = following.To
		c.server.mu.Lock()
		c.server.ahead++
		c.server.mu.Unlock()
	}
}
