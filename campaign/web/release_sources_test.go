package web

import (
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

func TestSourcesOfARelease(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	r := campaign.Release{Title: "Help", Source: campaign.English, Versions: []campaign.Version{{Language: campaign.English, Headline: "Help for 57 victims", Body: "Up 12 per cent."}}}
	if err := s.store.Releases.CreateRelease(t.Context(), &r); err != nil {
		t.Fatal(err)
	}
	path := "/releases/" + r.ID + "/sources"
	s.get("/releases/"+r.ID).want(t, 200, "2 figures without a source", "12 per cent", "no source")
	page := s.get(path)
	page.want(t, 200, `value="57"`, `value="12 per cent"`)
	begun := valuesOf(page.Body, "version", "base")
	s.post(path, append(begun, "source_said=57", "source_title=Report", "source_link=ftp://example.org", "source_date=", "source_by=", "source_at=")...).
		want(t, 422, "the address must begin with https://", `value="Report"`)
	s.post(path, append(begun, "list_sources=true", "source_checked=1", "source_said=57", "source_title=Report", "source_link=https://example.org/report", "source_date=2026-01-31", "source_by=", "source_at=",
		"source_said=12 per cent", "source_title=", "source_link=", "source_date=", "source_by=", "source_at=")...).want(t, 200, "Saved.", "Checked by", "has a source")
	s.get("/releases/"+r.ID).want(t, 200, "1 figure without a source", `href="https://example.org/report"`)
	s.get("/releases/"+r.ID+"/preview?lang=en").want(t, 200, "Sources")
	stored, err := s.store.Releases.GetRelease(t.Context(), r.ID)
	if err != nil || len(stored.Sources) != 1 || stored.Sources[0].CheckedAt.IsZero() || !stored.ListSources {
		t.Errorf("%+v, %v", stored.Sources, err)
	}
	s.post(path, append(begun, "source_said=57", "source_title=Another", "source_link=", "source_date=", "source_by=", "source_at=")...).want(t, 409)
}
