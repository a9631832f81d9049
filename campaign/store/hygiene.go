package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/erasing"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// Hygiene holds the lists of contacts whose addresses are worth a second look.
type Hygiene struct {
	engine document.Engine
	now    func() time.Time

	contacts     *Contacts
	reviews      *Reviews
	settings     *Settings
	suppressions *Suppressions
}

// hygienePage is how many contacts are looked at together.
const hygienePage = 500

// GetHygieneLook reads how the last look went.
func (s *Hygiene) GetHygieneLook(ctx context.Context) (campaign.HygieneLook, error) {
	l, err := document.Get[campaign.HygieneLook](ctx, s.engine, schema.HygieneLooks, campaign.HygieneLookID)
	return l, campaign.UnlessMissing(err)
}

func (s *Hygiene) setLook(ctx context.Context, fn func(*campaign.HygieneLook) error) error {
	if _, err := s.engine.InsertNew(ctx, schema.HygieneLooks, &campaign.HygieneLook{ID: campaign.HygieneLookID, Version: 1}); err != nil {
		return err
	}
	_, err := document.Modify(ctx, s.engine, schema.HygieneLooks, campaign.HygieneLookID, func(l *campaign.HygieneLook) *int64 { return &l.Version }, fn)
	return err
}

// AskHygieneLook has a look begin soon.
func (s *Hygiene) AskHygieneLook(ctx context.Context) error {
	return s.setLook(ctx, func(l *campaign.HygieneLook) error { l.AskedAt = s.now(); return nil })
}

// BeginHygieneLook begins a look if one is due that no other process has begun.
func (s *Hygiene) BeginHygieneLook(ctx context.Context, byItself bool) (id string, ok bool, err error) {
	now := s.now()
	if l, err := s.GetHygieneLook(ctx); err != nil || !l.Due(byItself, now) {
		return "", false, err
	}
	err = s.setLook(ctx, func(l *campaign.HygieneLook) error {
		if ok = l.Due(byItself, now); !ok {
			return errUnchanged
		}
		l.BeganAt = now
		return nil
	})
	if errors.Is(err, errUnchanged) {
		err = nil
	}
	return campaign.NewID(now), ok && err == nil, err
}

// EndHygieneLook records what a look saw.
func (s *Hygiene) EndHygieneLook(ctx context.Context, done campaign.HygieneLook) error {
	return s.setLook(ctx, func(l *campaign.HygieneLook) error {
		l.EndedAt, l.Seen, l.Domains, l.Unsure = s.now(), done.Seen, done.Domains, done.Unsure
		return nil
	})
}

// CountContactDomains says how many contacts have an address in each domain.
func (s *Hygiene) CountContactDomains(ctx context.Context) (map[string]int64, error) {
	out := map[string]int64{}
	err := s.contacts.EachContact(ctx, nil, "", hygienePage, func(cs []campaign.Contact) error {
		for i := range cs {
			out[campaign.Domain(cs[i].Address)]++
		}
		return nil
	})
	return out, err
}

// FindDomainStates returns what is remembered of some domains.
func (s *Hygiene) FindDomainStates(ctx context.Context, domains []string) (map[string]campaign.DomainState, error) {
	out := map[string]campaign.DomainState{}
	for part := range slices.Chunk(domains, hygienePage) {
		var docs []campaign.DomainState
		if err := s.engine.Find(ctx, schema.DomainStates, document.Query{Filter: document.Where{Field: "id", Op: document.In, Value: part}}, &docs); err != nil {
			return nil, err
		}
		for _, d := range docs {
			out[d.ID] = d
		}
	}
	return out, nil
}

// SetDomainState remembers what the DNS said of a domain.
func (s *Hygiene) SetDomainState(ctx context.Context, d campaign.DomainState) error {
	return s.engine.Upsert(ctx, schema.DomainStates, &d)
}

// ListHygiene looks through all contacts and makes the lists anew: why says what is wrong with a domain. Who is suppressed, marked or
// left every list needs no decision, nor does who was kept off a list by somebody.
func (s *Hygiene) ListHygiene(ctx context.Context, look string, why func(domain string) campaign.HygieneKind) (seen int64, err error) {
	set, err := s.settings.GetSettings(ctx)
	if err != nil {
		return 0, err
	}
	rules := set.Hygiene.Filled()
	err = s.contacts.EachContact(ctx, nil, "", hygienePage, func(cs []campaign.Contact) error {
		seen += int64(len(cs))
		return s.listSome(ctx, cs, look, rules, why)
	})
	if err == nil {
		_, err = s.engine.Delete(ctx, schema.HygieneEntries, document.Where{Field: "look", Op: document.Ne, Value: look})
	}
	return seen, err
}

func (s *Hygiene) listSome(ctx context.Context, cs []campaign.Contact, look string, rules campaign.HygieneRules, why func(string) campaign.HygieneKind) error {
	cs = slices.DeleteFunc(slices.Clone(cs), func(c campaign.Contact) bool {
		return c.Status != campaign.Active || !slices.ContainsFunc(c.Memberships, func(m campaign.Membership) bool { return m.Status == campaign.Subscribed })
	})
	if len(cs) == 0 {
		return nil
	}
	suppressed, err := s.suppressions.Suppressed(ctx, campaign.Collect(cs, func(c campaign.Contact) string { return c.Address }))
	if err != nil {
		return err
	}
	cs = slices.DeleteFunc(cs, func(c campaign.Contact) bool { return suppressed[c.Address] != "" })
	silent, err := s.silent(ctx, cs, rules)
	if err != nil {
		return err
	}
	var found []*campaign.HygieneEntry
	for i := range cs {
		c, domain := &cs[i], campaign.Domain(cs[i].Address)
		if kind := why(domain); kind != "" && !c.IsKeptFrom(kind) {
			found = append(found, campaign.NewHygieneEntry(kind, c.ID, domain, look, s.now()))
		}
		if silent[c.ID] && !c.IsKeptFrom(campaign.SilentContact) {
			found = append(found, campaign.NewHygieneEntry(campaign.SilentContact, c.ID, "", look, s.now()))
		}
	}
	return s.enter(ctx, found)
}

