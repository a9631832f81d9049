package web

import (
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
