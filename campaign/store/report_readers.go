package store

import (
	"context"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
)

// NameReaders adds to a report the names of readers who agreed to be recognised and are known to have read, as they are on record now.
func (s *Reports) NameReaders(ctx context.Context, r *campaign.Report) error {
	r.Named, r.Readers = true, nil
	for _, run := range r.Runs {
		for after := ""; ; {
			readers, next, err := s.breakdowns.readers(ctx, run.ID, after, document.Equal("tracking", string(campaign.Individual)))
			if err != nil {
				return err
			}
			for _, p := range readers {
				if p.Contact == nil || !p.Opened && !p.Clicked {
					continue
				}
				if len(r.Readers) == campaign.MaxReportReaders {
					return nil
				}
				r.Readers = append(r.Readers, campaign.ReportReader{At: run.At, Campaign: run.Campaign, Name: p.Contact.DisplayName(), Outlet: p.Office, Clicked: p.Clicked})
			}
			if after = next; after == "" {
				break
			}
		}
	}
	return nil
}
