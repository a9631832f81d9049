package store

import (
	"context"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// FindLastRuns gives the runs of all campaigns in a state ("" is any) that were made last, the latest first; test sends
// and mails beside campaigns are left out.
func (s *Runs) FindLastRuns(ctx context.Context, state campaign.State, limit int) ([]campaign.Run, error) {
	all := document.All{document.Not{Filter: document.OneOf("trigger", campaign.TriggersBeside()...)}}
	if state != "" {
		all = append(all, document.Equal("state", string(state)))
	}
	var docs []campaign.Run
	err := s.engine.Find(ctx, schema.Runs, document.Query{Filter: all, Order: []document.Order{{Field: "created_at", Desc: true}}, Limit: limit}, &docs)
	return docs, err
}
