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
