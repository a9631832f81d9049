package web

import (
	"cmp"
	"context"
	"errors"
	"html/template"
	"io"
	"maps"
	"net/url"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/campaign/report"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// reportPages are the reports for funders, and what the team types in for them.
type reportPages struct {
	*panel
	store reportStore
	made  madeReports
}

type reportStore interface {
	FindActions(ctx context.Context) ([]campaign.Action, error)
	FindActivities(ctx context.Context, f store.OutcomeFilter, limit int) ([]campaign.Activity, error)
	FindCoverage(ctx context.Context, f store.OutcomeFilter, limit int) ([]campaign.Coverage, error)
	FindHelplineTotals(ctx context.Context, from, until time.Time) ([]campaign.HelplineTotal, error)
	FindReleases(ctx context.Context, f store.ReleaseFilter, p store.Page) ([]campaign.Release, string, error)
	GetMediaAll(ctx context.Context, ids []string) (map[string]campaign.MediaItem, error)
	GetReport(ctx context.Context, q campaign.ReportRequest, anew bool) (campaign.Report, error)
	NameReaders(ctx context.Context, r *campaign.Report) error
	OpenMediaBytes(ctx context.Context, f campaign.MediaFile) io.ReadSeeker
}

// madeReports counts reports beside the requests that ask for them, one at a time: a report reads every message of its mailings, which
// can take longer than anybody waits. It remembers each for a minute, or as long as counting took where that is more, so that a page
// and the files taken from it agree.
type madeReports struct {
	counting sync.Mutex

	mu   sync.Mutex // guards what follows
	made map[string]*madeReport
}

// madeReport is a report that is counted, or was a short while ago.
type madeReport struct {
	done   chan struct{} // closed when what follows is there
	report campaign.Report
	err    error
	until  time.Time // when it is forgotten
}

const (
	madeLife     = time.Minute
	madePatience = 2 * time.Second  // how long a page waits for a report
	apiPatience  = 20 * time.Second // how long a program does
	madeLimit    = time.Hour        // how long counting may take
	madeMost     = 20               // reports that are remembered or being counted
)

// errCounting is the answer while a report is being counted.
var errCounting = campaign.Errorf(campaign.Conflict, "the report is being counted: ask again in a moment")

// get returns a report, or errCounting when it is not there within patience; counting goes on then. anew counts again what is closed.
func (m *madeReports) get(ctx context.Context, st reportStore, q campaign.ReportRequest, anew bool, patience time.Duration) (campaign.Report, error) {
	r := m.begin(ctx, st, q, anew)
	if r == nil {
		return campaign.Report{}, errCounting
	}
	wait, stop := context.WithTimeout(ctx, patience)
	defer stop()
	select {
	case <-r.done:
		return r.report, r.err
	case <-wait.Done():
		return campaign.Report{}, cmp.Or(ctx.Err(), error(errCounting))
	}
}

// begin returns the report that is there or being counted, or begins to count it; nil while too many wait for their turn.
func (m *madeReports) begin(ctx context.Context, st reportStore, q campaign.ReportRequest, anew bool) *madeReport {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.made, func(_ string, r *madeReport) bool { return closed(r.done) && time.Now().After(r.until) })
	id := q.ReportID()
	if r := m.made[id]; r != nil && !(anew && closed(r.done)) {
		return r
	}
	if len(m.made) >= madeMost {
		maps.DeleteFunc(m.made, func(_ string, r *madeReport) bool { return closed(r.done) })
	}
	if len(m.made) >= madeMost {
		return nil
	}
	r := &madeReport{done: make(chan struct{})}
	if m.made == nil {
		m.made = map[string]*madeReport{}
	}
	m.made[id] = r
	go func() {
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), madeLimit)
		defer stop()
		m.counting.Lock()
		defer m.counting.Unlock()
		began := time.Now()
		r.report, r.err = st.GetReport(ctx, q, anew)
		if took := time.Since(began); r.err == nil {
			r.until = time.Now().Add(max(madeLife, took))
		}
		close(r.done)
	}()
	return r
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// counted returns the report that was asked for. Where it is still being counted, it shows that, and ready is false; the browser comes
// back by itself.
func (s *reportPages) counted(v *visit, q campaign.ReportRequest) (r campaign.Report, ready bool, err error) {
	r, err = s.made.get(v.ctx(), s.store, q, false, madePatience)
	if errors.Is(err, errCounting) {
		v.Header("Refresh", "3")
		return r, false, v.show("report_counting", &reportCountingPage{v.page("reports", "The report is being counted")})
	}
	return r, err == nil, gone(err, goneFrom(q))
}

