package scheduler

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

func TestSendsOnceToEverybodySubscribed(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 450)
	ctx := t.Context()
	both := f.add("both@example.org", f.list, f.excluded)
	left := f.add("left@example.org", f.list)
	_, err := f.store.Contacts.LeaveLists(ctx, left.ID, []string{f.list.ID}, campaign.Unsubscribed)
	must(t, err)
	f.add("gone@example.org", f.list)
	must(t, f.store.Suppressions.Suppress(ctx, "Gone@example.org", campaign.LeftAll, ""))
	dead := f.add("dead@example.org", f.list)
	must(t, f.store.Contacts.SetContactStatus(ctx, dead.ID, campaign.Bounced, ""))
	baseless := campaign.Contact{Email: "baseless@example.org"}
	baseless.Subscribe(campaign.Membership{List: f.list.ID, Status: campaign.Subscribed}, false)
	must(t, f.store.Contacts.CreateContact(ctx, &baseless))
	broken := campaign.Contact{Email: "broken@example.org", FirstName: "broken"}
	broken.Subscribe(campaign.Membership{List: f.list.ID, Status: campaign.Subscribed, Basis: campaign.PublicContact}, false)
	must(t, f.store.Contacts.CreateContact(ctx, &broken))
	second := campaign.List{Name: "Second"}
	must(t, f.store.Lists.CreateList(ctx, &second))
	f.add("twolists@example.org", f.list, second)
	_, err = f.store.Campaigns.UpdateCampaign(ctx, f.campaign.ID, func(c *campaign.Campaign) error {
		c.Lists, c.Exclude = append(c.Lists, second.ID), []string{f.excluded.ID}
		return nil
	})
	must(t, err)

	p := newMailServer(4)
	run := f.startRun()
	must(t, f.scheduler(p, nil).SendRun(ctx, run.ID))

	states := f.states(run.ID)
	if states[campaign.Accepted] != 451 || states[campaign.Skipped] != 4 || states[campaign.Failed] != 1 || len(states) != 3 {
		t.Errorf("states are %v", states)
	}
	if p.count() != 451 || len(p.twice()) != 0 || p.taken["twolists@example.org"] != 1 || p.taken[both.Email] != 0 || p.taken["left@example.org"] != 0 {
		t.Errorf("taken %d, twice %v", p.count(), p.twice())
	}
	for _, want := range []struct {
		state  campaign.DeliveryState
		reason string
	}{{campaign.Failed, "could not be made"}, {campaign.Skipped, ""}} {
		ds, _, err := f.store.Deliveries.FindDeliveries(ctx, run.ID, want.state, campaignPage())
		must(t, err)
		for _, d := range ds {
			if !strings.Contains(d.Reason, want.reason) || d.Reason == "" {
				t.Errorf("%s is %s because %q", d.Email, d.State, d.Reason)
			}
		}
	}
	c, err := f.store.Campaigns.GetCampaign(ctx, f.campaign.ID)
	must(t, err)
	if c.State != campaign.Sent {
		t.Errorf("the campaign is %s", c.State)
	}
	if r, _ := f.store.Runs.GetRun(ctx, run.ID); r.State != campaign.Sent || r.EndedAt.IsZero() {
		t.Errorf("the run is %+v", r)
	}
}

