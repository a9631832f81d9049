package campaign

import "time"

// AddressChange is a contact's wish to be written to at another address. Nothing changes before the owner of the new
// address confirms it.
type AddressChange struct {
	ID          string    `json:"id" bson:"_id"`
	Version     int64     `json:"version"`
	Contact     string    `json:"contact_id"`
	Email       string    `json:"email"`
	AddressHash string    `json:"address_hash"` // SuppressionID of Email
	At          time.Time `json:"at"`
	ExpiresAt   time.Time `json:"expires_at"`
	ConfirmedAt time.Time `json:"confirmed_at,omitzero"`
}

// AddressChangeKept is how long the confirmation of a new address is waited for.
const AddressChangeKept = 3 * 24 * time.Hour
