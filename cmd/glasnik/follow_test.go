package main

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// A follow-up made by command goes over a real connection to those of whom nothing is known: not to who opened the mail before, and not
// to who leaves while it goes out. Who joined since gets the first mail, once.
func TestFollowUpByCommand(t *testing.T) {
	t.Parallel()
	var first func()
	var mu sync.Mutex
	d := newDesk(t, smtptest.Options{Act: func(m smtptest.Moment) smtptest.Action {
		mu.Lock()
		defer mu.Unlock()
		if m.Phase != smtptest.Dot || first == nil {
			return smtptest.Action{}
		}
		first()
		first = nil
		looked := make(chan struct{}) // what was looked at before that is looked at anew
		time.AfterFunc(1200*time.Millisecond, func() { close(looked) })
		return smtptest.Action{Wait: looked}
	}})
	d.environ[0] = strings.Replace(d.environ[0], "connections=2", "connections=1", 1)
	id := d.campaign("email\n" + manyReaders(8))
	d.inspect(func(in *installation) {
		l, err := in.store.Lists.GetListByName(t.Context(), "Press")
		must(t, err)
		_, err = in.store.Lists.UpdateList(t.Context(), l.ID, func(l *campaign.List) error { l.Tracking = campaign.Individual; return nil })
		must(t, err)
		must(t, in.store.Audiences.EachMember(t.Context(), l.ID, "", 100, func(cs []campaign.Contact) error {
			for _, c := range cs {
				_, err := in.store.Contacts.UpdateContact(t.Context(), c.ID, func(c *campaign.Contact) error {
					c.AllowTracking(campaign.TrackingConsent{At: time.Now().Add(-time.Hour), Basis: campaign.ConsentBasis, Source: "form"})
					return nil
				})
				must(t, err)
			}
			return nil
		}))
	})
	d.ok("campaigns", "send", id, "--wait")
	clock := &movedClock{skew: 4 * 24 * time.Hour}
	later := func(args ...string) (int, string) {
		var out, err lockedBuffer
		p := d.program(&out, &err)
		p.now = clock.now
		code := p.run(t.Context(), d.inFolder(args))
		return code, out.String() + err.String()
	}
	d.inspect(func(in *installation) { // reader00 opened it
		ds, _, err := in.store.Deliveries.FindDeliveries(t.Context(), in.runOf(t, id), campaign.Accepted, store.Page{Limit: 100})
		must(t, err)
		at := slices.IndexFunc(ds, func(d campaign.Delivery) bool { return d.Email == "reader00@example.org" })
		must(t, in.store.Events.RecordEvents(t.Context(), []*campaign.Event{{
			ID: "opened", Run: ds[at].Run, Campaign: id, Kind: campaign.Opened, Verdict: campaign.Human, Delivery: ds[at].ID, Contact: ds[at].Contact, Reader: ds[at].Contact, At: time.Now(),
		}}))
	})
	for _, tt := range []struct {
		says string
		args []string
	}{
		{"needs another subject", []string{"--follow-up", id}},
		{"write another", []string{"--follow-up", id, "--subject", "en=Another one", "--subject", "sr-Latn=Vodič za redakcije – šta pitati?"}},
		{"a number of days", []string{"--follow-up", id, "--after", "3h", "--subject", "en=A", "--subject", "sr-Latn=B"}},
		{"LANGUAGE=TEXT", []string{"--follow-up", id, "--subject", "Two seats"}},
		{"cannot be given together", []string{"--follow-up", id, "--to-joined", id, "--subject", "en=A"}},
		{"the same release", []string{"--to-joined", id, "--release", "other"}},
		{"from the same sender", []string{"--follow-up", id, "--subject", "en=A", "--list", "Press"}},
		{"there is no campaign", []string{"--follow-up", "nowhere", "--subject", "en=A"}},
		{"--release", []string{"--list", "Press"}},
	} {
		if code, out := later(append([]string{"campaigns", "create"}, tt.args...)...); code == exitOK || !strings.Contains(out, tt.says) {
			t.Errorf("%q: exit %d, %s", tt.args, code, out)
		}
	}
	code, out := later("campaigns", "create", "--follow-up", id, "--after", "3d", "--subject", "en=Two seats are left", "--subject", "sr-Latn=Ostala su dva mesta")
	if code != exitOK || !strings.Contains(out, "of whom no open and no click is known after 3 days") {
		t.Fatalf("exit %d: %s", code, out)
	}
	var follow string
	d.inspect(func(in *installation) {
		drafts, _, err := in.store.Campaigns.FindCampaigns(t.Context(), campaign.Draft, store.Page{})
		must(t, err)
		follow = drafts[0].ID
	})
	var left string
	sent := len(d.sink.Taken())
	mu.Lock()
	first = func() { // its first message is on the wire: the last in the queue leaves
		d.inspect(func(in *installation) {
			ds, _, err := in.store.Deliveries.FindDeliveries(t.Context(), in.runOf(t, follow), campaign.Queued, store.Page{Limit: 100})
			must(t, err)
			left = ds[len(ds)-1].Email
			_, err = in.store.Contacts.UpdateContact(t.Context(), ds[len(ds)-1].Contact, func(c *campaign.Contact) error {
				c.Leave(c.Memberships[0].List, campaign.Unsubscribed, time.Now())
				return nil
			})
			must(t, err)
		})
	}
	mu.Unlock()
	if code, out := later("campaigns", "send", follow, "--wait"); code != exitOK {
		t.Fatalf("exit %d: %s", code, out)
	}
	var got []string
	for _, m := range d.sink.Taken()[sent:] {
		got = append(got, m.To)
		if !strings.Contains(string(m.Data), "Two seats are left") && !strings.Contains(string(m.Data), "Ostala su dva mesta") {
			t.Errorf("%s got another subject", m.To)
		}
	}
	if left == "" || len(got) != 6 || slices.Contains(got, "reader00@example.org") || slices.Contains(got, left) {
		t.Errorf("%s left; %v got it", left, got)
	}
	s := d.statusOf(follow)
	if run := s.Runs[0]; !run.Balance.Closed || run.Balance.LeftOut != 2 || run.Balance.Accepted != 6 || len(run.LeftOutFor) != 2 {
		t.Errorf("its sheet: %+v, left out: %v", run.Balance, run.LeftOutFor)
	}

	d.write("new.csv", "email\nnewcomer@example.org\n")
	d.ok("contacts", "import", "new.csv", "--list", "Press", "--kind", "journalist")
	if code, out := later("campaigns", "create", "--to-joined", id, "--name", "Newcomers"); code != exitOK {
		t.Fatalf("exit %d: %s", code, out)
	}
	var joined string
	d.inspect(func(in *installation) {
		drafts, _, err := in.store.Campaigns.FindCampaigns(t.Context(), campaign.Draft, store.Page{})
		must(t, err)
		joined = drafts[0].ID
	})
	sent = len(d.sink.Taken())
	for range 2 { // pressed twice
		later("campaigns", "send", joined, "--wait")
	}
	if taken := d.sink.Taken()[sent:]; len(taken) != 1 || taken[0].To != "newcomer@example.org" {
		t.Errorf("%d messages to who joined", len(taken))
	}
}

// runOf is the id of the last run of a campaign.
func (in *installation) runOf(t *testing.T, id string) string {
	t.Helper()
	c, err := in.store.Campaigns.GetCampaign(t.Context(), id)
	must(t, err)
	return c.LastRun
}
