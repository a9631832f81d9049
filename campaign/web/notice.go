package web

import (
	"context"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// noticePages is the page about mails to single readers.
type noticePages struct {
	*panel
	store noticeStore
}

type noticeStore interface {
	CountSignUps(ctx context.Context) (int64, error)
	FindNotices(ctx context.Context, p store.Page) ([]campaign.Notice, map[string]campaign.Delivery, string, error)
	FindRuns(ctx context.Context, campaignID string, tests bool, p store.Page) ([]campaign.Run, string, error)
	LookDeliveries(ctx context.Context, r *campaign.Run) (campaign.Figures, error)
}

// noticesPage shows the mails to single readers and their outcome.
type noticesPage struct {
	Page
	Rows    []noticeRow
	Waiting int64 // sign-ups not confirmed
	Paging  paging
	Digests []digestRow // the last ones
}

// digestRow is one weekly digest with its figures.
type digestRow struct {
	campaign.Run
	Done campaign.Figures
}

// lastDigests returns the weekly digests that were due last.
func (s *noticePages) lastDigests(v *visit) ([]digestRow, error) {
	found, _, err := s.store.FindRuns(v.ctx(), campaign.DigestCampaign, false, store.Page{Limit: 8})
	if err != nil {
		return nil, err
	}
	var rows []digestRow
	for _, r := range found {
		f, err := s.store.LookDeliveries(v.ctx(), &r)
		if err != nil {
			return nil, err
		}
		rows = append(rows, digestRow{Run: r, Done: f})
	}
	return rows, nil
}

type noticeRow struct {
	campaign.Notice
	Delivery campaign.Delivery
}

// Why says why a mail did not go, or a digest was left out.
func (r noticeRow) Why() campaign.Text { return campaign.OwnWords(r.Delivery.Reason) }
func (r digestRow) Why() campaign.Text { return campaign.OwnWords(r.Reason) }

func (s *noticePages) index(v *visit) error {
	p := noticesPage{Page: v.page("campaigns", "Mails to single readers")}
	found, deliveries, next, err := s.store.FindNotices(v.ctx(), store.Page{After: v.Query("after"), Limit: 50})
	if err != nil {
		return err
	}
	p.Paging = p.pages(next)
	for _, n := range found {
		p.Rows = append(p.Rows, noticeRow{Notice: n, Delivery: deliveries[n.ID]})
	}
	if p.Waiting, err = s.store.CountSignUps(v.ctx()); err != nil {
		return err
	}
	if p.Digests, err = s.lastDigests(v); err != nil {
		return err
	}
	return v.show("notices", &p)
}