func TestAnswersDecideWhatHappens(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 20)
	p := newMailServer(3)
	p.refuse = func(to string, try int) campaign.Outcome {
		switch {
		case to == "reader0001@example.org" && try == 1:
			return campaign.Outcome{Result: campaign.ResultLater, Code: 451, Answer: "451 later"}
		case to == "reader0002@example.org":
			return campaign.Outcome{Result: campaign.ResultLater, Code: 451, Answer: "451 never ready"}
		case to == "reader0003@example.org":
			return campaign.Outcome{Result: campaign.ResultRefused, Code: 550, Enhanced: "5.1.1", Dead: true, Answer: "550 5.1.1 no such user"}
		case to == "reader0004@example.org" && try == 1:
			return campaign.Outcome{Result: campaign.ResultRefused, Code: 550, Enhanced: "5.7.1", OurFault: true, Answer: "550 5.7.1 listed"}
		case to == "reader0005@example.org" && try == 1:
			return campaign.Outcome{Result: campaign.ResultUnknown, Answer: "the connection broke"}
		}
		return campaign.Outcome{}
	}
	ctx := t.Context()
	run := f.startRun()
	s := f.scheduler(p, nil)
	must(t, s.SendRun(ctx, run.ID))
	want := map[string]campaign.DeliveryState{
		"reader0001@example.org": campaign.Accepted, "reader0002@example.org": campaign.Failed, "reader0003@example.org": campaign.Failed,
		"reader0004@example.org": campaign.Accepted, "reader0005@example.org": campaign.Interrupted, "reader0006@example.org": campaign.Accepted,
	}
	ds, _, err := f.store.Deliveries.FindDeliveries(ctx, run.ID, "", campaignPage())
	must(t, err)
	for _, d := range ds {
		if want[d.Email] != "" && d.State != want[d.Email] {
			t.Errorf("%s is %s (%s), want %s", d.Email, d.State, d.Reason, want[d.Email])
		}
	}
	if p.tries["reader0002@example.org"] != 3 {
		t.Errorf("%d tries, want the first and two more", p.tries["reader0002@example.org"])
	}
	for email, status := range map[string]campaign.ContactStatus{"reader0003@example.org": campaign.Bounced, "reader0004@example.org": campaign.Active} {
		if c, err := f.store.Contacts.GetContactByAddress(ctx, email); err != nil || c.Status != status {
			t.Errorf("%s is %s, %v", email, c.Status, err)
		}
	}
	n, err := f.store.Sending.Resend(ctx, run.ID, campaign.Interrupted)
	if n != 1 || err != nil {
		t.Fatalf("resend: %d, %v", n, err)
	}
	must(t, s.SendRun(ctx, run.ID))
	if states := f.states(run.ID); states[campaign.Interrupted] != 0 || states[campaign.Accepted] != 18 {
		t.Errorf("after the resend: %v", states)
	}
}

func TestStopLeavesNothingInterrupted(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 300)
	run := f.startRun()
	p := newMailServer(5)
	for stops := 0; p.count() < 300 && stops < 20; stops++ {
		from := p.count()
		f.runUntil(f.scheduler(p, nil), func() bool { return p.count() > from+20 || p.count() == 300 })
		if states := f.states(run.ID); states[campaign.InFlight]+states[campaign.Interrupted] > 0 {
			t.Fatalf("after a stop: %v", states)
		}
	}
	f.runUntil(f.scheduler(p, nil), func() bool {
		r, _ := f.store.Runs.GetRun(context.Background(), run.ID)
		return r.State == campaign.Sent
	})
	if p.count() != 300 || len(p.twice()) > 0 {
		t.Errorf("taken %d, twice %v", p.count(), p.twice())
	}
}

func TestPauseResumeCancel(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 100)
	ctx := t.Context()
	run := f.startRun()
	p := newMailServer(2)
	p.gate = make(chan struct{})
	counting := &asked{Engine: f.engine()}
	st, err := store.New(ctx, counting, campaign.NewSigner("test"), f.now)
	must(t, err)
	s := f.scheduler(p, func(c *setup) { c.Store, c.Poll = st, 20*time.Millisecond })
	runCtx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- s.Run(runCtx) }()
	for range 10 {
		p.gate <- struct{}{}
	}
	must(t, f.store.Sending.PauseCampaign(ctx, f.campaign.ID, ""))
	looked := counting.runs.Load() + 3
	waitFor(t, func() bool { return counting.runs.Load() >= looked }) // at the run's state
	release := make(chan struct{})
	go func() { // let go what is on the wire
		for {
			select {
			case p.gate <- struct{}{}:
			case <-release:
				return
			}
		}
	}()
	waitFor(t, func() bool { st := f.states(run.ID); return st[campaign.InFlight] == 0 && st[campaign.Queued] > 0 })
	paused := f.states(run.ID)
	if paused[campaign.Accepted] > 60 || paused[campaign.Interrupted] > 0 {
		t.Errorf("paused with %v", paused)
	}
	var cancelled atomic.Bool
	p.onTaken = func(n int) {
		if n == int(paused[campaign.Accepted])+10 {
			if err := f.store.Sending.CancelCampaign(ctx, f.campaign.ID); err != nil {
				t.Error(err)
			}
			cancelled.Store(true)
		}
	}
	must(t, f.store.Sending.ResumeCampaign(ctx, f.campaign.ID))
	s.Wake()
	waitFor(t, cancelled.Load)
	waitFor(t, func() bool { st := f.states(run.ID); return st[campaign.InFlight]+st[campaign.Queued] == 0 })
	close(release)
	stop()
	must(t, <-ended)
	states := f.states(run.ID)
	if states[campaign.Accepted]+states[campaign.Skipped] != 100 || int64(p.count()) != states[campaign.Accepted] || len(p.twice()) > 0 {
		t.Errorf("in the end %v, taken %d", states, p.count())
	}
	if err := f.store.Sending.ResumeCampaign(ctx, f.campaign.ID); campaign.CodeOf(err) != campaign.Conflict {
		t.Errorf("a cancelled campaign was resumed: %v", err)
	}
}

