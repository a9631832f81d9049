package scheduler

import (
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// trouble is what keeps the sender from sending, and the server's last words that were not "taken", for people to see.
type trouble struct {
	mu      sync.Mutex
	text    string
	answers []string
}

// set notes what is wrong ("" when nothing is) and reports whether that is new.
func (t *trouble) set(text string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	changed := t.text != text
	t.text = text
	return changed
}

const keptAnswers = 5

func (t *trouble) answer(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.answers = append([]string{text}, t.answers[:min(len(t.answers), keptAnswers-1)]...)
}

func (s *sender) report(run string, perSecond float64, now time.Time) campaign.Progress {
	s.trouble.mu.Lock()
	defer s.trouble.mu.Unlock()
	return campaign.Progress{
		ID: run, PerSecond: perSecond, Connections: int(s.ledger.connected.Load()), At: now,
		Answers: append([]string(nil), s.trouble.answers...), Trouble: s.trouble.text,
	}
}

// rate measures messages a second over the last few seconds.
type rate struct {
	counts []int64
	times  []time.Time
}

func (r *rate) of(count int64, now time.Time) float64 {
	const window = 10
	r.counts, r.times = append(r.counts, count), append(r.times, now)
	if len(r.counts) > window {
		r.counts, r.times = r.counts[1:], r.times[1:]
	}
	seconds := now.Sub(r.times[0]).Seconds()
	if seconds <= 0 {
		return 0
	}
	return float64(count-r.counts[0]) / seconds
}
