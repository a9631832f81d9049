package web

import (
	"context"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// What no message could be made with is refused where it is saved, whichever text it stands in.
func TestTextsThatCostTooMuchAreNotKept(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	wide := "|" + strings.Repeat("a|", 1000) + "\n|" + strings.Repeat("-|", 1000) + "\n" + strings.Repeat("|\n", 10)
	for _, footer := range []string{wide, strings.Repeat("> ", 9000), "[a](/page)", "{{ first_name }}", "![a](https://example.org/a.png)"} {
		s.post("/settings/texts", "footer="+footer).want(t, 422, "Footer, Srpski (latinica)", "ine ")
	}
	s.post("/settings/texts", "footer=[a](https://example.org)").want(t, 200, "Saved")
	for _, field := range []string{"lead", "body", "about", "notes"} {
		s.post("/releases/new", "title=R", "kind=press_release", "language=en", "headline=H", "zone=Europe/Belgrade", field+"="+wide).want(t, 422, "more than 5,000 cells")
	}
	found, _, err := s.store.Releases.FindReleases(context.Background(), store.ReleaseFilter{}, pageOf(5))
	must(t, err)
	if len(found) != 0 {
		t.Errorf("releases %+v", found)
	}
}
