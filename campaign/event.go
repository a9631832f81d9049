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
	TrapEvent         EventKind = "trapped" // the link that people do not see was followed
	HitEvent          EventKind = "hit"     // evidence: one fetch for a reader who is known, see Event.Source
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
	Arm      string    `json:"arm,omitempty"` // in whose test its message was
	Link     int64     `json:"link"`          // number of the tracked link + 1; 0 for none
	Detail   string    `json:"detail,omitempty"`
	At       time.Time `json:"at"`
	Hour     int64     `json:"hour"` // At in whole hours since 1970, for the curve

	// Of a hit: what was fetched, and hashes of the network address and the program behind it, comparable for a day. A hit is in no
	// figure and names no contact; opens and clicks are set right by it when something comes that tells more of its sender.
	Fetched EventKind `json:"fetched,omitempty"`
	Source  string    `json:"source,omitempty"`
	Program string    `json:"program,omitempty"`
}

// EventID returns the id of an event of a reader: a reader has one of each kind, verdict and link.
func EventID(run string, kind EventKind, verdict Verdict, reader string, link int64) string {
	return DerivedID(run, string(kind), string(verdict), reader, strconv.FormatInt(link, 10))
}

// returnWords say what each class of what came back means.
var returnWords = map[Verdict]Text{
	HardBounced: Textf("The address does not work."), SoftBounced: Textf("It could not be delivered for now."), FullBounced: Textf("The mailbox is full."),
	BlockBounced: Textf("Our mail was refused because of us, not of the reader."),
}

// ReturnWords say what came back, in whose words, and by which rule that was decided; the zero Text of any other event.
func (e *Event) ReturnWords() Text {
	if e.Kind != BouncedEvent && e.Kind != ComplainedEvent {
		return Text{}
	}
	words := returnWords[e.Verdict]
	if e.Kind == ComplainedEvent {
		words = Textf("The reader reported the message as spam.")
	}
	switch {
	case words.IsZero():
		return StoredText(e.Detail)
	case e.Rule == "":
		return Textf("%s %s", words, e.Detail)
	}
	return Textf("%s %s (rule: %s)", words, e.Detail, e.Rule)
}
