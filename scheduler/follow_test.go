package scheduler

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// track has all readers of the press list consent to being counted one by one.
func (f *fixture) track() {
	f.t.Helper()
	_, err := f.store.Lists.UpdateList(f.t.Context(), f.list.ID, func(l *campaign.List) error { l.Tracking = campaign.Individual; return nil })
	must(f.t, err)
	for _, c := range f.readers() {
		_, err := f.store.Contacts.UpdateContact(f.t.Context(), c.ID, func(c *campaign.Contact) error {
			c.AllowTracking(campaign.TrackingConsent{At: f.now().Add(-time.Hour), Basis: campaign.ConsentBasis, Source: "form"})
			return nil
		})
		must(f.t, err)
	}
}

// readers returns the members of the press list by their addresses.
func (f *fixture) readers() map[string]campaign.Contact {
	f.t.Helper()
	out := map[string]campaign.Contact{}
	must(f.t, f.store.Audiences.EachMember(f.t.Context(), f.list.ID, "", 100, func(cs []campaign.Contact) error {
		for _, c := range cs {
			out[c.Email] = c
		}
		return nil
	}))
	return out
}

// read records that a person opened the message of a run.
func (f *fixture) read(run campaign.Run, c campaign.Contact, kind campaign.EventKind, verdict campaign.Verdict) {
	f.t.Helper()
	d, _ := campaign.DeliveryID(run.ID, run.Shards, c.ID)
	must(f.t, f.store.Events.RecordEvents(context.Background(), []*campaign.Event{{
		ID: campaign.EventID(run.ID, kind, verdict, c.ID, 0), Run: run.ID, Campaign: run.Campaign, Kind: kind, Verdict: verdict, Delivery: d, Contact: c.ID, Reader: c.ID, At: f.now(),
	}}))
}

// follow makes a follow-up of the fixture's campaign, and starts it.
func (f *fixture) follow(again bool) campaign.Run {
	f.t.Helper()
	c, err := f.store.Follows.CreateFollow(f.t.Context(), &store.NewFollow{
		Name: "Still two seats", Title: "Still two seats", Follow: campaign.Follow{Kind: campaign.FollowUnknown, Source: f.campaign.ID, Days: 3, Again: again},
		Subjects: campaign.Texts{campaign.English: "Still two seats", campaign.SerbianLatin: "Još dva mesta"},
	})
	must(f.t, err)
	return f.startFor(c.ID)
}

func (f *fixture) startFor(id string) campaign.Run {
	f.t.Helper()
	c, err := f.store.Sending.SendNow(f.t.Context(), id, 0)
	must(f.t, err)
	r, err := f.store.Sending.StartRun(f.t.Context(), id, campaign.Slot{At: c.NextAt}, campaign.TriggerHand, func(*campaign.Release) []campaign.Link { return nil })
	must(f.t, err)
	return r
}

func (f *fixture) reasons(run string) map[string]int64 {
	f.t.Helper()
	counts, err := f.store.Recipients.CountReasons(f.t.Context(), run, campaign.Skipped)
	must(f.t, err)
	out := map[string]int64{}
	for _, c := range counts {
		out[c.Reason] = c.Count
	}
	return out
}

