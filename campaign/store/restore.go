package store

import (
	"context"
	"fmt"
	"io"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// IsEmpty reports whether nothing was ever done with the store that somebody would miss.
func (s *Backups) IsEmpty(ctx context.Context) (bool, error) {
	for _, c := range []*document.Collection{schema.Contacts, schema.Users, schema.Campaigns, schema.Releases, schema.Suppressions, schema.Lists} {
		n, err := s.engine.Count(ctx, c, nil)
		if err != nil || n > 0 {
			return false, err
		}
	}
	return true, nil
}

// restorePage is how many documents are written together.
const restorePage = 500

// Restore makes the store what a backup holds, which was read to its end before, and applies to it what is known of those
// who went since. Everything else in it is gone. Until it is done the store says of itself that it is of no use, see
// Installation.Restoring; then, that it stands where nobody said it should, so that nothing is sent from it.
func (s *Backups) Restore(ctx context.Context, backup io.Reader, gone *campaign.Departures) (campaign.PutBack, error) {
	r := restorer{s: s, gone: gone, as: map[string]string{}, done: campaign.PutBack{Records: map[string]int64{}}}
	err := s.engine.Upsert(ctx, schema.Installations, &campaign.Installation{ID: campaign.InstallationID, Restoring: true})
	if err == nil {
		err = s.clear(ctx)
	}
	if err != nil {
		return r.done, fmt.Errorf("empty the store: %w", err)
	}
	head, count, err := ReadBackup(backup, func(c *document.Collection, doc any) error { return r.take(ctx, c, doc) })
	if err == nil {
		err = r.flush(ctx)
	}
	if err != nil {
		return r.done, err
	}
	r.done.Backup, r.done.MadeAt, r.done.Records = head, head.MadeAt, count
	return r.done, r.finish(ctx)
}

func (s *Backups) clear(ctx context.Context) error {
	for _, c := range Collections {
		var which document.Filter
		if c == schema.Installations {
			which = document.Not{Filter: document.ByID(campaign.InstallationID)} // by which an empty store is known to be half done
		}
		if _, err := s.engine.Delete(ctx, c, which); err != nil {
			return err
		}
	}
	return nil
}

// restorer writes the documents of a backup.
type restorer struct {
	s    *Backups
	gone *campaign.Departures
	into *document.Collection
	docs []any
	as   map[string]string // hashes of addresses that were erased, by contact
	self *campaign.Installation
	done campaign.PutBack
}

func (r *restorer) take(ctx context.Context, c *document.Collection, doc any) error {
	switch d := doc.(type) {
	case *campaign.Installation:
		if d.ID == campaign.InstallationID {
			r.self = d
			return nil
		}
	case *campaign.Contact:
		if hash := r.s.signer.SuppressionID(d.Email); r.gone.ErasedAs[hash] {
			r.as[d.ID] = hash
		}
	}
	if c != r.into || len(r.docs) >= min(restorePage, 8*pageOf(c)) {
		if err := r.flush(ctx); err != nil {
			return err
		}
		r.into = c
	}
	r.docs = append(r.docs, doc)
	return nil
}

func (r *restorer) flush(ctx context.Context) error {
	if len(r.docs) == 0 {
		return nil
	}
	n, err := r.s.engine.InsertNew(ctx, r.into, r.docs...)
	r.done.LeftOut += int64(len(r.docs)) - n
	clear(r.docs)
	r.docs = r.docs[:0]
	return err
}

// finish sees to what must not be as it was.
func (r *restorer) finish(ctx context.Context) (err error) {
	s := r.s
	r.done.Interrupted, err = s.engine.Update(ctx, schema.Deliveries, document.OneOf("state", campaign.InFlight), document.Change{Set: map[string]any{
		"state": string(campaign.Interrupted), "last_at": s.now(),
	}})
	if err != nil {
		return fmt.Errorf("mark what was on the wire: %w", err)
	}
	if err = s.upgrader.upgrade(ctx); err != nil { // what is asked about who departed has to be there
		return err
	}
	if r.done.Erased, err = s.depart(ctx, r.gone, r.as); err != nil {
		return fmt.Errorf("erase again who was erased since: %w", err)
	}
	self := campaign.Installation{ID: campaign.InstallationID, Name: campaign.NewID(s.now())}
	if r.self != nil {
		self = *r.self
	}
	self.Places, self.Restoring = []string{campaign.NoPlace}, false
	return s.engine.Upsert(ctx, schema.Installations, &self)
}
