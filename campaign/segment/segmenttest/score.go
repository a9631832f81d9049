package segmenttest

import (
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
)

// Score returns a contact's engagement score; ok is false when there is none.
func (h *History) Score() (score int64, ok bool) {
	var points, weights int64
	for _, d := range h.Deliveries {
		run := h.Runs[d.Run]
		w := segment.ScoreWeight(&run, h.Now)
		if d.State != campaign.Accepted || d.Tracking != campaign.Individual || w == 0 {
			continue
		}
		weights += w
		of := func(e campaign.Event) bool { return e.Run == d.Run }
		switch {
		case h.did(campaign.Clicked, 0, of):
			points += w * segment.ScoreClick
		case h.did(campaign.Opened, 0, of):
			points += w * segment.ScoreOpen
		}
	}
	if weights == 0 {
		return 0, false
	}
	return 100 * points / (segment.ScoreClick * weights), true
}

// did reports whether an open or click by a person is known among some events; a click is also an open.
func (h *History) did(kind campaign.EventKind, link int, of func(campaign.Event) bool) bool {
	return slices.ContainsFunc(h.Events, func(e campaign.Event) bool {
		return e.Verdict == campaign.Human && of(e) && (e.Kind == kind || kind == campaign.Opened && e.Kind == campaign.Clicked) && (link == 0 || e.Link == int64(link))
	})
}

func fitsBehaviour(r *segment.Rule, h *History) bool {
	switch r.Field {
	case "last_sent":
		return fitsLastSent(r, h)
	case "score":
		score, ok := h.Score()
		if r.Op == segment.Empty {
			return !ok
		}
		n, _ := campaign.ParseNumber(r.Values[0].Text)
		return ok && ordered(r, int(score)-int(n))
	}
	if r.Of.ID == "" {
		return false
	}
	of := func(e campaign.Event) bool { return h.isOf(e.Run, r.Of.ID) }
	sent := func(d campaign.Delivery) bool { return d.State == campaign.Accepted && h.isOf(d.Run, r.Of.ID) }
	switch r.Field {
	case "sent":
		return slices.ContainsFunc(h.Deliveries, sent)
	case "opened":
		return h.did(campaign.Opened, 0, of)
	case "clicked":
		return h.did(campaign.Clicked, r.Link, of)
	}
	kind := campaign.Opened
	if strings.Contains(r.Field, "click") {
		kind = campaign.Clicked
	}
	return !h.did(kind, r.Link, of) && slices.ContainsFunc(h.Deliveries, func(d campaign.Delivery) bool { return sent(d) && d.Tracking == campaign.Individual })
}

func (h *History) isOf(run, of string) bool {
	r := h.Runs[run]
	return r.Campaign == of && r.IsMailing()
}

// fitsLastSent compares the day of the last mail, which is that of its run. If nothing was ever sent, it is longer ago than any
// day.
func fitsLastSent(r *segment.Rule, h *History) bool {
	var last time.Time
	for _, d := range h.Deliveries {
		if run := h.Runs[d.Run]; d.State == campaign.Accepted && run.IsMailing() && run.CreatedAt.After(last) {
			last = run.CreatedAt
		}
	}
	return fitsTime(r, last, h.Now)
}
