package store

import (
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// MailReports writes to the users who asked for it what came of the last month whose report is closed in a zone, each in their
// language, and returns to how many. Nobody gets a month twice; who was not told of earlier ones is told of the last alone.
func (s *Reports) MailReports(ctx context.Context, zone *time.Location) (mailed int, err error) {
	month := campaign.LastClosedMonth(s.now(), zone)
	waiting, err := s.users.FindUsers(ctx)
	waiting = slices.DeleteFunc(waiting, func(u campaign.User) bool { return u.Disabled || u.Reports == "" || u.Reports >= month })
	if err != nil || len(waiting) == 0 {
		return 0, err
	}
	q, err := campaign.MonthReport(month, zone)
	if err != nil {
		return 0, err
	}
	r, err := s.GetReport(ctx, q, false)
	if err != nil {
		return 0, err
	}
	letter := r.Letter()
	for i := range waiting {
		u := &waiting[i]
		about := campaign.ApprovalRequest{User: u.ID, Campaign: month, Print: campaign.OfMonth}
		if err := s.notices.tellUser(ctx, u, about, &letter, campaign.English, campaign.DerivedID("report", month, u.ID)); err != nil {
			return mailed, err
		}
		_, err := document.Modify(ctx, s.engine, schema.Users, u.ID, func(u *campaign.User) *int64 { return &u.Version }, func(u *campaign.User) error {
			u.Reports = max(u.Reports, month)
			return nil
		})
		if campaign.UnlessMissing(err) != nil {
			return mailed, err
		}
		mailed++
	}
	return mailed, nil
}
