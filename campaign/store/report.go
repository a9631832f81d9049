package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// Reports count what reports tell.
type Reports struct {
	engine document.Engine
	now    func() time.Time

	actions       *Actions
	breakdowns    *Breakdowns
	campaigns     *Campaigns
	contacts      *Contacts
	coverage      *CoverageNotes
	activities    *Activities
	deliveries    *Deliveries
	events        *Events
	lists         *Lists
	organisations *Organisations
	releases      *Releases
	settings      *Settings
	notices       *Notices
	users         *Users
}

// KeptReport is a report of a closed period as it was counted first.
type KeptReport struct {
	ID      string    `json:"id"`
	Counted time.Time `json:"counted"`
	Body    string    `json:"body"` // the campaign.Report as JSON
}

// GetReport returns the figures a report tells. Those of a period that is closed are counted once and stored; anew counts them again
// and stores these instead.
func (s *Reports) GetReport(ctx context.Context, q campaign.ReportRequest, anew bool) (campaign.Report, error) {
	id := q.ReportID()
	if !anew {
		if r, err := s.kept(ctx, id); campaign.CodeOf(err) != campaign.NotFound {
			return r, err
		}
	}
	r, err := s.count(ctx, q)
	if err != nil || !r.Closed {
		return r, err
	}
	body, err := json.Marshal(r)
	if err != nil {
		return r, err
	}
	doc := &KeptReport{ID: id, Counted: r.Counted, Body: string(body)}
	if anew {
		err = s.engine.Upsert(ctx, reports, doc)
	} else {
		_, err = s.engine.InsertNew(ctx, reports, doc)
	}
	if err != nil {
		return r, err
	}
	return s.kept(ctx, id) // of two counted at the same moment one is stored
}

func (s *Reports) kept(ctx context.Context, id string) (r campaign.Report, err error) {
	doc, err := document.Get[KeptReport](ctx, s.engine, reports, id)
	if err == nil {
		err = json.Unmarshal([]byte(doc.Body), &r)
	}
	return r, err
}

// count counts a report.
func (s *Reports) count(ctx context.Context, q campaign.ReportRequest) (campaign.Report, error) {
	set, err := s.settings.GetSettings(ctx)
	if err != nil {
		return campaign.Report{}, err
	}
	r := campaign.Report{
		ID: q.ReportID(), Scope: q.Scope, Of: q.Of, From: q.From, Until: q.Until, Zone: q.Zone.String(), Counted: s.now(),
		Team: set.Brand.PublicNames(), Funding: set.Brand.Funding, Logos: set.Brand.Logos, Phrases: set.Brand.Phrases,
	}
	c := &reportCount{Reports: s, report: &r, releases: map[string]bool{}, groups: map[campaign.Dimension]map[string]int64{}, topics: map[string]*campaign.ReportTopic{}, settings: set, names: map[string]string{}, zone: q.Zone}
	lists, err := s.lists.FindLists(ctx, true)
	if err != nil {
		return r, err
	}
	for _, l := range lists {
		c.names[l.ID] = l.Name
	}
	runs, err := c.find(ctx, q)
	if err != nil {
		return r, err
	}
	r.Closed = q.Scope == campaign.PeriodReport && !r.Counted.Before(r.Until.Add(campaign.ReportSettles))
	if len(runs) > campaign.MaxReportRuns {
		runs, r.Cut = runs[:campaign.MaxReportRuns], true
	}
	for i := range runs {
		if err := c.addRun(ctx, &runs[i]); err != nil {
			return r, err
		}
	}
	for _, step := range []func(context.Context) error{c.addGrowth, c.addOverrides, c.addTyped} {
		if err := step(ctx); err != nil {
			return r, err
		}
	}
	for by, to := range map[campaign.Dimension]*[]campaign.ReportGroup{
		campaign.ByKind: &r.Kinds, campaign.ByPlace: &r.Places, campaign.ByLanguage: &r.Languages, campaign.ByList: &r.ToLists, campaign.ByOutlet: &r.Outlets,
	} {
		*to = campaign.ReportGroups(c.groups[by])
	}
	r.Topics = c.topicRows()
	return r, nil
}

// reportCount is a report while it is counted.
type reportCount struct {
	*Reports
	report   *campaign.Report
	settings campaign.Settings
	zone     *time.Location
	names    map[string]string // of all lists
	releases map[string]bool
	groups   map[campaign.Dimension]map[string]int64 // as they may be shown, of all mailings counted so far
	topics   map[string]*campaign.ReportTopic
}

