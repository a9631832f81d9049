package store_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// A report of a closed period is counted once and comes back the same from both engines; counted anew, it tells what came in late.
func TestReportOfClosedPeriod(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		q, err := campaign.MonthReport("2020-02", time.UTC)
		must(t, err)
		total := campaign.HelplineTotal{Helpline: "Astra", Month: time.Date(2020, 2, 9, 0, 0, 0, 0, time.UTC), Calls: 3}
		must(t, d.Activities.SetHelplineTotal(ctx, &total))
		must(t, d.CoverageNotes.AddCoverage(ctx, &campaign.Coverage{Outlet: "Glas", Journalist: "Ana", Day: time.Date(2020, 2, 29, 0, 0, 0, 0, time.UTC)}))
		must(t, d.CoverageNotes.AddCoverage(ctx, &campaign.Coverage{Outlet: "March", Day: time.Date(2020, 3, 1, 0, 0, 0, 0, time.UTC)}))
		told := func(anew bool) string {
			r, err := d.Reports.GetReport(ctx, q, anew)
			must(t, err)
			equal(t, "closed", r.Closed, true)
			body, err := json.Marshal(r)
			must(t, err)
			return string(body)
		}
		first := told(false)
		total.Calls = 4
		must(t, d.Activities.SetHelplineTotal(ctx, &total))
		equal(t, "told again", told(false), first)
		r, err := d.Reports.GetReport(ctx, q, true)
		must(t, err)
		equal(t, "calls", r.Helplines[0].Calls, 4)
		equal(t, "pieces", len(r.Coverage), 1)
		equal(t, "journalist", r.Coverage[0].Journalist, "")
		equal(t, "as counted anew", told(false) == first, false)
		found, err := d.CoverageNotes.FindCoverage(ctx, store.OutcomeFilter{From: q.From, Until: q.Until}, 10)
		must(t, err)
		equal(t, "in the month", len(found), 1)
	})
}

// Who asks for it is mailed each month once, from the next that closes on, when its figures do not change any more.
func TestReportOfTheMonthByMail(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		closes := time.Date(2026, 11, 7, 23, 0, 0, 0, time.UTC) // midnight before the 8th in Belgrade
		at := closes
		belgrade, err := time.LoadLocation("Europe/Belgrade")
		must(t, err)
		s, err := store.New(ctx, d.engine, campaign.NewSigner("a secret of the test"), func() time.Time { return at })
		must(t, err)
		add := func(name string, asks bool) {
			u := campaign.User{Email: name + "@example.org", Name: name, Role: campaign.Viewer, Language: campaign.SerbianCyrillic}
			u.AskReports(asks, closes.Add(-time.Hour), belgrade)
			must(t, s.Users.CreateUser(ctx, &u))
		}
		add("ana", true)
		add("mira", false)
		mailed := func(now time.Time, want int) {
			t.Helper()
			at = now
			n, err := s.Reports.MailReports(ctx, belgrade)
			must(t, err)
			equal(t, now.Format(time.DateTime), n, want)
		}
		mailed(closes.Add(-time.Second), 0)
		mailed(closes, 1)
		mailed(closes, 0)
		mailed(closes.AddDate(0, 0, 20), 0)
		due, _, err := s.Deliveries.FindDeliveries(ctx, campaign.NoticeRunID(closes), "", store.Page{Limit: 10})
		must(t, err)
		equal(t, "mails", len(due), 1)
		equal(t, "to", due[0].Email, "ana@example.org")
		notices, err := s.Notices.GetNotices(ctx, []string{due[0].ID})
		must(t, err)
		equal(t, "subject", campaign.StoredText(notices[due[0].ID].Letter.Subject).String(), "The report is ready: October 2026")
		mailed(closes.AddDate(0, 4, 0), 1) // months in which nothing ran are not made up for
	})
}
