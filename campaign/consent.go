package campaign

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
)

// Consent is the proof of what one person agreed to (E-02): written once, ended when it is taken back, and gone only with
// the contact. It stands in the contact's document, so that no membership can say more than what is on record.
//
// A sign-up form uses it in three steps, all in one Store.UpdateContact or CreateContact each:
//
//	id := c.Agree(campaign.Consent{List: list.ID, Text: words, Language: l, At: now, Form: url, Network: signer.NetworkHash(ip)})
//	c.Subscribe(campaign.Membership{List: list.ID, Status: campaign.Unconfirmed, Basis: campaign.ConsentBasis, Consent: id, Source: "sign-up form", Since: now}, true)
//	c.Confirm(id, now) // when the link in the confirmation is used; with single opt-in the membership is Subscribed at once
//
// Leave takes the consent of the membership back by itself.
type Consent struct {
	ID          string    `json:"id"`
	List        string    `json:"list"` // what was agreed to: mail of this list
	Text        string    `json:"text"` // the words that were shown
	TextVersion string    `json:"text_version"`
	Language    Language  `json:"language,omitempty"` // the words' language
	At          time.Time `json:"at"`
	Form        string    `json:"form,omitempty"`    // address of the form, or where the proof is kept
	Network     string    `json:"network,omitempty"` // Signer.NetworkHash of where it was given from
	ConfirmedAt time.Time `json:"confirmed_at,omitzero"`
	By          string    `json:"by,omitempty"` // of the team, who entered it; "" when the person gave it themselves
	WithdrawnAt time.Time `json:"withdrawn_at,omitzero"`
}

// TextVersion names the words of a consent: equal words have equal versions.
func TextVersion(words string) string {
	sum := sha256.Sum256([]byte(strings.TrimSpace(words)))
	return hex.EncodeToString(sum[:4])
}

// NetworkHash is the keyed hash of a network address, which proves that two consents came from one place and tells nobody
// else which.
func (s *Signer) NetworkHash(address string) string {
	if address == "" {
		return ""
	}
	sum := s.mac("network", address)
	return idEncoding.EncodeToString(sum[:15])
}

// Agree puts a consent on record and returns its id. Recording the same one twice records it once.
func (c *Contact) Agree(k Consent) (id string) {
	k.At = k.At.UTC().Truncate(time.Millisecond)
	k.TextVersion = TextVersion(k.Text)
	k.ID = DerivedID(k.List, k.TextVersion, k.At.Format(time.RFC3339Nano))[:16]
	if c.consent(k.ID) == nil {
		c.Consents = append(c.Consents, k)
	}
	return k.ID
}

// Confirm notes that a consent was confirmed (double opt-in) and puts the contact on its list; false when there is no such
// consent, or it was taken back.
func (c *Contact) Confirm(id string, now time.Time) bool {
	k := c.consent(id)
	if k == nil || !k.WithdrawnAt.IsZero() {
		return false
	}
	if k.ConfirmedAt.IsZero() {
		k.ConfirmedAt = now
	}
	if m := c.Membership(k.List); m != nil && m.Status == Unconfirmed {
		m.Status, m.Since = Subscribed, now
	}
	return true
}

func (c *Contact) consent(id string) *Consent {
	return First(c.Consents, func(k *Consent) bool { return k.ID == id })
}

// withdraw takes back what was agreed to about a list.
func (c *Contact) withdraw(list string, now time.Time) {
	for i := range c.Consents {
		if k := &c.Consents[i]; k.List == list && k.WithdrawnAt.IsZero() {
			k.WithdrawnAt = now
		}
	}
}

// CheckConsents refuses a change of a contact that drops or rewrites a consent on record: it can only be confirmed or taken
// back, once.
func CheckConsents(before, after *Contact) error {
	for _, was := range before.Consents {
		is := after.consent(was.ID)
		if is == nil {
			return Errorf(Conflict, "a consent on record cannot be removed")
		}
		same := *is
		if was.ConfirmedAt.IsZero() {
			same.ConfirmedAt = was.ConfirmedAt
		}
		if was.WithdrawnAt.IsZero() {
			same.WithdrawnAt = was.WithdrawnAt
		}
		if !same.equal(&was) {
			return Errorf(Conflict, "a consent on record cannot be rewritten")
		}
	}
	return nil
}

// equal compares what is stored: times to the millisecond, whatever their location.
func (k *Consent) equal(other *Consent) bool {
	a, b := *k, *other
	for _, t := range []struct{ a, b *time.Time }{{&a.At, &b.At}, {&a.ConfirmedAt, &b.ConfirmedAt}, {&a.WithdrawnAt, &b.WithdrawnAt}} {
		if t.a.UnixMilli() != t.b.UnixMilli() {
			return false
		}
		*t.a, *t.b = time.Time{}, time.Time{}
	}
	return a == b
}

// basisNeeds are what a legal basis needs as its evidence beside the source (E.2).
var basisNeeds = map[Basis]Text{
	LegitimateInterest: Textf("give the reference of the assessment that weighed the interests"),
	ConsentBasis:       Textf("say what was agreed to, when, and where the proof is kept"),
	PublicContact:      Textf("name the page or register that publishes the address"),
	Contract:           Textf("name the contract and its date"),
}

// Needs says in words what a person who enters this basis has to give as its evidence.
func (b Basis) Needs() Text {
	if needs, ok := basisNeeds[b]; ok {
		return needs
	}
	return Textf("say what the legal basis rests on")
}

// CheckBasis is the one rule for putting somebody on a list by hand, in whatever form: a basis, where the address comes from, and the
// evidence that the basis needs. What was on record before stays valid without them.
func CheckBasis(m *Membership) error {
	var faults Checks
	faults.Refuse(!slices.Contains(Bases, m.Basis), "basis", "choose the legal basis")
	faults.Refuse(strings.TrimSpace(m.Source) == "", "source", "say where the address comes from: the law asks for it")
	faults.Refuse(strings.TrimSpace(m.Reference) == "" && m.Consent == "", "reference", "%s", m.Basis.Needs())
	_, err := CleanReference(m.Reference)
	return Together(append(faults, err)...)
}

// CleanReference returns what a basis rests on as one line, for those who may leave it out.
func CleanReference(reference string) (string, error) {
	reference = CleanLine(reference)
	if LongerThan(reference, 300) {
		return "", FieldError("reference", "the evidence is longer than 300 characters")
	}
	return reference, nil
}
