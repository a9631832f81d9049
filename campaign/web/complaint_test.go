package web

import (
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// Who reports mail as spam is shown by provider, and where that is too much a campaign leaves only with a reason.
func TestComplaintsAreShown(t *testing.T) {
	n := newNewsroom(t, 2)
	n.signInAs(campaign.Admin)
	a := n.get("/settings/sender")
	a.want(t, 200, "nobody reported a message as spam")
	checkMarkup(t, a)
	n = newNewsroom(t, 2)
	n.signInAs(campaign.Admin)
	_, run := n.sent(campaign.Accepted, campaign.Accepted, campaign.Accepted)
	ds, _, err := n.store.Deliveries.FindDeliveries(t.Context(), run.ID, campaign.Accepted, store.Page{})
	must(t, err)
	for _, d := range ds {
		must(t, n.store.Events.RecordEvents(t.Context(), []*campaign.Event{{ID: d.ID, Run: run.ID, Kind: campaign.ComplainedEvent, Delivery: d.ID, Contact: d.Contact, Reader: d.Contact, At: n.server.Now()}}))
	}
	a = n.get("/settings/sender")
	a.want(t, 200, "example.test", "Reported as spam", "–", "Wrong")
	checkMarkup(t, a)
	draft := n.draft()
	n.settled("/campaigns/"+draft.ID+"/check").want(t, 200, "example.test: 3 of 3 messages of the last 30 days were reported as spam", "From 3 in 1,000 providers refuse mail")
	n.post("/campaigns/"+draft.ID+"/send", "reason=").want(t, 422, "ay in a sentence why it goes out")
}
