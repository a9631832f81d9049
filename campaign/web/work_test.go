package web

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/schedule"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// newsroom is a site with a list, a release and a sender.
type newsroom struct {
	*site
	press   campaign.List
	release campaign.Release
}

func newNewsroom(t *testing.T, readers int) *newsroom {
	t.Helper()
	n := &newsroom{site: newSite(t), press: campaign.List{Name: "Press"}}
	zone, err := time.LoadLocation("Europe/Belgrade")
	must(t, err)
	n.server.Planner = schedule.Planner{Zone: zone}
	n.server.BaseURL = "https://press.example.org"
	ctx := t.Context()
	must(t, n.store.Lists.CreateList(ctx, &n.press))
	_, err = n.store.Settings.UpdateSettings(ctx, func(s *campaign.Settings) error {
		s.Approval.Kinds = map[campaign.ReleaseKind]int{campaign.PressRelease: 0} // what is sent here is sent alone
		s.Brand.Name, s.Brand.Address, s.Senders = "Press Office", "Main Street 1, Belgrade", []campaign.Sender{{Name: "Press Office", Email: "press@example.org"}}
		return nil
	})
	must(t, err)
	n.release = campaign.Release{Title: "Helpline", Source: campaign.English, Versions: []campaign.Version{{
		Language: campaign.English, Headline: "New helpline opens", Body: "It is free. See [the page](https://example.org/line).",
		Contact: campaign.MediaContact{Name: "Ana Petrović", Phone: "+381 60 000 000"},
	}}}
	must(t, n.store.Releases.CreateRelease(ctx, &n.release))
	for i := range readers {
		n.reader(fmt.Sprintf("reader%d@example.org", i))
	}
	return n
}

func (n *newsroom) reader(email string) campaign.Contact {
	c := campaign.Contact{Email: email, FirstName: "Ana", LastName: "Ilić", Kind: campaign.Journalist, Language: campaign.English}
	c.Subscribe(campaign.Membership{List: n.press.ID, Status: campaign.Subscribed, Basis: campaign.LegitimateInterest, Since: time.Now()}, false)
	must(n.t, n.store.Contacts.CreateContact(n.t.Context(), &c))
	return c
}

func (n *newsroom) draft() campaign.Campaign {
	c := campaign.Campaign{Name: "Helpline to the press", Release: n.release.ID, Lists: []string{n.press.ID}, Sender: campaign.Sender{Name: "Press Office", Email: "press@example.org"}}
	must(n.t, n.store.Campaigns.CreateCampaign(n.t.Context(), &c))
	return c
}

// sent makes a campaign whose run has one delivery in each of some states.
func (n *newsroom) sent(states ...campaign.DeliveryState) (campaign.Campaign, campaign.Run) {
	ctx := n.t.Context()
	c := n.draft()
	c, err := n.store.Sending.SendNow(ctx, c.ID, 0)
	must(n.t, err)
	run, err := n.store.Sending.StartRun(ctx, c.ID, campaign.Slot{At: c.NextAt}, campaign.TriggerHand, templates.TrackedLinks)
	must(n.t, err)
	for i, state := range states {
		r := n.reader(fmt.Sprintf("%s%d@example.test", state, i))
		id, shard := campaign.DeliveryID(run.ID, run.Shards, r.ID)
		must(n.t, n.store.Deliveries.PlanDeliveries(ctx, []*campaign.Delivery{{ID: id, Run: run.ID, Campaign: c.ID, Contact: r.ID, Shard: shard, Email: r.Email,
			Name: "=HYPERLINK(1)", Domain: "example.test", Language: campaign.English, Tracking: campaign.Aggregate, State: state, Reason: "550 no <" + r.Email + ">", LastAt: time.Now()}}))
	}
	c, err = n.store.Campaigns.GetCampaign(ctx, c.ID)
	must(n.t, err)
	return c, run
}

func (n *newsroom) state(id string) campaign.State {
	c, err := n.store.Campaigns.GetCampaign(n.t.Context(), id)
	must(n.t, err)
	return c.State
}