// A follow-up reaches those of whom nothing is known, and nobody who opened, clicked, left, replied or complained, also not who did so
// between planning and their own message.
func TestFollowUpReachesNobodyWhoLeftInBetween(t *testing.T) {
	t.Parallel()
	onBothStores(t, 12, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		f.track()
		p := newMailServer(1)
		p.refuse = func(to string, _ int) campaign.Outcome {
			if to == "reader0007@example.org" {
				return campaign.Outcome{Result: campaign.ResultRefused, Code: 550, Answer: "550 5.2.1 mailbox disabled"}
			}
			return campaign.Outcome{}
		}
		source := f.startRun()
		must(t, f.scheduler(p, nil).SendRun(ctx, source.ID))
		reader := f.readers()
		at := func(n string) campaign.Contact { return reader["reader000"+n+"@example.org"] }
		f.join("later@example.org")

		f.read(source, at("0"), campaign.Opened, campaign.Human)
		f.read(source, at("1"), campaign.Clicked, campaign.Human)
		f.read(source, at("2"), campaign.Opened, campaign.Machine)
		must(t, f.store.Journal.Log(ctx, campaign.Entry{Kind: campaign.RepliedEntry, Contact: at("3").ID}))
		f.leave(at("4"))
		_, err := f.store.Contacts.UpdateContact(ctx, at("5").ID, func(c *campaign.Contact) error { c.LimitTracking(campaign.NoTracking, f.now(), "form"); return nil })
		must(t, err)
		f.step(3*24*time.Hour + time.Minute)

		e, err := f.store.Follows.FollowAudience(ctx, &campaign.Follow{Kind: campaign.FollowUnknown, Source: f.campaign.ID, Days: 3})
		must(t, err)
		count, err := f.store.Audiences.CountAudience(ctx, e)
		must(t, err)
		if count.Members != 11 || count.Reached != 6 { // who left is no member any more, who joined is not asked
			t.Errorf("it would reach %d of %d: %v", count.Reached, count.Members, count.LeftOut)
		}

		run := f.follow(false)
		const age = 10 * time.Millisecond
		sofar := p.count()
		var order []string
		p.check = func(m campaign.Message) { order = append(order, m.To) }
		p.onTaken = func(n int) { // the first message is out: the others are planned and wait
			if n != sofar+1 {
				return
			}
			f.read(source, at("8"), campaign.Opened, campaign.Human)
			f.read(source, at("9"), campaign.Clicked, campaign.Human)
			f.leave(reader["reader0010@example.org"])
			must(t, f.store.Journal.Log(context.Background(), campaign.Entry{Kind: campaign.RepliedEntry, Contact: reader["reader0011@example.org"].ID}))
			since := time.Now()
			waitFor(t, func() bool { return time.Since(since) > 2*age })
		}
		s := f.scheduler(p, nil)
		s.sender.vetting.age = age // what was looked at before that is looked at anew
		must(t, s.SendRun(ctx, run.ID))
		states, reasons := f.states(run.ID), f.reasons(run.ID)
		got := f.took(run.ID)
		for _, to := range order[min(2, len(order)):] { // the first, and the one that was announced with it
			if !slices.Contains([]string{"reader0002@example.org", "reader0006@example.org"}, to) {
				t.Errorf("%s got it; left out: %v", to, reasons)
			}
		}
		if states[campaign.Accepted]+states[campaign.Skipped] != 11 || !slices.Contains(got, "reader0002@example.org") || !slices.Contains(got, "reader0006@example.org") || len(got) > 4 {
			t.Errorf("%v; %v got it, left out: %v", states, got, reasons)
		}
		if reasons["nothing can be known of what this reader reads"] != 1 || reasons["the mail that this one follows could not be delivered to this reader"]+reasons["the contact is bounced"] != 1 {
			t.Errorf("left out: %v", reasons)
		}
		c, err := f.store.Campaigns.GetCampaign(ctx, run.Campaign)
		must(t, err)
		if r, err := f.store.Runs.GetRun(ctx, run.ID); err != nil || r.State != campaign.Sent || c.State != campaign.Sent || r.Deliveries != 11 {
			t.Errorf("the run: %s, %d planned, the campaign: %s, %v", r.State, r.Deliveries, c.State, err)
		}

		second := f.follow(false) // at most one follow-up reaches a person
		must(t, f.scheduler(p, nil).SendRun(ctx, second.ID))
		if again := f.took(second.ID); slices.ContainsFunc(again, func(to string) bool { return slices.Contains(got, to) }) {
			t.Errorf("a second follow-up reached %v after %v", again, got)
		}
		third := f.follow(true) // unless that is meant
		must(t, f.scheduler(p, nil).SendRun(ctx, third.ID))
		if again := f.took(third.ID); !slices.Contains(again, "reader0006@example.org") {
			t.Errorf("one that is meant for all of them reached %v", again)
		}
	})
}

