package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// AddressChanges moves contacts to new addresses, once those are confirmed.
type AddressChanges struct {
	engine document.Engine
	now    func() time.Time
	signer *campaign.Signer

	contacts     *Contacts
	journal      *Journal
	notices      *Notices
	suppressions *Suppressions
	wishes       *Wishes
}

// AskAddressChange stores a contact's wish for another address, in the place of an earlier one, writes there to confirm it, and
// asks the present address whether it agrees. Whether the new address is known here, or got too many mails, shows nowhere;
// false says that the present one did, and nothing is stored: a change nobody could be told of must not begin. Nor does one to an
// address that passes for the present one by eye, of which its owner could not see that it is another's; that shows nowhere
// either, as it would tell the present address to who guesses at it.
func (s *AddressChanges) AskAddressChange(ctx context.Context, c *campaign.Contact, email string) (asked bool, err error) {
	email, err = campaign.ParseAddress(email)
	if err != nil {
		return false, err
	}
	s.notices.mailing.Lock()
	defer s.notices.mailing.Unlock()
	now := s.now()
	change := &campaign.AddressChange{
		ID: campaign.NewID(now), Version: 1, Contact: c.ID, Email: email, AddressHash: s.signer.SuppressionID(email), Former: s.signer.SuppressionID(c.Email),
		At: now, ExpiresAt: now.Add(campaign.AddressChangeKept), DueAt: now.Add(campaign.AddressWait),
	}
	mayOld, err := s.notices.mayMail(ctx, change.Former)
	if err != nil || !mayOld {
		return false, err
	}
	suppressed, err := s.suppressions.Suppressed(ctx, []string{c.Email})
	if err != nil || campaign.AddressChanged.LeftOut(suppressed[c.Email]) != "" || change.AddressHash == change.Former || campaign.LooksTheSame(email, c.Email) {
		return true, err
	}
	earlier, err := s.openChanges(ctx, c.ID)
	if err != nil {
		return false, err
	}
	for _, a := range earlier {
		if a.AddressHash == change.AddressHash && now.Sub(a.At) < wishAgain {
			return true, nil // the button was pressed twice
		}
	}
	mayNew, err := s.notices.mayMail(ctx, change.AddressHash)
	if err != nil || !mayNew {
		return true, err
	}
	if err := s.engine.Insert(ctx, schema.AddressChanges, change); err != nil {
		return false, err
	}
	if err := s.writeOfChange(ctx, change, c); err != nil {
		return false, err
	}
	for _, a := range earlier {
		if err := s.stopChange(ctx, a.ID); err != nil {
			return false, err
		}
	}
	return true, s.logChange(ctx, campaign.AddressAskedEntry, c.ID, campaign.Textf("by the link in a message"))
}

// writeOfChange tells the present address first: a change it does not know of must not be confirmed.
func (s *AddressChanges) writeOfChange(ctx context.Context, a *campaign.AddressChange, c *campaign.Contact) error {
	told := &campaign.Notice{Kind: campaign.AddressChanged, About: a.ID, ExpiresAt: a.DueAt}
	if err := s.notices.SendNotice(ctx, told, c); err != nil {
		return err
	}
	n := &campaign.Notice{Kind: campaign.ConfirmAddress, About: a.ID, ExpiresAt: a.ExpiresAt}
	return s.notices.SendNotice(ctx, n, &campaign.Contact{Email: a.Email, Language: c.Language})
}

func (s *AddressChanges) logChange(ctx context.Context, kind campaign.EntryKind, contact string, words campaign.Text) error {
	return s.journal.Log(ctx, campaign.Entry{Kind: kind, Contact: contact, Audit: true, Detail: words.Stored()})
}

// openChanges returns a contact's undecided changes of address.
func (s *AddressChanges) openChanges(ctx context.Context, contact string) (open []campaign.AddressChange, err error) {
	var docs []campaign.AddressChange
	err = s.engine.Find(ctx, schema.AddressChanges, document.Query{Filter: document.Equal("contact_id", contact), Order: []document.Order{{Field: "id", Desc: true}}}, &docs)
	for _, a := range docs {
		if a.Open() && a.ExpiresAt.After(s.now()) {
			open = append(open, a)
		}
	}
	return open, err
}

