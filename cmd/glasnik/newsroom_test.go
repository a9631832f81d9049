package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/mailer/smtptest"
	"github.com/glasnik/glasnik/templates"
)

// newsroom is an installation with a team, its panel and its scheduler, on a clock that can be moved.
type newsroom struct {
	*desk
	in                     *installation
	panel                  *httptest.Server
	moved                  atomic.Int64 // nanoseconds
	boss, vera, ana, marko *member      // an admin, who wrote it, who may approve, and an editor who may not
	press, schools         campaign.List
	segment                segment.Segment
	release                campaign.Release
	campaign               campaign.Campaign
}

// member is somebody of the team in a browser of their own.
type member struct {
	campaign.User
	room   *newsroom
	client *http.Client
}

func (m *member) ctx() context.Context {
	return store.As(m.room.t.Context(), campaign.Actor{User: m.ID, Name: m.Name})
}

func (m *member) do(method, path string, form url.Values) (int, string) {
	m.room.t.Helper()
	req, err := http.NewRequest(method, m.room.panel.URL+path, strings.NewReader(form.Encode()))
	must(m.room.t, err)
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	res, err := m.client.Do(req)
	must(m.room.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(m.room.t, err)
	return res.StatusCode, string(body)
}

// post sends a form of "name=value" pairs.
func (m *member) post(path string, fields ...string) (int, string) {
	m.room.t.Helper()
	form := url.Values{}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		form.Add(name, value)
	}
	return m.do(http.MethodPost, path, form)
}

func (r *newsroom) member(name string, role campaign.Role, approves bool) *member {
	r.t.Helper()
	m := &member{User: campaign.User{Email: strings.ToLower(name) + "@example.org", Name: name, Role: role, Approves: approves, Language: campaign.English}, room: r}
	must(r.t, r.in.store.Users.CreateUser(r.t.Context(), &m.User))
	link, err := r.in.signInLink(r.t.Context(), m.ID)
	must(r.t, err)
	jar, err := cookiejar.New(nil)
	must(r.t, err)
	m.client = &http.Client{Jar: jar}
	if code, body := m.post(link[strings.Index(link, "/sign-in/"):]); code != http.StatusOK {
		r.t.Fatalf("%s signs in: %d %s", name, code, body)
	}
	return m
}

// openNewsroom works on an installation with a team and a scheduler that runs.
func openNewsroom(t *testing.T, work func(*newsroom)) {
	t.Parallel()
	r := &newsroom{desk: newDesk(t, smtptest.Options{})}
	p := r.program(io.Discard, os.Stderr)
	p.now = func() time.Time { return time.Now().Add(time.Duration(r.moved.Load())) }
	must(t, p.with(t.Context(), func(in *installation) error {
		r.in = in
		sender := in.scheduler()
		handler, err := in.web(sender, "")
		must(t, err)
		r.panel = httptest.NewServer(handler)
		defer r.panel.Close()
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- sender.Run(ctx) }()
		r.boss, r.vera = r.member("Boss", campaign.Admin, false), r.member("Vera", campaign.Editor, false)
		r.ana, r.marko = r.member("Ana", campaign.Viewer, true), r.member("Marko", campaign.Editor, false)
		r.press, r.schools = r.list("Press", 3), r.list("Schools", 2)
		work(r)
		stop()
		return <-ended
	}))
}

func (r *newsroom) list(name string, members int) campaign.List {
	r.t.Helper()
	l := campaign.List{Name: name, Tracking: campaign.NoTracking, Basis: campaign.LegitimateInterest}
	must(r.t, r.in.store.Lists.CreateList(r.t.Context(), &l))
	for i := range members {
		c := campaign.Contact{Email: fmt.Sprintf("%s%d@readers.example.org", strings.ToLower(name), i), Kind: campaign.Journalist, Language: campaign.English}
		must(r.t, r.in.store.Contacts.CreateContact(r.t.Context(), &c))
		must(r.t, r.in.store.Contacts.SubscribeContact(r.t.Context(), c.ID, campaign.Membership{List: l.ID, Status: campaign.Subscribed, Basis: campaign.LegitimateInterest, Source: "test"}, true))
	}
	return l
}

// begin makes a press release of Vera's and a campaign with it, a draft.
func (r *newsroom) begin(name string) {
	r.t.Helper()
	r.release = campaign.Release{Title: name, Kind: campaign.PressRelease, Source: campaign.English, Versions: []campaign.Version{
		{Language: campaign.English, Headline: "Help for those who were exploited", Body: "The help is free of charge."},
		{Language: campaign.French, Headline: "Une aide pour les victimes", Body: "Cette aide est gratuite."},
	}}
	must(r.t, r.in.store.Releases.CreateRelease(r.vera.ctx(), &r.release))
	r.segment = segment.Segment{Name: "Reporters of " + name}
	var err error
	r.segment.Rule, err = r.in.store.Rules.ReadRule(r.t.Context(), "kind = journalist")
	must(r.t, err)
	must(r.t, r.in.store.Segments.CreateSegment(r.vera.ctx(), &r.segment))
	r.campaign = campaign.Campaign{
		Name: name, Release: r.release.ID, Lists: []string{r.press.ID}, Segments: []string{r.segment.ID}, Owner: r.vera.ID,
		Sender: campaign.Sender{Name: "Press Office", Email: "press@example.org"}, Schedule: campaign.Schedule{Zone: "Europe/Belgrade"},
	}
	must(r.t, r.in.store.Campaigns.CreateCampaign(r.vera.ctx(), &r.campaign))
}

