package store_test

import (
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// askAddress asks for another address and returns the change.
func (d *desk) askAddress(t *testing.T, c *campaign.Contact, email string) campaign.AddressChange {
	t.Helper()
	asked, err := d.AddressChanges.AskAddressChange(ctx, c, email)
	must(t, err)
	equal(t, "asked", asked, true)
	waiting, err := d.AddressChanges.WaitingChange(ctx, c.ID)
	must(t, err)
	if waiting == nil {
		t.Fatal("nothing waits")
	}
	return *waiting
}

// mailed counts the notices that were written to an address.
func (d *desk) mailed(t *testing.T, email string) (n int) {
	t.Helper()
	_, deliveries, _, err := d.Notices.FindNotices(ctx, store.Page{Limit: 1000})
	must(t, err)
	for _, to := range deliveries {
		if to.Email == email {
			n++
		}
	}
	return n
}

func (d *desk) emailOf(t *testing.T, id string) string {
	t.Helper()
	c, err := d.Contacts.GetContact(ctx, id)
	must(t, err)
	return c.Email
}

func TestAddressChangeNeedsBothOrAWait(t *testing.T) {
	for name, tt := range map[string]struct {
		confirm, agree, stop bool
		pass                 time.Duration
		moves                bool
	}{
		"both":                    {confirm: true, agree: true, moves: true},
		"the new one alone":       {confirm: true, pass: campaign.AddressWait - time.Minute},
		"the new one, after":      {confirm: true, pass: campaign.AddressWait, moves: true},
		"the old one alone":       {agree: true, pass: campaign.AddressWait},
		"nobody":                  {pass: campaign.AddressWait},
		"stopped":                 {confirm: true, stop: true, pass: campaign.AddressWait},
		"agreed and then stopped": {agree: true, stop: true, confirm: true, pass: campaign.AddressWait},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, d *desk) {
				ana := d.addContact(t, campaign.Contact{Email: "ana@example.org", Status: campaign.Bounced})
				a := d.askAddress(t, &ana, "New@example.org")
				for range 2 { // pressing a button twice is pressing it once
					if tt.agree {
						_, err := d.AddressChanges.AgreeToAddressChange(ctx, a.ID)
						must(t, err)
					}
					if tt.stop {
						_, err := d.AddressChanges.StopAddressChange(ctx, a.ID)
						must(t, err)
					}
					if tt.confirm {
						_, err := d.other.AddressChanges.ConfirmAddressChange(ctx, a.ID)
						must(t, err)
					}
				}
				d.pass(tt.pass)
				must(t, d.other.AddressChanges.FinishAddressChanges(ctx))
				must(t, d.AddressChanges.FinishAddressChanges(ctx))
				must(t, d.Notices.DropOldNotices(ctx))
				c, err := d.Contacts.GetContact(ctx, ana.ID)
				must(t, err)
				equal(t, "moved", c.Email == "New@example.org", tt.moves)
				equal(t, "since", c.AddressSince.IsZero(), !tt.moves)
				equal(t, "links end", !c.LinksSince.IsZero(), tt.moves || tt.stop)
				entries, _, err := d.Journal.FindJournal(ctx, store.JournalFilter{Contact: ana.ID, Audit: true}, store.Page{})
				must(t, err)
				kinds := map[campaign.EntryKind]int{}
				for _, e := range entries {
					kinds[e.Kind]++
				}
				equal(t, "asked, in the audit log", kinds[campaign.AddressAskedEntry], 1)
				equal(t, "moved, in the audit log", kinds[campaign.AddressMovedEntry] == 1, tt.moves)
				equal(t, "stopped, in the audit log", kinds[campaign.AddressStoppedEntry] == 1, tt.stop)
			})
		})
	}
}

func TestAddressChangeOfATakenAddress(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		ana := d.addContact(t, campaign.Contact{Email: "ana@example.org"})
		d.addContact(t, campaign.Contact{Email: "taken@example.org"})
		a := d.askAddress(t, &ana, "taken@example.org")
		_, err := d.AddressChanges.ConfirmAddressChange(ctx, a.ID)
		refused(t, "a taken address", err, campaign.Conflict)
		a = d.askAddress(t, &ana, "late@example.org")
		_, err = d.AddressChanges.ConfirmAddressChange(ctx, a.ID)
		must(t, err)
		d.addContact(t, campaign.Contact{Email: "late@example.org"})
		d.pass(campaign.AddressWait)
		must(t, d.AddressChanges.FinishAddressChanges(ctx))
		equal(t, "one that was taken meanwhile", d.emailOf(t, ana.ID), "ana@example.org")
		after, err := d.AddressChanges.GetAddressChange(ctx, a.ID)
		must(t, err)
		equal(t, "it is over", after.Open() || after.Waiting, false)
	})
}