func TestWorkPagesByRole(t *testing.T) {
	n := newNewsroom(t, 3)
	draft := n.draft()
	c, run := n.sent(campaign.Accepted, campaign.Failed, campaign.Interrupted, campaign.Skipped, campaign.Queued)
	look := []string{
		"/releases", "/releases?archived=1", "/releases/" + n.release.ID, "/campaigns", "/campaigns?state=sending&sort=name&desc=1", "/campaigns/" + draft.ID, "/campaigns/" + draft.ID + "/audience",
		"/campaigns/" + draft.ID + "/schedule", "/campaigns/" + draft.ID + "/check", "/campaigns/" + draft.ID + "/results", "/campaigns/" + c.ID + "/results",
		"/campaigns/" + c.ID + "/check", "/runs/" + run.ID, "/runs/" + run.ID + "/recipients?state=failed", "/runs/" + run.ID + "?state=interrupted", "/runs/" + run.ID + "/recipients?did=opened", "/runs/" + run.ID + "/progress",
	}
	write := []string{
		"/releases/new", "/releases/" + n.release.ID + "/edit", "/releases/" + n.release.ID + "/edit?lang=fr", "/releases/" + n.release.ID + "/delete", "/campaigns/new?release=" + n.release.ID,
		"/campaigns/" + draft.ID + "/delete", "/campaigns/" + c.ID + "/cancel",
	}
	for _, role := range campaign.Roles {
		n.signInAs(role)
		for _, path := range look {
			a := n.get(path)
			a.want(t, 200)
			checkMarkup(t, a)
		}
		for _, path := range write {
			want := 200
			if role == campaign.Viewer {
				want = 403
			}
			a := n.get(path)
			a.want(t, want)
			checkMarkup(t, a)
		}
		n.get("/releases/"+n.release.ID+"/preview?lang=en").want(t, 200, "New helpline opens")
		n.get("/releases/nosuch").want(t, 404)
		n.get("/campaigns/nosuch/check").want(t, 404)
		n.get("/runs/nosuch").want(t, 404)
	}
	n.signInAs2(campaign.Viewer)
	for _, path := range []string{"/campaigns/" + draft.ID + "/send", "/campaigns/" + c.ID + "/pause", "/runs/" + run.ID + "/resend", "/campaigns/" + draft.ID + "/test"} {
		n.post(path).want(t, 403)
	}
	if n.state(c.ID) != campaign.Sending {
		t.Error("a viewer changed something")
	}
}

// signInAs2 signs a role in again.
func (n *newsroom) signInAs2(role campaign.Role) {
	u, err := n.store.Users.GetUserByAddress(n.t.Context(), string(role)+"@example.org")
	must(n.t, err)
	must(n.t, n.store.Sessions.CreateSignInLink(n.t.Context(), "again-"+string(role), u.ID, time.Hour))
	n.post("/sign-in/again-"+string(role)).want(n.t, 200)
}

func TestWritingARelease(t *testing.T) {
	n := newNewsroom(t, 0)
	n.signInAs(campaign.Editor)
	n.post("/releases/new", "kind=press_release", "language=sr-Latn", "zone=Europe/Belgrade", "headline=Nova linija", "body=Zdravo {{ frist_name }}", "quote_text=Važno je.", "quote_name=Ana").
		want(t, 422, "frist_name", "did you mean first_name", "Zdravo {{ frist_name }}", "Važno je.")
	a := n.post("/releases/new", "kind=press_release", "language=sr-Latn", "zone=Europe/Belgrade", "headline=Nova linija", "body=Zdravo {{ first_name }}", "embargo=2027-03-01T10:00")
	a.want(t, 200, "Saved.", "Nova linija")
	found, _, err := n.store.Releases.FindReleases(t.Context(), store.ReleaseFilter{}, store.Page{})
	must(t, err)
	r := found[0]
	if r.Title != "Nova linija" || !r.Embargo.Equal(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)) {
		t.Fatalf("release %+v", r)
	}
	edit := "/releases/" + r.ID + "/edit"
	fields := []string{"title=Linija", "kind=press_release", "source=sr-Latn", "language=sr-Latn", "zone=Europe/Belgrade", "headline=Nova linija radi"}
	n.post(edit, append(fields, "version=99")...).want(t, 409, "This was saved from elsewhere while", "Nova linija radi")
	n.post(edit, append(fields, fmt.Sprintf("version=%d", r.Version), "do=convert")...).want(t, 200, "the version in Српски (ћирилица) was made", "Нова линија ради")
	log := strings.Join(n.audit(), "\n")
	for _, want := range []string{"Changed a release: Nova linija; Title: Nova linija → Linija", "Headline (Srpski (latinica)): Nova linija → Nova linija radi; Body (Srpski (latinica)): changed"} {
		if !strings.Contains(log, want) {
			t.Errorf("no %q in the log:\n%s", want, log)
		}
	}
	r, err = n.store.Releases.GetRelease(t.Context(), r.ID)
	must(t, err)
	if len(r.Versions) != 2 || r.Outdated(campaign.SerbianCyrillic) {
		t.Errorf("versions %+v", r.Versions)
	}
	n.post("/releases/"+r.ID+"/remove-version", "language=sr-Latn").want(t, 200, "is removed")
	n.post("/releases/"+r.ID+"/remove-version", "language=sr-Cyrl").want(t, 200, "only version")
	n.post("/releases/"+r.ID+"/archive").want(t, 200, "is archived")
	n.post("/releases/"+n.release.ID+"/delete").want(t, 200, "deleted")
}

