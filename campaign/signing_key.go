package campaign

import (
	"slices"
	"strings"
	"time"
)

// SigningKind is the algorithm of a key that messages are signed with.
type SigningKind string

const (
	RSAKey     SigningKind = "rsa"     // 2048 bits (RFC 8301)
	Ed25519Key SigningKind = "ed25519" // as a second signature: not everybody checks it (RFC 8463)
)

// SigningKinds are all of them, in the order of their signatures in a message.
var SigningKinds = []SigningKind{RSAKey, Ed25519Key}

// KeyState says where a key stands in its life.
type KeyState string

const (
	KeyWaits KeyState = "waits" // signs nothing until its record was seen in the DNS
	KeySigns KeyState = "signs"
	KeyRests KeyState = "rests" // signs no more; its record must stay while mail it signed is under way
)

// KeyFlight is how long after its last signature a key's record must stay: servers try to deliver for up to five days (RFC 5321
// section 4.5.4.1), and what is forwarded is checked again.
const KeyFlight = 8 * 24 * time.Hour

// SigningKey is a key of DKIM that the program has made and keeps.
type SigningKey struct {
	ID       string      `json:"id"` // name of its record
	Version  int64       `json:"version"`
	Domain   string      `json:"domain"`
	Selector string      `json:"selector"`
	Kind     SigningKind `json:"kind"`
	Record   string      `json:"record"` // value of its TXT record
	Sealed   string      `json:"sealed"` // the private key in PEM, sealed with the installation's secret
	State    KeyState    `json:"state"`
	MadeAt   time.Time   `json:"made_at"`
	SeenAt   time.Time   `json:"seen_at,omitzero"` // when its record was first seen
	RestsAt  time.Time   `json:"rests_at,omitzero"`
	Fault    string      `json:"fault,omitempty"` // stored Text: what was wrong with its record when it was last looked up
	LookedAt time.Time   `json:"looked_at,omitzero"`
}

// RemovableAt is when the record of a key may be taken out of the DNS; zero while it is needed.
func (k *SigningKey) RemovableAt() time.Time {
	if k.State != KeyRests {
		return time.Time{}
	}
	return k.RestsAt.Add(KeyFlight)
}

// Removable reports whether the record of a key may be taken out of the DNS.
func (k *SigningKey) Removable(now time.Time) bool {
	return k.State == KeyRests && !now.Before(k.RemovableAt())
}

// ParseSigningDomain returns a domain that keys can be made for, in the form the DNS has it.
func ParseSigningDomain(s string) (string, error) {
	d, err := ParseDomain(strings.ToLower(strings.TrimSpace(s)))
	if err != nil || len(d) > 200 {
		return "", FieldError("domain", "write a domain such as example.org")
	}
	return d, nil
}

// NextSelector returns a selector for a new key that none of the domain's keys has: when it was made, and the kind, such as
// g2610181504-rsa. A selector is never used for two keys, or receivers that remember the old record would refuse the new one.
func NextSelector(keys []SigningKey, domain string, kind SigningKind, now time.Time) string {
	for ; ; now = now.Add(time.Minute) {
		s := "g" + now.UTC().Format("0601021504") + "-" + string(kind)
		if !slices.ContainsFunc(keys, func(k SigningKey) bool { return k.Domain == domain && k.Selector == s }) {
			return s
		}
	}
}

// SigningDomains are the domains whose keys may sign mail from a domain, the nearest first: its own, and those above it, whose
// signature speaks for it too unless its owner wants the very domain (RFC 7489 section 3.1.1).
func SigningDomains(from string) []string {
	var out []string
	for from = strings.ToLower(from); strings.Contains(from, "."); _, from, _ = strings.Cut(from, ".") {
		out = append(out, from)
	}
	return out
}
