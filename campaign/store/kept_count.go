package store

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/erasing"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// Counts keep what was counted of large runs. Counting a million deliveries takes seconds, and telling their readers apart a minute:
// a page reads one document instead, also right after a start. What it holds was true at one moment, which pages show. When it is
// older than it should be, it is counted anew behind the page that asks, so that nothing else has to say what changed. Small runs are
// counted each time.
type Counts struct {
	engine document.Engine
	now    func() time.Time

	ctx   context.Context // of what is counted behind a page
	stop  func()
	group sync.WaitGroup
	turn  chan struct{} // holds one while nothing is counted behind a page

	mu       sync.Mutex
	underWay map[string]chan struct{} // by what is counted, closed when it is
}

// KeptCount is what was counted of a run at one moment.
type KeptCount struct {
	ID     string         `json:"id"`     // the run's, and what was counted
	Run    int64          `json:"run"`    // the run's version then
	State  campaign.State `json:"state"`  // the run's then
	At     time.Time      `json:"at"`     // when it was begun to count
	Took   time.Duration  `json:"took"`   // how long that was
	People []string       `json:"people"` // ids of the contacts that the body names
	Body   string         `json:"body"`   // JSON
}

const (
	quickCount = 30 * time.Millisecond // what is counted this quickly is counted anew for a page that asks too late
	countPart  = 9                     // a count is reused for this many times as long as it took
	countAfter = time.Second           // by then the page that asked has its answer
	pastLife   = 10 * time.Minute      // what readers did of earlier runs changes little
)

func newCounts(engine document.Engine, now func() time.Time) *Counts {
	c := &Counts{engine: engine, now: now, turn: make(chan struct{}, 1), underWay: map[string]chan struct{}{}}
	c.ctx, c.stop = context.WithCancel(context.Background())
	c.turn <- struct{}{}
	return c
}

// close ends what is counted behind pages.
func (c *Counts) close() {
	c.stop()
	c.group.Wait()
}

// counting says what is counted of a run.
type counting[T any] struct {
	what  string
	run   *campaign.Run
	count func(context.Context) (T, error)

	from   int64         // messages from which on it is kept, where it is not campaign.LargeRun
	rest   time.Duration // for at least so long it is reused
	past   bool          // nobody waits for it to be counted anew
	moves  bool          // what people decide about the run changes it
	final  func(T) bool  // nothing but that can change it any more
	people func(T) []string
}

// wasSent is the final of what is counted of deliveries alone: those of a run that was sent are settled.
func wasSent[T any](r *campaign.Run) func(T) bool {
	return func(T) bool { return r.State == campaign.Sent && r.IsMailing() }
}

// keptCount returns what was counted of a run, and when; the zero time says that it is so now.
func keptCount[T any](ctx context.Context, c *Counts, q counting[T]) (T, time.Time, error) {
	if q.run.Messages() < cmp.Or(q.from, campaign.LargeRun) {
		v, err := q.count(ctx)
		return v, time.Time{}, err
	}
	for {
		doc, v, err := readCount(ctx, c, &q)
		if err != nil {
			return v, time.Time{}, err
		}
		found := doc.Body != ""
		switch age := c.now().Sub(doc.At); {
		case !found:
		case q.final != nil && q.final(v):
			return v, time.Time{}, nil
		case age < max(q.rest, countPart*doc.Took):
			return v, doc.At, nil
		case doc.Took > quickCount || q.past:
			countBehind(c, q)
			return v, doc.At, nil
		}
		over, done := c.begin(q.id())
		if done != nil {
			v, at, err := countNow(ctx, c, &q)
			done()
			return v, at, err
		}
		select {
		case <-over:
		case <-ctx.Done():
			return v, time.Time{}, ctx.Err()
		}
	}
}

func (q *counting[T]) id() string { return q.run.ID + "/" + q.what }

