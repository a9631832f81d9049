package store

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"
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
	c := &reportCount{Reports: s, report: &r, releases: map[string]bool{}, kinds: map[string]int64{}, places: map[string]int64{}, languages: map[string]int64{}}
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
	r.Kinds, r.Places, r.Languages = campaign.ReportGroups(c.kinds), campaign.ReportGroups(c.places), campaign.ReportGroups(c.languages)
	return r, nil
}

// reportCount is a report while it is counted.
type reportCount struct {
	*Reports
	report                   *campaign.Report
	releases                 map[string]bool
	kinds, places, languages map[string]int64
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
	if line.Campaign, line.Release, err = c.names(ctx, run); err != nil {
		return err
	}
	c.report.Runs = append(c.report.Runs, line)
	c.report.Total.Add(f)
	if run.Release != "" {
		c.releases[run.Release] = true
	}
	return c.addGroups(ctx, run.ID)
}

// names returns the names of a run's campaign and release, as long as they are there.
func (c *reportCount) names(ctx context.Context, run *campaign.Run) (of, release string, err error) {
	found, err := c.campaigns.GetCampaign(ctx, run.Campaign)
	if campaign.UnlessMissing(err) != nil {
		return "", "", err
	}
	if run.Release == "" {
		return found.Name, "", nil
	}
	r, err := c.Reports.releases.GetRelease(ctx, run.Release)
	return found.Name, r.Title, campaign.UnlessMissing(err)
}

// groupPage is how many deliveries are looked at together with their contacts.
const groupPage = 1000

// maxPlaces is how many places of one mailing are told apart.
const maxPlaces = 5000

// addGroups counts to whom a mailing's accepted messages went. It reads them page by page: the memory it takes does not grow with them.
func (c *reportCount) addGroups(ctx context.Context, run string) error {
	kinds, places := map[string]int64{}, map[string]int64{}
	accepted := document.All{document.Equal("run_id", run), document.Equal("state", string(campaign.Accepted))}
	q := document.Query{Filter: accepted, Order: []document.Order{{Field: "id"}}, Limit: groupPage}
	for {
		var docs []campaign.Delivery
		if err := c.engine.Find(ctx, schema.Deliveries, q, &docs); err != nil {
			return err
		}
		if err := c.groupPage(ctx, docs, kinds, places); err != nil {
			return err
		}
		if len(docs) < groupPage {
			break
		}
		q.After = []any{docs[len(docs)-1].ID}
	}
	byLanguage, err := c.engine.GroupCount(ctx, schema.Deliveries, accepted, "language")
	if err != nil {
		return err
	}
	for _, g := range []struct{ from, to map[string]int64 }{{kinds, c.kinds}, {places, c.places}, {byLanguage, c.languages}} {
		for key, n := range campaign.Disclose(g.from) {
			g.to[key] += n
		}
	}
	return nil
}

// groupPage counts the contacts of some deliveries by kind and by place.
func (c *reportCount) groupPage(ctx context.Context, docs []campaign.Delivery, kinds, places map[string]int64) error {
	ids := campaign.Collect(docs, func(d campaign.Delivery) string { return d.Contact })
	found, err := c.contacts.GetContacts(ctx, ids)
	if err != nil {
		return err
	}
	var offices []string
	for _, p := range found {
		if p.Place == "" && p.Organisation != "" {
			offices = append(offices, p.Organisation)
		}
	}
	organisations, err := c.organisations.GetOrganisations(ctx, offices)
	if err != nil {
		return err
	}
	for _, d := range docs {
		p := found[d.Contact]
		if p == nil {
			kinds[campaign.GoneGroup]++
			places[campaign.GoneGroup]++
			continue
		}
		kinds[string(p.Kind)]++
		place := cmp.Or(strings.TrimSpace(cmp.Or(p.Place, organisations[p.Organisation].Place)), campaign.NoGroup)
		if places[place] == 0 && len(places) >= maxPlaces {
			place = campaign.FewGroup
		}
		places[place]++
	}
	return nil
}

// addGrowth counts how the lists grew in a period.
func (c *reportCount) addGrowth(ctx context.Context) error {
	if c.report.Scope == campaign.ReleaseReport || c.report.From.IsZero() {
		return nil
	}
	lists, err := c.lists.FindLists(ctx, false)
	if err != nil {
		return err
	}
	for _, l := range lists {
		g, err := c.lists.CountGrowthIn(ctx, l.ID, c.report.From, c.report.Until)
		if err != nil {
			return err
		}
		now, err := c.lists.countWrittenTo(ctx, l.ID)
		if err != nil {
			return err
		}
		c.report.Lists = append(c.report.Lists, campaign.ReportList{
			Name: l.Name, Joined: g.Joined, Left: g.Left, TakenOff: g.TakenOff, Returned: g.Returned, Now: now,
		})
	}
	return nil
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
