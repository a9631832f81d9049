package campaign

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// The attributes in which further addresses of a contact are stored: one person gets one letter.
const (
	OtherAddress   = "other address"   // of contacts that were merged into it
	OtherAddresses = "other addresses" // that stood beside its own in a file
)

// OtherKeys returns the AddressKey of every further address of the contact.
func (c *Contact) OtherKeys() []string {
	var keys []string
	for _, name := range []string{OtherAddress, OtherAddresses} {
		for _, a := range splitOthers(c.Attributes[name]) {
			if key := AddressKey(a); key != c.Address && strings.Contains(key, "@") && !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// DropOther forgets a further address, by its AddressKey.
func (c *Contact) DropOther(key string) {
	c.Attributes = maps.Clone(c.Attributes) // it may be another contact's too
	for _, name := range []string{OtherAddress, OtherAddresses} {
		kept := slices.DeleteFunc(splitOthers(c.Attributes[name]), func(a string) bool {
			return AddressKey(a) == key || !strings.Contains(a, "@") // the latter may be the name that goes with it
		})
		if len(kept) == 0 {
			delete(c.Attributes, name)
		} else {
			c.Attributes[name] = strings.Join(kept, ", ")
		}
	}
}

// splitOthers returns the pieces of a cell or field, in which addresses may stand as “Name <address>” and one on a line.
func splitOthers(value string) []string {
	if value == "" {
		return nil
	}
	return strings.FieldsFunc(value, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`,;<>"`, r) })
}

// Alias leads from an address that is not a contact's own to the contact. It is one the contact had before, by a merge or a
// change, and nobody has now: an old file must not bring the person back. Or it stands beside their own in a file: then it may
// be somebody else's, but a person who left is not written to there.
type Alias struct {
	ID      string `json:"id"`
	Address string `json:"address"` // SuppressionID
	Contact string `json:"contact_id"`
	Beside  bool   `json:"beside,omitempty"`
}
