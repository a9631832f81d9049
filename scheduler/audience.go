package scheduler

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

// pageSize is how many contacts are read at a time, and offerSize how many of them are offered to the sender, or written
// down, at a time: few, so that the first message leaves at once and no outcome waits for a long write.
const pageSize, offerSize = 250, 125

type audienceStore interface {
	drawStore
	GetRun(ctx context.Context, id string) (campaign.Run, error)
	UpdateRun(ctx context.Context, id string, fn func(*campaign.Run) error) (campaign.Run, error)
	EachIn(ctx context.Context, e *edition.Edition, key, after string, size int, fn func([]campaign.Contact) error) error
	reasonStore
	Suppressed(ctx context.Context, addresses []string) (map[string]campaign.SuppressionReason, error)
	AddDeliveries(ctx context.Context, ds []*campaign.Delivery) (int64, error)
	PlanDeliveries(ctx context.Context, ds []*campaign.Delivery) error
	CountPlanned(ctx context.Context, run string) (int64, error)
	stepStore
}

// audience makes deliveries of a run's audience, list by list. A contact on two lists gets one delivery, because its id derives
// from run and contact. The cursor (list number and last contact's id) is stored, so that planning resumes where it stopped.
type audience struct {
	store   audienceStore
	run     campaign.Run
	edition *edition.Edition
	now     func() time.Time
	lost    func() error                                  // returns an error once the planning lease is lost
	rule    *campaign.Audience                            // says who is written to, and how
	gate    *gate                                         // says when
	meet    func(context.Context, iter.Seq[string]) error // hears of the domains mail will go to

	pages     *planPages
	readQueue *atomic.Bool // set when deliveries that are written down wait: the worker must read the queue
	resumed   bool         // another process, or an earlier try, may have written the next deliveries already
}

// planned is a delivery that was just made, with its contact as it was read for it.
type planned struct {
	delivery campaign.Delivery
	contact  *campaign.Contact
	twice    bool // it may be written down already
}

// plan makes the deliveries that are missing, and marks the run as planned when all are written down. send takes those that can
// be sent from memory and returns the others, which are written at once. When ctx ends, those in memory alone are written under
// hard.
func (a *audience) plan(ctx, hard context.Context, send func(context.Context, offer) []planned) error {
	if a.run.Trigger == campaign.TriggerTest {
		if err := a.planTest(ctx); err != nil {
			return err
		}
		return a.finish(ctx)
	}
	a.pages, a.resumed = &planPages{changed: make(chan struct{}, 1)}, a.run.Cursor != ""
	err := a.goThrough(ctx, send)
	for err == nil {
		var left int
		if left, err = a.writeOverdue(ctx, time.Now().Add(-unwrittenFor)); err == nil && left == 0 {
			return a.finish(ctx)
		}
		if err == nil {
			sleep(ctx.Done(), a.pages.changed, unwrittenFor)
			err = ctx.Err()
		}
	}
	if ctx.Err() != nil {
		_, err = a.writeOverdue(hard, time.Now())
	}
	return err
}

// goThrough makes the deliveries, list by list and page by page.
func (a *audience) goThrough(ctx context.Context, send func(context.Context, offer) []planned) error {
	list, after := a.cursor()
	for keys := a.keys(); list < len(keys); list++ {
		readAt := time.Now()
		err := a.each(ctx, keys[list], after, func(cs []campaign.Contact) error {
			ps, err := a.makeDeliveries(ctx, cs, list)
			if err != nil {
				return err
			}
			page := a.pages.begin(fmt.Sprintf("%d:%s", list, cs[len(cs)-1].ID))
			for some := range slices.Chunk(ps, offerSize) {
				if err := a.write(ctx, send(ctx, offer{planned: some, readAt: readAt, page: page})); err != nil {
					return err
				}
			}
			page.end()
			readAt = time.Now() // of the next page
			_, err = a.writeOverdue(ctx, readAt.Add(-unwrittenFor))
			return err
		})
		if err != nil {
			return err
		}
		after = ""
	}
	return nil
}

// writeOverdue writes the deliveries that may not stay in memory alone: those planned before a moment, and those that will not
// be sent from memory. It stores the cursor after the pages that are written completely, and returns how many are not.
func (a *audience) writeOverdue(ctx context.Context, before time.Time) (left int, err error) {
	for page, ds := range a.pages.overdue(before) {
		ps := make([]planned, len(ds))
		for i, d := range ds {
			ps[i].delivery = d
		}
		if err := a.write(ctx, ps); err != nil {
			return 0, err
		}
		for _, d := range ds {
			page.written(d.ID)
		}
	}
	cursor, left := a.pages.dropWritten()
	if cursor == "" {
		return left, nil
	}
	return left, a.save(ctx, func(r *campaign.Run) { r.Cursor = cursor })
}

// keys are the values of Contact.On by which the audience is found, one a list.
func (a *audience) keys() []string {
	if a.run.Trigger == campaign.TriggerDigest {
		return []string{campaign.DigestKey()}
	}
	if a.ofStep() {
		return []string{""}
	}
	return campaign.Collect(a.edition.Lists, func(l campaign.List) string { return campaign.MembershipKey(l.ID, campaign.Subscribed) })
}

func (a *audience) cursor() (list int, after string) {
	number, after, ok := strings.Cut(a.run.Cursor, ":")
	if !ok {
		return 0, ""
	}
	list, _ = strconv.Atoi(number) // ours; anything else begins again, which does no harm
	return list, after
}

