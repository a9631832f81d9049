package campaign

import (
	"slices"
	"strings"
	"time"
)

// Frequency is how often a reader wants mail.
type Frequency string

const (
	EachMessage Frequency = ""       // every message when it comes
	Weekly      Frequency = "weekly" // one mail a week with what was sent, see Digest
)

// Topic is something readers can choose to hear about, and releases can be about. A reader who chose none gets
// everything; so does everybody of a release about none.
type Topic struct {
	Key   string              `json:"key"`
	Names map[Language]string `json:"names"` // as readers see it
}

// Name is the topic in a reader's language, or in one it has.
func (t *Topic) Name(l Language) string {
	var have []Language
	for _, known := range Languages {
		if t.Names[known] != "" {
			have = append(have, known)
		}
	}
	if chosen := ChooseLanguage(l, English, have); chosen != "" {
		return t.Names[chosen]
	}
	return t.Key
}

// DigestSettings say when the weekly digest goes out.
type DigestSettings struct {
	On      bool         `json:"on"`
	Weekday time.Weekday `json:"weekday"`
	Hour    int          `json:"hour"`           // in the zone of the installation
	Since   time.Time    `json:"since,omitzero"` // when it was turned on: no digest of a time before
}

// MaxPause is the longest time a reader can ask to be left alone; who wants more leaves.
const MaxPause = 2 * 366 * 24 * time.Hour

// wantsTopics reports whether a release is about something the contact chose, or one of them leaves it open.
func (c *Contact) wantsTopics(r *Release) bool {
	return len(c.Topics) == 0 || r == nil || len(r.Topics) == 0 || slices.ContainsFunc(r.Topics, func(t string) bool { return slices.Contains(c.Topics, t) })
}

// digestKey stands among Contact.On of those who get the weekly digest, so that they are found without an index of its own.
const digestKey = "digest/weekly"

// DigestKey is what Contact.On of every reader of the weekly digest holds.
func DigestKey() string { return digestKey }

func cleanTopics(topics []string) []string {
	out := []string{}
	for _, t := range topics {
		if t = strings.TrimSpace(t); t != "" && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	slices.Sort(out)
	if len(out) == 0 {
		return nil
	}
	return out
}