// readCount reads what is kept; the document is empty when nothing is, or nothing that holds for the run as it is now. While the run's
// audience is written down its version tells nothing.
func readCount[T any](ctx context.Context, c *Counts, q *counting[T]) (doc KeptCount, v T, err error) {
	doc, err = document.Get[KeptCount](ctx, c.engine, keptCounts, q.id())
	if err != nil {
		return KeptCount{}, v, campaign.UnlessMissing(err)
	}
	if q.moves && (doc.State != q.run.State || doc.Run != q.run.Version && q.run.Planned) || json.Unmarshal([]byte(doc.Body), &v) != nil {
		var none T
		return KeptCount{}, none, nil
	}
	return doc, v, nil
}

// countNow counts and keeps it.
func countNow[T any](ctx context.Context, c *Counts, q *counting[T]) (v T, at time.Time, err error) {
	doc, began := KeptCount{ID: q.id(), Run: q.run.Version, State: q.run.State, At: c.now()}, time.Now()
	if v, err = q.count(ctx); err != nil {
		return v, doc.At, err
	}
	body, err := json.Marshal(v)
	if err != nil {
		return v, doc.At, err
	}
	doc.Took, doc.Body = time.Since(began), string(body)
	if q.people != nil {
		doc.People = q.people(v)
	}
	if err := c.engine.Upsert(ctx, keptCounts, &doc); err != nil {
		return v, doc.At, err
	}
	return v, doc.At, c.dropGone(ctx, &doc)
}

// countBehind counts while the page that asked goes on. What fails is counted by the next to ask.
func countBehind[T any](c *Counts, q counting[T]) {
	_, done := c.begin(q.id())
	if done == nil {
		return
	}
	run := *q.run
	q.run = &run
	c.group.Go(func() {
		defer done()
		select {
		case <-time.After(countAfter):
		case <-c.ctx.Done():
			return
		}
		select {
		case <-c.turn:
			defer func() { c.turn <- struct{}{} }()
			_, _, _ = countNow(c.ctx, c, &q)
		case <-c.ctx.Done():
		}
	})
}

// begin returns what to call when something is counted, or nil and what is closed then, if it is being counted already.
func (c *Counts) begin(id string) (over <-chan struct{}, done func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if over := c.underWay[id]; over != nil {
		return over, nil
	}
	end := make(chan struct{})
	c.underWay[id] = end
	return end, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.underWay, id)
		close(end)
	}
}

// dropGone takes out of a count whom an erasure took out of the store while it was made.
func (c *Counts) dropGone(ctx context.Context, doc *KeptCount) error {
	if len(doc.People) == 0 {
		return nil
	}
	var there []campaign.Contact
	if err := c.engine.Find(ctx, schema.Contacts, document.Query{Filter: document.Where{Field: "id", Op: document.In, Value: doc.People}}, &there); err != nil {
		return err
	}
	known := campaign.Collect(there, func(c campaign.Contact) string { return c.ID })
	gone := slices.DeleteFunc(slices.Clone(doc.People), func(id string) bool { return slices.Contains(known, id) })
	return c.drop(ctx, doc, gone)
}

// drop takes people out of a count: they are among those who were erased.
func (c *Counts) drop(ctx context.Context, doc *KeptCount, gone []string) error {
	if len(gone) == 0 {
		return nil
	}
	for _, id := range gone {
		doc.Body = strings.ReplaceAll(doc.Body, `"`+id+`"`, `"`+campaign.GoneGroup+`"`)
	}
	doc.People = slices.DeleteFunc(doc.People, func(id string) bool { return slices.Contains(gone, id) })
	return c.engine.Upsert(ctx, keptCounts, doc)
}

// scrub takes somebody who is erased out of all counts.
func (c *Counts) scrub(ctx context.Context, p *erasing.Person) error {
	for _, id := range p.IDs() {
		var docs []KeptCount
		if err := c.engine.Find(ctx, keptCounts, document.Query{Filter: document.Where{Field: "people", Op: document.Has, Value: id}}, &docs); err != nil {
			return err
		}
		for i := range docs {
			if err := c.drop(ctx, &docs[i], []string{id}); err != nil {
				return err
			}
		}
	}
	return nil
}

// forget has a run's deliveries counted anew, after many of them were changed at once. Where that fails, it is done when it is too old.
func (c *Counts) forget(ctx context.Context, run string) {
	_, _ = c.engine.Delete(ctx, keptCounts, document.ByID(run+"/"+ofDeliveries))
}
