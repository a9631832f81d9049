package web

import (
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// A test is set up on its page, refused with the reason where it would prove nothing, and its variants can be looked at.
func TestABTestIsSetUp(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	s.post("/releases/new", "language=en", "zone=UTC", "headline=News", "lead=Lead", "body=See [the page](https://example.org/page).").want(t, 200)
	found, _, err := s.store.Releases.FindReleases(t.Context(), store.ReleaseFilter{}, pageOf(5))
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	at := strings.TrimSuffix(strings.SplitN(s.post("/campaigns/new", "name=Autumn", "release="+found[0].ID).Path, "?", 2)[0], "/audience")
	test := at + "/ab-test"
	s.get(test).want(t, 200, "What the variants differ in", "Variant B")
	for _, l := range campaign.Languages { // it asks for those the release has
		if asks := strings.Contains(s.get(test).Body, `id="f-arm_b-`+string(l)); asks != (l == campaign.English) {
			t.Errorf("%s is asked for: %t", l, asks)
		}
	}
	rule := []string{"ab_of=subject", "ab_share=20", "ab_hours=4", "ab_unclear=first"}
	texts := func(of string) []string { // in the order of the languages
		var out []string
		for _, l := range campaign.Languages {
			text := ""
			if l == campaign.English {
				text = of
			}
			out = append(out, "arm_b="+text)
		}
		return out
	}
	s.post(test, append(rule, texts("")...)...).want(t, 422, "has no text in this language")
	s.post(test, append(rule, texts("News")...)...).want(t, 422, "say the same")
	s.post(test, append(rule, texts("Fresh news")...)...).want(t, 200, "Saved.", "Fresh news", "Variant B as readers get it")
	s.get("/releases/"+found[0].ID+"/preview?lang=en&arm=b&campaign="+strings.TrimPrefix(at, "/campaigns/")).want(t, 200, "Fresh news")
	s.get(at+"/check").want(t, 200)
}