// finish marks the run as planned, and writes down how many deliveries that makes.
func (a *audience) finish(ctx context.Context) error {
	count, err := a.store.CountPlanned(ctx, a.run.ID)
	if err != nil {
		return err
	}
	drawn, err := a.draw(ctx)
	if err != nil {
		return err
	}
	return a.save(ctx, func(r *campaign.Run) { r.Cursor, r.Planned, r.Deliveries, r.ABTest = "", true, count, drawn })
}

func (a *audience) save(ctx context.Context, change func(*campaign.Run)) error {
	_, err := a.store.UpdateRun(ctx, a.run.ID, func(r *campaign.Run) error {
		if r.Planned {
			return nil // another process took over and finished
		}
		if err := a.lost(); err != nil {
			return err
		}
		change(r)
		return nil
	})
	return err
}

// makeDeliveries makes one delivery for each contact that it is about: queued, or skipped with the reason. They are in the order of their ids, in
// which those of a shard stand together: what is written and sent together then stands together in the store too.
func (a *audience) makeDeliveries(ctx context.Context, cs []campaign.Contact, list int) ([]planned, error) {
	addresses := campaign.Collect(cs, func(x campaign.Contact) string { return x.Email })
	suppressed, err := a.store.Suppressed(ctx, addresses)
	if err != nil {
		return nil, err
	}
	out, err := readReasons(ctx, a.store, a.edition, a.run.ID, pointers(cs))
	if err != nil {
		return nil, err
	}
	if err := a.meet(ctx, domainsOf(cs, func(c campaign.Contact) string { return campaign.Domain(c.Address) })); err != nil {
		return nil, err
	}
	earlier := a.edition.Lists[:min(list, len(a.edition.Lists))] // planned before
	ps := make([]planned, 0, len(cs))
	for i := range cs {
		c := &cs[i]
		if out.passOver(c) {
			continue
		}
		d := a.delivery(c)
		if why := cmp.Or(a.rule.LeftOut(c, suppressed[c.Email], a.now()), out.of(c)); why != "" {
			d.State, d.Reason = campaign.Skipped, why
		}
		a.gate.plan(&d, c, a.now())
		a.awaitTest(&d)
		ps = append(ps, planned{delivery: d, contact: c, twice: a.resumed || a.edition.Follow.Any() || c.FirstOn(earlier) != nil})
	}
	slices.SortFunc(ps, func(a, b planned) int { return strings.Compare(a.delivery.ID, b.delivery.ID) })
	return ps, nil
}

// write stores deliveries. After planning was resumed, the first page that is all new ends the part that may be written twice.
func (a *audience) write(ctx context.Context, ps []planned) error {
	if len(ps) == 0 {
		return nil
	}
	if err := a.lost(); err != nil {
		return err
	}
	ds := make([]*campaign.Delivery, len(ps))
	for i := range ps {
		ds[i] = &ps[i].delivery
	}
	added, err := a.store.AddDeliveries(ctx, ds)
	if err != nil {
		return err
	}
	a.resumed = a.resumed && added < int64(len(ps))
	if slices.ContainsFunc(ps, func(p planned) bool { return p.delivery.State.Open() }) {
		a.readQueue.Store(true)
	}
	return nil
}

func (a *audience) delivery(c *campaign.Contact) campaign.Delivery {
	id, shard := campaign.DeliveryID(a.run.ID, a.run.Shards, c.ID)
	now := a.now()
	return campaign.Delivery{
		ID: id, Run: a.run.ID, Campaign: a.run.Campaign, Contact: c.ID, Shard: shard, Email: c.Email, Name: c.FullName(),
		Domain: campaign.Domain(c.Address), Language: a.rule.Version(c),
		Tracking: a.rule.Tracking(c), State: campaign.Queued, MadeAt: now, LastAt: now,
	}
}

// planTest makes the deliveries of a test send: each version asked for, of each arm of an A/B test, to each address, with the tracking of a reader who has
// chosen none.
func (a *audience) planTest(ctx context.Context) error {
	modes := campaign.Collect(a.edition.Lists, func(l campaign.List) campaign.Tracking { return l.Tracking })
	mode := campaign.TrackingFor(&campaign.Contact{}, modes)
	arms := []string{""}
	if a.edition.ABTest != nil {
		arms = a.edition.ABTest.Names()
	}
	var ds []*campaign.Delivery
	add := func(to, arm string, l campaign.Language) {
		id, shard := campaign.DeliveryID(a.run.ID, 1, campaign.DerivedID(to, string(l)+arm)[:16])
		now := a.now()
		ds = append(ds, &campaign.Delivery{
			ID: id, Run: a.run.ID, Campaign: a.run.Campaign, Shard: shard, Email: to, Domain: campaign.Domain(to),
			Language: l, Arm: arm, Tracking: mode, State: campaign.Queued, MadeAt: now, LastAt: now,
		})
	}
	for _, to := range a.edition.TestTo {
		for _, v := range a.edition.Release.Versions {
			if a.edition.TestAs != "" && v.Language != a.edition.TestAs {
				continue
			}
			for _, arm := range arms {
				add(to, arm, v.Language)
			}
		}
	}
	return a.store.PlanDeliveries(ctx, ds)
}

// domainsOf goes through the domains of some contacts or jobs.
func domainsOf[T any](all []T, domain func(T) string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, x := range all {
			if !yield(domain(x)) {
				return
			}
		}
	}
}

// pointers goes through contacts without a copy of them.
func pointers(cs []campaign.Contact) iter.Seq[*campaign.Contact] {
	return func(yield func(*campaign.Contact) bool) {
		for i := range cs {
			if !yield(&cs[i]) {
				return
			}
		}
	}
}
