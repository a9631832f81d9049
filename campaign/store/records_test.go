package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

func TestLists(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		press, schools := d.addList(t, "Новинари"), d.addList(t, "Škole")
		refused(t, "the same name in the other script", d.Lists.CreateList(ctx, &campaign.List{Name: "NOVINARI"}), campaign.Conflict)
		got, err := d.other.Lists.GetListByName(ctx, "novinari")
		must(t, err)
		equal(t, "by its name", got.ID, press.ID)
		_, err = d.Lists.UpdateList(ctx, schools.ID, func(l *campaign.List) error { l.Name = "novinari"; return nil })
		refused(t, "another list's name", err, campaign.Conflict)
		equal(t, "in words", err.Error(), `there is a list named "novinari" already`)
		_, err = d.Lists.UpdateList(ctx, schools.ID, func(*campaign.List) error { return campaign.Errorf(campaign.Conflict, "changed meanwhile") })
		refused(t, "refused by the caller", err, campaign.Conflict)
		equal(t, "in the caller's words", err.Error(), "changed meanwhile")
		_, err = d.Lists.UpdateList(ctx, press.ID, func(l *campaign.List) error {
			_, err := d.other.Lists.UpdateList(ctx, press.ID, func(l *campaign.List) error { l.Description = "of another"; return nil })
			return err
		})
		refused(t, "changed by somebody else every time", err, campaign.Conflict)
		if !strings.Contains(err.Error(), "somebody else") {
			t.Errorf("in the words %q", err)
		}
		_, err = d.Lists.UpdateList(ctx, schools.ID, func(l *campaign.List) error { l.Archived = true; return nil })
		must(t, err)
		for archived, want := range map[bool]int{false: 1, true: 2} {
			ls, err := d.Lists.FindLists(ctx, archived)
			must(t, err)
			equal(t, "lists", len(ls), want)
		}
		ls, err := d.Lists.GetLists(ctx, []string{schools.ID, press.ID})
		must(t, err)
		equal(t, "in the order asked for", ls[0].ID+ls[1].ID, schools.ID+press.ID)
		_, err = d.Lists.GetLists(ctx, []string{press.ID, "gone"})
		refused(t, "a list that is gone", err, campaign.NotFound)
		c := d.addContact(t, campaign.Contact{Email: "ana@example.org"}, press.ID)
		_, err = d.Contacts.LeaveLists(ctx, c.ID, []string{press.ID}, campaign.Removed)
		must(t, err)
		refused(t, "deleting a list that was used", d.Lists.DeleteList(ctx, press.ID), campaign.Conflict)

		sent := campaign.Campaign{Name: "Last year's", Lists: []string{schools.ID}, State: campaign.Sent}
		must(t, d.Campaigns.CreateCampaign(ctx, &sent))
		refused(t, "deleting a list a campaign went to", d.Lists.DeleteList(ctx, schools.ID), campaign.Conflict)
		unused := d.addList(t, "Unused")
		must(t, d.Lists.DeleteList(ctx, unused.ID))

		rows := []campaign.ImportRow{{Line: 2, Contact: campaign.Contact{Email: "nova@example.org"}}}
		for _, o := range []campaign.ImportOptions{{List: schools.ID}, {ListName: "skole"}} {
			_, err = d.Imports.Import(ctx, rows, o, nil)
			refused(t, "an import into an archived list", err, campaign.Conflict)
		}
	})
}

