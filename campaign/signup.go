package campaign

import (
	"slices"
	"time"
)

// SignUp is what somebody asked for on a public form and has not confirmed. Nothing of it touches a contact before: a
// stranger who types another's address changes nothing. It is dropped after SignUpLife (E-11).
type SignUp struct {
	ID          string        `json:"id"`
	Version     int64         `json:"version"`
	Email       string        `json:"email"`
	AddressHash string        `json:"address_hash"` // SuppressionID of Email
	FirstName   string        `json:"first_name,omitempty"`
	LastName    string        `json:"last_name,omitempty"`
	Language    Language      `json:"language"`
	Lists       []string      `json:"lists"`
	Individual  bool          `json:"individual,omitempty"` // agreed to their own opens and clicks being seen
	Consent     SignUpConsent `json:"consent"`
	At          time.Time     `json:"at"`
	ExpiresAt   time.Time     `json:"expires_at"`
	ConfirmedAt time.Time     `json:"confirmed_at,omitzero"`
}

// SignUpConsent is what proves later that the person wanted it (E-02).
type SignUpConsent struct {
	Text     string   `json:"text"` // as it was shown, in Language
	Tracking string   `json:"tracking,omitempty"`
	Language Language `json:"language,omitempty"`
	Form     string   `json:"form"`              // address of the form
	Network  string   `json:"network,omitempty"` // Signer.NetworkHash of where it came from
}

// SignUpLife is how long an unconfirmed sign-up is kept, and its confirmation link works (E-11).
const SignUpLife = 30 * 24 * time.Hour

// Normalize checks what was typed.
func (s *SignUp) Normalize() error {
	email, err := ParseAddress(s.Email)
	faults := []error{err}
	if err == nil {
		s.Email = email
	}
	s.FirstName, s.LastName = CleanLine(s.FirstName), CleanLine(s.LastName)
	if LongerThan(s.FirstName, 300) {
		faults = append(faults, FieldError("first_name", "this is longer than 300 characters"))
	}
	if LongerThan(s.LastName, 300) {
		faults = append(faults, FieldError("last_name", "this is longer than 300 characters"))
	}
	if s.Language, err = ParseLanguage(string(s.Language)); err != nil {
		faults = append(faults, err)
	}
	s.Lists = unique(s.Lists)
	if len(s.Lists) == 0 {
		faults = append(faults, FieldError("list", "choose at least one list"))
	}
	return Together(faults...)
}

// Apply puts a sign-up into the contact it is about, new or known; confirmed says that the owner of the address did it (double
// opt-in). The person's own act brings them back to lists they left, and shows that their mailbox works; it does not undo
// a complaint, a pause or a restriction. Names the team has are kept.
func (s *SignUp) Apply(c *Contact, confirmed bool, now time.Time) {
	if c.Email == "" {
		c.Email, c.Source = s.Email, s.Consent.Form
	}
	if c.FirstName == "" && c.LastName == "" {
		c.FirstName, c.LastName = s.FirstName, s.LastName
	}
	if s.Language != "" && (confirmed || c.ID == "") { // a stranger may have typed a known address
		c.Language = s.Language
	}
	for _, l := range s.Lists {
		s.join(c, l, confirmed, now)
	}
	if k := s.Consent; s.Individual && confirmed {
		c.AllowTracking(TrackingConsent{At: now, Basis: ConsentBasis, Source: k.Form, Form: k.Form, Text: k.Tracking, Language: k.Language})
	}
	if c.Status == Bounced && confirmed {
		c.Status, c.StatusReason = Active, ""
	}
}

// join puts the consent to one list on record and the contact on the list.
func (s *SignUp) join(c *Contact, list string, confirmed bool, now time.Time) {
	k := s.Consent
	id := c.Agree(Consent{List: list, Text: k.Text, Language: k.Language, At: s.At, Form: k.Form, Network: k.Network})
	m := Membership{List: list, Status: Subscribed, Basis: ConsentBasis, Source: k.Form, Consent: id, Since: now}
	if was := c.Membership(list); was != nil && was.Status == Subscribed && was.Basis != ConsentBasis {
		m.Since = was.Since // on it already, for another reason
		*was = m
	}
	c.Subscribe(m, true)
	if confirmed {
		c.Confirm(id, now)
	}
}

// OnAll reports whether a contact is subscribed to all of some lists.
func (c *Contact) OnAll(lists []string) bool {
	return !slices.ContainsFunc(lists, func(l string) bool {
		m := c.Membership(l)
		return m == nil || m.Status != Subscribed
	})
}
