package store

import (
	"context"
	"slices"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// keepAlias remembers whose an address was.
func (s *Store) keepAlias(ctx context.Context, email, contact string) error {
	id := s.signer.SuppressionID(email)
	return s.engine.Upsert(ctx, schema.Aliases, &campaign.Alias{ID: id, Address: id, Contact: contact})
}

// keepBeside remembers whose further addresses some are.
func (s *Store) keepBeside(ctx context.Context, cs ...*campaign.Contact) error {
	var docs []any
	for _, c := range cs {
		for _, key := range c.OtherKeys() {
			hash := s.signer.SuppressionID(key)
			docs = append(docs, &campaign.Alias{ID: hash + "." + c.ID, Address: hash, Contact: c.ID, Beside: true})
		}
	}
	if len(docs) == 0 {
		return nil
	}
	_, err := s.engine.InsertNew(ctx, schema.Aliases, docs...)
	return err
}

// addBeside is keepBeside for a store of an older version.
func (s *Store) addBeside(ctx context.Context) error {
	return s.EachContact(ctx, nil, "", 500, func(cs []campaign.Contact) error {
		all := make([]*campaign.Contact, len(cs))
		for i := range cs {
			all[i] = &cs[i]
		}
		return s.keepBeside(ctx, all...)
	})
}

// dropAlias forgets whose an address was: somebody has it now.
func (s *Store) dropAlias(ctx context.Context, email string) error {
	_, err := s.engine.Delete(ctx, schema.Aliases, document.ByID(s.signer.SuppressionID(email)))
	return err
}

// formerOf gives the hashes of the addresses that were, or may be, a contact's and nobody else's. What stands beside theirs and
// is an office's stays the office's.
func (s *Store) formerOf(ctx context.Context, c *campaign.Contact) ([]string, error) {
	var docs []campaign.Alias
	if err := s.engine.Find(ctx, schema.Aliases, document.Query{Filter: document.Equal("contact_id", c.ID), Order: []document.Order{{Field: "id"}}}, &docs); err != nil {
		return nil, err
	}
	var found []string
	for _, d := range docs {
		if !d.Beside {
			found = append(found, d.Address)
		}
	}
	for _, key := range c.OtherKeys() {
		hash := s.signer.SuppressionID(key)
		if campaign.IsRole(key) || slices.Contains(found, hash) {
			continue
		}
		shared, err := s.isShared(ctx, key, hash, c.ID)
		if err != nil {
			return nil, err
		}
		if !shared {
			found = append(found, hash)
		}
	}
	return found, nil
}

// mostBeside is how many contacts an address may stand beside and still say something of them; one of more is an office's.
const mostBeside = 50

// isShared reports whether an address that stands beside a contact's own is another contact's too.
func (s *Store) isShared(ctx context.Context, key, hash, contact string) (bool, error) {
	n, err := s.engine.Count(ctx, schema.Contacts, document.Equal("address", key))
	if err != nil || n > 0 {
		return n > 0, err
	}
	var docs []campaign.Alias
	q := document.Query{Filter: document.All{document.Equal("address", hash), document.Where{Field: "contact_id", Op: document.Ne, Value: contact}}, Order: []document.Order{{Field: "id"}}, Limit: mostBeside}
	if err := s.engine.Find(ctx, schema.Aliases, q, &docs); err != nil {
		return false, err
	}
	others, err := s.contactsOf(ctx, docs)
	for _, c := range others { // some may be gone, or have lost the address since
		if slices.Contains(c.OtherKeys(), key) {
			return true, err
		}
	}
	return len(docs) == mostBeside, err
}

// contactsOf gives the contacts some aliases lead to, by id.
func (s *Store) contactsOf(ctx context.Context, docs []campaign.Alias) (map[string]*campaign.Contact, error) {
	ids := make([]string, len(docs))
	for i := range docs {
		ids[i] = docs[i].Contact
	}
	return s.GetContacts(ctx, ids)
}

// scrubBeside takes an erased contact's addresses out of other contacts, where they stand beside their own.
func (s *Store) scrubBeside(ctx context.Context, e *campaign.Erasure, _ []string) error {
	q := document.Query{Filter: document.All{document.Where{Field: "address", Op: document.In, Value: e.Hashes()}, document.Not{Filter: document.Where{Field: "contact_id", Op: document.In, Value: e.IDs()}}}, Order: []document.Order{{Field: "id"}}, Limit: 500}
	for {
		var docs []campaign.Alias
		if err := s.engine.Find(ctx, schema.Aliases, q, &docs); err != nil || len(docs) == 0 {
			return err
		}
		gone := make([]string, len(docs))
		for i, d := range docs {
			if err := s.dropBeside(ctx, d.Contact, e); err != nil {
				return err
			}
			gone[i] = d.ID
		}
		if _, err := s.engine.Delete(ctx, schema.Aliases, document.Where{Field: "id", Op: document.In, Value: gone}); err != nil {
			return err
		}
	}
}

// dropBeside takes an erased contact's addresses out of one contact, which may have been kept under rules of an older version.
func (s *Store) dropBeside(ctx context.Context, contact string, e *campaign.Erasure) error {
	theirs := s.hashedIn(e.Hashes())
	_, err := document.Modify(ctx, s.engine, schema.Contacts, contact, func(c *campaign.Contact) *int64 { return &c.Version }, func(c *campaign.Contact) error {
		for _, key := range c.OtherKeys() {
			if theirs(key) {
				c.DropOther(key)
			}
		}
		return nil
	})
	if campaign.UnlessMissing(err) != nil {
		return err
	}
	return s.forgetKeptOf(ctx, contact) // it would bring the address back
}

func (s *Store) forgetAliases(ctx context.Context, e *campaign.Erasure, _ []string) error {
	_, err := s.engine.Delete(ctx, schema.Aliases, document.Where{Field: "contact_id", Op: document.In, Value: e.IDs()})
	return err
}

// hashes are some addresses, each once, by the keyed hashes under which they are on record.
type hashes struct {
	ids  []string
	byID map[string][]string // one address may be written in several ways
	of   map[string]string
}

func (s *Store) hashes(addresses []string) hashes {
	h := hashes{ids: make([]string, 0, len(addresses)), byID: make(map[string][]string, len(addresses)), of: make(map[string]string, len(addresses))}
	for _, a := range addresses {
		if h.of[a] != "" {
			continue
		}
		id := s.signer.SuppressionID(a)
		if h.byID[id] == nil {
			h.ids = append(h.ids, id)
		}
		h.byID[id], h.of[a] = append(h.byID[id], a), id
	}
	return h
}

// people are contacts by an address that is not their own.
type people struct {
	former map[string]*campaign.Contact
	beside map[string][]*campaign.Contact
}

// of gives those whose an address was or may be. An office's stands beside many people's and says nothing of them.
func (p people) of(address string) []*campaign.Contact {
	if c := p.former[address]; c != nil {
		return []*campaign.Contact{c}
	}
	if campaign.IsRole(address) {
		return nil
	}
	return p.beside[address]
}

// mostPeople bounds how many contacts some addresses lead to beside their own.
const mostPeople = 10_000

// peopleBy gives to whom some addresses lead that were somebody's, and beside whose own those stand that are rows' own.
func (s *Store) peopleBy(ctx context.Context, h hashes, own []string) (people, error) {
	p := people{former: map[string]*campaign.Contact{}, beside: map[string][]*campaign.Contact{}}
	var asked []string
	for _, a := range own {
		if !campaign.IsRole(a) {
			asked = append(asked, h.of[a])
		}
	}
	var docs, further []campaign.Alias
	err := s.engine.Find(ctx, schema.Aliases, document.Query{Filter: document.Where{Field: "id", Op: document.In, Value: h.ids}, Order: []document.Order{{Field: "id"}}}, &docs)
	if err == nil && len(asked) > 0 {
		beside := document.All{document.Where{Field: "address", Op: document.In, Value: asked}, document.Where{Field: "beside", Op: document.Eq, Value: true}}
		err = s.engine.Find(ctx, schema.Aliases, document.Query{Filter: beside, Order: []document.Order{{Field: "id"}}, Limit: mostPeople}, &further)
	}
	if docs = append(docs, further...); err != nil || len(docs) == 0 {
		return p, err
	}
	found, err := s.contactsOf(ctx, docs)
	for _, d := range docs {
		c := found[d.Contact]
		for _, a := range h.byID[d.Address] {
			switch {
			case c == nil:
			case d.Beside:
				p.beside[a] = append(p.beside[a], c)
			default:
				p.former[a] = c
			}
		}
	}
	return p, err
}
