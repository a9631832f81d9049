package scheduler

import (
	"slices"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

func TestWeeklyDigest(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 2)
	friday := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	f.setClock(friday.Add(-48 * time.Hour))
	_, err := f.store.Settings.UpdateSettings(t.Context(), func(set *campaign.Settings) error {
		set.Zone = "UTC"
		set.Digest = campaign.DigestSettings{On: true, Weekday: time.Friday, Hour: 9, Since: friday.Add(-72 * time.Hour)}
		return nil
	})
	must(t, err)
	wish := func(email string, lists ...campaign.List) campaign.Contact {
		c := f.add(email, lists...)
		c, err := f.store.Contacts.UpdateContact(t.Context(), c.ID, func(c *campaign.Contact) error {
			c.Frequency = campaign.Weekly
			return nil
		})
		must(t, err)
		return c
	}
	weekly, elsewhere := wish("weekly@example.org", f.list), wish("elsewhere@example.org", f.excluded)
	p := newMailServer(2)
	s := f.scheduler(p, nil)
	run := f.startRun()
	must(t, s.SendRun(t.Context(), run.ID))
	skipped, err := f.store.Deliveries.FindDeliveriesTo(t.Context(), weekly.ID, 5)
	must(t, err)
	if p.count() != 2 || len(skipped) != 1 || skipped[0].Reason != "gets the weekly digest" {
		t.Fatalf("%d sent, to the weekly reader %+v", p.count(), skipped)
	}
	for _, at := range []time.Duration{-time.Hour, -time.Minute} {
		f.setClock(friday.Add(at))
		if made, err := s.digest.start(t.Context()); made || err != nil {
			t.Errorf("%v before its time: %v %v", at, made, err)
		}
	}
	f.setClock(friday.Add(time.Minute))
	digest := campaign.RunID(campaign.DigestCampaign, friday)
	made, err := s.digest.start(t.Context())
	must(t, err)
	again, err := f.scheduler(newMailServer(1), nil).digest.start(t.Context())
	must(t, err)
	if !made || again {
		t.Errorf("made %v, and again %v", made, again)
	}
	must(t, s.SendRun(t.Context(), digest))
	var got []string
	for _, c := range []campaign.Contact{weekly, elsewhere} {
		ds, err := f.store.Deliveries.FindDeliveriesTo(t.Context(), c.ID, 5)
		must(t, err)
		i := slices.IndexFunc(ds, func(d campaign.Delivery) bool { return d.Run == digest })
		got = append(got, string(ds[i].State)+" "+ds[i].Reason+string(ds[i].Tracking))
	}
	if want := []string{"sent none", "skipped nothing was sent to this reader's listsnone"}; !slices.Equal(got, want) || p.count() != 3 {
		t.Errorf("got %q, %d sent", got, p.count())
	}
	f.setClock(friday.Add(7*24*time.Hour + time.Minute)) // a week in which nothing was sent
	if made, err := s.digest.start(t.Context()); made || err != nil {
		t.Errorf("an empty digest: %v %v", made, err)
	}
	r, err := f.store.Runs.GetRun(t.Context(), campaign.RunID(campaign.DigestCampaign, friday.AddDate(0, 0, 7)))
	must(t, err)
	if r.State != campaign.Sent || r.Reason == "" {
		t.Errorf("the run of an empty digest: %+v", r)
	}
}

func TestUrgentCampaignsGoToDigestReadersAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 0)
	_, err := f.store.Settings.UpdateSettings(t.Context(), func(set *campaign.Settings) error {
		set.Digest.On = true
		return nil
	})
	must(t, err)
	c := f.add("weekly@example.org", f.list)
	_, err = f.store.Contacts.UpdateContact(t.Context(), c.ID, func(c *campaign.Contact) error {
		c.Frequency = campaign.Weekly
		return nil
	})
	must(t, err)
	_, err = f.store.Campaigns.UpdateCampaign(t.Context(), f.campaign.ID, func(c *campaign.Campaign) error {
		c.ToEveryone = true
		return nil
	})
	must(t, err)
	p := newMailServer(1)
	run := f.startRun()
	must(t, f.scheduler(p, nil).SendRun(t.Context(), run.ID))
	r, made, err := f.store.Sending.StartDigest(t.Context(), campaign.Slot{At: time.Now().Add(time.Minute).UTC().Truncate(time.Second)})
	must(t, err)
	if p.count() != 1 || !made || r.State != campaign.Sent {
		t.Errorf("%d sent; the digest: %v %+v", p.count(), made, r)
	}
}
