package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// recognised adds to a run the message to a journalist of an outlet who agreed to be recognised, and returns all three.
func (n *newsroom) recognised(c campaign.Campaign, run campaign.Run) (office campaign.Organisation, vesna campaign.Contact, delivery string) {
	ctx := n.t.Context()
	office = campaign.Organisation{Name: "Glas Primera", Kind: campaign.Outlet, Place: "Novi Sad"}
	must(n.t, n.store.Organisations.CreateOrganisation(ctx, &office))
	vesna = campaign.Contact{Email: "vesna@example.org", FirstName: "Vesna", LastName: "Savić", Phone: "+381 60 111 222", Kind: campaign.Journalist, Organisation: office.ID}
	must(n.t, n.store.Contacts.CreateContact(ctx, &vesna))
	delivery, shard := campaign.DeliveryID(run.ID, run.Shards, vesna.ID)
	at := time.Now()
	must(n.t, n.store.Deliveries.PlanDeliveries(ctx, []*campaign.Delivery{{ID: delivery, Run: run.ID, Campaign: c.ID, Contact: vesna.ID, Shard: shard, Email: vesna.Email, Name: "Vesna Savić",
		Domain: "example.org", Language: campaign.English, Tracking: campaign.Individual, State: campaign.Accepted, SentAt: at, LastAt: at}}))
	return office, vesna, delivery
}

// Every number on the pages of a run leads to its rows, and who is counted together is in no line.
func TestWhoReadARun(t *testing.T) {
	n := newNewsroom(t, 0)
	c, run := n.sent(campaign.Accepted, campaign.Accepted, campaign.Failed)
	ctx := t.Context()
	office, vesna, id := n.recognised(c, run)
	at := time.Now()
	did := func(kind campaign.EventKind, link int64) *campaign.Event {
		return &campaign.Event{ID: campaign.EventID(run.ID, kind, campaign.Human, id, link), Run: run.ID, Campaign: c.ID, Kind: kind, Verdict: campaign.Human, Delivery: id, Contact: vesna.ID, Reader: id, Link: link, At: at}
	}
	ahead := did(campaign.Opened, 0)
	ahead.ID, ahead.Verdict, ahead.Rule, ahead.Delivery, ahead.Contact, ahead.Reader = "ahead", campaign.Machine, "F-03", "", "", "apple"
	must(t, n.store.Events.RecordEvents(ctx, []*campaign.Event{did(campaign.Opened, 0), did(campaign.Clicked, 0), did(campaign.Clicked, 1), ahead}))

	n.signInAs(campaign.Editor)
	n.post("/contacts/"+vesna.ID+"/note", "kind=replied", "text=She calls back").want(t, 200)
	of := "/runs/" + run.ID
	rows := of + "/recipients?"
	n.get(of).want(t, 200, `id="part-server"`, "Better or worse than usual", "Journalists worth a call", "381 60 111 222", "followed a link", "wrote back", "1 of 3", "2 are counted together", "By estimate, 50% of all loads",
		"by=outlet&amp;did=clicked&amp;group="+office.ID)
	n.get(of+"/readers?by=place").want(t, 200, "Novi Sad", "by=place&amp;did=nothing_known&amp;group=Novi")
	n.get(of+"/server").want(t, 200, "By mail domain", "example.test", "Balance sheet")
	n.get(of+"/letter").want(t, 200, "/letter/frame?version=en", "clicked&amp;link=1")
	n.get(of+"/letter/frame?version=en").want(t, 200, ">1: 1×</span>", "New helpline opens")
	for query, want := range map[string][2]string{
		"by=outlet&group=" + office.ID + "&did=clicked":       {"Vesna Savić", "HYPERLINK"},
		"by=outlet&group=" + office.ID + "&did=nothing_known": {"Nobody is known", "Vesna"},
		"by=kind&group=journalist&did=nothing_known":          {"HYPERLINK", "Vesna"},
		"by=outlet&group=%7Enone":                             {"HYPERLINK", "Vesna"},
		"did=replied":                                         {"Vesna Savić", "HYPERLINK"},
		"did=clicked&link=1":                                  {"Only who followed link 1", "HYPERLINK"},
		"did=clicked&link=2":                                  {"Nobody is known", "Vesna Savić"},
	} {
		a := n.get(rows + query)
		a.want(t, 200, want[0])
		if table := a.Body[strings.Index(a.Body, "<tbody>"):]; strings.Contains(table, want[1]) {
			t.Errorf("%s lists %s", query, want[1])
		}
	}
	rule := `clicked "Helpline to the press" and organisation = "Glas Primera"`
	n.get(rows+"by=outlet&group="+office.ID+"&did=clicked").want(t, 200, strings.ReplaceAll("/segments/new?"+url.Values{"rule": {rule}}.Encode(), "+", "&#43;"))
	n.get("/segments/new?"+url.Values{"rule": {rule}}.Encode()).want(t, 200, "Glas Primera")
	n.get(rows+"by=outlet&group="+office.ID+"&did=opened").want(t, 200, "Vesna")

	n.get("/over-time").want(t, 200, "Helpline", of, "Vesna Savić", "opened 1 of 1, clicked 1", "Glas Primera", "Hours of the day", "About no topic",
		"membership=unsubscribed", "/contacts?rule=joined")
	n.get("/over-time?days=30&list="+n.press.ID).want(t, 200, "Press", "Vesna Savić")
	n.get("/over-time?from=2020-01-01&until=2020-02-01").want(t, 200, "Nothing went out in this period.")
	n.get("/over-time?from=2020-02-01&until=2020-01-01").want(t, 422, "The last day lies before the first")
	n.post("/over-time/views", "name=", "days=30").want(t, 422, "Give the view a name")
	n.post("/over-time/views", "name=The press", "days=30", "from=2020-01-01", "list="+n.press.ID).want(t, 200, "The view is saved.", `href="/over-time?days=30&amp;list=`+n.press.ID)
	views, err := n.store.OverTimes.FindViews(ctx)
	must(t, err)
	n.post("/over-time/views/"+views[0].ID+"/delete").want(t, 200, "It is deleted.")
	n.signInAs(campaign.Viewer)
	n.post("/over-time/views", "name=Mine", "days=30").want(t, 403)
}

// The pages of a large run say when its figures were counted, those of another show what is so now.
func TestLargeRunSaysWhenItWasCounted(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t, 0)
	n.signInAs(campaign.Viewer)
	c, run := n.sent(campaign.Accepted, campaign.Failed)
	pages := []string{"/campaigns/" + c.ID + "/results", "/runs/" + run.ID, "/runs/" + run.ID + "/readers", "/runs/" + run.ID + "/letter", "/runs/" + run.ID + "/server"}
	for _, large := range []bool{false, true} {
		for _, path := range pages {
			a := n.get(path)
			a.want(t, 200)
			if said := strings.Contains(a.Body, `id="counted"`); said != large {
				t.Errorf("%s of a large run %v: it says so %v", path, large, said)
			}
		}
		_, err := n.store.Runs.UpdateRun(t.Context(), run.ID, func(r *campaign.Run) error { r.Deliveries = campaign.LargeRun; return nil })
		must(t, err)
	}
}