// WaitingChange returns when a contact's waiting change of address was asked for, and when it ends; nil without one.
func (s *AddressChanges) WaitingChange(ctx context.Context, contact string) (*campaign.AddressChange, error) {
	open, err := s.openChanges(ctx, contact)
	if err != nil || len(open) == 0 {
		return nil, err
	}
	return &open[0], nil
}

// GetAddressChange reads a change of address that has not run out.
func (s *AddressChanges) GetAddressChange(ctx context.Context, id string) (campaign.AddressChange, error) {
	a, err := document.Get[campaign.AddressChange](ctx, s.engine, schema.AddressChanges, id)
	if err == nil && !a.ExpiresAt.After(s.now()) {
		err = campaign.Errorf(campaign.NotFound, "this change has run out")
	}
	return a, err
}

// ConfirmAddressChange takes down that the owner of the new address confirmed a change, and does it if nothing stands in its
// way. It is a Conflict when the address belongs to another contact. Confirming again changes nothing more.
func (s *AddressChanges) ConfirmAddressChange(ctx context.Context, id string) (campaign.AddressChange, error) {
	a, err := s.GetAddressChange(ctx, id)
	if err != nil || !a.Open() {
		return a, err
	}
	other, err := s.contacts.GetContactByAddress(ctx, a.Email)
	if err == nil && other.ID != a.Contact {
		return a, campaign.Errorf(campaign.Conflict, "this address belongs to another contact")
	}
	if err := campaign.UnlessMissing(err); err != nil {
		return a, err
	}
	return s.decide(ctx, a, campaign.AddressAgreedEntry, campaign.Textf("by the new address"), func(a *campaign.AddressChange) *time.Time { return &a.ConfirmedAt })
}

// AgreeToAddressChange takes down that the owner of the former address agreed to a change, and does it if the new one has
// confirmed.
func (s *AddressChanges) AgreeToAddressChange(ctx context.Context, id string) (campaign.AddressChange, error) {
	a, err := s.GetAddressChange(ctx, id)
	if err != nil || !a.Open() {
		return a, err
	}
	return s.decide(ctx, a, campaign.AddressAgreedEntry, campaign.Textf("by the former address"), func(a *campaign.AddressChange) *time.Time { return &a.AgreedAt })
}

// decide notes when one side said yes, once, and finishes a change that both agreed to.
func (s *AddressChanges) decide(ctx context.Context, a campaign.AddressChange, kind campaign.EntryKind, words campaign.Text, at func(*campaign.AddressChange) *time.Time) (campaign.AddressChange, error) {
	if at(&a).IsZero() {
		var err error
		if a, err = s.modifyChange(ctx, a.ID, func(a *campaign.AddressChange) {
			if a.Open() {
				*at(a) = s.now()
			}
			if a.Waiting = !a.ConfirmedAt.IsZero() && a.Open(); a.Waiting {
				a.ExpiresAt = a.DueAt.Add(campaign.AddressChangeTold)
			}
		}); err != nil {
			return a, err
		}
		if err := s.logChange(ctx, kind, a.Contact, words); err != nil {
			return a, err
		}
	}
	if !a.Due(s.now()) {
		return a, nil
	}
	return s.finishChange(ctx, a)
}

func (s *AddressChanges) modifyChange(ctx context.Context, id string, fn func(*campaign.AddressChange)) (campaign.AddressChange, error) {
	return document.Modify(ctx, s.engine, schema.AddressChanges, id, func(a *campaign.AddressChange) *int64 { return &a.Version }, func(a *campaign.AddressChange) error {
		fn(a)
		return nil
	})
}

