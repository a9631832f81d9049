package web

import (
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

// What waits for its hours, or for the result of a test, is not called going out; what a person has to choose waits for them.
func TestWhatRestsIsNotGoingOut(t *testing.T) {
	now := time.Now()
	drawn := campaign.ABResult{Sizes: []int64{1, 1}, DrawnAt: now}
	tested, waits := drawn, drawn
	tested.TestedAt, tested.DecideAt = now, now.Add(4*time.Hour)
	waits.TestedAt, waits.DecideAt, waits.LookedAt = now, now, now
	for _, test := range []struct {
		name   string
		test   *campaign.ABResult
		state  campaign.DeliveryState
		next   time.Time
		moves  bool
		saying string
	}{
		{"sends", nil, campaign.Queued, time.Time{}, true, "Nothing is scheduled."},
		{"soon its hour", nil, campaign.Timed, now.Add(time.Minute), true, "Nothing is scheduled."},
		{"tomorrow's hours", nil, campaign.Timed, now.Add(14 * time.Hour), false, "The next message leaves on"},
		{"the test goes out", &drawn, campaign.Queued, time.Time{}, true, "Nothing is scheduled."},
		{"the test has gone out", &tested, campaign.Timed, campaign.Undecided, false, "its clicks are compared on"},
		{"a person is to choose", &waits, campaign.Timed, campaign.Undecided, false, "gives no evidence: choose which variant"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSite(t)
			c := campaign.Campaign{Name: "Autumn"}
			must(t, s.store.Campaigns.CreateCampaign(t.Context(), &c))
			run := campaign.Run{ID: campaign.RunID(c.ID, now), Campaign: c.ID, Trigger: campaign.TriggerHand, State: campaign.Sending, Slot: now, StartedAt: now, Shards: 1, Planned: true, ABTest: test.test}
			must(t, s.store.Runs.CreateRun(t.Context(), &run, &edition.Edition{}))
			_, err := s.store.Campaigns.UpdateCampaign(t.Context(), c.ID, func(c *campaign.Campaign) error { c.State, c.LastRun = campaign.Sending, run.ID; return nil })
			must(t, err)
			id, shard := campaign.DeliveryID(run.ID, 1, "c1")
			d := campaign.Delivery{ID: id, Shard: shard, Run: run.ID, Contact: "c1", Email: "ana@example.org", State: test.state, NextAt: test.next}
			_, err = s.store.Deliveries.AddDeliveries(t.Context(), []*campaign.Delivery{&d})
			must(t, err)
			s.signInAs(campaign.Editor)
			body := s.get("/").Body
			if shown := strings.Contains(body, `id="now-`+c.ID); shown != test.moves || strings.Contains(body, `id="rest-`+c.ID) == shown {
				t.Errorf("it is shown as going out: %t", shown)
			}
			if !strings.Contains(body, test.saying) {
				t.Errorf("the page does not say %q", test.saying)
			}
			if above := strings.Contains(s.get("/campaigns").Body, "Going out now:"); above != test.moves {
				t.Errorf("every page calls it going out: %t", above)
			}
		})
	}
}
