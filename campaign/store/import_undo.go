package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
	"github.com/glasnik/glasnik/campaign/store/undo"

	"github.com/glasnik/glasnik/campaign"
)

func (im *importer) keep(ctx context.Context, docs ...any) error {
	if err := im.begin(ctx); err != nil {
		return err
	}
	return im.undo.Add(ctx, im.record.ID, docs...)
}

func (im *importer) keepAdded(ctx context.Context, l *load) error {
	c := &campaign.UndoRecord{Added: make([]string, len(l.added))}
	for n, i := range l.added {
		c.Added[n] = l.rows[i].Contact.ID
	}
	return im.keep(ctx, c)
}

func (im *importer) keepOrganisations(ctx context.Context, docs []any) error {
	c := &campaign.UndoRecord{Organisations: make([]string, len(docs))}
	for i, d := range docs {
		c.Organisations[i] = d.(*campaign.Organisation).ID
	}
	return im.keep(ctx, c)
}

func (im *importer) keepChanged(ctx context.Context, changed []change) error {
	if len(changed) == 0 {
		return nil
	}
	docs := make([]any, len(changed))
	for i, c := range changed {
		if docs[i] = (&campaign.UndoRecord{Contact: c.old.ID, Before: c.old}); im.isOurs(c.old) { // it goes when the import is undone
			docs[i] = &campaign.UndoRecord{Added: []string{c.old.ID}, Version: c.old.Version + 1}
		}
	}
	return im.keep(ctx, docs...)
}

// CanUndo says why an import cannot be undone, or gives nil.
func (s *Imports) CanUndo(i *campaign.Import) error {
	switch {
	case i.State == campaign.ImportUndone:
		return campaign.Errorf(campaign.Conflict, "this import was undone already")
	case i.State == campaign.ImportKept, s.now().Sub(i.StartedAt) > undo.Life:
		return campaign.Errorf(campaign.Conflict, "this import is too long ago: an import can be undone for %d days", int(undo.Life.Hours())/24)
	case i.State == campaign.ImportRunning:
		return campaign.Errorf(campaign.Conflict, "this import is still under way, or was cut off less than a minute ago")
	}
	return nil
}

// UndoImport takes back all that an import wrote, as long as nothing was sent since to anybody it added or changed.
// Contacts that were changed since, by the team or by their own act, stay as they are. It can be run again when it was cut
// off.
func (s *Imports) UndoImport(ctx context.Context, id string) (campaign.ImportUndo, error) {
	var out campaign.ImportUndo
	i, err := s.GetImport(ctx, id)
	if err != nil {
		return out, err
	}
	if err := s.CanUndo(&i); err != nil {
		return out, err
	}
	if err := s.undo.Each(ctx, id, func(c *campaign.UndoRecord) error { return s.checkNotSent(ctx, &i, c) }); err != nil {
		return out, err
	}
	if i.State == campaign.ImportCutOff { // should it live after all, it must write no more
		if _, err := s.setImport(ctx, id, func(now *campaign.Import) error { now.State = i.State; return nil }); err != nil {
			return out, err
		}
	}
	for _, changedSince := range []bool{true, false} { // whom the import itself changed after adding them go first
		if err == nil {
			err = s.undo.Each(ctx, id, func(c *campaign.UndoRecord) error {
				if c.Version > 0 != changedSince {
					return nil
				}
				return s.undoContacts(ctx, c, &out)
			})
		}
	}
	if err == nil {
		err = s.undo.Each(ctx, id, func(c *campaign.UndoRecord) error { return s.undoOrganisations(ctx, c) })
	}
	if err == nil && i.Summary.ListMade {
		if err = s.lists.DeleteList(ctx, i.Summary.List); campaign.CodeOf(err) == campaign.Conflict {
			err = nil // somebody else is on it
		}
	}
	if err != nil {
		return out, fmt.Errorf("undo import: %w", err)
	}
	return out, s.closeImport(ctx, id, campaign.ImportUndone)
}

// closeImport ends the time in which an import can be undone, and forgets what was kept for that.
func (s *Imports) closeImport(ctx context.Context, id string, state campaign.ImportState) error {
	if _, err := s.setImport(ctx, id, func(i *campaign.Import) error { i.State = state; return nil }); err != nil {
		return err
	}
	return s.undo.DropAll(ctx, id)
}

