package scheduler

import (
	"slices"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

func TestWeeklyDigest(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 2)
	friday := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	o.setClock(friday.Add(-48 * time.Hour))
	_, err := o.store.Settings.UpdateSettings(t.Context(), func(set *campaign.Settings) error {
		set.Zone = "UTC"
		set.Digest = campaign.DigestSettings{On: true, Weekday: time.Friday, Hour: 9, Since: friday.Add(-72 * time.Hour)}
		return nil
	})
	must(t, err)
	wish := func(email string, lists ...campaign.List) campaign.Contact {
		c := o.add(email, lists...)
		c, err := o.store.Contacts.UpdateContact(t.Context(), c.ID, func(c *campaign.Contact) error {
			c.Frequency = campaign.Weekly
			return nil
		})
		must(t, err)
		return c
	}
	weekly, elsewhere := wish("weekly@example.org", o.list), wish("elsewhere@example.org", o.excluded)
	p := newPost(2)
	s := o.scheduler(p, nil)
	run := o.startRun()
	must(t, s.SendRun(t.Context(), run.ID))
	skipped, err := o.store.Deliveries.FindDeliveriesTo(t.Context(), weekly.ID, 5)
	must(t, err)
	if p.count() != 2 || len(skipped) != 1 || skipped[0].Reason != "gets the weekly digest" {
		t.Fatalf("%d sent, to the weekly reader %+v", p.count(), skipped)
	}
	for _, at := range []time.Duration{-time.Hour, -time.Minute} {
		o.setClock(friday.Add(at))
		if made, err := s.digest.start(t.Context()); made || err != nil {
			t.Errorf("%v before its time: %v %v", at, made, err)
		}
	}
	o.setClock(friday.Add(time.Minute))
	digest := campaign.RunID(campaign.DigestCampaign, friday)
	made, err := s.digest.start(t.Context())
	must(t, err)
	again, err := o.scheduler(newPost(1), nil).digest.start(t.Context())
	must(t, err)
	if !made || again {
		t.Errorf("made %v, and again %v", made, again)
	}
	must(t, s.SendRun(t.Context(), digest))
	var got []string
	for _, c := range []campaign.Contact{weekly, elsewhere} {
		ds, err := o.store.Deliveries.FindDeliveriesTo(t.Context(), c.ID, 5)
		must(t, err)
		i := slices.IndexFunc(ds, func(d campaign.Delivery) bool { return d.Run == digest })
		got = append(got, string(ds[i].State)+" "+ds[i].Reason+string(ds[i].Tracking))
	}
	if want := []string{"sent none", "skipped nothing was sent to this reader's listsnone"}; !slices.Equal(got, want) || p.count() != 3 {
		t.Errorf("got %q, %d sent", got, p.count())
	}
	o.setClock(friday.Add(7*24*time.Hour + time.Minute)) // a week in which nothing was sent
	if made, err := s.digest.start(t.Context()); made || err != nil {
		t.Errorf("an empty digest: %v %v", made, err)
	}
	r, err := o.store.Runs.GetRun(t.Context(), campaign.RunID(campaign.DigestCampaign, friday.AddDate(0, 0, 7)))
	must(t, err)
	if r.State != campaign.Sent || r.Reason == "" {
		t.Errorf("the run of an empty digest: %+v", r)
	}
}

func TestUrgentCampaignsGoToDigestReadersAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	_, err := o.store.Settings.UpdateSettings(t.Context(), func(set *campaign.Settings) error {
		set.Digest.On = true
		return nil
	})
	must(t, err)
	c := o.add("weekly@example.org", o.list)
	_, err = o.store.Contacts.UpdateContact(t.Context(), c.ID, func(c *campaign.Contact) error {
		c.Frequency = campaign.Weekly
		return nil
	})
	must(t, err)
	_, err = o.store.Campaigns.UpdateCampaign(t.Context(), o.campaign.ID, func(c *campaign.Campaign) error {
		c.ToEveryone = true
		return nil
	})
	must(t, err)
	p := newPost(1)
	run := o.startRun()
	must(t, o.scheduler(p, nil).SendRun(t.Context(), run.ID))
	r, made, err := o.store.Sending.StartDigest(t.Context(), campaign.Slot{At: time.Now().Add(time.Minute).UTC().Truncate(time.Second)})
	must(t, err)
	if p.count() != 1 || !made || r.State != campaign.Sent {
		t.Errorf("%d sent; the digest: %v %+v", p.count(), made, r)
	}
}
