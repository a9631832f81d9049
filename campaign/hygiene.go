package campaign

import (
	"slices"
	"time"
)

// HygieneKind says why a contact's address is worth a second look.
type HygieneKind string

const (
	DeadDomain       HygieneKind = "dead_domain"       // the DNS names no server that takes its mail
	DisposableDomain HygieneKind = "disposable_domain" // addresses of it are thrown away after a use
	SilentContact    HygieneKind = "silent"            // no sign of life, for so long and so many messages
)

// HygieneKinds are all of them in the order they are shown.
var HygieneKinds = []HygieneKind{DeadDomain, DisposableDomain, SilentContact}

// HygieneRules say when a contact is silent, and whether domains are looked up. What is zero is the program's, see Filled.
type HygieneRules struct {
	Months int  `json:"months,omitempty"` // without a sign of the contact
	Mails  int  `json:"mails,omitempty"`  // at least, that arrived in these months
	NoDNS  bool `json:"no_dns,omitempty"` // domains are not looked up
}

// DefaultHygiene are the rules nobody changed.
var DefaultHygiene = HygieneRules{Months: 12, Mails: 6}

// Filled returns the rules with the program's where the team has none.
func (r HygieneRules) Filled() HygieneRules {
	if r.Months == 0 {
		r.Months = DefaultHygiene.Months
	}
	if r.Mails == 0 {
		r.Mails = DefaultHygiene.Mails
	}
	return r
}

// Check refuses rules that cannot be meant.
func (r HygieneRules) Check() error {
	var faults Checks
	faults.Refuse(r.Months < 0 || r.Months > 120, "hygiene_months", "this must be a number from %d to %d", 1, 120)
	faults.Refuse(r.Mails < 0 || r.Mails > 1000, "hygiene_mails", "this must be a number from %d to %d", 1, 1000)
	return Together(faults...)
}

// HygieneEntry puts a contact on a list to decide about. Nothing is done by itself.
type HygieneEntry struct {
	ID      string      `json:"id"` // see NewHygieneEntry
	Kind    HygieneKind `json:"kind"`
	Contact string      `json:"contact_id"`
	Domain  string      `json:"domain,omitempty"` // of the address, where the domain is the reason
	Since   time.Time   `json:"since"`            // when it came to the list
	Look    string      `json:"look"`             // id of the look that saw it last
}

// NewHygieneEntry returns the entry of a contact on a list: a contact stands on each once.
func NewHygieneEntry(kind HygieneKind, contact, domain, look string, now time.Time) *HygieneEntry {
	return &HygieneEntry{ID: string(kind) + "." + contact, Kind: kind, Contact: contact, Domain: domain, Since: now, Look: look}
}

// DomainState is what the DNS said of a domain, remembered for days.
type DomainState struct {
	ID   string    `json:"id"` // the domain
	At   time.Time `json:"at"`
	Dead bool      `json:"dead"`
}

// HygieneLook is how the last look through all contacts went. There is one record.
type HygieneLook struct {
	ID      string    `json:"id"` // HygieneLookID
	Version int64     `json:"version"`
	AskedAt time.Time `json:"asked_at,omitzero"` // when somebody asked for one
	BeganAt time.Time `json:"began_at,omitzero"`
	EndedAt time.Time `json:"ended_at,omitzero"`
	Seen    int64     `json:"seen"`    // contacts
	Domains int64     `json:"domains"` // that were looked up
	Unsure  int64     `json:"unsure"`  // of which the DNS said nothing now
}

// HygieneLookID is the id of the one record of looks.
const HygieneLookID = "hygiene"

// Looks are begun by themselves this long after the last one; one that did not end is given up after lookGivenUp.
const (
	looksEvery  = 24 * time.Hour
	lookGivenUp = 2 * time.Hour
)

// Due reports whether a look is to begin: because somebody asked for it, or where it may begin by itself because the last one is a day
// old.
func (l *HygieneLook) Due(byItself bool, now time.Time) bool {
	running := l.BeganAt.After(l.EndedAt) && now.Sub(l.BeganAt) < lookGivenUp
	return !running && (l.AskedAt.After(l.BeganAt) || byItself && now.Sub(l.BeganAt) >= looksEvery)
}

// Running reports whether one is under way or asked for.
func (l *HygieneLook) Running(now time.Time) bool {
	return l.AskedAt.After(l.BeganAt) || l.BeganAt.After(l.EndedAt) && now.Sub(l.BeganAt) < lookGivenUp
}

// IsKeptFrom reports whether somebody decided that the contact stays off a list.
func (c *Contact) IsKeptFrom(k HygieneKind) bool { return slices.Contains(c.Kept, string(k)) }
