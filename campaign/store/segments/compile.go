package segments

import (
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// maxNesting is how deep segments may be nested.
const maxNesting = 10

// compiler turns the rules of one question into filters.
type compiler struct {
	*Rules
	now        time.Time
	runs       map[string][]run    // by campaign
	segments   map[string]compiled // by id: each is compiled once
	conditions int                 // compiled so far, those of a segment as often as it is named
}

// compiled is a segment's filter and the number of its conditions.
type compiled struct {
	filter     document.Filter
	conditions int
}

// maxConditions bounds the conditions of a rule together with those of the segments it names, each as often as it is named: an
// engine asks every one of them of every contact.
const maxConditions = 2000

func (r *Rules) newCompiler() *compiler {
	return &compiler{Rules: r, now: r.now(), runs: map[string][]run{}, segments: map[string]compiled{}}
}

// Compile returns the filter of a checked rule. A name of something that was deleted is an error.
func (r *Rules) Compile(ctx context.Context, rule *segment.Rule) (document.Filter, error) {
	return r.newCompiler().rule(ctx, rule, nil)
}

// Narrow returns a filter for those that members fits who are in one of the segments within, if there are any, and in none of
// the segments without.
func (r *Rules) Narrow(ctx context.Context, members document.Filter, within, without []segment.Segment) (document.Filter, error) {
	if len(within) == 0 && len(without) == 0 {
		return members, nil
	}
	in, err := r.anyOf(ctx, within)
	if err != nil {
		return nil, err
	}
	out, err := r.anyOf(ctx, without)
	if err != nil {
		return nil, err
	}
	all := document.All{members, document.Not{Filter: out}}
	if len(within) > 0 {
		all = append(all, in)
	}
	return document.Scan{Filter: all}, nil
}

func (r *Rules) anyOf(ctx context.Context, segments []segment.Segment) (document.Any, error) {
	any := document.Any{}
	c := r.newCompiler()
	for i := range segments {
		c.conditions = 0
		f, err := c.rule(ctx, &segments[i].Rule, nil)
		if err != nil {
			return nil, err
		}
		any = append(any, f)
	}
	return any, nil
}

// rule compiles a tree; within names the segments it stands in.
func (c *compiler) rule(ctx context.Context, r *segment.Rule, within []string) (document.Filter, error) {
	if r.Join == "" {
		named := *r
		named.Values = slices.Clone(r.Values)
		if err := c.findNames(ctx, &named); err != nil {
			return nil, err
		}
		return c.condition(ctx, &named, within)
	}
	parts := make([]document.Filter, len(r.Parts))
	for i := range r.Parts {
		var err error
		if parts[i], err = c.rule(ctx, &r.Parts[i], within); err != nil {
			return nil, err
		}
	}
	switch r.Join {
	case segment.And:
		return document.All(parts), nil
	case segment.Or:
		return document.Any(parts), nil
	}
	return document.Not{Filter: parts[0]}, nil
}

// condition compiles a single condition; a negative one is the opposite of its positive one.
func (c *compiler) condition(ctx context.Context, r *segment.Rule, within []string) (document.Filter, error) {
	for op, opposite := range map[segment.Op]segment.Op{segment.IsNot: segment.Is, segment.NoneOf: segment.OneOf, segment.NotEmpty: segment.Empty} {
		if r.Op == op {
			positive := *r
			positive.Op = opposite
			f, err := c.condition(ctx, &positive, within)
			return document.Not{Filter: f}, err
		}
	}
	if r.Op == segment.OneOf {
		var any document.Any
		for _, v := range r.Values {
			one := *r
			one.Op, one.Values = segment.Is, []segment.Value{v}
			f, err := c.condition(ctx, &one, within)
			if err != nil {
				return nil, err
			}
			any = append(any, f)
		}
		return any, nil
	}
	if r.Field != "segment" {
		if c.conditions++; c.conditions > maxConditions {
			return nil, campaign.Errorf(campaign.Invalid, "this rule has more than %d conditions together with those of the segments it names: make it simpler", maxConditions)
		}
	}
	switch r.Field {
	case "segment":
		return c.segment(ctx, r, within)
	case "sent", "opened", "clicked", "no_open_known", "no_click_known":
		return c.behaviour(ctx, r)
	case "last_sent":
		return c.lastSent(ctx, r)
	case "score":
		return c.score(ctx, r)
	}
	return contactFilter(r, c.now)
}

func (c *compiler) segment(ctx context.Context, r *segment.Rule, within []string) (document.Filter, error) {
	if slices.Contains(within, r.Of.ID) || len(within) > maxNesting {
		return nil, r.Of.Wrong("the segment “%s” is made of itself", r.Of.Text)
	}
	known, ok := c.segments[r.Of.ID]
	if ok {
		c.conditions += known.conditions
	} else {
		s, err := document.Get[segment.Segment](ctx, c.engine, schema.Segments, r.Of.ID)
		if err != nil {
			return nil, err
		}
		before := c.conditions
		if known.filter, err = c.rule(ctx, &s.Rule, append(slices.Clone(within), r.Of.ID)); err != nil {
			return nil, err
		}
		known.conditions = c.conditions - before
		c.segments[r.Of.ID] = known
	}
	if c.conditions > maxConditions {
		return nil, tooMany(&r.Of)
	}
	return known.filter, nil
}

// tooMany says that a rule has too many conditions with those of a segment it names.
func tooMany(v *segment.Value) error {
	return v.Wrong("with those of the segment “%s” and the segments in it, this rule has more than %d conditions: take the segment out, or make it simpler", v.Text, maxConditions)
}

// contactFilter compiles a condition on the contact itself.
func contactFilter(r *segment.Rule, now time.Time) (document.Filter, error) {
	text := ""
	if len(r.Values) > 0 {
		text = r.Values[0].Text
	}
	switch r.Field {
	case "kind", "language", "status", "tracking":
		return document.Equal(r.Field, text), nil // empty asks for the empty text
	case "script":
		return scriptFilter(text), nil
	case "organisation":
		if r.Op == segment.Empty {
			return document.Equal("organisation_id", ""), nil
		}
		return document.Equal("organisation_id", r.Values[0].ID), nil
	case "tag":
		return tagFilter(r, text), nil
	case "search":
		all := document.All{}
		for _, term := range campaign.SearchTerms(text) {
			all = append(all, document.Where{Field: "text", Op: document.Contains, Value: term})
		}
		return all, nil
	case "created":
		return timeFilter("created_at", r, now), nil
	case "updated":
		return timeFilter("updated_at", r, now), nil
	}
	return factFilter(r, text, now)
}

func scriptFilter(script string) document.Filter {
	var of []campaign.Language
	for _, l := range append([]campaign.Language{""}, campaign.Languages...) {
		if campaign.ScriptOf(l) == script {
			of = append(of, l)
		}
	}
	return document.OneOf("language", of...)
}

func tagFilter(r *segment.Rule, text string) document.Filter {
	switch r.Op {
	case segment.Empty:
		return document.Not{Filter: document.Where{Field: "tags", Op: document.HasPrefix, Value: ""}}
	case segment.Begins:
		return document.Where{Field: "tags", Op: document.HasPrefix, Value: campaign.CleanTag(text)}
	}
	return document.Where{Field: "tags", Op: document.Has, Value: campaign.CleanTag(text)}
}

// timeFilter compares a time of the contact with a day or a length of time.
func timeFilter(field string, r *segment.Rule, now time.Time) document.Filter {
	if r.Op == segment.Empty {
		return document.Equal(field, time.Time{})
	}
	all := document.All{}
	from, to := r.Span(now)
	if !from.IsZero() {
		all = append(all, document.Where{Field: field, Op: document.Gte, Value: from})
	}
	if !to.IsZero() {
		all = append(all, document.Where{Field: field, Op: document.Lt, Value: to})
	}
	return all
}
