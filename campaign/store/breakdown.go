package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// Breakdowns tell the readers of runs apart: by outlet, kind, place and the like, and who wrote back.
type Breakdowns struct {
	engine document.Engine
	counts *Counts
	now    func() time.Time

	contacts      *Contacts
	events        *Events
	organisations *Organisations
	recipients    *Recipients
	runs          *Runs
}

// ReaderQuery says which readers of a group are meant.
type ReaderQuery struct {
	By    campaign.Dimension
	Group string
	Lists []string           // ids of those the run went to
	Did   campaign.EventKind // Opened, Clicked, or "" for all
	Quiet bool               // only those of whom nothing is known
}

func (q *ReaderQuery) fits(r *campaign.Reader) bool {
	switch {
	case q.Did == campaign.Opened && !r.Opened && !r.Clicked, q.Did == campaign.Clicked && !r.Clicked, q.Quiet && (r.Opened || r.Clicked):
		return false
	}
	return q.By == "" || slices.Contains(r.Groups(q.By, q.Lists), q.Group)
}

// CountReaders counts the readers of a run by every dimension. It reads them page by page: the memory it takes does not grow with them.
func (s *Breakdowns) CountReaders(ctx context.Context, run string, lists []string) (campaign.Breakdown, error) {
	count := campaign.NewBreakdownCount(lists)
	for after := ""; ; {
		readers, next, err := s.readers(ctx, run, after, nil)
		if err != nil {
			return campaign.Breakdown{}, err
		}
		for i := range readers {
			count.Add(&readers[i])
		}
		if next == "" {
			return count.Counted(), nil
		}
		after = next
	}
}

// mostPassed is how many readers are passed over for one page of a group: then the page ends early, and the next goes on.
const mostPassed = 20_000

// FindGroup returns one page of the accepted deliveries of a run to a group of readers, in the order of their ids.
func (s *Breakdowns) FindGroup(ctx context.Context, r *campaign.Run, q ReaderQuery, p Page) (out []campaign.Delivery, next string, err error) {
	after, limit := p.After, p.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	among, err := s.among(ctx, r, &q)
	if err != nil {
		return nil, "", err
	}
	for passed := 0; ; passed += groupPage {
		readers, more, err := s.readers(ctx, r.ID, after, among)
		if err != nil {
			return nil, "", err
		}
		for i := range readers {
			if q.fits(&readers[i]) {
				out = append(out, readers[i].Delivery)
				if len(out) == limit && (i+1 < len(readers) || more != "") {
					return out, readers[i].Delivery.ID, nil
				}
			}
		}
		if more == "" || passed >= mostPassed {
			return out, more, nil
		}
		after = more
	}
}

// fewReaders is how many readers of a group are looked up by their ids; one with more is soon found among all.
const fewReaders = groupPage

// among is a filter that fits all deliveries to a group and few others, so that not all of a run have to be passed over; nil where there
// is none.
func (s *Breakdowns) among(ctx context.Context, r *campaign.Run, q *ReaderQuery) (document.Filter, error) {
	whose := document.Equal("organisation_id", q.Group)
	switch {
	case q.By == campaign.ByLanguage:
		return document.Equal("language", q.Group), nil
	case campaign.ReaderGroup{Key: q.Group}.IsRest():
		return nil, nil
	case q.By == campaign.ByJournalist:
		whose = document.Equal("id", q.Group)
	case q.By != campaign.ByOutlet:
		return nil, nil
	}
	var people []campaign.Contact
	err := s.engine.Find(ctx, schema.Contacts, document.Query{Filter: whose, Limit: fewReaders + 1}, &people)
	if err != nil || len(people) > fewReaders {
		return nil, err
	}
	var ids []string
	for _, c := range people {
		for _, contact := range append(c.Merged, c.ID) { // what went to another contact before it was merged keeps its id
			id, _ := campaign.DeliveryID(r.ID, r.Shards, contact)
			ids = append(ids, id)
		}
	}
	return document.Where{Field: "id", Op: document.In, Value: ids}, nil
}

