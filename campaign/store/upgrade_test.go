package store_test

import (
	"testing"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
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
