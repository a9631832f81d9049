package importing

import (
	"context"
	"fmt"
	"slices"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
	"github.com/glasnik/glasnik/campaign/store/undo"

	"github.com/glasnik/glasnik/campaign"
)

// CanUndo says why an import cannot be undone, or returns nil. Whether something was sent since it asks of some of the contacts
// alone, which tells it of nearly all imports; CheckUndo asks of all.
func (im *Imports) CanUndo(ctx context.Context, i *campaign.Import) error {
	if err := im.mayUndo(i); err != nil {
		return err
	}
	some, err := im.undo.First(ctx, i.ID, 3)
	for at := 0; at < len(some) && err == nil; at++ {
		some[at].Added = some[at].Added[:min(len(some[at].Added), lookedAt)]
		err = im.checkNotSent(ctx, i, &some[at])
	}
	return err
}

// lookedAt is how many contacts of an undo record CanUndo looks at: a page that lists imports waits for it.
const lookedAt = 300

// CheckUndo says why an import cannot be undone, or returns nil.
func (im *Imports) CheckUndo(ctx context.Context, i *campaign.Import) error {
	if err := im.mayUndo(i); err != nil {
		return err
	}
	return im.undo.Each(ctx, i.ID, func(c *campaign.UndoRecord) error { return im.checkNotSent(ctx, i, c) })
}

// mayUndo says why the state or the age of an import does not let it be undone.
func (im *Imports) mayUndo(i *campaign.Import) error {
	switch {
	case i.State == campaign.ImportUndone:
		return campaign.Errorf(campaign.Conflict, "this import was undone already")
	case i.State == campaign.ImportClosed, im.now().Sub(i.StartedAt) > undo.Life:
		return campaign.Errorf(campaign.Conflict, "this import is too long ago: an import can be undone for %d days", int(undo.Life.Hours())/24)
	case i.State == campaign.ImportRunning:
		return campaign.Errorf(campaign.Conflict, "this import is still under way, or was cut off less than a minute ago")
	}
	return nil
}

// UndoImport takes back all that an import wrote, as long as nothing was sent since to anybody it added or changed.
// Contacts that were changed since, by the team or by their own act, stay as they are. It can be run again when it was cut
// off.
func (im *Imports) UndoImport(ctx context.Context, id string) (campaign.ImportUndo, error) {
	var out campaign.ImportUndo
	i, err := im.GetImport(ctx, id)
	if err != nil {
		return out, err
	}
	if err := im.CheckUndo(ctx, &i); err != nil {
		return out, err
	}
	if i.State == campaign.ImportCutOff { // if its process is alive after all, it must write no more
		if _, err := im.setImport(ctx, id, func(now *campaign.Import) error { now.State = i.State; return nil }); err != nil {
			return out, err
		}
	}
	for _, changedSince := range []bool{true, false} { // those that the import changed after adding them go first
		if err == nil {
			err = im.undo.Each(ctx, id, func(c *campaign.UndoRecord) error {
				if c.Version > 0 != changedSince {
					return nil
				}
				return im.undoContacts(ctx, c, &out)
			})
		}
	}
	if err == nil {
		err = im.undo.Each(ctx, id, func(c *campaign.UndoRecord) error { return im.undoOrganisations(ctx, c) })
	}
	if err == nil && i.Summary.ListMade {
		if err = im.lists.DeleteList(ctx, i.Summary.List); campaign.CodeOf(err) == campaign.Conflict {
			err = nil // somebody else is on it
		}
	}
	if err != nil {
		return out, fmt.Errorf("undo import: %w", err)
	}
	return out, im.closeImport(ctx, id, campaign.ImportUndone)
}

// closeImport ends the time in which an import can be undone, and drops its undo records.
func (im *Imports) closeImport(ctx context.Context, id string, state campaign.ImportState) error {
	if _, err := im.setImport(ctx, id, func(i *campaign.Import) error { i.State = state; return nil }); err != nil {
		return err
	}
	return im.undo.DropAll(ctx, id)
}

func (im *Imports) closeOldImports(ctx context.Context) error {
	var docs []campaign.Import
	old := document.All{document.Where{Field: "started_at", Op: document.Lt, Value: im.now().Add(-undo.Life)}, document.OneOf("state", campaign.ImportRunning, campaign.ImportCutOff, campaign.ImportDone)}
	if err := im.engine.Find(ctx, schema.Imports, document.Query{Filter: old, Order: []document.Order{{Field: "started_at"}}, Limit: 50}, &docs); err != nil {
		return err
	}
	for _, i := range docs {
		if err := im.closeImport(ctx, i.ID, campaign.ImportClosed); err != nil {
			return err
		}
	}
	return nil
}

func (im *Imports) checkNotSent(ctx context.Context, i *campaign.Import, c *campaign.UndoRecord) error {
	ids := c.Added
	if c.Contact != "" {
		ids = []string{c.Contact}
	}
	if len(ids) == 0 {
		return nil
	}
	sent, err := document.Exists[campaign.Delivery](ctx, im.engine, schema.Deliveries, document.All{document.Where{Field: "contact_id", Op: document.In, Value: ids}, document.Where{Field: "made_at", Op: document.Gte, Value: i.StartedAt}})
	if err != nil {
		return err
	}
	if sent {
		return campaign.Errorf(campaign.Conflict, "this import cannot be undone: something was sent, or is about to be sent, to contacts it brought")
	}
	return nil
}

// undoContacts deletes contacts that are as they were added, and puts back one that is as the import left it.
func (im *Imports) undoContacts(ctx context.Context, c *campaign.UndoRecord, out *campaign.ImportUndo) error {
	if len(c.Added) > 0 {
		n, err := im.engine.Delete(ctx, schema.Contacts, document.All{document.Where{Field: "id", Op: document.In, Value: c.Added}, document.Equal("version", max(c.Version, 1))})
		if err != nil {
			return err
		}
		var left []campaign.Contact
		if err = im.engine.Find(ctx, schema.Contacts, document.Query{Filter: document.Where{Field: "id", Op: document.In, Value: c.Added}}, &left); err == nil {
			gone := slices.DeleteFunc(slices.Clone(c.Added), func(id string) bool {
				return slices.ContainsFunc(left, func(c campaign.Contact) bool { return c.ID == id })
			})
			_, err = im.engine.Delete(ctx, schema.Aliases, document.Where{Field: "contact_id", Op: document.In, Value: gone})
		}
		if out.Removed += int(n); c.Version == 0 {
			out.Kept += len(left)
		}
		return err
	}
	if c.Before == nil {
		return nil
	}
	now, err := document.Get[campaign.Contact](ctx, im.engine, schema.Contacts, c.Contact)
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
	switch err = im.engine.Replace(ctx, schema.Contacts, &before, now.Version); {
	case err == nil:
		out.Restored++
	case campaign.CodeOf(err) == campaign.Conflict:
		out.Kept++
		err = nil
	}
	return err
}

// undoOrganisations deletes the organisations nobody belongs to any more and nobody wrote to since.
func (im *Imports) undoOrganisations(ctx context.Context, c *campaign.UndoRecord) error {
	for _, id := range c.Organisations {
		n, err := im.engine.Count(ctx, schema.Contacts, document.Equal("organisation_id", id))
		if err == nil && n == 0 {
			_, err = im.engine.Delete(ctx, schema.Organisations, document.All{document.ByID(id), document.Equal("version", int64(1))})
		}
		if err != nil {
			return err
		}
	}
	return nil
}
