package web

import (
	"net/http"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

// fillForSearch stores one thing of each kind whose name has the word Đorđe in it.
func fillForSearch(s *site) {
	must := func(err error) {
		s.t.Helper()
		if err != nil {
			s.t.Fatal(err)
		}
	}
	ctx := s.t.Context()
	must(s.store.Contacts.CreateContact(ctx, &campaign.Contact{Email: "dj@example.org", FirstName: "Đorđe", LastName: "Čvorović"}))
	must(s.store.Lists.CreateList(ctx, &campaign.List{Name: "Za Đorđa i druge"}))
	must(s.store.Organisations.CreateOrganisation(ctx, &campaign.Organisation{Name: "Radio Đorđe"}))
	must(s.store.Releases.CreateRelease(ctx, &campaign.Release{Kind: campaign.PressRelease, Source: campaign.SerbianLatin, Versions: []campaign.Version{
		{Language: campaign.SerbianLatin, Headline: "Đorđe govori", Body: "Tekst."},
	}}))
	must(s.store.Campaigns.CreateCampaign(ctx, &campaign.Campaign{Name: "Razgovor: Đorđe"}))
}

func TestSearchFindsEveryKindInEitherScript(t *testing.T) {
	s := newSite(t)
	fillForSearch(s)
	s.signInAs(campaign.Viewer)
	for _, typed := range []string{"djor", "ĐOR", "ђор", "dor"} {
		body := s.get("/search/found?q=" + typed).Body
		for _, want := range []string{"Đorđe Čvorović", "Za Đorđa i druge", "Radio Đorđe", "Đorđe govori", "Razgovor: Đorđe", `href="/contacts?q=`} {
			if !strings.Contains(body, want) {
				t.Errorf("%q does not find %q", typed, want)
			}
		}
		if !strings.Contains(body, ">5 results.") {
			t.Errorf("%q: the number of results is not said: %s", typed, body)
		}
	}
	if body := s.get("/search?q=xyzzy").Body; !strings.Contains(body, "Nothing is called that.") {
		t.Error("that nothing was found is not said")
	}
	for _, odd := range []string{"", "%20", "%2B%2B", strings.Repeat("a+", 400)} {
		if got := s.get("/search?q=" + odd); got.Status != 200 {
			t.Errorf("/search?q=%.20s: %d", odd, got.Status)
		}
	}
}

func TestSearchOffersOnlyPagesTheUserMayOpen(t *testing.T) {
	s := newSite(t)
	for _, role := range []campaign.Role{campaign.Viewer, campaign.Editor, campaign.Admin} {
		u := s.signInAs(role)
		body := s.get("/search").Body
		for _, p := range places {
			if offered := strings.Contains(body, `<li><a href="`+p.path+`">`); offered != u.May(p.who.role()) {
				t.Errorf("%s is offered to a %s: %v", p.path, role, offered)
			}
			if u.May(p.who.role()) {
				if got := s.get(p.path); got.Status != 200 {
					t.Errorf("%s: a %s gets %d", p.path, role, got.Status)
				}
			}
		}
	}
	french := s.do("GET", "/search?q=conserv", nil, func(r *http.Request) { r.Header.Set("Accept-Language", "fr") })
	if !strings.Contains(french.Body, `<a href="/retention">`) {
		t.Error("a page is not found by its French name")
	}
}