// readers reads a page of the accepted deliveries of a run after one of them, those a further filter fits where there is one, with what
// is on record of their readers.
func (s *Breakdowns) readers(ctx context.Context, run, after string, further document.Filter) ([]campaign.Reader, string, error) {
	all := document.All{document.Equal("run_id", run), document.Equal("state", string(campaign.Accepted))}
	if further != nil {
		all = append(all, further)
	}
	q := document.Query{Filter: all, Order: []document.Order{{Field: "id"}}, Limit: groupPage}
	if after != "" {
		q.After = []any{after}
	}
	var docs []campaign.Delivery
	if err := s.engine.Find(ctx, schema.Deliveries, q, &docs); err != nil {
		return nil, "", err
	}
	contacts, err := s.contacts.GetContacts(ctx, campaign.Collect(docs, func(d campaign.Delivery) string { return d.Contact }))
	if err != nil {
		return nil, "", err
	}
	var offices, known []string
	for _, c := range contacts {
		if c.Organisation != "" {
			offices = append(offices, c.Organisation)
		}
	}
	organisations, err := s.organisations.GetOrganisations(ctx, offices)
	if err != nil {
		return nil, "", err
	}
	for i := range docs {
		if docs[i].Tracking == campaign.Individual {
			known = append(known, docs[i].ID)
		}
	}
	var events map[string][]campaign.Event
	if len(known) > 0 {
		if events, err = s.recipients.EventsOfDeliveries(ctx, known); err != nil {
			return nil, "", err
		}
	}
	out := make([]campaign.Reader, len(docs))
	for i, d := range docs {
		r := campaign.Reader{Delivery: d, Contact: contacts[d.Contact]}
		if r.Contact != nil {
			office := organisations[r.Contact.Organisation]
			r.Office, r.OfficePlace = office.Name, office.Place
		}
		for _, e := range events[d.ID] {
			r.Opened = r.Opened || e.Kind == campaign.Opened && e.Verdict == campaign.Human
			r.Clicked = r.Clicked || e.Kind == campaign.Clicked && e.Verdict == campaign.Human
		}
		out[i] = r
	}
	if len(docs) < groupPage {
		return out, "", nil
	}
	return out, docs[len(docs)-1].ID, nil
}

// CountAhead estimates how many opens of a run came through privacy proxies, which load every image ahead (F-03, F-04, F-12), and returns
// of how many opens by anybody it is so.
func (s *Breakdowns) CountAhead(ctx context.Context, run string) (ahead, of int64, err error) {
	q := document.Query{
		Filter: document.All{document.Equal("run_id", run), document.Equal("kind", string(campaign.Opened))},
		Order:  []document.Order{{Field: "id"}}, Limit: groupPage,
	}
	for {
		var docs []campaign.Event
		if err := s.engine.Find(ctx, schema.Events, q, &docs); err != nil {
			return 0, 0, err
		}
		for _, e := range docs {
			of++
			if e.Verdict != campaign.Human && slices.ContainsFunc(aheadRules, func(rule string) bool { return slices.Contains(strings.Fields(e.Rule), rule) }) {
				ahead++
			}
		}
		if len(docs) < groupPage {
			return ahead, of, nil
		}
		q.After = []any{docs[len(docs)-1].ID}
	}
}

// aheadRules are the rules by which a fetch is known as a privacy proxy's.
var aheadRules = []string{"F-03", "F-04", "F-12"}

const (
	repliedWithin = 14 * 24 * time.Hour // of the start of a run, a reply counts as one to it
	mostReplies   = 5000
)

