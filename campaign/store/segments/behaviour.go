package segments

import (
	"context"
	"fmt"
	"time"

	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// What readers did is asked run by run: the ids of a run's deliveries are neighbours, and the answer for a run that has ended
// stays the same.

// sentIn fits those who were sent a run.
func sentIn(r *run) document.Filter {
	return deliveredIn(r, "sent", document.All{document.Equal("run_id", r.ID), document.Equal("state", string(campaign.Accepted))})
}

// individuallyIn fits those whose opens and clicks of a run can be known.
func (c *compiler) individuallyIn(r *run) document.Filter {
	run := document.Filter(document.Equal("run_id", r.ID)) // an index of a server answers this by itself
	if _, ok := c.engine.(document.Local); ok {
		run = document.Where{Field: "id", Op: document.Prefix, Value: r.ID + "."} // a range of ids, read in order
	}
	return deliveredIn(r, "individual", document.All{run, document.Equal("state", string(campaign.Accepted)), document.Equal("tracking", string(campaign.Individual))})
}

// deliveredIn fits those with a delivery in a run that a filter fits.
func deliveredIn(r *run, what string, f document.Filter) document.Filter {
	related := document.Related{Collection: schema.Deliveries, Field: "id", Filter: f}
	if r.settled {
		related.Cache = document.Cache{Key: what + " " + r.ID, Version: r.Version}
	}
	return related
}

// run is a run of a campaign. It is settled when nothing more is sent in it while it has its version: a cancelled one may still
// have had messages on the wire.
type run struct {
	campaign.Run
	settled bool
}

// findRuns returns the runs that a condition fits, in the order of a field, without test sends and answers to single readers.
func (c *compiler) findRuns(ctx context.Context, w document.Where, order string) ([]run, error) {
	var found []campaign.Run
	err := c.engine.Find(ctx, schema.Runs, document.Query{
		Filter: document.All{w, document.Where{Field: "trigger", Op: document.Ne, Value: string(campaign.TriggerTest)}, document.Where{Field: "trigger", Op: document.Ne, Value: string(campaign.TriggerNotice)}}, Order: []document.Order{{Field: order}},
	}, &found)
	return campaign.Collect(found, func(r campaign.Run) run { return run{r, c.isSettled(ctx, &r)} }), err
}

func (c *compiler) isSettled(ctx context.Context, r *campaign.Run) bool {
	if r.State == campaign.Sent || !r.State.Ended() || !r.Planned {
		return r.State == campaign.Sent
	}
	f := document.All{document.Equal("run_id", r.ID), document.OneOf("state", campaign.OpenStates...)}
	open, err := document.Exists[campaign.Delivery](ctx, c.engine, schema.Deliveries, f)
	return err == nil && !open
}

// didIn fits those known to have opened or clicked a run; a click is also an open.
func didIn(r *run, kind campaign.EventKind, link int) document.Filter {
	did := func(kind campaign.EventKind) document.Filter {
		all := document.All{document.Equal("run_id", r.ID), document.Equal("kind", string(kind)), document.Equal("verdict", string(campaign.Human))}
		if link > 0 {
			all = append(all, document.Equal("link", int64(link)))
		}
		return document.Related{
			Collection: schema.Events, Field: "contact_id", Filter: append(all, document.Where{Field: "contact_id", Op: document.Gt, Value: ""}),
			Cache: document.Cache{Key: fmt.Sprintf("%s %s %d", kind, r.ID, link), AppendOnly: true},
		}
	}
	if kind == campaign.Opened {
		return document.Any{did(campaign.Opened), did(campaign.Clicked)}
	}
	return did(kind)
}

// eachRun fits those that fn's filter of any run fits.
func eachRun(of []run, fn func(*run) document.Filter) document.Any {
	any := document.Any{}
	for i := range of {
		any = append(any, fn(&of[i]))
	}
	return any
}

func (c *compiler) behaviour(ctx context.Context, r *segment.Rule) (document.Filter, error) {
	of, err := c.runsOf(ctx, r.Of.ID)
	if err != nil {
		return nil, err
	}
	kind := campaign.Opened
	switch r.Field {
	case "sent":
		return eachRun(of, sentIn), nil
	case "clicked", "no_click_known":
		kind = campaign.Clicked
	}
	did := eachRun(of, func(run *run) document.Filter { return didIn(run, kind, r.Link) })
	if r.Field == "opened" || r.Field == "clicked" {
		return did, nil
	}
	return document.All{eachRun(of, c.individuallyIn), document.Not{Filter: did}}, nil
}

// runsOf returns the runs of a campaign.
func (c *compiler) runsOf(ctx context.Context, id string) (found []run, err error) {
	found, known := c.runs[id]
	if !known && id != "" {
		found, err = c.findRuns(ctx, document.Equal("campaign_id", id), "slot")
		c.runs[id] = found
	}
	return found, err
}

// runsSince returns the runs made at or after a moment.
func (c *compiler) runsSince(ctx context.Context, since time.Time) ([]run, error) {
	return c.findRuns(ctx, document.Where{Field: "created_at", Op: document.Gte, Value: since}, "created_at")
}

// lastSent compares the time of the run that last reached a contact. It is longer ago than a moment if no run reached the
// contact since.
func (c *compiler) lastSent(ctx context.Context, r *segment.Rule) (document.Filter, error) {
	if r.Op == segment.Empty {
		all, err := c.runsSince(ctx, time.Time{})
		return document.Not{Filter: eachRun(all, sentIn)}, err
	}
	all := document.All{}
	from, to := r.Span(c.now)
	if !from.IsZero() {
		since, err := c.runsSince(ctx, from)
		if err != nil {
			return nil, err
		}
		all = append(all, eachRun(since, sentIn))
	}
	if !to.IsZero() {
		since, err := c.runsSince(ctx, to)
		if err != nil {
			return nil, err
		}
		all = append(all, document.Not{Filter: eachRun(since, sentIn)})
	}
	return all, nil
}

// score compares the engagement score. 100 × points ÷ (5 × weights), rounded down, is at least n exactly if
// 100 × points − 5 × n × weights is at least 0, which is a sum over the runs.
func (c *compiler) score(ctx context.Context, r *segment.Rule) (document.Filter, error) {
	recent, err := c.runsSince(ctx, c.now.AddDate(0, 0, -segment.ScoreDays))
	if err != nil {
		return nil, err
	}
	has := eachRun(recent, c.individuallyIn)
	if r.Op == segment.Empty {
		return document.Not{Filter: has}, nil
	}
	value, _ := campaign.ParseNumber(r.Values[0].Text)
	n := int64(value)
	switch r.Op {
	case segment.AtLeast:
		return document.All{has, c.scoreOf(recent, n)}, nil
	case segment.More:
		return document.All{has, c.scoreOf(recent, n+1)}, nil
	case segment.Less:
		return document.All{has, document.Not{Filter: c.scoreOf(recent, n)}}, nil
	case segment.AtMost:
		return document.All{has, document.Not{Filter: c.scoreOf(recent, n+1)}}, nil
	}
	return document.All{has, c.scoreOf(recent, n), document.Not{Filter: c.scoreOf(recent, n+1)}}, nil
}

func (c *compiler) scoreOf(of []run, n int64) document.Filter {
	var sum document.Sum
	for i := range of {
		run := &of[i]
		w := segment.ScoreWeight(&run.Run, c.now)
		known := c.individuallyIn(run)
		did := func(kind campaign.EventKind, points int64) {
			related := didIn(run, kind, 0)
			sum.Terms = append(sum.Terms, document.Term{Weight: 100 * w * points, Filter: document.All{known, related}})
		}
		sum.Terms = append(sum.Terms, document.Term{Weight: -segment.ScoreClick * n * w, Filter: known})
		did(campaign.Opened, segment.ScoreOpen)
		did(campaign.Clicked, segment.ScoreClick-segment.ScoreOpen)
	}
	return sum
}
