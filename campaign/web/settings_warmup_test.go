package web

import (
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// TestWarmUpPage makes a plan, refuses one that is none, and forgets what a provider has taught.
func TestWarmUpPage(t *testing.T) {
	n := newNewsroom(t, 0)
	n.signInAs(campaign.Admin)
	a := n.get("/settings/warmup")
	a.want(t, 200, "Another domain", "200 messages on the first day", "20,000 a day")
	checkMarkup(t, a)
	a = n.post("/settings/warmup", "domain=news.example.org", "start=", "first=x", "factor=", "most=")
	a.want(t, 422, "The plan of news.example.org needs the day it begins on")
	checkMarkup(t, a)
	a = n.post("/settings/warmup", "domain=@News.Example.org", "start=2026-11-20", "first=", "factor=2", "most=1000")
	a.want(t, 200, "Saved", `value="news.example.org"`, "400", "800")
	checkMarkup(t, a)
	l, err := n.store.Providers.SlowDown(t.Context(), "gmail.com", "mail.example.org:587", 8, 421, "421 4.7.28 unusual rate")
	must(t, err)
	a = n.get("/settings/sending")
	a.want(t, 200, "Slowed down by itself", "4.0 messages a second", "unusual rate", "over mail.example.org:587")
	checkMarkup(t, a)
	n.post("/settings/sending/learned", "id="+l.ID).want(t, 200, "What was learned of gmail.com is forgotten")
	n.post("/settings/sending/learned", "id="+l.ID).want(t, 404)
}

// What waits for tomorrow is let go where a plan is raised or ended, and not where it stays or is lowered.
func TestRaisedWarmUp(t *testing.T) {
	day := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	plan := func(first int64, start string) []campaign.WarmUp {
		return []campaign.WarmUp{{Domain: "example.org", Start: start, First: first, Factor: 2, Most: 1000}}
	}
	before := warmUpPlan{WarmUp: plan(50, "2026-05-04")[0], Allowed: 50}
	for name, c := range map[string]struct {
		plans []campaign.WarmUp
		goes  bool
	}{
		"raised": {plan(60, "2026-05-04"), true}, "begun sooner": {plan(50, "2026-05-03"), true}, "over": {plan(50, "2026-01-01"), true}, "ended": {nil, true},
		"the same": {plan(50, "2026-05-04"), false}, "lowered": {plan(40, "2026-05-04"), false},
	} {
		if before.raisedBy(c.plans, day, time.UTC) != c.goes {
			t.Error(name)
		}
	}
}

// What waits under a plan is told before it leaves and while it does, by the installation's day wherever the reader of the page is.
func TestWarmUpIsToldWithACampaign(t *testing.T) {
	n := newNewsroom(t, 3)
	ctx := t.Context()
	user := n.signInAs(campaign.Admin)
	belgrade, err := time.LoadLocation("Europe/Belgrade")
	must(t, err)
	begins, _ := campaign.DayOf(n.server.Now(), belgrade)
	set := func(first int64) {
		_, err := n.store.Settings.UpdateSettings(ctx, func(s *campaign.Settings) error {
			s.Zone, s.WarmUps = "Europe/Belgrade", []campaign.WarmUp{{Domain: "example.org", Start: begins.Format(time.DateOnly), First: first, Factor: 1.5, Most: 1000}}
			return nil
		})
		must(t, err)
	}
	set(4)
	must(t, n.store.Providers.SaveWarmDay(ctx, campaign.WarmDay{ID: "example.org", Day: begins.UTC(), Used: 2}))
	_, err = n.store.Users.UpdateUser(ctx, user.ID, func(u *campaign.User) error { u.Zone = "Pacific/Auckland"; return nil })
	must(t, err)
	n.get("/settings/warmup").want(t, 200, "Today 2 of 4 messages have left; 0 wait.")
	n.settled("/campaigns/"+n.draft().ID+"/check").want(t, 200, "example.org is being warmed up: of 3 messages 2 leave on the first day, the last on "+begins.AddDate(0, 0, 1).Format("2 Jan 2006"))
	_, run := n.sent(campaign.Queued, campaign.Queued, campaign.Queued)
	a := n.get("/runs/" + run.ID + "/progress")
	a.want(t, 200, "example.org is being warmed up: 2 of today’s 4 messages have left. Of the 3 that wait here 2 leave today, the last on "+begins.AddDate(0, 0, 1).Format("2 Jan 2006"))
	set(100)
	n.get("/runs/"+run.ID+"/progress").want(t, 200, "2 of today’s 100 messages have left. All that wait here leave today.")
	set(2000)
	if a := n.get("/runs/" + run.ID + "/progress"); strings.Contains(a.Body, "warmed up") {
		t.Error("a plan that is over holds nothing back")
	}
}
