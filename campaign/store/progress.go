package store

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// Progress is how far long work of other processes is.
type Progress struct {
	engine document.Engine
	now    func() time.Time
}

// SaveProgress stores what a sender says about its work on a run.
func (s *Progress) SaveProgress(ctx context.Context, p *campaign.Progress) error {
	p.CleanWords(campaign.WithoutAddresses)
	return s.engine.Upsert(ctx, schema.Progress, p)
}

// GetProgress sums up what the senders at work on a run last said; nobody is at work when no sender is counted.
func (s *Progress) GetProgress(ctx context.Context, run string) (campaign.Progress, error) {
	var docs []campaign.Progress
	err := s.engine.Find(ctx, schema.Progress, document.Query{Filter: document.Where{Field: "id", Op: document.Prefix, Value: campaign.ProgressID(run, "")}, Order: []document.Order{{Field: "id"}}}, &docs)
	return campaign.SumProgress(run, docs, s.now()), err
}
