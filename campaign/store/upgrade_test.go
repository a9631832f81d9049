package store_test

import (
	"slices"
	"testing"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store"
)

// A store of an older version sorted names without their diacritics. Opened by this one it has them in order.
func TestSortNamesAreRenewed(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		for _, name := range []string{"Ćirić", "Čedić", "Cvetić"} {
			must(t, d.Contacts.CreateContact(ctx, &campaign.Contact{Email: campaign.Fold(name) + "@example.org", LastName: name}))
			_, err := d.engine.Update(ctx, collection(t, "contacts"), document.Equal("address", campaign.Fold(name)+"@example.org"), document.Change{Set: map[string]any{"sort_name": campaign.Fold(name)}})
			must(t, err)
		}
		_, err := d.engine.Delete(ctx, collection(t, "upgrades"), document.ByID("sort_name"))
		must(t, err)
		s, err := store.New(ctx, d.engine, campaign.NewSigner("a secret"), d.now)
		must(t, err)
		cs, _, err := s.Contacts.FindContacts(ctx, store.ContactFilter{}, store.Page{Sort: "sort_name", Limit: 10})
		must(t, err)
		names := ""
		for _, c := range cs {
			names += c.LastName + " "
		}
		equal(t, "names", names, "Cvetić Čedić Ćirić ")
	})
}

func TestUpgradeKnowsFurtherAddresses(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		press := d.addList(t, "Press")
		c := d.addContact(t, campaign.Contact{Email: "ana@x.example", Attributes: map[string]string{campaign.OtherAddress: "ana@home.example"}}, press.ID)
		must(t, d.Suppressions.Suppress(ctx, c.Email, campaign.LeftAll, ""))
		_, err := d.engine.Delete(ctx, collection(t, "aliases"), nil)
		must(t, err)
		_, err = d.engine.Delete(ctx, collection(t, "upgrades"), document.ByID("further_addresses"))
		must(t, err)
		d.Store, err = store.New(ctx, d.engine, campaign.NewSigner("a secret of the test"), d.now)
		must(t, err)
		equal(t, "an address of who left", d.imported(t, press.ID, "ana@home.example"), campaign.RowLeft)
	})
}

// Releases of an older version have no text they are searched by. Opened by this one they are found.
func TestReleasesOfAnOlderVersionAreFound(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		r := campaign.Release{Title: "Vodič", Versions: []campaign.Version{{Language: campaign.SerbianCyrillic, Headline: "Ђаци о трговини људима", Body: "Текст"}}}
		must(t, d.Releases.CreateRelease(ctx, &r))
		_, err := d.engine.Update(ctx, collection(t, "releases"), document.ByID(r.ID), document.Change{Set: map[string]any{"text": ""}})
		must(t, err)
		_, err = d.engine.Delete(ctx, collection(t, "upgrades"), document.ByID("release_search"))
		must(t, err)
		s, err := store.New(ctx, d.engine, campaign.NewSigner("a secret"), d.now)
		must(t, err)
		for _, search := range []string{"vodic", "đaci ljudima", "ЂАЦИ"} {
			found, _, err := s.Releases.FindReleases(ctx, store.ReleaseFilter{Search: search}, store.Page{Limit: 10})
			must(t, err)
			equal(t, search, len(found), 1)
		}
	})
}

// Whatever is listed by name is in the order of the Serbian alphabet, page by page, also after a store of an older version was opened.
func TestNamesAreInOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		want := []string{"Cvet", "Чаробни вез", "Čelik", "Ćuprija", "Dah", "Đak", "Lug", "Ljubav", "Šum", "Žar"}
		for _, i := range []int{7, 2, 9, 0, 3, 5, 1, 8, 4, 6} {
			must(t, d.Organisations.CreateOrganisation(ctx, &campaign.Organisation{Name: want[i]}))
			list := d.addList(t, want[i])
			d.addCampaign(t, want[i], list.ID)
			d.addSegment(t, want[i], "kind = journalist")
			must(t, d.Users.CreateUser(ctx, &campaign.User{Name: want[i], Email: "u" + string(rune('z'-i)) + "@example.org", Role: campaign.Editor}))
		}
		check := func(t *testing.T, s *store.Store) {
			lists, err := s.Lists.FindLists(ctx, false)
			must(t, err)
			same(t, "lists", campaign.Collect(lists, func(l campaign.List) string { return l.Name }), want)
			segments, err := s.Segments.FindSegments(ctx)
			must(t, err)
			same(t, "segments", campaign.Collect(segments, func(s segment.Segment) string { return s.Name }), want)
			users, err := s.Users.FindUsers(ctx)
			must(t, err)
			same(t, "users", campaign.Collect(users, func(u campaign.User) string { return u.Name }), want)
			var organisations, campaigns, backwards []string
			for p := (store.Page{Limit: 3}); ; {
				found, next, err := s.Organisations.FindOrganisations(ctx, "", "", p)
				must(t, err)
				organisations = append(organisations, campaign.Collect(found, func(o campaign.Organisation) string { return o.Name })...)
				if p.After = next; next == "" {
					break
				}
			}
			same(t, "organisations", organisations, want)
			for _, search := range []string{"", "a"} { // all that has an a, and all that is
				campaigns, backwards = nil, nil
				for _, p := range []store.Page{{Limit: 3, Sort: "name"}, {Limit: 3, Sort: "name", Desc: true}} {
					for {
						found, next, err := s.Campaigns.FindCampaignsNamed(ctx, search, "", p)
						must(t, err)
						names := campaign.Collect(found, func(c campaign.Campaign) string { return c.Name })
						if p.Desc {
							backwards = append(backwards, names...)
						} else {
							campaigns = append(campaigns, names...)
						}
						if p.After = next; next == "" {
							break
						}
					}
				}
				slices.Reverse(backwards)
				same(t, "campaigns backwards", backwards, campaigns)
				if search == "" {
					same(t, "campaigns", campaigns, want)
				}
			}
		}
		check(t, d.Store)
		for _, name := range []string{"organisations", "campaigns"} {
			_, err := d.engine.Update(ctx, collection(t, name), nil, document.Change{Set: map[string]any{"sort_name": ""}})
			must(t, err)
		}
		_, err := d.engine.Delete(ctx, collection(t, "upgrades"), document.ByID("sort_names"))
		must(t, err)
		s, err := store.New(ctx, d.engine, campaign.NewSigner("a secret"), d.now)
		must(t, err)
		check(t, s)
	})
}
