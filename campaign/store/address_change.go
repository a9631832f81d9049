package store

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// AskAddressChange keeps a contact's wish for another address, writes there to confirm it, and tells the old one. Whether
// the new address is known here shows nowhere.
func (s *Store) AskAddressChange(ctx context.Context, c *campaign.Contact, email string) error {
	email, err := campaign.ParseAddress(email)
	if err != nil {
		return err
	}
	now := s.now()
	change := &campaign.AddressChange{
		ID: campaign.NewID(now), Version: 1, Contact: c.ID, Email: email, AddressHash: s.signer.SuppressionID(email),
		At: now, ExpiresAt: now.Add(campaign.AddressChangeKept),
	}
	mailed, err := s.countNotices(ctx, change.AddressHash, now.Add(-24*time.Hour))
	if err != nil || mailed >= mailsADay {
		return err
	}
	if err := s.engine.Insert(ctx, addressChanges, change); err != nil {
		return err
	}
	n := &campaign.Notice{Kind: campaign.ConfirmAddress, About: change.ID, ExpiresAt: change.ExpiresAt}
	if err := s.SendNotice(ctx, n, &campaign.Contact{Email: email, Language: c.Language}); err != nil {
		return err
	}
	told := &campaign.Notice{Kind: campaign.AddressChanged, About: c.ID, ExpiresAt: change.ExpiresAt}
	return s.SendNotice(ctx, told, c)
}

// GetAddressChange reads a change of address that has not run out.
func (s *Store) GetAddressChange(ctx context.Context, id string) (campaign.AddressChange, error) {
	a, err := get[campaign.AddressChange](ctx, s.engine, addressChanges, id)
	if err == nil && !a.ExpiresAt.After(s.now()) {
		err = campaign.Errorf(campaign.NotFound, "this change has run out")
	}
	return a, err
}

// ConfirmAddressChange gives a contact the address its owner confirmed. It is a Conflict when the address belongs to another
// contact by now. Confirming again changes nothing more.
func (s *Store) ConfirmAddressChange(ctx context.Context, id string) (campaign.Contact, error) {
	a, err := s.GetAddressChange(ctx, id)
	if err != nil {
		return campaign.Contact{}, err
	}
	if !a.ConfirmedAt.IsZero() {
		return s.GetContact(ctx, a.Contact)
	}
	c, err := s.UpdateContact(ctx, a.Contact, func(c *campaign.Contact) error {
		c.Email = a.Email
		if c.Status == campaign.Bounced {
			c.Status, c.StatusReason = campaign.Active, "" // that was said of the old address
		}
		return nil
	})
	if err != nil {
		return c, err
	}
	if err := s.liftByOwnAct(ctx, a.Email); err != nil {
		return c, err
	}
	_, err = modify(ctx, s.engine, addressChanges, id, func(a *campaign.AddressChange) *int64 { return &a.Version }, func(a *campaign.AddressChange) error {
		a.ConfirmedAt = s.now()
		return nil
	})
	return c, err
}

// AskData writes to a contact how to see what is on record about them.
func (s *Store) AskData(ctx context.Context, c *campaign.Contact) error {
	now := s.now()
	mailed, err := s.countNotices(ctx, s.signer.SuppressionID(c.Email), now.Add(-24*time.Hour))
	if err != nil || mailed >= mailsADay {
		return err
	}
	n := &campaign.Notice{Kind: campaign.YourData, About: c.ID, ExpiresAt: now.Add(dataLinkKept)}
	return s.SendNotice(ctx, n, c)
}

// dataLinkKept is how long the link to what is on record works.
const dataLinkKept = 3 * 24 * time.Hour
