package segments

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// CompleteRule returns what may stand at a byte of a rule's text.
func (r *Rules) CompleteRule(ctx context.Context, text string, cursor int) (segment.Completion, error) {
	return segment.Complete(text, cursor, words{ctx, r})
}

// words offers names and values to segment.Complete.
type words struct {
	ctx   context.Context
	rules *Rules
}

const maxWords = 20

func (w words) Names(of segment.NameKind, begins string) ([]string, error) {
	return w.rules.names(w.ctx, of, begins, maxWords)
}

// Values returns tags; other texts have too many values to go through.
func (w words) Values(field, begins string) ([]string, error) {
	if field != "tag" {
		return nil, nil
	}
	tags, err := w.rules.engine.GroupCount(w.ctx, schema.Contacts, nil, "tags")
	return matching(slices.SortedFunc(maps.Keys(tags), campaign.CompareNames), begins, maxWords), err
}

// names returns the names of a kind that begin with a text or hold a word that does.
func (r *Rules) names(ctx context.Context, of segment.NameKind, begins string, limit int) ([]string, error) {
	var names []string
	var err error
	byKey := document.Query{Order: []document.Order{{Field: "key"}}}
	switch of {
	case segment.OfList:
		var all []campaign.List
		err = r.engine.Find(ctx, schema.Lists, byKey, &all)
		names = namesIn(all, func(l *campaign.List) string { return l.Name })
	case segment.OfSegment:
		var all []segment.Segment
		err = r.engine.Find(ctx, schema.Segments, byKey, &all)
		names = namesIn(all, func(s *segment.Segment) string { return s.Name })
	case segment.OfCampaign:
		var all []campaign.Campaign
		all, err = r.campaigns(ctx, 500)
		names = namesIn(all, func(c *campaign.Campaign) string { return c.Name })
	case segment.OfOrganisation:
		words := document.All{}
		for _, term := range campaign.SearchTerms(begins) {
			words = append(words, document.Where{Field: "text", Op: document.Contains, Value: term})
		}
		var all []campaign.Organisation
		err = r.engine.Find(ctx, schema.Organisations, document.Query{Filter: words, Order: []document.Order{{Field: "sort_name"}}, Limit: limit}, &all)
		names = namesIn(all, func(o *campaign.Organisation) string { return o.Name })
	case segment.OfAttribute:
		names, err = r.KnownAttributes(ctx)
	}
	return matching(names, begins, limit), err
}

func namesIn[T any](all []T, name func(*T) string) []string {
	out := make([]string, len(all))
	for i := range all {
		out[i] = name(&all[i])
	}
	return out
}

// matching returns the names that begin with a text or hold a word that does.
func matching(names []string, begins string, limit int) []string {
	var out []string
	begins = campaign.Fold(begins)
	for _, n := range names {
		folded := campaign.Fold(n)
		if len(out) < limit && !slices.Contains(out, n) && (strings.HasPrefix(folded, begins) || strings.Contains(folded, " "+begins)) {
			out = append(out, n)
		}
	}
	return out
}

// attributeSample is how many contacts are read for the names of attributes.
const attributeSample = 300

// KnownAttributes returns the names of attributes that the first and the latest contacts have, sorted.
func (r *Rules) KnownAttributes(ctx context.Context) ([]string, error) {
	seen := map[string]bool{}
	for _, desc := range []bool{false, true} {
		var docs []campaign.Contact
		if err := r.engine.Find(ctx, schema.Contacts, document.Query{Order: []document.Order{{Field: "id", Desc: desc}}, Limit: attributeSample}, &docs); err != nil {
			return nil, err
		}
		for i := range docs {
			for name := range docs[i].Attributes {
				seen[name] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(seen), campaign.CompareNames), nil
}
