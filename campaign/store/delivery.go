package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// Deliveries are the messages of runs, one for each contact.
type Deliveries struct {
	engine document.Engine
	now    func() time.Time

	runs *Runs

	counts *Counts
}

// PlanDeliveries writes down deliveries; those that exist already stay as they are, so that planning twice plans once.
func (s *Deliveries) PlanDeliveries(ctx context.Context, ds []*campaign.Delivery) error {
	_, err := s.AddDeliveries(ctx, ds)
	return err
}

// AddDeliveries is PlanDeliveries and says how many are new.
func (s *Deliveries) AddDeliveries(ctx context.Context, ds []*campaign.Delivery) (int64, error) {
	docs := make([]any, len(ds))
	// In the order of their ids, as everybody writes them: a server that changes many at once as a whole would have two writers wait
	// for one another else.
	for i, d := range slices.SortedFunc(slices.Values(ds), func(a, b *campaign.Delivery) int { return strings.Compare(a.ID, b.ID) }) {
		docs[i] = d
	}
	return s.engine.InsertNew(ctx, schema.Deliveries, docs...)
}

// ofShard fits the deliveries of one shard of a run: their ids begin alike.
func ofShard(run string, shard int64) document.Filter {
	return document.Where{Field: "id", Op: document.Prefix, Value: fmt.Sprintf("%s.%02d.", run, shard)}
}

// FindQueued returns the next queued deliveries of a shard after an id, in the order of their ids; those to some domains
// may be left out.
func (s *Deliveries) FindQueued(ctx context.Context, run string, shard int64, after string, limit int, except ...string) ([]campaign.Delivery, error) {
	all := document.All{document.Equal("run_id", run), document.Equal("state", string(campaign.Queued)), ofShard(run, shard)}
	return s.nextDeliveries(ctx, notTo(all, except), after, limit)
}

// FindQueuedTo is FindQueued for some domains alone.
func (s *Deliveries) FindQueuedTo(ctx context.Context, run string, shard int64, domains []string, after string, limit int) ([]campaign.Delivery, error) {
	all := document.All{document.Equal("run_id", run), document.Equal("state", string(campaign.Queued)), ofDomains(domains), ofShard(run, shard)}
	return s.nextDeliveries(ctx, all, after, limit)
}

// FindDeferred returns deferred and timed deliveries of a shard whose time has come; those to some domains may be left out.
func (s *Deliveries) FindDeferred(ctx context.Context, run string, shard int64, now time.Time, limit int, except ...string) ([]campaign.Delivery, error) {
	return s.nextDeferred(ctx, notTo(document.All{putOffIn(run, shard), document.Where{Field: "next_at", Op: document.Lte, Value: now}}, except), limit)
}

// FindDeferredTo is FindDeferred for some domains alone.
func (s *Deliveries) FindDeferredTo(ctx context.Context, run string, shard int64, domains []string, now time.Time, limit int) ([]campaign.Delivery, error) {
	return s.nextDeferred(ctx, document.All{putOffIn(run, shard), document.Where{Field: "next_at", Op: document.Lte, Value: now}, ofDomains(domains)}, limit)
}

// NextDeferredIn returns the time at which the earliest deferred delivery of a shard goes again, those to some domains apart; zero
// when there is none.
func (s *Deliveries) NextDeferredIn(ctx context.Context, run string, shard int64, except ...string) (time.Time, error) {
	return firstTime(s.nextDeferred(ctx, notTo(document.All{putOffIn(run, shard)}, except), 1))
}

// NextDeferredTo is NextDeferredIn for some domains alone.
func (s *Deliveries) NextDeferredTo(ctx context.Context, run string, shard int64, domains []string) (time.Time, error) {
	return firstTime(s.nextDeferred(ctx, document.All{putOffIn(run, shard), ofDomains(domains)}, 1))
}

func ofDomains(domains []string) document.Filter {
	if len(domains) == 1 {
		return document.Equal("domain", domains[0])
	}
	return document.Where{Field: "domain", Op: document.In, Value: domains}
}

func firstTime(ds []campaign.Delivery, err error) (time.Time, error) {
	if err != nil || len(ds) == 0 {
		return time.Time{}, err
	}
	return ds[0].NextAt, nil
}

