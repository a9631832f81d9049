package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// DomainCount is what became of a run's deliveries to one domain.
type DomainCount struct {
	Domain string
	Total  int64
	States map[campaign.DeliveryState]int64 // of the states that were counted
}

// CountByDomain counts a run's deliveries by the domain they go to, the largest first, and how many of them stand in some
// states. The total is counted in an index alone; each delivery in one of the states is looked at, so that these should be
// states few are in.
func (s *Recipients) CountByDomain(ctx context.Context, run string, states ...campaign.DeliveryState) ([]DomainCount, error) {
	totals, err := s.engine.GroupCount(ctx, schema.Deliveries, document.Equal("run_id", run), "domain")
	if err != nil {
		return nil, err
	}
	byDomain := make(map[string]*DomainCount, len(totals))
	for domain, n := range totals {
		byDomain[domain] = &DomainCount{Domain: domain, Total: n, States: map[campaign.DeliveryState]int64{}}
	}
	for _, state := range states {
		groups, err := s.engine.GroupCount(ctx, schema.Deliveries, document.All{document.Equal("run_id", run), document.Equal("state", string(state))}, "domain")
		if err != nil {
			return nil, err
		}
		for domain, n := range groups {
			if byDomain[domain] != nil { // else it was planned in between
				byDomain[domain].States[state] = n
			}
		}
	}
	out := make([]DomainCount, 0, len(byDomain))
	for _, d := range byDomain {
		out = append(out, *d)
	}
	slices.SortFunc(out, func(a, b DomainCount) int {
		return cmp.Or(cmp.Compare(b.Total, a.Total), strings.Compare(a.Domain, b.Domain))
	})
	return out, nil
}

// ReasonCount is how many deliveries ended for a reason.
type ReasonCount struct {
	Reason string
	Count  int64
}

// CountReasons counts why deliveries of a run are in a state, the commonest first. Addresses in the server's words are
// left out.
func (s *Recipients) CountReasons(ctx context.Context, run string, state campaign.DeliveryState) ([]ReasonCount, error) {
	groups, err := s.engine.GroupCount(ctx, schema.Deliveries, document.All{document.Equal("run_id", run), document.Equal("state", string(state))}, "reason")
	if err != nil {
		return nil, err
	}
	byReason := map[string]int64{}
	for reason, n := range groups {
		byReason[campaign.WithoutAddresses(reason)] += n
	}
	out := make([]ReasonCount, 0, len(byReason))
	for reason, n := range byReason {
		out = append(out, ReasonCount{reason, n})
	}
	slices.SortFunc(out, func(a, b ReasonCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Reason, b.Reason))
	})
	return out, nil
}

// Table is a table that may leave rows out.
type Table[T any] struct {
	Rows     []T
	Others   int   // rows that are left out
	Messages int64 // in them
}

// mostTold is how many rows of a table are kept.
const mostTold = 300

// tableOf leaves out of what is kept of a large run all that says something of a few persons: it need not be looked through when
// somebody is erased.
func tableOf[T any](r *campaign.Run, rows []T, messages func(T) int64) Table[T] {
	t := Table[T]{Rows: rows}
	if !r.IsLarge() {
		return t
	}
	t.Rows = nil
	for _, row := range rows { // the largest first
		if n := messages(row); n >= campaign.LeastGroup && len(t.Rows) < mostTold {
			t.Rows = append(t.Rows, row)
		} else {
			t.Others++
			t.Messages += n
		}
	}
	return t
}

// fewStates are counted for each domain: few deliveries are in them for long.
var fewStates = []campaign.DeliveryState{campaign.Failed, campaign.Deferred, campaign.Interrupted, campaign.Skipped}

// LookDomains is CountByDomain, and LookReasons CountReasons, for pages: they may be some time old, see Counts.
func (s *Recipients) LookDomains(ctx context.Context, r *campaign.Run) (Table[DomainCount], error) {
	t, _, err := keptCount(ctx, s.counts, counting[Table[DomainCount]]{what: "domains", run: r, moves: true, final: wasSent[Table[DomainCount]](r), count: func(ctx context.Context) (Table[DomainCount], error) {
		rows, err := s.CountByDomain(ctx, r.ID, fewStates...)
		return tableOf(r, rows, func(d DomainCount) int64 { return d.Total }), err
	}})
	return t, err
}

