package scheduler

import (
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

func TestTestSendIsTrackedAsItsListsSay(t *testing.T) {
	o := newOffice(t, 0)
	ctx := t.Context()
	for list, want := range map[campaign.Tracking]campaign.Tracking{
		campaign.NoTracking: campaign.NoTracking, campaign.Aggregate: campaign.Aggregate, campaign.Individual: campaign.Aggregate,
	} {
		_, err := o.store.UpdateList(ctx, o.list.ID, func(l *campaign.List) error {
			l.Tracking = list
			return nil
		})
		must(t, err)
		run, err := o.store.StartTest(ctx, o.campaign.ID, []string{"editor@example.org"}, campaign.English, "", func(*campaign.Release) []campaign.Link { return nil })
		must(t, err)
		must(t, o.scheduler(newPost(1), nil).SendRun(ctx, run.ID))
		ds, _, err := o.store.FindDeliveries(ctx, run.ID, "", store.Page{})
		must(t, err)
		if len(ds) != 1 || ds[0].Tracking != want {
			t.Errorf("a list in mode %s: %+v, want mode %s", list, ds, want)
		}
	}
}
