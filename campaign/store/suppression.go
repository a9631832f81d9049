package store

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign/store/addresses"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// Suppressions holds the hashes of addresses that must get no mail.
type Suppressions struct {
	engine document.Engine
	now    func() time.Time
	signer *campaign.Signer
	book   *addresses.Book

	departures *Departures
}

// Suppress records that an address must never be mailed again. The first reason stays. An address in detail, as servers
// put it into their words, is left out: the record must not say whose it is (E-08).
func (s *Suppressions) Suppress(ctx context.Context, address string, reason campaign.SuppressionReason, detail string) error {
	id := s.signer.SuppressionID(address)
	_, err := s.engine.InsertNew(ctx, schema.Suppressions, &campaign.Suppression{
		ID: id, Reason: reason, Detail: campaign.WithoutAddresses(detail), At: s.now(),
	})
	if err == nil {
		s.departures.Tell(campaign.Departure{Kind: campaign.GoneSuppressed, Address: id, Reason: reason})
	}
	return err
}

// Unsuppress takes an address off the record: only for the person's own act of coming back.
func (s *Suppressions) Unsuppress(ctx context.Context, address string) error {
	return s.lift(ctx, address, document.All{})
}

// lift takes an address off the record if that fits a filter.
func (s *Suppressions) lift(ctx context.Context, address string, also document.Filter) error {
	id := s.signer.SuppressionID(address)
	n, err := s.engine.Delete(ctx, schema.Suppressions, document.All{document.ByID(id), also})
	if err == nil && n > 0 {
		s.departures.Tell(campaign.Departure{Kind: campaign.CameBack, Address: id})
	}
	return err
}

// Suppressed says which of some addresses must not be mailed, and why.
func (s *Suppressions) Suppressed(ctx context.Context, addresses []string) (map[string]campaign.SuppressionReason, error) {
	docs, err := s.book.Suppressions(ctx, addresses)
	out := make(map[string]campaign.SuppressionReason, len(docs))
	for address, d := range docs {
		out[address] = d.Reason
	}
	return out, err
}

// liftByOwnAct takes an address off the record for the reasons that end when its owner wants mail again.
func (s *Suppressions) liftByOwnAct(ctx context.Context, address string) error {
	return s.lift(ctx, address, document.OneOf("reason", campaign.LiftedByOwnAct()...))
}