// putOffIn fits the deliveries of a shard of a run in some states, by the conditions of the partial index that holds only those
// that were put off: none is deferred and timed ones.
func putOffIn(run string, shard int64, states ...campaign.DeliveryState) document.Filter {
	if len(states) == 0 {
		states = []campaign.DeliveryState{campaign.Deferred, campaign.Timed}
	}
	return document.All{document.Equal("run_id", run), document.Equal("shard", shard), document.OneOf("state", states...), document.Where{Field: "next_at", Op: document.Gt, Value: time.Time{}}}
}

// nextDeferred finds deferred deliveries, the earliest due first.
func (s *Deliveries) nextDeferred(ctx context.Context, f document.Filter, limit int) ([]campaign.Delivery, error) {
	var docs []campaign.Delivery
	err := s.engine.Find(ctx, schema.Deliveries, document.Query{Filter: f, Order: []document.Order{{Field: "next_at"}}, Limit: limit}, &docs)
	return docs, err
}

// PullForward makes deferred deliveries of a shard due now whose last try lies in the future: the clock was set back since, and
// they would wait for that time twice.
func (s *Deliveries) PullForward(ctx context.Context, run string, shard int64, now time.Time) error {
	_, err := s.engine.Update(ctx, schema.Deliveries, document.All{putOffIn(run, shard, campaign.Deferred), document.Where{Field: "last_at", Op: document.Gt, Value: now.Add(time.Minute)}}, document.Change{Set: map[string]any{"next_at": now, "last_at": now}})
	return err
}

func notTo(all document.All, domains []string) document.All {
	if len(domains) == 0 {
		return all
	}
	return append(all, document.Not{Filter: document.Where{Field: "domain", Op: document.In, Value: domains}})
}

func (s *Deliveries) nextDeliveries(ctx context.Context, f document.Filter, after string, limit int) ([]campaign.Delivery, error) {
	q := document.Query{Filter: f, Order: []document.Order{{Field: "id"}}, Limit: limit}
	if after != "" {
		q.After = []any{after}
	}
	var docs []campaign.Delivery
	err := s.engine.Find(ctx, schema.Deliveries, q, &docs)
	return docs, err
}

// due fits deferred and timed deliveries whose time has come, and those whose last try lies in the future, see PullForward.
func due(now time.Time) document.Filter {
	return document.All{document.OneOf("state", campaign.Deferred, campaign.Timed), document.Any{document.Where{Field: "next_at", Op: document.Lte, Value: now}, document.Where{Field: "last_at", Op: document.Gt, Value: now.Add(time.Minute)}}}
}

// Intent announces that a delivery is about to be sent, under the epoch of its shard's lease.
type Intent struct {
	ID    string
	Epoch int64
	New   *campaign.Delivery // not nil when the delivery is not stored yet: announcing stores it
	// Server is the one that the message is given to, where there are several; "" is not noted.
	Server string
}

// Settled is the outcome of one delivery, ready to be recorded.
type Settled struct {
	Intent
	State  campaign.DeliveryState
	Reason string
	Code   int64
	Queue  string
	NextAt time.Time
	At     time.Time
	Tried  bool // an attempt was made: count it
	Dead   bool // the server said that the address does not work
}

// Record stores, in one round trip, the intent to send some deliveries and the outcomes of others. It returns the
// announced ids that may be sent. Left out are those no longer queued or due, because another process took them, and new ones
// that are stored already. An outcome counts only while the delivery is in flight under the same epoch: what a sender without
// the lease writes late changes nothing. Record can be repeated after an error.
func (s *Deliveries) Record(ctx context.Context, announce []Intent, settled []Settled) (map[string]bool, error) {
	now := s.now()
	ops := make([]document.Op, 0, len(settled)+len(announce))
	// In the order of their ids, see AddDeliveries; nothing is settled and announced in one write.
	byID := func(a, b Intent) int { return strings.Compare(a.ID, b.ID) }
	announce = slices.SortedFunc(slices.Values(announce), byID)
	settled = slices.SortedFunc(slices.Values(settled), func(a, b Settled) int { return byID(a.Intent, b.Intent) })
	for _, o := range settled {
		ops = append(ops, document.Op{Where: document.All{document.ByID(o.ID), document.Equal("state", string(campaign.InFlight)), document.Equal("epoch", o.Epoch)}, Change: settledChange(o)})
	}
	allowed := make(map[string]bool, len(announce))
	for _, a := range announce {
		allowed[a.ID] = true
		if a.New != nil {
			d := *a.New
			d.State, d.Epoch, d.LastAt, d.Server = campaign.InFlight, a.Epoch, now, a.Server
			ops = append(ops, document.Op{Insert: &d})
			continue
		}
		set := map[string]any{"state": string(campaign.InFlight), "epoch": a.Epoch, "last_at": now}
		if a.Server != "" {
			set["server"] = a.Server
		}
		ops = append(ops, document.Op{ // each by its id: then all writes of the ledger are of one kind and make one round trip
			Where:  document.All{document.ByID(a.ID), document.Any{document.Equal("state", string(campaign.Queued)), due(now)}},
			Change: document.Change{Set: set},
		})
	}
	if len(ops) == 0 {
		return nil, nil
	}
	n, err := s.engine.Bulk(ctx, schema.Deliveries, ops)
	if err != nil || n == int64(len(settled)+len(announce)) {
		return allowed, err
	}
	return s.announced(ctx, announce)
}

