package campaign

import (
	"slices"
	"strings"
	"time"
)

// BulkKind is what can be done to many contacts at once.
type BulkKind string

const (
	BulkTag       BulkKind = "tag"
	BulkUntag     BulkKind = "untag"
	BulkSubscribe BulkKind = "subscribe"
	BulkRemove    BulkKind = "remove"
	BulkLanguage  BulkKind = "set_language"
	BulkSetKind   BulkKind = "set_kind"
	BulkPause     BulkKind = "pause"
	BulkResume    BulkKind = "resume"
	BulkSuppress  BulkKind = "suppress" // their addresses are never mailed again
	BulkKeep      BulkKind = "keep"     // they stay off a list of addresses to look at
	BulkErase     BulkKind = "erase"
)

// BulkKinds are all of them in the order they are offered.
var BulkKinds = []BulkKind{BulkTag, BulkUntag, BulkSubscribe, BulkRemove, BulkLanguage, BulkSetKind, BulkPause, BulkResume, BulkSuppress, BulkKeep, BulkErase}

// BulkAction is one change that is made to many contacts. Only the fields its kind speaks of are filled.
type BulkAction struct {
	Kind        BulkKind  `json:"kind"`
	Tag         string    `json:"tag,omitempty"`
	List        string    `json:"list,omitempty"`
	Basis       Basis     `json:"basis,omitempty"`
	Source      string    `json:"source,omitempty"`    // of the memberships it makes
	Reference   string    `json:"reference,omitempty"` // what their basis needs
	By          string    `json:"by,omitempty"`        // who of the team makes them
	Language    Language  `json:"language,omitempty"`
	ContactKind Kind      `json:"contact_kind,omitempty"`
	Reason      string    `json:"reason,omitempty"`  // of a pause
	Hygiene     string    `json:"hygiene,omitempty"` // the kind of the list contacts are kept off
	Until       time.Time `json:"until,omitzero"`    // a pause ends by itself then; zero is when somebody ends it
}

// Undoable reports whether it can be taken back.
func (a *BulkAction) Undoable() bool { return a.Kind != BulkErase }

// Normalize checks the action as far as it can be checked alone.
func (a *BulkAction) Normalize() error {
	a.Source, a.Reference, a.Reason = CleanLine(a.Source), CleanLine(a.Reference), CleanLine(a.Reason)
	switch a.Kind {
	case BulkTag, BulkUntag:
		tags := cleanTags([]string{a.Tag})
		if len(tags) == 0 || strings.Contains(tags[0], ",") {
			return FieldError("tag", "say which tag, one word or several, without a comma")
		}
		if LongerThan(tags[0], 100) {
			return FieldError("tag", "the tag is longer than 100 characters")
		}
		a.Tag = tags[0]
	case BulkSubscribe:
		m := a.membership(time.Time{})
		faults := []error{CheckBasis(&m)}
		if a.List == "" {
			faults = append(faults, FieldError("list", "choose a list"))
		}
		return Together(faults...)
	case BulkRemove:
		if a.List == "" {
			return FieldError("list", "choose a list")
		}
	case BulkLanguage:
		var err error
		a.Language, err = ParseLanguage(string(a.Language))
		return err
	case BulkSetKind:
		if !slices.Contains(Kinds, a.ContactKind) {
			return FieldError("contact_kind", "choose one of the kinds offered")
		}
	case BulkPause:
		a.Until = a.Until.UTC().Truncate(time.Millisecond)
	case BulkSuppress:
		if a.Reason == "" {
			return FieldError("reason", "say why it must not be mailed")
		}
	case BulkKeep:
		if !slices.Contains(HygieneKinds, HygieneKind(a.Hygiene)) {
			return Errorf(Invalid, "choose what to do with the contacts")
		}
	case BulkResume, BulkErase:
	default:
		return Errorf(Invalid, "choose what to do with the contacts")
	}
	return nil
}

// Apply makes the change and reports whether it changed anything. Doing it twice does it once. A person who left a list by their own
// act, whose address came back or who complained is not put on a list by it.
func (a *BulkAction) Apply(c *Contact, now time.Time) bool {
	switch a.Kind {
	case BulkTag:
		if slices.Contains(c.Tags, a.Tag) {
			return false
		}
		c.Tags = append(slices.Clone(c.Tags), a.Tag)
		return true
	case BulkUntag:
		return a.untag(c)
	case BulkSubscribe:
		c.Memberships = slices.Clone(c.Memberships)
		well := c.Status == Active || c.Status == Paused
		return well && c.Subscribe(a.membership(now), false)
	case BulkRemove:
		return a.remove(c, now)
	case BulkLanguage:
		return change(&c.Language, a.Language)
	case BulkSetKind:
		return change(&c.Kind, a.ContactKind)
	case BulkPause:
		return a.pause(c)
	case BulkKeep:
		if slices.Contains(c.Kept, a.Hygiene) {
			return false
		}
		c.Kept = append(slices.Clone(c.Kept), a.Hygiene)
		return true
	case BulkResume:
		if c.Status != Paused && c.PausedUntil.IsZero() {
			return false
		}
		if c.Status == Paused {
			c.Status, c.StatusReason = Active, ""
		}
		c.PausedUntil = time.Time{}
		return true
	}
	return false
}

// membership is what a contact gets that is put on a list.
func (a *BulkAction) membership(now time.Time) Membership {
	return Membership{List: a.List, Status: Subscribed, Basis: a.Basis, Source: a.Source, Reference: a.Reference, By: a.By, Since: now}
}

