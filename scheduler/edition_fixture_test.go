package scheduler

import (
	"context"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// everyMonday is when the editions of these tests leave.
var everyMonday = campaign.Schedule{Kind: campaign.ByRule, Rule: &campaign.Recurrence{Pattern: campaign.EachWeek, Weekdays: []time.Weekday{time.Monday}, Time: "09:00", From: "2026-12-01"}}

// editions makes the fixture's campaign one with editions, whose first leaves on Monday 7 December 2026.
func (f *fixture) editions(rule campaign.ContentRule) campaign.Slot {
	f.t.Helper()
	ctx := f.t.Context()
	f.setClock(instant(f.t, "2026-12-01T08:00:00Z"))
	rule.Since = f.now()
	_, err := f.store.Campaigns.UpdateCampaign(ctx, f.campaign.ID, func(c *campaign.Campaign) error { c.Content = rule; return nil })
	must(f.t, err)
	_, err = f.store.Releases.UpdateRelease(ctx, f.campaign.Release, func(r *campaign.Release) error {
		r.Title, r.Kind = "News", campaign.Newsletter
		for i := range r.Versions {
			r.Versions[i].Lead = "An introduction that stands in the frame."
		}
		return nil
	})
	must(f.t, err)
	return f.schedule(everyMonday)
}

// publish adds a press release in two languages and marks it as published.
func (f *fixture) publish(title string, change func(*campaign.Release)) campaign.Release {
	f.t.Helper()
	r := campaign.Release{Title: title, Versions: []campaign.Version{
		{Language: campaign.English, Headline: title, Lead: "Lead of " + title + ".", Body: "Text."},
		{Language: campaign.SerbianLatin, Headline: title + ", na srpskom", Lead: "Uvod za " + title + ".", Body: "Tekst."},
	}}
	if change != nil {
		change(&r)
	}
	must(f.t, f.store.Releases.CreateRelease(f.t.Context(), &r))
	must(f.t, f.store.Upcomings.MarkPublished(f.t.Context(), r.ID, ""))
	return r
}

// ahead makes the next edition as the scheduler does between runs.
func (f *fixture) ahead() campaign.Outlook {
	f.t.Helper()
	must(f.t, f.scheduler(newMailServer(1), nil).due.prepare(f.t.Context()))
	c := f.reload()
	o, err := f.store.Upcomings.NextEdition(f.t.Context(), &c)
	must(f.t, err)
	return o
}

// pass lets the time of the next run come and go.
func (f *fixture) pass(p *mailServer) campaign.Campaign {
	f.t.Helper()
	f.setClock(f.reload().NextAt.Add(time.Second))
	s := f.scheduler(p, nil)
	f.runUntil(s, f.settled(s))
	return f.reload()
}

// write types an introduction into an edition, as an editor does.
func (f *fixture) write(release, text string) {
	f.t.Helper()
	_, err := f.store.Releases.UpdateRelease(f.t.Context(), release, func(r *campaign.Release) error {
		r.Versions = slices.Clone(r.Versions)
		for i := range r.Versions {
			r.Versions[i].Lead, r.Versions[i].UpdatedAt = text+" "+string(r.Versions[i].Language), f.now()
		}
		return nil
	})
	must(f.t, err)
}

func headlines(r *campaign.Release, l campaign.Language) []string {
	return campaign.Collect(r.In(l).Stories, func(s campaign.Story) string { return s.Headline })
}

// onBothStores runs a test on SQLite, and on MongoDB where there is one.
func onBothStores(t *testing.T, contacts int, test func(t *testing.T, f *fixture)) {
	t.Run("sqlite", func(t *testing.T) { test(t, newFixture(t, contacts)) })
	if os.Getenv("GLASNIK_TEST_MONGODB_URI") != "" {
		t.Run("mongodb", func(t *testing.T) { test(t, newFixtureOn(t, contacts, onMongoDB(t))) })
	}
}

// forgetRun removes the record of a run, as if its process had died before it was written.
func (f *fixture) forgetRun(id string) error {
	_, err := f.engine().Delete(context.Background(), schema.Runs, document.ByID(id))
	return err
}
