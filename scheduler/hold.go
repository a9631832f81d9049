package scheduler

import (
	"context"
	"log/slog"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

type holdStore interface {
	HoldProvider(ctx context.Context, provider, run, why string, code int64, waits []time.Duration) (campaign.Hold, error)
	ReleaseHold(ctx context.Context, provider string) error
}

// providers holds back mail to providers that refuse us, and releases it.
type providers struct {
	store   holdStore
	lanes   *lanes
	retries []time.Duration
	logger  *slog.Logger
}

// hold holds a provider for an answer to a run's message and returns until when.
func (p *providers) hold(ctx context.Context, provider, run, answer string, code int) (time.Time, error) {
	h, err := p.store.HoldProvider(ctx, provider, run, answer, int64(code), p.retries)
	if err != nil {
		return time.Time{}, err
	}
	p.lanes.hold(h)
	p.logger.Error("a provider refuses our mail, what goes to it is held back", "provider", provider, "code", code, "until", h.Until)
	return h.Until, nil
}

// heard acts on what a message's outcome says about its provider: a refusal of us by policy holds what else goes there, and
// a trial that is taken ends a hold. It returns until when the provider is held by that.
func (p *providers) heard(ctx context.Context, j *job, o campaign.Outcome) time.Time {
	taken := j.trial && (o.Result == campaign.ResultAccepted || o.Code != 0 && !o.OurFault)
	if !o.Policy && !taken {
		return time.Time{}
	}
	ctx, cancel := atLast(ctx)
	defer cancel()
	if o.Policy {
		until, err := p.hold(ctx, j.provider, j.delivery.Run, o.Answer, o.Code)
		if err != nil {
			p.logger.Error("cannot hold back mail to a provider that refuses us", "provider", j.provider, "error", err)
		}
		return until
	}
	if p.lanes.release(j.provider) {
		p.logger.Info("a provider takes our mail again", "provider", j.provider)
	}
	if err := p.store.ReleaseHold(ctx, j.provider); err != nil {
		p.logger.Error("cannot end the hold of a provider", "provider", j.provider, "error", err)
	}
	return time.Time{}
}
