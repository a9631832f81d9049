package store

import (
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// mailsADay is how many mails one address gets in a day because somebody typed it into a public form.
const mailsADay = 3

// SignUps are subscriptions that wait for their confirmation.
type SignUps struct {
	engine document.Engine
	now    func() time.Time
	signer *campaign.Signer

	contacts     *Contacts
	notices      *Notices
	suppressions *Suppressions
}

// TakeSignUp stores what somebody asked for on a public form and writes to the address: to confirm it, or, where nothing is
// left to confirm, that it is subscribed. Who is already there gets the same answer as who is new; only the mail differs.
// Without confirm, as lists with single opt-in want it, a new address is put on the lists at once, but never one that
// left them or must not be mailed; a consent to individual tracking is always confirmed. names are those of the lists, for the mail.
func (s *SignUps) TakeSignUp(ctx context.Context, su *campaign.SignUp, confirm bool, names []string) error {
	if err := su.Normalize(); err != nil {
		return err
	}
	now := s.now()
	su.ID, su.Version, su.AddressHash, su.At, su.ExpiresAt = campaign.NewID(now), 1, s.signer.SuppressionID(su.Email), now, now.Add(campaign.SignUpLife)
	s.notices.mailing.Lock()
	defer s.notices.mailing.Unlock()
	may, err := s.notices.mayMail(ctx, su.AddressHash)
	if err != nil || !may {
		return err
	}
	contact, err := s.contacts.GetContactByAddress(ctx, su.Email)
	if err != nil && campaign.CodeOf(err) != campaign.NotFound {
		return err
	}
	suppressed, err := s.suppressions.Suppressed(ctx, []string{su.Email})
	if err != nil {
		return err
	}
	if err := s.engine.Insert(ctx, schema.SignUps, su); err != nil {
		return err
	}
	n := &campaign.Notice{Kind: campaign.ConfirmSignUp, About: su.ID, Names: names, ExpiresAt: su.ExpiresAt}
	clear := suppressed[su.Email] == "" && (contact.ID == "" || contact.Status == campaign.Active)
	if clear && !confirm && !su.Individual && !hasLeft(&contact, su.Lists) {
		if contact, err = s.applySignUp(ctx, su, false); err != nil {
			return err
		}
	}
	if clear && !su.Individual && contact.ID != "" && contact.OnAll(su.Lists) {
		n.Kind, n.About = campaign.AlreadyOn, contact.ID
	}
	to := campaign.Contact{ID: contact.ID, Email: su.Email, FirstName: su.FirstName, LastName: su.LastName, Language: su.Language}
	if n.Kind == campaign.ConfirmSignUp {
		to.FirstName, to.LastName = "", "" // what a stranger typed has no place in a mail
	}
	return s.notices.SendNotice(ctx, n, &to)
}

// hasLeft reports whether a contact left one of some lists, or was taken off it.
func hasLeft(c *campaign.Contact, lists []string) bool {
	return slices.ContainsFunc(lists, func(l string) bool {
		m := c.Membership(l)
		return m != nil && (m.Status == campaign.Unsubscribed || m.Status == campaign.Removed)
	})
}

// GetSignUp reads a sign-up that has not run out.
func (s *SignUps) GetSignUp(ctx context.Context, id string) (campaign.SignUp, error) {
	su, err := document.Get[campaign.SignUp](ctx, s.engine, schema.SignUps, id)
	if err == nil && !su.ExpiresAt.After(s.now()) {
		err = campaign.Errorf(campaign.NotFound, "this sign-up has run out")
	}
	return su, err
}

// CountSignUps says how many sign-ups wait for confirmation and can still be confirmed.
func (s *SignUps) CountSignUps(ctx context.Context) (int64, error) {
	return s.engine.Count(ctx, schema.SignUps, document.All{
		document.Where{Field: "expires_at", Op: document.Gt, Value: s.now()}, document.Equal("confirmed_at", time.Time{}),
	})
}

// ConfirmSignUp does what the owner of an address confirmed. Confirming again changes nothing more.
func (s *SignUps) ConfirmSignUp(ctx context.Context, id string) (campaign.SignUp, campaign.Contact, error) {
	su, err := s.GetSignUp(ctx, id)
	if err != nil {
		return su, campaign.Contact{}, err
	}
	if !su.ConfirmedAt.IsZero() {
		c, err := s.contacts.GetContactByAddress(ctx, su.Email)
		return su, c, err
	}
	c, err := s.applySignUp(ctx, &su, true)
	if err != nil {
		return su, c, err
	}
	if err := s.suppressions.liftByOwnAct(ctx, su.Email); err != nil {
		return su, c, err
	}
	su, err = document.Modify(ctx, s.engine, schema.SignUps, id, func(su *campaign.SignUp) *int64 { return &su.Version }, func(su *campaign.SignUp) error {
		su.ConfirmedAt = s.now()
		return nil
	})
	return su, c, err
}

// applySignUp changes or makes the contact of a sign-up.
func (s *SignUps) applySignUp(ctx context.Context, su *campaign.SignUp, confirmed bool) (campaign.Contact, error) {
	for try := 0; ; try++ {
		known, err := s.contacts.GetContactByAddress(ctx, su.Email)
		if err == nil {
			return s.contacts.UpdateContact(ctx, known.ID, func(c *campaign.Contact) error {
				su.Apply(c, confirmed, s.now())
				return nil
			})
		}
		if campaign.CodeOf(err) != campaign.NotFound {
			return known, err
		}
		var c campaign.Contact
		su.Apply(&c, confirmed, s.now())
		if err = s.contacts.CreateContact(ctx, &c); campaign.CodeOf(err) != campaign.Conflict || try == 3 {
			return c, err
		}
	}
}
