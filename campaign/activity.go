package campaign

import (
	"slices"
	"time"
)

// ActivityKind says what was held.
type ActivityKind string

const (
	Briefing      ActivityKind = "briefing" // a press conference or talk with journalists
	Training      ActivityKind = "training"
	Lesson        ActivityKind = "lesson" // at a school
	Meeting       ActivityKind = "meeting"
	PublicEvent   ActivityKind = "public_event"
	OtherActivity ActivityKind = "other"
)

// ActivityKinds are all of them in the order they are offered.
var ActivityKinds = []ActivityKind{Briefing, Training, Lesson, Meeting, PublicEvent, OtherActivity}

// Activity is something the team held, typed in by hand; in the panel it is an event. (Event is what happened to a delivery.)
type Activity struct {
	ID        string       `json:"id"`
	Version   int64        `json:"version"`
	Action    string       `json:"action_id"`
	Release   string       `json:"release_id"`
	Kind      ActivityKind `json:"kind"`
	Name      string       `json:"name"`
	Place     string       `json:"place,omitempty"`
	Day       time.Time    `json:"day"`              // at midnight UTC
	People    int64        `json:"people,omitempty"` // who took part; 0: not counted
	Note      string       `json:"note,omitempty"`
	By        string       `json:"by"` // name of who typed it in
	CreatedAt time.Time    `json:"created_at"`
}

// maxCounted is more than anybody counts by hand.
const maxCounted = 1_000_000_000

// Normalize checks an activity.
func (a *Activity) Normalize() error {
	var faults Checks
	for name, line := range map[string]*string{"name": &a.Name, "place": &a.Place} {
		*line = CleanLine(*line)
		faults.Refuse(LongerThan(*line, 300), name, "this is longer than %d characters", 300)
	}
	a.Note = cleanText(a.Note)
	faults.Refuse(a.Name == "", "name", "say what was held")
	faults.Refuse(a.Day.IsZero(), "day", "say on which day")
	faults.Refuse(!slices.Contains(ActivityKinds, a.Kind), "kind", "choose one of those offered")
	faults.Refuse(a.People < 0 || a.People > maxCounted, "people", "write a whole number, or nothing where it is not known")
	faults.Refuse(LongerThan(a.Note, 4000), "note", "this is longer than %d characters", 4000)
	a.Day = OnDay(a.Day)
	return Together(faults...)
}

// HelplineTotal is how often a helpline was called in a month, as its operator says: totals alone, nothing about any call.
type HelplineTotal struct {
	ID        string    `json:"id"`
	Version   int64     `json:"version"`
	Helpline  string    `json:"helpline"`
	Month     time.Time `json:"month"` // its first day, at midnight UTC
	Calls     int64     `json:"calls"`
	Messages  int64     `json:"messages,omitempty"` // mails, chats and letters
	Source    string    `json:"source,omitempty"`   // who gave the figures
	By        string    `json:"by"`                 // name of who typed it in
	CreatedAt time.Time `json:"created_at"`
}

// Normalize checks a total.
func (h *HelplineTotal) Normalize() error {
	var faults Checks
	for name, line := range map[string]*string{"helpline": &h.Helpline, "source": &h.Source} {
		*line = CleanLine(*line)
		faults.Refuse(LongerThan(*line, 200), name, "this is longer than %d characters", 200)
	}
	faults.Refuse(h.Helpline == "", "helpline", "say whose number it is")
	faults.Refuse(h.Month.IsZero(), "month", "say in which month")
	faults.Refuse(h.Calls < 0 || h.Calls > maxCounted, "calls", "write a whole number")
	faults.Refuse(h.Messages < 0 || h.Messages > maxCounted, "messages", "write a whole number")
	h.Month = OnDay(h.Month.AddDate(0, 0, 1-h.Month.Day()))
	return Together(faults...)
}
