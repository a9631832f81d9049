package scheduler

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// A newsletter that gathers runs ten times by itself: what each edition tells is worked out beside it, by hand.
func TestTenGatheredEditions(t *testing.T) {
	t.Parallel()
	onBothStores(t, 3, func(t *testing.T, f *fixture) {
		f.editions(campaign.ContentRule{Kind: campaign.GatherContent, AtLeast: 2, AtMost: 3})
		f.publish("before the time", func(r *campaign.Release) { r.Kind = campaign.Newsletter })
		p := newMailServer(1)
		published := []int{3, 0, 1, 5, 2, 1, 0, 4, 2, 1}
		want := []string{ // the stories of each week, the last published first; "" is skipped
			"w0r2 w0r1 w0r0", "", "", "w3r1 w3r0 w2r0", "w3r4 w3r3 w3r2", "w5r0 w4r1 w4r0", "", "w7r2 w7r1 w7r0", "w8r1 w8r0 w7r3", "",
		}
		var sent []campaign.Release
		told := map[string]int{}
		for week, n := range published {
			for i := range n {
				f.setClock(f.now().Add(time.Hour))
				f.publish(fmt.Sprintf("w%dr%d", week, i), nil)
			}
			o := f.ahead()
			if week == 3 {
				f.write(o.Release.ID, "In week three.")
			}
			before, last := p.count(), f.reload().LastRun
			c := f.pass(p)
			if c.State != campaign.Scheduled || !c.NextAt.Equal(instant(t, "2026-12-14T09:00:00Z").AddDate(0, 0, 7*week)) {
				t.Fatalf("week %d: %s, next at %s, %q", week, c.State, c.NextAt, c.Note)
			}
			if want[week] == "" {
				if c.LastRun != last || p.count() != before || !strings.Contains(c.Note, "was skipped") || !strings.Contains(c.Note, "published") {
					t.Errorf("week %d is not skipped: %q", week, c.Note)
				}
				continue
			}
			e, err := f.store.Runs.GetEdition(t.Context(), c.LastRun)
			must(t, err)
			got := strings.Join(headlines(&e.Release, campaign.English), " ")
			if got != want[week] || p.count() != before+3 {
				t.Errorf("week %d tells %q to %d, want %q", week, got, p.count()-before, want[week])
			}
			if sr := strings.Join(headlines(&e.Release, campaign.SerbianLatin), " "); strings.ReplaceAll(sr, ", na srpskom", "") != want[week] {
				t.Errorf("week %d tells %q in Serbian", week, sr)
			}
			for _, id := range e.Release.ToldIn() {
				told[id]++
			}
			for _, v := range e.Release.Versions {
				for _, old := range sent {
					for _, o := range old.Versions {
						if v.Introduction() != "" && v.Introduction() == o.Introduction() || v.SubjectLine() == o.SubjectLine() {
							t.Errorf("week %d repeats %q or %q", week, v.Introduction(), v.SubjectLine())
						}
					}
				}
			}
			if intro := e.Release.In(campaign.English).Introduction(); (intro != "") != (week == 3) {
				t.Errorf("week %d begins with %q", week, intro)
			}
			sent = append(sent, e.Release)
		}
		for id, n := range told {
			if n != 1 {
				t.Errorf("%s was told %d times", id, n)
			}
		}
		skipped, err := f.store.Upcomings.FindUpcomings(t.Context(), f.campaign.ID, campaign.UpcomingSkipped, 20)
		must(t, err)
		if len(told) != 18 || len(sent) != 6 || len(skipped) != 4 {
			t.Errorf("%d stories in %d editions, %d skipped", len(told), len(sent), len(skipped))
		}
	})
}

