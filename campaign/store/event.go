package store

import (
	"context"
	"crypto/rand"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// Events are what readers did with a run's messages, and the figures counted over them and over deliveries.
type Events struct {
	engine     document.Engine
	counts     *Counts
	deliveries *Deliveries
}

// RecordEvents stores events in one round trip; those recorded before stay as they are.
func (s *Events) RecordEvents(ctx context.Context, es []*campaign.Event) error {
	docs := make([]any, len(es))
	for i, e := range es {
		e.Hour, e.Known = e.At.Unix()/3600, e.Delivery != "" && e.Kind != campaign.HitEvent
		docs[i] = e
	}
	_, err := s.engine.InsertNew(ctx, schema.Events, docs...)
	return err
}

// mostJudged is how much of one reader is judged together; who sends more than that is no reader.
const mostJudged = 1000

// EventsOfDelivery returns what is on record of a delivery's reader, with the hits it was judged by: the first thousand by their ids.
func (s *Events) EventsOfDelivery(ctx context.Context, delivery string) ([]campaign.Event, error) {
	found, err := s.FindEvidence(ctx, []string{delivery})
	return found[delivery], err
}

// FindEvidence is EventsOfDelivery of several at once, by delivery.
func (s *Events) FindEvidence(ctx context.Context, deliveries []string) (map[string][]campaign.Event, error) {
	var docs []campaign.Event
	err := s.engine.Find(ctx, schema.Events, document.Query{
		Filter: document.Where{Field: "delivery_id", Op: document.In, Value: deliveries}, Order: []document.Order{{Field: "id"}}, Limit: mostJudged * len(deliveries),
	}, &docs)
	out := make(map[string][]campaign.Event, len(deliveries))
	for i := range docs {
		if of := out[docs[i].Delivery]; len(of) < mostJudged {
			out[docs[i].Delivery] = append(of, docs[i])
		}
	}
	return out, err
}

// FindEvents returns those events of some ids that are on record.
func (s *Events) FindEvents(ctx context.Context, ids []string) ([]campaign.Event, error) {
	var docs []campaign.Event
	err := s.engine.Find(ctx, schema.Events, document.Query{Filter: document.Where{Field: "id", Op: document.In, Value: ids}, Order: []document.Order{{Field: "id"}}}, &docs)
	return docs, err
}

// CorrectEvents takes back events that late evidence has shown to be wrong, and stores others as they are now.
func (s *Events) CorrectEvents(ctx context.Context, wrong []string, right []*campaign.Event) error {
	for _, e := range right {
		if err := s.engine.Upsert(ctx, schema.Events, e); err != nil {
			return err
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	_, err := s.engine.Delete(ctx, schema.Events, document.Where{Field: "id", Op: document.In, Value: wrong})
	return err
}

// Figures counts a run's deliveries and events.
func (s *Events) Figures(ctx context.Context, run string) (campaign.Figures, error) {
	states, err := s.deliveries.CountDeliveries(ctx, run)
	if err != nil {
		return campaign.Figures{}, err
	}
	returned, err := s.deliveries.countReturned(ctx, run, states)
	if err != nil {
		return campaign.Figures{}, err
	}
	f := campaign.CountedDeliveries(states, returned)
	return f, s.CountReading(ctx, run, &f)
}

// CountReading adds to figures of a run's deliveries what its readers did.
func (s *Events) CountReading(ctx context.Context, run string, f *campaign.Figures) error {
	return s.countReadingUntil(ctx, run, time.Time{}, f)
}

// countReadingUntil is CountReading of what was done before the hour of a moment; the zero time is no bound.
func (s *Events) countReadingUntil(ctx context.Context, run string, until time.Time, f *campaign.Figures) error {
	// A click is stored once for its reader, with link 0, and once more for each link (package reader, track.go).
	filter := document.All{document.Equal("run_id", run), document.Equal("link", int64(0))}
	if !until.IsZero() {
		filter = append(filter, document.Where{Field: "hour", Op: document.Lt, Value: until.Unix() / 3600})
	}
	groups, err := s.engine.GroupCount(ctx, schema.Events, filter, "kind", "verdict", "known")
	if err != nil {
		return err
	}
	for key, n := range groups {
		kind, rest, _ := strings.Cut(key, "\x00")
		verdict, known, _ := strings.Cut(rest, "\x00")
		f.Count(campaign.EventKind(kind), campaign.Verdict(verdict), known == "true", n)
	}
	return nil
}

// HourlyCount is how often people opened or clicked in one hour, counted as Verdicts.Times.
type HourlyCount struct {
	Hour            time.Time
	Opened, Clicked int64
}

// EventsByHour returns the curve of a run: hours with at least one open or click by people, in order.
func (s *Events) EventsByHour(ctx context.Context, run string) ([]HourlyCount, error) {
	byHour := map[int64]*HourlyCount{}
	for _, kind := range []campaign.EventKind{campaign.Opened, campaign.Clicked} {
		groups, err := s.engine.GroupCount(ctx, schema.Events, document.All{
			document.Equal("run_id", run), document.Equal("kind", string(kind)), document.Equal("verdict", string(campaign.Human)), document.Equal("link", int64(0)),
		}, "hour")
		if err != nil {
			return nil, err
		}
		for key, n := range groups {
			hour, _ := strconv.ParseInt(key, 10, 64)
			if byHour[hour] == nil {
				byHour[hour] = &HourlyCount{Hour: time.Unix(hour*3600, 0).UTC()}
			}
			if kind == campaign.Opened {
				byHour[hour].Opened = n
			} else {
				byHour[hour].Clicked = n
			}
		}
	}
	out := make([]HourlyCount, 0, len(byHour))
	for _, h := range byHour {
		out = append(out, *h)
	}
	slices.SortFunc(out, func(a, b HourlyCount) int { return a.Hour.Compare(b.Hour) })
	return out, nil
}

// ClicksByLink counts how often people clicked each tracked link of a run, by the link's number from 0.
func (s *Events) ClicksByLink(ctx context.Context, run string) (map[int]int64, error) {
	groups, err := s.engine.GroupCount(ctx, schema.Events, document.All{
		document.Equal("run_id", run), document.Equal("kind", string(campaign.Clicked)), document.Equal("verdict", string(campaign.Human)), document.Where{Field: "link", Op: document.Gt, Value: int64(0)},
	}, "link")
	out := make(map[int]int64, len(groups))
	for key, n := range groups {
		link, _ := strconv.Atoi(key)
		out[link-1] = n
	}
	return out, err
}

// DailySalt returns the salt of a day, the same in every process, and deletes those of earlier days: after that nothing ties a
// reader's hash to anything. A process whose clock is slow may make one for the day before; it is deleted when that process
// asks for the new day.
func (s *Events) DailySalt(ctx context.Context, day time.Time) ([]byte, error) {
	id := day.UTC().Format(time.DateOnly)
	v, err := document.Get[Salt](ctx, s.engine, salts, id)
	if campaign.CodeOf(err) == campaign.NotFound {
		value := make([]byte, 32)
		rand.Read(value)
		if _, err := s.engine.InsertNew(ctx, salts, &Salt{ID: id, Value: value}); err != nil {
			return nil, err
		}
		v, err = document.Get[Salt](ctx, s.engine, salts, id) // of two made at the same moment one is stored
	}
	if err != nil {
		return nil, err
	}
	_, err = s.engine.Delete(ctx, salts, document.Where{Field: "id", Op: document.Lt, Value: id})
	return v.Value, err
}

// readingCount is what readers did with the messages of a run.
type readingCount struct {
	Events []eventCount  `json:"events"`
	Hours  []HourlyCount `json:"hours"`
	Links  map[int]int64 `json:"links"`
}

// eventCount is how many events there are of a kind and verdict.
type eventCount struct {
	Kind    campaign.EventKind `json:"kind"`
	Verdict campaign.Verdict   `json:"verdict"`
	Known   bool               `json:"known"`
	Count   int64              `json:"count"`
}

// countReading counts all of it in one pass over an index.
func (s *Events) countReading(ctx context.Context, run string) (readingCount, error) {
	out := readingCount{Links: map[int]int64{}}
	groups, err := s.engine.GroupCount(ctx, schema.Events, document.All{
		document.Equal("run_id", run), document.Where{Field: "kind", Op: document.Ne, Value: string(campaign.HitEvent)},
	}, "kind", "verdict", "link", "hour", "known")
	if err != nil {
		return out, err
	}
	events, hours := map[eventCount]int64{}, map[int64]*HourlyCount{}
	for key, n := range groups {
		of := strings.Split(key, "\x00")
		kind, verdict := campaign.EventKind(of[0]), campaign.Verdict(of[1])
		if link, _ := strconv.Atoi(of[2]); link > 0 {
			if kind == campaign.Clicked && verdict == campaign.Human {
				out.Links[link-1] += n
			}
			continue
		}
		events[eventCount{Kind: kind, Verdict: verdict, Known: of[4] == "true"}] += n
		if hour, _ := strconv.ParseInt(of[3], 10, 64); verdict == campaign.Human && (kind == campaign.Opened || kind == campaign.Clicked) {
			h := hours[hour]
			if h == nil {
				h = &HourlyCount{Hour: time.Unix(hour*3600, 0).UTC()}
				hours[hour] = h
			}
			if kind == campaign.Opened {
				h.Opened += n
			} else {
				h.Clicked += n
			}
		}
	}
	for e, n := range events {
		e.Count = n
		out.Events = append(out.Events, e)
	}
	for _, h := range hours {
		out.Hours = append(out.Hours, *h)
	}
	slices.SortFunc(out.Hours, func(a, b HourlyCount) int { return a.Hour.Compare(b.Hour) })
	return out, nil
}

func (s *Events) lookReading(ctx context.Context, r *campaign.Run, past bool) (readingCount, time.Time, error) {
	q := counting[readingCount]{what: "reading", run: r, past: past, count: func(ctx context.Context) (readingCount, error) { return s.countReading(ctx, r.ID) }}
	if past {
		q.rest = pastLife
	}
	return keptCount(ctx, s.counts, q)
}

// LookFigures is Figures for pages: those of a large run may be some time old, see Counts.
func (s *Events) LookFigures(ctx context.Context, r *campaign.Run) (campaign.Figures, error) {
	return s.lookFigures(ctx, r, false)
}

// PastFigures is LookFigures of a run that others are compared with: it may be some minutes old.
func (s *Events) PastFigures(ctx context.Context, r *campaign.Run) (campaign.Figures, error) {
	return s.lookFigures(ctx, r, true)
}

func (s *Events) lookFigures(ctx context.Context, r *campaign.Run, past bool) (campaign.Figures, error) {
	f, err := s.deliveries.LookDeliveries(ctx, r)
	if err != nil {
		return f, err
	}
	n, at, err := s.lookReading(ctx, r, past)
	for _, e := range n.Events {
		f.Count(e.Kind, e.Verdict, e.Known, e.Count)
	}
	if f.AsOf.IsZero() || !at.IsZero() && at.Before(f.AsOf) {
		f.AsOf = at
	}
	return f, err
}

// LookHours is EventsByHour, and LookLinks ClicksByLink, as LookFigures counts.
func (s *Events) LookHours(ctx context.Context, r *campaign.Run) ([]HourlyCount, error) {
	n, _, err := s.lookReading(ctx, r, false)
	return n.Hours, err
}

func (s *Events) LookLinks(ctx context.Context, r *campaign.Run) (map[int]int64, error) {
	n, _, err := s.lookReading(ctx, r, false)
	return n.Links, err
}

// PastHours is LookHours of a run that others are compared with.
func (s *Events) PastHours(ctx context.Context, r *campaign.Run) ([]HourlyCount, error) {
	n, _, err := s.lookReading(ctx, r, true)
	return n.Hours, err
}
