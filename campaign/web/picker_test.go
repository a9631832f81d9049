package web

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
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
		s.get("/search/found?in=contacts&q="+url.QueryEscape(typed)).want(t, 200, `data-typed="djordje@example.org"`, "Đorđe Đorđević")
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

// What a field takes is found by any part of its name, in either script, and by who may not open its page.
func TestEveryKindCanBePicked(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	ctx := t.Context()
	must(t, s.store.Lists.CreateList(ctx, &campaign.List{Name: "Dopisništvo Ćuprija"}))
	must(t, s.store.Segments.CreateSegment(ctx, &segment.Segment{Name: "Dopisništvo juga", Rule: segment.Everyone()}))
	must(t, s.store.Contacts.CreateContact(ctx, &campaign.Contact{Email: "tag@example.org", Tags: []string{"dopisništvo"}}))
	must(t, s.store.Users.CreateUser(ctx, &campaign.User{Email: "dopis@example.org", Name: "Ana Dopisnišević", Role: campaign.Viewer}))
	must(t, s.store.Campaigns.CreateCampaign(ctx, &campaign.Campaign{Name: "Za dopisništva"}))
	must(t, s.store.Releases.CreateRelease(ctx, &campaign.Release{Title: "Dopisništva", Versions: []campaign.Version{{Language: campaign.English, Headline: "Offices"}}}))
	must(t, s.store.Organisations.CreateOrganisation(ctx, &campaign.Organisation{Name: "Dopisništvo Bor"}))
	for _, kind := range []string{"campaigns", "lists", "organisations", "releases", "segments", "tags", "users"} {
		for _, typed := range []string{"писни", "PISNI"} {
			s.get("/search/found?in="+kind+"&q="+url.QueryEscape(typed)).want(t, 200, `role="option"`, "opisni")
		}
		s.get("/search/found?q=nobody&in="+kind).want(t, 200, "Nothing is called that.")
	}
	if body := s.get("/search/found?q=dopisni").Body; strings.Contains(body, "/users/") {
		t.Error("an editor is led to a user, whose page is an admin's")
	}
}

// Of many releases a campaign offers the newest, finds the others by name, and keeps the one it has.
func TestACampaignPicksAmongManyReleases(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	var all []campaign.Release
	for i := range newestReleases + 12 {
		r := campaign.Release{Title: fmt.Sprintf("Release %02d", i), Versions: []campaign.Version{{Language: campaign.English, Headline: "News"}}}
		must(t, s.store.Releases.CreateRelease(t.Context(), &r))
		all = append(all, r)
	}
	s.get("/campaigns/new").want(t, 200, `data-picks="releases" data-more="true"`)
	s.post("/campaigns/new", "name=", "release=unheard").want(t, 422, "hoose one of the releases offered", "needs a name")
	path := strings.TrimSuffix(s.post("/campaigns/new", "name=Plan", "release="+all[0].ID).Path, "/audience")
	s.get(path).want(t, 200, `value="`+all[0].ID+`" selected`)
	s.post(path, "name=Plan", "release=unheard").want(t, 422, "hoose one of the releases offered")
	s.post(path, "name=Plan", "release="+all[1].ID).want(t, 200, "Saved.", `value="`+all[1].ID+`" selected`)

	opened := fieldsTyped(s.get(path).Body)
	s.do("POST", path, withField(opened, "release", all[9].ID), nil).want(t, 200, "Saved.")
	refused := s.do("POST", path, withField(opened, "release", all[10].ID), nil)
	refused.want(t, 409, "Release <mark>09</mark>", "Release <mark>10</mark>", `value="`+all[10].ID+`" selected`)
	s.do("POST", path, withField(fieldsTyped(refused.Body), "take", "release"), nil).want(t, 409, `value="`+all[9].ID+`" selected`)
	s.do("POST", path, fieldsTyped(refused.Body), nil).want(t, 200, "Saved.", `value="`+all[10].ID+`" selected`)
}

// Where there are few no field is put over them.
func TestManyListsAreSearched(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	c := campaign.Campaign{Name: "Plan"}
	must(t, s.store.Campaigns.CreateCampaign(t.Context(), &c))
	pages := []string{"/campaigns/new", "/campaigns/" + c.ID + "/audience", "/contacts/new", "/contacts", "/import"}
	for n := range 21 {
		must(t, s.store.Lists.CreateList(t.Context(), &campaign.List{Name: fmt.Sprintf("List %02d", n)}))
		if n != 5 && n != 20 {
			continue
		}
		for _, page := range pages {
			if got := strings.Contains(s.get(page).Body, `data-picks="lists"`); got != (n == 20) {
				t.Errorf("%s with %d lists: searched is %v", page, n+1, got)
			}
		}
	}
}
