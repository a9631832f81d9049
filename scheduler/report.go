package scheduler

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// answers are the last answers of servers that took no message, for people to see.
type answers struct {
	mu   sync.Mutex
	last []campaign.Answer
}

func (a *answers) add(answer campaign.Answer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last = append([]campaign.Answer{answer}, a.last[:min(len(a.last), campaign.MaxAnswers-1)]...)
}

func (a *answers) all() []campaign.Answer {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.last)
}

// tally counts what became of deliveries since this process began, by the state they came to.
type tally struct {
	mu     sync.Mutex
	counts map[campaign.DeliveryState]int64
}

func (t *tally) add(done []settling) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = map[campaign.DeliveryState]int64{}
	}
	for i := range done {
		t.counts[done[i].outcome.State]++
	}
}

// Outcomes counts what became of messages since this process began, by the state their deliveries came to.
func (s *Scheduler) Outcomes() map[campaign.DeliveryState]int64 {
	t := &s.sender.ledger.tally
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.counts)
}

// Servers says how the servers do that take our mail, in the order they are set.
func (s *Scheduler) Servers() []campaign.ServerState {
	return campaign.Collect(s.sender.relays, (*relay).state)
}

// Times adds up where the time of all connections went since this process began.
func (s *Scheduler) Times() []campaign.PhaseTime { return s.sender.times() }

// spent adds up how long something took, and how often it was done.
type spent struct{ nanoseconds, count atomic.Int64 }

func (s *spent) since(start time.Time) {
	s.nanoseconds.Add(int64(time.Since(start)))
	s.count.Add(1)
}

func (s *spent) phase(name string) campaign.PhaseTime {
	return campaign.PhaseTime{Phase: name, Seconds: time.Duration(s.nanoseconds.Load()).Seconds(), Count: s.count.Load()}
}

// times adds up where the time of all connections went since this process began.
func (s *sender) times() []campaign.PhaseTime {
	all := []campaign.PhaseTime{s.forWork.phase("waiting for the queue"), s.forPace.phase("keeping the pace"), s.ledger.writing.phase("store writes")}
	for _, r := range s.relays {
		for i, t := range r.mail.Times() {
			if at := i + 3; at < len(all) {
				all[at].Seconds += t.Seconds
				all[at].Count += t.Count
			} else {
				all = append(all, t)
			}
		}
	}
	return all
}

// reporter follows one run for people who watch.
type reporter struct {
	sender *sender
	run    string
	node   string
	began  time.Time
	at     []campaign.PhaseTime // when it began
	rate   meter
}

func (s *sender) reporter(run, node string) *reporter {
	return &reporter{sender: s, run: run, node: node, began: time.Now(), at: s.times()}
}

// progress says how the run goes in this process, where servers took a number of messages since the reporter was made.
func (r *reporter) progress(taken int64) campaign.Progress {
	s, now := r.sender, time.Now()
	p := campaign.Progress{
		ID: campaign.ProgressID(r.run, r.node), Run: r.run, Taken: taken, PerSecond: r.rate.of(taken, now), At: s.now(),
	}
	if seconds := now.Sub(r.began).Seconds(); seconds > 0 {
		p.Average = float64(taken) / seconds
	}
	p.Phases = s.times()
	for i := range min(len(p.Phases), len(r.at)) {
		p.Phases[i].Seconds -= r.at[i].Seconds
		p.Phases[i].Count -= r.at[i].Count
	}
	p.Pace = s.pacer.whole().PerSecond
	var down []string
	for _, relay := range s.relays {
		state := relay.state()
		p.Servers = append(p.Servers, state)
		p.Connections += state.Open
		p.Limit += state.Limit
		if state.Unusable() {
			down = append(down, state.Why)
		}
	}
	p.Answers = s.answers.all()
	if len(down) == len(s.relays) {
		p.Trouble = "the mail server cannot be used: " + strings.Join(down, "; ")
	}
	return p
}

// meter measures messages a second over the last few seconds.
type meter struct {
	counts []int64
	times  []time.Time
}

func (m *meter) of(count int64, now time.Time) float64 {
	const window = 10
	m.counts, m.times = append(m.counts, count), append(m.times, now)
	if len(m.counts) > window {
		m.counts, m.times = m.counts[1:], m.times[1:]
	}
	seconds := now.Sub(m.times[0]).Seconds()
	if seconds <= 0 {
		return 0
	}
	return float64(count-m.counts[0]) / seconds
}
