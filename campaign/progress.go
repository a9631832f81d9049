package campaign

import (
	"cmp"
	"slices"
	"time"
)

// Progress is what senders say about their work on a run, about once a second. It is a hint for people who watch; the
// truth is in the deliveries. Each sender stores one record for each run; SumProgress makes one of several, and everybody
// who shows how a run goes shows that.
type Progress struct {
	ID          string        `json:"id"` // ProgressID
	Run         string        `json:"run_id"`
	Senders     int           `json:"senders"`                // that speak of this run just now
	Taken       int64         `json:"taken"`                  // messages servers took since these senders began
	PerSecond   float64       `json:"per_second"`             // of these, in the last seconds
	Average     float64       `json:"average_per_second"`     // of these, since the senders began
	Connections int           `json:"connections"`            // open
	Limit       int           `json:"connections_limit"`      // that may be open
	Pace        float64       `json:"pace_per_second"`        // that is allowed; 0 is no limit
	Servers     []ServerState `json:"servers,omitempty"`      // in the order they are set
	Phases      []PhaseTime   `json:"phases,omitempty"`       // where the time of the connections went
	Answers     []Answer      `json:"last_answers,omitempty"` // the servers' last words when they were not "taken", latest first
	Trouble     string        `json:"trouble,omitempty"`      // why nothing goes out just now
	At          time.Time     `json:"at"`
}

// Answer is what a server said to one message, or why there was no answer.
type Answer struct {
	Text   string    `json:"text"`
	Server string    `json:"server"`
	At     time.Time `json:"at"`
}

// Circuit says whether a server is used. After repeated failures it is left alone for a while, then tried with one
// message, and used again when that is taken.
type Circuit string

const (
	CircuitClosed Circuit = "closed" // the server is used
	CircuitOpen   Circuit = "open"   // it is left alone until Until
	CircuitTrying Circuit = "trying" // one connection, with one message, finds out whether it can be used again
)

// ServerState is how one server that takes our mail is doing.
type ServerState struct {
	Server  string    `json:"server"` // host:port
	Open    int       `json:"open"`   // connections
	Limit   int       `json:"limit"`
	Circuit Circuit   `json:"circuit"`
	Why     string    `json:"why,omitempty"` // the last failure, until something goes well
	Until   time.Time `json:"until,omitzero"`
}

// PhaseTime is how long connections spent in one phase of their work, all together.
type PhaseTime struct {
	Phase   string  `json:"phase"`
	Seconds float64 `json:"seconds"`
	Count   int64   `json:"count"`
}

// Mean is the time one spent in the phase on average.
func (p PhaseTime) Mean() time.Duration {
	if p.Count == 0 {
		return 0
	}
	return time.Duration(p.Seconds / float64(p.Count) * float64(time.Second))
}

// Unusable reports whether nothing goes out over a server just now, as far as anybody knows.
func (s *ServerState) Unusable() bool {
	return s.Circuit != CircuitClosed || s.Why != "" && s.Open == 0
}

// ProgressID returns the id of what one sender says about a run. Those of one run stand together.
func ProgressID(run, sender string) string { return run + "." + sender }

// ProgressAge is how old a sender's word may be before nobody believes that it is still at work.
const ProgressAge = 10 * time.Second

// MaxAnswers is how many of the servers' last words are shown.
const MaxAnswers = 5

// SumProgress makes one record of what all senders of a run say; those who have said nothing for a while are left out.
func SumProgress(run string, all []Progress, now time.Time) Progress {
	sum := Progress{ID: run, Run: run}
	for _, p := range all {
		if now.Sub(p.At) > ProgressAge {
			continue
		}
		sum.Senders++
		sum.Taken += p.Taken
		sum.PerSecond += p.PerSecond
		sum.Average += p.Average
		sum.Connections += p.Connections
		sum.Limit += p.Limit
		sum.Pace = max(sum.Pace, p.Pace)
		sum.Servers = addServers(sum.Servers, p.Servers)
		sum.Phases = addPhases(sum.Phases, p.Phases)
		sum.Answers = append(sum.Answers, p.Answers...)
		sum.Trouble = cmp.Or(sum.Trouble, p.Trouble)
		if p.At.After(sum.At) {
			sum.At = p.At
		}
	}
	slices.SortStableFunc(sum.Answers, func(a, b Answer) int { return b.At.Compare(a.At) })
	sum.Answers = sum.Answers[:min(len(sum.Answers), MaxAnswers)]
	return sum
}

func addServers(sum, more []ServerState) []ServerState {
	for _, s := range more {
		i := slices.IndexFunc(sum, func(known ServerState) bool { return known.Server == s.Server })
		if i < 0 {
			sum = append(sum, s)
			continue
		}
		sum[i].Open += s.Open
		sum[i].Limit += s.Limit
		if sum[i].Circuit == CircuitClosed && s.Circuit != CircuitClosed {
			sum[i].Circuit, sum[i].Why, sum[i].Until = s.Circuit, s.Why, s.Until
		}
	}
	return sum
}

func addPhases(sum, more []PhaseTime) []PhaseTime {
	for _, p := range more {
		i := slices.IndexFunc(sum, func(known PhaseTime) bool { return known.Phase == p.Phase })
		if i < 0 {
			sum = append(sum, p)
			continue
		}
		sum[i].Seconds += p.Seconds
		sum[i].Count += p.Count
	}
	return sum
}

// Left is how long the queue lasts at the present rate; 0 when that cannot be said.
func (p *Progress) Left(states map[DeliveryState]int64) time.Duration {
	queued := states[Queued] + states[InFlight]
	rate := cmp.Or(p.PerSecond, p.Average)
	if rate <= 0 || queued == 0 || p.Trouble != "" {
		return 0
	}
	return time.Duration(float64(queued) / rate * float64(time.Second)).Round(time.Second)
}

// Slowest returns the phases by the time that went into them, the most first; what took less than a hundredth is left out.
func (p *Progress) Slowest() []PhaseTime {
	var out []PhaseTime
	for _, t := range p.Phases {
		if t.Seconds > 0 && p.ShareOf(t) >= 1 {
			out = append(out, t)
		}
	}
	slices.SortStableFunc(out, func(a, b PhaseTime) int { return cmp.Compare(b.Seconds, a.Seconds) })
	return out
}

// ShareOf is the part of all the time that went into a phase, in percent.
func (p *Progress) ShareOf(t PhaseTime) float64 {
	var all float64
	for _, each := range p.Phases {
		all += each.Seconds
	}
	if all == 0 {
		return 0
	}
	return 100 * t.Seconds / all
}
