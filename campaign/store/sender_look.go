package store

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// SenderLooks are what was found of the domains that mail is sent from, and what receivers report of mail in their names.
type SenderLooks struct {
	engine document.Engine
	now    func() time.Time
}

// GetSenderLook returns the last look; the zero one before the first.
func (s *SenderLooks) GetSenderLook(ctx context.Context) (campaign.SenderLook, error) {
	l, err := document.Get[campaign.SenderLook](ctx, s.engine, schema.SenderLooks, campaign.SenderLookID)
	if campaign.CodeOf(err) == campaign.NotFound {
		return campaign.SenderLook{ID: campaign.SenderLookID}, nil
	}
	return l, err
}

// UpdateSenderLook lets fn change the look.
func (s *SenderLooks) UpdateSenderLook(ctx context.Context, fn func(*campaign.SenderLook) error) (campaign.SenderLook, error) {
	if _, err := s.engine.InsertNew(ctx, schema.SenderLooks, &campaign.SenderLook{ID: campaign.SenderLookID, Version: 1}); err != nil {
		return campaign.SenderLook{}, err
	}
	return document.Modify(ctx, s.engine, schema.SenderLooks, campaign.SenderLookID, func(l *campaign.SenderLook) *int64 { return &l.Version }, fn)
}

// FindListings returns the own domains and sending addresses that stood on a block list when the lists were last asked.
func (s *SenderLooks) FindListings(ctx context.Context) ([]campaign.BlockListing, error) {
	l, err := s.GetSenderLook(ctx)
	return l.Found(), err
}

// dmarcKept is how long reports are stored, and mostReports how many are read for a page.
const (
	dmarcKept   = 400 * 24 * time.Hour
	mostReports = 5000
	reportsPage = 100
)

// RecordDMARCReport stores a report, once however often it is read. Those of long ago are deleted.
func (s *SenderLooks) RecordDMARCReport(ctx context.Context, r campaign.DMARCReport) (isNew bool, err error) {
	r.ReadAt = s.now()
	n, err := s.engine.InsertNew(ctx, schema.DMARCReports, &r)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = s.engine.Delete(ctx, schema.DMARCReports, document.Where{Field: "until", Op: document.Lt, Value: s.now().Add(-dmarcKept)})
	return true, err
}

// SumDMARCReports sums up what was reported of mail since a time, page by page.
func (s *SenderLooks) SumDMARCReports(ctx context.Context, since time.Time) (campaign.DMARCSummary, error) {
	var tally campaign.DMARCTally
	q := document.Query{Filter: document.Where{Field: "until", Op: document.Gte, Value: since}, Order: []document.Order{{Field: "until"}, {Field: "id"}}, Limit: reportsPage}
	for n := 0; n < mostReports; n += reportsPage {
		var docs []campaign.DMARCReport
		if err := s.engine.Find(ctx, schema.DMARCReports, q, &docs); err != nil {
			return campaign.DMARCSummary{}, err
		}
		for i := range docs {
			tally.Add(&docs[i])
		}
		if len(docs) < q.Limit {
			break
		}
		last := docs[len(docs)-1]
		q.After = []any{last.Until, last.ID}
	}
	return tally.Sum(), nil
}
