package store_test

import (
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

func TestRevisionsTellWhatAVersionWas(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		ana, marko := store.As(ctx, campaign.Actor{Name: "Ana"}), store.As(ctx, campaign.Actor{Name: "Marko"})
		first := time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
		r := campaign.Release{Versions: []campaign.Version{{Language: campaign.English, Headline: "One", UpdatedAt: first}}}
		must(t, d.Releases.CreateRelease(ana, &r))
		change := func(headline string, at time.Time) {
			t.Helper()
			_, err := d.Releases.UpdateRelease(marko, r.ID, func(r *campaign.Release) error {
				r.Put(campaign.Version{Language: campaign.English, Headline: headline, UpdatedAt: at})
				return nil
			})
			must(t, err)
		}
		change("Two", first.Add(time.Hour))
		change("Two", first.Add(time.Hour)) // saved again as it is
		_, err := d.Releases.UpdateRelease(marko, r.ID, func(r *campaign.Release) error { r.Title = "Another name"; return nil })
		must(t, err)
		change("Three", first.Add(2*time.Hour))

		found, next, err := d.Releases.FindRevisions(ctx, r.ID, campaign.English, store.Page{Limit: 2})
		must(t, err)
		equal(t, "the latest first", found[0].Text.Headline+found[1].Text.Headline, "ThreeTwo")
		rest, _, err := d.Releases.FindRevisions(ctx, r.ID, campaign.English, store.Page{Limit: 2, After: next})
		must(t, err)
		equal(t, "and then", len(rest), 1)
		equal(t, "who", found[0].By+rest[0].By, "MarkoAna")
		at, err := d.Releases.RevisionAt(ctx, r.ID, campaign.English, first.Add(90*time.Minute))
		must(t, err)
		equal(t, "at a time", at.Text.Headline, "Two")
		_, err = d.Releases.RevisionAt(ctx, r.ID, campaign.English, first.Add(-time.Minute))
		refused(t, "before the first", err, campaign.NotFound)

		must(t, d.Releases.DeleteRelease(ctx, r.ID))
		_, err = d.Releases.GetRevision(ctx, found[0].ID)
		refused(t, "of a release that is deleted", err, campaign.NotFound)
	})
}

func TestWorkingCopiesKeepWhatIsTyped(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		w := campaign.WorkingCopy{Release: "r1", Language: campaign.French, User: "u1", By: "Ana", New: true, Title: "T", Fields: map[string][]string{"body": {"Bonjour"}, "topics": {"a", "b"}}}
		must(t, d.WorkingCopies.SaveWorkingCopy(ctx, &w))
		beat := campaign.WorkingCopy{Release: "r1", Language: campaign.French, User: "u1", By: "Ana"}
		must(t, d.WorkingCopies.SaveWorkingCopy(ctx, &beat))
		got, err := d.WorkingCopies.GetWorkingCopy(ctx, w.ID)
		must(t, err)
		equal(t, "the text after a beat", got.Fields["body"][0]+got.Fields["topics"][1], "Bonjourb")
		must(t, d.WorkingCopies.SaveWorkingCopy(ctx, &campaign.WorkingCopy{Release: "r1", Language: campaign.English, User: "u2", By: "Marko"}))
		all, err := d.WorkingCopies.FindWorkingCopies(ctx, "r1")
		must(t, err)
		equal(t, "all of the release", len(all), 2)
		began, err := d.WorkingCopies.FindNewWorkingCopies(ctx, "u1")
		must(t, err)
		equal(t, "begun and never saved", len(began), 1)
		huge := campaign.WorkingCopy{Release: "r1", Language: campaign.English, User: "u3", Fields: map[string][]string{"body": {string(make([]byte, campaign.MaxWorkingCopy))}}}
		refused(t, "too long", d.WorkingCopies.SaveWorkingCopy(ctx, &huge), campaign.Invalid)
		must(t, d.WorkingCopies.DropOldWorkingCopies(ctx))
		must(t, d.WorkingCopies.DropWorkingCopy(ctx, w.ID))
		_, err = d.WorkingCopies.GetWorkingCopy(ctx, w.ID)
		refused(t, "when dropped", err, campaign.NotFound)
	})
}
