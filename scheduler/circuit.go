package scheduler

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// circuit is a circuit breaker: it stops us from pressing a server that fails again and again. After some failures in a row it
// opens: nothing is sent for a while. Then one connection tries, with one message where messages were what failed; when that
// goes well the circuit closes, else it stays open for longer.
type circuit struct {
	now func() time.Time

	mu       sync.Mutex       // guards what follows
	state    campaign.Circuit // "" is closed
	connects int              // that failed, in a row
	refused  int              // messages, in a row
	opened   int              // in a row: how often it opened since something went well
	messages bool             // messages were refused, so that a connection alone proves nothing
	why      string
	until    time.Time
	changed  chan struct{} // closed at the next change
}

// Failures in a row that open a circuit. Connecting is tried by one connection after another; messages of all connections
// count together, and only those that were refused because of us.
const (
	failedConnects = 3
	failedMessages = 6
)

// The first and the longest time a circuit stays open.
const (
	firstBackoff = time.Second
	lastBackoff  = 5 * time.Minute
)

// enter waits until the server may be used; trial says that the caller is the one that tries it. It gives up with ctx or
// quit, or when nothing waits to be sent any more.
func (c *circuit) enter(ctx context.Context, quit <-chan struct{}, wanted func() bool) (trial, ok bool) {
	for {
		c.mu.Lock()
		wait, changed := c.backoff(), c.changes()
		if wait <= 0 && c.state != campaign.CircuitTrying {
			if c.state == campaign.CircuitOpen {
				c.become(campaign.CircuitTrying)
				trial = true
			}
			c.mu.Unlock()
			return trial, true
		}
		c.mu.Unlock()
		if !wanted() {
			return false, false
		}
		timer := time.NewTimer(max(wait, 10*time.Millisecond))
		select {
		case <-changed:
		case <-timer.C:
		case <-quit:
			timer.Stop()
			return false, false
		case <-ctx.Done():
			timer.Stop()
			return false, false
		}
		timer.Stop()
	}
}

// backoff is how long nothing may be tried.
func (c *circuit) backoff() time.Duration {
	switch c.state {
	case campaign.CircuitOpen:
		return c.until.Sub(c.now())
	case campaign.CircuitTrying:
		return lastBackoff // or until it changes
	}
	return 0
}

func (c *circuit) changes() <-chan struct{} {
	if c.changed == nil {
		c.changed = make(chan struct{})
	}
	return c.changed
}

func (c *circuit) become(state campaign.Circuit) {
	c.state = state
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
}

// closed reports whether all connections may use the server.
func (c *circuit) closed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state == "" || c.state == campaign.CircuitClosed
}

// connected notes that a connection was made. That says nothing of a server that refuses messages, and may end the
// connection with each.
func (c *circuit) connected() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.messages {
		c.close()
	}
}

// taken notes that the server took a message, or refused one for a reason that is the recipient's.
func (c *circuit) taken() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refused = 0
	c.close()
}

func (c *circuit) close() {
	c.connects, c.opened, c.messages, c.why = 0, 0, false, ""
	if c.state != "" && c.state != campaign.CircuitClosed {
		c.become(campaign.CircuitClosed)
	}
}

// failed notes a failure and reports whether it opened the circuit for the first time since something went well. mend says that
// trying again does not help until a person mends something.
func (c *circuit) failed(why string, message, mend bool) (opened bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.why = why
	if message {
		c.refused++
	} else {
		c.connects++
	}
	enough := mend || c.refused >= failedMessages || c.connects >= failedConnects
	if c.state == campaign.CircuitOpen || c.state != campaign.CircuitTrying && !enough {
		return false
	}
	c.messages = c.messages || message
	wait := min(firstBackoff<<min(c.opened, 20), lastBackoff)
	c.opened++
	c.until = c.now().Add(wait*4/5 + rand.N(wait*2/5+1))
	c.become(campaign.CircuitOpen)
	return c.opened == 1
}

// untried notes that a trial ended without a message to try with.
func (c *circuit) untried() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == campaign.CircuitTrying {
		c.become(campaign.CircuitOpen) // its time is over: the next may try at once
	}
}

// describe fills in how the server is doing.
func (c *circuit) describe(s *campaign.ServerState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s.Circuit = campaign.CircuitClosed
	if c.state != "" {
		s.Circuit = c.state
	}
	s.Why = c.why
	if s.Circuit == campaign.CircuitOpen {
		s.Until = c.until.UTC()
	}
}
