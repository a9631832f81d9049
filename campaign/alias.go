package campaign

// Alias leads from an address that is not a contact's own to the contact. It is one the contact had before, by a merge or a
// change, and nobody has now: an old file must not bring the person back. Or it stands beside their own in a file: then it may
// be somebody else's, but whoever left is not written to there.
type Alias struct {
	ID      string `json:"id" bson:"_id"`
	Address string `json:"address"` // SuppressionID
	Contact string `json:"contact_id"`
	Beside  bool   `json:"beside,omitempty"`
}
