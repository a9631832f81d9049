package reader

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/opens"
)

// judgedStore is what is asked of the store to set verdicts right that late evidence has changed.
type judgedStore interface {
	EventsOfDelivery(ctx context.Context, delivery string) ([]campaign.Event, error)
	FindEvidence(ctx context.Context, deliveries []string) (map[string][]campaign.Event, error)
	FindEvents(ctx context.Context, ids []string) ([]campaign.Event, error)
	CorrectEvents(ctx context.Context, wrong []string, right []*campaign.Event) error
}

// stood is an event that a fetch stands for.
type stood struct {
	kind campaign.EventKind
	link int64
}

// standsFor returns the events that a fetch stands for: a click counts its reader once and the link once, and a person's click
// an open too (F-15).
func standsFor(fetched campaign.EventKind, by campaign.Verdict, link int64) []stood {
	switch {
	case fetched == campaign.Opened:
		return []stood{{campaign.Opened, 0}}
	case fetched != campaign.Clicked:
		return []stood{{fetched, 0}}
	case by == campaign.Human:
		return []stood{{campaign.Clicked, 0}, {campaign.Clicked, link}, {campaign.Opened, 0}}
	}
	return []stood{{campaign.Clicked, 0}, {campaign.Clicked, link}}
}

// evidenceEvery is how often one sender's fetches of the same are kept as evidence, in seconds.
const evidenceEvery = 10

// evidenceOf returns the hit that an event of a known reader is judged by.
func evidenceOf(e *campaign.Event, fetched campaign.EventKind, link int64) *campaign.Event {
	out := *e
	out.Kind, out.Fetched, out.Link, out.Contact, out.Reader = campaign.HitEvent, fetched, link, "", ""
	out.ID = campaign.DerivedID(e.Run, string(campaign.HitEvent), string(fetched), string(e.Verdict), e.Delivery, e.Source, e.Program,
		strconv.FormatInt(link, 10), strconv.FormatInt(e.At.Unix()/evidenceEvery, 10))
	return &out
}

// judgeDeliveries judges all that is on record of the readers of some deliveries once more, now that more of it is.
func (t *tracking) judgeDeliveries(ctx context.Context, deliveries []string) error {
	for some := range slices.Chunk(deliveries, 100) {
		events, err := t.store.FindEvidence(ctx, some)
		if err != nil {
			return err
		}
		for _, of := range events {
			if err := t.correct(ctx, of); err != nil {
				return err
			}
		}
	}
	return nil
}

// correct sets the events of a delivery right by its hits.
func (t *tracking) correct(ctx context.Context, events []campaign.Event) error {
	wrong, right := corrections(events)
	contact, reader := "", ""
	for _, e := range events {
		if e.Kind != campaign.HitEvent {
			contact, reader = e.Contact, e.Reader
		}
	}
	if len(wrong)+len(right) == 0 {
		return nil
	}
	for _, r := range right {
		r.Contact, r.Reader = contact, reader
		r.ID = campaign.EventID(r.Run, r.Kind, r.Verdict, r.Reader, r.Link)
	}
	return t.store.CorrectEvents(ctx, wrong, right)
}

// hitOfEvidence returns a hit and what it was by itself.
func hitOfEvidence(e *campaign.Event) (opens.Hit, opens.Result) {
	h := opens.Hit{IP: e.Source, Agent: e.Program, At: e.At, Delivery: e.Delivery, Link: strconv.FormatInt(e.Link, 10)}
	switch e.Fetched {
	case campaign.Opened:
		h.Kind = opens.Open
	case campaign.Clicked:
		h.Kind = opens.Click
	case campaign.TrapEvent:
		h.Kind = opens.Trap
	}
	r := opens.Result{Verdict: e.Verdict, Rules: strings.Fields(e.Rule)}
	if e.Rule == crowdRule { // what it was by itself stays on record
		r.Verdict = campaign.Machine
	}
	return h, r
}

// corrections judges the hits of a delivery by each other, and returns which of its events no hit stands for any more and which
// are missing. Events that are older than the hits are left as they are.
func corrections(events []campaign.Event) (wrong []string, right []*campaign.Event) {
	var evidence []campaign.Event
	stored := map[string]campaign.Event{}
	for _, e := range events {
		if e.Kind == campaign.HitEvent {
			evidence = append(evidence, e)
		} else {
			stored[key(e.Kind, e.Verdict, e.Link)] = e
		}
	}
	slices.SortFunc(evidence, func(a, b campaign.Event) int { return a.At.Compare(b.At) })
	hits, results := make([]opens.Hit, len(evidence)), make([]opens.Result, len(evidence))
	for i := range evidence {
		hits[i], results[i] = hitOfEvidence(&evidence[i])
	}
	opens.Compare(hits, results)
	first, needed := map[string]time.Time{}, map[string]bool{}
	for i := range evidence {
		hit, now := evidence[i], results[i]
		for _, s := range standsFor(hit.Fetched, hit.Verdict, hit.Link) {
			if k := key(s.kind, hit.Verdict, s.link); first[k].IsZero() {
				first[k] = hit.At
			}
		}
		hit.Verdict, hit.Rule = now.Verdict, strings.Join(now.Rules, " ")
		for _, s := range standsFor(hit.Fetched, hit.Verdict, hit.Link) {
			k := key(s.kind, hit.Verdict, s.link)
			if _, there := stored[k]; !there && !needed[k] {
				e := withKind(&hit, s.kind, s.link)
				e.Known = true
				right = append(right, e)
			}
			needed[k] = true
		}
	}
	for k, e := range stored {
		if at, ok := first[k]; ok && !needed[k] && !e.At.Before(at) {
			wrong = append(wrong, e.ID)
		}
	}
	return wrong, right
}