// An edition that must be approved waits or is skipped, and an approval holds for the text as it stood.
func TestHeldEditions(t *testing.T) {
	t.Parallel()
	onBothStores(t, 2, func(t *testing.T, f *fixture) {
		ctx := store.As(t.Context(), campaign.Actor{User: "u1", Name: "Vera"})
		f.editions(campaign.ContentRule{Kind: campaign.GatherContent, Approve: true, Deadline: 120, Late: campaign.SkipLate})
		p := newMailServer(1)
		f.publish("first", nil)
		o := f.ahead()
		f.setClock(o.Upcoming.Slot.Add(-90 * time.Minute)) // after the deadline, before its time
		must(t, f.scheduler(p, nil).due.prepare(t.Context()))
		c := f.reload()
		if !c.NextAt.Equal(instant(t, "2026-12-14T09:00:00Z")) || !strings.Contains(c.Note, "nobody has approved it") {
			t.Fatalf("not skipped at its deadline: %s %q", c.NextAt, c.Note)
		}

		o = f.ahead()
		if got := headlines(&o.Release, campaign.English); !slices.Equal(got, []string{"first"}) {
			t.Fatalf("the next edition tells %q", got)
		}
		must(t, f.store.Upcomings.ApproveUpcoming(ctx, &c, o.Upcoming.ID, ""))
		f.publish("second", nil)
		if o = f.ahead(); len(o.Release.ToldIn()) != 1 || len(o.New()) != 1 {
			t.Fatalf("what was approved changed by itself: %q", headlines(&o.Release, campaign.English))
		}
		f.write(o.Release.ID, "Changed after the approval.")
		if o = f.ahead(); o.Upcoming.IsApproved(&o.Release) {
			t.Fatal("the approval holds for another text")
		}
		_, err := f.store.Campaigns.UpdateCampaign(ctx, c.ID, func(c *campaign.Campaign) error { c.Content.Late = campaign.WaitLate; return nil })
		must(t, err)
		f.setClock(o.Upcoming.Slot.Add(time.Second))
		s := f.scheduler(p, nil)
		f.runUntil(s, func() bool {
			s.Wake()
			return strings.Contains(campaign.OwnWords(f.reload().Note).String(), "after Vera approved it")
		})
		if c = f.reload(); p.count() != 0 || c.State != campaign.Scheduled || c.LastRun != "" {
			t.Fatalf("%d messages, %s", p.count(), c.State)
		}
		f.setClock(o.Upcoming.Slot.Add(20 * time.Hour)) // long after any other run would have been skipped
		must(t, f.store.Upcomings.TakeOver(ctx, &c, o.Upcoming.ID))
		must(t, f.store.Upcomings.ApproveUpcoming(ctx, &c, o.Upcoming.ID, ""))
		s = f.scheduler(p, nil)
		f.runUntil(s, f.settled(s))
		c = f.reload()
		e, err := f.store.Runs.GetEdition(ctx, c.LastRun)
		must(t, err)
		if got := headlines(&e.Release, campaign.English); p.count() != 2 || !slices.Equal(got, []string{"second", "first"}) || e.Release.Versions[0].Lead == "" {
			t.Errorf("%d messages tell %q", p.count(), got)
		}
	})
}

// Where a second person approved the campaign, nobody lets an edition go alone that they wrote, or without the right to approve.
func TestEditionsOfAnApprovedCampaign(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 2)
	f.editions(campaign.ContentRule{Kind: campaign.GatherContent, Approve: true})
	f.publish("first", nil)
	o, c := f.ahead(), f.reload()
	user := func(name string, may bool) context.Context {
		u := campaign.User{Name: name, Email: name + "@example.org", Role: campaign.Editor, Approves: may}
		must(t, f.store.Users.CreateUser(t.Context(), &u))
		return store.As(t.Context(), campaign.Actor{User: u.ID, Name: u.Name})
	}
	vera, mila, ana := user("vera", true), user("mila", false), user("ana", true)
	c.Approval = &campaign.Approval{By: "somebody"}
	_, err := f.store.Releases.UpdateRelease(vera, o.Release.ID, func(r *campaign.Release) error {
		r.Versions = slices.Clone(r.Versions)
		r.Versions[0].Lead, r.Versions[0].UpdatedBy, r.Versions[0].UpdatedAt = "New.", "vera", f.now()
		return nil
	})
	must(t, err)
	for _, ctx := range []context.Context{t.Context(), vera, mila} {
		if err := f.store.Upcomings.ApproveUpcoming(ctx, &c, o.Upcoming.ID, ""); campaign.CodeOf(err) != campaign.Conflict {
			t.Errorf("approved: %v", err)
		}
	}
	must(t, f.store.Upcomings.ApproveUpcoming(ana, &c, o.Upcoming.ID, ""))
}