// enter puts contacts on lists; one that stands there keeps its day.
func (s *Hygiene) enter(ctx context.Context, found []*campaign.HygieneEntry) error {
	if len(found) == 0 {
		return nil
	}
	ids := campaign.Collect(found, func(e *campaign.HygieneEntry) string { return e.ID })
	_, err := s.engine.Update(ctx, schema.HygieneEntries, document.Where{Field: "id", Op: document.In, Value: ids}, document.Change{Set: map[string]any{"look": found[0].Look}})
	if err != nil {
		return err
	}
	docs := make([]any, len(found))
	for i := range found {
		docs[i] = found[i]
	}
	_, err = s.engine.InsertNew(ctx, schema.HygieneEntries, docs...)
	return err
}

// silent returns who of some contacts gave no sign in the months of the rules, and had so many messages in them.
func (s *Hygiene) silent(ctx context.Context, cs []campaign.Contact, rules campaign.HygieneRules) (map[string]bool, error) {
	since := s.now().AddDate(0, -rules.Months, 0)
	old := slices.DeleteFunc(slices.Clone(cs), func(c campaign.Contact) bool { return c.LastSign().After(since) })
	if len(old) == 0 {
		return nil, nil
	}
	ids := campaign.Collect(old, func(c campaign.Contact) string { return c.ID })
	mails, err := s.engine.GroupCount(ctx, schema.Deliveries, document.All{
		document.Where{Field: "contact_id", Op: document.In, Value: ids}, document.Where{Field: "made_at", Op: document.Gte, Value: since}, document.Equal("state", string(campaign.Accepted)),
	}, "contact_id")
	if err != nil {
		return nil, err
	}
	old = slices.DeleteFunc(old, func(c campaign.Contact) bool { return mails[c.ID] < int64(rules.Mails) })
	if len(old) == 0 {
		return nil, nil
	}
	last, err := s.reviews.lastSigns(ctx, old)
	out := map[string]bool{}
	for id, at := range last {
		out[id] = at.Before(since)
	}
	return out, err
}

// HygieneDomain is a domain on a list, with how many contacts it has there.
type HygieneDomain struct {
	Domain string
	Count  int64
}

// CountHygiene says how many contacts stand on each list.
func (s *Hygiene) CountHygiene(ctx context.Context) (map[string]int64, error) {
	return s.engine.GroupCount(ctx, schema.HygieneEntries, document.All{}, "kind")
}

// FindHygieneDomains returns the domains on a list, those with most contacts first.
func (s *Hygiene) FindHygieneDomains(ctx context.Context, kind campaign.HygieneKind) ([]HygieneDomain, error) {
	counts, err := s.engine.GroupCount(ctx, schema.HygieneEntries, document.Equal("kind", string(kind)), "domain")
	out := make([]HygieneDomain, 0, len(counts))
	for d, n := range counts {
		out = append(out, HygieneDomain{d, n})
	}
	slices.SortFunc(out, func(a, b HygieneDomain) int {
		if a.Count != b.Count {
			return int(b.Count - a.Count)
		}
		return strings.Compare(a.Domain, b.Domain)
	})
	return out, err
}

// onHygieneList is the filter of the contacts on a list: a kind, with a domain behind an @ where it is one domain's.
func onHygieneList(list string) document.Filter {
	kind, domain, _ := strings.Cut(list, "@")
	on := document.All{document.Equal("kind", kind)}
	if domain != "" {
		on = append(on, document.Equal("domain", domain))
	}
	return document.Related{Collection: schema.HygieneEntries, Field: "contact_id", Filter: on}
}

// decidedHygiene takes contacts off a list that somebody decided about.
func decidedHygiene(ctx context.Context, e document.Engine, list string, cs []campaign.Contact) error {
	kind, _, _ := strings.Cut(list, "@")
	ids := campaign.Collect(cs, func(c campaign.Contact) string {
		return campaign.NewHygieneEntry(campaign.HygieneKind(kind), c.ID, "", "", time.Time{}).ID
	})
	_, err := e.Delete(ctx, schema.HygieneEntries, document.Where{Field: "id", Op: document.In, Value: ids})
	return err
}

// scrub takes an erased person off the lists, and forgets what the DNS said of domains that say who they were.
func (s *Hygiene) scrub(ctx context.Context, p *erasing.Person) error {
	if len(p.Words) > 0 {
		if err := forgetDomains(ctx, s.engine, schema.DomainStates, p, func(d *campaign.DomainState) []string { return []string{d.ID} }); err != nil {
			return err
		}
	}
	theirs := document.Where{Field: "contact_id", Op: document.In, Value: p.IDs()}
	if some, err := document.Exists[campaign.HygieneEntry](ctx, s.engine, schema.HygieneEntries, theirs); err != nil || !some {
		return err
	}
	_, err := s.engine.Delete(ctx, schema.HygieneEntries, theirs)
	return err
}