func key(kind campaign.EventKind, by campaign.Verdict, link int64) string {
	return string(kind) + " " + string(by) + " " + strconv.FormatInt(link, 10)
}

// judgeReaders judges again what readers in aggregate mode did. There one program at one address is the reader, so that its
// events are the evidence: what a machine did anywhere, it did everywhere.
func (t *tracking) judgeReaders(ctx context.Context, readers []*campaign.Event) error {
	for some := range slices.Chunk(readers, 50) {
		var ids []string
		for _, of := range some {
			run, err := t.runs.get(ctx, of.Run)
			if campaign.CodeOf(err) == campaign.NotFound {
				continue
			}
			if err != nil {
				return err
			}
			ids = append(ids, campaign.EventID(of.Run, campaign.TrapEvent, campaign.Machine, of.Reader, 0))
			for _, by := range []campaign.Verdict{campaign.Human, campaign.Unknown, campaign.Machine} {
				ids = append(ids, campaign.EventID(of.Run, campaign.Opened, by, of.Reader, 0))
				for link := range int64(len(run.links)) + 1 {
					ids = append(ids, campaign.EventID(of.Run, campaign.Clicked, by, of.Reader, link))
				}
			}
		}
		events, err := t.store.FindEvents(ctx, ids)
		if err != nil {
			return err
		}
		byReader := map[string][]campaign.Event{}
		for _, e := range events {
			byReader[e.Run+" "+e.Reader] = append(byReader[e.Run+" "+e.Reader], e)
		}
		for _, of := range byReader {
			if err := t.correctReader(ctx, of); err != nil {
				return err
			}
		}
	}
	return nil
}

// correctReader sets the events of a reader in aggregate mode right by each other.
func (t *tracking) correctReader(ctx context.Context, events []campaign.Event) error {
	hits, results := make([]opens.Hit, len(events)), make([]opens.Result, len(events))
	for i, e := range events {
		e.Fetched, e.Source, e.Program, e.Delivery = e.Kind, e.Reader, e.Reader, e.Reader
		hits[i], results[i] = hitOfEvidence(&e)
		if e.Kind == campaign.Clicked && e.Link == 0 {
			hits[i].Link = "" // of its reader, not a link of its own
		}
	}
	opens.Compare(hits, results)
	var wrong []string
	var right []*campaign.Event
	for i, r := range results {
		e := &events[i]
		switch {
		case r.Verdict == e.Verdict:
		case r.Verdict == campaign.Human: // the click counts as an open already
			wrong = append(wrong, e.ID)
		default:
			e.Verdict, e.Rule = r.Verdict, strings.Join(r.Rules, " ")
			right = append(right, e)
		}
	}
	if len(wrong)+len(right) == 0 {
		return nil
	}
	return t.store.CorrectEvents(ctx, wrong, right)
}

// crowdRule is the rule by which an address that fetches the images of many deliveries at once is a machine's.
const crowdRule = "F-08"

// markCrowd takes the images of a delivery for a machine's that the address of a crowd fetched within the minute.
func (t *tracking) markCrowd(ctx context.Context, delivery string, by *campaign.Event) error {
	events, err := t.store.EventsOfDelivery(ctx, delivery)
	if err != nil {
		return err
	}
	var marked []*campaign.Event
	for i := range events {
		e := &events[i]
		if e.Kind == campaign.HitEvent && e.Fetched == campaign.Opened && e.Source == by.Source && by.At.Sub(e.At) <= opens.CrowdTime {
			e.Rule = crowdRule
			marked = append(marked, e)
		}
	}
	if err := t.store.CorrectEvents(ctx, nil, marked); err != nil {
		return err
	}
	return t.correct(ctx, events)
}

// crowds are the deliveries whose images each address fetched within the last minute, as far as this process saw them.
type crowds struct {
	mu     sync.Mutex
	lately map[string][]glance
}

type glance struct {
	delivery string
	at       time.Time
	marked   bool
}

const (
	maxCrowds  = 10_000
	maxGlances = 4 * opens.CrowdSize
)

// see reports whether an address fetches for so many deliveries that it is a machine's, and for which others it did just before
// that were not told yet.
func (c *crowds) see(source, delivery string, at time.Time) (before []string, crowd bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lately == nil || len(c.lately) >= maxCrowds {
		c.lately = map[string][]glance{}
	}
	seen := slices.DeleteFunc(c.lately[source], func(g glance) bool { return at.Sub(g.at) > opens.CrowdTime || g.delivery == delivery })
	seen = append(seen[max(0, len(seen)+1-maxGlances):], glance{delivery: delivery, at: at})
	c.lately[source] = seen
	if len(seen) < opens.CrowdSize {
		return nil, false
	}
	for i := range seen {
		if g := &seen[i]; !g.marked && g.delivery != delivery {
			before = append(before, g.delivery)
		}
		seen[i].marked = true
	}
	return before, true
}