// The newest change counts, and none that was asked of an address the contact has no more.
func TestOneAddressChangeAtATime(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		ana := d.addContact(t, campaign.Contact{Email: "ana@example.org"})
		first := d.askAddress(t, &ana, "one@example.org")
		second := d.askAddress(t, &ana, "two@example.org")
		d.askAddress(t, &ana, "two@example.org")
		equal(t, "mails about the same, asked for twice", d.mailed(t, "two@example.org"), 1)
		for _, a := range []campaign.AddressChange{first, second} {
			_, err := d.AddressChanges.ConfirmAddressChange(ctx, a.ID)
			must(t, err)
		}
		_, err := d.AddressChanges.AgreeToAddressChange(ctx, first.ID)
		must(t, err)
		equal(t, "by one that was replaced", d.emailOf(t, ana.ID), "ana@example.org")
		_, err = d.Contacts.UpdateContact(ctx, ana.ID, func(c *campaign.Contact) error { c.Email = "byteam@example.org"; return nil })
		must(t, err)
		d.pass(campaign.AddressWait)
		must(t, d.AddressChanges.FinishAddressChanges(ctx))
		equal(t, "after the team changed it", d.emailOf(t, ana.ID), "byteam@example.org")
	})
}

// Asking once more does not take the button away from the present address: any of its mails stops all that waits, once.
func TestStoppingStopsAllThatWaits(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		ana := d.addContact(t, campaign.Contact{Email: "ana@example.org"})
		first := d.askAddress(t, &ana, "one@example.org")
		second := d.askAddress(t, &ana, "two@example.org")
		_, err := d.AddressChanges.ConfirmAddressChange(ctx, second.ID)
		must(t, err)
		_, err = d.AddressChanges.StopAddressChange(ctx, first.ID)
		must(t, err)
		ended, err := d.Contacts.GetContact(ctx, ana.ID)
		must(t, err)
		d.pass(campaign.AddressWait)
		must(t, d.AddressChanges.FinishAddressChanges(ctx))
		equal(t, "after it was stopped", d.emailOf(t, ana.ID), "ana@example.org")
		_, err = d.AddressChanges.StopAddressChange(ctx, first.ID)
		must(t, err)
		again, err := d.Contacts.GetContact(ctx, ana.ID)
		must(t, err)
		equal(t, "links end once", again.LinksSince, ended.LinksSince)
	})
}

// However many mails are asked for, and for whatever, an address gets few a day; a change of which the present address could
// not be told does not begin.
func TestMailsAskedForOnPagesAreCountedTogether(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		l := d.addList(t, "Press")
		ana := d.addContact(t, campaign.Contact{Email: "ana@example.org"})
		done := make(chan error)
		for i := range 4 {
			go func() {
				_, err := d.AddressChanges.AskAddressChange(ctx, &ana, string(rune('a'+i))+"@example.org")
				done <- err
			}()
			go func() {
				_, err := d.Wishes.AskData(ctx, &ana)
				done <- err
			}()
			go func() {
				_, err := d.Wishes.AskWish(ctx, &ana, &campaign.Wish{FirstName: string(rune('A' + i))}, []string{"a name"})
				done <- err
			}()
		}
		for range 12 {
			must(t, <-done)
		}
		d.signUp(t, "ana@example.org", true, l.ID)
		_, err := d.Wishes.AskLink(ctx, &ana)
		must(t, err)
		equal(t, "mails", d.mailed(t, "ana@example.org"), 3)
		asked, err := d.AddressChanges.AskAddressChange(ctx, &ana, "last@example.org")
		must(t, err)
		equal(t, "one more", asked, false)
		equal(t, "mails to an address nobody was told of", d.mailed(t, "last@example.org"), 0)
	})
}

func TestWishWaitsForItsButton(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		l := d.addList(t, "Press")
		ana := d.addContact(t, campaign.Contact{Email: "ana@example.org"})
		must(t, d.Suppressions.Suppress(ctx, ana.Email, campaign.LeftAll, ""))
		w := &campaign.Wish{Lists: []string{l.ID}, Tracking: campaign.Individual, FirstName: "Ana", PausedUntil: noon.AddDate(0, 3, 0),
			Consent: campaign.SignUpConsent{Text: "I agree", Tracking: "Mine", Form: "preference page"}}
		for range 2 {
			_, err := d.Wishes.AskWish(ctx, &ana, w, []string{"Press"})
			must(t, err)
		}
		equal(t, "mails", d.mailed(t, "ana@example.org"), 1)
		before, err := d.Contacts.GetContact(ctx, ana.ID)
		must(t, err)
		equal(t, "version before", before.Version, ana.Version)
		d.pass(time.Hour)
		for range 2 {
			_, err := d.other.Wishes.ConfirmWish(ctx, w.ID)
			must(t, err)
		}
		c, err := d.Contacts.GetContact(ctx, ana.ID)
		must(t, err)
		k := c.Consents[0]
		equal(t, "how it was given", k.Form, "link in a message, confirmed by mail on 2026-10-18")
		equal(t, "asked at", k.At, noon)
		equal(t, "confirmed at", k.ConfirmedAt, noon.Add(time.Hour))
		equal(t, "tracking", c.Consent.Source, k.Form)
		equal(t, "on the list, named, paused", c.OnAll([]string{l.ID}) && c.FirstName == "Ana" && !c.PausedUntil.IsZero() && c.MayBeTracked(), true)
		equal(t, "consents", len(c.Consents)+len(c.Earlier), 1)
		found, err := d.Suppressions.Suppressed(ctx, []string{ana.Email})
		must(t, err)
		equal(t, "still suppressed", len(found), 0)
		_, err = d.Contacts.LeaveLists(ctx, ana.ID, []string{l.ID}, campaign.Unsubscribed)
		must(t, err)
		c, err = d.Wishes.ConfirmWish(ctx, w.ID)
		must(t, err)
		equal(t, "brought back by an old button", c.OnAll([]string{l.ID}), false)
		d.pass(campaign.WishLife)
		_, err = d.Wishes.ConfirmWish(ctx, w.ID)
		refused(t, "an old button", err, campaign.NotFound)
	})
}

