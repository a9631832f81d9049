package importing

import (
	"context"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// organisations are those that the rows of a file name.
type organisations struct {
	*work
	known map[string]string // by key, the id; the key itself while a dry run would add it
	keys  map[string]string // by name
}

// find finds or adds the organisations that some rows name, and puts their ids into the rows.
func (o *organisations) find(ctx context.Context, rows []campaign.ImportRow, naming []int) error {
	missing := map[string]any{}
	var keys []string
	for _, i := range naming {
		r := &rows[i]
		key := o.key(r.Organisation)
		if _, ok := o.known[key]; ok || missing[key] != nil {
			continue
		}
		made, err := o.organisationOf(r)
		if err != nil {
			return err
		}
		missing[key] = made
		keys = append(keys, key)
	}
	if err := o.add(ctx, keys, missing); err != nil {
		return err
	}
	for _, i := range naming {
		rows[i].Contact.Organisation = o.known[o.key(rows[i].Organisation)] // names that fold to one key are one organisation
	}
	return nil
}

// add learns the ids of some organisations and adds the missing ones.
func (o *organisations) add(ctx context.Context, keys []string, missing map[string]any) error {
	if len(keys) == 0 {
		return nil
	}
	if err := o.learn(ctx, keys, missing); err != nil || len(missing) == 0 {
		return err
	}
	o.record.note(func(s *campaign.ImportSummary) { s.Organisations += len(missing) })
	if o.options.DryRun {
		for key := range missing {
			o.known[key] = key
		}
		return nil
	}
	var docs []any
	undo := &campaign.UndoRecord{}
	for _, key := range keys {
		if m := missing[key]; m != nil {
			docs = append(docs, m)
			undo.Organisations = append(undo.Organisations, m.(*campaign.Organisation).ID)
		}
	}
	if err := o.record.addUndo(ctx, undo); err != nil {
		return err
	}
	if _, err := o.engine.InsertNew(ctx, schema.Organisations, docs...); err != nil {
		return err
	}
	return o.learn(ctx, keys, missing) // read back: somebody may have added one of them at the same moment
}

// key returns the key of an organisation's name. A file names few, each many times.
func (o *organisations) key(name string) string {
	key, known := o.keys[name]
	if !known {
		key = campaign.Fold(name)
		o.keys[name] = key
	}
	return key
}

// organisationOf makes the organisation a row names.
func (o *organisations) organisationOf(r *campaign.ImportRow) (*campaign.Organisation, error) {
	made := &campaign.Organisation{
		ID: campaign.NewID(o.now()), Version: 1, Name: r.Organisation, Kind: campaign.OrganisationKindFor(r.Contact.Kind),
		Place: r.Contact.Place, CreatedAt: o.now(), UpdatedAt: o.now(),
	}
	return made, made.Normalize()
}

// learn reads organisations by their keys and takes those that exist off the missing ones.
func (o *organisations) learn(ctx context.Context, keys []string, missing map[string]any) error {
	var docs []campaign.Organisation
	if err := o.engine.Find(ctx, schema.Organisations, document.Query{Filter: document.Where{Field: "key", Op: document.In, Value: keys}}, &docs); err != nil {
		return err
	}
	for _, doc := range docs {
		o.known[doc.Key] = doc.ID
		delete(missing, doc.Key)
	}
	return nil
}
