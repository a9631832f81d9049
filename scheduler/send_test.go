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
)

func TestSendsOnceToEverybodySubscribed(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 450)
	ctx := t.Context()
	both := o.add("both@example.org", o.list, o.excluded)
	left := o.add("left@example.org", o.list)
	_, err := o.store.Contacts.LeaveLists(ctx, left.ID, []string{o.list.ID}, campaign.Unsubscribed)
	must(t, err)
	o.add("gone@example.org", o.list)
	must(t, o.store.Suppressions.Suppress(ctx, "Gone@example.org", campaign.LeftAll, ""))
	dead := o.add("dead@example.org", o.list)
	must(t, o.store.Contacts.SetContactStatus(ctx, dead.ID, campaign.Bounced, ""))
	baseless := campaign.Contact{Email: "baseless@example.org"}
	baseless.Subscribe(campaign.Membership{List: o.list.ID, Status: campaign.Subscribed}, false)
	must(t, o.store.Contacts.CreateContact(ctx, &baseless))
	broken := campaign.Contact{Email: "broken@example.org", FirstName: "broken"}
	broken.Subscribe(campaign.Membership{List: o.list.ID, Status: campaign.Subscribed, Basis: campaign.PublicContact}, false)
	must(t, o.store.Contacts.CreateContact(ctx, &broken))
	second := campaign.List{Name: "Second"}
	must(t, o.store.Lists.CreateList(ctx, &second))
	o.add("twolists@example.org", o.list, second)
	_, err = o.store.Campaigns.UpdateCampaign(ctx, o.campaign.ID, func(c *campaign.Campaign) error {
		c.Lists, c.Exclude = append(c.Lists, second.ID), []string{o.excluded.ID}
		return nil
	})
	must(t, err)

	p := newPost(4)
	run := o.startRun()
	must(t, o.scheduler(p, nil).SendRun(ctx, run.ID))

	states := o.states(run.ID)
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
		ds, _, err := o.store.Deliveries.FindDeliveries(ctx, run.ID, want.state, campaignPage())
		must(t, err)
		for _, d := range ds {
			if !strings.Contains(d.Reason, want.reason) || d.Reason == "" {
				t.Errorf("%s is %s because %q", d.Email, d.State, d.Reason)
			}
		}
	}
	c, err := o.store.Campaigns.GetCampaign(ctx, o.campaign.ID)
	must(t, err)
	if c.State != campaign.Sent {
		t.Errorf("the campaign is %s", c.State)
	}
	if r, _ := o.store.Runs.GetRun(ctx, run.ID); r.State != campaign.Sent || r.EndedAt.IsZero() {
		t.Errorf("the run is %+v", r)
	}
}

func TestAnswersDecideWhatHappens(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 20)
	p := newPost(3)
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
	run := o.startRun()
	s := o.scheduler(p, nil)
	must(t, s.SendRun(ctx, run.ID))
	want := map[string]campaign.DeliveryState{
		"reader0001@example.org": campaign.Accepted, "reader0002@example.org": campaign.Failed, "reader0003@example.org": campaign.Failed,
		"reader0004@example.org": campaign.Accepted, "reader0005@example.org": campaign.Interrupted, "reader0006@example.org": campaign.Accepted,
	}
	ds, _, err := o.store.Deliveries.FindDeliveries(ctx, run.ID, "", campaignPage())
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
		if c, err := o.store.Contacts.GetContactByAddress(ctx, email); err != nil || c.Status != status {
			t.Errorf("%s is %s, %v", email, c.Status, err)
		}
	}
	n, err := o.store.Sending.Resend(ctx, run.ID, campaign.Interrupted)
	if n != 1 || err != nil {
		t.Fatalf("resend: %d, %v", n, err)
	}
	must(t, s.SendRun(ctx, run.ID))
	if states := o.states(run.ID); states[campaign.Interrupted] != 0 || states[campaign.Accepted] != 18 {
		t.Errorf("after the resend: %v", states)
	}
}

func TestStopLeavesNothingInterrupted(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 300)
	run := o.startRun()
	p := newPost(5)
	for stops := 0; p.count() < 300 && stops < 20; stops++ {
		from := p.count()
		o.runUntil(o.scheduler(p, nil), func() bool { return p.count() > from+20 || p.count() == 300 })
		if states := o.states(run.ID); states[campaign.InFlight]+states[campaign.Interrupted] > 0 {
			t.Fatalf("after a stop: %v", states)
		}
	}
	o.runUntil(o.scheduler(p, nil), func() bool {
		r, _ := o.store.Runs.GetRun(context.Background(), run.ID)
		return r.State == campaign.Sent
	})
	if p.count() != 300 || len(p.twice()) > 0 {
		t.Errorf("taken %d, twice %v", p.count(), p.twice())
	}
}

