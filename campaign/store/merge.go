package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// GetPerson reads a contact by its id, or by one it had before it was merged.
func (s *Contacts) GetPerson(ctx context.Context, id string) (campaign.Contact, error) {
	c, err := s.GetContact(ctx, id)
	if campaign.CodeOf(err) != campaign.NotFound {
		return c, err
	}
	h, err := document.Get[campaign.Heir](ctx, s.engine, schema.Heirs, id)
	if err != nil {
		return c, err
	}
	return s.GetContact(ctx, h.Into)
}

// MergeContacts makes one contact of two: what was sent to either, and what came of it, is the first one's afterwards, see
// Contact.Absorb for the rest. It cannot be taken back. It can be done again when it was cut off. What is still to be sent
// to the second address is skipped.
func (s *Contacts) MergeContacts(ctx context.Context, keep, other string) error {
	if keep == other {
		return campaign.Errorf(campaign.Invalid, "a contact cannot be merged with itself")
	}
	second, err := s.GetContact(ctx, other)
	if err != nil {
		return err
	}
	first, err := s.GetContact(ctx, keep)
	if err != nil {
		return err
	}
	if err := s.carrySuppression(ctx, &first, &second); err != nil {
		return fmt.Errorf("merge contacts: %w", err)
	}
	merged, err := s.ChangeContact(ctx, keep, func(c *campaign.Contact) error {
		c.Absorb(&second)
		return nil
	})
	if err == nil {
		err = s.book.AddBeside(ctx, &merged)
	}
	if err != nil {
		return err
	}
	// The ids of both stand in the first now: what a run writes down late about the second is found by them.
	for _, c := range []*document.Collection{schema.Deliveries, schema.Events, schema.Journal, schema.Requests, schema.AddressChanges, schema.Aliases, schema.Coverage} {
		if _, err := s.engine.Update(ctx, c, document.Equal("contact_id", other), document.Change{Set: map[string]any{"contact_id": keep}}); err != nil {
			return fmt.Errorf("merge contacts: %w", err)
		}
	}
	if err := s.enrolled.carryEnrolments(ctx, other, keep); err != nil {
		return fmt.Errorf("merge contacts: %w", err)
	}
	if _, err := s.engine.Delete(ctx, schema.Wishes, document.Equal("contact_id", other)); err != nil { // asked of an address that is not theirs now
		return fmt.Errorf("merge contacts: %w", err)
	}
	for _, id := range []string{keep, other} { // taking back an import or a bulk action would part them again
		if err := s.undo.DropContact(ctx, id); err != nil {
			return fmt.Errorf("merge contacts: %w", err)
		}
	}
	for _, id := range append(slices.Clone(second.Merged), other) {
		if err := s.engine.Upsert(ctx, schema.Heirs, &campaign.Heir{ID: id, Into: keep}); err != nil {
			return fmt.Errorf("merge contacts: %w", err)
		}
	}
	if err := s.book.AddFormer(ctx, second.Email, keep); err != nil {
		return fmt.Errorf("merge contacts: %w", err)
	}
	if _, err := s.engine.Delete(ctx, schema.Contacts, document.ByID(other)); err != nil {
		return fmt.Errorf("merge contacts: %w", err)
	}
	return s.journal.Log(ctx, campaign.Entry{Kind: campaign.MergedEntry, Contact: keep, Audit: true, Detail: campaign.Textf("Merged two contacts").Stored()})
}

// carrySuppression keeps a person who asked for no mail at one address from getting it at the other. That an address does
// not work says nothing of the other.
func (s *Contacts) carrySuppression(ctx context.Context, first, second *campaign.Contact) error {
	found, err := s.suppressions.Suppressed(ctx, []string{second.Email})
	reason := found[second.Email]
	if err != nil || !slices.Contains([]campaign.SuppressionReason{campaign.LeftAll, campaign.ComplaintReason, campaign.SuppressedByHand}, reason) {
		return err
	}
	return s.suppressions.Suppress(ctx, first.Email, reason, "merged with a contact that was suppressed")
}
