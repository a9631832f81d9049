package scheduler

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// planPage is how many contacts are read and written down at a time: small, so that sending is not held up by a long
// write, and so that the first message leaves at once.
const planPage = 200

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
	rule.RequireConsent = e.RequireConsent
	return &audience{store: s, run: r, edition: e, now: now, held: held, rule: rule}
}

// plan writes down what is not written yet and marks the run as planned. more is called after each page.
func (a *audience) plan(ctx context.Context, more func()) error {
	if a.run.Trigger == campaign.TriggerTest {
		if err := a.planTest(ctx); err != nil {
			return err
		}
		return a.keep(ctx, "", true)
	}
	list, after := a.cursor()
	for ; list < len(a.edition.Lists); list++ {
		err := a.store.EachMember(ctx, a.edition.Lists[list].ID, after, planPage, func(cs []campaign.Contact) error {
			if err := a.held(); err != nil {
				return err
			}
			if err := a.write(ctx, cs); err != nil {
				return err
			}
			more()
			return a.keep(ctx, fmt.Sprintf("%d:%s", list, cs[len(cs)-1].ID), false)
		})
		if err != nil {
			return err
		}
		after = ""
	}
	return a.keep(ctx, "", true)
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

// write makes one delivery for each contact: queued, or skipped with the reason.
func (a *audience) write(ctx context.Context, cs []campaign.Contact) error {
	addresses := make([]string, len(cs))
	for i := range cs {
		addresses[i] = cs[i].Email
	}
	suppressed, err := a.store.Suppressed(ctx, addresses)
	if err != nil {
		return err
	}
	ds := make([]*campaign.Delivery, len(cs))
	for i := range cs {
		c := &cs[i]
		ds[i] = a.delivery(c)
		if why := a.rule.LeftOut(c, suppressed[c.Email], a.now()); why != "" {
			ds[i].State, ds[i].Reason = campaign.Skipped, why
		}
	}
	return a.store.PlanDeliveries(ctx, ds)
}

func (a *audience) delivery(c *campaign.Contact) *campaign.Delivery {
	id, shard := campaign.DeliveryID(a.run.ID, a.run.Shards, c.ID)
	now := a.now()
	return &campaign.Delivery{
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
