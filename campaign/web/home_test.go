package web

import (
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

func TestHomeLeadsThroughTheFirstSteps(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	body := s.get("/").Body
	for _, want := range []string{"Make the first list", "Bring in your contacts", "Write the first release"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is not on the home page", want)
		}
	}
	if strings.Contains(body, "Add a sender") {
		t.Error("an editor is sent to the settings, which are an admin's")
	}
	s.post("/lists/new", "name=Press", "tracking=aggregate")
	if body = s.get("/").Body; strings.Contains(body, `href="/lists/new"><strong>`) || !strings.Contains(body, `class="done"`) {
		t.Error("the first list is made, and the step is not ticked")
	}
	s.post("/home/steps", "skip=contacts")
	if body = s.get("/").Body; strings.Contains(body, "Bring in your contacts") {
		t.Error("a step that was skipped is shown")
	}
	s.post("/home/steps", "skip=rubbish")
	s.post("/home/steps", "skip=release")
	if body = s.get("/").Body; strings.Contains(body, "Where to begin") {
		t.Error("all is done or skipped, and the steps are shown")
	}
	s.post("/home/steps")
	if body = s.get("/").Body; !strings.Contains(body, "Bring in your contacts") {
		t.Error("the skipped steps do not come back")
	}
	s.signInAs(campaign.Viewer)
	if body = s.get("/").Body; strings.Contains(body, "Where to begin") || strings.Contains(body, "New campaign") {
		t.Error("a viewer is offered what a viewer may not do")
	}
}

func TestHomeSaysWhatWaits(t *testing.T) {
	s := newSite(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	c := campaign.Contact{Email: "ana@example.org"}
	must(s.store.Contacts.CreateContact(t.Context(), &c))
	must(s.store.Requests.CreateRequest(t.Context(), &campaign.Request{Kind: campaign.RequestKinds[0], Contact: c.ID, Person: "Ana", Identity: "by phone", ReceivedAt: time.Now().AddDate(0, 0, -2)}))
	must(s.store.Campaigns.CreateCampaign(t.Context(), &campaign.Campaign{Name: "Draft"}))
	r := campaign.Release{Kind: campaign.PressRelease, Source: campaign.English, Title: "Later"}
	must(s.store.Releases.CreateRelease(t.Context(), &r))
	waits := campaign.Campaign{Name: "Not ready", Release: r.ID}
	must(s.store.Campaigns.CreateCampaign(t.Context(), &waits))
	_, err := s.store.Campaigns.UpdateCampaign(t.Context(), waits.ID, func(c *campaign.Campaign) error {
		c.State, c.NextAt = campaign.Scheduled, time.Now().Add(time.Hour)
		return nil
	})
	must(err)
	s.signInAs(campaign.Editor)
	body := s.get("/").Body
	for _, want := range []string{"1 request about data waits for an answer; it is due by", "1 campaign is a draft", "“Not ready” is scheduled, but its text cannot be sent as it is.", "Take off the schedule"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is not on an editor's home page", want)
		}
	}
	s.signInAs(campaign.Viewer)
	body = s.get("/").Body
	for _, not := range []string{"request about data", "is a draft", "Take off the schedule"} {
		if strings.Contains(body, not) {
			t.Errorf("%q is on a viewer's home page", not)
		}
	}
}

func TestHomeHoldsARunAgainstThePast(t *testing.T) {
	p := &homePage{Page: Page{Language: campaign.English}}
	run := func(accepted, returned, left, read int64) campaign.Figures {
		return campaign.Figures{Audience: accepted + returned, Accepted: accepted, Failed: returned, Returned: returned, Unsubscribed: left, Opened: campaign.Verdicts{People: 1, Times: read}}
	}
	before := []campaign.Figures{run(100, 1, 1, 20), run(200, 2, 2, 44), run(100, 1, 1, 21), run(0, 0, 0, 0)}
	got := held(&p.Page, campaign.Run{}, campaign.Campaign{}, run(100, 10, 1, 40), before)
	var words []string
	for _, line := range got.Trends {
		words = append(words, line.Words)
	}
	if said := strings.Join(words, "; "); said != "Read by more than usual; More returned than usual" {
		t.Errorf("said: %s", said)
	}
	if len(got.Shares) != 4 || got.Picture != "Read at most: 40%, in the median of the 3 before it 21%" {
		t.Errorf("drawn: %v, %s", got.Shares, got.Picture)
	}
	if got = held(&p.Page, campaign.Run{}, campaign.Campaign{}, run(100, 10, 1, 40), before[:2]); got.Trends != nil || got.Shares != nil {
		t.Errorf("two runs say what is usual: %+v", got)
	}
}
