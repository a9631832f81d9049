package campaign

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Absorb takes over what another record of the same person says: what is empty here is filled, nothing here is overwritten,
// and no wish gets lost. A list that was left stays left, the more careful tracking and the longer pause hold, and consents of
// both stay on record. The other address becomes an attribute. Doing it twice does it once.
func (c *Contact) Absorb(other *Contact) {
	fill := func(into *string, from string) {
		*into = cmp.Or(*into, from)
	}
	fill(&c.FirstName, other.FirstName)
	fill(&c.LastName, other.LastName)
	fill(&c.Organisation, other.Organisation)
	fill(&c.Position, other.Position)
	fill(&c.Phone, other.Phone)
	fill(&c.Place, other.Place)
	fill(&c.Zone, other.Zone)
	fill((*string)(&c.Language), string(other.Language))
	fill(&c.Source, other.Source)
	fill((*string)(&c.Frequency), string(other.Frequency))
	if len(c.Topics) == 0 {
		c.Topics = slices.Clone(other.Topics)
	}
	if c.Kind == OtherKind || c.Kind == "" {
		c.Kind = other.Kind
	}
	c.Tags = append(slices.Clone(c.Tags), other.Tags...)
	if !strings.Contains(c.Notes, other.Notes) {
		c.Notes = strings.TrimSpace(c.Notes + "\n" + other.Notes)
	}
	c.absorbAttributes(other)
	for _, m := range other.Memberships {
		c.absorbMembership(m)
	}
	for _, k := range other.Consents {
		if c.consent(k.ID) == nil {
			c.Consents = append(c.Consents, k)
		}
	}
	c.absorbTracking(other)
	c.absorbStatus(other)
	c.Merged = unique(append(append(slices.Clone(c.Merged), other.Merged...), other.ID))
}

// IDs are all ids the contact has had.
func (c *Contact) IDs() []string { return append([]string{c.ID}, c.Merged...) }

func (c *Contact) absorbAttributes(other *Contact) {
	merged := map[string]string{}
	maps.Copy(merged, other.Attributes)
	maps.Copy(merged, c.Attributes)
	if known := merged[OtherAddress]; !strings.Contains(known, other.Email) && other.Email != c.Email {
		merged[OtherAddress] = strings.TrimPrefix(known+", "+other.Email, ", ")
	}
	c.Attributes = merged
}

// membershipRank orders what two records of one person say about a list: the person's own leaving wins.
var membershipRank = map[MembershipStatus]int{Removed: 1, Unconfirmed: 2, Subscribed: 3, Unsubscribed: 4}

func (c *Contact) absorbMembership(m Membership) {
	own := c.Membership(m.List)
	switch {
	case own == nil:
		c.Memberships = append(slices.Clone(c.Memberships), m)
	case membershipRank[m.Status] > membershipRank[own.Status]:
		*own = m
	}
}

// absorbTracking keeps the more careful of two choices, and all consents.
func (c *Contact) absorbTracking(other *Contact) {
	if other.Consent != nil && !slices.ContainsFunc(c.Earlier, func(k TrackingConsent) bool { return k.At.Equal(other.Consent.At) && k.Source == other.Consent.Source }) &&
		(c.Consent == nil || !c.Consent.At.Equal(other.Consent.At)) {
		c.Earlier = append(append(slices.Clone(c.Earlier), other.Earlier...), *other.Consent)
	}
	if other.Tracking != "" && (c.Tracking == "" || other.Tracking.Less(c.Tracking)) {
		c.Tracking = other.Tracking
	}
	if c.Tracking == Individual && !c.MayBeTracked() {
		c.Tracking = Aggregate // what was agreed to was agreed to for the other address
	}
}

// absorbStatus keeps what a person asked for; that the other address bounced says nothing of this one.
func (c *Contact) absorbStatus(other *Contact) {
	order := []ContactStatus{Active, Bounced, Paused, Restricted, Complained}
	if other.Status != Bounced && slices.Index(order, other.Status) > slices.Index(order, c.Status) {
		c.Status, c.StatusReason = other.Status, other.StatusReason
	}
	if other.PausedUntil.After(c.PausedUntil) {
		c.PausedUntil = other.PausedUntil
	}
}

// Heir says which contact another became part of, for links that stand in mails of long ago.
type Heir struct {
	ID   string `json:"id"` // of the contact that is gone
	Into string `json:"into"`
}