func TestTwoSchedulersShareAStore(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 400)
	run := f.startRun()
	p := newMailServer(3)
	other := f.open()
	var group sync.WaitGroup
	ctx, cancel := context.WithCancel(t.Context())
	for i, st := range []*Scheduler{
		f.scheduler(p, nil),
		f.scheduler(p, func(c *setup) { c.Store, c.Node = other, "other" }),
	} {
		_ = i
		group.Go(func() {
			if err := st.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	waitFor(t, func() bool {
		r, _ := f.store.Runs.GetRun(context.Background(), run.ID)
		return r.State == campaign.Sent
	})
	cancel()
	group.Wait()
	if p.count() != 400 || len(p.twice()) > 0 {
		t.Errorf("taken %d, twice %v, %v", p.count(), p.twice(), f.states(run.ID))
	}
}

func TestServerDownLosesNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 30)
	run := f.startRun()
	p := newMailServer(2)
	p.setDown(errors.New("connection refused"))
	f.runUntil(f.scheduler(p, nil), func() bool {
		g, _ := f.store.Progress.GetProgress(context.Background(), run.ID)
		return strings.Contains(g.Trouble, "connection refused")
	})
	if states := f.states(run.ID); states[campaign.Queued] != 30 {
		t.Errorf("with the server down: %v", states)
	}
	p.setDown(nil)
	must(t, f.scheduler(p, nil).SendRun(t.Context(), run.ID))
	if states := f.states(run.ID); states[campaign.Accepted] != 30 {
		t.Errorf("with the server back: %v", states)
	}
}

// D-07: who leaves while a slow run is under way gets nothing more of it.
func TestLeavingTakesEffectInARunUnderWay(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 5)
	ctx := t.Context()
	run := f.startRun()
	p := newMailServer(1)
	p.gate = make(chan struct{})
	s := f.scheduler(p, nil)
	s.sender.vetting.age = 10 * time.Millisecond // what was planned before somebody leaves below was looked at earlier
	done := make(chan error, 1)
	go func() { done <- s.SendRun(ctx, run.ID) }()
	p.gate <- struct{}{} // one has left; at most two more are announced
	var ds []campaign.Delivery
	waitFor(t, func() bool { // until what waits in memory is written down
		var err error
		ds, _, err = f.store.Deliveries.FindDeliveries(ctx, run.ID, "", campaignPage())
		must(t, err)
		return len(ds) == 5
	})
	last := ds[len(ds)-1] // deliveries go out in the order of their ids
	_, err := f.store.Contacts.LeaveLists(ctx, last.Contact, []string{f.list.ID}, campaign.Unsubscribed)
	must(t, err)
	go func() {
		for range 4 {
			select {
			case p.gate <- struct{}{}:
			case <-ctx.Done():
			}
		}
	}()
	must(t, <-done)
	if states := f.states(run.ID); p.taken[last.Email] != 0 || states[campaign.Skipped] != 1 || states[campaign.Accepted] != 4 {
		t.Errorf("states %v, taken %v", states, p.taken)
	}
}

func TestBrokenReleasePausesTheCampaign(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 3)
	run := f.startRun()
	s := f.scheduler(newMailServer(1), func(c *setup) {
		c.Composer = plainComposer{err: campaign.Errorf(campaign.Invalid, "the English version has no field %q", "nmae")}
	})
	if err := s.SendRun(t.Context(), run.ID); campaign.CodeOf(err) != campaign.Invalid {
		t.Errorf("sending gives %v", err)
	}
	c, err := f.store.Campaigns.GetCampaign(t.Context(), f.campaign.ID)
	if err != nil || c.State != campaign.PausedRun || !strings.Contains(c.Note, "nmae") {
		t.Errorf("the campaign is %s, %q, %v", c.State, c.Note, err)
	}
}

func TestTestSendGoesToColleagues(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 3)
	ctx := t.Context()
	run, err := f.store.Sending.StartTest(ctx, f.campaign.ID, []string{"editor@example.org"}, "", "", func(*campaign.Release) []campaign.Link { return nil })
	must(t, err)
	p := newMailServer(1)
	must(t, f.scheduler(p, nil).SendRun(ctx, run.ID))
	if p.taken["editor@example.org"] != 2 || p.count() != 2 {
		t.Errorf("taken %v, want one for each of two versions", p.taken)
	}
	if c, _ := f.store.Campaigns.GetCampaign(ctx, f.campaign.ID); c.State != campaign.Draft {
		t.Errorf("a test made the campaign %s", c.State)
	}
}
