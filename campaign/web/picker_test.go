package web

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

func TestAPickerFindsByAnyPartOfTheNameInEitherScript(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	for _, c := range []campaign.Contact{
		{Email: "djordje@example.org", FirstName: "Đorđe", LastName: "Đorđević"}, {Email: "ana@example.org", FirstName: "Ana", LastName: "Đorđević"},
	} {
		if err := s.store.Contacts.CreateContact(t.Context(), &c); err != nil {
			t.Fatal(err)
		}
	}
	for _, typed := range []string{"đorđević", "Ђорђевић", "djordj", "DJORDJE"} {
		s.get("/pick/contacts?q="+url.QueryEscape(typed)).want(t, 200, `data-value="djordje@example.org"`, "Đorđe Đorđević")
	}
	s.get("/pick/contacts?q=nobody").want(t, 200, "Nothing is found.")
	for _, kind := range []string{"campaigns", "lists", "organisations", "releases"} {
		s.get("/pick/"+kind+"?q=nobody").want(t, 200, "Nothing is found.")
	}

	draft := []string{"language=en", "zone=UTC", "headline=For {{ first_name }}", "body=Hello", "preview_part=html"}
	s.post("/releases/preview", append(draft, "preview_as=ana Ђорђевић")...).want(t, 200, "For Ana")
	s.post("/releases/preview", append(draft, "preview_as=djordjevic")...).want(t, 200, "fits more than one", "ana@example.org (Ana Đorđević)")
}

func TestReleasesAreFoundByTheirHeadlinesInEitherScript(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	s.post("/releases/new", "language=sr-Latn", "zone=UTC", "headline=Đaci o trgovini ljudima", "title=Vodič za škole", "kind=newsletter").want(t, 200)
	s.post("/releases/new", "language=en", "zone=UTC", "headline=Another", "kind=statement").want(t, 200)
	for _, q := range []string{"q=ђаци", "q=vodic", "q=djaci+ljudima", "kind=newsletter"} {
		page := s.get("/releases?" + q)
		page.want(t, 200, "Vodič za škole")
		if strings.Contains(page.Body, "Another") {
			t.Errorf("%s finds another", q)
		}
	}
	s.get("/releases?q=nobody").want(t, 200, "No release fits.")

	found, _, err := s.store.Releases.FindReleases(t.Context(), store.ReleaseFilter{Search: "vodic"}, pageOf(5))
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	s.post("/releases/"+found[0].ID+"/copy").want(t, 200)
	s.get("/releases?q=vodic").want(t, 200, "Copy of Vodič za škole")
}

// Where there are many releases a campaign finds its own by name, and says which it cannot tell apart.
func TestACampaignPicksAmongManyReleases(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	for i := range fewReleases + 1 {
		r := campaign.Release{Title: fmt.Sprintf("Release %02d", i), Versions: []campaign.Version{{Language: campaign.English, Headline: "News"}}}
		if err := s.store.Releases.CreateRelease(t.Context(), &r); err != nil {
			t.Fatal(err)
		}
	}
	s.get("/campaigns/new").want(t, 200, `data-pick="/pick/releases"`)
	s.post("/campaigns/new", "name=Plan", "release=Release").want(t, 422, "fits more than one", `value="Release"`)
	s.post("/campaigns/new", "name=", "release=unheard").want(t, 422, "Nothing is found by", "needs a name")
	path := strings.TrimSuffix(s.post("/campaigns/new", "name=Plan", "release=release 07").Path, "/audience")
	s.get(path).want(t, 200, `value="Release 07"`)
	s.post(path, "name=Plan", "release=unheard").want(t, 422, `value="unheard"`)
	s.post(path, "name=Plan", "release=Release 08").want(t, 200, "Saved.", `value="Release 08"`)
}