// pause never shortens a pause that is there.
func (a *BulkAction) pause(c *Contact) bool {
	if a.Until.IsZero() {
		if c.Status != Active {
			return false
		}
		c.Status, c.StatusReason = Paused, a.Reason
		return true
	}
	if !c.PausedUntil.Before(a.Until) {
		return false
	}
	c.PausedUntil = a.Until
	return true
}

// remove takes a contact off a list by the team's hand; what the contact agreed to stays on record.
func (a *BulkAction) remove(c *Contact, now time.Time) bool {
	c.Memberships = slices.Clone(c.Memberships)
	m := c.Membership(a.List)
	if m == nil || m.Status != Subscribed && m.Status != Unconfirmed {
		return false
	}
	m.Status, m.LeftAt = Removed, now
	return true
}

func (a *BulkAction) untag(c *Contact) bool {
	before := len(c.Tags)
	c.Tags = slices.DeleteFunc(slices.Clone(c.Tags), func(t string) bool { return t == a.Tag })
	return len(c.Tags) < before
}

func change[T comparable](into *T, value T) bool {
	if *into == value {
		return false
	}
	*into = value
	return true
}

// Was returns what taking the change back needs to know of a contact before it, in one word. Where a word is too little,
// whole is true and the contact as it was is needed.
func (a *BulkAction) Was(c *Contact) (was string, whole bool) {
	switch a.Kind {
	case BulkSubscribe:
		return "", c.Membership(a.List) != nil
	case BulkRemove:
		if m := c.Membership(a.List); m != nil {
			return string(m.Status), false
		}
	case BulkLanguage:
		return string(c.Language), false
	case BulkSetKind:
		return string(c.Kind), false
	case BulkPause, BulkResume:
		return "", c.Status == Paused || !c.PausedUntil.IsZero()
	}
	return "", false
}

// Revert takes the change back and reports whether it did: what somebody changed since stays as it is. was and before are
// what was recorded of the contact. written says that mail was made for the contact since: then a membership that allowed it
// is ended, not forgotten.
func (a *BulkAction) Revert(c *Contact, was string, before *Contact, written bool, now time.Time) bool {
	switch a.Kind {
	case BulkTag:
		return a.untag(c)
	case BulkUntag:
		back := BulkAction{Kind: BulkTag, Tag: a.Tag}
		return back.Apply(c, now)
	case BulkSubscribe:
		return a.unsubscribe(c, before, written, now)
	case BulkRemove:
		c.Memberships = slices.Clone(c.Memberships)
		m := c.Membership(a.List)
		if m == nil || m.Status != Removed {
			return false
		}
		m.Status, m.LeftAt = MembershipStatus(was), time.Time{}
		return true
	case BulkLanguage:
		return c.Language == a.Language && change(&c.Language, Language(was))
	case BulkSetKind:
		return c.Kind == a.ContactKind && change(&c.Kind, Kind(was))
	case BulkPause:
		return a.unpause(c, before)
	case BulkKeep:
		n := len(c.Kept)
		if c.Kept = slices.DeleteFunc(slices.Clone(c.Kept), func(k string) bool { return k == a.Hygiene }); len(c.Kept) == 0 {
			c.Kept = nil
		}
		return len(c.Kept) < n
	case BulkResume:
		if before == nil || c.Status != Active && before.Status == Paused || !c.PausedUntil.IsZero() {
			return false
		}
		if before.Status == Paused {
			c.Status, c.StatusReason = Paused, before.StatusReason
		}
		c.PausedUntil = before.PausedUntil
		return true
	}
	return false
}

// unpause ends a pause that the action began.
func (a *BulkAction) unpause(c *Contact, before *Contact) bool {
	if a.Until.IsZero() {
		if c.Status != Paused {
			return false
		}
		c.Status, c.StatusReason = Active, ""
		return true
	}
	if !c.PausedUntil.Equal(a.Until) {
		return false
	}
	c.PausedUntil = time.Time{}
	if before != nil {
		c.PausedUntil = before.PausedUntil
	}
	return true
}

// unsubscribe takes a membership back that the action made, if it still is the one.
func (a *BulkAction) unsubscribe(c *Contact, before *Contact, written bool, now time.Time) bool {
	c.Memberships = slices.Clone(c.Memberships)
	i := slices.IndexFunc(c.Memberships, func(m Membership) bool { return m.List == a.List })
	if i < 0 || c.Memberships[i].Status != Subscribed || c.Memberships[i].Basis != a.Basis || c.Memberships[i].Source != a.Source {
		return false
	}
	switch {
	case written:
		return a.remove(c, now)
	case before != nil && before.Membership(a.List) != nil:
		c.Memberships[i] = *before.Membership(a.List)
	default:
		c.Memberships = slices.Delete(c.Memberships, i, i+1)
	}
	return true
}

// BulkState says how far an action on many contacts is.
type BulkState string

const (
	BulkRunning BulkState = "running"
	BulkStopped BulkState = "stopped" // by hand: what was done can be undone
	BulkDone    BulkState = "done"
	BulkUndoing BulkState = "undoing"
	BulkUndone  BulkState = "undone"
	BulkClosed  BulkState = "kept" // too old to be undone
)

// UnderWay reports whether there is work left to do.
func (s BulkState) UnderWay() bool { return s == BulkRunning || s == BulkUndoing }
