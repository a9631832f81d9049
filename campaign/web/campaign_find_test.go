package web

import (
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

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

// latinWord is a word in Latin letters, which in a Cyrillic panel is data or a code.
var latinWord = regexp.MustCompile(`[A-Za-z]{3,}`)

// In the Cyrillic panel no word of a run that is going out, paused or cancelled is left in another language, but what servers and
// people wrote.
func TestRunsAreToldInTheUsersLanguage(t *testing.T) {
	n := newNewsroom(t, 0)
	u := n.signInAs(campaign.Editor)
	_, err := n.store.Users.UpdateUser(t.Context(), u.ID, func(u *campaign.User) error { u.Language = campaign.SerbianCyrillic; return nil })
	must(t, err)
	c, run := n.sent(campaign.Accepted, campaign.Queued, campaign.Interrupted, campaign.Deferred)
	must(t, n.store.Deliveries.Drop(t.Context(), []string{n.first(run, campaign.Queued)}, campaign.Skipped, "the contact left"))
	must(t, n.store.Progress.SaveProgress(t.Context(), &campaign.Progress{
		ID: campaign.ProgressID(run.ID, "a"), Run: run.ID, Taken: 5, PerSecond: 12.4, Average: 9.5, Connections: 2, Limit: 10, Pace: 50, At: time.Now(),
		Trouble: "the mail server cannot be used: connection refused: nobody listens at port 25 of a.b",
		Servers: []campaign.ServerState{{Open: 2, Limit: 10, Circuit: campaign.CircuitTrying, Why: "no answer in time"}},
		Phases:  []campaign.PhaseTime{{Phase: "answer", Seconds: 9, Count: 450}, {Phase: "keeping the pace", Seconds: 1, Count: 450}},
		Answers: []campaign.Answer{{Text: "the connection failed before the message was sent: the server closed it", At: time.Now()}},
	}))
	data := regexp.MustCompile(`Helpline(?: to the press)?|Press(?: Office)?|Srpski \(latinica\)|Français|cron|HYPERLINK|(?:accepted|queued|interrupted|deferred|sent)\d?|example|test|Europe/Belgrade|Test editor|editor@example\.org|CES?T|Message-ID|CSV|Excel|glasnik serve|no|Ново|English|Press Office|press@example\.org|https?://\S+`)
	look := func(path string) {
		t.Helper()
		a := n.get(path)
		a.want(t, 200)
		_, main, _ := strings.Cut(a.Body, "<main ")
		main, _, _ = strings.Cut(main, "</main>")
		text := html.UnescapeString(regexp.MustCompile(`(?s)<svg.*?</svg>|<[^>]*>`).ReplaceAllString("<"+main, "\n"))
		if words := latinWord.FindAllString(data.ReplaceAllString(text, ""), -1); len(words) > 0 {
			t.Errorf("%s says %q", path, words)
		}
	}
	paths := []string{"/campaigns/" + c.ID, "/campaigns/" + c.ID + "/audience", "/campaigns/" + c.ID + "/schedule", "/campaigns/" + c.ID + "/check", "/campaigns/" + c.ID + "/results", "/runs/" + run.ID, "/runs/" + run.ID + "/recipients", "/campaigns", "/campaigns/" + c.ID + "/cancel"}
	for _, path := range paths {
		look(path)
	}
	n.post("/campaigns/"+c.ID+"/pause").want(t, 200, "Заустављено.")
	for _, path := range paths {
		look(path)
	}
	n.post("/campaigns/"+c.ID+"/cancel").want(t, 200, "Кампања је отказана.")
	for _, path := range paths[:8] {
		look(path)
	}
	n.post("/campaigns/"+c.ID+"/resume").want(t, 409, "Само паузирана кампања може да се настави; кампања је отказана.")
}

// first returns the id of the first delivery of a run in a state.
func (n *newsroom) first(run campaign.Run, state campaign.DeliveryState) string {
	ds, _, err := n.store.Deliveries.FindDeliveries(n.t.Context(), run.ID, state, store.Page{Limit: 1})
	must(n.t, err)
	return ds[0].ID
}
