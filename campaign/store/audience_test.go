package store_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/store/sqlite"
)

func openStore(t *testing.T) *store.Store {
	t.Helper()
	engine, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "store.db"))
	must(t, err)
	s, err := store.New(t.Context(), engine, campaign.NewSigner("a secret of the test"), time.Now)
	must(t, err)
	t.Cleanup(func() { s.Close(context.Background()) })
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestCountAudience(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	press, schools, veto := campaign.List{Name: "Press"}, campaign.List{Name: "Schools", Tracking: campaign.NoTracking}, campaign.List{Name: "Veto"}
	for _, l := range []*campaign.List{&press, &schools, &veto} {
		must(t, s.Lists.CreateList(ctx, l))
	}
	add := func(email string, language campaign.Language, change func(*campaign.Contact), lists ...campaign.List) {
		c := &campaign.Contact{Email: email, Kind: campaign.Journalist, Language: language}
		for _, l := range lists {
			c.Subscribe(campaign.Membership{List: l.ID, Status: campaign.Subscribed, Basis: campaign.LegitimateInterest}, false)
		}
		if change != nil {
			change(c)
		}
		must(t, s.Contacts.CreateContact(ctx, c))
	}
	add("plain@example.org", campaign.English, nil, press)
	add("both@example.org", campaign.English, nil, press, schools)
	add("french@example.org", campaign.French, nil, press)
	add("school@example.org", "", nil, schools)
	add("vetoed@example.org", campaign.English, nil, press, veto)
	add("bounced@example.org", campaign.English, func(c *campaign.Contact) { c.Status = campaign.Bounced }, press)
	add("nobasis@example.org", campaign.English, func(c *campaign.Contact) { c.Memberships[0].Basis = "" }, press)
	add("left@example.org", campaign.English, func(c *campaign.Contact) { c.Leave(press.ID, campaign.Unsubscribed, time.Now()) }, press)
	add("suppressed@example.org", campaign.English, nil, press)
	must(t, s.Suppressions.Suppress(ctx, "suppressed@example.org", campaign.ComplaintReason, ""))

	r := campaign.Release{Source: campaign.SerbianLatin, Versions: []campaign.Version{{Language: campaign.SerbianLatin}, {Language: campaign.English}}}
	count, err := s.Audiences.CountAudience(ctx, &edition.Edition{Lists: []campaign.List{press, schools}, Exclude: []string{veto.ID}, Release: r, LeaveToDigest: true})
	must(t, err)
	equal(t, "members", count.Members, 8)
	equal(t, "reached", count.Reached, 4)
	equal(t, "left out", count.NotReached(), 4)
	equal(t, "left by their own act", count.Left, 1)
	equal(t, "English, counted together", count.Versions[campaign.English][campaign.Aggregate], 2)
	equal(t, "English, not tracked because of one list", count.Versions[campaign.English][campaign.NoTracking], 1)
	equal(t, "no language: the source", count.Versions[campaign.SerbianLatin][campaign.NoTracking], 1)
	equal(t, "French fall back", count.Fallbacks[campaign.French], 1)
	equal(t, "journalists", count.Kinds[campaign.Journalist], 4)
	for _, why := range []string{"the contact is on an excluded list", "the contact is bounced", "no legal basis is on record", "the address must not be mailed: the reader complained"} {
		equal(t, why, count.LeftOut[why], 1)
	}
	empty, err := s.Audiences.CountAudience(ctx, &edition.Edition{LeaveToDigest: true})
	must(t, err)
	equal(t, "of no list", empty.Members+empty.Left, 0)
}

