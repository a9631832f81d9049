package store

import (
	"context"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
)

// LiftLeaving takes an address off the record of those who asked to hear nothing from us again, because the person came
// back by their own act. Any other reason for suppressing it stays.
func (s *Suppressions) LiftLeaving(ctx context.Context, address string) error {
	return s.lift(ctx, address, document.Equal("reason", string(campaign.LeftAll)))
}
