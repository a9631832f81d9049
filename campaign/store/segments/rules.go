// Package segments answers the rules of segments from the store: it finds what a rule names, turns the rule into a filter over
// contacts, counts and completes. What readers did it looks up in deliveries and events.
//
// It reads only. Saved segments belong to the store's repository, and what a rule may say to campaign/segment.
package segments

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// Rules answers rules over one engine. It is safe for use by many goroutines.
type Rules struct {
	engine document.Reader
	now    func() time.Time
	warmed warmed
}

// New returns the rules over an engine.
func New(engine document.Reader, now func() time.Time) *Rules {
	return &Rules{engine: engine, now: now, warmed: warmed{runs: map[string]int64{}}}
}

// CountRule counts the contacts a rule fits.
func (r *Rules) CountRule(ctx context.Context, rule *segment.Rule) (segment.Count, error) {
	var out segment.Count
	c := r.newCompiler()
	f, err := c.rule(ctx, rule, nil)
	if err != nil {
		return out, err
	}
	if out.Of, err = r.engine.Count(ctx, schema.Contacts, nil); err != nil {
		return out, err
	}
	if out.Contacts, err = r.engine.Count(ctx, schema.Contacts, document.Scan{Filter: f}); err != nil || !rule.AsksBehaviour() {
		return out, err
	}
	dark := document.Any{}
	for id := range c.runs {
		for i := range c.runs[id] {
			run := &c.runs[id][i]
			dark = append(dark, document.All{sentIn(run), document.Not{Filter: c.individuallyIn(run)}})
		}
	}
	out.Unknowable, err = r.engine.Count(ctx, schema.Contacts, document.Scan{Filter: dark})
	return out, err
}