func TestOrganisations(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		var ids []string
		for _, o := range []campaign.Organisation{{Name: "Вести", Kind: campaign.Outlet, Place: "Ниш"}, {Name: "ОШ Вук", Kind: campaign.SchoolKind}, {Name: "Acme"}} {
			must(t, d.Organisations.CreateOrganisation(ctx, &o))
			ids = append(ids, o.ID)
		}
		refused(t, "the same name", d.Organisations.CreateOrganisation(ctx, &campaign.Organisation{Name: "vesti"}), campaign.Conflict)
		got, err := d.Organisations.GetOrganisationByName(ctx, "VESTI")
		must(t, err)
		equal(t, "by its name", got.ID, ids[0])
		for _, tt := range []struct {
			search string
			kind   campaign.OrganisationKind
			want   string
		}{{"", "", "Acme,ОШ Вук,Вести"}, {"v", "", "ОШ Вук,Вести"}, {"v", campaign.Outlet, "Вести"}, {"nis", "", "Вести"}, {"x", "", ""}} {
			var names []string
			p := store.Page{Limit: 1}
			for {
				found, next, err := d.Organisations.FindOrganisations(ctx, tt.search, tt.kind, p)
				must(t, err)
				for _, o := range found {
					names = append(names, o.Name)
				}
				if p.After = next; next == "" {
					break
				}
			}
			equal(t, "found by "+tt.search, strings.Join(names, ","), tt.want)
		}
		byID, err := d.Organisations.GetOrganisations(ctx, append(ids, "gone"))
		must(t, err)
		equal(t, "by their ids", len(byID), 3)
		for i := range 3 {
			d.addContact(t, campaign.Contact{Email: string(rune('a'+i)) + "@example.org", Organisation: ids[i/2]})
		}
		counts, err := d.Organisations.CountByOrganisation(ctx, ids)
		must(t, err)
		same(t, "contacts", counts, map[string]int64{ids[0]: 2, ids[1]: 1})
		refused(t, "deleting one with contacts", d.Organisations.DeleteOrganisation(ctx, ids[0]), campaign.Conflict)
		must(t, d.Organisations.DeleteOrganisation(ctx, ids[2]))
		_, err = d.Organisations.GetOrganisation(ctx, ids[2])
		refused(t, "what was deleted", err, campaign.NotFound)
		_, err = d.Organisations.UpdateOrganisation(ctx, ids[1], func(o *campaign.Organisation) error { o.Name = "Vesti"; return nil })
		refused(t, "another one's name", err, campaign.Conflict)
	})
}

func TestSuppressions(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		must(t, d.Suppressions.Suppress(ctx, "Ana@Example.org", campaign.HardBounce, "550 5.1.1 <ana@example.org>: unknown; ana@example.org"))
		d.pass(time.Hour)
		must(t, d.Suppressions.Suppress(ctx, "ana@example.org", campaign.LeftAll, "later"))
		found, err := d.other.Suppressions.Suppressed(ctx, []string{"ana@example.org", "ANA@example.org", "marko@example.org"})
		must(t, err)
		same(t, "however it is written", found, map[string]campaign.SuppressionReason{"ana@example.org": campaign.HardBounce, "ANA@example.org": campaign.HardBounce})
		var kept []campaign.Suppression
		must(t, d.engine.Find(ctx, collection(t, "suppressions"), document.Query{}, &kept))
		want := campaign.Suppression{
			ID: campaign.NewSigner("a secret of the test").SuppressionID("ana@example.org"), Reason: campaign.HardBounce, Detail: "550 5.1.1 <…>: unknown; <…>", At: noon,
		}
		equal(t, "the address is encrypted", len(kept) == 1 && kept[0].Sealed != "" && kept[0].Domain != "", true)
		kept[0].Sealed, kept[0].Domain = "", ""
		same(t, "the record, which names nobody", kept, []campaign.Suppression{want})
		must(t, d.Suppressions.Unsuppress(ctx, "ANA@example.org"))
		found, err = d.Suppressions.Suppressed(ctx, []string{"ana@example.org"})
		must(t, err)
		equal(t, "taken off", len(found), 0)
		found, err = d.Suppressions.Suppressed(ctx, nil)
		must(t, err)
		equal(t, "of nobody", len(found), 0)
	})
}

