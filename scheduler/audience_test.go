package scheduler

import (
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

func TestTestSendIsTrackedAsItsListsSay(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 0)
	ctx := t.Context()
	for list, want := range map[campaign.Tracking]campaign.Tracking{
		campaign.NoTracking: campaign.NoTracking, campaign.Aggregate: campaign.Aggregate, campaign.Individual: campaign.Aggregate,
	} {
		_, err := f.store.Lists.UpdateList(ctx, f.list.ID, func(l *campaign.List) error {
			l.Tracking = list
			return nil
		})
		must(t, err)
		run, err := f.store.Sending.StartTest(ctx, f.campaign.ID, []string{"editor@example.org"}, campaign.English, "", func(*campaign.Release) []campaign.Link { return nil })
		must(t, err)
		must(t, f.scheduler(newMailServer(1), nil).SendRun(ctx, run.ID))
		ds, _, err := f.store.Deliveries.FindDeliveries(ctx, run.ID, "", store.Page{})
		must(t, err)
		if len(ds) != 1 || ds[0].Tracking != want {
			t.Errorf("a list in mode %s: %+v, want mode %s", list, ds, want)
		}
	}
}

func TestTestSendKeepsToSuppressions(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 0)
	ctx := t.Context()
	must(t, f.store.Suppressions.Suppress(ctx, "gone@example.org", campaign.LeftAll, ""))
	run, err := f.store.Sending.StartTest(ctx, f.campaign.ID, []string{"Gone@example.org", "editor@example.org"}, campaign.English, "", func(*campaign.Release) []campaign.Link { return nil })
	must(t, err)
	p := newMailServer(1)
	must(t, f.scheduler(p, nil).SendRun(ctx, run.ID))
	if p.count() != 1 || p.taken["editor@example.org"] != 1 {
		t.Errorf("taken %v", p.taken)
	}
	states, err := f.store.Deliveries.CountDeliveries(ctx, run.ID)
	must(t, err)
	if states[campaign.Skipped] != 1 || states[campaign.Accepted] != 1 {
		t.Errorf("states %v", states)
	}
}