// finishChange gives a contact the new address, unless the change was stopped, the contact has another address by now, or the
// new one is taken: then the change ends without effect. It can be done again when it was cut off.
func (s *AddressChanges) finishChange(ctx context.Context, a campaign.AddressChange) (campaign.AddressChange, error) {
	a, err := s.modifyChange(ctx, a.ID, func(a *campaign.AddressChange) {
		if a.StoppedAt.IsZero() && a.DoneAt.IsZero() {
			a.DoneAt, a.DueAt = s.now(), s.now()
		}
	})
	if err != nil || a.DoneAt.IsZero() {
		return a, err
	}
	_, err = s.contacts.UpdateContact(ctx, a.Contact, func(c *campaign.Contact) error {
		switch s.signer.SuppressionID(c.Email) {
		case a.Former:
		case a.AddressHash: // it was cut off after this
			return nil
		default:
			return errVoid
		}
		c.Email = a.Email
		if c.Status == campaign.Bounced {
			c.Status, c.StatusReason = campaign.Active, "" // that was said of the old address
		}
		return nil
	})
	if code := campaign.CodeOf(err); code == campaign.Conflict || code == campaign.NotFound {
		stopped, ended := s.modifyChange(ctx, a.ID, func(a *campaign.AddressChange) {
			a.Waiting, a.StoppedAt, a.DoneAt = false, s.now(), time.Time{}
		})
		if ended != nil || err == errVoid || code == campaign.NotFound {
			return stopped, ended
		}
	}
	if err != nil {
		return a, err
	}
	if err := s.suppressions.liftByOwnAct(ctx, a.Email); err != nil {
		return a, err
	}
	if err := s.logChange(ctx, campaign.AddressMovedEntry, a.Contact, campaign.Textf("asked for by the link in a message")); err != nil {
		return a, err
	}
	return s.modifyChange(ctx, a.ID, func(a *campaign.AddressChange) { a.Waiting = false })
}

var errVoid = campaign.Errorf(campaign.Conflict, "the contact has another address by now")

// StopAddressChange ends a change, and any other that waits, because the owner of the former address does not want it: then
// somebody else holds a message with a link, and the links of all messages up to now end. Stopping again changes nothing
// more, and neither does stopping what has taken effect.
func (s *AddressChanges) StopAddressChange(ctx context.Context, id string) (campaign.AddressChange, error) {
	a, err := s.GetAddressChange(ctx, id)
	if err != nil || !a.RefusedAt.IsZero() || !a.DoneAt.IsZero() {
		return a, err
	}
	_, err = s.contacts.UpdateContact(ctx, a.Contact, func(c *campaign.Contact) error {
		if s.signer.SuppressionID(c.Email) == a.Former {
			c.LinksSince = s.now()
		}
		return nil
	})
	if campaign.UnlessMissing(err) != nil {
		return a, err
	}
	open, err := s.openChanges(ctx, a.Contact)
	if err != nil {
		return a, err
	}
	for _, other := range open {
		if err := s.stopChange(ctx, other.ID); err != nil {
			return a, err
		}
	}
	if err := s.wishes.dropWishes(ctx, a.Contact, ""); err != nil {
		return a, err
	}
	if err := s.logChange(ctx, campaign.AddressStoppedEntry, a.Contact, campaign.Textf("by the former address")); err != nil {
		return a, err
	}
	return s.modifyChange(ctx, id, func(a *campaign.AddressChange) { a.RefusedAt = s.now() })
}

// stopChange ends a change that has not taken effect.
func (s *AddressChanges) stopChange(ctx context.Context, id string) error {
	_, err := s.modifyChange(ctx, id, func(a *campaign.AddressChange) {
		if a.Open() {
			a.StoppedAt, a.Waiting, a.ExpiresAt = s.now(), false, s.now().Add(campaign.AddressChangeTold)
		}
	})
	return err
}

// FinishAddressChanges does the changes of address that nobody stopped in time, and those that were cut off.
func (s *AddressChanges) FinishAddressChanges(ctx context.Context) error {
	const some = 200
	q := document.Query{Filter: document.All{document.Equal("waiting", true), document.Where{Field: "due_at", Op: document.Lte, Value: s.now()}}, Order: []document.Order{{Field: "due_at"}, {Field: "id"}}, Limit: some}
	var failed []error
	for {
		var docs []campaign.AddressChange
		if err := s.engine.Find(ctx, schema.AddressChanges, q, &docs); err != nil {
			return err
		}
		for _, a := range docs {
			q.After = []any{a.DueAt, a.ID}
			_, err := s.finishChange(As(ctx, campaign.Actor{Name: campaign.ByPerson}), a)
			if err != nil && campaign.CodeOf(err) != campaign.Conflict { // the others are seen to all the same
				failed = append(failed, fmt.Errorf("finish a change of address: %w", err))
			}
		}
		if len(docs) < some || ctx.Err() != nil {
			return errors.Join(failed...)
		}
	}
}
