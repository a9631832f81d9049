package campaign

import (
	"cmp"
	"slices"
	"time"
)

// Standing is what a row of a file says about whether its person may be written to. An import can only take permission away:
// the person's own act alone brings it back.
type Standing string

const (
	Free           Standing = ""       // nothing against it
	SaidPaused     Standing = "paused" // not for now
	SaidNotYet     Standing = "unconfirmed"
	SaidUnclear    Standing = "unclear" // something nobody understands
	SaidRestricted Standing = "restricted"
	SaidLeft       Standing = "left" // left, or said no
	SaidBounced    Standing = "bounced"
	SaidComplained Standing = "complained"
)

// standings are all of them, by rising weight.
var standings = []Standing{Free, SaidPaused, SaidNotYet, SaidUnclear, SaidRestricted, SaidBounced, SaidLeft, SaidComplained}

// Standings are those that are counted, in the order they are shown.
var Standings = []Standing{SaidLeft, SaidBounced, SaidComplained, SaidRestricted, SaidPaused, SaidNotYet, SaidUnclear}

// Outweighs reports whether this standing counts when another cell of the row says the other.
func (s Standing) Outweighs(other Standing) bool {
	return slices.Index(standings, s) > slices.Index(standings, other)
}

// RowStanding is a standing with what says it.
type RowStanding struct {
	Standing Standing
	Said     Text      // the column and what stands there, words of the file alone
	At       time.Time // when they left, where the row says it
	// Left are the lists that an export of ours says the person is not subscribed to any more or yet, by their folded names.
	Left map[string]Standing
	// OnNone says that such a person is on no list.
	OnNone bool
}

// Say adds what one cell of a row says.
func (r *RowStanding) Say(s Standing, said Text, at time.Time) {
	if s.Outweighs(r.Standing) {
		r.Standing, r.Said = s, said
	}
	if s == SaidLeft && r.At.IsZero() {
		r.At = at
	}
}

// For returns the standing on the list of an import: that of the person, or of the one list they left.
func (r *RowStanding) For(list string) (Standing, Text) {
	s, said := r.Standing, r.Said
	of, there := r.Left[Fold(list)]
	if !there && r.OnNone { // they left all that they were on
		for _, any := range r.Left {
			if any.Outweighs(of) {
				of = any
			}
		}
	}
	if of.Outweighs(s) {
		return of, Textf("the export says they are not subscribed")
	}
	return s, said
}

// UnclearPolicy says what an import does with a row when nobody can tell whether the person may be written to.
type UnclearPolicy string

const (
	LeaveUnclearOut UnclearPolicy = ""       // does not take them
	UnclearLeft     UnclearPolicy = "left"   // adds them as people who left
	UnclearActive   UnclearPolicy = "active" // takes them: the person who imports has found out that they may be written to
)

// ParseUnclear reads a policy: out, left or active; "" is out.
func ParseUnclear(s string) (UnclearPolicy, error) {
	switch UnclearPolicy(s) {
	case LeaveUnclearOut, "out":
		return LeaveUnclearOut, nil
	case UnclearLeft, UnclearActive:
		return UnclearPolicy(s), nil
	}
	return "", FieldError("unclear", "what to do with unclear rows, %q, is not one of out, left, active", s)
}

// TakeStanding makes a contact what a row says of them, on a list, "" for none; it reports whether that changed anything.
// Nothing here lets anybody be written to who could not be before. What the person agreed to themselves and did not take
// back since stays.
func (c *Contact) TakeStanding(s Standing, r *RowStanding, list, source string, now time.Time) bool {
	switch s {
	case SaidBounced:
		return c.fall(Bounced, r.Said.String())
	case SaidComplained:
		left := c.leaveBy(r, list, source, now)
		return c.fall(Complained, r.Said.String()) || left
	case SaidRestricted:
		return c.fall(Restricted, r.Said.String())
	case SaidPaused:
		return c.fall(Paused, r.Said.String())
	case SaidLeft:
		return c.leaveBy(r, list, source, now)
	case SaidNotYet:
		if list == "" {
			return len(c.Memberships) == 0 && c.fall(Paused, r.Said.String())
		}
		if c.Membership(list) != nil {
			return false
		}
		c.Memberships = append(c.Memberships, Membership{List: list, Status: Unconfirmed, Source: source, Since: now})
		return true
	}
	return false
}

// statusRank orders the states of a contact: an import only goes up.
var statusRank = map[ContactStatus]int{"": 0, Active: 0, Paused: 1, Bounced: 2, Restricted: 3, Complained: 4}

func (c *Contact) fall(to ContactStatus, why string) bool {
	if statusRank[c.Status] >= statusRank[to] {
		return false
	}
	c.Status, c.StatusReason = to, why
	return true
}

// leaveBy ends the membership of a list; without a list a person who is on none is paused, so that no list can reach them
// before somebody looks.
func (c *Contact) leaveBy(r *RowStanding, list, source string, now time.Time) bool {
	at := r.At
	if at.IsZero() || at.After(now) {
		at = now
	}
	if list == "" {
		return len(c.Memberships) == 0 && c.fall(Paused, r.Said.String())
	}
	if c.AgreedSince(list, r.At) || !c.Leave(list, Unsubscribed, at) {
		return false
	}
	m := c.Membership(list)
	m.Source = cmp.Or(m.Source, source)
	if m.Source == source && m.Consent == "" { // the basis was said of all rows of the file, and is not theirs
		m.Basis, m.Reference = "", ""
	}
	return true
}

// AgreedSince reports whether the contact is subscribed to a list by a consent of their own that is on record and was given
// after a time; where that is not known, the consent counts.
func (c *Contact) AgreedSince(list string, at time.Time) bool {
	m := c.Membership(list)
	if m == nil || m.Status != Subscribed || m.Consent == "" {
		return false
	}
	k := c.consent(m.Consent)
	return k != nil && k.WithdrawnAt.IsZero() && (at.IsZero() || k.At.After(at))
}
