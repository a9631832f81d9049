package store

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
	"github.com/glasnik/glasnik/campaign/store/undo"

	"github.com/glasnik/glasnik/campaign"
)

// CanUndoBulk says why an action on many contacts cannot be taken back; nil if it can.
func (s *Bulks) CanUndoBulk(b *Bulk) error {
	switch {
	case !b.Action.Undoable():
		return campaign.Errorf(campaign.Conflict, "who was erased cannot be brought back")
	case b.State == campaign.BulkUndone, b.State == campaign.BulkUndoing:
		return campaign.Errorf(campaign.Conflict, "this was undone already")
	case b.State == campaign.BulkRunning:
		return campaign.Errorf(campaign.Conflict, "this is still under way: stop it first")
	case b.State == campaign.BulkClosed, s.now().Sub(b.StartedAt) > undo.Life:
		return campaign.Errorf(campaign.Conflict, "this is too long ago: it can be undone for %d days", int(undo.Life.Hours())/24)
	}
	return nil
}

// UndoBulk begins taking back an action on many contacts; RunBulk does it. What somebody changed since stays.
// inHand says that the caller does so at once.
func (s *Bulks) UndoBulk(ctx context.Context, id string, inHand bool) (Bulk, error) {
	return s.setBulk(ctx, id, func(b *Bulk) error {
		if err := s.CanUndoBulk(b); err != nil {
			return err
		}
		b.State, b.EndedAt, b.InHand, b.TouchedAt = campaign.BulkUndoing, time.Time{}, inHand, s.now()
		return nil
	})
}

// undoStep undoes the next undo record and drops it: the records that remain are what is left to do.
func (s *Bulks) undoStep(ctx context.Context, b *Bulk) error {
	docs, err := s.undo.First(ctx, b.ID, undo.PageSize)
	if err != nil {
		return err
	}
	for i := range docs {
		n, err := s.revert(ctx, b, &docs[i])
		if err != nil {
			return err
		}
		if err := s.undo.Drop(ctx, docs[i].ID); err != nil {
			return err
		}
		if _, err := s.setBulk(ctx, b.ID, func(b *Bulk) error { b.Reverted += n; return nil }); err != nil {
			return err
		}
	}
	if len(docs) == undo.PageSize {
		return nil
	}
	_, err = s.setBulk(ctx, b.ID, func(b *Bulk) error {
		b.State, b.EndedAt = campaign.BulkUndone, s.now()
		return nil
	})
	return err
}

// revert puts the contacts of one record back and says how many.
func (s *Bulks) revert(ctx context.Context, b *Bulk, k *campaign.UndoRecord) (int64, error) {
	ids := k.Changed
	if k.Contact != "" {
		ids = []string{k.Contact}
	}
	now, err := s.contacts.GetContacts(ctx, ids)
	if err != nil {
		return 0, err
	}
	if b.Action.Kind == campaign.BulkSuppress {
		var lifted int64
		for _, c := range now {
			gone, err := s.suppressions.liftID(ctx, s.suppressions.signer.SuppressionID(c.Address), document.Equal("bulk_id", b.ID))
			if err != nil {
				return lifted, err
			}
			if gone {
				lifted++
			}
		}
		return lifted, nil
	}
	written := map[string]int64{}
	if b.Action.Kind == campaign.BulkSubscribe {
		f := document.All{document.Where{Field: "contact_id", Op: document.In, Value: ids}, document.Where{Field: "made_at", Op: document.Gte, Value: b.StartedAt}}
		if written, err = s.engine.GroupCount(ctx, schema.Deliveries, f, "contact_id"); err != nil {
			return 0, err
		}
	}
	back := func(c *campaign.Contact) bool {
		return b.Action.Revert(c, k.Was, k.Before, written[c.ID] > 0, s.now())
	}
	var changed []rewrite
	for _, id := range ids {
		if now[id] == nil {
			continue
		}
		r := rewrite{before: *now[id], after: *now[id]}
		if back(&r.after) {
			changed = append(changed, r)
		}
	}
	return s.rewriteContacts(ctx, changed, back)
}

// closeOldBulks ends the time in which old actions can be undone, and drops their undo records.
func (s *Bulks) closeOldBulks(ctx context.Context) error {
	var docs []Bulk
	old := document.All{document.Where{Field: "started_at", Op: document.Lt, Value: s.now().Add(-undo.Life)}, document.OneOf("state", campaign.BulkDone, campaign.BulkStopped)}
	if err := s.engine.Find(ctx, bulks, document.Query{Filter: old, Order: []document.Order{{Field: "started_at"}}, Limit: 50}, &docs); err != nil {
		return err
	}
	for _, b := range docs {
		if err := s.undo.DropAll(ctx, b.ID); err != nil {
			return err
		}
		if _, err := s.setBulk(ctx, b.ID, func(b *Bulk) error { b.State = campaign.BulkClosed; return nil }); err != nil {
			return err
		}
	}
	return nil
}