// announced reads back which deliveries are in flight under the epochs that announced them.
func (s *Deliveries) announced(ctx context.Context, announce []Intent) (map[string]bool, error) {
	byEpoch := map[int64][]string{}
	for _, a := range announce {
		byEpoch[a.Epoch] = append(byEpoch[a.Epoch], a.ID)
	}
	allowed := map[string]bool{}
	for epoch, ids := range byEpoch {
		var docs []campaign.Delivery
		err := s.engine.Find(ctx, schema.Deliveries, document.Query{
			Filter: document.All{document.Where{Field: "id", Op: document.In, Value: ids}, document.Equal("state", string(campaign.InFlight)), document.Equal("epoch", epoch)},
		}, &docs)
		if err != nil {
			return nil, err
		}
		for _, d := range docs {
			allowed[d.ID] = true
		}
	}
	return allowed, nil
}

func settledChange(o Settled) document.Change {
	c := document.Change{Set: map[string]any{
		"state": string(o.State), "reason": campaign.WithoutAddresses(o.Reason), "code": o.Code, "next_at": o.NextAt, "last_at": o.At,
	}}
	if o.State == campaign.Accepted {
		c.Set["sent_at"], c.Set["queue"] = o.At, campaign.WithoutAddresses(o.Queue)
	}
	if o.Dead {
		c.Set["dead"] = true
	}
	if o.Tried {
		c.Add = map[string]int64{"attempts": 1}
	}
	return c
}

// Interrupt marks deliveries as interrupted that an earlier holder of a shard's lease announced and never settled. Only the
// present holder, whose epoch is higher, may call it.
func (s *Deliveries) Interrupt(ctx context.Context, run string, shard, epoch int64) (int64, error) {
	defer s.counts.forget(ctx, run)
	return s.engine.Update(ctx, schema.Deliveries, document.All{
		document.Equal("run_id", run), document.Equal("state", string(campaign.InFlight)), ofShard(run, shard), document.Where{Field: "epoch", Op: document.Lt, Value: epoch},
	}, document.Change{Set: map[string]any{
		"state": string(campaign.Interrupted), "last_at": s.now(),
		"reason": interruptedWords,
	}})
}

const interruptedWords = "sending stopped between the message and the server's answer: it may have arrived"

// AnyIn reports whether a delivery of a run is in one of some states.
func (s *Deliveries) AnyIn(ctx context.Context, run string, states ...campaign.DeliveryState) (bool, error) {
	for _, state := range states { // one by one: the index answers each at once
		any, err := document.Exists[campaign.Delivery](ctx, s.engine, schema.Deliveries, document.All{document.Equal("run_id", run), document.Equal("state", string(state))})
		if err != nil || any {
			return any, err
		}
	}
	return false, nil
}

// AnyInFlight reports whether a delivery of a run stands between intent and outcome.
func (s *Deliveries) AnyInFlight(ctx context.Context, run string) (bool, error) {
	return s.AnyIn(ctx, run, campaign.InFlight)
}

// Requeue puts the deliveries of a run that stand in a state back into the queue, to be sent again; those to addresses
// that do not work stay as they are.
func (s *Deliveries) Requeue(ctx context.Context, run string, from campaign.DeliveryState) (int64, error) {
	if !from.CanBecome(campaign.Queued) {
		return 0, campaign.Errorf(campaign.Conflict, "a delivery that is %s cannot be sent again", from)
	}
	defer s.counts.forget(ctx, run)
	return s.engine.Update(ctx, schema.Deliveries, document.All{document.Equal("run_id", run), document.Equal("state", string(from)), document.Not{Filter: document.Equal("dead", true)}}, s.queuedAgain())
}

