package web

import (
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// TestFollowUpPage makes a follow-up from the results of a campaign, and one for who joined later.
func TestFollowUpPage(t *testing.T) {
	n := newNewsroom(t, 2)
	n.signInAs(campaign.Editor)
	unsent := n.draft()
	n.get("/campaigns/"+unsent.ID+"/follow").want(t, 409, "has sent nothing yet")
	c, run := n.sent(campaign.Accepted, campaign.Failed)
	path := "/campaigns/" + c.ID
	_, err := n.store.Runs.UpdateRun(t.Context(), run.ID, func(r *campaign.Run) error {
		r.State, r.Planned, r.EndedAt = campaign.Sent, true, time.Now()
		return nil
	})
	must(t, err)
	_, err = n.store.Campaigns.UpdateCampaign(t.Context(), c.ID, func(c *campaign.Campaign) error { c.State = campaign.Sent; return nil })
	must(t, err)
	n.get(path+"/results").want(t, 200, "Write again", "To those of whom nothing is known", "/follow?kind=joined")
	n.get(path+"/follow?kind=quiet&days=5").want(t, 200, "Nobody can be said not to have opened a mail", `value="5"`, "of whom nothing is known", "nothing can be known of what this reader reads", "could not be delivered to this reader")
	n.get(path+"/follow?kind=quiet&run=another").want(t, 404)
	n.get(path+"/follow?kind=all").want(t, 200, "Give a number of days")
	r, err := n.store.Releases.GetRelease(t.Context(), c.Release)
	must(t, err)
	fields := []string{"kind=quiet", "name=Once more", "days=x"}
	for _, v := range r.Versions {
		fields = append(fields, "subject_"+string(v.Language)+"=Re: "+v.SubjectLine())
	}
	n.post(path+"/follow", fields...).want(t, 422, "Give a number of days from 1 to 90", "write another", "Re: ")
	fields = []string{"kind=quiet", "name=Once more", "days=3", "once=" + campaign.NewID(time.Now())}
	for _, v := range r.Versions {
		fields = append(fields, "subject_"+string(v.Language)+"=Two seats are left")
	}
	n.post(path+"/follow", fields...).want(t, 200, "It is there as a draft", "of whom no open and no click is known after 3 days", "Nobody would get it")
	n.post(path+"/follow", fields...).want(t, 200, "It is there as a draft") // pressed twice
	made, _, err := n.store.Campaigns.FindCampaignsNamed(t.Context(), "Once more", campaign.Draft, pageOf(10))
	if err != nil || len(made) != 1 || made[0].Follow.Source != c.ID || made[0].Schedule.Kind != campaign.Once {
		t.Fatalf("made: %+v, %v", made, err)
	}
	n.get("/campaigns/"+made[0].ID+"/audience").want(t, 200, "of whom no open and no click is known after 3 days", "The campaign it follows")
	n.get(path+"/follow?kind=joined").want(t, 200, "Send it to who joined later", "see whether its dates and invitations still hold")
	n.post(path+"/follow", "kind=joined", "name=Newcomers").want(t, 200, "It is there as a draft", "To who came to its lists after")
	n.post(path+"/stop-joining").want(t, 200, "It does not go to who joins its lists any more")
	n.signInAs(campaign.Viewer)
	if a := n.get(path + "/results"); strings.Contains(a.Body, "Write again") {
		t.Error("who only looks is offered to write")
	}
}
