package store

import (
	"context"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// keptAPage is how many records of what was kept are read at once: each may hold a whole contact, or hundreds of ids.
const keptAPage = 20

// keepFor writes down what taking back some work needs to know, before the change itself is written. Each part is given an
// id of its own, so that work that was cut off can go on without knowing what it kept.
func (s *Store) keepFor(ctx context.Context, work string, docs ...any) error {
	if len(docs) == 0 {
		return nil
	}
	for _, d := range docs {
		d.(*campaign.UndoRecord).ID = work + "." + campaign.NewID(s.now())
	}
	return s.engine.Insert(ctx, schema.UndoRecords, docs...)
}

// eachKept calls fn for everything kept for some work.
func (s *Store) eachKept(ctx context.Context, work string, fn func(*campaign.UndoRecord) error) error {
	return document.Each(ctx, s.engine, schema.UndoRecords, document.Where{Field: "id", Op: document.Prefix, Value: work + "."}, keptAPage, func(c *campaign.UndoRecord) string { return c.ID }, fn)
}

// dropKept forgets what was kept for some work.
func (s *Store) dropKept(ctx context.Context, work string) error {
	_, err := s.engine.Delete(ctx, schema.UndoRecords, document.Where{Field: "id", Op: document.Prefix, Value: work + "."})
	return err
}

// forgetKeptOf drops what was kept of a contact to put it back: nothing of a person outlives their contact.
func (s *Store) forgetKeptOf(ctx context.Context, contact string) error {
	_, err := s.engine.Delete(ctx, schema.UndoRecords, document.Equal("contact_id", contact))
	return err
}