// reportCountingPage says that a report is on its way.
type reportCountingPage struct{ Page }

// reportsPage is where reports are asked for, with what was typed in lately.
type reportsPage struct {
	Page
	Releases   []templates.Option
	Actions    []campaign.Action
	Coverage   []campaign.Coverage
	Activities []campaign.Activity
	Totals     []campaign.HelplineTotal
	Form       reportForm
	Bookmark   template.URL
}

// reportForm is what a report is asked for with; its values stand in the address.
type reportForm struct {
	Release, Action, From, Until, Speaks string
}

// shownOutcomes is how much of what was typed in stands on the page.
const shownOutcomes = 20

func (s *reportPages) index(v *visit) error {
	p, err := s.indexPage(v)
	if err != nil {
		return err
	}
	return v.show("reports", p)
}

func (s *reportPages) indexPage(v *visit) (*reportsPage, error) {
	month := s.lastMonth(v)
	p := &reportsPage{Page: v.page("reports", "Reports"), Form: reportForm{
		From: cmp.Or(v.Query("from"), month.Format(time.DateOnly)), Until: cmp.Or(v.Query("until"), month.AddDate(0, 1, -1).Format(time.DateOnly)),
		Release: v.Query("release"), Action: v.Query("action"), Speaks: cmp.Or(v.Query("speaks"), string(v.language)),
	}}
	releases, _, err := s.store.FindReleases(v.ctx(), store.ReleaseFilter{}, store.Page{Limit: 100, Sort: "updated_at", Desc: true})
	if err != nil {
		return nil, err
	}
	p.Releases = campaign.Collect(releases, func(r campaign.Release) templates.Option { return templates.Option{Value: r.ID, Label: r.Title} })
	if p.Actions, err = s.store.FindActions(v.ctx()); err != nil {
		return nil, err
	}
	if p.Coverage, err = s.store.FindCoverage(v.ctx(), store.OutcomeFilter{}, shownOutcomes); err != nil {
		return nil, err
	}
	if p.Activities, err = s.store.FindActivities(v.ctx(), store.OutcomeFilter{}, shownOutcomes); err != nil {
		return nil, err
	}
	p.Totals, err = s.store.FindHelplineTotals(v.ctx(), time.Time{}, time.Time{})
	p.Totals = p.Totals[:min(len(p.Totals), shownOutcomes)]
	p.Bookmark = template.URL("javascript:void(open('" + s.BaseURL + "/coverage/new?link='+encodeURIComponent(location.href)+'&title='+encodeURIComponent(document.title)))")
	return p, err
}

// ActionOptions are the actions to choose from.
func (p *reportsPage) ActionOptions() []templates.Option {
	return campaign.Collect(p.Actions, func(a campaign.Action) templates.Option { return templates.Option{Value: a.ID, Label: a.Name} })
}

// Speaks are the languages a report can be in.
func (p *reportsPage) Speaks() []templates.Option {
	return optionsOf(p.Language, "", campaign.Languages)
}

// asked reads what a report is to tell of, and in which language.
func (s *reportPages) asked(v *visit) (q campaign.ReportRequest, l campaign.Language, err error) {
	l = cmp.Or(oneOf(v.Query("speaks"), campaign.Languages), v.language)
	switch {
	case v.Query("release") != "":
		q = campaign.ReportRequest{Scope: campaign.ReleaseReport, Of: v.Query("release"), Zone: s.zone}
	case v.Query("action") != "":
		q = campaign.ReportRequest{Scope: campaign.ActionReport, Of: v.Query("action"), Zone: s.zone}
	case v.Query("month") != "":
		q, err = campaign.MonthReport(v.Query("month"), s.zone)
	case v.Query("from") != "" || v.Query("until") != "":
		q, err = campaign.DaysReport(v.Query("from"), v.Query("until"), s.zone)
	default:
		q, err = campaign.MonthReport(s.lastMonth(v).Format("2006-01"), s.zone)
	}
	return q, l, err
}

