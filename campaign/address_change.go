package campaign

import "time"

// AddressChange is a contact's wish to be written to at another address. It takes effect when the owner of the new address
// has confirmed it and the owner of the former one agreed, or did not stop it for AddressWait: anyone who holds a message that
// was passed on can ask for it too.
type AddressChange struct {
	ID          string    `json:"id"`
	Version     int64     `json:"version"`
	Contact     string    `json:"contact_id"`
	Email       string    `json:"email"`
	AddressHash string    `json:"address_hash"` // SuppressionID of Email
	Former      string    `json:"former"`       // SuppressionID of the address it is to replace
	At          time.Time `json:"at"`
	ExpiresAt   time.Time `json:"expires_at"`
	ConfirmedAt time.Time `json:"confirmed_at,omitzero"` // by the owner of Email
	AgreedAt    time.Time `json:"agreed_at,omitzero"`    // by the owner of the former address
	StoppedAt   time.Time `json:"stopped_at,omitzero"`   // it holds no more: refused, replaced by another, or without effect
	RefusedAt   time.Time `json:"refused_at,omitzero"`   // by the owner of the former address
	DoneAt      time.Time `json:"done_at,omitzero"`
	DueAt       time.Time `json:"due_at"`  // without a word of the former address it takes effect then
	Waiting     bool      `json:"waiting"` // there is something left to do at DueAt
}

const (
	// AddressChangeKept is how long the confirmation of a new address is waited for.
	AddressChangeKept = 3 * 24 * time.Hour
	// AddressWait is how long the former address can stop a change, and how long after one no record of the person goes to
	// the new address.
	AddressWait = 7 * 24 * time.Hour
	// AddressChangeTold is how long a decided change is stored, so that its links can say what became of it.
	AddressChangeTold = 30 * 24 * time.Hour
)

// Open reports whether a change can still be agreed to or stopped.
func (a *AddressChange) Open() bool { return a.StoppedAt.IsZero() && a.DoneAt.IsZero() }

// Due reports whether nothing stands in the way of a change any more.
func (a *AddressChange) Due(now time.Time) bool {
	return a.StoppedAt.IsZero() && !a.ConfirmedAt.IsZero() && (!a.AgreedAt.IsZero() || !now.Before(a.DueAt))
}

// Moved notes that a contact has another address than before: links that stand in messages to the former one end, and the new
// one is too young for some things.
func (c *Contact) Moved(now time.Time) { c.AddressSince, c.LinksSince = now, now }

// MayGetRecord reports whether what is on record of a contact may be sent to their address, and from when on.
func (c *Contact) MayGetRecord(now time.Time) (from time.Time, ok bool) {
	if c.AddressSince.IsZero() {
		return from, true
	}
	from = c.AddressSince.Add(AddressWait)
	return from, !now.Before(from)
}