func collection(t *testing.T, name string) *document.Collection {
	t.Helper()
	for _, c := range store.Collections {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("there is no collection %s", name)
	return nil
}

func TestReleasesAndFiles(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		data := []byte{0, 1, 2, 0xff}
		file, err := d.Releases.SaveFile(ctx, data)
		must(t, err)
		again, err := d.Releases.SaveFile(ctx, data)
		must(t, err)
		equal(t, "the same bytes", again, file)
		got, err := d.Releases.GetFile(ctx, file)
		must(t, err)
		same(t, "bytes", got, data)
		_, err = d.Releases.GetFile(ctx, "none")
		refused(t, "an unknown file", err, campaign.NotFound)

		r := campaign.Release{
			Title: "News", Embargo: noon, Attachments: []campaign.Attachment{{File: file, Name: "a.pdf", Size: 4}},
			Versions: []campaign.Version{{Language: campaign.English, Headline: "News", Quotes: []campaign.Quote{{Text: "q"}}, UpdatedAt: noon}},
		}
		must(t, d.Releases.CreateRelease(ctx, &r))
		read, err := d.other.Releases.GetRelease(ctx, r.ID)
		must(t, err)
		same(t, "what was created", read, r)
		refused(t, "without title", d.Releases.CreateRelease(ctx, &campaign.Release{}), campaign.Invalid)
		for i := range 3 {
			d.pass(time.Minute)
			must(t, d.Releases.CreateRelease(ctx, &campaign.Release{Title: string(rune('a' + i))}))
		}
		d.pass(time.Minute)
		_, err = d.Releases.UpdateRelease(ctx, r.ID, func(r *campaign.Release) error { r.Title = "z"; return nil })
		must(t, err)
		var titles string
		p := store.Page{Limit: 3}
		for range 2 {
			found, next, err := d.Releases.FindReleases(ctx, store.ReleaseFilter{}, p)
			must(t, err)
			for _, r := range found {
				titles += r.Title
			}
			p.After = next
		}
		equal(t, "changed last first", titles, "zcba")
		must(t, d.Campaigns.CreateCampaign(ctx, &campaign.Campaign{Name: "c", Release: r.ID}))
		refused(t, "deleting a release in use", d.Releases.DeleteRelease(ctx, r.ID), campaign.Conflict)
		of, err := d.Campaigns.FindCampaignsOf(ctx, r.ID)
		must(t, err)
		equal(t, "campaigns of it", len(of), 1)
		must(t, d.Campaigns.DeleteCampaign(ctx, of[0].ID))
		must(t, d.Releases.DeleteRelease(ctx, r.ID))
	})
}

