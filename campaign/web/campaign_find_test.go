package web

import (
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// Campaigns are found by any part of the name, in either script, page by page.
func TestCampaignsAreFoundByName(t *testing.T) {
	n := newNewsroom(t, 0)
	n.signInAs(campaign.Editor)
	for _, name := range []string{"Vodič za novinare", "Водич за школе", "Nedeljni pregled", "Đaci i vodič"} {
		must(t, n.store.Campaigns.CreateCampaign(t.Context(), &campaign.Campaign{Name: name}))
	}
	table := n.get("/campaigns?q=%D0%B2%D0%BE%D0%B4%D0%B8%D1%87") // водич
	table.want(t, 200, "Vodič za novinare", "Водич за школе", "Đaci i vodič")
	if strings.Contains(table.Body, "Nedeljni pregled") {
		t.Error("it finds what has other names")
	}
	n.get("/campaigns?q=nobody").want(t, 200, "No campaign has this in its name.")
	p := store.Page{Limit: 2, Sort: "name"}
	first, next, err := n.store.Campaigns.FindCampaignsNamed(t.Context(), "vodic", "", p)
	must(t, err)
	p.After = next
	second, end, err := n.store.Campaigns.FindCampaignsNamed(t.Context(), "vodic", "", p)
	must(t, err)
	if len(first) != 2 || next == "" || len(second) != 1 || end != "" {
		t.Errorf("%d, %q, then %d, %q", len(first), next, len(second), end)
	}
}

// A copy is a draft with the same content and audience, and no time.
func TestCopyOfACampaign(t *testing.T) {
	n := newNewsroom(t, 2)
	n.signInAs(campaign.Editor)
	of, _ := n.sent(campaign.Accepted)
	n.post("/campaigns/"+of.ID+"/copy").want(t, 200, of.Name+" (copy)", "This is the copy")
	found, _, err := n.store.Campaigns.FindCampaignsNamed(t.Context(), "(copy)", campaign.Draft, store.Page{})
	must(t, err)
	if len(found) != 1 || found[0].Release != of.Release || len(found[0].Lists) != len(of.Lists) || found[0].LastRun != "" || found[0].Sender != of.Sender {
		t.Errorf("%+v", found)
	}
}

// A form that was left open while the campaign began to go out loses its button and says so; the tabs come before the steps.
func TestAFormLeftOpenLosesItsButton(t *testing.T) {
	n := newNewsroom(t, 2)
	n.signInAs(campaign.Editor)
	c, _ := n.sent(campaign.Queued)
	a := n.get("/campaigns/" + c.ID + "/moved?tab=audience&seen=draft")
	a.want(t, 200, `<div class="actions" id="save" hx-swap-oob="true"></div>`, "The campaign is going out.", "Nothing can be changed here any more")
	page := n.get("/campaigns/" + c.ID + "/audience")
	page.want(t, 200, "Stop now")
	main := page.Body[strings.Index(page.Body, "<main"):]
	if tabs, step := strings.Index(main, `class="tabs"`), strings.Index(main, "/pause"); tabs < 0 || step < tabs || strings.Contains(main[:tabs], "<a ") {
		t.Error("something stands before the tabs")
	}
}
