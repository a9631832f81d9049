package scheduler

import (
	"context"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

type warmStore interface {
	FindTriedFrom(ctx context.Context, domain string, since time.Time) (ids []string, err error)
	CountDueBefore(ctx context.Context, run string, before time.Time) (int64, error)
	SaveWarmDay(ctx context.Context, d campaign.WarmDay) error
}

// warming counts what leaves in a day from domains that have a plan for it (campaign.WarmUp): the messages that were handed over, and
// those on their way from here. No other process sends under a plan meanwhile (ceiling_turn.go). The first look at a day, and the first
// after another process had its turn, counts what the store knows of it.
type warming struct {
	store warmStore
	now   func() time.Time

	mu   sync.Mutex // guards what follows
	days map[string]*warmedDay
	due  map[string]dueCount // by run
}

// warmedDay is the day of one domain.
type warmedDay struct {
	begins time.Time
	used   map[string]bool // deliveries; true once it was handed over
	saved  int64
}

// dueCount is how many deliveries of a run may still leave on a day, as counted a moment ago.
type dueCount struct {
	at time.Time
	n  int64
}

const countDueEvery = 5 * time.Second

// forget drops what was counted: another process may have had its turn meanwhile.
func (w *warming) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.days, w.due = map[string]*warmedDay{}, map[string]dueCount{}
}

// over returns, of some jobs of a run, when those are looked at again that are over what its sender's domain may send today: on the
// next day, or soon where today's room is left to campaigns with a higher priority. It notes the others as on their way.
func (w *warming) over(ctx context.Context, g *gate, jobs []*job) (map[*job]time.Time, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	rules, now := g.rules.Load(), w.now()
	plan := rules.plans[g.sender]
	if plan == nil {
		return nil, nil
	}
	allowed, over := plan.Allows(now, rules.home)
	if over {
		return nil, nil
	}
	begins, ends := campaign.DayOf(now, rules.home)
	day, err := w.day(ctx, g.sender, begins)
	if err != nil {
		return nil, err
	}
	free, err := w.leftBy(ctx, rules, g, allowed-int64(len(day.used)), ends)
	if err != nil {
		return nil, err
	}
	out := map[*job]time.Time{}
	for _, j := range jobs {
		if _, known := day.used[j.delivery.ID]; known {
			continue
		}
		if free <= 0 {
			out[j] = now.Add(higherAgain)
			if int64(len(day.used)) >= allowed {
				out[j] = g.nextDay(now, ends)
			}
			continue
		}
		free--
		day.used[j.delivery.ID] = false
	}
	return out, nil
}

// day returns what is counted of a domain's day; the caller holds the lock.
func (w *warming) day(ctx context.Context, domain string, begins time.Time) (*warmedDay, error) {
	if d := w.days[domain]; d != nil && d.begins.Equal(begins) {
		return d, nil
	}
	ids, err := w.store.FindTriedFrom(ctx, domain, begins)
	if err != nil {
		return nil, err
	}
	d := &warmedDay{begins: begins, used: make(map[string]bool, len(ids)), saved: -1}
	for _, id := range ids {
		d.used[id] = true
	}
	if before := w.days[domain]; before != nil { // on their way through midnight
		for id, handedOver := range before.used {
			if !handedOver {
				d.used[id] = false
			}
		}
	}
	w.days[domain] = d
	return d, nil
}

// leftBy returns how much of a day's room is left by runs of the same domain with a higher priority; the caller holds the lock.
func (w *warming) leftBy(ctx context.Context, rules *sendingRules, g *gate, free int64, ends time.Time) (int64, error) {
	for run, priority := range rules.before {
		if free <= 0 || run == g.run || rules.senders[run] != g.sender || !g.priority.Less(priority) {
			continue
		}
		c := w.due[run]
		if age := w.now().Sub(c.at); c.at.IsZero() || age >= countDueEvery || age < 0 {
			n, err := w.store.CountDueBefore(ctx, run, ends)
			if err != nil {
				return 0, err
			}
			c = dueCount{w.now(), n}
			w.due[run] = c
		}
		free -= c.n
	}
	return free, nil
}

// announced notes that a delivery is handed over.
func (w *warming) announced(domain, id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if d := w.days[domain]; d != nil {
		d.used[id] = true
	}
}

// release notes that a delivery is not on its way any more.
func (w *warming) release(domain, id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if d := w.days[domain]; d != nil {
		if handedOver, known := d.used[id]; known && !handedOver {
			delete(d.used, id)
		}
	}
}

// save tells people who watch how much has left, where that has changed.
func (w *warming) save(ctx context.Context) error {
	w.mu.Lock()
	var news []campaign.WarmDay
	for domain, d := range w.days {
		if n := int64(len(d.used)); n != d.saved {
			d.saved = n
			news = append(news, campaign.WarmDay{ID: domain, Day: d.begins.UTC(), Used: n})
		}
	}
	w.mu.Unlock()
	for _, d := range news {
		if err := w.store.SaveWarmDay(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// nextDay is the time of day at which the run began, on the next day: its readers get it at the same hour.
func (g *gate) nextDay(now, ends time.Time) time.Time {
	home := g.rules.Load().home
	began, from := g.began.In(home), ends.In(home)
	at := time.Date(from.Year(), from.Month(), from.Day(), began.Hour(), began.Minute(), 0, 0, home)
	if at.Before(ends) || at.Sub(now) > 48*time.Hour {
		return ends
	}
	return at
}
