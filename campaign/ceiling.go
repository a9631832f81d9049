package campaign

import (
	"slices"
	"time"
)

// Priority says which of several campaigns goes first to a reader who may not get all of them.
type Priority string

const (
	Low    Priority = "low"
	Normal Priority = ""
	High   Priority = "high"
	Urgent Priority = "urgent" // a press release under a deadline: no ceiling holds it back
)

// Priorities are all of them from the last to the first.
var Priorities = []Priority{Low, Normal, High, Urgent}

// Less reports whether another campaign goes first.
func (p Priority) Less(other Priority) bool {
	return slices.Index(Priorities, p) < slices.Index(Priorities, other)
}

// ParsePriority reads the name of a priority; "normal" is the usual one.
func ParsePriority(name string) (Priority, error) {
	p := Priority(name)
	if name == "normal" {
		p = Normal
	}
	if !slices.Contains(Priorities, p) {
		return "", FieldError("priority", "the priority %q is not one of low, normal, high, urgent", name)
	}
	return p, nil
}

// Ceiling is how many messages of all campaigns a reader may get in a week. Mail that a reader has just asked for does not count.
type Ceiling struct {
	PerWeek int  `json:"per_week,omitempty"` // 0 is no ceiling
	Drop    bool `json:"drop,omitempty"`     // what is over it is left out, instead of waiting until the week has room
}

// MostPerWeek is the highest ceiling.
const MostPerWeek = 100

// Check refuses a ceiling that is none.
func (c Ceiling) Check() error {
	if c.PerWeek < 0 || c.PerWeek > MostPerWeek {
		return FieldError("per_week", "write a number from 1 to %d, or nothing for no ceiling", MostPerWeek)
	}
	return nil
}

// FreeAt returns when a reader may get one more message by a ceiling, of whom some messages count until certain times.
func FreeAt(counted []time.Time, most int, now time.Time) time.Time {
	counted = slices.DeleteFunc(counted, func(until time.Time) bool { return !until.After(now) })
	if most < 1 || len(counted) < most {
		return now
	}
	slices.SortFunc(counted, time.Time.Compare)
	return counted[len(counted)-most]
}