// find returns the mailings the report tells of, the oldest first.
func (c *reportCount) find(ctx context.Context, q campaign.ReportRequest) ([]campaign.Run, error) {
	r := c.report
	switch q.Scope {
	case campaign.PeriodReport:
		if !q.From.Before(q.Until) {
			return nil, campaign.FieldError("until", "the last day lies before the first")
		}
		return c.runsWhere(ctx, between("slot", q.From, q.Until))
	case campaign.ReleaseReport:
		release, err := c.Reports.releases.GetRelease(ctx, q.Of)
		if err != nil {
			return nil, err
		}
		r.Name, c.releases[release.ID] = release.Title, true
		return c.runsWhere(ctx, document.Equal("release_id", q.Of))
	case campaign.ActionReport:
		a, err := c.actions.GetAction(ctx, q.Of)
		if err != nil {
			return nil, err
		}
		r.Name, r.About, r.From, r.Until = a.Name, a.About, campaign.MidnightIn(a.From, q.Zone, 0), campaign.MidnightIn(a.Until, q.Zone, 1)
		if len(a.Campaigns) == 0 {
			return nil, nil
		}
		return c.runsWhere(ctx, document.OneOf("campaign_id", a.Campaigns...))
	}
	return nil, campaign.Errorf(campaign.Invalid, "a report is of a release, a period or an action")
}

// runsWhere returns the mailings a filter fits that began.
func (c *reportCount) runsWhere(ctx context.Context, f document.Filter) ([]campaign.Run, error) {
	var all, out []campaign.Run
	err := c.engine.Find(ctx, schema.Runs, document.Query{
		Filter: document.All{f, document.Not{Filter: document.OneOf("trigger", campaign.TriggersBeside()...)}},
		Order:  []document.Order{{Field: "slot"}, {Field: "id"}}, Limit: campaign.MaxReportRuns + 1,
	}, &all)
	for _, r := range all {
		if !r.NeverBegan() {
			out = append(out, r)
		}
	}
	return out, err
}

// addRun counts one mailing. Of a period only what readers did until it settled counts.
func (c *reportCount) addRun(ctx context.Context, run *campaign.Run) error {
	states, err := c.deliveries.CountDeliveries(ctx, run.ID)
	if err != nil {
		return err
	}
	returned, err := c.deliveries.countReturned(ctx, run.ID, states)
	if err != nil {
		return err
	}
	f := campaign.CountedDeliveries(states, returned)
	until := time.Time{}
	if c.report.Scope == campaign.PeriodReport {
		until = c.report.Until.Add(campaign.ReportSettles)
	}
	if err := c.events.countReadingUntil(ctx, run.ID, until, &f); err != nil {
		return err
	}
	line := campaign.ReportRun{ID: run.ID, At: run.Slot, Figures: f}
	of, err := c.campaigns.GetCampaign(ctx, run.Campaign)
	if campaign.UnlessMissing(err) != nil {
		return err
	}
	var release campaign.Release // none of an edition
	if run.Release != "" {
		if release, err = c.Reports.releases.GetRelease(ctx, run.Release); campaign.UnlessMissing(err) != nil {
			return err
		}
		c.releases[run.Release] = true
	}
	line.Campaign, line.Release = of.Name, release.Title
	c.report.Runs = append(c.report.Runs, line)
	c.report.Total.Add(f)
	c.addTopics(release.Topics, &f)
	return c.addGroups(ctx, run.ID, of.Lists)
}

// addOverrides counts how often words went out against the writing check (domain.md A-08).
func (c *reportCount) addOverrides(ctx context.Context) error {
	for id := range c.releases {
		r, err := c.Reports.releases.GetRelease(ctx, id)
		if campaign.UnlessMissing(err) != nil {
			return err
		}
		c.report.Overrides += int64(len(r.Overrides))
	}
	return nil
}

// addTyped adds what the team typed in.
func (c *reportCount) addTyped(ctx context.Context) (err error) {
	f := OutcomeFilter{From: c.report.From, Until: c.report.Until}
	switch c.report.Scope {
	case campaign.ReleaseReport:
		f = OutcomeFilter{Release: c.report.Of}
	case campaign.ActionReport:
		f = OutcomeFilter{Action: c.report.Of}
	}
	coverage, err := c.coverage.FindCoverage(ctx, f, campaign.MaxReportRuns)
	if err != nil {
		return err
	}
	c.report.Quality = campaign.JudgeTogether(coverage)
	c.report.Coverage = campaign.Collect(coverage, campaign.Coverage.WithoutPeople)
	if c.report.Activities, err = c.activities.FindActivities(ctx, f, campaign.MaxReportRuns); err != nil {
		return err
	}
	for i := range c.report.Activities {
		c.report.Activities[i].Note, c.report.Activities[i].By = "", ""
	}
	if c.report.Scope == campaign.ReleaseReport || c.report.From.IsZero() {
		return nil
	}
	c.report.Helplines, err = c.activities.FindHelplineTotals(ctx, c.report.From, c.report.Until)
	for i := range c.report.Helplines {
		c.report.Helplines[i].By = ""
	}
	return err
}
