package scheduler

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// Who joins the list later gets the same release, each once: by a campaign made for them, and by itself where that was asked for.
func TestWhoJoinsLater(t *testing.T) {
	t.Parallel()
	onBothStores(t, 20, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		f.change(func(c *campaign.Campaign) { c.JoinDays = 7 })
		p := newMailServer(1)
		s := f.scheduler(p, nil)
		must(t, s.SendRun(ctx, f.startRun().ID))
		pass := func() (sent int) {
			t.Helper()
			before := p.count()
			must(t, s.due.fireJoined(ctx))
			runs, err := f.store.Runs.FindRunsIn(ctx, campaign.Sending)
			must(t, err)
			for _, r := range runs {
				must(t, s.SendRun(ctx, r.ID))
			}
			return p.count() - before
		}
		c := f.reload()
		if got := pass(); got != 0 || c.JoinUntil.IsZero() {
			t.Fatalf("%d got it though nobody joined; until %s", got, c.JoinUntil)
		}
		f.step(time.Hour)
		both := f.add("elsewhere@example.org", f.excluded)
		f.join("first@example.org")
		f.join("second@example.org")
		if got := pass(); got != 2 {
			t.Errorf("%d got it of two who joined", got)
		}
		if c = f.reload(); c.State != campaign.Sent || c.Note != "" {
			t.Errorf("the campaign is %s afterwards: %s", c.State, c.Note)
		}
		if r, err := f.store.Runs.GetRun(ctx, c.LastRun); err != nil || r.Trigger != campaign.TriggerHand {
			t.Errorf("its results are those of a run by %s: %v", r.Trigger, err)
		}
		if got := pass(); got != 0 {
			t.Errorf("%d got it again", got)
		}
		f.step(time.Minute)
		_, err := f.store.Contacts.UpdateContact(ctx, both.ID, func(c *campaign.Contact) error {
			c.Subscribe(campaign.Membership{List: f.list.ID, Status: campaign.Subscribed, Basis: campaign.LegitimateInterest, Since: f.now()}, true)
			return nil
		})
		must(t, err)
		_, err = f.store.Releases.UpdateRelease(ctx, f.campaign.Release, func(r *campaign.Release) error { r.Embargo, r.Zone = f.now().Add(time.Hour), "UTC"; return nil })
		must(t, err)
		if got := pass(); got != 0 || !f.reload().JoinUntil.IsZero() || !strings.Contains(f.reload().Note, "was changed since") {
			t.Errorf("%d got a text that was changed since: %q", got, f.reload().Note)
		}

		make := func() (campaign.Campaign, error) {
			return f.store.Follows.CreateFollow(ctx, &store.NewFollow{Name: "To who joined", Follow: campaign.Follow{Kind: campaign.FollowJoined, Source: f.campaign.ID}})
		}
		if _, err := make(); err == nil || !strings.Contains(err.Error(), "embargo") {
			t.Errorf("under embargo: %v", err)
		}
		f.step(2 * time.Hour)
		follow, err := make()
		must(t, err)
		run := f.startFor(follow.ID)
		must(t, s.SendRun(ctx, run.ID))
		if got := f.took(run.ID); !slices.Equal(got, []string{"elsewhere@example.org"}) || f.reasons(run.ID)["got this release before"] != 2 || len(p.twice()) > 0 {
			t.Errorf("by hand %v got it, left out: %v, twice: %v", got, f.reasons(run.ID), p.twice())
		}
	})
}

// Many who join at once are another audience than the one that was approved: a person decides.
func TestManyJoinAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 5)
	ctx := t.Context()
	f.change(func(c *campaign.Campaign) { c.JoinDays = 7 })
	p := newMailServer(1)
	s := f.scheduler(p, nil)
	must(t, s.SendRun(ctx, f.startRun().ID))
	f.step(time.Hour)
	for i := range 11 {
		f.join("new" + string(rune('a'+i)) + "@example.org")
	}
	must(t, s.due.fireJoined(ctx))
	c := f.reload()
	if p.count() != 5 || !c.JoinUntil.IsZero() || campaign.OwnWords(c.Note).Format == "%s" || !strings.HasPrefix(c.Note, "many came") {
		t.Errorf("%d messages, until %s: %q", p.count(), c.JoinUntil, c.Note)
	}
}
