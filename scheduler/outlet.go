package scheduler

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// outlet is one server that takes our mail, as all connections to it share it.
type outlet struct {
	mail    Mail
	circuit circuit
	open    atomic.Int64 // connections

	mu      sync.Mutex
	limit   int           // connections that are wanted
	running map[int]bool  // workers, by number
	lowered chan struct{} // closed when fewer are wanted
}

func newOutlets(cfg Config) []*outlet {
	all := []*outlet{newOutlet(cfg.Mail)}
	for _, m := range cfg.Others {
		all = append(all, newOutlet(m))
	}
	return all
}

// newOutlet keeps the circuit's time on the real clock: it bridges seconds and minutes of this process alone.
func newOutlet(m Mail) *outlet {
	return &outlet{mail: m, circuit: circuit{now: time.Now}, running: map[int]bool{}, lowered: make(chan struct{})}
}

// want changes how many connections are wanted and gives the numbers of the workers that are missing; they run from now.
func (o *outlet) want(limit int) (missing []int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if limit < o.limit {
		close(o.lowered)
		o.lowered = make(chan struct{})
	}
	o.limit = limit
	for i := range limit {
		if !o.running[i] {
			o.running[i] = true
			missing = append(missing, i)
		}
	}
	return missing
}

// wants reports whether the connection of a number is wanted.
func (o *outlet) wants(number int) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return number < o.limit
}

// stays reports whether a worker goes on; one that is not wanted any more does not run from now.
func (o *outlet) stays(number int) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if number >= o.limit {
		delete(o.running, number)
		return false
	}
	return true
}

// fewer is closed when fewer connections are wanted than before.
func (o *outlet) fewer() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.lowered
}

func (o *outlet) wanted() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.limit
}

// ended notes that no worker runs any more.
func (o *outlet) ended() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.running = map[int]bool{}
}

// grow starts the workers that are missing. It is called by whoever starts the sender, and by conductors.
func (s *sender) grow() {
	limit := min(max(1, s.pacer.mine().Connections), campaign.MaxConnections/len(s.outlets))
	for _, o := range s.outlets {
		for _, number := range o.want(limit) {
			s.crew.Go(func() { s.work(o, number) })
			s.wake() // it may come to work that waits already
		}
	}
}

func (o *outlet) state() campaign.ServerState {
	s := campaign.ServerState{Server: o.mail.Name(), Open: int(o.open.Load()), Limit: o.wanted()}
	o.circuit.describe(&s)
	return s
}

// mender is an error of connecting that knows whether somebody must mend something first.
type mender interface{ NeedsMending() bool }

// connect opens a connection, trying for as long as there is work and the circuit allows it. It says so where people look.
// trial says that this connection finds out whether the server can be used again.
func (s *sender) connect(ctx context.Context, quit <-chan struct{}, o *outlet) (conn Conn, trial, ok bool) {
	for wait := firstRest / 4; ; wait = min(2*wait, firstRest) {
		trial, ok = o.circuit.enter(ctx, quit, s.wanted)
		if !ok {
			return nil, false, false
		}
		conn, err := o.mail.Connect(ctx)
		if err == nil {
			o.circuit.connected()
			return conn, trial, true
		}
		if ctx.Err() != nil {
			o.circuit.untried()
			return nil, false, false
		}
		var m mender
		if o.circuit.failed(err.Error(), false, errors.As(err, &m) && m.NeedsMending()) {
			s.cfg.Logger.Error("cannot use the mail server, sending over it waits", "server", o.mail.Name(), "error", err)
		}
		if !s.wanted() || !s.rest(ctx, quit, wait) {
			return nil, false, false
		}
	}
}

// wanted reports whether there is anything to send.
func (s *sender) wanted() bool { return s.waiting.Load() > 0 }

// rest waits a while; false when everything ends.
func (s *sender) rest(ctx context.Context, quit <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-quit:
	case <-ctx.Done():
	}
	return false
}

// learn tells the circuit of a server what became of a message, where that says something of the server. A refusal of one
// recipient does not: the server may refuse everything that comes after RCPT. Neither does one by the recipient's provider,
// or of what a run sends.
func (s *sender) learn(w *wire, o campaign.Outcome) {
	c := &w.outlet.circuit
	switch {
	case o.Result == campaign.ResultAccepted:
		c.taken()
	case w.trial && o.Unclear, o.OurFault && !o.Policy && !o.Content && (o.Code != 0 || !w.Usable()):
		if c.failed(o.Answer, true, false) {
			s.cfg.Logger.Error("the mail server refuses one message after another, sending over it waits", "server", w.outlet.mail.Name(), "answer", o.Answer)
		}
	case w.trial:
		c.untried()
	}
}
