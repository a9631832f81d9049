package campaign

import (
	"math"
	"slices"
	"strings"
	"time"
)

// WarmUp is the plan by which a domain that mailbox providers do not know yet begins to send: some messages on the first day, more each
// day after it. What is over waits for the next day. The plan is over when a day would allow Most.
type WarmUp struct {
	Domain string  `json:"domain"` // of senders
	Start  string  `json:"start"`  // the first day, 2006-01-02; before it as much may leave as on it
	First  int64   `json:"first"`  // messages on it
	Factor float64 `json:"factor"` // each day so many times those of the day before
	Most   int64   `json:"most"`   // messages a day from which the domain needs no plan any more
}

// What a plan says where nothing else is written, and its bounds.
const (
	WarmUpFirst   = 200
	WarmUpFactor  = 1.5
	WarmUpMost    = 20_000
	maxWarmUps    = 20
	mostWarmUp    = 1_000_000
	leastFactor   = 1.05
	largestFactor = 4
	warmUpDays    = 400 // more than any plan has
)

// NormalizeWarmUps checks plans and brings them into their one form.
func NormalizeWarmUps(plans []WarmUp) error {
	var faults Checks
	faults.Refuse(len(plans) > maxWarmUps, "warm_ups", "there may be plans for %d domains, not more", maxWarmUps)
	for i := range plans {
		w := &plans[i]
		address, err := ParseAddress("x@" + strings.TrimPrefix(strings.ToLower(strings.TrimSpace(w.Domain)), "@"))
		if err != nil {
			faults.Refuse(true, "warm_ups", "%q is not a domain such as example.org", w.Domain)
			continue
		}
		w.Domain = Domain(address)
		if w.First == 0 {
			w.First = WarmUpFirst
		}
		if w.Factor == 0 {
			w.Factor = WarmUpFactor
		}
		if w.Most == 0 {
			w.Most = max(WarmUpMost, w.First)
		}
		_, err = time.Parse(time.DateOnly, w.Start)
		faults.Refuse(err != nil, "warm_ups", "the plan of %s needs the day it begins on", w.Domain)
		faults.Refuse(w.First < 1 || w.First > mostWarmUp || w.Most < w.First || w.Most > mostWarmUp, "warm_ups", "the plan of %s needs a number of messages for the first day, and one at least as high for the last, up to %d", w.Domain, mostWarmUp)
		faults.Refuse(!(w.Factor >= leastFactor && w.Factor <= largestFactor), "warm_ups", "the plan of %s needs a factor from %v to %v", w.Domain, leastFactor, largestFactor)
		faults.Refuse(slices.ContainsFunc(plans[:i], func(other WarmUp) bool { return other.Domain == w.Domain }), "warm_ups", "%s has two plans", w.Domain)
	}
	return Together(faults...)
}

// onDay returns how many messages may leave on a day of the plan, 0 being the first; over says that the plan is over.
func (w *WarmUp) onDay(day int) (messages int64, over bool) {
	n := math.Floor(float64(w.First)*math.Pow(w.Factor, float64(max(0, day))) + 1e-6)
	if n >= float64(w.Most) || day > warmUpDays {
		return w.Most, true
	}
	return int64(n), false
}

// day returns which day of the plan a moment lies in, below 0 before its start.
func (w *WarmUp) day(now time.Time, zone *time.Location) int {
	start, _ := time.Parse(time.DateOnly, w.Start)
	today, _ := time.Parse(time.DateOnly, now.In(zone).Format(time.DateOnly))
	return int(today.Sub(start).Hours() / 24)
}

// Allows returns how many messages may leave on the day of a moment; over says that the plan is over, and nothing is held back.
func (w *WarmUp) Allows(now time.Time, zone *time.Location) (messages int64, over bool) {
	return w.onDay(w.day(now, zone))
}

// DayOf returns the beginning of a moment's day, and that of the next.
func DayOf(now time.Time, zone *time.Location) (begins, ends time.Time) {
	y, m, d := now.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone), time.Date(y, m, d+1, 0, 0, 0, 0, zone)
}

// WarmUpDay is one line of a plan.
type WarmUpDay struct {
	Day      time.Time // at noon UTC
	Messages int64
	Total    int64 // up to and with it
	Today    bool
}

// Days returns the lines of a plan, up to the day on which it is over.
func (w *WarmUp) Days(now time.Time, zone *time.Location) (out []WarmUpDay) {
	start, err := time.Parse(time.DateOnly, w.Start)
	if err != nil {
		return nil
	}
	today, total := max(0, w.day(now, zone)), int64(0)
	for i := range warmUpDays {
		n, over := w.onDay(i)
		total += n
		out = append(out, WarmUpDay{Day: start.AddDate(0, 0, i).Add(12 * time.Hour), Messages: n, Total: total, Today: i == today})
		if over {
			break
		}
	}
	return out
}

// Forecast says over how many days some messages leave from a moment on, after others that wait already, and how many of them leave on
// the first; used is how many left on its day before.
func (w *WarmUp) Forecast(messages, waiting, used int64, now time.Time, zone *time.Location) (days int, first int64) {
	from := w.day(now, zone)
	for left := messages; left > 0; days++ {
		n, over := w.onDay(from + days)
		if over {
			if days == 0 {
				first = messages
			}
			return days + 1, first
		}
		if days == 0 {
			n = max(0, n-used)
		}
		before := min(n, waiting)
		waiting -= before
		goes := min(n-before, left)
		left -= goes
		if days == 0 {
			first = goes
		}
	}
	return days, first
}

// WarmWaiting is how many messages of a run wait whose sender's domain has a plan.
type WarmWaiting struct {
	Run      string
	Priority Priority
	Messages int64
}

// Ahead is how many messages of other runs may leave before those of a run with a priority: runs with the same one share a day.
func Ahead(waiting []WarmWaiting, run string, priority Priority) (n int64) {
	for _, w := range waiting {
		if w.Run != run && !w.Priority.Less(priority) {
			n += w.Messages
		}
	}
	return n
}

// WarmUpOf returns the plan of a domain, nil where there is none.
func (s *Settings) WarmUpOf(domain string) *WarmUp {
	for i := range s.WarmUps {
		if s.WarmUps[i].Domain == domain {
			return &s.WarmUps[i]
		}
	}
	return nil
}

// WarmDay is what left on a day from a domain that has a plan, as the sender said last. It is a hint for people who watch.
type WarmDay struct {
	ID   string    `json:"id"`  // the domain
	Day  time.Time `json:"day"` // its beginning
	Used int64     `json:"used"`
}

// UsedOn returns how much of a day's messages has left.
func (d *WarmDay) UsedOn(day time.Time) int64 {
	if d.Day.Equal(day) {
		return d.Used
	}
	return 0
}
