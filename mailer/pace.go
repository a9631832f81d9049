package mailer

import (
	"context"

	"golang.org/x/time/rate"
)

// Pace holds all connections together to so many messages a second. It may be changed while messages are sent.
type Pace struct{ limiter *rate.Limiter }

// NewPace makes a pace; 0 or less is no limit.
func NewPace(perSecond float64) *Pace {
	p := &Pace{rate.NewLimiter(rate.Inf, 1)}
	p.Set(perSecond)
	return p
}

// Set changes the pace from the next message on.
func (p *Pace) Set(perSecond float64) {
	if perSecond <= 0 {
		p.limiter.SetLimit(rate.Inf)
		return
	}
	p.limiter.SetBurst(max(1, int(perSecond/20))) // a fast pace is kept over 50 ms, or waking late would lose messages
	p.limiter.SetLimit(rate.Limit(perSecond))
}

// PerSecond is the present pace, 0 when there is no limit.
func (p *Pace) PerSecond() float64 {
	if limit := p.limiter.Limit(); limit != rate.Inf {
		return float64(limit)
	}
	return 0
}

// MayLeave reports whether the next message may go now; if so, its turn is taken.
func (p *Pace) MayLeave() bool { return p.limiter.Allow() }

// Wait returns when the next message may go, or with the context's error.
func (p *Pace) Wait(ctx context.Context) error { return p.limiter.Wait(ctx) }