// What readers of the edition before had as its introduction is left out, or keeps an edition waiting.
func TestIntroductionsAreNew(t *testing.T) {
	t.Parallel()
	for _, needs := range []bool{false, true} {
		t.Run(fmt.Sprint(needs), func(t *testing.T) {
			f := newFixture(t, 1)
			f.editions(campaign.ContentRule{Kind: campaign.GatherContent, NeedsIntro: needs, Late: campaign.WaitLate})
			p := newMailServer(1)
			f.publish("first", nil)
			f.write(f.ahead().Release.ID, "Dear readers.")
			f.pass(p)
			f.publish("second", nil)
			o := f.ahead()
			if v := o.Release.Versions[0]; v.Introduction() != "" {
				t.Fatalf("a new edition begins with %q", v.Introduction())
			}
			f.write(o.Release.ID, "Dear \n  readers.")
			f.setClock(o.Upcoming.Slot.Add(time.Second))
			s := f.scheduler(p, nil)
			if needs {
				f.runUntil(s, func() bool { s.Wake(); return strings.Contains(f.reload().Note, "introduction") })
				if p.count() != 1 {
					t.Fatalf("%d messages", p.count())
				}
				f.write(o.Release.ID, "This week.")
				s = f.scheduler(p, nil)
			}
			f.runUntil(s, func() bool { return f.settled(s)() && p.count() == 2 })
			e, err := f.store.Runs.GetEdition(t.Context(), f.reload().LastRun)
			must(t, err)
			if got := e.Release.In(campaign.English).Introduction(); got != map[bool]string{false: "", true: "This week. en"}[needs] {
				t.Errorf("the second edition begins with %q", got)
			}
		})
	}
}

// A copy waits until somebody has written it and says that it is ready.
func TestCopiedEditions(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 1)
	ctx := t.Context()
	f.editions(campaign.ContentRule{Kind: campaign.CopyContent, Late: campaign.WaitLate})
	p := newMailServer(1)
	var last string
	for week := range 3 {
		o, c := f.ahead(), f.reload()
		if o.Release.ID == last || o.Release.ID == c.Release {
			t.Fatal("the same release again")
		}
		if err := f.store.Upcomings.ApproveUpcoming(ctx, &c, o.Upcoming.ID, ""); campaign.CodeOf(err) != campaign.Conflict {
			t.Fatalf("a copy that nobody has written is ready: %v", err)
		}
		f.write(o.Release.ID, fmt.Sprintf("Week %d.", week))
		f.setClock(o.Upcoming.Slot.Add(time.Second))
		s := f.scheduler(p, nil)
		f.runUntil(s, func() bool { s.Wake(); return strings.Contains(f.reload().Note, "ready") })
		if err := f.store.Upcomings.ApproveUpcoming(ctx, &c, o.Upcoming.ID, o.Release.Says()); campaign.CodeOf(err) != campaign.Conflict {
			t.Fatalf("a text that nobody has seen is ready: %v", err)
		}
		must(t, f.store.Upcomings.ApproveUpcoming(ctx, &c, o.Upcoming.ID, ""))
		last = o.Release.ID
		f.pass(p)
		if p.count() != week+1 || f.reload().LastRun == "" {
			t.Fatalf("week %d: %d messages", week, p.count())
		}
	}
}

