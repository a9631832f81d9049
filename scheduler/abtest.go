package scheduler

import (
	"context"
	"log/slog"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store"
)

// A run with an A/B test is planned whole before anything of it leaves: each delivery waits for the result (campaign.Undecided). When
// all are written down the test is drawn from them, and what is drawn leaves. The others get their arm and their time once it is
// decided. What was decided stands in the run; every step can be repeated, by this process or another.

type drawStore interface {
	DrawArms(ctx context.Context, run string, all []store.Drawn) error
	EachDelivery(ctx context.Context, run string, state campaign.DeliveryState, fn func([]campaign.Delivery) error) error
}

type abStore interface {
	drawStore
	GetRun(ctx context.Context, id string) (campaign.Run, error)
	GetContacts(ctx context.Context, ids []string) (map[string]*campaign.Contact, error)
	AnyTestedWaits(ctx context.Context, r *campaign.Run) (bool, error)
	NoteTested(ctx context.Context, run string, hours int) (campaign.Run, error)
	Compare(ctx context.Context, e *edition.Edition) (campaign.Run, error)
	LogDecision(ctx context.Context, r *campaign.Run, e *edition.Edition) error
	NoteSpread(ctx context.Context, run string) (campaign.Run, error)
}

// tests reports whether the audience is divided by an A/B test.
func (a *audience) tests() bool { return isTested(&a.run, a.edition) }

func isTested(r *campaign.Run, e *edition.Edition) bool {
	return e.ABTest != nil && r.Trigger.MovesCampaign()
}

// awaitTest makes a delivery that was just planned wait for the result of the test.
func (a *audience) awaitTest(d *campaign.Delivery) {
	if a.tests() && (d.State == campaign.Queued || d.State == campaign.Timed) {
		d.State, d.NextAt, d.Reason = campaign.Timed, campaign.Undecided, campaign.WaitsForTest
	}
}

// draw draws the test from the deliveries, all of which are written down, and returns what it says of it. Readers whose clicks are
// not known are not drawn.
func (a *audience) draw(ctx context.Context) (*campaign.ABResult, error) {
	if !a.tests() {
		return nil, nil
	}
	t := a.edition.ABTest
	draw := campaign.NewDraw(t.Share, t.Count())
	each := func(fn func([]campaign.Delivery) error) error {
		return a.store.EachDelivery(ctx, a.run.ID, campaign.Timed, func(ds []campaign.Delivery) error {
			if err := a.lost(); err != nil {
				return err
			}
			return fn(ds)
		})
	}
	err := each(func(ds []campaign.Delivery) error {
		for i := range ds {
			if d := &ds[i]; d.Tracking != campaign.NoTracking {
				draw.Add(d.Run, d.Contact, d.Language)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	draw.Close()
	result := &campaign.ABResult{Sizes: make([]int64, t.Count()), DrawnAt: a.now()}
	err = each(func(ds []campaign.Delivery) error {
		var drawn []store.Drawn
		for i := range ds {
			d := &ds[i]
			if d.Tracking == campaign.NoTracking {
				continue
			}
			if arm := draw.Arm(d.Run, d.Contact, d.Language); arm != "" {
				result.Sizes[campaign.ArmIndex(arm)]++
				drawn = append(drawn, store.Drawn{ID: d.ID, Arm: arm, At: result.DrawnAt})
			}
		}
		return a.store.DrawArms(ctx, a.run.ID, drawn)
	})
	return result, err
}

// longestTest is how long at most the messages of a test are waited for that have to wait for their hours.
const longestTest = 24 * time.Hour

// abTester sees to the test of a run in this process. A nil one has nothing to do.
type abTester struct {
	store   abStore
	run     string
	edition *edition.Edition
	gate    *gate
	now     func() time.Time
	poll    time.Duration
	wake    func() // the queue has to be read again
	logger  *slog.Logger

	looked time.Time // by the machine's clock
	logged bool
	done   bool
}

// step takes the next step of the test that is due, if any.
func (t *abTester) step(ctx context.Context) error {
	if t == nil || t.done || time.Since(t.looked) < t.poll {
		return nil
	}
	t.looked = time.Now()
	r, err := t.store.GetRun(ctx, t.run)
	if err == nil && r.Planned && r.ABTest != nil {
		err = t.stepOf(ctx, &r)
	}
	return err
}

func (t *abTester) stepOf(ctx context.Context, r *campaign.Run) (err error) {
	if r.ABTest.Open() && r.ABTest.TestedAt.IsZero() {
		waits, err := t.store.AnyTestedWaits(ctx, r)
		if err != nil || waits && t.now().Sub(r.ABTest.DrawnAt) < longestTest {
			return err
		}
		if *r, err = t.store.NoteTested(ctx, r.ID, t.edition.ABTest.Hours); err != nil {
			return err
		}
	}
	if r.ABTest.Open() && r.ABTest.LookedAt.IsZero() && !t.now().Before(r.ABTest.DecideAt) {
		if *r, err = t.store.Compare(ctx, t.edition); err != nil {
			return err
		}
	}
	if r.ABTest.By == "" && !r.ABTest.LookedAt.IsZero() && !t.logged {
		if err := t.store.LogDecision(ctx, r, t.edition); err != nil {
			return err
		}
		t.logger.Info("an A/B test is compared", "run_id", r.ID, "arm", r.ABTest.Arm, "evidence", r.ABTest.Best != "")
		t.logged = true
	}
	if r.ABTest.Arm != "" && r.ABTest.SpreadAt.IsZero() {
		if err := t.giveOthers(ctx, r); err != nil {
			return err
		}
		if *r, err = t.store.NoteSpread(ctx, r.ID); err != nil {
			return err
		}
	}
	t.done = !r.ABTest.SpreadAt.IsZero()
	return nil
}

// giveOthers gives the deliveries that wait for the result the arm that was decided on, and their time from then on.
func (t *abTester) giveOthers(ctx context.Context, r *campaign.Run) error {
	var table *campaign.Timetable
	if t.gate != nil && t.gate.table != nil {
		table = campaign.NewTimetable(campaign.Leaving{Window: t.gate.window, Quiet: t.gate.rules.Load().quiet, Mixed: t.gate.mixed}, r.ABTest.At)
	}
	return t.store.EachDelivery(ctx, r.ID, campaign.Timed, func(ds []campaign.Delivery) error {
		contacts := map[string]*campaign.Contact{}
		if table != nil {
			var err error
			if contacts, err = t.store.GetContacts(ctx, campaign.Collect(ds, func(d campaign.Delivery) string { return d.Contact })); err != nil {
				return err
			}
		}
		var others []store.Drawn
		for i := range ds {
			d := store.Drawn{ID: ds[i].ID, Arm: campaign.ForOthers(r.ABTest.Arm), At: r.ABTest.At}
			if c := contacts[ds[i].Contact]; c != nil {
				d.At = table.Leaves(c.ID, t.gate.zoneOf(c))
			}
			if ds[i].Arm == "" {
				others = append(others, d)
			}
		}
		err := t.store.DrawArms(ctx, r.ID, others)
		t.wake()
		return err
	})
}