// join puts somebody new on the press list, now.
func (f *fixture) join(email string) {
	f.t.Helper()
	c := campaign.Contact{Email: email, Kind: campaign.Journalist}
	c.Subscribe(campaign.Membership{List: f.list.ID, Status: campaign.Subscribed, Basis: campaign.LegitimateInterest, Since: f.now()}, false)
	must(f.t, f.store.Contacts.CreateContact(f.t.Context(), &c))
}

// leave takes a reader off the press list by their own act.
func (f *fixture) leave(c campaign.Contact) {
	f.t.Helper()
	_, err := f.store.Contacts.UpdateContact(context.Background(), c.ID, func(c *campaign.Contact) error {
		c.Leave(f.list.ID, campaign.Unsubscribed, f.now())
		return nil
	})
	must(f.t, err)
}

// took returns the addresses whose messages of a run were taken.
func (f *fixture) took(run string) (out []string) {
	f.t.Helper()
	ds, _, err := f.store.Deliveries.FindDeliveries(f.t.Context(), run, campaign.Accepted, campaignPage())
	must(f.t, err)
	for _, d := range ds {
		out = append(out, d.Email)
	}
	return out
}

// What must be mended before a follow-up leaves is said before anything is stored, and again when it is sent.
func TestFollowUpIsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 1)
	ctx := t.Context()
	f.track()
	make := func(change func(*store.NewFollow)) error {
		n := store.NewFollow{
			Name: "Again", Title: "Again", Follow: campaign.Follow{Kind: campaign.FollowUnknown, Source: f.campaign.ID, Days: 3},
			Subjects: campaign.Texts{campaign.English: "Still two seats", campaign.SerbianLatin: "Još dva mesta"},
		}
		if change != nil {
			change(&n)
		}
		_, err := f.store.Follows.CreateFollow(ctx, &n)
		return err
	}
	refuses := func(what, words string, err error) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v", what, err)
		}
	}
	refuses("nothing sent yet", "sent nothing yet", make(nil))
	must(t, f.scheduler(newMailServer(1), nil).SendRun(ctx, f.startRun().ID))
	refuses("no subject", "needs a subject", make(func(n *store.NewFollow) { n.Subjects = campaign.Texts{campaign.English: "Still two seats"} }))
	refuses("the same subject in other letters", "write another", make(func(n *store.NewFollow) {
		n.Subjects[campaign.SerbianLatin] = "RE: Редакције уче да штите жртве!"
	}))
	refuses("the same release", "write another", make(func(n *store.NewFollow) { n.Release = f.campaign.Release }))
	refuses("no days", "number of days", make(func(n *store.NewFollow) { n.Follow.Days = 0 }))
	refuses("another release for who joined", "the same release", make(func(n *store.NewFollow) {
		r := campaign.Release{Title: "Other", Versions: []campaign.Version{{Language: campaign.English, Headline: "Other"}}}
		must(t, f.store.Releases.CreateRelease(ctx, &r))
		n.Follow, n.Release = campaign.Follow{Kind: campaign.FollowJoined, Source: f.campaign.ID}, r.ID
	}))
	drafts, _, err := f.store.Campaigns.FindCampaigns(ctx, campaign.Draft, store.Page{})
	must(t, err)
	if len(drafts) != 0 {
		t.Errorf("%d drafts stay of what was refused", len(drafts))
	}

	f.step(4 * 24 * time.Hour)
	run := f.follow(false)
	refuses("while another one goes out", "another follow-up", func() error {
		c, err := f.store.Follows.CreateFollow(ctx, &store.NewFollow{
			Name: "Second", Title: "Second", Follow: campaign.Follow{Kind: campaign.FollowUnknown, Source: f.campaign.ID, Days: 3},
			Subjects: campaign.Texts{campaign.English: "Last seats", campaign.SerbianLatin: "Poslednja mesta"},
		})
		must(t, err)
		c, err = f.store.Sending.SendNow(ctx, c.ID, 0)
		must(t, err)
		_, err = f.store.Sending.StartRun(ctx, c.ID, campaign.Slot{At: c.NextAt}, campaign.TriggerHand, func(*campaign.Release) []campaign.Link { return nil })
		return err
	}())
	must(t, f.scheduler(newMailServer(1), nil).SendRun(ctx, run.ID))
	refuses("a follow-up to a follow-up", "third time", make(func(n *store.NewFollow) {
		n.Follow.Source, n.Subjects = run.Campaign, campaign.Texts{campaign.English: "One seat", campaign.SerbianLatin: "Jedno mesto"}
	}))

	// somebody gives it the old subject once it was made
	c, err := f.store.Follows.CreateFollow(ctx, &store.NewFollow{
		Name: "Third", Title: "Third", Follow: campaign.Follow{Kind: campaign.FollowUnknown, Source: f.campaign.ID, Days: 3, Again: true},
		Subjects: campaign.Texts{campaign.English: "Anything", campaign.SerbianLatin: "Bilo šta"},
	})
	must(t, err)
	_, err = f.store.Releases.UpdateRelease(ctx, c.Release, func(r *campaign.Release) error {
		r.Versions = slices.Clone(r.Versions)
		r.Versions[0].Subject = ""
		return nil
	})
	must(t, err)
	_, err = f.store.Sending.SendNow(ctx, c.ID, 0)
	refuses("the old subject put back", "write another", err)
}

