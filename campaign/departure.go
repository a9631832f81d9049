package campaign

import (
	"strings"
	"time"
)

// Departure is what must hold of a store in an older state too, when a backup of it is put back: somebody was erased, must
// not be mailed again, or left a list. It says who by what leads to nobody without the store: a contact's id, the keyed
// hash of an address.
type Departure struct {
	At      time.Time         `json:"at"`
	Kind    DepartureKind     `json:"kind"`
	Contact string            `json:"contact,omitempty"`
	Address string            `json:"address,omitempty"` // SuppressionID
	Reason  SuppressionReason `json:"reason,omitempty"`  // of a suppression
	List    string            `json:"list,omitempty"`    // that was left
	Status  ContactStatus     `json:"status,omitempty"`  // that the address has now
}

// DepartureKind says what happened.
type DepartureKind string

const (
	GoneErased     DepartureKind = "erased"
	GoneSuppressed DepartureKind = "suppressed"
	LeftList       DepartureKind = "left"
	StatusChanged  DepartureKind = "status"
	CameBack       DepartureKind = "back" // by their own act: the address is not suppressed any more
)

// Departures are all that is known of those who went, to be held against a backup.
type Departures struct {
	Erased     map[string]string            // the hash of the address, or "" when that may come back, by contact
	ErasedAs   map[string]bool              // hashes of addresses
	Suppressed map[string]SuppressionReason // by the hash of the address
	Left       map[string][]string          // lists, by contact
	Status     map[string]ContactStatus     // by contact
}

// NewDepartures begins with nobody.
func NewDepartures() *Departures {
	return &Departures{
		Erased: map[string]string{}, ErasedAs: map[string]bool{}, Suppressed: map[string]SuppressionReason{}, Left: map[string][]string{},
		Status: map[string]ContactStatus{},
	}
}

// Add adds what happened next. What happened before since is in the backup already, except that a contact who was erased is
// nowhere to come back from. A person who came back as a reader is not suppressed; what was erased stays erased.
func (ds *Departures) Add(d Departure, since time.Time) {
	if d.Kind == GoneErased && d.Contact != "" {
		ds.Erased[d.Contact] = d.Address
	}
	if d.At.Before(since) {
		return
	}
	switch d.Kind {
	case GoneErased:
		if d.Address != "" {
			ds.ErasedAs[d.Address], ds.Suppressed[d.Address] = true, Erased
		}
	case GoneSuppressed:
		if ds.Suppressed[d.Address] == "" {
			ds.Suppressed[d.Address] = d.Reason
		}
	case CameBack:
		delete(ds.Suppressed, d.Address)
	case LeftList:
		ds.Left[d.Contact] = append(ds.Left[d.Contact], d.List)
	case StatusChanged:
		ds.Status[d.Contact] = d.Status
	}
}

// Suppression is an address that must never be mailed again, whatever list it is on; or all addresses of a domain.
type Suppression struct {
	ID     string            `json:"id"` // SuppressionID of the address, or DomainID
	Reason SuppressionReason `json:"reason"`
	Detail string            `json:"detail,omitempty"`
	At     time.Time         `json:"at"`
	Gone   bool              `json:"gone,omitempty"`    // its contact was erased, whatever the reason says
	By     string            `json:"by,omitempty"`      // who of the team entered it
	Sealed string            `json:"sealed,omitempty"`  // the address, or "@" and the domain, encrypted; "" of who was erased, and of records of older versions
	Domain string            `json:"domain,omitempty"`  // DomainID, to find those of a domain by; "" where Sealed is
	Bulk   string            `json:"bulk_id,omitempty"` // the action on many contacts that entered it
}

// ParseSuppressed reads what somebody wants suppressed: an address, or a domain with or without an @ before it, which is returned with
// one.
func ParseSuppressed(s string) (string, error) {
	s = strings.TrimFunc(s, isUnseen)
	if s == "" {
		return "", FieldError("address", "give an address or a domain")
	}
	domain, isDomain := strings.CutPrefix(s, "@")
	if isDomain || !strings.Contains(s, "@") {
		ascii, err := ParseDomain(strings.ToLower(domain))
		if err != nil {
			return "", FieldError("address", "%q is neither an address nor a domain", s)
		}
		return "@" + ascii, nil
	}
	address, err := ParseAddress(s)
	if err != nil {
		return "", FieldError("address", "%q is neither an address nor a domain", s)
	}
	return address, nil
}

// SuppressionReason says how an address came to be suppressed.
type SuppressionReason string

const (
	LeftAll          SuppressionReason = "left_all" // asked to hear nothing from us again
	HardBounce       SuppressionReason = "hard_bounce"
	ComplaintReason  SuppressionReason = "complaint"
	Erased           SuppressionReason = "erased"
	SuppressedByHand SuppressionReason = "by_hand"
)

// SuppressionReasons are all of them in the order they are offered.
var SuppressionReasons = []SuppressionReason{LeftAll, ComplaintReason, HardBounce, Erased, SuppressedByHand}

// OwnWill reports whether an address is suppressed because its owner wanted it: letting it go then is for who may answer for it.
func (r SuppressionReason) OwnWill() bool {
	return r == LeftAll || r == ComplaintReason || r == Erased
}
