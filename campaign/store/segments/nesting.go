package segments

import (
	"context"
	"slices"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// CheckNesting refuses the rule of a segment, new or to be changed, that leads back to the segment, nests segments too deep or
// has too many conditions.
func (r *Rules) CheckNesting(ctx context.Context, s *segment.Segment) error {
	_, err := (&nesting{Rules: r, known: map[string]nested{}}).measure(ctx, &s.Rule, []string{s.ID})
	return err
}

// nesting measures the segments a rule names, each once.
type nesting struct {
	*Rules
	known map[string]nested
}

// nested is how many conditions a rule has together with the segments in it, and how deep these are nested.
type nested struct{ conditions, depth int }

func (n *nesting) measure(ctx context.Context, r *segment.Rule, within []string) (nested, error) {
	var all nested
	err := r.Each(func(c *segment.Rule) error {
		if c.Field == "segment" {
			return nil // counted by its name
		}
		if all.conditions += max(1, len(c.Values)); all.conditions > maxConditions {
			return campaign.Errorf(campaign.Invalid, "this rule has more than %d conditions: make it simpler", maxConditions)
		}
		return nil
	})
	if err != nil {
		return all, err
	}
	err = r.EachName(func(of segment.NameKind, v *segment.Value) error {
		if of != segment.OfSegment {
			return nil
		}
		if slices.Contains(within, v.ID) {
			return v.Wrong("the segment “%s” would be made of itself", v.Text)
		}
		inner, err := n.of(ctx, v, within)
		if err != nil {
			return err
		}
		all.conditions, all.depth = all.conditions+inner.conditions, max(all.depth, inner.depth+1)
		if all.depth+len(within) > maxNesting+1 {
			return v.Wrong("segments stand in segments more than %d deep", maxNesting)
		}
		if all.conditions > maxConditions {
			return tooMany(v)
		}
		return nil
	})
	return all, err
}

// of measures a segment.
func (n *nesting) of(ctx context.Context, v *segment.Value, within []string) (nested, error) {
	if known, ok := n.known[v.ID]; ok {
		return known, nil
	}
	inner, err := document.Get[segment.Segment](ctx, n.engine, schema.Segments, v.ID)
	if err != nil {
		return nested{}, err
	}
	found, err := n.measure(ctx, &inner.Rule, append(within[:len(within):len(within)], v.ID))
	if err == nil {
		n.known[v.ID] = found
	}
	return found, err
}