func (s *Imports) closeOldImports(ctx context.Context) error {
	var docs []campaign.Import
	old := document.All{document.Where{Field: "started_at", Op: document.Lt, Value: s.now().Add(-undo.Life)}, document.OneOf("state", campaign.ImportRunning, campaign.ImportCutOff, campaign.ImportDone)}
	if err := s.engine.Find(ctx, schema.Imports, document.Query{Filter: old, Order: []document.Order{{Field: "started_at"}}, Limit: 50}, &docs); err != nil {
		return err
	}
	for _, i := range docs {
		if err := s.closeImport(ctx, i.ID, campaign.ImportKept); err != nil {
			return err
		}
	}
	return nil
}

func (s *Imports) checkNotSent(ctx context.Context, i *campaign.Import, c *campaign.UndoRecord) error {
	ids := c.Added
	if c.Contact != "" {
		ids = []string{c.Contact}
	}
	if len(ids) == 0 {
		return nil
	}
	n, err := s.engine.Count(ctx, schema.Deliveries, document.All{document.Where{Field: "contact_id", Op: document.In, Value: ids}, document.Where{Field: "made_at", Op: document.Gte, Value: i.StartedAt}})
	if err != nil {
		return err
	}
	if n > 0 {
		return campaign.Errorf(campaign.Conflict, "this import cannot be undone: something was sent, or is about to be sent, to contacts it brought")
	}
	return nil
}

// undoContacts deletes contacts that are as they were added, and puts back one that is as the import left it.
func (s *Imports) undoContacts(ctx context.Context, c *campaign.UndoRecord, out *campaign.ImportUndo) error {
	if len(c.Added) > 0 {
		n, err := s.engine.Delete(ctx, schema.Contacts, document.All{document.Where{Field: "id", Op: document.In, Value: c.Added}, document.Equal("version", max(c.Version, 1))})
		if err != nil {
			return err
		}
		left, err := s.contacts.GetContacts(ctx, c.Added)
		if err == nil {
			gone := slices.DeleteFunc(slices.Clone(c.Added), func(id string) bool { return left[id] != nil })
			_, err = s.engine.Delete(ctx, schema.Aliases, document.Where{Field: "contact_id", Op: document.In, Value: gone})
		}
		if out.Removed += int(n); c.Version == 0 {
			out.Kept += len(left)
		}
		return err
	}
	if c.Before == nil {
		return nil
	}
	now, err := s.contacts.GetContact(ctx, c.Contact)
	if campaign.CodeOf(err) == campaign.NotFound || err == nil && now.Version == c.Before.Version {
		return nil // deleted since, or the import was cut off before it
	}
	if err != nil {
		return err
	}
	if now.Version != c.Before.Version+1 {
		out.Kept++
		return nil
	}
	before := *c.Before
	before.Version = now.Version + 1
	switch err = s.engine.Replace(ctx, schema.Contacts, &before, now.Version); {
	case err == nil:
		out.Restored++
	case campaign.CodeOf(err) == campaign.Conflict:
		out.Kept++
		err = nil
	}
	return err
}

// undoOrganisations deletes the organisations nobody belongs to any more and nobody wrote to since.
func (s *Imports) undoOrganisations(ctx context.Context, c *campaign.UndoRecord) error {
	for _, id := range c.Organisations {
		n, err := s.engine.Count(ctx, schema.Contacts, document.Equal("organisation_id", id))
		if err == nil && n == 0 {
			_, err = s.engine.Delete(ctx, schema.Organisations, document.All{document.ByID(id), document.Equal("version", int64(1))})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// GetMapping gives what the columns of files of a shape were said to hold; none when nobody said anything.
func (s *Imports) GetMapping(ctx context.Context, shape string) ([]string, error) {
	m, err := document.Get[campaign.Mapping](ctx, s.engine, schema.Mappings, campaign.MappingID(shape))
	if campaign.CodeOf(err) == campaign.NotFound {
		return nil, nil
	}
	return m.Columns, err
}

// SaveMapping remembers what the columns of files of a shape hold.
func (s *Imports) SaveMapping(ctx context.Context, shape string, columns []string) error {
	return s.engine.Upsert(ctx, schema.Mappings, &campaign.Mapping{ID: campaign.MappingID(shape), Columns: columns, UpdatedAt: s.now()})
}