func TestFilesOfARelease(t *testing.T) {
	n := newNewsroom(t, 0)
	n.signInAs(campaign.Editor)
	png := append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 64)...)
	send := func(alt string, extra ...string) answer {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		r, err := n.store.Releases.GetRelease(t.Context(), n.release.ID)
		must(t, err)
		for _, f := range append([]string{"title=Helpline", "kind=press_release", "source=en", "language=en", "zone=UTC", "headline=With a picture", "body=![alt](cid:map.png)", fmt.Sprintf("version=%d", r.Version)}, extra...) {
			name, value, _ := strings.Cut(f, "=")
			must(t, w.WriteField(name, value))
		}
		if alt == "" {
			part, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="files"; filename="map.png"`}, "Content-Type": {"text/html"}})
			must(t, err)
			part.Write(png)
		}
		must(t, w.Close())
		return n.do(http.MethodPost, "/releases/"+n.release.ID+"/edit", map[string][]string{}, func(r *http.Request) {
			r.Body, r.ContentLength = readCloser{&body}, int64(body.Len())
			r.Header.Set("Content-Type", w.FormDataContentType())
		})
	}
	id := campaign.DerivedID(string(png))
	send("", "body=x").want(t, 422, id, "map.png") // kept though refused: the text asks for a picture that is only attached
	file := []string{"file_id=" + id, "file_name=map.png", "file_type=image/png", "file_inline=" + id}
	send("none", append(file, "file_alt=")...).want(t, 422, "Say what “map.png” shows")
	send("given", append(file, "file_alt=A map")...).want(t, 200, "Saved.")
	r, err := n.store.Releases.GetRelease(t.Context(), n.release.ID)
	must(t, err)
	if len(r.Attachments) != 1 || r.Attachments[0].MediaType != "image/png" || r.Attachments[0].Size != int64(len(png)) || !r.Attachments[0].Inline {
		t.Errorf("attachments %+v", r.Attachments)
	}
	a := n.get("/releases/" + r.ID + "/preview?lang=en")
	a.want(t, 200, "data:image/png;base64,")
	if policy := a.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "sandbox;") {
		t.Errorf("the preview is not kept in a sandbox: %s", policy)
	}
	send("given", append(file, "file_alt=A map", "file_id=nosuch", "file_name=b.pdf", "file_type=application/pdf", "file_alt=")...).want(t, 422, "is gone: add it again")
}

type readCloser struct{ *bytes.Buffer }

func (readCloser) Close() error { return nil }

func TestPreviewOfADraft(t *testing.T) {
	n := newNewsroom(t, 1)
	n.signInAs(campaign.Editor)
	draft := []string{"language=en", "zone=UTC", "headline=For {{ first_name | \"you\" }}", "body=Hello", "preview_part=html"}
	n.post("/releases/preview", append(draft, "preview_as=reader0@example.org")...).want(t, 200, "For Ana")
	n.post("/releases/preview", append(draft, "preview_part=text", "preview_as=nobody@example.org")...).want(t, 200, "Nothing is found by “nobody@example.org”")
	n.post("/releases/preview", "language=en", "zone=UTC", "headline=For {{ nobody }}").want(t, 200, "nobody")
	n.post("/releases/preview", "language=en", "zone=UTC").want(t, 200, "once there is a headline")
}

func TestACampaignFromDraftToSending(t *testing.T) {
	n := newNewsroom(t, 60)
	n.signInAs(campaign.Editor)
	woken := 0
	n.server.Wake = func() { woken++ }
	n.post("/campaigns/new", "name=").want(t, 422, "needs a name")
	n.post("/campaigns/new", "name=Helpline", "release="+n.release.ID).want(t, 200, "there as a draft")
	found, _, err := n.store.Campaigns.FindCampaigns(t.Context(), "", store.Page{})
	must(t, err)
	path := "/campaigns/" + found[0].ID
	n.get(path+"/check").want(t, 200, "No list and no segment is chosen", "have to be mended first")
	n.post(path+"/send").want(t, 422, "have to be mended")
	n.post(path+"/audience", "lists="+n.press.ID, "exclude="+n.press.ID, "sender=press@example.org").want(t, 422, "nobody would get anything")
	n.post(path+"/audience", "lists="+n.press.ID, "sender=press@example.org", "require_consent=true").want(t, 200, "Saved.", `name="require_consent" value="true" checked`, "consent is required and none is on record")
	n.post(path+"/audience", "lists="+n.press.ID, "sender=press@example.org").want(t, 200, "Saved.", "60")
	n.get(path+"/check").want(t, 200, "Send to 60 journalists (English) as soon as you press the button.")
	n.post(path+"/send", "count=6").want(t, 422, "Type the number of readers, 60")
	n.post(path+"/send", "count=60").want(t, 200, "It leaves at ", "Call it back")
	n.post(path+"/call-back").want(t, 200, "nothing was sent")
	n.post(path+"/plan", "count=60").want(t, 422, "no time to wait for")

	n.post(path+"/schedule", "kind=cron", "cron=every day", "zone=Europe/Belgrade").want(t, 422, "is not a schedule", `value="every day"`)
	n.post(path+"/schedule", "kind=at", "at=2020-01-01T09:00", "zone=Europe/Belgrade").want(t, 422, "has passed")
	n.post(path+"/schedule", "kind=at", "at=2027-10-31T02:30", "zone=Europe/Belgrade").want(t, 200, "The first: 02:30 CEST", "The second: 02:30 CET")
	n.post(path+"/schedule", "kind=cron", "cron=0 9 * * 1", "zone=Mars/Base").want(t, 422, "no time zone")
	n.post(path+"/schedule", "kind=cron", "cron=0 9 * * 1", "zone=Europe/Belgrade").want(t, 200, "On Mondays at 09:00", "The next times")
	n.post(path+"/plan", "count=60").want(t, 422, "Everybody gets the same text again each time", "Say in a sentence why it goes out")
	n.post(path+"/plan", "count=60", "reason=It is the week's list of telephone numbers.").want(t, 200, "Scheduled: it leaves on Monday", "Belgrade time")
	if n.state(found[0].ID) != campaign.Scheduled || woken == 0 {
		t.Errorf("state %s, woken %d times", n.state(found[0].ID), woken)
	}
}

func TestIllegalStepsAreRefusedInWords(t *testing.T) {
	n := newNewsroom(t, 2)
	n.signInAs(campaign.Editor)
	draft := n.draft()
	n.post("/campaigns/"+draft.ID+"/pause").want(t, 409, "This cannot be done any more: the campaign is a draft")
	n.post("/campaigns/"+draft.ID+"/resume").want(t, 409, "Only a paused campaign can go on; the campaign is a draft")
	c, run := n.sent(campaign.Accepted, campaign.Queued)
	n.post("/campaigns/"+c.ID, "name=Another", "release="+n.release.ID).want(t, 422, "Nothing was saved: the campaign is going out")
	n.post("/campaigns/"+c.ID+"/schedule", "kind=", "zone=UTC").want(t, 422, "Nothing was saved")
	n.post("/campaigns/"+c.ID+"/send").want(t, 409, "This cannot be done any more")
	n.post("/campaigns/"+c.ID+"/delete").want(t, 409, "stays on record")
	n.post("/campaigns/"+c.ID+"/pause").want(t, 200, "Stopped. Exactly 1 message was accepted by the mail server. 1 still waits.")
	n.post("/runs/"+run.ID+"/resend", "from=sent").want(t, 409, "cannot be sent again")
	n.post("/campaigns/"+c.ID+"/cancel").want(t, 200, "is cancelled")
	n.post("/campaigns/"+c.ID+"/resume").want(t, 409, "the campaign was cancelled")
	if n.state(c.ID) != campaign.Cancelled {
		t.Errorf("state %s", n.state(c.ID))
	}
}

func TestResendAndExport(t *testing.T) {
	n := newNewsroom(t, 0)
	n.signInAs(campaign.Editor)
	_, run := n.sent(campaign.Failed, campaign.Failed, campaign.Interrupted)
	n.get("/runs/"+run.ID).want(t, 200, "Nobody knows whether these arrived", "550 no &lt;…&gt;", "Send 1 again")
	n.letExport()
	a := n.get("/runs/" + run.ID + "/recipients/export?state=failed")
	a.want(t, 200, "'=HYPERLINK(1)", "failed0@example.test")
	if strings.Contains(a.Body, "interrupted2@") || !strings.HasPrefix(a.Body, "\uFEFFemail,") {
		t.Errorf("export: %s", a.Body)
	}
	n.post("/runs/"+run.ID+"/resend", "from=interrupted").want(t, 200, "1 message goes again")
	n.post("/runs/"+run.ID+"/resend", "from=interrupted").want(t, 200, "nothing left to send again")
	states, err := n.store.Deliveries.CountDeliveries(context.Background(), run.ID)
	must(t, err)
	if states[campaign.Queued] != 1 || states[campaign.Failed] != 2 {
		t.Errorf("states %v", states)
	}
}

func TestACampaignOutlivesItsLists(t *testing.T) {
	n := newNewsroom(t, 1)
	n.signInAs(campaign.Editor)
	c := n.draft()
	schools := campaign.List{Name: "Schools"}
	must(t, n.store.Lists.CreateList(t.Context(), &schools))
	_, err := n.store.Campaigns.UpdateCampaign(t.Context(), c.ID, func(c *campaign.Campaign) error {
		c.Lists, c.Exclude = []string{n.press.ID, "nosuchlist"}, []string{schools.ID}
		return nil
	})
	must(t, err)
	n.post("/lists/"+schools.ID+"/delete").want(t, 200, "goes to this list, or leaves it out")
	n.get("/campaigns/"+c.ID+"/audience").want(t, 200, "Press")
	n.get("/campaigns/"+c.ID+"/check").want(t, 200, "It reaches 1 journalist")
	n.post("/campaigns/"+c.ID+"/audience", "lists="+n.press.ID, "sender=press@example.org").want(t, 200, "Saved")
	n.post("/lists/"+schools.ID+"/delete").want(t, 200, "deleted")
}

func TestTestSend(t *testing.T) {
	n := newNewsroom(t, 2)
	n.signInAs(campaign.Editor)
	c := n.draft()
	path := "/campaigns/" + c.ID + "/test"
	n.post(path, "to=").want(t, 422, "Say where the test goes")
	n.post(path, "to=not an address").want(t, 422, "is not an e-mail address")
	n.post(path, "to=me@example.org, you@example.org", "language=en").want(t, 200, "on its way to me@example.org, you@example.org")
	runs, err := n.store.Runs.FindRunsIn(t.Context(), campaign.Sending)
	must(t, err)
	if len(runs) != 1 || runs[0].Trigger != campaign.TriggerTest || n.state(c.ID) != campaign.Draft {
		t.Errorf("runs %+v", runs)
	}
}

func TestCheckTellsWhenReadersCannotReachUs(t *testing.T) {
	n := newNewsroom(t, 1)
	n.signInAs(campaign.Editor)
	path := "/campaigns/" + n.draft().ID + "/check"
	const words = "readers could neither leave nor be counted"
	for base, want := range map[string]bool{
		"https://press.example.org": false, "http://192.0.2.1": false, "http://127.0.0.1:8080": true, "http://localhost:8080": true, "http://[::1]:8080": true,
	} {
		n.server.BaseURL = base
		if a := n.get(path); a.Status != 200 || strings.Contains(a.Body, words) != want {
			t.Errorf("%s: %d, said is %v", base, a.Status, !want)
		}
	}
	n.server.Demo = true
	if strings.Contains(n.get(path).Body, words) {
		t.Error("the demo is meant to be reached from here alone")
	}
}

func TestCheckFindsWhatIsUnfinished(t *testing.T) {
	n := newNewsroom(t, 2)
	n.signInAs(campaign.Editor)
	_, err := n.store.Releases.UpdateRelease(t.Context(), n.release.ID, func(r *campaign.Release) error {
		v := r.Versions[0]
		v.Notes, v.Contact = "As [...] said. [A link](https://example.org)", campaign.MediaContact{}
		r.Put(v)
		r.Embargo = time.Now().Add(-time.Hour)
		return nil
	})
	must(t, err)
	french := n.reader("claire@example.org")
	_, err = n.store.Contacts.UpdateContact(t.Context(), french.ID, func(c *campaign.Contact) error { c.Language = campaign.French; return nil })
	must(t, err)
	c := n.draft()
	n.get("/campaigns/"+c.ID+"/check").want(t, 200, "“[...]” is still to be filled in", `#f-notes">Fill it in`, "no media contact", "The embargo has passed", "There is no version in this language: Français", "Its readers (1) get this version instead")
	_, err = n.store.Releases.UpdateRelease(t.Context(), n.release.ID, func(r *campaign.Release) error {
		v := r.Versions[0]
		v.Notes = "As agreed."
		r.Put(v)
		return nil
	})
	must(t, err)
	n.post("/campaigns/"+c.ID+"/send").want(t, 422, "Say in a sentence why it goes out")
	n.post("/campaigns/"+c.ID+"/send", "reason=The French text follows tomorrow").want(t, 200, "It leaves in", "The French text follows tomorrow (Test editor")
}