// lastMonth is the first day of the month before this one: what is asked for most.
func (s *reportPages) lastMonth(v *visit) time.Time {
	now := v.now().In(s.zone)
	return time.Date(now.Year(), now.Month()-1, 1, 0, 0, 0, 0, s.zone)
}

// reportPage shows one report, with the files it can be taken away as.
type reportPage struct {
	Page
	Report campaign.Report
	Speaks campaign.Language
	query  url.Values
}

// Languages are those a report can be in.
func (p *reportPage) Languages() []campaign.Language { return campaign.Languages }

// Frame is the address of the report as the page shows it.
func (p *reportPage) Frame() string { return p.File(report.HTML) + "&frame=1" }

// Formats are the files it can be taken as.
func (p *reportPage) Formats() []report.Format { return report.Formats }

// File is the address of the report in a format.
func (p *reportPage) File(f report.Format) string {
	q := p.keep()
	q.Set("format", string(f))
	return "/reports/file?" + q.Encode()
}

// In is the address of the report in another language.
func (p *reportPage) In(l campaign.Language) string {
	q := p.keep()
	q.Set("speaks", string(l))
	return "/reports/view?" + q.Encode()
}

// Named is the address of the report with the names of readers, or without them.
func (p *reportPage) Named(names bool) string {
	q := p.keep()
	q.Del("names")
	if names {
		q.Set("names", "1")
	}
	return "/reports/view?" + q.Encode()
}

// Names reports whether readers are named.
func (p *reportPage) Names() bool { return p.query.Get("names") != "" }

// Anew is the address at which the figures are counted again.
func (p *reportPage) Anew() string { return "/reports/anew?" + p.keep().Encode() }

func (p *reportPage) keep() url.Values {
	q := url.Values{}
	for _, name := range []string{"release", "action", "month", "from", "until", "speaks", "names"} {
		if p.query.Get(name) != "" {
			q.Set(name, p.query.Get(name))
		}
	}
	return q
}

func (s *reportPages) view(v *visit) error {
	q, l, err := s.asked(v)
	if err != nil {
		p, pageErr := s.indexPage(v)
		if pageErr != nil {
			return pageErr
		}
		return v.refused(err, "reports", p)
	}
	if _, err := s.named(v); err != nil {
		return err
	}
	r, ready, err := s.counted(v, q)
	if !ready {
		return err
	}
	return v.show("report", &reportPage{Page: v.page("reports", "Report"), Report: r, Speaks: l, query: v.Request.URL.Query()})
}

func goneFrom(q campaign.ReportRequest) string {
	if q.Scope == campaign.ActionReport {
		return "action"
	}
	return "release"
}

// anew counts the figures of a closed period again.
func (s *reportPages) anew(v *visit) error {
	q, l, err := s.asked(v)
	if err != nil {
		return err
	}
	_, err = s.made.get(v.ctx(), s.store, q, true, madePatience)
	if err != nil && !errors.Is(err, errCounting) {
		return gone(err, goneFrom(q))
	}
	v.auditDetail(q.Name())
	p := reportPage{query: v.Request.URL.Query()}
	return v.done(p.In(l), "The figures are counted anew.")
}

// Tones and the like are what the forms offer.
func (p *outcomePage) Tones() []templates.Option {
	return optionsOf(p.Language, p.say("Not judged"), campaign.Tones)
}

func (p *outcomePage) ActivityKinds() []templates.Option {
	return optionsOf(p.Language, "", campaign.ActivityKinds)
}

// Day shows a day that is stored without a zone.
func (p *reportsPage) Day(t time.Time) string { return language.ShortDate(p.Language, t) }
