package store

import (
	"context"

	"github.com/glasnik/glasnik/campaign"
)

// Alias leads from an address a contact had before, by a merge or a change, to the contact, so that an old file does not bring
// the person back. Nobody has the address now.
type Alias struct {
	ID      string `json:"id" bson:"_id"` // SuppressionID of the address
	Contact string `json:"contact_id"`
}

// keepAlias remembers whose an address was.
func (s *Store) keepAlias(ctx context.Context, email, contact string) error {
	return s.engine.Upsert(ctx, aliases, &Alias{ID: s.signer.SuppressionID(email), Contact: contact})
}

// dropAlias forgets whose an address was: somebody has it now.
func (s *Store) dropAlias(ctx context.Context, email string) error {
	_, err := s.engine.Delete(ctx, aliases, ByID(s.signer.SuppressionID(email)))
	return err
}

// moveAlias remembers the address a contact had before it got another.
func (s *Store) moveAlias(ctx context.Context, before string, c *campaign.Contact) error {
	if err := s.keepAlias(ctx, before, c.ID); err != nil {
		return err
	}
	return s.dropAlias(ctx, c.Email)
}

// aliasesOf gives the hashes of the addresses a contact had before.
func (s *Store) aliasesOf(ctx context.Context, contact string) ([]string, error) {
	var docs []Alias
	err := s.engine.Find(ctx, aliases, Query{Filter: Equal("contact_id", contact), Order: []Order{{Field: "id"}}}, &docs)
	ids := make([]string, len(docs))
	for i := range docs {
		ids[i] = docs[i].ID
	}
	return ids, err
}

func (s *Store) forgetAliases(ctx context.Context, e *campaign.Erasure, _ []string) error {
	_, err := s.engine.Delete(ctx, aliases, Where{"contact_id", In, e.IDs()})
	return err
}

// hashes are some addresses by the keyed hashes under which they are on record.
type hashes struct {
	ids  []string
	byID map[string][]string // one address may be written in several ways
}

func (s *Store) hashes(addresses []string) hashes {
	h := hashes{ids: make([]string, 0, len(addresses)), byID: make(map[string][]string, len(addresses))}
	for _, a := range addresses {
		id := s.signer.SuppressionID(a)
		if h.byID[id] == nil {
			h.ids = append(h.ids, id)
		}
		h.byID[id] = append(h.byID[id], a)
	}
	return h
}

// peopleBy gives by address who had it before.
func (s *Store) peopleBy(ctx context.Context, h hashes) (map[string]*campaign.Contact, error) {
	var docs []Alias
	err := s.engine.Find(ctx, aliases, Query{Filter: Where{"id", In, h.ids}}, &docs)
	if err != nil || len(docs) == 0 {
		return nil, err
	}
	ids := make([]string, len(docs))
	for i := range docs {
		ids[i] = docs[i].Contact
	}
	found, err := s.GetContacts(ctx, ids)
	out := make(map[string]*campaign.Contact, len(docs))
	for _, d := range docs {
		for _, a := range h.byID[d.ID] {
			if c := found[d.Contact]; c != nil {
				out[a] = c
			}
		}
	}
	return out, err
}

// holdsAny reports whether there is anything in a collection: hashing many addresses takes longer.
func holdsAny[T any](ctx context.Context, e Engine, c *Collection) (bool, error) {
	var one []T
	err := e.Find(ctx, c, Query{Limit: 1}, &one)
	return len(one) > 0, err
}
