package campaign

import (
	"strconv"
	"time"
)

// EventKind is what happened to a delivery after it was sent.
type EventKind string

const (
	Opened            EventKind = "opened"
	Clicked           EventKind = "clicked"
	BouncedEvent      EventKind = "bounced"
	ComplainedEvent   EventKind = "complained"
	UnsubscribedEvent EventKind = "unsubscribed"
)

// Verdict says who probably caused an open or a click.
type Verdict string

const (
	Human   Verdict = "human"
	Machine Verdict = "machine"
	Unknown Verdict = "unknown"
)

// Event is something that happened to a delivery: its id derives from what it records, so that recording it twice
// records it once. In aggregate mode Delivery and Contact are empty and Reader is a hash under a salt that is thrown away
// every day. Known stays when the reader is forgotten. No IP address and no user agent is stored (E-05).
type Event struct {
	ID       string    `json:"id"`
	Run      string    `json:"run_id"`
	Campaign string    `json:"campaign_id"`
	Kind     EventKind `json:"kind"`
	Verdict  Verdict   `json:"verdict"`
	Rule     string    `json:"rule,omitempty"` // the rule of domain.md F.2 that decided
	Delivery string    `json:"delivery_id"`
	Contact  string    `json:"contact_id"`
	Known    bool      `json:"known,omitempty"` // which delivery, and so which reader, is known; set by RecordEvents
	Reader   string    `json:"reader"`
	Language Language  `json:"language,omitempty"`
	Link     int64     `json:"link"` // number of the tracked link + 1; 0 for none
	Detail   string    `json:"detail,omitempty"`
	At       time.Time `json:"at"`
	Hour     int64     `json:"hour"` // At in whole hours since 1970, for the curve
}

// EventID returns the id of an event of a reader: a reader has one of each kind, verdict and link.
func EventID(run string, kind EventKind, verdict Verdict, reader string, link int64) string {
	return DerivedID(run, string(kind), string(verdict), reader, strconv.FormatInt(link, 10))
}
