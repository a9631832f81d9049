package store

import (
	"context"

	"github.com/glasnik/glasnik/campaign"
)

// scrubHolds takes a person out of what providers said, and drops a hold of a domain that says who they were.
func (s *Erasing) scrubHolds(ctx context.Context, _ *campaign.Erasure, words []string) error {
	held, err := s.holds.FindHolds(ctx)
	if err != nil {
		return err
	}
	for _, h := range held {
		if campaign.DomainNames(h.ID, words) {
			if err := s.holds.ReleaseHold(ctx, h.ID); err != nil {
				return err
			}
			continue
		}
		why := campaign.WithoutPerson(h.Why, words)
		if why == h.Why {
			continue
		}
		if err := s.holds.reword(ctx, h.ID, why); err != nil {
			return err
		}
	}
	return nil
}