func (r *newsroom) path(rest string) string { return "/campaigns/" + r.campaign.ID + rest }

func (r *newsroom) now() campaign.Campaign {
	r.t.Helper()
	c, err := r.in.store.Campaigns.GetCampaign(r.t.Context(), r.campaign.ID)
	must(r.t, err)
	return c
}

func (r *newsroom) ask() {
	r.t.Helper()
	if code, body := r.vera.post(r.path("/approval/ask"), "words=Please"); code != http.StatusOK || r.now().State != campaign.InReview {
		r.t.Fatalf("asking: %d, %s\n%s", code, r.now().State, body)
	}
}

var hiddenField = regexp.MustCompile(`name="(asked|print)" value="([^"]+)"`)

// form reads what the page of an approval has its user decide on.
func (m *member) form() []string {
	m.room.t.Helper()
	_, body := m.do(http.MethodGet, m.room.path("/approval"), nil)
	var fields []string
	for _, found := range hiddenField.FindAllStringSubmatch(body, -1) {
		fields = append(fields, found[1]+"="+found[2])
	}
	return fields
}

func (m *member) approve(form []string) (int, string) {
	return m.post(m.room.path("/approval"), append([]string{"choice=approved", "words="}, form...)...)
}

func (r *newsroom) approved() {
	r.t.Helper()
	r.ask()
	if code, body := r.ana.approve(r.ana.form()); code != http.StatusOK || r.now().State != campaign.Approved {
		r.t.Fatalf("approving: %d, %s\n%s", code, r.now().State, body)
	}
}

// scheduled is approved and about to leave, in so long.
func (r *newsroom) scheduled(in time.Duration) {
	r.t.Helper()
	r.approved()
	_, err := r.in.store.Sending.SendNow(r.vera.ctx(), r.campaign.ID, in)
	must(r.t, err)
}

// change changes the release as a user, as any part of the program would.
func (r *newsroom) change(m *member, fn func(*campaign.Release)) {
	r.t.Helper()
	_, err := r.in.store.Releases.UpdateRelease(m.ctx(), r.release.ID, func(release *campaign.Release) error { fn(release); return nil })
	must(r.t, err)
}

func (r *newsroom) changeCampaign(m *member, fn func(*campaign.Campaign)) {
	r.t.Helper()
	_, err := r.in.store.Campaigns.UpdateCampaign(m.ctx(), r.campaign.ID, func(c *campaign.Campaign) error { fn(c); return nil })
	must(r.t, err)
}

// logged returns what the audit log says about the campaign's approval.
func (r *newsroom) logged() string {
	r.t.Helper()
	entries, _, err := r.in.store.Journal.FindJournal(r.t.Context(), store.JournalFilter{Kind: campaign.ApprovalEntry}, store.Page{Limit: 300})
	must(r.t, err)
	var out []string
	for _, e := range entries {
		if e.Object == "/campaigns/"+r.campaign.ID {
			out = append(out, e.By+": "+e.Words(time.UTC).String())
		}
	}
	return strings.Join(out, "\n")
}

// tryAll sends a campaign by every way the program has.
func (r *newsroom) tryAll() {
	r.t.Helper()
	r.vera.post(r.path("/send"), "count=3", "reason=because")
	r.vera.post(r.path("/plan"), "count=3", "reason=because")
	r.ana.post(r.path("/send"), "count=3", "reason=because")
	_ = send(store.As(r.t.Context(), campaign.Actor{Name: campaign.ByCommand}), r.in, r.campaign.ID, sendOptions{})
	if c := r.now(); c.State == campaign.Scheduled { // the scheduler of another process, as of now
		_, _ = r.in.store.Sending.StartRun(r.t.Context(), c.ID, campaign.Slot{At: c.NextAt, Wall: c.NextWall}, campaign.TriggerHand, templates.TrackedLinks)
	}
}

// wait waits until the campaign has come to rest in one of some states.
func (r *newsroom) wait(states ...campaign.State) {
	r.t.Helper()
	for range 600 {
		c := r.now()
		for _, s := range states {
			if c.State == s {
				return
			}
		}
		time.Sleep(100 * time.Millisecond) // the scheduler gives no signal; the bound only ends a failing test
	}
	r.t.Errorf("%s: after a minute the campaign is %s", r.campaign.Name, r.now().State)
}

// crowd puts people on the press list.
func (r *newsroom) crowd(n int) {
	r.t.Helper()
	for i := range n {
		c := campaign.Contact{Email: fmt.Sprintf("crowd%d@readers.example.org", i), Kind: campaign.Journalist, Language: campaign.English}
		must(r.t, r.in.store.Contacts.CreateContact(r.t.Context(), &c))
		must(r.t, r.in.store.Contacts.SubscribeContact(r.t.Context(), c.ID, campaign.Membership{List: r.press.ID, Status: campaign.Subscribed, Basis: campaign.LegitimateInterest, Source: "test"}, true))
	}
}
