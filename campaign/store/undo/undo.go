// Package undo holds what taking work on many contacts back needs to know: records that an import or an action on many writes
// before each change. It takes nothing back itself.
package undo

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// Life is how long work can be taken back; then its records are dropped.
const Life = 30 * 24 * time.Hour

// PageSize is how many records are read at a time: each may hold a whole contact, or hundreds of ids.
const PageSize = 20

// Records are the undo records of one engine.
type Records struct {
	engine document.Engine
	now    func() time.Time
}

// New returns the records of an engine.
func New(engine document.Engine, now func() time.Time) *Records { return &Records{engine, now} }

// Add writes records of some work. Each gets an id of its own, so that work that was cut off can go on without knowing what it
// had recorded.
func (r *Records) Add(ctx context.Context, work string, docs ...any) error {
	if len(docs) == 0 {
		return nil
	}
	for _, d := range docs {
		d.(*campaign.UndoRecord).ID = work + "." + campaign.NewID(r.now())
	}
	return r.engine.Insert(ctx, schema.UndoRecords, docs...)
}

// Each calls fn for every record of some work.
func (r *Records) Each(ctx context.Context, work string, fn func(*campaign.UndoRecord) error) error {
	return document.Each(ctx, r.engine, schema.UndoRecords, of(work), PageSize, func(c *campaign.UndoRecord) string { return c.ID }, fn)
}

// First returns the first records of some work.
func (r *Records) First(ctx context.Context, work string, limit int) ([]campaign.UndoRecord, error) {
	var docs []campaign.UndoRecord
	err := r.engine.Find(ctx, schema.UndoRecords, document.Query{Filter: of(work), Order: []document.Order{{Field: "id"}}, Limit: limit}, &docs)
	return docs, err
}

// Drop deletes one record.
func (r *Records) Drop(ctx context.Context, id string) error { return r.delete(ctx, document.ByID(id)) }

// DropAll deletes the records of some work.
func (r *Records) DropAll(ctx context.Context, work string) error { return r.delete(ctx, of(work)) }

// DropContact deletes the records from which a contact would be put back: nothing of a person outlives their contact.
func (r *Records) DropContact(ctx context.Context, contact string) error {
	return r.delete(ctx, document.Equal("contact_id", contact))
}

func (r *Records) delete(ctx context.Context, f document.Filter) error {
	_, err := r.engine.Delete(ctx, schema.UndoRecords, f)
	return err
}

func of(work string) document.Filter {
	return document.Where{Field: "id", Op: document.Prefix, Value: work + "."}
}
