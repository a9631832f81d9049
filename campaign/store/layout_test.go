package store_test

import (
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

// A layout of the team's goes with the editions of its releases, and is not deleted while a release is shown in it.
func TestLayouts(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		l := campaign.Layout{Name: " Our  newsletter ", Base: campaign.NewsletterLayout, Source: "{{ view }}\r\n{{ foot }}"}
		must(t, d.Layouts.CreateLayout(ctx, &l))
		twin := campaign.Layout{Name: "OUR NEWSLETTER", Base: campaign.LetterLayout}
		equal(t, "the same name again", campaign.CodeOf(d.Layouts.CreateLayout(ctx, &twin)), campaign.Conflict)
		equal(t, "no such base", campaign.CodeOf(d.Layouts.CreateLayout(ctx, &campaign.Layout{Name: "x", Base: "y"})), campaign.Invalid)

		r := campaign.Release{Title: "October", Layout: l.ID, Versions: []campaign.Version{{Language: campaign.English, Headline: "H"}}}
		must(t, d.Releases.CreateRelease(ctx, &r))
		e := edition.Edition{Release: r}
		must(t, d.Layouts.FillLayout(ctx, &e))
		equal(t, "the layout of an edition", e.Layout.Source, "{{ view }}\n{{ foot }}")
		equal(t, "deleting it while it is used", campaign.CodeOf(d.Layouts.DeleteLayout(ctx, l.ID)), campaign.Conflict)

		_, err := d.Releases.UpdateRelease(ctx, r.ID, func(r *campaign.Release) error { r.Layout = ""; return nil })
		must(t, err)
		must(t, d.Layouts.DeleteLayout(ctx, l.ID))
		e = edition.Edition{Release: r} // as it was begun before
		must(t, d.Layouts.FillLayout(ctx, &e))
		if e.Layout != nil {
			t.Errorf("a deleted layout: %+v", e.Layout)
		}
	})
}