// A process that dies in the middle of a follow-up writes to nobody twice, and the next one knows what happened meanwhile.
func TestFollowUpIsRestarted(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 40)
	ctx := t.Context()
	f.track()
	source := f.startRun()
	must(t, f.scheduler(newMailServer(2), nil).SendRun(ctx, source.ID))
	f.step(4 * 24 * time.Hour)
	run := f.follow(false)
	p := newMailServer(2)
	dead := &crashing{}
	const ttl = 600 * time.Millisecond
	st := f.openCrashing(dead)
	p.onTaken = func(n int) {
		if n == 11 {
			dead.dead.Store(true)
		}
	}
	s := f.scheduler(p, func(c *setup) {
		c.Store, c.Node, c.LeaseTTL, c.Poll, c.Grace, c.Records = st, "dies", ttl, 20*time.Millisecond, time.Millisecond, time.Millisecond
	})
	dying, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- s.SendRun(dying, run.ID) }()
	waitFor(t, func() bool { return dead.dead.Load() })
	cancel()
	<-ended
	p.mu.Lock()
	taken := len(p.taken)
	p.mu.Unlock()
	for to, c := range f.readers() {
		if p.taken[to] == 0 && c.Email > "reader0020@example.org" {
			f.read(source, c, campaign.Opened, campaign.Human)
		}
	}
	p.onTaken = nil
	must(t, f.scheduler(p, func(c *setup) { c.Node, c.LeaseTTL = "next", ttl }).SendRun(ctx, run.ID))
	states := f.states(run.ID)
	if len(p.twice()) > 0 || states[campaign.Accepted]+states[campaign.Interrupted]+states[campaign.Skipped] != 40 || states[campaign.Skipped] == 0 {
		t.Errorf("%v after %d of the first, twice: %v", states, taken, p.twice())
	}
	for _, to := range f.took(run.ID) {
		if c := f.readers()[to]; to > "reader0020@example.org" && f.opened(source, c) && p.tries[to] == 0 {
			t.Errorf("%s opened it in between and got it", to)
		}
	}
}

func (f *fixture) opened(run campaign.Run, c campaign.Contact) bool {
	f.t.Helper()
	d, _ := campaign.DeliveryID(run.ID, run.Shards, c.ID)
	events, err := f.store.Recipients.EventsOfDeliveries(f.t.Context(), []string{d})
	must(f.t, err)
	return len(events[d]) > 0
}
