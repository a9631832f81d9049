package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// A form that is sent twice, at once or after going back, makes one record and leads to it both times, or says that it is there.
func TestAFormSentTwiceMakesOne(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	release := strings.TrimSuffix(strings.SplitN(s.post("/releases/new", "language=en", "zone=UTC", "headline=News").Path, "?", 2)[0], "/edit")
	pageOfCampaign := strings.TrimSuffix(s.post("/campaigns/new", "name=First").Path, "/audience")
	rule := strings.SplitN(s.post("/segments/new", "name=First", "mode=text", "rule=kind = school", "do=save").Path, "?", 2)[0]
	once := regexp.MustCompile(`name="once" value="([^"]+)"`)
	for _, c := range []struct{ page, to, form string }{
		{"/releases/new", "/releases/new", "language=en&zone=UTC&headline=Twice"}, {release, release + "/copy", ""},
		{"/campaigns/new", "/campaigns/new", "name=Twice"}, {pageOfCampaign, pageOfCampaign + "/copy", ""},
		{rule, rule + "/duplicate", ""},
		{"/requests/new", "/requests/new", "kind=access&person=Ana&received=2026-11-20"},
		{"/contacts/new", "/contacts/new", "email=twice@example.org&kind=journalist"}, {"/organisations/new", "/organisations/new", "name=Twice&kind=outlet"},
		{"/lists/new", "/lists/new", "name=Twice&opt_in=double&tracking=none&basis=consent"}, {"/segments/new", "/segments/new", "name=Twice&mode=text&rule=kind+%3D+school&do=save"},
		{"/users/new", "/users/new", "name=Twice&email=twice@example.org&role=viewer"},
	} {
		t.Run(c.to, func(t *testing.T) {
			form, err := url.ParseQuery(c.form)
			if err != nil {
				t.Fatal(err)
			}
			if m := once.FindStringSubmatch(s.get(c.page).Body); m != nil {
				form.Set("once", m[1])
			}
			before := s.recordsMade()
			var answers [2]answer
			var both sync.WaitGroup
			for i := range answers {
				both.Go(func() { answers[i] = s.do(http.MethodPost, c.to, form, nil) })
			}
			both.Wait()
			again := s.do(http.MethodPost, c.to, form, nil)
			if n := s.recordsMade() - before; n != 1 {
				t.Errorf("%d records", n)
			}
			for _, a := range append(answers[:], again) {
				if form.Has("once") && (a.Status != 200 || a.Path != again.Path) || a.Status >= 500 {
					t.Errorf("%d at %s: %s", a.Status, a.Path, a.Body)
				}
			}
		})
	}
}

// recordsMade returns how many records of all kinds there are.
func (s *site) recordsMade() int {
	s.t.Helper()
	ctx, n := s.t.Context(), 0
	add := func(found int, err error) {
		if err != nil {
			s.t.Error(err)
		}
		n += found
	}
	releases, _, err := s.store.Releases.FindReleases(ctx, store.ReleaseFilter{}, pageOf(100))
	add(len(releases), err)
	campaigns, _, err := s.store.Campaigns.FindCampaigns(ctx, "", pageOf(100))
	add(len(campaigns), err)
	requests, _, err := s.store.Requests.FindRequests(ctx, true, pageOf(100))
	add(len(requests), err)
	contacts, _, err := s.store.Contacts.FindContacts(ctx, store.ContactFilter{}, pageOf(100))
	add(len(contacts), err)
	organisations, _, err := s.store.Organisations.FindOrganisations(ctx, "", "", pageOf(100))
	add(len(organisations), err)
	lists, err := s.store.Lists.FindLists(ctx, true)
	add(len(lists), err)
	segments, err := s.store.Segments.FindSegments(ctx)
	add(len(segments), err)
	users, err := s.store.Users.FindUsers(ctx)
	add(len(users), err)
	return n
}
