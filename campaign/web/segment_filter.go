package web

import (
	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// AsSegment is the address where the filter of this table becomes a segment.
func (p *contactsPage) AsSegment() string { return withQuery("/segments/new", filterQuery(p.Filter)) }

// ruleOf says a table's filter as a rule.
func ruleOf(f store.ContactFilter) campaign.Rule {
	rule := campaign.Everyone()
	add := func(field, value string) {
		if value != "" {
			rule.Parts = append(rule.Parts, campaign.Rule{Field: field, Op: campaign.Is, Values: []campaign.Value{{Text: value}}})
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
		rule.Parts = append(rule.Parts, campaign.Rule{Field: field, Of: campaign.Value{ID: f.List}})
	}
	if f.Organisation != "" {
		rule.Parts = append(rule.Parts, campaign.Rule{Field: "organisation", Op: campaign.Is, Values: []campaign.Value{{ID: f.Organisation}}})
	}
	if f.Search != "" {
		rule.Parts = append(rule.Parts, campaign.Rule{Field: "search", Values: []campaign.Value{{Text: f.Search}}})
	}
	if f.Rule != nil {
		rule.Parts = append(rule.Parts, f.Rule.Parts...)
	}
	if len(rule.Parts) == 1 {
		return rule.Parts[0]
	}
	return rule
}
