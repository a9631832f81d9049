package web

import (
	"cmp"
	"context"
	"net/url"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store"
)

// filter reads a filter from the query string. A value that is not offered matches nothing or is ignored by the store; a misspelt
// language is no error. A rule that cannot be read is one, and the filter then matches nobody.
func (s *contactTables) filter(v *visit) (store.ContactFilter, error) {
	f := store.ContactFilter{
		Kind: campaign.Kind(v.Query("kind")), List: v.Query("list"), Membership: campaign.MembershipStatus(v.Query("membership")),
		Language: campaign.Language(v.Query("language")), Tag: v.Query("tag"), Status: campaign.ContactStatus(v.Query("status")),
		Organisation: v.Query("organisation"), Search: v.Query("q"), Hygiene: v.Query("hygiene"),
	}
	rule := segment.Everyone()
	if id := v.Query("segment"); id != "" {
		seg, err := s.store.GetSegment(v.ctx(), id)
		if err != nil {
			f.Rule = &segment.Rule{Join: segment.Or}
			return f, gone(err, "segment")
		}
		rule.Parts = append(rule.Parts, segment.Rule{Field: "segment", Of: segment.Value{ID: id, Text: seg.Name}})
	}
	if text := strings.TrimSpace(v.Query("rule")); text != "" {
		r, err := s.store.ReadRule(v.ctx(), text)
		if err != nil {
			f.Rule = &segment.Rule{Join: segment.Or}
			return f, err
		}
		rule.Parts = append(rule.Parts, r)
	}
	if len(rule.Parts) > 0 {
		f.Rule = &rule
	}
	return f, nil
}

// filterQuery writes a filter as contactTables.filter reads it.
func filterQuery(f store.ContactFilter) url.Values {
	q := url.Values{}
	for name, value := range map[string]string{
		"kind": string(f.Kind), "list": f.List, "membership": string(f.Membership), "language": string(f.Language), "tag": f.Tag,
		"status": string(f.Status), "organisation": f.Organisation, "q": f.Search, "hygiene": f.Hygiene,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if f.Rule == nil {
		return q
	}
	for _, part := range f.Rule.Parts {
		if part.Field == "segment" && !q.Has("segment") {
			q.Set("segment", part.Of.ID)
		} else {
			q.Set("rule", part.String())
		}
	}
	return q
}

// words describes a filter, one condition each; none when it matches everybody.
func (s *contactTables) words(ctx context.Context, f store.ContactFilter) ([]campaign.Text, error) {
	var out []campaign.Text
	if f.Kind != "" {
		out = append(out, campaign.Textf("kind: %s", f.Kind))
	}
	if f.List != "" {
		l, err := s.store.GetList(ctx, f.List)
		if campaign.UnlessMissing(err) != nil {
			return nil, err
		}
		out = append(out, campaign.Textf("on the list “%s”: %s", l.Name, cmp.Or(f.Membership, campaign.Subscribed)))
	}
	if f.Hygiene != "" {
		kind, domain, _ := strings.Cut(f.Hygiene, "@")
		words := campaign.Textf("%s", campaign.HygieneKind(kind))
		if domain != "" {
			words = campaign.Textf("%s: %s", words, domain)
		}
		out = append(out, words)
	}
	if f.Language != "" {
		out = append(out, campaign.Textf("language: %s", f.Language))
	}
	if f.Tag != "" {
		out = append(out, campaign.Textf("tag “%s”", f.Tag))
	}
	if f.Status != "" {
		out = append(out, campaign.Textf("status: %s", f.Status))
	}
	if f.Organisation != "" {
		o, err := s.store.GetOrganisation(ctx, f.Organisation)
		if campaign.UnlessMissing(err) != nil {
			return nil, err
		}
		out = append(out, campaign.Textf("of “%s”", o.Name))
	}
	if f.Rule != nil {
		for _, part := range f.Rule.Parts {
			out = append(out, campaign.Textf("%s", part.String()))
		}
	}
	if f.Search != "" {
		out = append(out, campaign.Textf("found by “%s”", f.Search))
	}
	return out, nil
}

// SearchesNobody reports whether the page searches for text that no contact can match.
func (p *Page) SearchesNobody() bool { return campaign.FindsNobody(p.Asked("q")) }

// AsSegment is the address where the table's filter becomes a segment.
func (p *contactsPage) AsSegment() string { return withQuery("/segments/new", filterQuery(p.Filter)) }

// ruleOf returns a table's filter as a rule.
func ruleOf(f store.ContactFilter) segment.Rule {
	rule := segment.Everyone()
	add := func(field, value string) {
		if value != "" {
			rule.Parts = append(rule.Parts, segment.Rule{Field: field, Op: segment.Is, Values: []segment.Value{{Text: value}}})
		}
	}
	add("kind", string(f.Kind))
	add("language", string(f.Language))
	add("status", string(f.Status))
	add("tag", f.Tag)
	if f.List != "" {
		field := "list"
		if f.Membership != "" && f.Membership != campaign.Subscribed {
			field = string(f.Membership)
		}
		rule.Parts = append(rule.Parts, segment.Rule{Field: field, Of: segment.Value{ID: f.List}})
	}
	if f.Organisation != "" {
		rule.Parts = append(rule.Parts, segment.Rule{Field: "organisation", Op: segment.Is, Values: []segment.Value{{ID: f.Organisation}}})
	}
	if f.Search != "" {
		rule.Parts = append(rule.Parts, segment.Rule{Field: "search", Values: []segment.Value{{Text: f.Search}}})
	}
	if f.Rule != nil {
		rule.Parts = append(rule.Parts, f.Rule.Parts...)
	}
	if len(rule.Parts) == 1 {
		return rule.Parts[0]
	}
	return rule
}
