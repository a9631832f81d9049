package scheduler

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/glasnik/glasnik/campaign"
)

// pacer holds all connections of this process together to the pace that is set. It may change at any time.
type pacer struct {
	all *rate.Limiter

	mu    sync.Mutex    // guards what follows
	pace  campaign.Pace // in force, all processes together
	share campaign.Pace // this process's part of it
}

// stale is how long a message waits by a pace that may have changed meanwhile.
const stale = 200 * time.Millisecond

func newPacer(pace campaign.Pace) *pacer {
	p := &pacer{all: rate.NewLimiter(rate.Inf, 1)}
	p.set(pace, 1)
	return p
}

// set changes the pace, which this process shares with others.
func (p *pacer) set(pace campaign.Pace, senders int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pace, p.share = pace, part(pace, max(1, senders))
	limit(p.all, p.share.PerSecond)
}

// part returns the part of a pace that one of several processes has. Each may have one connection at least.
func part(pace campaign.Pace, senders int) campaign.Pace {
	n := float64(senders)
	each := func(connections int) int { return (connections + senders - 1) / senders }
	out := campaign.Pace{PerSecond: pace.PerSecond / n, PerConnection: pace.PerConnection, Connections: each(pace.Connections)}
	for _, l := range pace.Providers {
		out.Providers = append(out.Providers, campaign.ProviderLimit{Provider: l.Provider, PerSecond: l.PerSecond / n, Connections: each(l.Connections)})
	}
	return out
}

// mine is this process's part of the pace; whole is what is set for all.
func (p *pacer) mine() campaign.Pace {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.share
}

func (p *pacer) whole() campaign.Pace {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pace
}

// limit sets a limiter to a number of messages a second; 0 is no limit. A fast pace holds over 50 ms, or waking late would
// lose messages.
func limit(l *rate.Limiter, perSecond float64) {
	if perSecond <= 0 {
		if l.Limit() != rate.Inf {
			l.SetLimit(rate.Inf)
		}
		return
	}
	l.SetBurst(max(1, int(perSecond/20)))
	l.SetLimit(rate.Limit(perSecond))
}

// mayLeave reports whether a message may go over a connection now; if so, its turn is taken.
func (p *pacer) mayLeave(c *connection) bool {
	limit(c.limiter, p.mine().PerConnection)
	if p.all.Limit() != rate.Inf && p.all.Tokens() < 1 {
		return false // before a turn of the connection's is taken
	}
	return c.limiter.Allow() && p.all.Allow()
}

// wait returns when a message may go over a connection; false when its run was stopped first.
func (p *pacer) wait(stopped <-chan struct{}, c *connection) bool {
	limit(c.limiter, p.mine().PerConnection)
	return turn(stopped, c.limiter) && turn(stopped, p.all)
}

// turn waits for a limiter, and looks again now and then, since its limit may be raised.
func turn(stopped <-chan struct{}, l *rate.Limiter) bool {
	for {
		r := l.Reserve()
		wait := r.Delay()
		again := wait > stale
		if again {
			r.Cancel()
			wait = stale
		}
		if wait > 0 && !sleep(stopped, nil, wait) {
			r.Cancel()
			return false
		}
		if !again {
			return !closed(stopped)
		}
	}
}
