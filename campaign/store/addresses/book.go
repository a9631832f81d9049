// Package addresses knows people by addresses that are not their own in the store: those they had before, those that stand
// beside theirs, and those on the record of suppressions. It knows them by keyed hashes, changes no contact and decides about
// nobody.
package addresses

import (
	"context"
	"slices"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// Book is what one engine holds of addresses. It is safe for use by many goroutines.
type Book struct {
	engine document.Engine
	signer *campaign.Signer
}

// New returns the book over an engine. The signer keys the hashes.
func New(engine document.Engine, signer *campaign.Signer) *Book { return &Book{engine, signer} }

// AddFormer records whose an address was.
func (b *Book) AddFormer(ctx context.Context, email, contact string) error {
	id := b.signer.SuppressionID(email)
	return b.engine.Upsert(ctx, schema.Aliases, &campaign.Alias{ID: id, Address: id, Contact: contact})
}

// AddBeside records the further addresses of contacts.
func (b *Book) AddBeside(ctx context.Context, cs ...*campaign.Contact) error {
	var docs []any
	for _, c := range cs {
		for _, key := range c.OtherKeys() {
			hash := b.signer.SuppressionID(key)
			docs = append(docs, &campaign.Alias{ID: hash + "." + c.ID, Address: hash, Contact: c.ID, Beside: true})
		}
	}
	if len(docs) == 0 {
		return nil
	}
	_, err := b.engine.InsertNew(ctx, schema.Aliases, docs...)
	return err
}

// DropFormer forgets whose an address was: somebody has it now.
func (b *Book) DropFormer(ctx context.Context, email string) error {
	_, err := b.engine.Delete(ctx, schema.Aliases, document.ByID(b.signer.SuppressionID(email)))
	return err
}

// FormerOf returns the hashes of the addresses that were, or may be, a contact's and nobody else's. An address beside theirs
// that is an office's stays the office's.
func (b *Book) FormerOf(ctx context.Context, c *campaign.Contact) ([]string, error) {
	var docs []campaign.Alias
	if err := b.engine.Find(ctx, schema.Aliases, document.Query{Filter: document.Equal("contact_id", c.ID), Order: []document.Order{{Field: "id"}}}, &docs); err != nil {
		return nil, err
	}
	var found []string
	for _, d := range docs {
		if !d.Beside {
			found = append(found, d.Address)
		}
	}
	for _, key := range c.OtherKeys() {
		hash := b.signer.SuppressionID(key)
		if campaign.IsRole(key) || slices.Contains(found, hash) {
			continue
		}
		shared, err := b.isShared(ctx, key, hash, c.ID)
		if err != nil {
			return nil, err
		}
		if !shared {
			found = append(found, hash)
		}
	}
	return found, nil
}

// mostBeside is how many contacts may share a further address; one that more share is an office's.
const mostBeside = 50

// isShared reports whether a contact's further address is another contact's too.
func (b *Book) isShared(ctx context.Context, key, hash, contact string) (bool, error) {
	n, err := b.engine.Count(ctx, schema.Contacts, document.Equal("address", key))
	if err != nil || n > 0 {
		return n > 0, err
	}
	var docs []campaign.Alias
	q := document.Query{Filter: document.All{document.Equal("address", hash), document.Where{Field: "contact_id", Op: document.Ne, Value: contact}}, Order: []document.Order{{Field: "id"}}, Limit: mostBeside}
	if err := b.engine.Find(ctx, schema.Aliases, q, &docs); err != nil {
		return false, err
	}
	others, err := b.contactsOf(ctx, docs)
	for _, c := range others { // some may be gone, or have lost the address since
		if slices.Contains(c.OtherKeys(), key) {
			return true, err
		}
	}
	return len(docs) == mostBeside, err
}

// contactsOf returns the contacts that aliases lead to, by id.
func (b *Book) contactsOf(ctx context.Context, docs []campaign.Alias) (map[string]*campaign.Contact, error) {
	ids := campaign.Collect(docs, func(x campaign.Alias) string { return x.Contact })
	var found []campaign.Contact
	if err := b.engine.Find(ctx, schema.Contacts, document.Query{Filter: document.Where{Field: "id", Op: document.In, Value: ids}}, &found); err != nil {
		return nil, err
	}
	out := make(map[string]*campaign.Contact, len(found))
	for i := range found {
		out[found[i].ID] = &found[i]
	}
	return out, nil
}

// Known returns a function that reports whether an address has one of some hashes.
func (b *Book) Known(hashes []string) func(address string) bool {
	return func(address string) bool { return slices.Contains(hashes, b.signer.SuppressionID(address)) }
}
