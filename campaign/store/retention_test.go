package store_test

import (
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

func TestRetentionForgetsWhoAndKeepsCounts(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		press := d.addList(t, "Press")
		c := d.addContact(t, campaign.Contact{Email: "ana@example.org", FirstName: "Ana"}, press.ID)
		run := d.start(t, d.addCampaign(t, "One", press.ID).ID)
		id := d.deliver(t, run, c, campaign.Accepted, "")
		must(t, d.Events.RecordEvents(ctx, eventsOf(run, id, c, d.now())))
		must(t, d.Journal.Log(ctx, campaign.Entry{Kind: campaign.ViewedEntry, Audit: true}))
		_, err := d.Runs.UpdateRun(ctx, run.ID, func(r *campaign.Run) error { r.State, r.EndedAt = campaign.Sent, d.now(); return nil })
		must(t, err)
		before := d.allFigures(t, run)
		night := func(months int) campaign.RetentionReport {
			d.pass(time.Duration(months) * 31 * 24 * time.Hour)
			r, ran, err := d.Retention.Retain(ctx)
			must(t, err)
			equal(t, "the night's work is done", ran, true)
			_, ran, err = d.other.Retention.Retain(ctx)
			must(t, err)
			equal(t, "done twice in one night", ran, false)
			equal(t, "figures", d.allFigures(t, run), before)
			return r
		}
		r := night(1)
		same(t, "after a month", []int64{r.Events, r.Bounces, r.Deliveries, r.Audit, r.Review}, []int64{0, 0, 0, 0, 0})
		r = night(3)
		same(t, "after four months", []int64{r.Events, r.Bounces}, []int64{0, 1})
		events := d.eventsWith(t, c.ID)
		equal(t, "events that are still the contact's", len(events), 5)
		r = night(11)
		same(t, "after fifteen months", []int64{r.Events, r.Bounces, r.Deliveries}, []int64{5, 0, 0})
		events = d.eventsWith(t, c.ID)
		equal(t, "events that are still the contact's", len(events), 0)
		r = night(12)
		same(t, "after twenty-seven months", []int64{r.Events, r.Deliveries, r.Review}, []int64{0, 0, 1})
		r = night(12)
		same(t, "after three years", []int64{r.Deliveries, r.Audit, r.Review}, []int64{1, 1, 0})
		delivery, err := d.Deliveries.GetDelivery(ctx, id)
		must(t, err)
		same(t, "an old delivery", []string{delivery.Email, delivery.Name, delivery.Contact}, []string{"", "", campaign.ErasedContact})
		kept, err := d.Contacts.GetContact(ctx, c.ID)
		must(t, err)
		equal(t, "the contact itself", kept.Email, c.Email)
		reports, err := d.Retention.FindRetentionReports(ctx, 10)
		must(t, err)
		equal(t, "reports", len(reports), 5)
	})
}

func TestReviewsWaitForSomebody(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		_, err := d.Settings.UpdateSettings(ctx, func(s *campaign.Settings) error {
			s.Retention.Review = map[campaign.Kind]int{campaign.School: 12}
			return s.Retention.Check()
		})
		must(t, err)
		school := d.addContact(t, campaign.Contact{Email: "school@example.org", Kind: campaign.School})
		silent := d.addContact(t, campaign.Contact{Email: "silent@example.org", Kind: campaign.Journalist})
		active := d.addContact(t, campaign.Contact{Email: "active@example.org", Kind: campaign.Journalist})
		waiting := func(what string, want ...string) {
			t.Helper()
			_, _, err := d.Retention.Retain(ctx)
			must(t, err)
			rs, _, err := d.Reviews.FindReviews(ctx, store.Page{})
			must(t, err)
			got := map[string]bool{}
			for _, r := range rs {
				got[r.ID] = true
			}
			for _, id := range want {
				if !got[id] {
					t.Errorf("%s: %s does not wait", what, id)
				}
			}
			equal(t, what, len(got), len(want))
		}
		d.pass(13 * 31 * 24 * time.Hour)
		waiting("after thirteen months", school.ID)
		must(t, d.Reviews.AskReconfirm(ctx, school.ID))
		refused(t, "asked twice", d.Reviews.AskReconfirm(ctx, school.ID), campaign.Conflict)
		refused(t, "asking who is not on the list", d.Reviews.AskReconfirm(ctx, silent.ID), campaign.NotFound)
		mails, err := d.Deliveries.FindDeliveriesTo(ctx, school.ID, 10)
		must(t, err)
		equal(t, "mails that ask", len(mails), 1)
		refused(t, "kept without a reason", d.Reviews.KeepReviewed(ctx, school.ID, " "), campaign.Invalid)
		must(t, d.Reviews.KeepReviewed(ctx, school.ID, "The register still names it."))
		waiting("once it was kept")
		d.pass(10 * 31 * 24 * time.Hour)
		must(t, d.Journal.Log(ctx, campaign.Entry{Kind: campaign.RepliedEntry, Contact: active.ID}))
		d.pass(3 * 31 * 24 * time.Hour)
		waiting("after two years", silent.ID, school.ID)
		must(t, d.Journal.Log(ctx, campaign.Entry{Kind: campaign.RepliedEntry, Contact: silent.ID}))
		d.pass(24 * time.Hour)
		waiting("once one replied", school.ID)
		must(t, d.Eraser.EraseContact(ctx, school.ID))
		n, err := d.Reviews.CountReviews(ctx)
		must(t, err)
		equal(t, "after erasure", n, 0)
		refused(t, "keeping who is gone", d.Reviews.KeepReviewed(ctx, school.ID, "why"), campaign.NotFound)
	})
}

func TestRetentionPeriods(t *testing.T) {
	full := campaign.Retention{Events: 6}.Full()
	equal(t, "set", full.Events, 6)
	equal(t, "by default", full.Deliveries, 36)
	equal(t, "of a kind", full.Review[campaign.Partner], 24)
	for _, bad := range []campaign.Retention{{Events: -1}, {Audit: 500}, {Events: 40}, {Review: map[campaign.Kind]int{campaign.School: 999}}} {
		refused(t, "periods", bad.Check(), campaign.Invalid)
	}
}