func TestUsersLinksAndSessions(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		u := campaign.User{Email: "Ana@example.org", Role: campaign.Admin}
		must(t, d.Users.CreateUser(ctx, &u))
		refused(t, "the same address", d.Users.CreateUser(ctx, &campaign.User{Email: "ANA@example.org", Role: campaign.Viewer}), campaign.Conflict)
		refused(t, "no role", d.Users.CreateUser(ctx, &campaign.User{Email: "marko@example.org"}), campaign.Invalid)
		marko := campaign.User{Email: "marko@example.org", Role: campaign.Editor}
		must(t, d.Users.CreateUser(ctx, &marko))
		_, err := d.Users.UpdateUser(ctx, marko.ID, func(u *campaign.User) error { u.Email = "ana@example.org"; return nil })
		refused(t, "another one's address", err, campaign.Conflict)
		equal(t, "in words", err.Error(), "ana@example.org is a user already")
		got, err := d.Users.GetUserByAddress(ctx, "aNa@example.org")
		must(t, err)
		equal(t, "by the address", got.ID, u.ID)
		all, err := d.Users.FindUsers(ctx)
		must(t, err)
		n, err := d.Users.CountUsers(ctx)
		must(t, err)
		equal(t, "users", len(all), int(n))

		must(t, d.Sessions.CreateSignInLink(ctx, "secret", u.ID, time.Hour))
		for range 2 { // looking does not spend it
			l, err := d.Sessions.PeekSignInLink(ctx, "secret")
			must(t, err)
			equal(t, "whose link", l.User, u.ID)
			if strings.Contains(l.ID, "secret") {
				t.Error("the secret is kept")
			}
		}
		_, err = d.Sessions.UseSignInLink(ctx, "other")
		refused(t, "an unknown link", err, campaign.NotFound)
		must(t, d.Sessions.CreateSignInLink(ctx, "forgotten in a mailbox", u.ID, time.Hour))
		_, err = d.other.Sessions.UseSignInLink(ctx, "secret")
		must(t, err)
		_, err = d.Sessions.UseSignInLink(ctx, "forgotten in a mailbox")
		refused(t, "another link of the same user", err, campaign.NotFound)
		_, err = d.Sessions.UseSignInLink(ctx, "secret")
		refused(t, "a spent link", err, campaign.NotFound)
		must(t, d.Sessions.CreateSignInLink(ctx, "late", u.ID, time.Hour))
		must(t, d.Sessions.CreateSession(ctx, "token", []byte("one"), d.now().Add(time.Minute)))
		must(t, d.Sessions.UpdateSession(ctx, "token", []byte("two"), d.now().Add(time.Minute)))
		must(t, d.Sessions.ExtendSession(ctx, "token", d.now().Add(time.Hour)))
		must(t, d.Sessions.CreateSession(ctx, "long", []byte("long"), d.now().Add(24*time.Hour)))
		data, expires, err := d.other.Sessions.GetSession(ctx, "token")
		must(t, err)
		equal(t, "the session", string(data), "two")
		equal(t, "its end", expires.Sub(d.now()).Round(time.Second), time.Hour)
		_, _, err = d.Sessions.GetSession(ctx, "other")
		refused(t, "an unknown session", err, campaign.NotFound)

		d.pass(time.Hour)
		_, err = d.Sessions.UseSignInLink(ctx, "late")
		refused(t, "an old link", err, campaign.NotFound)
		_, _, err = d.Sessions.GetSession(ctx, "token")
		refused(t, "an old session", err, campaign.NotFound)
		d.pass(time.Millisecond)
		must(t, d.Sessions.DeleteExpired(ctx))
		for name, want := range map[string]int64{"sessions": 1, "sign_in_links": 0} {
			n, err := d.engine.Count(ctx, collection(t, name), nil)
			must(t, err)
			equal(t, name+" kept", n, want)
		}
		must(t, d.Sessions.DeleteSession(ctx, "long"))
		must(t, d.Sessions.UpdateSession(ctx, "long", []byte("late"), d.now().Add(time.Hour)))
		must(t, d.Sessions.ExtendSession(ctx, "long", d.now().Add(time.Hour)))
		_, _, err = d.Sessions.GetSession(ctx, "long")
		refused(t, "an ended session", err, campaign.NotFound)
	})
}

func TestSettings(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		v, err := d.Settings.GetSettings(ctx)
		must(t, err)
		equal(t, "before anybody saved any", v.Brand.Name, "")
		_, err = d.Settings.UpdateSettings(ctx, func(v *campaign.Settings) error {
			v.Brand.Name, v.Brand.Footer = "Desk", map[campaign.Language]string{campaign.SerbianLatin: "Podnožje"}
			return nil
		})
		must(t, err)
		d.pass(time.Hour)
		_, err = d.other.Settings.UpdateSettings(ctx, func(v *campaign.Settings) error { v.Zone = "Europe/Belgrade"; return nil })
		must(t, err)
		v, err = d.Settings.GetSettings(ctx)
		must(t, err)
		equal(t, "both kept", v.Brand.Name+v.Brand.Footer[campaign.SerbianLatin]+v.Zone, "DeskPodnožjeEurope/Belgrade")
		equal(t, "when", v.UpdatedAt, noon.Add(time.Hour))
		must(t, d.Installation.Ping(ctx))
	})
}