// FindDeliveries returns one page of a run's deliveries in a state ("" is any), in the order of their ids.
func (s *Deliveries) FindDeliveries(ctx context.Context, run string, state campaign.DeliveryState, p Page) ([]campaign.Delivery, string, error) {
	all := document.All{document.Where{Field: "id", Op: document.Prefix, Value: run + "."}} // the order of the page, where run_id alone would have to be sorted
	if state != "" {
		all = document.All{document.Equal("run_id", run), document.Equal("state", string(state))}
	}
	p.Sort = "id"
	return page(ctx, s.engine, schema.Deliveries, all, p, func(d *campaign.Delivery) (any, string) { return d.ID, d.ID })
}

// FindDeliveriesTo returns the deliveries to a contact, the latest first.
func (s *Deliveries) FindDeliveriesTo(ctx context.Context, contact string, limit int) ([]campaign.Delivery, error) {
	var docs []campaign.Delivery
	err := s.engine.Find(ctx, schema.Deliveries, document.Query{
		Filter: document.Equal("contact_id", contact), Order: []document.Order{{Field: "made_at", Desc: true}, {Field: "id", Desc: true}}, Limit: limit,
	}, &docs)
	return docs, err
}

// GetDelivery reads one delivery.
func (s *Deliveries) GetDelivery(ctx context.Context, id string) (campaign.Delivery, error) {
	return document.Get[campaign.Delivery](ctx, s.engine, schema.Deliveries, id)
}

// GetDeliveries reads the deliveries with some ids; those that are gone are missing from the answer.
func (s *Deliveries) GetDeliveries(ctx context.Context, ids []string) (map[string]*campaign.Delivery, error) {
	docs, err := s.withIDs(ctx, ids)
	out := make(map[string]*campaign.Delivery, len(docs))
	for i := range docs {
		out[docs[i].ID] = &docs[i]
	}
	return out, err
}

// NextDeferred returns the time at which the earliest delivery of a run that was put off goes; zero when there is none, and when all
// of them wait for the result of a test.
func (s *Deliveries) NextDeferred(ctx context.Context, run string) (time.Time, error) {
	var docs []campaign.Delivery
	err := s.engine.Find(ctx, schema.Deliveries, document.Query{
		Filter: document.All{document.Equal("run_id", run), document.OneOf("state", campaign.Deferred, campaign.Timed), document.Where{Field: "next_at", Op: document.Gt, Value: time.Time{}}}, Order: []document.Order{{Field: "next_at"}}, Limit: 1,
	}, &docs)
	if err != nil || len(docs) == 0 || docs[0].NextAt.Equal(campaign.Undecided) {
		return time.Time{}, err
	}
	return docs[0].NextAt, nil
}

// Drop ends deliveries before they are announced: skipped (why), or failed because no message could be made. One that is
// no longer waiting stays as it is.
func (s *Deliveries) Drop(ctx context.Context, ids []string, to campaign.DeliveryState, reason string) error {
	_, err := s.engine.Update(ctx, schema.Deliveries, document.All{document.Where{Field: "id", Op: document.In, Value: ids}, document.OneOf("state", campaign.UntriedStates...)},
		document.Change{Set: map[string]any{"state": string(to), "reason": reason, "last_at": s.now()}})
	return err
}

// DropAll skips everything that still waits in a run that was cancelled.
func (s *Deliveries) DropAll(ctx context.Context, run, reason string) error {
	defer s.counts.forget(ctx, run)
	_, err := s.engine.Update(ctx, schema.Deliveries, document.All{document.Equal("run_id", run), document.OneOf("state", campaign.UntriedStates...)},
		document.Change{Set: map[string]any{"state": string(campaign.Skipped), "reason": reason, "last_at": s.now()}})
	return err
}

// withIDs reads the deliveries with some ids, as far as they are there.
func (s *Deliveries) withIDs(ctx context.Context, ids []string) ([]campaign.Delivery, error) {
	var docs []campaign.Delivery
	err := s.engine.Find(ctx, schema.Deliveries, document.Query{Filter: document.Where{Field: "id", Op: document.In, Value: ids}}, &docs)
	return docs, err
}
