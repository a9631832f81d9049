package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// OverTimes count mailings of a period together, and keep what the team asks of them again and again.
type OverTimes struct {
	engine document.Engine
	now    func() time.Time

	breakdowns *Breakdowns
	campaigns  *Campaigns
	coverage   *CoverageNotes
	events     *Events
	lists      *Lists
	releases   *Releases
	runs       *Runs
}

// CountOverTime counts the mailings due from one moment to before another, those to one list or, with "", all. Days and hours are those
// of a zone. It reads every message to readers who agreed to be recognised, also of the period before.
func (s *OverTimes) CountOverTime(ctx context.Context, from, until time.Time, list string, zone *time.Location) (campaign.OverTime, error) {
	var out campaign.OverTime
	count := campaign.NewOverTimeCount()
	runs, err := s.runsOf(ctx, from, until, list, &out)
	if err != nil {
		return out, err
	}
	for i := range runs {
		if err := s.addRun(ctx, &runs[i], zone, count, &out); err != nil {
			return out, err
		}
	}
	if runs, err = s.runsOf(ctx, from.Add(from.Sub(until)), from, list, &out); err != nil {
		return out, err
	}
	for i := range runs {
		if err := s.eachKnown(ctx, &runs[i], func(r *campaign.Reader) { count.Earlier(r, runs[i].Slot) }); err != nil {
			return out, err
		}
	}
	count.Finish(&out)
	out.Lists, err = s.growth(ctx, from, until, list)
	return out, err
}

// runsOf returns the mailings of a period that began.
func (s *OverTimes) runsOf(ctx context.Context, from, until time.Time, list string, out *campaign.OverTime) ([]campaign.Run, error) {
	runs, err := s.runs.FindRunsBetween(ctx, from, until, campaign.MaxOverTimeRuns+1)
	if err != nil {
		return nil, err
	}
	if len(runs) > campaign.MaxOverTimeRuns {
		runs, out.Cut = runs[:campaign.MaxOverTimeRuns], true
	}
	var kept []campaign.Run
	for _, r := range runs {
		if r.NeverBegan() {
			continue
		}
		if list != "" {
			c, err := s.campaigns.GetCampaign(ctx, r.Campaign)
			if campaign.UnlessMissing(err) != nil {
				return nil, err
			}
			if !slices.Contains(c.Lists, list) {
				continue
			}
		}
		kept = append(kept, r)
	}
	return kept, nil
}

// addRun counts one mailing of the period.
func (s *OverTimes) addRun(ctx context.Context, r *campaign.Run, zone *time.Location, count *campaign.OverTimeCount, out *campaign.OverTime) error {
	f, err := s.events.PastFigures(ctx, r)
	if err != nil {
		return err
	}
	line := campaign.OverTimeRun{ReportRun: campaign.ReportRun{ID: r.ID, At: r.Slot, Figures: f}}
	c, err := s.campaigns.GetCampaign(ctx, r.Campaign)
	if campaign.UnlessMissing(err) != nil {
		return err
	}
	line.Campaign = c.Name
	var topics []string
	if r.Release != "" {
		release, err := s.releases.GetRelease(ctx, r.Release)
		if campaign.UnlessMissing(err) != nil {
			return err
		}
		line.Release, topics = release.Title, release.Topics
		pieces, err := s.coverage.FindCoverage(ctx, OutcomeFilter{Release: r.Release}, campaign.MaxReportRuns)
		if err != nil {
			return err
		}
		line.Coverage = int64(len(pieces))
	}
	out.Runs = append(out.Runs, line)
	hours, err := s.events.PastHours(ctx, r)
	if err != nil {
		return err
	}
	for _, h := range hours {
		out.Hours[h.Hour.In(zone).Hour()] += h.Clicked
	}
	return s.eachKnown(ctx, r, func(reader *campaign.Reader) { count.Add(reader, r.Slot, topics) })
}

// eachKnown calls fn for the readers of a run who agreed to be recognised.
func (s *OverTimes) eachKnown(ctx context.Context, r *campaign.Run, fn func(*campaign.Reader)) error {
	known := document.Equal("tracking", string(campaign.Individual))
	for after := ""; ; {
		readers, next, err := s.breakdowns.readers(ctx, r.ID, after, known)
		if err != nil {
			return err
		}
		for i := range readers {
			fn(&readers[i])
		}
		if next == "" {
			return nil
		}
		after = next
	}
}

// growth counts how the lists grew and shrank.
func (s *OverTimes) growth(ctx context.Context, from, until time.Time, only string) ([]campaign.ReportList, error) {
	lists, err := s.lists.FindLists(ctx, false)
	if err != nil {
		return nil, err
	}
	var out []campaign.ReportList
	for _, l := range lists {
		if only != "" && l.ID != only {
			continue
		}
		g, err := s.lists.CountGrowthIn(ctx, l.ID, from, until)
		if err != nil {
			return nil, err
		}
		now, err := s.lists.countWrittenTo(ctx, l.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, campaign.ReportList{ID: l.ID, Name: l.Name, Joined: g.Joined, Left: g.Left, TakenOff: g.TakenOff, Returned: g.Returned, Now: now})
	}
	return out, nil
}

// FindViews returns the saved views by name.
func (s *OverTimes) FindViews(ctx context.Context) ([]campaign.SavedView, error) {
	var docs []campaign.SavedView
	err := s.engine.Find(ctx, schema.SavedViews, document.Query{Order: []document.Order{{Field: "created_at"}, {Field: "id"}}, Limit: campaign.MaxSavedViews}, &docs)
	slices.SortStableFunc(docs, func(a, b campaign.SavedView) int {
		return strings.Compare(campaign.SortKey(a.Name), campaign.SortKey(b.Name))
	})
	return docs, err
}

// SaveView keeps a view in the name of who the context is for, in place of one with the same name.
func (s *OverTimes) SaveView(ctx context.Context, v campaign.SavedView) error {
	if err := v.Normalize(); err != nil {
		return err
	}
	v.ID, v.By, v.CreatedAt = campaign.DerivedID("view", campaign.Fold(v.Name)), actorOf(ctx).Name, s.now()
	views, err := s.FindViews(ctx)
	if err != nil {
		return err
	}
	if len(views) >= campaign.MaxSavedViews && !slices.ContainsFunc(views, func(o campaign.SavedView) bool { return o.ID == v.ID }) {
		return campaign.FieldError("name", "there are %d saved views already: delete one first", campaign.MaxSavedViews)
	}
	return s.engine.Upsert(ctx, schema.SavedViews, &v)
}

// DeleteView removes a view.
func (s *OverTimes) DeleteView(ctx context.Context, id string) error {
	_, err := s.engine.Delete(ctx, schema.SavedViews, document.ByID(id))
	return err
}
