package store_test

import (
	"fmt"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

func TestFindGaps(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		s, ctx := d.Store, t.Context()
		press, radio := campaign.List{Name: "Press of gaps"}, campaign.List{Name: "Radio of gaps", Language: campaign.French}
		must(t, s.Lists.CreateList(ctx, &press))
		must(t, s.Lists.CreateList(ctx, &radio))
		add := func(c campaign.Contact, lists ...campaign.List) string {
			for _, l := range lists {
				c.Subscribe(campaign.Membership{List: l.ID, Status: campaign.Subscribed, Basis: campaign.LegitimateInterest}, false)
			}
			c.Kind = campaign.Journalist
			must(t, s.Contacts.CreateContact(ctx, &c))
			return c.ID
		}
		add(campaign.Contact{Email: "whole@example.org", FirstName: "Ana", Language: campaign.English, Attributes: map[string]string{"desk": "news"}}, press)
		nameless := add(campaign.Contact{Email: "nameless@example.org", LastName: "Ilić", Language: campaign.English, Attributes: map[string]string{"desk": "news"}}, press, radio)
		add(campaign.Contact{Email: "paused@example.org", Language: campaign.English, Status: campaign.Paused}, press)
		french := add(campaign.Contact{Email: "french@example.org"}, radio)
		e := &edition.Edition{Lists: []campaign.List{press, radio}, Release: campaign.Release{Source: campaign.English, Versions: []campaign.Version{{Language: campaign.English}, {Language: campaign.French}}}}
		gaps, err := s.Audiences.FindGaps(ctx, e, map[campaign.Language][]string{campaign.English: {"first_name", "attribute.desk"}, campaign.French: {"place"}})
		must(t, err)
		equal(t, "gaps", fmt.Sprint(gaps), fmt.Sprintf("[{first_name 1 [%s]} {place 1 [%s]}]", nameless, french))
		none, err := s.Audiences.FindGaps(ctx, e, nil)
		must(t, err)
		equal(t, "without fields", len(none), 0)
	})
}
