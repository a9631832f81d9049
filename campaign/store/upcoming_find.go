package store

import (
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

const (
	// publishedLag is how much of the time before the last edition is looked through again: a release is marked as published a
	// moment before others can see that, by the clock of another machine. What was told already is known by its id.
	publishedLag = 24 * time.Hour
	// newsFor is how long a release that no edition told can still be told.
	newsFor = 366 * 24 * time.Hour
	// findSome is how many releases are read together, and with how many that wait the search ends.
	findSome, findMost = 100, 500
)

// findings are the releases that wait to be told.
type findings struct {
	found []campaign.Release // the earliest first
	later []string           // ids of those still under embargo
	until time.Time          // up to when was looked
}

// find returns the releases that the rule of a campaign gathers: those published since its last edition, and those that were left for
// the next one, without those an edition has settled.
func (s *Upcomings) find(ctx context.Context, c *campaign.Campaign, until time.Time) (f findings, err error) {
	last, err := s.lastRun(ctx, c.ID)
	if err != nil {
		return f, err
	}
	from := c.Content.Since
	if from.IsZero() {
		from = c.CreatedAt
	}
	var rest []string
	if last != nil && !last.Until.IsZero() {
		rest = last.Rest
		if again := last.Until.Add(-publishedLag); again.After(from) {
			from = again
		}
	}
	if oldest := until.Add(-newsFor); from.Before(oldest) {
		from = oldest
	}
	left, err := s.releases.GetReleases(ctx, rest)
	if err != nil {
		return f, err
	}
	take := func(rs []campaign.Release) error {
		settled, _, err := s.settled(ctx, c.ID, campaign.Collect(rs, func(r campaign.Release) string { return r.ID }))
		if err != nil {
			return err
		}
		for i := range rs {
			r := &rs[i]
			takes, open := c.Content.Takes(r, until)
			known := slices.Contains(settled, r.ID) || slices.Contains(f.later, r.ID) || slices.ContainsFunc(f.found, func(f campaign.Release) bool { return f.ID == r.ID })
			switch {
			case !takes || known:
			case open:
				f.found = append(f.found, *r)
			default:
				f.later = append(f.later, r.ID)
			}
		}
		return nil
	}
	if err := take(left); err != nil {
		return f, err
	}
	q := document.Query{
		Filter: document.All{document.Where{Field: "published_at", Op: document.Gte, Value: from}, document.Where{Field: "published_at", Op: document.Lte, Value: until}},
		Order:  []document.Order{{Field: "published_at"}, {Field: "id"}}, Limit: findSome,
	}
	for f.until = until; ; {
		var docs []campaign.Release
		if err := s.engine.Find(ctx, schema.Releases, q, &docs); err != nil {
			return f, err
		}
		if err := take(docs); err != nil {
			return f, err
		}
		if len(docs) < findSome {
			break
		}
		end := &docs[findSome-1]
		if len(f.found) >= findMost { // the next edition looks on from here
			f.until = end.PublishedAt
			break
		}
		q.After = []any{end.PublishedAt, end.ID}
	}
	slices.SortStableFunc(f.found, func(a, b campaign.Release) int { return a.PublishedAt.Compare(b.PublishedAt) })
	return f, nil
}

// settled returns those of some releases that editions of a campaign told or that were taken out of one by hand, and those of them
// that were told.
func (s *Upcomings) settled(ctx context.Context, campaignID string, releases []string) (settled, told []string, err error) {
	if len(releases) == 0 {
		return nil, nil, nil
	}
	anyOf := campaign.Collect(releases, func(id string) document.Filter { return document.Where{Field: "settled", Op: document.Has, Value: id} })
	var docs []campaign.Run
	err = s.engine.Find(ctx, schema.Runs, document.Query{Filter: document.All{document.Any(anyOf), document.Equal("campaign_id", campaignID)}}, &docs)
	for _, r := range docs {
		if r.NeverBegan() {
			continue
		}
		for _, id := range r.Settled {
			settled = append(settled, id)
			if !slices.Contains(r.LeftOut, id) {
				told = append(told, id)
			}
		}
	}
	return settled, told, err
}

// lastRun returns the last run of a campaign that began or is about to; nil before the first.
func (s *Upcomings) lastRun(ctx context.Context, campaignID string) (*campaign.Run, error) {
	runs, _, err := s.runs.FindRuns(ctx, campaignID, false, Page{Limit: 20})
	if err != nil {
		return nil, err
	}
	return campaign.First(runs, func(r *campaign.Run) bool { return !r.NeverBegan() }), nil
}

// markPublished notes that the release of a run goes out with it, before it does: once the run has begun, the mark is there.
func (s *Upcomings) markPublished(ctx context.Context, run *campaign.Run, at time.Time) error {
	if !run.Trigger.MovesCampaign() {
		return nil
	}
	e, err := s.runs.GetEdition(ctx, run.ID)
	if err != nil {
		return campaign.UnlessMissing(err)
	}
	if e.Follow.Kind == campaign.FollowUnknown { // it says once more what is published already
		return nil
	}
	if e.Step != nil && e.Step.Joined { // a welcome is no news
		return nil
	}
	lists := campaign.Collect(e.Lists, func(l campaign.List) string { return l.ID })
	return s.publish(ctx, e.Release.ID, at, campaign.Publication{Run: run.ID, Lists: lists})
}

// publish marks a release as published. That is no change of its text.
func (s *Upcomings) publish(ctx context.Context, release string, at time.Time, p campaign.Publication) error {
	_, err := document.Modify(ctx, s.engine, schema.Releases, release, func(r *campaign.Release) *int64 { return &r.Version }, func(r *campaign.Release) error {
		r.Publish(at, p)
		return nil
	})
	return campaign.UnlessMissing(err)
}