// A release that went out in a run of its own is published from then on, and one under embargo is told when that is over.
func TestWhatIsPublished(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 1)
	ctx := t.Context()
	f.editions(campaign.ContentRule{Kind: campaign.GatherContent, Lists: []string{f.list.ID}})
	f.publish("marked, to no list", nil)
	p := newMailServer(1)
	r := f.publish("sent", func(r *campaign.Release) { r.Embargo = instant(t, "2026-12-09T00:00:00Z") })
	other := campaign.Campaign{Name: "At once", Release: r.ID, Lists: []string{f.list.ID}, Sender: f.campaign.Sender}
	must(t, f.store.Campaigns.CreateCampaign(ctx, &other))
	_, err := f.store.Sending.SendNow(ctx, other.ID, 0)
	must(t, err)
	s := f.scheduler(p, nil)
	f.runUntil(s, func() bool {
		s.Wake()
		c, err := f.store.Campaigns.GetCampaign(ctx, other.ID)
		return err == nil && c.State == campaign.Sent
	})
	if o := f.ahead(); o.Release.StoryCount() != 0 || !slices.Equal(o.Later, []string{r.ID}) {
		t.Fatalf("an edition tells %q", headlines(&o.Release, campaign.English))
	}
	if c := f.pass(p); !strings.Contains(c.Note, "nothing was published") {
		t.Fatalf("not skipped: %q", c.Note)
	}
	f.setClock(instant(t, "2026-12-10T09:00:00Z"))
	if o := f.ahead(); !slices.Equal(o.Release.ToldIn(), []string{r.ID}) {
		t.Errorf("after the embargo it tells %q", headlines(&o.Release, campaign.English))
	}
}

// Of several processes that see the same slot come there is one edition, and what is told stays exact when one dies anywhere.
func TestEditionsOfTwoProcesses(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 4) // MongoDB’s stand-in does not update atomically, so that two processes race in it
	f.editions(campaign.ContentRule{Kind: campaign.GatherContent, AtMost: 2})
	p := newMailServer(2)
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for _, node := range []string{"one", "two"} {
		st := f.open()
		s := f.scheduler(p, func(c *setup) { c.Node, c.Store = node, st })
		group.Go(func() {
			if err := s.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		group.Go(func() {
			for ctx.Err() == nil {
				if err := s.due.prepare(ctx); err != nil && ctx.Err() == nil {
					t.Error(err)
				}
				sleep(ctx.Done(), nil, 10*time.Millisecond) // as others need the processor too
			}
		})
	}
	told := map[string]int{}
	t.Cleanup(func() {
		if t.Failed() {
			c, err := f.store.Campaigns.GetCampaign(context.Background(), f.campaign.ID)
			t.Logf("%d messages at %s: %+v, %v", p.count(), f.now(), c, err)
		}
	})
	for week := range 4 {
		for i := range 2 {
			f.publish(fmt.Sprintf("w%dr%d", week, i), nil)
		}
		f.setClock(f.reload().NextAt.Add(time.Second))
		waitFor(t, func() bool { return p.count() == 4*(week+1) && f.reload().State == campaign.Scheduled })
		e, err := f.store.Runs.GetEdition(t.Context(), f.reload().LastRun)
		must(t, err)
		r, err := f.store.Runs.GetRun(t.Context(), f.reload().LastRun)
		must(t, err)
		if !slices.Equal(r.Settled, e.Gathering.Settled()) || len(e.Release.ToldIn()) != 2 {
			t.Errorf("week %d: the run settles %q, its edition tells %q", week, r.Settled, e.Release.ToldIn())
		}
		for _, id := range e.Release.ToldIn() {
			told[id]++
		}
	}
	cancel()
	group.Wait()
	if len(told) != 8 {
		t.Errorf("%d releases were told: %v", len(told), told)
	}
}

// The edition of a process that died before it recorded the run is what the run tells, whatever was published since.
func TestEditionOfADeadProcess(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 1)
	ctx := t.Context()
	f.editions(campaign.ContentRule{Kind: campaign.GatherContent})
	first := f.publish("first", nil)
	o, c := f.ahead(), f.reload()
	run := campaign.Run{ID: o.Upcoming.ID, Campaign: c.ID, Trigger: campaign.TriggerSchedule, State: campaign.Scheduled, Slot: c.NextAt, Shards: 1}
	e, err := f.store.Runs.GetEdition(ctx, run.ID)
	if campaign.CodeOf(err) != campaign.NotFound {
		t.Fatal(err)
	}
	e.Name, e.Release, e.Sender, e.Lists, e.Gathering = c.Name, o.Release, c.Sender, []campaign.List{f.list}, o.Gathering()
	must(t, f.store.Runs.CreateRun(ctx, &run, &e))
	must(t, f.forgetRun(run.ID)) // it died between the two
	f.publish("second", nil)
	p := newMailServer(1)
	f.pass(p)
	r, err := f.store.Runs.GetRun(ctx, run.ID)
	must(t, err)
	if !slices.Equal(r.Settled, []string{first.ID}) || p.count() != 1 {
		t.Errorf("the run settles %q", r.Settled)
	}
	if o = f.ahead(); !slices.Equal(headlines(&o.Release, campaign.English), []string{"second"}) {
		t.Errorf("the next edition tells %q", headlines(&o.Release, campaign.English))
	}
}

