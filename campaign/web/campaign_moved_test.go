package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/web/webtest"
)

// A step that comes too late is answered with the campaign as it stands, in words, and with what works now.
func TestTooLateIsToldOnTheCampaign(t *testing.T) {
	n := newNewsroom(t, 2)
	n.signInAs(campaign.Editor)
	sending, _ := n.sent(campaign.Accepted, campaign.Queued)
	a := n.post("/campaigns/" + sending.ID + "/call-back")
	a.want(t, 409, "It left on", "1 message has been accepted by the mail server", "Stop now", `href="/campaigns/`+sending.ID+`/results"`)
	checkMarkup(t, a)
	if strings.Contains(a.Body, "/call-back") {
		t.Error("it is offered again")
	}
	must(t, n.store.Sending.CancelCampaign(t.Context(), sending.ID))
	for _, step := range []string{"call-back", "pause", "resume", "cancel"} {
		a := n.post("/campaigns/" + sending.ID + "/" + step)
		a.want(t, 409, "the campaign was cancelled. 1 message has been accepted")
		for _, offer := range []string{"call-back", "pause", "resume", "cancel"} {
			if strings.Contains(a.Body, `/`+offer+`"`) {
				t.Errorf("after %s: %s is offered", step, offer)
			}
		}
	}
	sent, run := n.sent(campaign.Failed)
	must(t, n.store.Sending.FinishRun(t.Context(), run.ID, campaign.Slot{}))
	n.post("/campaigns/"+sent.ID+"/call-back").want(t, 409, "the campaign has been sent. It left on", "0 messages have been accepted")
	n.post("/campaigns/"+sent.ID+"/pause").want(t, 409, "the campaign has been sent")
	n.post("/campaigns/nosuch/pause").want(t, 404)
}

// A page left open asks whether the campaign has moved, and is told only when it has.
func TestPagesAskWhetherTheCampaignMoved(t *testing.T) {
	n := newNewsroom(t, 2)
	n.signInAs(campaign.Editor)
	c := n.draft()
	c, err := n.store.Sending.SendNow(t.Context(), c.ID, time.Minute)
	must(t, err)
	ask := func(tab string) answer {
		t.Helper()
		return n.get("/campaigns/" + c.ID + "/moved?" + url.Values{"tab": {tab}, "seen": {stateSeen(&c, isLeaving(&c, time.Now()))}}.Encode())
	}
	tabs := map[string]string{"content": "", "audience": "", "schedule": "", "check": "/campaigns/" + c.ID + "/check", "results": "/campaigns/" + c.ID + "/results"}
	for tab := range tabs {
		if a := ask(tab); a.Status != http.StatusNoContent || a.Header.Get("HX-Redirect") != "" {
			t.Errorf("%s: %d %q", tab, a.Status, a.Header.Get("HX-Redirect"))
		}
	}
	must(t, n.store.Sending.CancelCampaign(t.Context(), c.ID))
	for tab, leads := range tabs {
		a := ask(tab)
		if a.Header.Get("HX-Redirect") != leads || leads == "" && (!strings.Contains(a.Body, "Cancelled") || strings.Contains(a.Body, "call-back")) {
			t.Errorf("%s: %q %s", tab, a.Header.Get("HX-Redirect"), a.Body)
		}
	}
	if a := n.get("/campaigns/" + c.ID + "/check?seen=other"); a.Header.Get("HX-Redirect") == "" {
		t.Error("the countdown goes on")
	}
	ask("nosuch").want(t, 404)
	if a := n.get("/sending"); a.Status != 200 || strings.TrimSpace(a.Body) != "" {
		t.Errorf("going out: %s", a.Body)
	}
}

// A figure has one value on every page.
func TestOneFigureHasOneValue(t *testing.T) {
	n := newNewsroom(t, 0)
	n.signInAs(campaign.Editor)
	c, run := n.sent(campaign.Accepted, campaign.Accepted, campaign.Failed, campaign.Skipped)
	must(t, n.store.Sending.FinishRun(t.Context(), run.ID, campaign.Slot{}))
	for path, says := range map[string][]string{
		"/":                               {`data-label="Accepted">2<`, `data-label="Failed">1<`, campaign.LaterReturns().String()},
		"/campaigns":                      {`state=sent">2</a>`, `state=failed">1</a>`, campaign.LaterReturns().String()},
		"/runs/" + run.ID:                 {"<strong>2</strong><span>accepted by the mail server", `state=failed">1</a>`, `state=skipped">1</a>`, `/recipients">4</a>`, campaign.LaterReturns().String()},
		"/campaigns/" + c.ID + "/results": {"<strong>2</strong><span>accepted by the mail server"},
		"/runs/" + run.ID + "/recipients": {"Accepted (2)", "Failed (1)", "Left out (1)"},
		"/runs/" + run.ID + "/recipients?state=waiting": {"All that wait (0)"},
	} {
		a := n.get(path)
		a.want(t, 200, says...)
		checkMarkup(t, a)
		if strings.Contains(strings.ToLower(webtest.MainOf(a.Body)), "delivered") {
			t.Errorf("%s says that something was delivered", path)
		}
	}
}

// What a shortened table leaves out is said.
func TestShorten(t *testing.T) {
	rows := []store.ReasonCount{{Count: 5}, {Count: 3}, {Count: 2}, {Count: 1}}
	count := func(c store.ReasonCount) int64 { return c.Count }
	if kept, more := shorten(rows, 2, count); len(kept) != 2 || *more != (notShown{Others: 2, Messages: 3}) {
		t.Errorf("%v %+v", kept, more)
	}
	if kept, more := shorten(rows, 4, count); len(kept) != 4 || more != nil {
		t.Errorf("%v %+v", kept, more)
	}
}
