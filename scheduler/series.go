package scheduler

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

// Steps of a series are ordinary runs that go only to those whose turn it is: planning claims these, and the last look before a
// message leaves asks once more whether its reader is out of the series by now.

type seriesStore interface {
	AdvanceSeries(ctx context.Context) error
}

type stepStore interface {
	ClaimStep(ctx context.Context, st *edition.Step, run *campaign.Run) error
	EachOfStep(ctx context.Context, st *edition.Step, run, after string, size int, fn func([]campaign.Contact) error) error
}

// advanceSeries lets readers of series go on, and the campaigns of their steps get their times.
func (s *Scheduler) advanceSeries(ctx context.Context) {
	if s.cfg.Home(ctx, false) == nil {
		s.outage.stepFailed(ctx, "advance series", s.store.AdvanceSeries(ctx))
	}
}

// ofStep reports whether the audience are readers whose turn it is in a series.
func (a *audience) ofStep() bool { return a.edition.Step != nil && a.edition.Step.Joined }

// each goes through those a run goes to by one of its keys, after a contact. Those of a step of a series are claimed first; whoever
// is claimed stays so, and is found again after a crash.
func (a *audience) each(ctx context.Context, key, after string, fn func([]campaign.Contact) error) error {
	if !a.ofStep() {
		return a.store.EachIn(ctx, a.edition, key, after, pageSize, fn)
	}
	if after == "" {
		if err := a.store.ClaimStep(ctx, a.edition.Step, &a.run); err != nil {
			return err
		}
	}
	return a.store.EachOfStep(ctx, a.edition.Step, a.run.ID, after, pageSize, fn)
}

// waitAgain lets the campaign of a step wait for its next readers.
func (d *due) waitAgain(ctx context.Context, c campaign.Campaign) error {
	_, err := d.store.UpdateCampaign(ctx, c.ID, func(now *campaign.Campaign) error {
		if now.State == campaign.Scheduled && now.NextAt.Equal(c.NextAt) {
			now.NextAt, now.NextWall = time.Time{}, ""
		}
		return nil
	})
	return err
}
