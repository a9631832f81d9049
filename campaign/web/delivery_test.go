package web

import (
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

func TestRecipientsAreFilteredAndTriedAgain(t *testing.T) {
	n := newNewsroom(t, 0)
	_, run := n.sent(campaign.Failed, campaign.Failed, campaign.Failed, campaign.Accepted, campaign.Interrupted)
	table := "/runs/" + run.ID + "/recipients"
	n.signInAs(campaign.Viewer)
	n.get(table+"?state=failed").want(t, 200, "failed0@", "failed2@")
	n.post("/runs/"+run.ID+"/retry", "all=1").want(t, 403)
	n.get(table+"/export").want(t, 403)
	n.signInAs(campaign.Editor)
	a := n.get(table + "?state=failed&provider=Example.Test&language=en&q=failed1")
	a.want(t, 200, "failed1@", "Try all that this table shows once more")
	checkMarkup(t, a)
	if strings.Contains(a.Body, "failed0@") {
		t.Error("the text is not looked for")
	}
	for _, query := range []string{"?provider=nowhere.example", "?language=fr", "?code=451", "?q=nobody", "?state=deferred"} {
		a := n.get(table + query)
		a.want(t, 200, "Nobody")
		checkMarkup(t, a)
	}
	n.get(table).want(t, 200, "example.test", "interrupted4@")
	n.get(table+"?state=%00&code=x&language=zz&provider="+strings.Repeat("x", 2000)).want(t, 200, "Nobody")
	n.get(table+"?state=interrupted").want(t, 200, "Send 1 again")
	n.get(table+"/export").want(t, 403, "a right of its own")
	n.letExport()
	if a := n.get(table + "/export?format=xlsx&state=failed"); a.Status != 200 || !strings.HasPrefix(a.Body, "PK") {
		t.Errorf("a workbook: %d", a.Status)
	}
	ds, _, err := n.store.Deliveries.FindDeliveries(t.Context(), run.ID, campaign.Failed, store.Page{})
	must(t, err)
	n.post("/runs/"+run.ID+"/retry", "asking=state=failed").want(t, 200, "Nobody was chosen")
	n.post("/runs/"+run.ID+"/retry", "asking=state=failed", "id="+ds[0].ID).want(t, 200, "1 message goes again")
	n.post("/runs/"+run.ID+"/retry", "asking=state=failed&q=nobody", "all=1").want(t, 200, "Nothing goes again")
	n.post("/runs/"+run.ID+"/retry", "asking=state=failed", "all=1").want(t, 200, "2 messages go again")
	n.post("/runs/nosuch/retry", "all=1").want(t, 404)
}