// Whoever made a campaign gets a mail when the deadline of an edition nears, once, and when it is over; where they are gone, the admins.
func TestLettersAboutEditions(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	f := newFixture(t, 1)
	slot := f.editions(campaign.ContentRule{Kind: campaign.CopyContent, Deadline: 12 * 60, Late: campaign.WaitLate})
	vera := campaign.User{Email: "vera@example.org", Name: "Vera", Role: campaign.Editor, Language: campaign.French, Password: "none"}
	must(t, f.store.Users.CreateUser(ctx, &vera))
	must(t, f.store.Users.CreateUser(ctx, &campaign.User{Email: "boss@example.org", Name: "Boss", Role: campaign.Admin, Password: "none"}))
	_, err := f.store.Campaigns.UpdateCampaign(ctx, f.campaign.ID, func(c *campaign.Campaign) error { c.Owner = vera.ID; return nil })
	must(t, err)
	told := func() (said []string) {
		found, deliveries, _, err := f.store.Notices.FindNotices(ctx, store.Page{})
		must(t, err)
		slices.Reverse(found)
		for _, n := range found {
			said = append(said, deliveries[n.ID].Email+" "+string(deliveries[n.ID].Language)+" "+campaign.StoredText(n.Letter.Subject).String())
		}
		return said
	}
	name := f.campaign.Name
	want := []string{"vera@example.org fr The deadline nears: " + name, "vera@example.org fr An edition waits: " + name, "boss@example.org en An edition was skipped: " + name}
	for _, at := range []struct {
		before time.Duration
		told   int
		change func(*campaign.Campaign)
	}{
		{37 * time.Hour, 0, nil}, {35 * time.Hour, 1, nil}, {13 * time.Hour, 1, nil}, {11 * time.Hour, 2, nil}, {10 * time.Hour, 2, nil},
		{9 * time.Hour, 3, func(c *campaign.Campaign) { c.Content.Late, c.Owner = campaign.SkipLate, "gone" }},
	} {
		if at.change != nil {
			_, err := f.store.Campaigns.UpdateCampaign(ctx, f.campaign.ID, func(c *campaign.Campaign) error { at.change(c); return nil })
			must(t, err)
		}
		f.setClock(slot.At.Add(-at.before))
		for range 2 {
			must(t, f.scheduler(newMailServer(1), nil).due.prepare(ctx))
		}
		if got := told(); !slices.Equal(got, want[:at.told]) {
			t.Fatalf("%s before: %q", at.before, got)
		}
	}
}
