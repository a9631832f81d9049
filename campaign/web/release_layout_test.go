package web

import (
	"context"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// An event and stories are saved with the release, and a story is taken from another one without saving anything.
func TestEventAndStoriesOfARelease(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	form := []string{"title=News", "kind=newsletter", "language=en", "headline=News", "zone=Europe/Belgrade", "layout=newsletter",
		"event_start=2026-10-22T11:00", "event_end=2026-10-22T12:30", "event_zone=Europe/Belgrade", "event_answer=press@example.org", "venue=Media centre",
		"story_headline=One", "story_text=Text", "story_picture=", "story_alt=", "story_link=example.org/1", "story_from="}
	s.post("/releases/new", form...).want(t, 200, "Saved")
	found, _, err := s.store.Releases.FindReleases(context.Background(), store.ReleaseFilter{}, pageOf(5))
	must(t, err)
	r := found[0]
	if o := r.Occasion; r.Layout != "newsletter" || o == nil || o.Start.Hour() != 9 || o.Answer != "mailto:press@example.org" || r.Versions[0].Venue != "Media centre" || r.Versions[0].Stories[0].Link != "https://example.org/1" {
		t.Fatalf("occasion %+v of %+v", o, r)
	}
	s.get("/releases/"+r.ID+"/edit").want(t, 200, `value="newsletter" data-base="newsletter" checked`, `value="2026-10-22T11:00"`, `value="One"`)
	s.post("/releases/new", append(form, "title=Other", "headline=Other", "do=story", "take_from="+r.ID)...).want(t, 200, `name="story_headline" value="News"`, `name="story_from" value="`+r.ID+`"`)
	s.post("/releases/new", append(form, "do=story", "take_from=")...).want(t, 422, "Choose one of the releases offered")
	found, _, err = s.store.Releases.FindReleases(context.Background(), store.ReleaseFilter{}, pageOf(5))
	must(t, err)
	if len(found) != 1 {
		t.Errorf("taking a story saved %d releases", len(found))
	}
	s.post("/releases/new", strings.Split(strings.Replace(strings.Join(form, "\n"), "T12:30", "T10:00", 1), "\n")...).want(t, 422, "ends before it begins")
}
