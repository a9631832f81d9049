package store_test

import (
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// The rows of each group are as many as it counts, in every dimension, also of contacts that were merged or erased since.
func TestRowsOfGroupsAreWhatIsCounted(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		r, cs, ids := d.largeRun(t, 9)
		office := campaign.Organisation{Name: "Glas Primera", Kind: campaign.Outlet}
		must(t, d.Organisations.CreateOrganisation(ctx, &office))
		for i := range cs {
			_, err := d.Contacts.UpdateContact(ctx, cs[i].ID, func(c *campaign.Contact) error {
				if i%3 > 0 {
					c.Organisation = office.ID
				}
				if i%4 == 0 {
					c.Kind, c.Place = campaign.School, "Niš"
				}
				return nil
			})
			must(t, err)
			if i%2 == 0 {
				must(t, d.Events.RecordEvents(ctx, eventsOf(r, ids[i], cs[i], d.now())))
			}
		}
		must(t, d.Contacts.MergeContacts(ctx, cs[1].ID, cs[2].ID))
		must(t, d.Eraser.EraseContact(ctx, cs[4].ID))
		b, err := d.Breakdowns.CountReaders(ctx, r.ID, nil)
		must(t, err)
		for by, groups := range b.Groups {
			for _, g := range groups {
				for did, want := range map[campaign.EventKind]int64{"": g.Accepted, campaign.Opened: g.Opened, campaign.Clicked: g.Clicked} {
					var n int64
					for p := (store.Page{Limit: 2}); ; {
						found, next, err := d.Breakdowns.FindGroup(ctx, &r, store.ReaderQuery{By: by, Group: g.Key, Did: did}, p)
						must(t, err)
						n += int64(len(found))
						if p.After = next; next == "" {
							break
						}
					}
					if n != want {
						t.Errorf("%s %s %s: %d rows, %d counted", by, g.Key, did, n, want)
					}
				}
			}
		}
	})
}
