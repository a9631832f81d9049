package web

import (
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

func TestPaceIsSetInThePanel(t *testing.T) {
	n := newNewsroom(t, 0)
	n.server.Pace = campaign.Pace{Connections: 10, PerSecond: 2.5, Providers: []campaign.ProviderLimit{{Provider: "yahoo.com", Connections: 3}}}
	n.signInAs(campaign.Editor)
	n.get("/settings/sending").want(t, 403)
	n.signInAs(campaign.Admin)
	a := n.get("/settings/sending")
	a.want(t, 200, "Empty: 2.5.", "Empty: no limit.", "Empty: 10.", "yahoo.com, 3 connections")
	checkMarkup(t, a)
	n.post("/settings/sending", "per_second=7,5", "per_connection=", "connections=4", "provider=Hotmail.com", "provider_rate=0.5", "provider_connections=2",
		"provider=", "provider_rate=9", "provider_connections=").want(t, 200, "keeps to it within two seconds", `value="outlook.com"`, `value="0.5"`, `value="7.5"`)
	set, err := n.store.Settings.GetSettings(t.Context())
	must(t, err)
	if p := set.Pace; p.PerSecond != 7.5 || p.Connections != 4 || len(p.Providers) != 1 || p.Providers[0] != (campaign.ProviderLimit{Provider: "outlook.com", PerSecond: 0.5, Connections: 2}) {
		t.Errorf("%+v", p)
	}
	for _, bad := range [][]string{
		{"per_second=fast"}, {"connections=1001"}, {"per_connection=-1"}, {"provider=gmail", "provider_rate=1"}, {"provider=gmail.com", "provider_rate=NaN"},
		{"provider=gmail.com", "provider_connections=x"}, {"provider=gmail.com"},
	} {
		a := n.post("/settings/sending", bad...)
		a.want(t, 422, "problem")
		checkMarkup(t, a)
	}
}

func TestRunPageSaysHowItGoes(t *testing.T) {
	n := newNewsroom(t, 0)
	_, run := n.sent(campaign.Accepted, campaign.Queued, campaign.Deferred)
	ctx := t.Context()
	n.signInAs(campaign.Viewer)
	n.get("/runs/"+run.ID+"/progress").want(t, 200, "No program is sending just now")
	must(t, n.store.Progress.SaveProgress(ctx, &campaign.Progress{
		ID: campaign.ProgressID(run.ID, "a"), Run: run.ID, Taken: 5, PerSecond: 12.4, Average: 9.5, Connections: 2, Limit: 10, Pace: 50, At: time.Now(),
		Servers: []campaign.ServerState{{Server: "mail.example.org:587", Open: 2, Limit: 10, Circuit: campaign.CircuitOpen, Why: "550 <b>no</b>", Until: time.Now().Add(time.Minute)}},
		Phases:  []campaign.PhaseTime{{Phase: "answer", Seconds: 9, Count: 450}, {Phase: "rcpt", Seconds: 1, Count: 450}},
		Answers: []campaign.Answer{{Text: "451 4.7.1 later", At: time.Now()}},
	}))
	_, err := n.store.Holds.HoldProvider(ctx, "gmail.com", run.ID, "5.7.26 unauthenticated", 550, []time.Duration{time.Hour})
	must(t, err)
	for _, path := range []string{"/runs/" + run.ID, "/runs/" + run.ID + "/progress"} {
		a := n.get(path)
		a.want(t, 200, "1 accepted by the mail server", "12 a second", "9.5 a second", "50 a second", "2 of 10 open", "left alone after repeated failures", "550 &lt;b&gt;no&lt;/b&gt;",
			"gmail.com takes no mail from you", "5.7.26 unauthenticated", "451 4.7.1 later", "the answer to the message", "90%", "20ms", `href="/runs/`+run.ID+`">Look again`)
		if strings.Contains(a.Body, "Try now") || strings.Contains(a.Body, `id="pace"`) {
			t.Errorf("%s offers a viewer what only others may do", path)
		}
	}
	n.post("/holds/gmail.com/try").want(t, 403)
	n.signInAs(campaign.Editor)
	n.get("/runs/"+run.ID).want(t, 200, "Try now")
	n.post("/holds/gmail.com/try", "run="+run.ID).want(t, 200, "One message tries gmail.com now", "One message finds out now")
	n.post("/holds/nosuch.example/try").want(t, 404)
	holds, err := n.store.Holds.FindHolds(ctx)
	must(t, err)
	if !holds[0].Trying(time.Now()) {
		t.Errorf("%+v", holds)
	}
	n.get("/").want(t, 200, "gmail.com takes no mail from you")
}
