package campaign

import (
	"slices"
	"strings"
	"time"
)

// The engagement score of a contact says, from 0 to 100, how much of what they were sent they are known to have read. Only
// mails sent with individual tracking within the last 180 days count, and only opens and clicks by people. A mail of the
// last 30 days weighs 3, of the last 90 days 2, an older one 1. A click is worth 5 points, an open without one 3, of 5:
//
//	score = 100 × sum of weight × points ÷ (5 × sum of weights), rounded down
//
// Who was sent no such mail has no score. Nobody's score says that they did not read.
const (
	ScoreDays  = 180
	ScoreOpen  = 3
	ScoreClick = 5
)

// IsMailing reports whether a run went to readers on the team's account: it is no test, and answers nobody.
func (r *Run) IsMailing() bool { return r.Trigger != TriggerTest && r.Trigger != TriggerNotice }

// ScoreWeight is how much a mail of a run weighs in the score: 0 when it is too old.
func (r *Run) ScoreWeight(now time.Time) int64 {
	switch day := now.AddDate(0, 0, -ScoreDays); {
	case !r.IsMailing() || r.CreatedAt.Before(day):
		return 0
	case !r.CreatedAt.Before(now.AddDate(0, 0, -30)):
		return 3
	case !r.CreatedAt.Before(now.AddDate(0, 0, -90)):
		return 2
	}
	return 1
}

// Score gives a contact's engagement score; ok is false when there is none.
func (h *RuleHistory) Score() (score int64, ok bool) {
	var points, weights int64
	for _, d := range h.Deliveries {
		run := h.Runs[d.Run]
		w := run.ScoreWeight(h.Now)
		if d.State != Accepted || d.Tracking != Individual || w == 0 {
			continue
		}
		weights += w
		of := func(e Event) bool { return e.Run == d.Run }
		switch {
		case h.did(Clicked, 0, of):
			points += w * ScoreClick
		case h.did(Opened, 0, of):
			points += w * ScoreOpen
		}
	}
	if weights == 0 {
		return 0, false
	}
	return 100 * points / (ScoreClick * weights), true
}

// did reports whether a person's open or click is known among some events; whoever clicked has opened.
func (h *RuleHistory) did(kind EventKind, link int, of func(Event) bool) bool {
	return slices.ContainsFunc(h.Events, func(e Event) bool {
		return e.Verdict == Human && of(e) && (e.Kind == kind || kind == Opened && e.Kind == Clicked) && (link == 0 || e.Link == int64(link))
	})
}

func (r *Rule) fitsBehaviour(h *RuleHistory) bool {
	switch r.Field {
	case "last_sent":
		return r.fitsLastSent(h)
	case "score":
		score, ok := h.Score()
		if r.Op == Empty {
			return !ok
		}
		n, _ := ParseNumber(r.Values[0].Text)
		return ok && r.ordered(int(score)-int(n))
	}
	if r.Of.ID == "" {
		return false
	}
	of := func(e Event) bool { return h.isOf(e.Run, r.Of.ID) }
	sent := func(d Delivery) bool { return d.State == Accepted && h.isOf(d.Run, r.Of.ID) }
	switch r.Field {
	case "sent":
		return slices.ContainsFunc(h.Deliveries, sent)
	case "opened":
		return h.did(Opened, 0, of)
	case "clicked":
		return h.did(Clicked, r.Link, of)
	}
	kind := Opened
	if strings.Contains(r.Field, "click") {
		kind = Clicked
	}
	return !h.did(kind, r.Link, of) && slices.ContainsFunc(h.Deliveries, func(d Delivery) bool { return sent(d) && d.Tracking == Individual })
}

func (h *RuleHistory) isOf(run, campaign string) bool {
	r := h.Runs[run]
	return r.Campaign == campaign && r.IsMailing()
}

// fitsLastSent compares the day of the last mail; the day of a mail is that of its run. Of whom nothing was ever sent, it
// is longer ago than any day.
func (r *Rule) fitsLastSent(h *RuleHistory) bool {
	var last time.Time
	for _, d := range h.Deliveries {
		if run := h.Runs[d.Run]; d.State == Accepted && run.IsMailing() && run.CreatedAt.After(last) {
			last = run.CreatedAt
		}
	}
	return r.fitsTime(last, h.Now)
}
