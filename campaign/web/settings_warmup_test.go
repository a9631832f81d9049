package web

import (
	"testing"

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
