package store

import (
	"context"

	"github.com/glasnik/glasnik/campaign"
)

// EraseContact removes a contact and everything that says who they were (E-08). Counts stay as they are. What is left is
// the keyed hash of the address, by which an import knows that it must not bring them back.
func (s *Store) EraseContact(ctx context.Context, id string) error {
	c, err := s.GetContact(ctx, id)
	if campaign.CodeOf(err) == campaign.NotFound {
		return campaign.Errorf(campaign.NotFound, "this contact is gone already")
	}
	if err != nil {
		return err
	}
	if err := s.Suppress(ctx, c.Email, campaign.Erased, ""); err != nil {
		return err
	}
	return s.DeleteContact(ctx, id)
}
