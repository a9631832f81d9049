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

	Language    Language  `json:"language,omitempty"`
	Form        string    `json:"form,omitempty"`
	WithdrawnAt time.Time `json:"withdrawn_at,omitzero"` // kept beside what was agreed to
	WithdrawnBy string    `json:"withdrawn_by,omitempty"`
}

// AllowTracking records a consent to individual tracking; an earlier one stays on record beside it.
func (c *Contact) AllowTracking(k TrackingConsent) {
	c.withdrawTracking(k.At, k.Source)
	if c.Consent != nil {
		c.Earlier = append(c.Earlier, *c.Consent)
	}
	c.Tracking, c.Consent = Individual, &k
}

// LimitTracking chooses a mode other than individual, or "" for what the lists say, and takes back the consent to individual
// tracking, which stays on record.
func (c *Contact) LimitTracking(mode Tracking, now time.Time, by string) {
	c.Tracking = mode
	c.withdrawTracking(now, by)
}

func (c *Contact) withdrawTracking(now time.Time, by string) {
	if c.Consent != nil && c.Consent.WithdrawnAt.IsZero() {
		ended := *c.Consent
		ended.WithdrawnAt, ended.WithdrawnBy = now, by
		c.Consent = &ended
	}
}

// consentsToTracking reports whether a consent to individual tracking is on record and was not taken back.
func (c *Contact) consentsToTracking() bool {
	return c.Consent != nil && c.Consent.WithdrawnAt.IsZero()
}

var trackingRank = map[Tracking]int{NoTracking: 1, Aggregate: 2, Individual: 3}

// TrackingFor decides the mode of one message: the contact's own wish wins; else the most careful of the lists that
// brought the contact into the audience. Individual needs the contact's recorded consent, no matter who asks for it, and falls
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
	if mode == Individual && !c.consentsToTracking() {
		mode = Aggregate
	}
	return mode
}

// Less reports whether a mode ties less to a reader than another.
func (t Tracking) Less(other Tracking) bool { return trackingRank[t] < trackingRank[other] }

// MayBeTracked reports whether the contact's own opens and clicks may be recorded now, whatever stood in the message when it
// was sent: who withdraws is believed about old mails too (E-03).
func (c *Contact) MayBeTracked() bool {
	return c.consentsToTracking() && (c.Tracking == "" || c.Tracking == Individual)
}
