package campaign

import "time"

// Retention says how long things are kept (E-11). Zero means what DefaultRetention says.
type Retention struct {
	Review     map[Kind]int `json:"review,omitempty"`     // months without a sign of a contact, after which somebody looks at it
	Events     int          `json:"events,omitempty"`     // months; then opens and clicks are tied to nobody any more
	Deliveries int          `json:"deliveries,omitempty"` // months; then nobody can tell to whom
	Audit      int          `json:"audit,omitempty"`      // months the audit log goes back
}

// DefaultRetention are the periods nobody changed.
var DefaultRetention = Retention{Events: 13, Deliveries: 36, Audit: 36}

// DefaultReview is how many months without a sign a contact is kept before somebody looks at it.
const DefaultReview = 24

// MinAudit is how many months the audit log goes back at least. That an account was misused is often found only after half a
// year; then the log has to say what was seen and taken, and an admin who has something to hide must not be able to shorten it.
const MinAudit = 12

// BounceWords is how long the words of a bounce message are kept; after it only its codes.
const BounceWords = 90 * 24 * time.Hour

// Full returns the periods with the defaults filled in.
func (r Retention) Full() Retention {
	full := Retention{Review: map[Kind]int{}, Events: r.Events, Deliveries: r.Deliveries, Audit: r.Audit}
	for _, k := range Kinds {
		if full.Review[k] = r.Review[k]; full.Review[k] == 0 {
			full.Review[k] = DefaultReview
		}
	}
	for _, p := range []struct {
		into *int
		from int
	}{{&full.Events, DefaultRetention.Events}, {&full.Deliveries, DefaultRetention.Deliveries}, {&full.Audit, DefaultRetention.Audit}} {
		if *p.into == 0 {
			*p.into = p.from
		}
	}
	full.Audit = max(full.Audit, MinAudit) // it could be set lower once
	return full
}

// Check refuses periods that make no sense.
func (r Retention) Check() error {
	var faults Checks
	for name, months := range map[string]int{"events": r.Events, "deliveries": r.Deliveries, "audit": r.Audit} {
		faults.Refuse(months < 0 || months > 240, name, "give a number of months from 1 to 240")
	}
	if r.Audit > 0 && r.Audit < MinAudit {
		faults = append(faults, FieldError("audit", "keep the audit log for at least %d months: misuse is often found only half a year later", MinAudit))
	}
	for k, months := range r.Review {
		faults.Refuse(months < 0 || months > 240, "review_"+string(k), "give a number of months from 1 to 240")
	}
	if full := r.Full(); full.Events > full.Deliveries && full.Events <= 240 {
		faults = append(faults, FieldError("events", "opens and clicks cannot be kept longer than the deliveries they belong to"))
	}
	return Together(faults...)
}

// RetentionReport is what one night's work did.
type RetentionReport struct {
	ID         string    `json:"id"` // YYYY-MM-DD: one a day
	StartedAt  time.Time `json:"started_at"`
	EndedAt    time.Time `json:"ended_at,omitzero"` // zero when it was cut off: the next night does its work too
	Until      Until     `json:"until"`
	Events     int64     `json:"events"`     // that are tied to nobody any more
	Bounces    int64     `json:"bounces"`    // whose words were dropped
	Deliveries int64     `json:"deliveries"` // that no longer say to whom they went
	Audit      int64     `json:"audit"`      // entries dropped
	Review     int64     `json:"review"`     // contacts newly on the list to look at
}

// Until are the times up to which a night's work is done: the next begins there.
type Until struct {
	Events     time.Time `json:"events,omitzero"`
	Bounces    time.Time `json:"bounces,omitzero"`
	Deliveries time.Time `json:"deliveries,omitzero"`
}

// Review is a contact of whom there was no sign for so long that somebody has to look at it. Nothing is done by itself.
type Review struct {
	ID      string    `json:"id"` // the contact's
	Kind    Kind      `json:"kind"`
	At      time.Time `json:"at"` // since when it waits
	AskedAt time.Time `json:"asked_at,omitzero"`
}

// LastSign is when a contact itself, as far as its document says, last gave a sign: it was added, agreed to something, or
// came to a list. What we sent is no sign of theirs.
func (c *Contact) LastSign() time.Time {
	last := c.CreatedAt
	later := func(t time.Time) {
		if t.After(last) {
			last = t
		}
	}
	for _, m := range c.Memberships {
		later(m.Since)
	}
	for _, k := range c.Consents {
		later(k.At)
		later(k.ConfirmedAt)
	}
	if c.Consent != nil {
		later(c.Consent.At)
	}
	return last
}
