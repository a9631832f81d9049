package web

import (
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// TestNextEdition chooses that a campaign gathers, and decides about its next edition.
func TestNextEdition(t *testing.T) {
	n := newNewsroom(t, 2)
	n.signInAs(campaign.Editor)
	c := n.draft()
	path := "/campaigns/" + c.ID
	rule := []string{"name=Weekly", "release=" + c.Release, "content=gather", "at_least=1", "at_most=1", "since=2020-01-01", "approve=true", "deadline=2", "late=wait", "no_intro="}
	n.post(path, append(rule, "at_least=none")[1:]...).want(t, 422, "The campaign needs a name")
	n.post(path, strings.Split(strings.ReplaceAll(strings.Join(rule, "&"), "at_least=1", "at_least=5"), "&")...).want(t, 422, "An edition cannot hold fewer stories than it needs", `value="5"`)
	n.post(path, rule...).want(t, 200, `value="gather" checked`, "/editions")
	n.get(path+"/editions").want(t, 200, "The next edition", "Make it now")
	for _, title := range []string{"First story", "Second story"} {
		r := campaign.Release{Title: title, Versions: []campaign.Version{{Language: campaign.English, Headline: title, Lead: "Lead."}}}
		if err := n.store.Releases.CreateRelease(t.Context(), &r); err != nil {
			t.Fatal(err)
		}
		n.post("/releases/"+r.ID+"/publish", "published_link=no page").want(t, 422, "This is not the address of a web page", "no page")
		n.post("/releases/"+r.ID+"/publish", "published_link=www.example.org/news").want(t, 200, "It is marked as published", "https://www.example.org/news")
	}
	n.post(path+"/editions/make").want(t, 200, "First story", "Nobody has approved it", "1 more waits for the edition after it")
	c, err := n.store.Campaigns.GetCampaign(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	o, err := n.store.Upcomings.NextEdition(t.Context(), &c)
	if err != nil {
		t.Fatal(err)
	}
	meant := "edition=" + o.Upcoming.ID
	n.post(path+"/editions/approve", meant, "seen=another").want(t, 422, "The edition has changed since this page was opened")
	n.post(path+"/editions/approve", "edition=another").want(t, 422, "Another edition is the next one by now")
	n.post(path+"/editions/approve", meant, "seen="+o.Release.Says()).want(t, 200, "approved it", "Take the approval back")
	n.post(path+"/editions/withdraw", meant).want(t, 200, "Nobody has approved it")
	if _, err := n.store.Releases.UpdateRelease(t.Context(), o.Release.ID, func(r *campaign.Release) error {
		r.Versions[0].Lead, r.Versions[0].UpdatedAt = "Written by hand.", time.Now()
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	n.get(path+"/editions").want(t, 200, "Somebody changed it by hand", "Second story", "Put it in", "Make it anew")
	n.post(path+"/editions/take-over", meant).want(t, 200, "What is new stands first among its stories", "Nothing new was published since")
	n.post(path+"/editions/remake", meant).want(t, 200, "The edition is made anew", "It follows what is published")
	n.get(path+"/check").want(t, 200, "The next edition waits: nobody has approved it")
	n.post(path+"/editions/skip", meant).want(t, 200, "It is skipped", "Test editor skipped it")
	n.get("/releases/"+o.Release.ID).want(t, 200, "An edition of a campaign")
}
