package scheduler

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

type learnStore interface {
	SlowDown(ctx context.Context, provider, server string, rate float64, code int64, why string) (campaign.LearnedLimit, error)
}

// learner finds out how much providers take: where the part of answers that ask for less rises, what goes there over that server is
// halved, and grows again step by step (campaign.LearnedLimit).
type learner struct {
	store  learnStore
	now    func() time.Time
	logger *slog.Logger

	mu   sync.Mutex // guards what follows
	seen map[refusalAt]*traffic
}

// traffic is what a provider answered over one server, in the stretch of time that runs and the one before it.
type traffic struct {
	now, before        answered
	slowedAt, lastSeen time.Time
}

type answered struct {
	since     time.Time
	all, slow int
}

// When answers are believed: so many in a minute, and at least this part of all.
const (
	learnFrom    = 3
	learnPart    = 0.1
	learnStretch = 30 * time.Second
	learnMost    = 20_000 // providers in memory
)

// asksForLess reports whether an answer asks for fewer messages. Greylisting asks for patience, and what is about a mailbox for nothing.
func asksForLess(o campaign.Outcome) bool {
	if o.Code < 400 || o.Code > 499 || strings.HasPrefix(o.Enhanced, "4.1.") || strings.HasPrefix(o.Enhanced, "4.2.") {
		return false
	}
	words := strings.NewReplacer(" ", "", "-", "").Replace(strings.ToLower(o.Answer))
	if strings.Contains(words, "greylist") || strings.Contains(words, "graylist") {
		return false
	}
	return o.Code == 421 || o.Code == 450 || strings.HasPrefix(o.Enhanced, "4.7.")
}

// heard notes an answer and slows down what goes to its provider where it is time for that.
func (l *learner) heard(ctx context.Context, r *relay, j *job, o campaign.Outcome) {
	if o.Code == 0 {
		return
	}
	rate, slow := l.count(refusalAt{j.provider, r}, asksForLess(o))
	if !slow {
		return
	}
	ctx, cancel := atLast(ctx)
	defer cancel()
	limit, err := l.store.SlowDown(ctx, j.provider, r.mail.Name(), rate, int64(o.Code), o.Answer)
	if err != nil {
		l.logger.Error("cannot slow down what goes to a provider that asks for less", "provider", j.provider, "error", err)
		return
	}
	l.logger.Warn("a provider asks for less, what goes to it is slowed down", "provider", j.provider, "server", limit.Server, "per_second", limit.PerSecond, "code", o.Code)
}

// count adds an answer and says whether the provider must be slowed down by it, from what rate.
func (l *learner) count(key refusalAt, less bool) (rate float64, slow bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	t := l.seen[key]
	if t == nil {
		l.makeRoom(now)
		t = &traffic{now: answered{since: now}, before: answered{since: now}}
		l.seen[key] = t
	}
	t.lastSeen = now
	if age := now.Sub(t.now.since); age >= learnStretch || age < 0 {
		t.before, t.now = t.now, answered{since: now}
		if age >= 2*learnStretch || age < 0 {
			t.before = answered{since: now}
		}
	}
	t.now.all++
	if !less {
		return 0, false
	}
	t.now.slow++
	all, asked := t.now.all+t.before.all, t.now.slow+t.before.slow
	if asked < learnFrom || float64(asked) < learnPart*float64(all) || now.Sub(t.slowedAt) < campaign.LearnedDownEvery {
		return 0, false
	}
	took := max(now.Sub(t.before.since), time.Second)
	t.slowedAt, t.now, t.before = now, answered{since: now}, answered{since: now}
	return float64(all) / took.Seconds(), true
}

// makeRoom forgets providers that have not answered for long; the caller holds the lock.
func (l *learner) makeRoom(now time.Time) {
	if len(l.seen) < learnMost {
		return
	}
	for key, t := range l.seen {
		if now.Sub(t.lastSeen) > 2*learnStretch {
			delete(l.seen, key)
		}
	}
	if len(l.seen) >= learnMost {
		clear(l.seen)
	}
}
