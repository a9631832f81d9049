package campaign

import "time"

// Tracking is what a reader's opens and clicks may be tied to (domain.md E.3). It is decided when a message is made.
type Tracking string

const (
	NoTracking Tracking = "none"       // no image, links untouched
	Aggregate  Tracking = "aggregate"  // one image and link address for all readers of a run and language
	Individual Tracking = "individual" // an address per delivery; only with recorded consent or another basis
)

// Trackings are the three modes, least first.
var Trackings = []Tracking{NoTracking, Aggregate, Individual}

// TrackingConsent records why a contact may be tracked individually: consent, or another basis an admin answers for.
type TrackingConsent struct {
	At     time.Time `json:"at"`
	Basis  Basis     `json:"basis"`
	Source string    `json:"source"` // the form, the mail, or the person who recorded it
	Text   string    `json:"text,omitempty"`
}

var trackingRank = map[Tracking]int{NoTracking: 1, Aggregate: 2, Individual: 3}

// TrackingFor decides the mode of one message: the contact's own wish wins; else the most careful of the lists that
// brought the contact into the audience. Individual needs the contact's recorded consent whoever asks for it, and falls
// back to aggregate without.
func TrackingFor(c *Contact, lists []Tracking) Tracking {
	mode := c.Tracking
	if mode == "" {
		mode = Individual
		for _, l := range lists {
			if l == "" {
				l = Aggregate
			}
			if trackingRank[l] < trackingRank[mode] {
				mode = l
			}
		}
		if len(lists) == 0 {
			mode = Aggregate
		}
	}
	if mode == Individual && c.Consent == nil {
		mode = Aggregate
	}
	return mode
}

// Less reports whether a mode ties less to a reader than another.
func (t Tracking) Less(other Tracking) bool { return trackingRank[t] < trackingRank[other] }

// MayBeTracked reports whether the contact's own opens and clicks may be recorded now, whatever stood in the message when it
// was sent: who withdraws is believed about old mails too (E-03).
func (c *Contact) MayBeTracked() bool {
	return c.Consent != nil && (c.Tracking == "" || c.Tracking == Individual)
}
