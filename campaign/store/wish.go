package store

import (
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

const (
	wishAgain    = 10 * time.Minute // so long the same wish is not mailed about again: a button is pressed twice
	dataLinkKept = 24 * time.Hour   // how long the link to what is on record works
)

// Wishes are changes a reader asked for without signing in.
type Wishes struct {
	engine document.Engine
	now    func() time.Time
	signer *campaign.Signer

	contacts     *Contacts
	lists        *Lists
	notices      *Notices
	suppressions *Suppressions
}

// AskWish stores what was chosen on a contact's page and needs a button in a mail to their address, in the place of what waited
// before, and writes there. names say in words what it is. false when the address got enough such mails today: then nothing
// is stored. A wish for nothing takes back what waits.
func (s *Wishes) AskWish(ctx context.Context, c *campaign.Contact, w *campaign.Wish, names []string) (asked bool, err error) {
	if err := w.Normalize(); err != nil {
		return false, err
	}
	s.notices.mailing.Lock()
	defer s.notices.mailing.Unlock()
	before, err := s.WaitingWish(ctx, c)
	if err != nil {
		return false, err
	}
	if w.Empty() {
		return true, s.dropWishes(ctx, c.ID, "")
	}
	now, hash := s.now(), s.signer.SuppressionID(c.Email)
	if before != nil && before.Same(w) && now.Sub(before.At) < wishAgain {
		return true, nil
	}
	if may, err := s.notices.mayMail(ctx, hash); err != nil || !may {
		return false, err
	}
	w.ID, w.Version, w.Contact, w.AddressHash, w.At, w.ExpiresAt = campaign.NewID(now), 1, c.ID, hash, now, now.Add(campaign.WishLife)
	n := &campaign.Notice{Kind: campaign.ConfirmWish, About: w.ID, Names: names, ExpiresAt: w.ExpiresAt}
	if err := s.engine.Insert(ctx, schema.Wishes, w); err != nil {
		return false, err
	}
	if err := s.notices.SendNotice(ctx, n, c); err != nil {
		return false, err
	}
	return true, s.dropWishes(ctx, c.ID, w.ID)
}

// dropWishes drops what waits for a contact's button but one.
func (s *Wishes) dropWishes(ctx context.Context, contact, but string) error {
	found, err := s.wishesOf(ctx, contact)
	if err != nil {
		return err
	}
	var ids []string
	for _, w := range found {
		if w.ConfirmedAt.IsZero() && w.ID != but {
			ids = append(ids, w.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	_, err = s.engine.Delete(ctx, schema.Wishes, document.Where{Field: "id", Op: document.In, Value: ids})
	return err
}

func (s *Wishes) wishesOf(ctx context.Context, contact string) ([]campaign.Wish, error) {
	var docs []campaign.Wish
	err := s.engine.Find(ctx, schema.Wishes, document.Query{Filter: document.Equal("contact_id", contact), Order: []document.Order{{Field: "id", Desc: true}}}, &docs)
	return docs, err
}

// WaitingWish returns what waits for a contact's button, or nil.
func (s *Wishes) WaitingWish(ctx context.Context, c *campaign.Contact) (*campaign.Wish, error) {
	found, err := s.wishesOf(ctx, c.ID)
	for i := range found {
		if w := &found[i]; w.ConfirmedAt.IsZero() && w.ExpiresAt.After(s.now()) && w.AddressHash == s.signer.SuppressionID(c.Email) {
			return w, err
		}
	}
	return nil, err
}

// GetWish reads a wish that has not run out, and its contact, who still has the address it was asked of.
func (s *Wishes) GetWish(ctx context.Context, id string) (campaign.Wish, campaign.Contact, error) {
	w, err := document.Get[campaign.Wish](ctx, s.engine, schema.Wishes, id)
	if err != nil {
		return w, campaign.Contact{}, err
	}
	c, err := s.contacts.GetContact(ctx, w.Contact)
	if err == nil && (!w.ExpiresAt.After(s.now()) || w.AddressHash != s.signer.SuppressionID(c.Email)) {
		err = campaign.Errorf(campaign.NotFound, "this wish has run out")
	}
	return w, c, err
}

// ConfirmWish does what the owner of an address confirmed. Confirming again changes nothing more.
func (s *Wishes) ConfirmWish(ctx context.Context, id string) (campaign.Contact, error) {
	w, c, err := s.GetWish(ctx, id)
	if err != nil || !w.ConfirmedAt.IsZero() {
		return c, err
	}
	open, err := s.lists.FindLists(ctx, false)
	if err != nil {
		return c, err
	}
	w.Lists = slices.DeleteFunc(w.Lists, func(id string) bool { // it was closed since
		return !slices.ContainsFunc(open, func(l campaign.List) bool { return l.ID == id })
	})
	if c, err = s.contacts.UpdateContact(ctx, c.ID, func(c *campaign.Contact) error {
		w.Apply(c, s.now())
		return nil
	}); err != nil {
		return c, err
	}
	if len(w.Lists) > 0 {
		if err := s.suppressions.liftByOwnAct(ctx, c.Email); err != nil {
			return c, err
		}
	}
	_, err = document.Modify(ctx, s.engine, schema.Wishes, id, func(w *campaign.Wish) *int64 { return &w.Version }, func(w *campaign.Wish) error {
		w.ConfirmedAt = s.now()
		return nil
	})
	return c, err
}

// AskLink writes to a contact how to reach their page, where the link of an old message opens it no more.
func (s *Wishes) AskLink(ctx context.Context, c *campaign.Contact) (asked bool, err error) {
	return s.writeTo(ctx, c, &campaign.Notice{Kind: campaign.NewLink, About: c.ID, ExpiresAt: s.now().Add(noticesKept)})
}

// AskData writes to a contact how to see what is on record about them; not to an address that is too young, see
// Contact.MayGetRecord. false when the address got enough such mails today.
func (s *Wishes) AskData(ctx context.Context, c *campaign.Contact) (asked bool, err error) {
	if _, ok := c.MayGetRecord(s.now()); !ok {
		return false, campaign.Errorf(campaign.Forbidden, "this address is too young for what is on record to go there")
	}
	return s.writeTo(ctx, c, &campaign.Notice{Kind: campaign.YourData, About: c.ID, ExpiresAt: s.now().Add(dataLinkKept)})
}

// writeTo sends a notice that was asked for on a page; false when the address got enough of them today.
func (s *Wishes) writeTo(ctx context.Context, c *campaign.Contact, n *campaign.Notice) (bool, error) {
	s.notices.mailing.Lock()
	defer s.notices.mailing.Unlock()
	may, err := s.notices.mayMail(ctx, s.signer.SuppressionID(c.Email))
	if err != nil || !may {
		return false, err
	}
	return true, s.notices.SendNotice(ctx, n, c)
}
