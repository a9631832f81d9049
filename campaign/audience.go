package campaign

import (
	"slices"
	"time"
)

// Audience decides who of the members of some lists is written to, in which language and tracking mode. It is the same
// rule for the counts shown before sending, for planning a run, and for the last look before a message leaves.
type Audience struct {
	lists   map[string]List
	exclude []string
	release *Release

	Digest         []DigestItem // of the weekly digest, whose audience this is; nil for any other
	LeaveToDigest  bool         // readers of the weekly digest get it there
	RequireConsent bool         // the campaign goes only to those who consented, whatever the lists ask for
}

// NewAudience returns the rule for a release that goes to some lists without the members of others.
func NewAudience(lists []List, exclude []string, r *Release) *Audience {
	a := &Audience{lists: make(map[string]List, len(lists)), exclude: exclude, release: r}
	for _, l := range lists {
		a.lists[l.ID] = l
	}
	return a
}

// Wanted returns the language a contact reads: their own, else that of a list that brings them here; "" when neither says.
func (a *Audience) Wanted(c *Contact) Language {
	wanted := c.Language
	for _, m := range c.Memberships {
		if l, ours := a.lists[m.List]; ours && m.Status == Subscribed && wanted == "" {
			wanted = l.Language
		}
	}
	return wanted
}

// Version returns the language of the version a contact gets; "" when the release has none.
func (a *Audience) Version(c *Contact) Language {
	if a.Digest != nil {
		if l := a.Wanted(c); slices.Contains(Languages, l) {
			return l
		}
		return English
	}
	if v := a.release.For(a.Wanted(c)); v != nil {
		return v.Language
	}
	return ""
}

// Tracking returns the mode of the message to a contact.
func (a *Audience) Tracking(c *Contact) Tracking {
	if a.Digest != nil {
		return NoTracking
	}
	var modes []Tracking
	for _, m := range c.Memberships {
		if l, ours := a.lists[m.List]; ours && m.Status == Subscribed {
			modes = append(modes, l.Tracking)
		}
	}
	return TrackingFor(c, modes)
}

// LeftOut says why a contact is not written to now, or "".
func (a *Audience) LeftOut(c *Contact, suppressed SuppressionReason, now time.Time) string {
	if a.Digest != nil {
		return a.digestLeftOut(c, suppressed, now)
	}
	if suppressed != "" {
		return "the address must not be mailed: " + suppressedWords[suppressed]
	}
	if c.Status != Active {
		return "the contact is " + string(c.Status)
	}
	if now.Before(c.PausedUntil) {
		return "the contact's pause is not over"
	}
	why, reached := "the contact left", false
	for _, m := range c.Memberships {
		if slices.Contains(a.exclude, m.List) && m.Status == Subscribed {
			return "the contact is on an excluded list"
		}
		l, ours := a.lists[m.List]
		if !ours || m.Status != Subscribed {
			continue
		}
		if problem := a.basisProblem(&l, &m); problem != "" {
			why = problem
			continue
		}
		reached = true
	}
	switch {
	case !reached:
		return why
	case !c.wantsTopics(a.release):
		return "the reader chose other topics"
	case a.LeaveToDigest && c.Frequency == Weekly:
		return "gets the weekly digest"
	}
	return ""
}

// basisProblem says why a membership does not allow writing, or "".
func (a *Audience) basisProblem(l *List, m *Membership) string {
	switch {
	case m.Basis == "":
		return "no legal basis is on record"
	case (a.RequireConsent || l.RequireConsent) && m.Basis != ConsentBasis:
		return "consent is required and none is on record"
	}
	return ""
}

var suppressedWords = map[SuppressionReason]string{
	LeftAll: "the reader left everything", HardBounce: "it does not exist", ComplaintReason: "the reader complained",
	Erased: "the person was erased", SuppressedByHand: "the team entered it",
}
