package scheduler

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// planPage is how many contacts are read at a time, and planWrite how many of them are written down at a time: few, so
// that the first message leaves at once and no outcome waits for a long write.
const planPage, planWrite = 500, 125

// audience writes a run's audience down as deliveries, list by list. Somebody on two lists gets one delivery, because its
// id derives from run and contact. The cursor (list number and the last contact's id) is kept, so that planning goes on
// where it stopped.
type audience struct {
	store   *store.Store
	run     campaign.Run
	edition *campaign.Edition
	now     func() time.Time
	held    func() error       // an error once the planning lease is no longer ours
	rule    *campaign.Audience // says who is written to, and how
}

func newAudience(s *store.Store, r campaign.Run, e *campaign.Edition, now func() time.Time, held func() error) *audience {
	rule := campaign.NewAudience(e.Lists, e.Exclude, &e.Release)
	rule.RequireConsent, rule.LeaveToDigest, rule.Digest = e.RequireConsent, e.LeaveToDigest, e.Digest
	return &audience{store: s, run: r, edition: e, now: now, held: held, rule: rule}
}

// planned is a delivery that was just written down, with its contact as it was read for it.
type planned struct {
	delivery campaign.Delivery
	contact  *campaign.Contact
}

// plan writes down what is not written yet and marks the run as planned. written is called after each write, with nothing
// when some of it had been written before.
func (a *audience) plan(ctx context.Context, written func(ps []planned, readAt time.Time)) error {
	if a.run.Trigger == campaign.TriggerTest {
		if err := a.planTest(ctx); err != nil {
			return err
		}
		return a.keep(ctx, "", true)
	}
	list, after := a.cursor()
	for keys := a.keys(); list < len(keys); list++ {
		readAt := time.Now()
		err := a.store.EachOn(ctx, keys[list], a.edition.Segments, a.edition.ExcludeSegments, after, planPage, func(cs []campaign.Contact) error {
			ps, err := a.page(ctx, cs)
			if err != nil {
				return err
			}
			for some := range slices.Chunk(ps, planWrite) {
				if err := a.write(ctx, some, func(ps []planned) { written(ps, readAt) }); err != nil {
					return err
				}
			}
			err = a.keep(ctx, fmt.Sprintf("%d:%s", list, cs[len(cs)-1].ID), false)
			readAt = time.Now() // of the next page
			return err
		})
		if err != nil {
			return err
		}
		after = ""
	}
	return a.keep(ctx, "", true)
}

// keys are what Contact.On of everybody in question holds, list by list.
func (a *audience) keys() []string {
	if a.run.Trigger == campaign.TriggerDigest {
		return []string{campaign.DigestKey()}
	}
	keys := make([]string, len(a.edition.Lists))
	for i, l := range a.edition.Lists {
		keys[i] = campaign.MembershipKey(l.ID, campaign.Subscribed)
	}
	return keys
}

func (a *audience) cursor() (list int, after string) {
	number, after, ok := strings.Cut(a.run.Cursor, ":")
	if !ok {
		return 0, ""
	}
	list, _ = strconv.Atoi(number) // ours; anything else begins again, which does no harm
	return list, after
}

func (a *audience) keep(ctx context.Context, cursor string, planned bool) error {
	_, err := a.store.UpdateRun(ctx, a.run.ID, func(r *campaign.Run) error {
		r.Cursor, r.Planned = cursor, planned
		return nil
	})
	return err
}

// page makes one delivery for each contact: queued, or skipped with the reason. They come in the order of their ids, in
// which those of a shard stand together: what is written and sent together is then kept together too.
func (a *audience) page(ctx context.Context, cs []campaign.Contact) ([]planned, error) {
	addresses := make([]string, len(cs))
	for i := range cs {
		addresses[i] = cs[i].Email
	}
	suppressed, err := a.store.Suppressed(ctx, addresses)
	if err != nil {
		return nil, err
	}
	ps := make([]planned, len(cs))
	for i := range cs {
		c := &cs[i]
		d := a.delivery(c)
		if why := a.rule.LeftOut(c, suppressed[c.Email], a.now()); why != "" {
			d.State, d.Reason = campaign.Skipped, why
		}
		ps[i] = planned{d, c}
	}
	slices.SortFunc(ps, func(a, b planned) int { return strings.Compare(a.delivery.ID, b.delivery.ID) })
	return ps, nil
}

func (a *audience) write(ctx context.Context, ps []planned, written func([]planned)) error {
	if err := a.held(); err != nil {
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
	if added < int64(len(ps)) {
		ps = nil
	}
	written(ps)
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

// planTest makes the deliveries of a test send: each address, each version asked for, in the mode a reader without a wish
// of their own would get.
func (a *audience) planTest(ctx context.Context) error {
	var modes []campaign.Tracking
	for _, l := range a.edition.Lists {
		modes = append(modes, l.Tracking)
	}
	mode := campaign.TrackingFor(&campaign.Contact{}, modes)
	var ds []*campaign.Delivery
	for _, to := range a.edition.TestTo {
		for _, v := range a.edition.Release.Versions {
			if a.edition.TestAs != "" && v.Language != a.edition.TestAs {
				continue
			}
			id, shard := campaign.DeliveryID(a.run.ID, 1, campaign.DerivedID(to, string(v.Language))[:16])
			now := a.now()
			ds = append(ds, &campaign.Delivery{
				ID: id, Run: a.run.ID, Campaign: a.run.Campaign, Shard: shard, Email: to, Domain: campaign.Domain(to),
				Language: v.Language, Tracking: mode, State: campaign.Queued, MadeAt: now, LastAt: now,
			})
		}
	}
	return a.store.PlanDeliveries(ctx, ds)
}
