package store_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// A store of an older version finds nobody by their telephone. The upgrade may be cut off wherever it is, and done again; what
// somebody changed meanwhile stays.
func TestPhonesAreSearchedAfterAnUpgrade(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		o := &campaign.Organisation{Name: "O’Brien d.o.o."}
		must(t, d.Organisations.CreateOrganisation(ctx, o))
		const people = 12
		for i := range people {
			c := campaign.Contact{Email: fmt.Sprintf("user%d@example.org", i), Phone: fmt.Sprintf("+381 64 100 %04d", i), Position: "urednica"}
			if i == 0 {
				c.Organisation = o.ID
			}
			must(t, d.Contacts.CreateContact(ctx, &c))
		}
		_, err := d.engine.Update(ctx, collection(t, "contacts"), nil, document.Change{Set: map[string]any{"text": " user"}})
		must(t, err)
		_, err = d.engine.Update(ctx, collection(t, "organisations"), nil, document.Change{Set: map[string]any{"text": " o brien"}})
		must(t, err)
		_, err = d.engine.Delete(ctx, collection(t, "upgrades"), document.ByID("search_phones"))
		must(t, err)
		for _, calls := range []int{0, 1} {
			if _, err := store.New(ctx, &cutOff{d.engine, calls}, campaign.NewSigner("a secret"), d.now); !errors.Is(err, errCutOff) {
				t.Fatalf("after %d calls: %v", calls, err)
			}
		}
		for range 2 {
			s, err := store.New(ctx, d.engine, campaign.NewSigner("a secret"), d.now)
			must(t, err)
			for search, want := range map[string]int64{"064 100 0011": 1, "+381641000003": 1, "urednica": people, "obrien": 1} {
				n, err := s.Contacts.CountContacts(ctx, store.ContactFilter{Search: search})
				must(t, err)
				equal(t, search, n, want)
			}
			os, _, err := s.Organisations.FindOrganisations(ctx, "obrien", "", store.Page{Limit: 10})
			must(t, err)
			equal(t, "organisations", len(os), 1)
		}
	})
}
