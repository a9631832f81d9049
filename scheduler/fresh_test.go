package scheduler

import (
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

// TestSlowServerDoesNotHoldPlanningUp writes a whole audience down while the first messages are still on the wire.
func TestSlowServerDoesNotHoldPlanningUp(t *testing.T) {
	t.Parallel()
	const contacts = 2 * pageSize
	f := newFixture(t, contacts)
	run := f.startRun()
	p := newMailServer(2)
	p.gate = make(chan struct{})
	ended := make(chan error, 1)
	go func() { ended <- f.scheduler(p, nil).SendRun(t.Context(), run.ID) }()
	waitFor(t, func() bool {
		r, err := f.store.Runs.GetRun(t.Context(), run.ID)
		must(t, err)
		return r.Planned
	})
	states := f.states(run.ID)
	if p.count() != 0 || states[campaign.Queued]+states[campaign.InFlight] != contacts {
		t.Errorf("taken %d, states %v", p.count(), states)
	}
	close(p.gate)
	must(t, <-ended)
	if states := f.states(run.ID); states[campaign.Accepted] != contacts || p.count() != contacts || len(p.twice()) > 0 {
		t.Errorf("states %v, taken %d, twice %v", states, p.count(), p.twice())
	}
}

// TestPlannedAgainIsSentOnce stops a run in the middle of planning, forgets how far that was, and lets it go on: what was
// written down before is read from the queue.
func TestPlannedAgainIsSentOnce(t *testing.T) {
	t.Parallel()
	const contacts = 2 * pageSize
	f := newFixture(t, contacts)
	run := f.startRun()
	p := newMailServer(2)
	s := f.scheduler(p, nil)
	p.onTaken = func(total int) {
		if total == offerSize {
			must(t, f.store.Sending.PauseCampaign(t.Context(), f.campaign.ID, ""))
			s.lookAgain()
		}
	}
	must(t, s.SendRun(t.Context(), run.ID))
	_, err := f.store.Runs.UpdateRun(t.Context(), run.ID, func(r *campaign.Run) error {
		r.Cursor, r.Planned = "", false
		return nil
	})
	must(t, err)
	must(t, f.store.Sending.ResumeCampaign(t.Context(), f.campaign.ID))
	must(t, f.scheduler(p, nil).SendRun(t.Context(), run.ID))
	if states := f.states(run.ID); states[campaign.Accepted] != contacts || len(states) != 1 || p.count() != contacts || len(p.twice()) > 0 {
		t.Errorf("states %v, taken %d, twice %v", states, p.count(), p.twice())
	}
}