// FindReplied returns the deliveries of a run whose readers wrote back within two weeks of its start, in the order of their ids.
func (s *Breakdowns) FindReplied(ctx context.Context, r *campaign.Run) ([]campaign.Delivery, error) {
	var entries []campaign.Entry
	err := s.engine.Find(ctx, schema.Journal, document.Query{Filter: document.All{
		document.Equal("kind", string(campaign.RepliedEntry)), between("at", r.StartedAt, r.StartedAt.Add(repliedWithin)),
	}, Order: []document.Order{{Field: "id"}}, Limit: mostReplies}, &entries)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, e := range entries {
		if e.Contact != "" {
			id, _ := campaign.DeliveryID(r.ID, r.Shards, e.Contact)
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	slices.Sort(ids)
	var docs []campaign.Delivery
	err = s.engine.Find(ctx, schema.Deliveries, document.Query{Filter: document.All{
		document.Where{Field: "id", Op: document.In, Value: slices.Compact(ids)}, document.Equal("state", string(campaign.Accepted)),
	}, Order: []document.Order{{Field: "id"}}}, &docs)
	return slices.DeleteFunc(docs, func(d campaign.Delivery) bool { return !strings.HasPrefix(d.ID, r.ID+".") }), err
}

// ReadersCount is what is told of the readers of a run by telling them apart.
type ReadersCount struct {
	campaign.Breakdown
	Ahead int64     `json:"ahead"` // see CountAhead
	Opens int64     `json:"opens"`
	AsOf  time.Time `json:"-"` // see campaign.Figures
}

// LookReaders is CountReaders and CountAhead for pages: of a large run they may be some time old, see Counts.
func (s *Breakdowns) LookReaders(ctx context.Context, r *campaign.Run, lists []string) (ReadersCount, error) {
	return s.lookReaders(ctx, r, lists, 0)
}

func (s *Breakdowns) lookReaders(ctx context.Context, r *campaign.Run, lists []string, rest time.Duration) (ReadersCount, error) {
	n, at, err := keptCount(ctx, s.counts, counting[ReadersCount]{
		what: "readers", run: r, rest: rest, from: manyReaders,
		count: func(ctx context.Context) (n ReadersCount, err error) {
			if n.Breakdown, err = s.CountReaders(ctx, r.ID, lists); err == nil {
				n.Ahead, n.Opens, err = s.CountAhead(ctx, r.ID)
			}
			return n, err
		},
		people: func(n ReadersCount) (ids []string) {
			for _, g := range n.Groups[campaign.ByJournalist] {
				if !g.IsRest() {
					ids = append(ids, g.Key)
				}
			}
			return ids
		},
	})
	n.AsOf = at
	return n, err
}

const (
	manyReaders = 500 // that cannot be told apart at once

	keptRuns  = 20 // the latest, which are counted before anybody asks
	readersIn = 4  // the readers of a run are told apart anew when it is so much of its age that it was done: what they do changes less and less
)

// KeepCounts counts the latest large runs that have ended, so that nobody has to wait for their figures.
func (s *Breakdowns) KeepCounts(ctx context.Context) error {
	runs, err := s.runs.FindLastRuns(ctx, "", keptRuns)
	if err != nil {
		return err
	}
	for i := range runs {
		r := &runs[i]
		if !r.IsLarge() || !r.State.Ended() || r.NeverBegan() {
			continue
		}
		if err := s.keepCounts(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

func (s *Breakdowns) keepCounts(ctx context.Context, r *campaign.Run) error {
	if _, err := s.events.PastFigures(ctx, r); err != nil {
		return err
	}
	for _, state := range []campaign.DeliveryState{campaign.Failed, campaign.Skipped} {
		if _, err := s.recipients.LookReasons(ctx, r, state); err != nil {
			return err
		}
	}
	if _, err := s.recipients.LookDomains(ctx, r); err != nil {
		return err
	}
	e, err := s.runs.GetEdition(ctx, r.ID)
	if campaign.UnlessMissing(err) != nil {
		return err
	}
	_, err = s.lookReaders(ctx, r, campaign.Collect(e.Lists, func(l campaign.List) string { return l.ID }), s.now().Sub(r.StartedAt)/readersIn)
	return err
}