func TestPauseResumeCancel(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 100)
	ctx := t.Context()
	run := o.startRun()
	p := newPost(2)
	p.gate = make(chan struct{})
	s := o.scheduler(p, nil)
	runCtx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- s.Run(runCtx) }()
	for range 10 {
		p.gate <- struct{}{}
	}
	must(t, o.store.Sending.PauseCampaign(ctx, o.campaign.ID, ""))
	time.Sleep(600 * time.Millisecond) // longer than a run goes without looking at its state
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
	waitFor(t, func() bool { st := o.states(run.ID); return st[campaign.InFlight] == 0 && st[campaign.Queued] > 0 })
	paused := o.states(run.ID)
	if paused[campaign.Accepted] > 60 || paused[campaign.Interrupted] > 0 {
		t.Errorf("paused with %v", paused)
	}
	var cancelled atomic.Bool
	p.onTaken = func(n int) {
		if n == int(paused[campaign.Accepted])+10 {
			if err := o.store.Sending.CancelCampaign(ctx, o.campaign.ID); err != nil {
				t.Error(err)
			}
			cancelled.Store(true)
		}
	}
	must(t, o.store.Sending.ResumeCampaign(ctx, o.campaign.ID))
	s.Wake()
	waitFor(t, cancelled.Load)
	waitFor(t, func() bool { st := o.states(run.ID); return st[campaign.InFlight]+st[campaign.Queued] == 0 })
	close(release)
	stop()
	must(t, <-ended)
	states := o.states(run.ID)
	if states[campaign.Accepted]+states[campaign.Skipped] != 100 || int64(p.count()) != states[campaign.Accepted] || len(p.twice()) > 0 {
		t.Errorf("in the end %v, taken %d", states, p.count())
	}
	if err := o.store.Sending.ResumeCampaign(ctx, o.campaign.ID); campaign.CodeOf(err) != campaign.Conflict {
		t.Errorf("a cancelled campaign was resumed: %v", err)
	}
}

func TestTwoSchedulersShareAStore(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 400)
	run := o.startRun()
	p := newPost(3)
	other := o.open()
	var group sync.WaitGroup
	ctx, cancel := context.WithCancel(t.Context())
	for i, st := range []*Scheduler{
		o.scheduler(p, nil),
		o.scheduler(p, func(c *setup) { c.Store, c.Node = other, "other" }),
	} {
		_ = i
		group.Go(func() {
			if err := st.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	waitFor(t, func() bool {
		r, _ := o.store.Runs.GetRun(context.Background(), run.ID)
		return r.State == campaign.Sent
	})
	cancel()
	group.Wait()
	if p.count() != 400 || len(p.twice()) > 0 {
		t.Errorf("taken %d, twice %v, %v", p.count(), p.twice(), o.states(run.ID))
	}
}

func TestServerDownLosesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 30)
	run := o.startRun()
	p := newPost(2)
	p.setDown(errors.New("connection refused"))
	o.runUntil(o.scheduler(p, nil), func() bool {
		g, _ := o.store.Progress.GetProgress(context.Background(), run.ID)
		return strings.Contains(g.Trouble, "connection refused")
	})
	if states := o.states(run.ID); states[campaign.Queued] != 30 {
		t.Errorf("with the server down: %v", states)
	}
	p.setDown(nil)
	must(t, o.scheduler(p, nil).SendRun(t.Context(), run.ID))
	if states := o.states(run.ID); states[campaign.Accepted] != 30 {
		t.Errorf("with the server back: %v", states)
	}
}

// D-07: who leaves while a slow run is under way gets nothing more of it.
func TestLeavingTakesEffectInARunUnderWay(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 5)
	ctx := t.Context()
	run := o.startRun()
	p := newPost(1)
	p.gate = make(chan struct{})
	s := o.scheduler(p, nil)
	done := make(chan error, 1)
	go func() { done <- s.SendRun(ctx, run.ID) }()
	p.gate <- struct{}{} // one has left; at most two more are announced
	var ds []campaign.Delivery
	waitFor(t, func() bool { // until what waits in memory is written down
		var err error
		ds, _, err = o.store.Deliveries.FindDeliveries(ctx, run.ID, "", campaignPage())
		must(t, err)
		return len(ds) == 5
	})
	last := ds[len(ds)-1] // deliveries go out in the order of their ids
	_, err := o.store.Contacts.LeaveLists(ctx, last.Contact, []string{o.list.ID}, campaign.Unsubscribed)
	must(t, err)
	time.Sleep(vetAfter + 100*time.Millisecond) // the age at which a look at a contact is too old
	go func() {
		for range 4 {
			select {
			case p.gate <- struct{}{}:
			case <-ctx.Done():
			}
		}
	}()
	must(t, <-done)
	if states := o.states(run.ID); p.taken[last.Email] != 0 || states[campaign.Skipped] != 1 || states[campaign.Accepted] != 4 {
		t.Errorf("states %v, taken %v", states, p.taken)
	}
}

func TestBrokenReleasePausesTheCampaign(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 3)
	run := o.startRun()
	s := o.scheduler(newPost(1), func(c *setup) {
		c.Composer = letters{err: campaign.Errorf(campaign.Invalid, "the English version has no field %q", "nmae")}
	})
	if err := s.SendRun(t.Context(), run.ID); campaign.CodeOf(err) != campaign.Invalid {
		t.Errorf("sending gives %v", err)
	}
	c, err := o.store.Campaigns.GetCampaign(t.Context(), o.campaign.ID)
	if err != nil || c.State != campaign.PausedRun || !strings.Contains(c.Note, "nmae") {
		t.Errorf("the campaign is %s, %q, %v", c.State, c.Note, err)
	}
}

func TestTestSendGoesToColleagues(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 3)
	ctx := t.Context()
	run, err := o.store.Sending.StartTest(ctx, o.campaign.ID, []string{"editor@example.org"}, "", "", func(*campaign.Release) []campaign.Link { return nil })
	must(t, err)
	p := newPost(1)
	must(t, o.scheduler(p, nil).SendRun(ctx, run.ID))
	if p.taken["editor@example.org"] != 2 || p.count() != 2 {
		t.Errorf("taken %v, want one for each of two versions", p.taken)
	}
	if c, _ := o.store.Campaigns.GetCampaign(ctx, o.campaign.ID); c.State != campaign.Draft {
		t.Errorf("a test made the campaign %s", c.State)
	}
}
