package store_test

import (
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// signUp fills in the form for an address and returns the notice that was written.
func (d *desk) signUp(t *testing.T, email string, confirm bool, lists ...string) (campaign.SignUp, campaign.Notice) {
	t.Helper()
	before, _, _, err := d.Notices.FindNotices(ctx, store.Page{Limit: 100})
	must(t, err)
	d.pass(time.Second)
	su := campaign.SignUp{Email: email, FirstName: "Ana", Language: campaign.SerbianLatin, Lists: lists,
		Consent: campaign.SignUpConsent{Text: "I agree", Form: "https://news.example.org/subscribe"}}
	must(t, d.SignUps.TakeSignUp(ctx, &su, confirm, []string{"Press"}))
	after, deliveries, _, err := d.Notices.FindNotices(ctx, store.Page{Limit: 100})
	must(t, err)
	if len(after) == len(before) {
		return su, campaign.Notice{}
	}
	equal(t, "its delivery", deliveries[after[0].ID].Email, su.Email)
	return su, after[0]
}

func TestSignUpIsNothingBeforeItIsConfirmed(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		l := d.addList(t, "Press")
		su, n := d.signUp(t, "Ana@example.org", true, l.ID)
		equal(t, "what is written", n.Kind, campaign.ConfirmSignUp)
		equal(t, "about", n.About, su.ID)
		_, err := d.Contacts.GetContactByAddress(ctx, "ana@example.org")
		refused(t, "a contact before", err, campaign.NotFound)
		for range 2 { // again changes nothing
			_, c, err := d.other.SignUps.ConfirmSignUp(ctx, su.ID)
			must(t, err)
			m := c.Membership(l.ID)
			equal(t, "status", m.Status, campaign.Subscribed)
			equal(t, "basis", m.Basis, campaign.ConsentBasis)
			equal(t, "source", m.Source, "https://news.example.org/subscribe")
			equal(t, "language", c.Language, campaign.SerbianLatin)
			equal(t, "version", c.Version, 1)
			equal(t, "consents", len(c.Consents), 1)
			equal(t, "the consent", c.Consents[0].ID, m.Consent)
			equal(t, "its words", c.Consents[0].Text, "I agree")
			equal(t, "it is confirmed", c.Consents[0].ConfirmedAt.IsZero(), false)
		}
		_, n = d.signUp(t, "ana@EXAMPLE.org", true, l.ID)
		equal(t, "to somebody who is on it", n.Kind, campaign.AlreadyOn)
	})
}

func TestSignUpOfThoseWhoMustNotBeMailed(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		l := d.addList(t, "Press")
		for _, c := range []struct {
			reason campaign.SuppressionReason
			lifted bool
		}{{campaign.LeftAll, true}, {campaign.Erased, true}, {campaign.HardBounce, true}, {campaign.ComplaintReason, false}, {campaign.SuppressedByHand, false}} {
			email := string(c.reason) + "@example.org"
			must(t, d.Suppressions.Suppress(ctx, email, c.reason, ""))
			su, n := d.signUp(t, email, false, l.ID) // single opt-in does not bring them back unasked
			equal(t, email, n.Kind, campaign.ConfirmSignUp)
			found, err := d.Suppressions.Suppressed(ctx, []string{email})
			must(t, err)
			equal(t, email+" before", found[email], c.reason)
			_, _, err = d.SignUps.ConfirmSignUp(ctx, su.ID)
			must(t, err)
			found, err = d.Suppressions.Suppressed(ctx, []string{email})
			must(t, err)
			equal(t, email+" is lifted", found[email] == "", c.lifted)
		}
	})
}

