package web

import (
	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store"
)

// AsSegment is the address where the filter of this table becomes a segment.
func (p *contactsPage) AsSegment() string { return withQuery("/segments/new", filterQuery(p.Filter)) }

// ruleOf says a table's filter as a rule.
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
