package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// CountComplaints says of the providers that took messages of runs made since a time how many these were, and how many of their readers
// reported one as spam: those with the most reports first, then those that took the most. Where nobody reported any it returns none.
func (s *Providers) CountComplaints(ctx context.Context, since time.Time) ([]campaign.ProviderComplaints, error) {
	var runs []campaign.Run
	err := s.engine.Find(ctx, schema.Runs, document.Query{Filter: document.Any{
		document.Where{Field: "created_at", Op: document.Gte, Value: since}, document.OneOf("state", campaign.Sending, campaign.PausedRun),
	}}, &runs)
	if err != nil {
		return nil, err
	}
	runs = slices.DeleteFunc(runs, func(r campaign.Run) bool { return !r.IsMailing() })
	byDomain := map[string]*campaign.ProviderComplaints{}
	of := func(domain string) *campaign.ProviderComplaints {
		if byDomain[domain] == nil {
			byDomain[domain] = &campaign.ProviderComplaints{}
		}
		return byDomain[domain]
	}
	seen := map[string]bool{} // who reports several messages counts once
	for i := range runs {
		err := s.eachComplained(ctx, runs[i].ID, func(d *campaign.Delivery) {
			if reader := cmp.Or(d.Contact, d.ID); !seen[reader] {
				seen[reader] = true
				of(d.Domain).Complained++
			}
		})
		if err != nil {
			return nil, err
		}
	}
	if len(byDomain) == 0 {
		return nil, nil
	}
	for i := range runs {
		accepted, err := s.engine.GroupCount(ctx, schema.Deliveries, document.All{document.Equal("run_id", runs[i].ID), document.Equal("state", string(campaign.Accepted))}, "domain")
		if err != nil {
			return nil, err
		}
		for domain, n := range accepted {
			of(domain).Accepted += n
		}
	}
	return s.byProvider(ctx, byDomain)
}

// eachComplained calls fn with each message of a run that was reported as spam.
func (s *Providers) eachComplained(ctx context.Context, run string, fn func(*campaign.Delivery)) error {
	complained, err := s.engine.GroupCount(ctx, schema.Events, document.All{document.Equal("run_id", run), document.Equal("kind", string(campaign.ComplainedEvent))}, "delivery_id")
	if err != nil {
		return err
	}
	ids := make([]string, 0, len(complained))
	for id := range complained {
		ids = append(ids, id)
	}
	found, err := s.deliveries.withIDs(ctx, ids)
	for i := range found {
		fn(&found[i])
	}
	return err
}

// byProvider sums counts by domain up by who runs the domains' servers, as far as the DNS has said.
func (s *Providers) byProvider(ctx context.Context, byDomain map[string]*campaign.ProviderComplaints) ([]campaign.ProviderComplaints, error) {
	domains := make([]string, 0, len(byDomain))
	for d := range byDomain {
		domains = append(domains, d)
	}
	known, err := s.FindMailDomains(ctx, domains)
	if err != nil {
		return nil, err
	}
	sums := map[string]*campaign.ProviderComplaints{}
	for domain, n := range byDomain {
		provider := cmp.Or(known[domain].Provider, campaign.ProviderOf(domain))
		if sums[provider] == nil {
			sums[provider] = &campaign.ProviderComplaints{Provider: provider}
		}
		sums[provider].Accepted += n.Accepted
		sums[provider].Complained += n.Complained
	}
	out := make([]campaign.ProviderComplaints, 0, len(sums))
	for _, c := range sums {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b campaign.ProviderComplaints) int {
		return cmp.Or(cmp.Compare(b.Complained, a.Complained), cmp.Compare(b.Accepted, a.Accepted), strings.Compare(a.Provider, b.Provider))
	})
	return out, nil
}