func TestSignUpWithSingleOptIn(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		l, other := d.addList(t, "Press"), d.addList(t, "Schools")
		_, n := d.signUp(t, "new@example.org", false, l.ID)
		equal(t, "the mail", n.Kind, campaign.AlreadyOn)
		c, err := d.Contacts.GetContactByAddress(ctx, "new@example.org")
		must(t, err)
		equal(t, "on the list", c.OnAll([]string{l.ID}), true)
		_, err = d.Contacts.LeaveLists(ctx, c.ID, []string{l.ID}, campaign.Unsubscribed)
		must(t, err)
		_, n = d.signUp(t, "new@example.org", false, l.ID, other.ID)
		equal(t, "the mail to who left", n.Kind, campaign.ConfirmSignUp)
		c, err = d.Contacts.GetContact(ctx, c.ID)
		must(t, err)
		equal(t, "brought back by a stranger", c.OnAll([]string{l.ID}), false)
		equal(t, "put on another list", c.OnAll([]string{other.ID}), false)
	})
}

// A stranger who types a known address into a form with single opt-in neither agrees to tracking for its owner nor changes
// their language.
func TestSingleOptInGivesNoConsentToTracking(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		l := d.addList(t, "Press")
		c := d.addContact(t, campaign.Contact{Email: "ana@example.org", Language: campaign.French})
		su := campaign.SignUp{Email: c.Email, Language: campaign.English, Lists: []string{l.ID}, Consent: campaign.SignUpConsent{Text: "I agree"}}
		must(t, d.SignUps.TakeSignUp(ctx, &su, false, nil))
		tracked := su
		tracked.Individual = true
		must(t, d.SignUps.TakeSignUp(ctx, &tracked, false, nil))
		c, err := d.Contacts.GetContact(ctx, c.ID)
		must(t, err)
		equal(t, "on the list", c.OnAll([]string{l.ID}), true)
		equal(t, "tracked", c.MayBeTracked(), false)
		equal(t, "language", c.Language, campaign.French)
		_, c, err = d.SignUps.ConfirmSignUp(ctx, tracked.ID)
		must(t, err)
		equal(t, "tracked, once it is confirmed", c.MayBeTracked(), true)
	})
}

func TestAnAddressGetsFewMailsADay(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		l := d.addList(t, "Press")
		written := 0
		for range 10 {
			if _, n := d.signUp(t, "ana@example.org", true, l.ID); n.ID != "" {
				written++
			}
		}
		equal(t, "mails", written, 3)
		waiting, err := d.SignUps.CountSignUps(ctx)
		must(t, err)
		equal(t, "kept", waiting, 3)
		d.pass(25 * time.Hour)
		_, n := d.signUp(t, "ana@example.org", true, l.ID)
		equal(t, "a day later", n.Kind, campaign.ConfirmSignUp)
	})
}

func TestSignUpsRunOut(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		l := d.addList(t, "Press")
		su, n := d.signUp(t, "ana@example.org", true, l.ID)
		d.pass(campaign.SignUpLife + time.Minute)
		_, _, err := d.SignUps.ConfirmSignUp(ctx, su.ID)
		refused(t, "an old link", err, campaign.NotFound)
		must(t, d.Notices.DropOldNotices(ctx))
		waiting, err := d.SignUps.CountSignUps(ctx)
		must(t, err)
		equal(t, "kept", waiting, 0)
		_, err = d.Deliveries.GetDelivery(ctx, n.ID)
		refused(t, "the delivery", err, campaign.NotFound)
	})
}

func TestForgetNotices(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		l := d.addList(t, "Press")
		su, n := d.signUp(t, "ana@example.org", true, l.ID)
		other, kept := d.signUp(t, "vera@example.org", true, l.ID)
		must(t, d.Notices.ForgetNotices(ctx, campaign.NewSigner("a secret of the test").SuppressionID("ANA@example.org")))
		_, err := d.SignUps.GetSignUp(ctx, su.ID)
		refused(t, "the sign-up", err, campaign.NotFound)
		_, err = d.Deliveries.GetDelivery(ctx, n.ID)
		refused(t, "the delivery", err, campaign.NotFound)
		_, err = d.SignUps.GetSignUp(ctx, other.ID)
		must(t, err)
		_, err = d.Deliveries.GetDelivery(ctx, kept.ID)
		must(t, err)
	})
}
