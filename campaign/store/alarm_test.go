package store_test

import (
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// TestAlarmIsMailedOnce lets two processes look at the same trouble: each admin who wants it is written to once, and once more when it
// comes back.
func TestAlarmIsMailedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		for _, u := range []campaign.User{
			{Email: "ana@example.org", Name: "Ana", Role: campaign.Admin, Language: campaign.SerbianCyrillic}, {Email: "mira@example.org", Name: "Mira", Role: campaign.Admin, NoAlarms: true},
			{Email: "vera@example.org", Name: "Vera", Role: campaign.Editor}, {Email: "zora@example.org", Name: "Zora", Role: campaign.Admin, Disabled: true},
		} {
			must(t, d.Users.CreateUser(ctx, &u))
		}
		held := []campaign.Alarm{{Kind: campaign.HoldAlarm, Of: "mail.example", Path: "/runs/r",
			Words: campaign.Textf("%s takes no mail from you just now; what goes there waits.", "mail.example").Stored()}}
		settle := func(s *store.Store, found []campaign.Alarm, begun int) {
			t.Helper()
			n, err := s.Alarms.SettleAlarms(ctx, found, nil)
			must(t, err)
			equal(t, "begun", n, begun)
		}
		mails := func(want ...string) {
			t.Helper()
			due, _, err := d.Deliveries.FindDeliveries(ctx, campaign.NoticeRunID(d.now()), "", store.Page{Limit: 10})
			must(t, err)
			same(t, "mails", campaign.Collect(due, func(d campaign.Delivery) string { return d.Email }), want)
		}
		settle(d.Store, nil, 0)
		settle(d.Store, held, 1)
		settle(d.other, held, 0)
		mails("ana@example.org")
		found, err := d.other.Alarms.FindAlarms(ctx)
		must(t, err)
		equal(t, "open", len(found), 1)
		equal(t, "words", campaign.StoredText(found[0].Words).String(), "mail.example takes no mail from you just now; what goes there waits.")
		settle(d.other, nil, 0)
		d.pass(time.Minute)
		settle(d.Store, held, 0)
		mails("ana@example.org")
		settle(d.other, nil, 0)
		d.pass(25 * time.Hour)
		settle(d.Store, held, 1)
		mails("ana@example.org")
	})
}
