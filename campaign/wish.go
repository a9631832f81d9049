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
	Key   string `json:"key"`
	Names Texts  `json:"names"` // as readers see it
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

// ShortPause is how long a pause may be that needs no button in a mail: a longer one hides from its reader that it was set.
const ShortPause = 28 * 24 * time.Hour

// Wish is what was asked for by the link in a message and waits for a button in a mail to the reader's own address, because
// messages are passed on: what allows more than before, or hides mail. It is dropped after WishLife.
type Wish struct {
	ID          string        `json:"id"`
	Version     int64         `json:"version"`
	Contact     string        `json:"contact_id"`
	AddressHash string        `json:"address_hash"` // SuppressionID of the address it was asked of
	Lists       []string      `json:"lists,omitempty"`
	Tracking    Tracking      `json:"tracking,omitempty"`
	FirstName   string        `json:"first_name,omitempty"`
	LastName    string        `json:"last_name,omitempty"`
	PausedUntil time.Time     `json:"paused_until,omitzero"`
	Consent     SignUpConsent `json:"consent"`
	At          time.Time     `json:"at"`
	ExpiresAt   time.Time     `json:"expires_at"`
	ConfirmedAt time.Time     `json:"confirmed_at,omitzero"`
}

// WishLife is how long the button for a wish is waited for.
const WishLife = 7 * 24 * time.Hour

// Normalize checks what was typed.
func (w *Wish) Normalize() error {
	w.FirstName, w.LastName, w.Lists = CleanLine(w.FirstName), CleanLine(w.LastName), unique(w.Lists)
	if LongerThan(w.FirstName, 300) {
		return FieldError("first_name", "this is longer than 300 characters")
	}
	if LongerThan(w.LastName, 300) {
		return FieldError("last_name", "this is longer than 300 characters")
	}
	return nil
}

// Empty reports whether nothing is wished for.
func (w *Wish) Empty() bool { return w.Same(&Wish{}) }

// Same reports whether two wishes ask for the same.
func (w *Wish) Same(other *Wish) bool {
	return slices.Equal(w.Lists, other.Lists) && w.Tracking == other.Tracking && w.FirstName == other.FirstName && w.LastName == other.LastName &&
		w.PausedUntil.Equal(other.PausedUntil)
}

// byLink is how a consent was given that a link in a message led to.
const byLink = "link in a message, confirmed by mail on "

// UnconfirmedLink is how a consent was given by a link before such links were confirmed by mail.
const UnconfirmedLink = "link in a message, not confirmed"

// Apply puts a wish into its contact, once the button in the mail was pressed: the reader's own act, which shows too that
// their mailbox works. The consents say how they were given.
func (w *Wish) Apply(c *Contact, now time.Time) {
	how := byLink + now.UTC().Format(time.DateOnly)
	for _, l := range w.Lists {
		id := c.Agree(Consent{List: l, Text: w.Consent.Text, Language: w.Consent.Language, At: w.At, Form: how, Network: w.Consent.Network})
		c.Subscribe(Membership{List: l, Status: Subscribed, Basis: ConsentBasis, Source: how, Consent: id, Since: now}, true)
		c.Confirm(id, now)
	}
	switch {
	case w.Tracking == Individual && !(c.consentsToTracking() && c.Consent.At.Equal(w.At)):
		c.AllowTracking(TrackingConsent{At: w.At, Basis: ConsentBasis, Source: how, Language: w.Consent.Language, Text: w.Consent.Tracking})
	case w.Tracking != "" && w.Tracking != Individual:
		c.LimitTracking(w.Tracking, now, how)
	}
	if w.FirstName != "" {
		c.FirstName = w.FirstName
	}
	if w.LastName != "" {
		c.LastName = w.LastName
	}
	if now.Before(w.PausedUntil) {
		c.PausedUntil = w.PausedUntil
	}
	if c.Status == Bounced {
		c.Status, c.StatusReason = Active, ""
	}
}

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
