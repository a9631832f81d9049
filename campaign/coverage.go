package campaign

import (
	"slices"
	"strings"
	"time"
)

// Tone says how a piece of coverage speaks of the matter, as whoever typed it in judged it.
type Tone string

const (
	Favourable Tone = "favourable"
	Neutral    Tone = "neutral"
	Critical   Tone = "critical"
)

// Tones are all of them in the order they are offered.
var Tones = []Tone{Favourable, Neutral, Critical}

// Coverage is one piece that a newsroom published on the matter of a release, typed in by hand.
type Coverage struct {
	ID         string    `json:"id"`
	Version    int64     `json:"version"`
	Action     string    `json:"action_id"`
	Release    string    `json:"release_id"`
	Contact    string    `json:"contact_id"` // whose piece it is, where they are a contact
	Outlet     string    `json:"outlet"`
	Journalist string    `json:"journalist,omitempty"`
	Title      string    `json:"title,omitempty"`
	Link       string    `json:"link,omitempty"`
	Day        time.Time `json:"day"` // on which it was published, at midnight UTC
	Tone       Tone      `json:"tone,omitempty"`
	Reach      int64     `json:"reach,omitempty"` // readers, viewers or visitors the outlet states; 0: not known
	File       string    `json:"file,omitempty"`  // media:ID of a cutting in the library
	Note       string    `json:"note,omitempty"`
	By         string    `json:"by"` // name of who typed it in
	CreatedAt  time.Time `json:"created_at"`

	Judgements []Judgement `json:"judgements,omitempty"` // at most MostJudges
}

// maxReach is more readers than any outlet has.
const maxReach = 10_000_000_000

// Normalize checks a piece of coverage.
func (c *Coverage) Normalize() error {
	var faults Checks
	for name, line := range map[string]*string{"outlet": &c.Outlet, "journalist": &c.Journalist, "title": &c.Title} {
		*line = CleanLine(*line)
		faults.Refuse(LongerThan(*line, 300), name, "this is longer than %d characters", 300)
	}
	c.Link, c.File, c.Note = CleanLine(c.Link), CleanLine(c.File), cleanText(c.Note)
	faults.Refuse(c.Outlet == "", "outlet", "say where it was published")
	faults.Refuse(c.Link != "" && !isWebAddress(c.Link), "link", "write the full address with https://")
	faults.Refuse(LongerThan(c.Link, 2000), "link", "this is longer than %d characters", 2000)
	faults.Refuse(c.Day.IsZero(), "day", "say on which day")
	faults.Refuse(c.Tone != "" && !slices.Contains(Tones, c.Tone), "tone", "choose one of those offered")
	faults.Refuse(c.Reach < 0 || c.Reach > maxReach, "reach", "write a whole number, or nothing where it is not known")
	faults.Refuse(LongerThan(c.Note, 4000), "note", "this is longer than %d characters", 4000)
	c.Day = OnDay(c.Day)
	return Together(faults...)
}

func isWebAddress(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok {
		rest, ok = strings.CutPrefix(s, "http://")
	}
	return ok && rest != "" && !strings.ContainsAny(s, " \"<>\\")
}

// OnDay returns the day that a moment names, as it is stored: at midnight UTC.
func OnDay(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// MidnightIn returns the first moment, in a zone, of the day some days after one that is stored; the zero time stays.
func MidnightIn(day time.Time, zone *time.Location, after int) time.Time {
	if day.IsZero() {
		return day
	}
	return time.Date(day.Year(), day.Month(), day.Day()+after, 0, 0, 0, 0, zone)
}