func (s *Recipients) LookReasons(ctx context.Context, r *campaign.Run, state campaign.DeliveryState) (Table[ReasonCount], error) {
	t, _, err := keptCount(ctx, s.counts, counting[Table[ReasonCount]]{what: "reasons/" + string(state), run: r, moves: true, final: wasSent[Table[ReasonCount]](r), count: func(ctx context.Context) (Table[ReasonCount], error) {
		rows, err := s.CountReasons(ctx, r.ID, state)
		return tableOf(r, rows, func(c ReasonCount) int64 { return c.Count }), err
	}})
	return t, err
}

// EventsOfDeliveries returns what is known about some deliveries, by delivery.
func (s *Recipients) EventsOfDeliveries(ctx context.Context, ids []string) (map[string][]campaign.Event, error) {
	var docs []campaign.Event
	if err := s.engine.Find(ctx, schema.Events, document.Query{Filter: document.All{document.Where{Field: "delivery_id", Op: document.In, Value: ids}, document.Where{Field: "kind", Op: document.Ne, Value: string(campaign.HitEvent)}}}, &docs); err != nil {
		return nil, err
	}
	out := map[string][]campaign.Event{}
	for _, e := range docs {
		out[e.Delivery] = append(out[e.Delivery], e)
	}
	return out, nil
}

// FindReaders returns one page of the deliveries of a run whose readers are known to have done something: opened or clicked
// themselves, or left; or whose message was returned.
func (s *Recipients) FindReaders(ctx context.Context, run string, did campaign.EventKind, p Page) ([]campaign.Delivery, string, error) {
	p.Sort = "id"
	if did == campaign.BouncedEvent {
		if !strings.HasPrefix(p.After, laterReturns) {
			docs, next, err := page(ctx, s.engine, schema.Deliveries, deadIn(run), p, func(d *campaign.Delivery) (any, string) { return d.ID, d.ID })
			if err != nil || len(docs) > 0 && next != "" {
				return docs, next, err
			}
			some, err := document.Exists[campaign.Event](ctx, s.engine, schema.Events, document.All{document.Equal("run_id", run), document.Equal("kind", string(did))})
			if err != nil || !some {
				return docs, "", err
			}
			if len(docs) > 0 {
				return docs, laterReturns, nil
			}
		}
		p.After = strings.TrimPrefix(p.After, laterReturns)
		docs, next, err := s.findDoers(ctx, run, did, 0, p)
		if next != "" {
			next = laterReturns + next
		}
		return docs, next, err
	}
	return s.findDoers(ctx, run, did, 0, p)
}

// laterReturns begins the cursor of a page of what came back by mail, which follows what was refused in the session.
const laterReturns = "-"

// FindFollowers is FindReaders of those who followed the tracked link with a number from 1.
func (s *Recipients) FindFollowers(ctx context.Context, run string, link int, p Page) ([]campaign.Delivery, string, error) {
	p.Sort = "id"
	return s.findDoers(ctx, run, campaign.Clicked, int64(link), p)
}

// findDoers is FindReaders by events alone; link 0 is any.
func (s *Recipients) findDoers(ctx context.Context, run string, did campaign.EventKind, link int64, p Page) ([]campaign.Delivery, string, error) {
	f := document.All{document.Equal("run_id", run), document.Equal("kind", string(did)), document.Equal("link", link), document.Where{Field: "delivery_id", Op: document.Ne, Value: ""}}
	if did == campaign.Opened || did == campaign.Clicked {
		f = append(f, document.Equal("verdict", string(campaign.Human)))
	}
	found, next, err := page(ctx, s.engine, schema.Events, f, p, func(e *campaign.Event) (any, string) { return e.ID, e.ID })
	if err != nil {
		return nil, "", err
	}
	ids := campaign.Collect(found, func(e campaign.Event) string { return e.Delivery })
	var docs []campaign.Delivery
	err = s.engine.Find(ctx, schema.Deliveries, document.Query{Filter: document.Where{Field: "id", Op: document.In, Value: ids}, Order: []document.Order{{Field: "id"}}}, &docs)
	return docs, next, err
}

// Of returns the number counted in a state.
func (d DomainCount) Of(state string) int64 { return d.States[campaign.DeliveryState(state)] }
