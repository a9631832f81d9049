package store

import (
	"context"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// addReleaseTexts adds to releases the text they are searched by.
func (s *upgrader) addReleaseTexts(ctx context.Context) error {
	q := document.Query{Order: []document.Order{{Field: "id"}}, Limit: 100}
	for {
		var found []campaign.Release
		if err := s.engine.Find(ctx, schema.Releases, q, &found); err != nil || len(found) == 0 {
			return err
		}
		ops := make([]document.Op, len(found))
		for i := range found {
			found[i].IndexText()
			ops[i] = document.Op{Where: document.ByID(found[i].ID), Change: document.Change{Set: map[string]any{"text": found[i].Text}}}
		}
		if _, err := s.engine.Bulk(ctx, schema.Releases, ops); err != nil {
			return err
		}
		q.After = []any{found[len(found)-1].ID}
	}
}

// addSortNames adds to organisations and campaigns the key of their place among names.
func (s *upgrader) addSortNames(ctx context.Context) error {
	err := document.Each(ctx, s.engine, schema.Organisations, nil, 500, func(o *campaign.Organisation) string { return o.ID }, func(o *campaign.Organisation) error {
		return s.setSortName(ctx, schema.Organisations, o.ID, o.SortName, o.Name)
	})
	if err != nil {
		return err
	}
	return document.Each(ctx, s.engine, schema.Campaigns, nil, 500, func(c *campaign.Campaign) string { return c.ID }, func(c *campaign.Campaign) error {
		return s.setSortName(ctx, schema.Campaigns, c.ID, c.SortName, c.Name)
	})
}

// setSortName has a record stand where its name belongs. One that was renamed meanwhile is left as it is.
func (s *upgrader) setSortName(ctx context.Context, in *document.Collection, id, old, name string) error {
	key := campaign.SortKey(name)
	if key == old {
		return nil
	}
	same := document.All{document.ByID(id), document.Equal("name", name)}
	_, err := s.engine.Update(ctx, in, same, document.Change{Set: map[string]any{"sort_name": key}})
	return err
}
