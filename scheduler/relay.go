package scheduler

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// Mail opens connections to the server that takes our mail.
type Mail interface {
	Name() string // the server's host:port
	Connect(ctx context.Context) (Conn, error)
	Times() []campaign.PhaseTime // where the time of its connections went
}

// Conn is one connection, used by one goroutine.
type Conn interface {
	// Send hands one message over. It calls beforeDot right before the final dot; when that returns an error, the message
	// is not sent and the connection is closed. It may call next, which does not wait, until that returns the message to
	// be sent after this one; that message must then be the next on this connection, or Abandon must be called.
	Send(ctx context.Context, m campaign.Message, next func() *campaign.Message, beforeDot func() error) campaign.Outcome
	Abandon() // the message returned by next will not follow
	Usable() bool
	Close()
	Cut() // ends the connection, whatever it waits for; any goroutine may
}

// relay is one server that takes our mail, as all connections to it share it.
type relay struct {
	mail    Mail
	circuit circuit
	open    atomic.Int64  // connections
	number  int           // among all
	queue   *sendQueue    // of what is announced for it
	kick    chan struct{} // wakes a worker that has no connection
	weight  float64
	takes   []string // providers and domains; none: everything nobody else takes

	given       float64 // messages by its weight; the router's
	outstanding int     // announced and not settled; the ledger's

	mu      sync.Mutex    // guards what follows
	limit   int           // connections that are wanted
	running map[int]bool  // workers, by number
	lowered chan struct{} // closed when fewer are wanted
}

// newRelays returns the servers. Those without weights that take everything share what wakes them, so that one message opens one connection.
func newRelays(cfg Config, left *time.Timer) (all []*relay) {
	const most = campaign.MaxConnections
	shared := make(chan struct{}, most)
	for i, m := range append([]Mail{cfg.Mail}, cfg.Others...) {
		route := cfg.Routes[m.Name()]
		r := &relay{
			mail: m, circuit: circuit{now: time.Now}, number: i, queue: newSendQueue(2*most, left), kick: shared,
			weight: route.Weight, takes: route.Takes, running: map[int]bool{}, lowered: make(chan struct{}),
		}
		if len(cfg.Routes) > 0 {
			r.kick = make(chan struct{}, most)
		}
		all = append(all, r)
	}
	return all
}

// want changes how many connections are wanted and returns the numbers of the workers that are missing; they run from now.
func (r *relay) want(limit int) (missing []int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if limit < r.limit {
		close(r.lowered)
		r.lowered = make(chan struct{})
	}
	r.limit = limit
	for i := range limit {
		if !r.running[i] {
			r.running[i] = true
			missing = append(missing, i)
		}
	}
	return missing
}

// wants reports whether the connection of a number is wanted.
func (r *relay) wants(number int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return number < r.limit
}

// stays reports whether a worker goes on; one that is not wanted any more does not run from now.
func (r *relay) stays(number int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if number >= r.limit {
		delete(r.running, number)
		return false
	}
	return true
}

// fewer is closed when fewer connections are wanted than before.
func (r *relay) fewer() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lowered
}

func (r *relay) wanted() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.limit
}

// ended notes that no worker runs any more.
func (r *relay) ended() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running = map[int]bool{}
}

// grow starts the workers that are missing.
func (s *sender) grow() {
	limit := min(max(1, s.pacer.mine().Connections), campaign.MaxConnections/len(s.relays))
	for _, r := range s.relays {
		for _, number := range r.want(limit) {
			s.workers.Go(func() { s.work(r, number) })
			signal(r.kick) // it may come to work that waits already
		}
	}
}

func (r *relay) state() campaign.ServerState {
	s := campaign.ServerState{Server: r.mail.Name(), Open: int(r.open.Load()), Limit: r.wanted()}
	r.circuit.describe(&s)
	return s
}

// mender is an error of connecting that knows whether somebody must mend something first.
type mender interface{ NeedsMending() bool }

// connect opens a connection, trying for as long as there is work and the circuit allows it. trial says that this connection
// finds out whether the server can be used again.
func (s *sender) connect(ctx context.Context, quit <-chan struct{}, r *relay) (conn Conn, trial, ok bool) {
	for wait := firstBackoff / 4; ; wait = min(2*wait, firstBackoff) {
		trial, ok = r.circuit.enter(ctx, quit, s.wanted)
		if !ok {
			return nil, false, false
		}
		conn, err := r.mail.Connect(ctx)
		if err == nil {
			r.circuit.connected()
			return conn, trial, true
		}
		if ctx.Err() != nil {
			r.circuit.untried()
			return nil, false, false
		}
		var m mender
		if r.circuit.failed(err.Error(), false, errors.As(err, &m) && m.NeedsMending()) {
			s.logger.Error("cannot use the mail server, sending over it waits", "server", r.mail.Name(), "error", err)
		}
		if !s.wanted() || !sleep(ctx.Done(), quit, wait) {
			return nil, false, false
		}
	}
}

// wanted reports whether there is anything to send.
func (s *sender) wanted() bool { return s.waiting.Load() > 0 }

// tellCircuit tells the circuit of a server what became of a message, where that says something of the server. A refusal of one
// recipient does not: the server may refuse everything that comes after RCPT. Neither does one by the recipient's provider,
// or of what a run sends.
func (s *sender) tellCircuit(c *connection, o campaign.Outcome) {
	circuit := &c.relay.circuit
	switch {
	case o.Result == campaign.ResultAccepted:
		circuit.taken()
	case c.trial && o.Unclear, o.OurFault && !o.Policy && !o.MessageFault && (o.Code != 0 || !c.Usable()):
		if circuit.failed(o.Answer, true, false) {
			s.logger.Error("the mail server refuses one message after another, sending over it waits", "server", c.relay.mail.Name(), "answer", o.Answer)
		}
	case c.trial:
		circuit.untried()
	}
}
