package web

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

type warmStore interface {
	GetWarmDay(ctx context.Context, domain string) (campaign.WarmDay, error)
	FindWaitingFrom(ctx context.Context, domain string) ([]campaign.WarmWaiting, error)
}

// warmth is when messages leave whose sender's domain is being warmed up.
type warmth struct {
	domain        string
	allowed, used int64     // on the day they begin to leave
	first         int64     // of them leave on it
	last          time.Time // the day on which the last leave
}

// warmthOf says when some messages of a run leave, from a moment on; nil where no plan holds them back. The run is "" before it begins.
func warmthOf(ctx context.Context, store warmStore, set *campaign.Settings, domain, run string, priority campaign.Priority, messages int64, at time.Time, zone *time.Location) (*warmth, error) {
	plan := set.WarmUpOf(domain)
	if plan == nil || messages == 0 {
		return nil, nil
	}
	allowed, over := plan.Allows(at, zone)
	if over {
		return nil, nil
	}
	day, err := store.GetWarmDay(ctx, domain)
	if err != nil {
		return nil, err
	}
	waiting, err := store.FindWaitingFrom(ctx, domain)
	if err != nil {
		return nil, err
	}
	begins, _ := campaign.DayOf(at, zone)
	w := &warmth{domain: domain, allowed: allowed, used: day.UsedOn(begins)}
	days, first := plan.Forecast(messages, campaign.Ahead(waiting, run, priority), w.used, at, zone)
	w.first, w.last = first, at.In(zone).AddDate(0, 0, days-1)
	return w, nil
}

// ahead says of messages that have not begun to leave how they will.
func (w *warmth) ahead(messages int64) campaign.Text {
	if w.first == messages {
		return campaign.Textf("%s is being warmed up: all %d messages fit into one day", w.domain, messages)
	}
	return campaign.Textf("%s is being warmed up: of %d messages %d leave on the first day, the last on %s", w.domain, messages, w.first, campaign.Day(w.last))
}

// underWay says of messages that wait how the others of the day went, and when they go.
func (w *warmth) underWay(messages int64) campaign.Text {
	if w.first == messages {
		return campaign.Textf("%s is being warmed up: %d of today’s %d messages have left. All that wait here leave today.", w.domain, w.used, w.allowed)
	}
	return campaign.Textf("%s is being warmed up: %d of today’s %d messages have left. Of the %d that wait here %d leave today, the last on %s; campaigns with a higher priority go first.",
		w.domain, w.used, w.allowed, messages, w.first, campaign.Day(w.last))
}
