package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// addAddressWaits adds to a store of an older version what changes of address now need: those that wait are asked of the present
// address too, and of those that took effect a short time ago the contact knows since when.
func (s *upgrader) addAddressWaits(ctx context.Context) error {
	var docs []campaign.AddressChange
	if err := s.engine.Find(ctx, schema.AddressChanges, document.Query{Filter: document.Equal("former", ""), Order: []document.Order{{Field: "id"}}}, &docs); err != nil {
		return err
	}
	for _, a := range docs {
		if err := s.renewChange(ctx, a); err != nil {
			return err
		}
	}
	if err := s.addAddressSince(ctx); err != nil {
		return err
	}
	return s.correctConsents(ctx)
}

// renewChange asks the present address about a change that was asked for when the new one alone decided.
func (s *upgrader) renewChange(ctx context.Context, a campaign.AddressChange) error {
	c, err := s.contacts.GetPerson(ctx, a.Contact)
	if campaign.UnlessMissing(err) != nil {
		return err
	}
	now := s.now()
	a.Former, a.DueAt = "done", now
	switch {
	case err != nil:
		a.StoppedAt = now
	case !a.ConfirmedAt.IsZero():
		a.DoneAt = a.ConfirmedAt
	default:
		a.Former, a.DueAt = s.signer.SuppressionID(c.Email), now.Add(campaign.AddressWait)
		if a.ExpiresAt.After(now) {
			told := &campaign.Notice{Kind: campaign.AddressChanged, About: a.ID, ExpiresAt: a.DueAt}
			if err := s.notices.SendNotice(ctx, told, &c); err != nil {
				return err
			}
		}
	}
	return s.engine.Upsert(ctx, schema.AddressChanges, &a)
}

// addAddressSince reads in the journal whose address changed within the wait.
func (s *upgrader) addAddressSince(ctx context.Context) error {
	since := s.now().Add(-campaign.AddressWait)
	p := Page{Limit: 500}
	for {
		entries, next, err := s.journal.FindJournal(ctx, JournalFilter{Kind: campaign.EditedEntry}, p)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.At.Before(since) {
				return nil
			}
			if slices.Contains(strings.Split(e.Detail, ", "), "address") {
				if err := s.moved(ctx, e.Contact, e.At); err != nil {
					return err
				}
			}
		}
		if p.After = next; next == "" {
			return nil
		}
	}
}

func (s *upgrader) moved(ctx context.Context, contact string, at time.Time) error {
	_, err := s.contacts.ChangeContact(ctx, contact, func(c *campaign.Contact) error {
		if c.AddressSince.Before(at) {
			c.Moved(at)
		}
		return nil
	})
	if campaign.CodeOf(err) == campaign.Invalid { // one stored under older rules is mended by the team
		return nil
	}
	return campaign.UnlessMissing(err)
}

// correctConsents takes back that consents given by the link in a message were confirmed: nobody was asked by mail.
func (s *upgrader) correctConsents(ctx context.Context) error {
	const page = "preference page" // as what came from there was marked
	q := document.Query{Filter: document.All{document.Equal("kind", string(campaign.JoinedEntry)), document.Equal("detail", page)}, Order: []document.Order{{Field: "id"}}, Limit: 500}
	for {
		var docs []campaign.Entry
		if err := s.engine.Find(ctx, schema.Journal, q, &docs); err != nil || len(docs) == 0 {
			return err
		}
		for _, e := range docs {
			_, err := document.Modify(ctx, s.engine, schema.Contacts, e.Contact, func(c *campaign.Contact) *int64 { return &c.Version }, func(c *campaign.Contact) error {
				for i := range c.Consents {
					if k := &c.Consents[i]; k.Form == page {
						k.Form, k.ConfirmedAt = campaign.UnconfirmedLink, time.Time{}
					}
				}
				return nil
			})
			if campaign.UnlessMissing(err) != nil {
				return err
			}
		}
		q.After = []any{docs[len(docs)-1].ID}
	}
}