func TestRecordIsNotSentToAYoungAddress(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		press := d.addList(t, "Press")
		ana := d.addContact(t, campaign.Contact{Email: "ana@example.org"}, press.ID)
		run := d.start(t, d.addCampaign(t, "One", press.ID).ID)
		d.deliver(t, run, ana, campaign.Accepted, "")
		_, err := d.Wishes.AskData(ctx, &ana)
		must(t, err)
		a := d.askAddress(t, &ana, "new@example.org")
		_, err = d.AddressChanges.ConfirmAddressChange(ctx, a.ID)
		must(t, err)
		_, err = d.AddressChanges.AgreeToAddressChange(ctx, a.ID)
		must(t, err)
		c, err := d.Contacts.GetContact(ctx, ana.ID)
		must(t, err)
		for _, tt := range []struct {
			pass time.Duration
			code campaign.Code
			tell bool
		}{{0, campaign.Forbidden, false}, {campaign.AddressWait - time.Second, campaign.Forbidden, false}, {time.Second, "", true}} {
			d.pass(tt.pass)
			_, err = d.Wishes.AskData(ctx, &c)
			equal(t, "asking", campaign.CodeOf(err), tt.code)
			held, err := d.Histories.Dossier(ctx, ana.ID)
			must(t, err)
			equal(t, "the former address", held.Deliveries[0].Email, map[bool]string{true: "ana@example.org"}[tt.tell])
		}
	})
}

// Whatever waits goes with the person.
func TestWhatWaitsIsErased(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		ana := d.addContact(t, campaign.Contact{Email: "ana@example.org"})
		d.askAddress(t, &ana, "nova-adresa@example.org")
		w := &campaign.Wish{LastName: "Retkoprezime"}
		_, err := d.Wishes.AskWish(ctx, &ana, w, nil)
		must(t, err)
		must(t, d.Eraser.EraseContact(ctx, ana.ID))
		_, _, err = d.Wishes.GetWish(ctx, w.ID)
		refused(t, "the wish", err, campaign.NotFound)
		for _, name := range []string{"wishes", "address_changes", "notices"} {
			n, err := d.engine.Count(ctx, collection(t, name), nil)
			must(t, err)
			equal(t, name, n, 0)
		}
	})
}

// A store of an older version holds changes of address of which the present address cannot say a word.
func TestUpgradeAsksThePresentAddressToo(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		ana := d.addContact(t, campaign.Contact{Email: "ana@example.org"})
		vera := d.addContact(t, campaign.Contact{Email: "vera@example.org"})
		old := campaign.AddressChange{ID: campaign.NewID(noon), Version: 1, Contact: ana.ID, Email: "new@example.org", AddressHash: "h", At: noon, ExpiresAt: noon.Add(campaign.AddressChangeKept)}
		must(t, d.engine.Insert(ctx, collection(t, "address_changes"), &old))
		_, err := d.Contacts.UpdateContact(ctx, vera.ID, func(c *campaign.Contact) error { c.Email = "vera@novi.example"; return nil })
		must(t, err)
		_, err = d.Contacts.UpdateContact(ctx, vera.ID, func(c *campaign.Contact) error {
			c.Subscribe(campaign.Membership{List: "l", Status: campaign.Subscribed, Basis: campaign.ConsentBasis, Source: "preference page"}, true)
			c.Agree(campaign.Consent{List: "l", Text: "yes", At: noon, ConfirmedAt: noon, Form: "preference page"})
			return nil
		})
		must(t, err)
		_, err = d.engine.Delete(ctx, collection(t, "upgrades"), document.ByID("address_waits"))
		must(t, err)
		s, err := store.New(ctx, d.engine, campaign.NewSigner("a secret of the test"), d.now)
		must(t, err)
		equal(t, "mails to the present address", d.mailed(t, "ana@example.org"), 1)
		_, err = s.AddressChanges.ConfirmAddressChange(ctx, old.ID)
		must(t, err)
		equal(t, "at once", d.emailOf(t, ana.ID), "ana@example.org")
		v, err := s.Contacts.GetContact(ctx, vera.ID)
		must(t, err)
		_, ok := v.MayGetRecord(d.now())
		equal(t, "a young address", ok, false)
		equal(t, "how a consent was given", v.Consents[0].Form, campaign.UnconfirmedLink)
		equal(t, "it was not confirmed", v.Consents[0].ConfirmedAt.IsZero(), true)
	})
}
