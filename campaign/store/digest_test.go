package store_test

import (
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

func TestStartDigest(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		_, err := d.Settings.UpdateSettings(ctx, func(set *campaign.Settings) error {
			set.Digest.On = true
			return nil
		})
		must(t, err)
		l := d.addList(t, "Press")
		reader := d.addContact(t, campaign.Contact{Email: "weekly@example.org", Frequency: campaign.Weekly}, l.ID)
		d.addContact(t, campaign.Contact{Email: "each@example.org"}, l.ID)
		for _, name := range []string{"Normal", "Urgent"} {
			c := d.addCampaign(t, name, l.ID)
			_, err := d.Campaigns.UpdateCampaign(ctx, c.ID, func(c *campaign.Campaign) error {
				c.ToEveryone = name == "Urgent"
				return nil
			})
			must(t, err)
			_, err = d.Sending.ScheduleCampaign(ctx, c.ID, campaign.Slot{At: d.now()})
			must(t, err)
			_, err = d.Sending.StartRun(ctx, c.ID, campaign.Slot{At: d.now()}, campaign.TriggerHand, noLinks)
			must(t, err)
			d.pass(time.Hour)
		}
		slot := campaign.Slot{At: d.now()}
		r, made, err := d.Sending.StartDigest(ctx, slot)
		must(t, err)
		equal(t, "made", made, true)
		_, again, err := d.other.Sending.StartDigest(ctx, slot)
		must(t, err)
		equal(t, "made again", again, false)
		e, err := d.Runs.GetEdition(ctx, r.ID)
		must(t, err)
		equal(t, "what it tells of", len(e.Digest), 1)
		equal(t, "the release", e.Digest[0].Release.Title, "Normal")
		found := 0
		must(t, d.Audiences.EachOn(ctx, campaign.DigestKey(), nil, nil, "", 10, func(cs []campaign.Contact) error {
			for _, c := range cs {
				found++
				equal(t, "reader", c.ID, reader.ID)
			}
			return nil
		}))
		equal(t, "readers", found, 1)
		d.pass(7 * 24 * time.Hour)
		r, made, err = d.Sending.StartDigest(ctx, campaign.Slot{At: d.now()})
		must(t, err)
		equal(t, "an empty one is on record", made, true)
		equal(t, "its state", r.State, campaign.Sent)
	})
}
