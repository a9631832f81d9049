package store

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// Mailboxes are how far the mailboxes were read that what comes back is sent to.
type Mailboxes struct {
	engine document.Engine
	now    func() time.Time
}

// FindMailboxes returns all of them by their ids.
func (s *Mailboxes) FindMailboxes(ctx context.Context) ([]campaign.Mailbox, error) {
	var docs []campaign.Mailbox
	err := s.engine.Find(ctx, schema.Mailboxes, document.Query{Order: []document.Order{{Field: "id"}}, Limit: 100}, &docs)
	return docs, err
}

// UpdateMailbox lets fn change what is known of a mailbox by its name, which is added if it is new.
func (s *Mailboxes) UpdateMailbox(ctx context.Context, name string, fn func(*campaign.Mailbox)) (campaign.Mailbox, error) {
	id := campaign.MailboxID(name)
	if _, err := s.engine.InsertNew(ctx, schema.Mailboxes, &campaign.Mailbox{ID: id, Version: 1, Name: name}); err != nil {
		return campaign.Mailbox{}, err
	}
	return document.Modify(ctx, s.engine, schema.Mailboxes, id, func(m *campaign.Mailbox) *int64 { return &m.Version }, func(m *campaign.Mailbox) error {
		fn(m)
		m.LookedAt = s.now()
		return nil
	})
}
