package store

import (
	"context"

	"github.com/glasnik/glasnik/campaign"
)

// SetBulkBatch makes the batches of actions on many contacts small, for tests of what happens between them.
func (s *Store) SetBulkBatch(n int) { s.bulkBatch = n }

// FindEventsOf gives what is known of a contact's opens, clicks and leavings, the latest first.
func (s *Store) FindEventsOf(ctx context.Context, contact string, limit int) ([]campaign.Event, error) {
	var docs []campaign.Event
	err := s.engine.Find(ctx, events, Query{
		Filter: Equal("contact_id", contact), Order: []Order{{Field: "at", Desc: true}}, Limit: limit,
	}, &docs)
	return docs, err
}
