package scheduler

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

// noticeComposer writes notices that say what they are about.
type noticeComposer struct{ plainComposer }

func (l noticeComposer) Compose(context.Context, *edition.Edition) (Composition, error) {
	return l, nil
}

func (noticeComposer) Notice(buf []byte, d *campaign.Delivery, n *campaign.Notice) (campaign.Message, error) {
	return campaign.Message{To: d.Email, Data: fmt.Appendf(buf, "%s %s", n.Kind, n.About)}, nil
}

func notices(c *setup) { c.Composer = noticeComposer{} }

func (f *fixture) notice(kind campaign.NoticeKind, to string, until time.Time) *campaign.Notice {
	f.t.Helper()
	n := &campaign.Notice{Kind: kind, About: "x", ExpiresAt: until}
	must(f.t, f.store.Notices.SendNotice(f.t.Context(), n, &campaign.Contact{Email: to, Language: campaign.English}))
	return n
}

func (f *fixture) delivery(id string) campaign.Delivery {
	f.t.Helper()
	d, err := f.store.Deliveries.GetDelivery(context.Background(), id)
	must(f.t, err)
	return d
}

func TestNoticesGoWithoutACampaignAndAgain(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 0)
	p := newMailServer(2)
	later := time.Now().Add(time.Hour)
	first := f.notice(campaign.ConfirmSignUp, "first@example.org", later)
	run := f.delivery(first.ID).Run
	ended := func() bool {
		r, err := f.store.Runs.GetRun(context.Background(), run)
		must(t, err)
		return r.State == campaign.Sent
	}
	var second *campaign.Notice
	f.runUntil(f.scheduler(p, notices), func() bool {
		if second == nil && ended() { // nothing was left to do: the next one opens the day's run again
			second = f.notice(campaign.ConfirmSignUp, "second@example.org", later)
		}
		return second != nil && p.count() == 2 && ended()
	})
	for _, n := range []*campaign.Notice{first, second} {
		if d := f.delivery(n.ID); d.State != campaign.Accepted || d.Tracking != campaign.NoTracking || d.Run != run {
			t.Errorf("delivery %+v", d)
		}
	}
	runs, err := f.store.Runs.FindLastRuns(t.Context(), "", 10)
	must(t, err)
	if len(runs) != 0 {
		t.Errorf("notices stand among the campaigns' runs: %+v", runs)
	}
}

// tellingComposer tell when the first notice is written.
type tellingComposer struct {
	noticeComposer
	written func()
}

func (l tellingComposer) Compose(context.Context, *edition.Edition) (Composition, error) {
	return l, nil
}

func (l tellingComposer) Notice(buf []byte, d *campaign.Delivery, n *campaign.Notice) (campaign.Message, error) {
	l.written()
	return l.noticeComposer.Notice(buf, d, n)
}

func TestNoticesAreNotHeldUpByACampaign(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 3000)
	f.startRun()
	p := newMailServer(2)
	at := 0
	written := make(chan struct{})
	p.onTaken = func(total int) { // called by the sender while the campaign goes out
		if total == 300 {
			f.notice(campaign.ConfirmSignUp, "now@example.org", time.Now().Add(time.Hour))
		}
	}
	p.check = func(m campaign.Message) {
		if m.To == "now@example.org" {
			at = p.count()
		} else if p.count() >= 300 { // a server that takes its time until the notice waits beside the campaign
			select {
			case <-written:
			case <-time.After(time.Minute): // only ends a failing test
			}
		}
	}
	s := f.scheduler(p, func(c *setup) { c.Composer = tellingComposer{written: sync.OnceFunc(func() { close(written) })} })
	f.runUntil(s, func() bool { return p.count() == 3001 })
	if at == 0 || at >= 3000 {
		t.Errorf("the notice was wanted after 300 messages and left after %d", at)
	}
}

func TestNoticesThatMustNotGo(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 0)
	p := newMailServer(1)
	for address, reason := range map[string]campaign.SuppressionReason{
		"left@example.org": campaign.LeftAll, "erased@example.org": campaign.Erased, "bounced@example.org": campaign.HardBounce,
		"complained@example.org": campaign.ComplaintReason, "team@example.org": campaign.SuppressedByHand,
	} {
		must(t, f.store.Suppressions.Suppress(t.Context(), address, reason, ""))
	}
	later := time.Now().Add(time.Hour)
	type expectation struct {
		n    *campaign.Notice
		want campaign.DeliveryState
	}
	want := []expectation{
		{f.notice(campaign.ConfirmSignUp, "left@example.org", later), campaign.Accepted},
		{f.notice(campaign.ConfirmSignUp, "erased@example.org", later), campaign.Accepted},
		{f.notice(campaign.ConfirmSignUp, "bounced@example.org", later), campaign.Accepted},
		{f.notice(campaign.ConfirmSignUp, "complained@example.org", later), campaign.Skipped},
		{f.notice(campaign.ConfirmSignUp, "team@example.org", later), campaign.Skipped},
		{f.notice(campaign.AlreadyOn, "left@example.org", later), campaign.Skipped},
		{f.notice(campaign.ConfirmSignUp, "late@example.org", time.Now().Add(-time.Second)), campaign.Skipped},
	}
	run := f.delivery(want[0].n.ID).Run
	must(t, f.scheduler(p, notices).SendRun(t.Context(), run))
	for _, w := range want {
		if d := f.delivery(w.n.ID); d.State != w.want {
			t.Errorf("%s to %s is %s (%s), want %s", w.n.Kind, d.Email, d.State, d.Reason, w.want)
		}
	}
}

// A notice refused for now is tried again, as every delivery is.
func TestNoticesAreRetried(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 0)
	p := newMailServer(1)
	p.refuse = func(_ string, try int) campaign.Outcome {
		if try == 1 {
			return campaign.Outcome{Result: campaign.ResultLater, Code: 450, Answer: "450 4.7.1 try later"}
		}
		return campaign.Outcome{}
	}
	n := f.notice(campaign.ConfirmSignUp, "grey@example.org", time.Now().Add(time.Hour))
	must(t, f.scheduler(p, notices).SendRun(t.Context(), f.delivery(n.ID).Run))
	if d := f.delivery(n.ID); d.State != campaign.Accepted || d.Attempts != 2 {
		t.Errorf("delivery %+v", d)
	}
}

// The process that ends a run dies before looking whether a notice came meanwhile: the sweep finds it.
func TestANoticeWrittenWhileItsRunEnded(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 0)
	n := f.notice(campaign.ConfirmSignUp, "late@example.org", time.Now().Add(time.Hour))
	run := f.delivery(n.ID).Run
	_, err := f.store.Runs.UpdateRun(t.Context(), run, func(r *campaign.Run) error {
		r.State = campaign.Sent
		return nil
	})
	must(t, err)
	f.scheduler(newMailServer(1), notices).clock.sweep(t.Context())
	r, err := f.store.Runs.GetRun(t.Context(), run)
	must(t, err)
	if r.State != campaign.Sending {
		t.Errorf("the run is %s", r.State)
	}
}
