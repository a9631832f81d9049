package store_test

import (
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// TestReturns records what came back of deliveries: what follows for the contact follows once, by the rules of the settings, and a page
// of a run's returned messages holds it too.
func TestReturns(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		set, err := d.Settings.UpdateSettings(ctx, func(s *campaign.Settings) error {
			s.Bounces = campaign.BounceRules{Failures: 2, AtLeast: 3}
			return nil
		})
		must(t, err)
		equal(t, "failures", set.Bounces.Failures, 2)
		contacts := map[string]*campaign.Contact{}
		for _, who := range []string{"dead", "soft", "spam"} {
			contacts[who] = &campaign.Contact{Email: who + "@example.org", Kind: campaign.Journalist}
			must(t, d.Contacts.CreateContact(ctx, contacts[who]))
		}
		back := func(run, who string, kind campaign.EventKind, class campaign.BounceClass, want bool) {
			t.Helper()
			id, _ := campaign.DeliveryID(run, 1, contacts[who].ID)
			del := campaign.Delivery{ID: id, Run: run, Contact: contacts[who].ID, Email: contacts[who].Email, State: campaign.Accepted, Attempts: 1, MadeAt: d.now(), SentAt: d.now(), LastAt: d.now()}
			_, err := d.Deliveries.AddDeliveries(ctx, []*campaign.Delivery{&del})
			must(t, err)
			isNew, err := d.Bounces.RecordReturn(ctx, &del, campaign.Event{Kind: kind, Verdict: class, Rule: "status 5.1.1", Detail: "550 no such user " + del.Email, At: d.now()})
			must(t, err)
			equal(t, "new", isNew, want)
		}
		is := func(who string, status campaign.ContactStatus, rests bool) {
			t.Helper()
			c, err := d.other.Contacts.GetContact(ctx, contacts[who].ID)
			must(t, err)
			equal(t, "status of "+who, c.Status, status)
			equal(t, who+" rests", d.now().Before(c.PausedUntil), rests)
		}
		for _, isNew := range []bool{true, false} {
			back("run1", "dead", campaign.BouncedEvent, campaign.HardBounced, isNew)
			back("run1", "spam", campaign.ComplainedEvent, "", isNew)
			back("run1", "soft", campaign.BouncedEvent, campaign.FullBounced, isNew)
		}
		is("dead", campaign.Bounced, false)
		is("spam", campaign.Complained, false)
		is("soft", campaign.Active, false)
		suppressed, err := d.Suppressions.Suppressed(ctx, []string{"spam@example.org"})
		must(t, err)
		equal(t, "suppressed", suppressed["spam@example.org"], campaign.ComplaintReason)
		var found []string
		for after := ""; ; {
			ds, next, err := d.Recipients.FindReaders(ctx, "run1", campaign.BouncedEvent, store.Page{Limit: 1, After: after})
			must(t, err)
			found = append(found, campaign.Collect(ds, func(d campaign.Delivery) string { return d.Email })...)
			if after = next; after == "" {
				break
			}
		}
		equal(t, "came back", len(found), 2)
		d.pass(4 * 24 * time.Hour)
		back("run2", "soft", campaign.BouncedEvent, campaign.BlockBounced, true)
		is("soft", campaign.Active, false)
		back("run3", "soft", campaign.BouncedEvent, campaign.SoftBounced, true)
		is("soft", campaign.Active, true)
		d.pass(31 * 24 * time.Hour)
		must(t, d.Bounces.BounceContact(ctx, campaign.Bounce{Class: campaign.SoftBounced, Contact: contacts["soft"].ID, Run: "run4", Words: "450 later"}))
		is("soft", campaign.Bounced, false)
	})
}
