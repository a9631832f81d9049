package store_test

import (
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

func TestCountGrowth(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		l, other := d.addList(t, "Press"), d.addList(t, "Schools")
		add := func(name string) string {
			c := campaign.Contact{Email: name + "@example.org"}
			must(t, d.Contacts.CreateContact(ctx, &c))
			must(t, d.Contacts.SubscribeContact(ctx, c.ID, campaign.Membership{List: l.ID, Status: campaign.Subscribed}, false))
			return c.ID
		}
		leave := func(id string, status campaign.MembershipStatus) {
			_, err := d.Contacts.LeaveLists(ctx, id, []string{l.ID}, status)
			must(t, err)
		}
		early, old, bounced := add("early"), add("old"), add("bounced")
		must(t, d.Contacts.SetContactStatus(ctx, bounced, campaign.Bounced, "550"))
		leave(early, campaign.Unsubscribed)
		d.pass(40 * 24 * time.Hour)
		since := d.now()
		d.pass(time.Hour)
		add("new")
		leave(add("brief"), campaign.Unsubscribed)
		leave(old, campaign.Removed)
		must(t, d.Contacts.SetContactStatus(ctx, add("dead"), campaign.Bounced, "550"))
		waits := campaign.Contact{Email: "waits@example.org", Memberships: []campaign.Membership{{List: l.ID, Status: campaign.Unconfirmed, Since: d.now()}}}
		must(t, d.Contacts.CreateContact(ctx, &waits))

		got, err := d.Lists.CountGrowth(ctx, l.ID, since)
		must(t, err)
		equal(t, "growth", got, campaign.Growth{Joined: 3, Left: 1, TakenOff: 1, Returned: 1})
		equal(t, "net", got.Net(), 0)
		got, err = d.Lists.CountGrowth(ctx, l.ID, time.Time{})
		must(t, err)
		equal(t, "since ever", got, campaign.Growth{Joined: 6, Left: 2, TakenOff: 1, Returned: 2})
		got, err = d.Lists.CountGrowth(ctx, other.ID, since)
		must(t, err)
		equal(t, "of another list", got, campaign.Growth{})
	})
}