func TestResultsOfARun(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	var ds []*campaign.Delivery
	for i, d := range []campaign.Delivery{
		{Email: "a@one.example", State: campaign.Accepted}, {Email: "b@one.example", State: campaign.Failed, Reason: "550 5.1.1 <b@one.example>: unknown"},
		{Email: "c@one.example", State: campaign.Failed, Reason: "550 5.1.1 <c@one.example>: unknown"}, {Email: "d@two.example", State: campaign.Deferred, Reason: "451 later"},
	} {
		d.ID, d.Run, d.Domain = "r.00.c"+string(rune('a'+i)), "r", campaign.Domain(d.Email)
		ds = append(ds, &d)
	}
	must(t, s.Deliveries.PlanDeliveries(ctx, ds))
	domains, err := s.Recipients.CountByDomain(ctx, "r", campaign.Failed, campaign.Deferred)
	must(t, err)
	equal(t, "domains", len(domains), 2)
	equal(t, "largest first", domains[0].Domain, "one.example")
	equal(t, "refused there", domains[0].Of("failed"), 2)
	equal(t, "waiting elsewhere", domains[1].Of("deferred"), 1)
	reasons, err := s.Recipients.CountReasons(ctx, "r", campaign.Failed)
	must(t, err)
	equal(t, "one reason for both", len(reasons), 1)
	equal(t, "without the address", reasons[0], store.ReasonCount{Reason: "550 5.1.1 <…>: unknown", Count: 2})

	seen := 0
	must(t, s.Deliveries.EachDelivery(ctx, "r", campaign.Failed, func(page []campaign.Delivery) error { seen += len(page); return nil }))
	equal(t, "exported", seen, 2)
	must(t, s.Events.RecordEvents(ctx, []*campaign.Event{
		{ID: "1", Run: "r", Kind: campaign.Opened, Verdict: campaign.Human, Delivery: "r.00.ca", Contact: "ca"},
		{ID: "2", Run: "r", Kind: campaign.Opened, Verdict: campaign.Machine, Delivery: "r.00.cb", Contact: "cb"},
		{ID: "3", Run: "r", Kind: campaign.Opened, Verdict: campaign.Human, Reader: "somebody"},
		{ID: "4", Run: "r", Kind: campaign.Clicked, Verdict: campaign.Human, Delivery: "r.00.ca", Contact: "ca", Link: 1},
	}))
	readers, next, err := s.Recipients.FindReaders(ctx, "r", campaign.Opened, store.Page{})
	must(t, err)
	equal(t, "known to have opened", len(readers), 1)
	equal(t, "who", readers[0].Email, "a@one.example")
	equal(t, "no more pages", next, "")
	events, err := s.Recipients.EventsOfDeliveries(ctx, []string{"r.00.ca", "r.00.cb"})
	must(t, err)
	equal(t, "events of the first", len(events["r.00.ca"]), 2)
}

func TestOnlyDraftsAndWaitingCampaignsAreScheduled(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	l := campaign.List{Name: "Press"}
	must(t, s.Lists.CreateList(ctx, &l))
	r := campaign.Release{Title: "News", Versions: []campaign.Version{{Language: campaign.English, Headline: "News"}}}
	must(t, s.Releases.CreateRelease(ctx, &r))
	c := campaign.Campaign{Name: "News", Release: r.ID, Lists: []string{l.ID}, Sender: campaign.Sender{Email: "press@example.org"}}
	must(t, s.Campaigns.CreateCampaign(ctx, &c))
	equal(t, "a draft cannot go on", campaign.CodeOf(s.Sending.ResumeCampaign(ctx, c.ID)), campaign.Conflict)
	c, err := s.Sending.SendNow(ctx, c.ID, 0)
	must(t, err)
	_, err = s.Sending.StartRun(ctx, c.ID, campaign.Slot{At: c.NextAt}, campaign.TriggerHand, func(*campaign.Release) []campaign.Link { return nil })
	must(t, err)
	_, err = s.Sending.SendNow(ctx, c.ID, time.Minute)
	equal(t, "what is sending cannot be sent", campaign.CodeOf(err), campaign.Conflict)
	must(t, s.Sending.PauseCampaign(ctx, c.ID, "a look"))
	_, err = s.Sending.SendNow(ctx, c.ID, time.Minute)
	equal(t, "nor what is paused", campaign.CodeOf(err), campaign.Conflict)
	must(t, s.Sending.ResumeCampaign(ctx, c.ID))
}
