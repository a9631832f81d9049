package addresses

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// Hashes are some addresses, each once, with their keyed hashes.
type Hashes struct {
	ids  []string
	byID map[string][]string // one address may be written in several ways
	of   map[string]string
}

func (b *Book) Hash(addresses []string) Hashes {
	h := Hashes{ids: make([]string, 0, len(addresses)), byID: make(map[string][]string, len(addresses)), of: make(map[string]string, len(addresses))}
	for _, a := range addresses {
		if h.of[a] != "" {
			continue
		}
		id := b.signer.SuppressionID(a)
		if h.byID[id] == nil {
			h.ids = append(h.ids, id)
		}
		h.byID[id], h.of[a] = append(h.byID[id], a), id
	}
	return h
}

// People are contacts by addresses that are not their own.
type People struct {
	Former map[string]*campaign.Contact
	Beside map[string][]*campaign.Contact
}

// Of returns those whose an address was or may be. An office's stands beside many people's and says nothing of them.
func (p People) Of(address string) []*campaign.Contact {
	if c := p.Former[address]; c != nil {
		return []*campaign.Contact{c}
	}
	if campaign.IsRole(address) {
		return nil
	}
	return p.Beside[address]
}

// mostPeople bounds the contacts that some addresses may stand beside.
const mostPeople = 10_000

// People returns to whom some addresses lead that were somebody's, and those beside whose address one of own stands.
func (b *Book) People(ctx context.Context, h Hashes, own []string) (People, error) {
	p := People{Former: map[string]*campaign.Contact{}, Beside: map[string][]*campaign.Contact{}}
	var asked []string
	for _, a := range own {
		if !campaign.IsRole(a) {
			asked = append(asked, h.of[a])
		}
	}
	var docs, further []campaign.Alias
	err := b.engine.Find(ctx, schema.Aliases, document.Query{Filter: document.Where{Field: "id", Op: document.In, Value: h.ids}, Order: []document.Order{{Field: "id"}}}, &docs)
	if err == nil && len(asked) > 0 {
		beside := document.All{document.Where{Field: "address", Op: document.In, Value: asked}, document.Where{Field: "beside", Op: document.Eq, Value: true}}
		err = b.engine.Find(ctx, schema.Aliases, document.Query{Filter: beside, Order: []document.Order{{Field: "id"}}, Limit: mostPeople}, &further)
	}
	if docs = append(docs, further...); err != nil || len(docs) == 0 {
		return p, err
	}
	found, err := b.contactsOf(ctx, docs)
	for _, d := range docs {
		c := found[d.Contact]
		for _, a := range h.byID[d.Address] {
			switch {
			case c == nil:
			case d.Beside:
				p.Beside[a] = append(p.Beside[a], c)
			default:
				p.Former[a] = c
			}
		}
	}
	return p, err
}

// manyAddresses take longer to hash than it takes to find out whether there is any suppression.
const manyAddresses = 512

// Suppressions returns what is on record of some addresses.
func (b *Book) Suppressions(ctx context.Context, addresses []string) (map[string]*campaign.Suppression, error) {
	if len(addresses) > manyAddresses {
		if some, err := document.Exists[campaign.Suppression](ctx, b.engine, schema.Suppressions, nil); err != nil || !some {
			return nil, err
		}
	}
	return b.SuppressionsBy(ctx, b.Hash(addresses))
}

// SuppressionsBy is Suppressions for addresses that are hashed already.
func (b *Book) SuppressionsBy(ctx context.Context, h Hashes) (map[string]*campaign.Suppression, error) {
	domains := b.domainsOf(h)
	var docs []campaign.Suppression
	asked := slices.AppendSeq(slices.Clone(h.ids), maps.Keys(domains))
	if err := b.engine.Find(ctx, schema.Suppressions, document.Query{Filter: document.Where{Field: "id", Op: document.In, Value: asked}}, &docs); err != nil {
		return nil, err
	}
	out := make(map[string]*campaign.Suppression, len(docs))
	for i := range docs {
		for _, a := range domains[docs[i].ID] {
			if out[a] == nil {
				out[a] = &docs[i]
			}
		}
		for _, a := range h.byID[docs[i].ID] { // what is on record of the address itself says more
			out[a] = &docs[i]
		}
	}
	return out, nil
}

// domainsOf returns the addresses by the hashes of the domains they are in: their own, and those above it.
func (b *Book) domainsOf(h Hashes) map[string][]string {
	in := map[string][]string{}
	for a := range h.of {
		domain := campaign.Domain(a)
		in[domain] = append(in[domain], a)
	}
	out := make(map[string][]string, len(in))
	for domain, addresses := range in {
		for strings.Contains(domain, ".") {
			id := b.signer.DomainID(domain)
			out[id] = append(out[id], addresses...)
			_, domain, _ = strings.Cut(domain, ".")
		}
	}
	return out
}

// IDsOf returns the ids under which an address may be suppressed: its own, and those of the domains it is in.
func (b *Book) IDsOf(address string) []string {
	h := b.Hash([]string{address})
	return slices.AppendSeq(h.ids, maps.Keys(b.domainsOf(h)))
}
