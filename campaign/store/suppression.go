package store

import (
	"context"
	"slices"
	"strings"
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
	journal    *Journal
}

// Suppress records that an address must never be mailed again. The first reason stays. An address in detail, as servers
// put it into their words, is left out, and the address itself is encrypted: the record alone must not say whose it is (E-08).
func (s *Suppressions) Suppress(ctx context.Context, address string, reason campaign.SuppressionReason, detail string) error {
	id := s.signer.SuppressionID(address)
	_, err := s.engine.InsertNew(ctx, schema.Suppressions, s.record(address, reason, detail))
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
	_, err := s.liftID(ctx, s.signer.SuppressionID(address), also)
	return err
}

func (s *Suppressions) liftID(ctx context.Context, id string, also document.Filter) (bool, error) {
	n, err := s.engine.Delete(ctx, schema.Suppressions, document.All{document.ByID(id), also})
	if err == nil && n > 0 {
		s.departures.Tell(campaign.Departure{Kind: campaign.CameBack, Address: id})
	}
	return n > 0, err
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

// sealedAddress is the purpose under which suppressed addresses are encrypted.
const sealedAddress = "suppressed address"

// record is what is stored of an address, or of a domain with an @ before it. Neither stands in it for whoever holds the store
// without the installation's secret.
func (s *Suppressions) record(whom string, reason campaign.SuppressionReason, detail string) *campaign.Suppression {
	return &campaign.Suppression{
		ID: s.signer.SuppressedID(whom), Reason: reason, Detail: campaign.WithoutAddresses(detail), At: s.now(),
		Sealed: s.signer.Seal(sealedAddress, []byte(whom)), Domain: s.signer.DomainID(campaign.Domain(whom)),
	}
}

// suppressedTogether is how many addresses are written at once.
const suppressedTogether = 2000

// AddSuppressions records, by the hand of the team, that addresses and domains must never be mailed again, and returns how many are
// new. What is on record already stays as it is. whom are as campaign.ParseSuppressed returns them.
func (s *Suppressions) AddSuppressions(ctx context.Context, whom []string, why string) (added int64, err error) {
	return s.addAll(ctx, whom, why, "")
}

func (s *Suppressions) addAll(ctx context.Context, whom []string, why, bulk string) (added int64, err error) {
	why = campaign.CleanLine(why)
	if campaign.LongerThan(why, 500) {
		return 0, campaign.FieldError("why", "this is longer than %d characters", 500)
	}
	for part := range slices.Chunk(whom, suppressedTogether) {
		ids := campaign.Collect(part, s.signer.SuppressedID)
		var known []campaign.Suppression
		if err := s.engine.Find(ctx, schema.Suppressions, document.Query{Filter: document.Where{Field: "id", Op: document.In, Value: ids}}, &known); err != nil {
			return added, err
		}
		seen := map[string]bool{}
		for i := range known {
			seen[known[i].ID] = true
		}
		var docs []any
		for i, id := range ids {
			if seen[id] {
				continue
			}
			seen[id] = true
			one := s.record(part[i], campaign.SuppressedByHand, why)
			one.By, one.Bulk = actorOf(ctx).Name, bulk
			docs = append(docs, one)
		}
		if len(docs) == 0 {
			continue
		}
		n, err := s.engine.InsertNew(ctx, schema.Suppressions, docs...)
		if err != nil {
			return added, err
		}
		added += n
		for _, d := range docs {
			s.departures.Tell(campaign.Departure{Kind: campaign.GoneSuppressed, Address: d.(*campaign.Suppression).ID, Reason: campaign.SuppressedByHand})
		}
	}
	return added, nil
}

// SuppressionFilter says which suppressions a table shows; empty fields do not narrow it.
type SuppressionFilter struct {
	Reason campaign.SuppressionReason
	Whom   string // an address, or a domain with an @ before it
}

func (s *Suppressions) filter(f SuppressionFilter) document.Filter {
	all := document.All{}
	if f.Reason != "" {
		all = append(all, document.Equal("reason", string(f.Reason)))
	}
	switch {
	case strings.HasPrefix(f.Whom, "@"):
		all = append(all, document.Equal("domain", s.signer.DomainID(f.Whom[1:])))
	case f.Whom != "":
		all = append(all, document.Where{Field: "id", Op: document.In, Value: s.book.IDsOf(f.Whom)})
	}
	return all
}

// SuppressedAddress is a suppression as those may see it who hold the installation's secret.
type SuppressedAddress struct {
	campaign.Suppression
	Whom string // the address, or a domain with an @ before it; "" where it is not known any more
}

func (s *Suppressions) shown(one campaign.Suppression) SuppressedAddress {
	whom, _ := s.signer.Open(sealedAddress, one.Sealed)
	return SuppressedAddress{one, string(whom)}
}

// FindSuppressions returns one page of the suppressions, the latest first.
func (s *Suppressions) FindSuppressions(ctx context.Context, f SuppressionFilter, p Page) ([]SuppressedAddress, string, error) {
	p.Sort, p.Desc = "at", true
	found, next, err := page(ctx, s.engine, schema.Suppressions, s.filter(f), p, func(x *campaign.Suppression) (any, string) { return x.At, x.ID })
	return campaign.Collect(found, s.shown), next, err
}

// CountSuppressions says how many suppressions a filter fits.
func (s *Suppressions) CountSuppressions(ctx context.Context, f SuppressionFilter) (int64, error) {
	return s.engine.Count(ctx, schema.Suppressions, s.filter(f))
}

// EachSuppression calls fn with every suppression a filter fits.
func (s *Suppressions) EachSuppression(ctx context.Context, f SuppressionFilter, fn func(*SuppressedAddress) error) error {
	idOf := func(x *campaign.Suppression) string { return x.ID }
	return document.Each(ctx, s.engine, schema.Suppressions, s.filter(f), 1000, idOf, func(x *campaign.Suppression) error {
		one := s.shown(*x)
		return fn(&one)
	})
}

// GetSuppression reads one suppression.
func (s *Suppressions) GetSuppression(ctx context.Context, id string) (SuppressedAddress, error) {
	one, err := document.Get[campaign.Suppression](ctx, s.engine, schema.Suppressions, id)
	return s.shown(one), err
}

// LetGo takes an address or a domain off the record by the team's hand. Nobody is put back on a list by it, and the mark of a contact
// whose mail came back stays.
func (s *Suppressions) LetGo(ctx context.Context, id, why string) error {
	if why = campaign.CleanLine(why); why == "" {
		return campaign.FieldError("reason", "say why it is let go")
	}
	if campaign.LongerThan(why, 500) {
		return campaign.FieldError("reason", "this is longer than %d characters", 500)
	}
	one, err := s.GetSuppression(ctx, id)
	if err != nil {
		return err
	}
	if _, err := s.liftID(ctx, id, document.All{}); err != nil {
		return err
	}
	return s.journal.Log(ctx, campaign.Entry{
		Kind: campaign.DeletedEntry, Audit: true, Detail: campaign.Textf("Let go of a suppression (%s): %s", one.Reason, campaign.WithoutAddresses(why)).Stored(),
	})
}
