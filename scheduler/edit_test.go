package scheduler

import (
	"context"
	"errors"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

func TestAudienceChangesWhilePaused(t *testing.T) {
	t.Parallel()
	t.Run("planned", func(t *testing.T) { changeWhilePaused(t, newFixture(t, 400), true) })
	t.Run("half planned", func(t *testing.T) { changeWhilePaused(t, newFixture(t, 400), false) })
	t.Run("mongodb", func(t *testing.T) { changeWhilePaused(t, newFixtureOn(t, 150, onMongoDB(t)), true) })
}

// changeWhilePaused pauses a campaign in the middle, has people come and go in every way there is, and lets it go on: those who
// went get nothing, all others get it once, and so do those who came, as far as the audience was not written down before.
func changeWhilePaused(t *testing.T, f *fixture, planned bool) {
	ctx := t.Context()
	_, err := f.store.Campaigns.UpdateCampaign(ctx, f.campaign.ID, func(c *campaign.Campaign) error {
		c.Exclude = []string{f.excluded.ID}
		return nil
	})
	must(t, err)
	run := f.startRun()
	p := newMailServer(2)
	f.sendSome(p, run.ID, 60)
	must(t, f.store.Sending.PauseCampaign(ctx, f.campaign.ID, "a look"))
	r, err := f.store.Runs.UpdateRun(ctx, run.ID, func(r *campaign.Run) error {
		if !planned {
			r.Cursor, r.Planned = "", false
		}
		return nil
	})
	must(t, err)
	if r.Planned != planned {
		t.Fatalf("planned: %t", r.Planned)
	}
	got := p.to()
	waiting, sent := f.waiting(run.ID, got)
	if len(waiting) < 70 || len(sent) < 50 {
		t.Fatalf("%d wait, %d were sent", len(waiting), len(sent))
	}
	gone := f.comeAndGo(waiting, sent)
	came := f.add("new@example.org", f.list)
	f.add("new-but-excluded@example.org", f.list, f.excluded)

	must(t, f.store.Sending.ResumeCampaign(ctx, f.campaign.ID))
	p.gate = nil
	must(t, f.scheduler(p, nil).SendRun(ctx, run.ID))
	got = p.to()
	for _, c := range append(waiting, sent...) {
		if want := map[bool]int{true: 0, false: 1}[gone[c.Email]]; got[c.Email] != want {
			t.Errorf("%s got %d messages, not %d", c.Email, got[c.Email], want)
		}
	}
	if want := map[bool]int{true: 0, false: 1}[planned]; got[came.Email] != want || got["new-but-excluded@example.org"] != 0 {
		t.Errorf("who came got %d messages, not %d", got[came.Email], want)
	}
	states := f.states(run.ID)
	if int(states[campaign.Accepted]) != p.count() || states[campaign.Queued]+states[campaign.InFlight]+states[campaign.Deferred] > 0 || len(p.twice()) > 0 {
		t.Errorf("in the end %v, taken %d, twice %v", states, p.count(), p.twice())
	}
}

// sendSome sends some messages of a run, whose audience is all written down by then, and stops in good order.
func (f *fixture) sendSome(p *mailServer, run string, n int) {
	f.t.Helper()
	p.gate = make(chan struct{})
	ctx, stop := context.WithCancel(f.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.scheduler(p, nil).SendRun(ctx, run) }()
	waitFor(f.t, func() bool {
		r, err := f.store.Runs.GetRun(ctx, run)
		must(f.t, err)
		return r.Planned
	})
	for range n {
		p.gate <- struct{}{}
	}
	stop()
	for {
		select {
		case p.gate <- struct{}{}: // what is on the wire
		case err := <-ended:
			if err != nil && !errors.Is(err, context.Canceled) {
				f.t.Fatal(err)
			}
			return
		}
	}
}

// to says how many messages everybody got.
func (p *mailServer) to() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := map[string]int{}
	for to, n := range p.taken {
		out[to] = n
	}
	return out
}

// waiting returns the members of the list who wait for their message, and those who have it.
func (f *fixture) waiting(run string, got map[string]int) (waiting, sent []campaign.Contact) {
	f.t.Helper()
	must(f.t, f.store.Audiences.EachMember(f.t.Context(), f.list.ID, "", 500, func(cs []campaign.Contact) error {
		for _, c := range cs {
			if got[c.Email] > 0 {
				sent = append(sent, c)
			} else {
				waiting = append(waiting, c)
			}
		}
		return nil
	}))
	return waiting, sent
}

// comeAndGo changes what stands on record of some people, and says who of those that wait must get nothing now.
func (f *fixture) comeAndGo(waiting, sent []campaign.Contact) (gone map[string]bool) {
	f.t.Helper()
	ctx, s := f.t.Context(), f.store
	gone = map[string]bool{}
	leave := func(c campaign.Contact, status campaign.MembershipStatus) error {
		_, err := s.Contacts.LeaveLists(ctx, c.ID, []string{f.list.ID}, status)
		return err
	}
	join := func(c campaign.Contact, list campaign.List) error {
		return s.Contacts.SubscribeContact(ctx, c.ID, campaign.Membership{List: list.ID, Status: campaign.Subscribed, Basis: campaign.LegitimateInterest}, true)
	}
	ways := []struct {
		do   func(campaign.Contact) error
		goes bool
	}{
		{func(c campaign.Contact) error { return leave(c, campaign.Unsubscribed) }, true},
		{func(c campaign.Contact) error { return leave(c, campaign.Removed) }, true},
		{func(c campaign.Contact) error { return join(c, f.excluded) }, true},
		{func(c campaign.Contact) error {
			return s.Suppressions.Suppress(ctx, c.Email, campaign.ComplaintReason, "")
		}, true},
		{func(c campaign.Contact) error { return s.Contacts.SetContactStatus(ctx, c.ID, campaign.Restricted, "") }, true},
		{func(c campaign.Contact) error { return s.Eraser.EraseContact(ctx, c.ID) }, true},
		{func(c campaign.Contact) error { // off and on again
			if err := leave(c, campaign.Removed); err != nil {
				return err
			}
			return join(c, f.list)
		}, false},
		{func(c campaign.Contact) error { // another name
			_, err := s.Contacts.UpdateContact(ctx, c.ID, func(c *campaign.Contact) error { c.FirstName = "Ana"; return nil })
			return err
		}, false},
	}
	for i := range 5 * len(ways) {
		way, c := ways[i%len(ways)], waiting[i*len(waiting)/(5*len(ways))]
		must(f.t, way.do(c))
		gone[c.Email] = way.goes
	}
	for _, c := range sent[:5] { // who has it does not get it again
		must(f.t, leave(c, campaign.Removed))
		must(f.t, join(c, f.list))
	}
	return gone
}
