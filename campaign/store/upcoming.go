package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// Upcomings are the next editions of campaigns, made ahead of their time.
type Upcomings struct {
	engine document.Engine
	now    func() time.Time

	journal  *Journal
	notices  *Notices
	releases *Releases
	runs     *Runs
	settings *Settings
	users    *Users

	// Stories tells releases in a few lines; nil tells them plainly, without a link.
	Stories func(*campaign.Brand) campaign.StoryOf
}

// GetUpcoming reads one edition that is to be.
func (s *Upcomings) GetUpcoming(ctx context.Context, id string) (campaign.Upcoming, error) {
	return document.Get[campaign.Upcoming](ctx, s.engine, schema.Upcomings, id)
}

// FindUpcomings returns the editions of a campaign that are to be or were skipped, the latest first; those of all campaigns where
// it is "", the earliest first.
func (s *Upcomings) FindUpcomings(ctx context.Context, campaignID string, state campaign.UpcomingState, limit int) ([]campaign.Upcoming, error) {
	all := document.All{document.Equal("state", string(state))}
	if campaignID != "" {
		all = append(all, document.Equal("campaign_id", campaignID))
	}
	var docs []campaign.Upcoming
	err := s.engine.Find(ctx, schema.Upcomings, document.Query{Filter: all, Order: []document.Order{{Field: "slot", Desc: campaignID != ""}}, Limit: limit}, &docs)
	return docs, err
}

func (s *Upcomings) update(ctx context.Context, id string, fn func(*campaign.Upcoming) error) (campaign.Upcoming, error) {
	return document.Modify(ctx, s.engine, schema.Upcomings, id, func(u *campaign.Upcoming) *int64 { return &u.Version }, func(u *campaign.Upcoming) error {
		if err := fn(u); err != nil {
			return err
		}
		u.UpdatedAt = s.now()
		return nil
	})
}

// PrepareUpcoming makes the edition of a campaign for a slot, or makes it anew where nobody has changed or approved it and what is
// published differs. An edition that was made for another time, and did not go out, becomes that for the slot. Several may do so at
// once, or again after one of them died in the middle: there is one edition with one release in the end.
func (s *Upcomings) PrepareUpcoming(ctx context.Context, c *campaign.Campaign, slot campaign.Slot) (campaign.Outlook, error) {
	id := campaign.RunID(c.ID, slot.At)
	u, err := s.GetUpcoming(ctx, id)
	if campaign.CodeOf(err) == campaign.NotFound {
		u, err = s.begin(ctx, c, slot)
	}
	if err != nil {
		return campaign.Outlook{}, err
	}
	if err := s.tidy(ctx, c.ID, id); err != nil {
		return campaign.Outlook{}, err
	}
	if u, err = s.GetUpcoming(ctx, id); err != nil { // its run may have been made meanwhile, by another process
		return campaign.Outlook{}, err
	}
	if u.State == campaign.UpcomingOpen {
		if u, err = s.renew(ctx, u); err != nil {
			return campaign.Outlook{}, err
		}
		if u, err = s.follow(ctx, c, u); err != nil {
			return campaign.Outlook{}, err
		}
	}
	return s.Outlook(ctx, c, u)
}

// begin makes the record of an edition. What was made for one that did not go out is taken over, with who approved it.
func (s *Upcomings) begin(ctx context.Context, c *campaign.Campaign, slot campaign.Slot) (campaign.Upcoming, error) {
	u := campaign.Upcoming{
		ID: campaign.RunID(c.ID, slot.At), Version: 1, Campaign: c.ID, Slot: slot.At, Wall: slot.Wall, State: campaign.UpcomingOpen,
		CreatedAt: s.now(), UpdatedAt: s.now(),
	}
	u.Release = campaign.DerivedID("edition", u.ID)
	before, err := s.unsent(ctx, c.ID)
	if err != nil {
		return u, err
	}
	if before != nil {
		u.Release, u.Made, u.Offered, u.WaitsFrom = before.Release, before.Made, before.Offered, before.WaitsFrom
		if before.State == campaign.UpcomingOpen {
			u.Approved = before.Approved
		} else {
			u.WaitsFrom = time.Time{}
		}
	}
	if _, err := s.engine.InsertNew(ctx, schema.Upcomings, &u); err != nil {
		return u, err
	}
	return s.GetUpcoming(ctx, u.ID)
}

// unsent returns the last edition of a campaign if it never went out; nil when there is none such.
func (s *Upcomings) unsent(ctx context.Context, campaignID string) (*campaign.Upcoming, error) {
	var docs []campaign.Upcoming
	err := s.engine.Find(ctx, schema.Upcomings, document.Query{Filter: document.Equal("campaign_id", campaignID), Order: []document.Order{{Field: "slot", Desc: true}}, Limit: 20}, &docs)
	if err != nil {
		return nil, err
	}
	open := campaign.First(docs, func(u *campaign.Upcoming) bool { return u.State == campaign.UpcomingOpen })
	if open == nil && len(docs) > 0 {
		open = &docs[0]
	}
	if open == nil || open.State == campaign.UpcomingSent {
		return nil, nil
	}
	gone, err := s.wentOut(ctx, open.ID)
	if err != nil || gone {
		return nil, err
	}
	return open, nil
}

// wentOut reports whether an edition's run is there, and is not one that was cancelled before it began.
func (s *Upcomings) wentOut(ctx context.Context, id string) (bool, error) {
	r, err := s.runs.GetRun(ctx, id)
	if err != nil {
		return false, campaign.UnlessMissing(err)
	}
	return !r.NeverBegan(), nil
}

// renew gives an edition a release of its own when the one it has went out already: by hand, before its time.
func (s *Upcomings) renew(ctx context.Context, u campaign.Upcoming) (campaign.Upcoming, error) {
	var runs []campaign.Run
	err := s.engine.Find(ctx, schema.Runs, document.Query{Filter: document.All{document.Equal("release_id", u.Release), document.Equal("campaign_id", u.Campaign)}}, &runs)
	if err != nil {
		return u, err
	}
	sent := campaign.First(runs, func(r *campaign.Run) bool { return r.ID != u.ID && r.Trigger.MovesCampaign() && !r.NeverBegan() })
	if sent == nil {
		return u, nil
	}
	last, err := s.lastRun(ctx, u.Campaign)
	if err != nil {
		return u, err
	}
	return s.update(ctx, u.ID, func(now *campaign.Upcoming) error {
		if now.State == campaign.UpcomingOpen && now.Release == u.Release {
			now.Release, now.Made, now.Offered = campaign.DerivedID("edition", u.ID, cmp.Or(last, sent).ID), nil, nil
			now.Approved, now.WaitsFrom, now.RemindedAt = nil, time.Time{}, time.Time{}
		}
		return nil
	})
}

// tidy leaves one open edition of a campaign: one that went out is sent, one that was for another time has moved.
func (s *Upcomings) tidy(ctx context.Context, campaignID, id string) error {
	open, err := s.FindUpcomings(ctx, campaignID, campaign.UpcomingOpen, 20)
	if err != nil {
		return err
	}
	for _, u := range open {
		gone, err := s.wentOut(ctx, u.ID)
		switch {
		case err != nil:
			return err
		case gone:
			err = s.markSent(ctx, u.ID)
		case u.ID != id:
			_, err = s.engine.Delete(ctx, schema.Upcomings, document.All{document.ByID(u.ID), document.Equal("state", string(campaign.UpcomingOpen))})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Upcomings) markSent(ctx context.Context, id string) error {
	_, err := s.update(ctx, id, func(u *campaign.Upcoming) error { u.State = campaign.UpcomingSent; return nil })
	return campaign.UnlessMissing(err)
}

// follow makes the release of an edition anew when nobody has changed or approved it and what it would say differs. When others did
// meanwhile it looks again: what it had found may be older than what they made.
func (s *Upcomings) follow(ctx context.Context, c *campaign.Campaign, u campaign.Upcoming) (campaign.Upcoming, error) {
	for range followTries {
		err := s.makeAnew(ctx, c, &u)
		if err != errTouched { //nolint:errorlint // it comes as it is
			return u, err
		}
		if u, err = s.GetUpcoming(ctx, u.ID); err != nil {
			return u, err
		}
	}
	return u, nil
}

// followTries is how often an edition is made anew that others make at the same time.
const followTries = 5

var errTouched = campaign.Errorf(campaign.Conflict, "somebody changed the edition meanwhile")

// makeAnew is follow, once; it returns errTouched when the edition or its release was changed since they were read. The texts that the
// program makes are known to the record before the release has them, so that none is ever taken for one of the team's.
func (s *Upcomings) makeAnew(ctx context.Context, c *campaign.Campaign, u *campaign.Upcoming) error {
	r, err := s.releases.GetRelease(ctx, u.Release)
	missing := campaign.CodeOf(err) == campaign.NotFound
	if err != nil && !missing || !missing && !u.Follows(&r) {
		return campaign.UnlessMissing(err)
	}
	want, found, err := s.Compose(ctx, c, campaign.Slot{At: u.Slot, Wall: u.Wall})
	if err != nil || !missing && want.Says() == r.Says() && want.Title == r.Title {
		return err
	}
	read := u.Version
	*u, err = s.update(ctx, u.ID, func(u *campaign.Upcoming) error {
		if u.Version != read {
			return errTouched
		}
		u.Making(want.Says())
		u.Offered = found
		return nil
	})
	if err != nil {
		return err
	}
	if missing {
		want.ID = u.Release
		if err = s.releases.CreateRelease(ctx, &want); campaign.CodeOf(err) == campaign.Conflict {
			err = errTouched
		}
		return err
	}
	_, err = s.releases.UpdateRelease(ctx, u.Release, func(r *campaign.Release) error {
		if !u.Follows(r) {
			return errTouched
		}
		return replaceText(r, &want, s.now())
	})
	return err
}

// replaceText puts what was made into a release that is there already.
func replaceText(r, made *campaign.Release, now time.Time) error {
	keep := *r
	*r = *made
	r.ID, r.Version, r.CreatedAt, r.Overrides, r.Assurances, r.PublishedAt, r.Publication = keep.ID, keep.Version, keep.CreatedAt, keep.Overrides, keep.Assurances, keep.PublishedAt, keep.Publication
	r.Versions = slices.Clone(made.Versions)
	for i := range r.Versions {
		r.Versions[i].UpdatedAt = now
	}
	return nil
}

// Compose returns what the edition of a campaign for a slot says as things stand, without storing it, and the releases it tells.
func (s *Upcomings) Compose(ctx context.Context, c *campaign.Campaign, slot campaign.Slot) (campaign.Release, []string, error) {
	var found []campaign.Release
	if c.Content.Kind == campaign.GatherContent {
		f, err := s.find(ctx, c, s.now())
		if err != nil {
			return campaign.Release{}, nil, err
		}
		found = f.found[:min(len(f.found), c.Content.AtMost)]
	}
	r, err := s.composeOf(ctx, c, slot, found)
	return r, campaign.Collect(found, func(r campaign.Release) string { return r.ID }), err
}

// composeOf returns what an edition says that tells some releases.
func (s *Upcomings) composeOf(ctx context.Context, c *campaign.Campaign, slot campaign.Slot, found []campaign.Release) (campaign.Release, error) {
	frame, err := s.releases.GetRelease(ctx, c.Release)
	if campaign.CodeOf(err) == campaign.NotFound {
		err = campaign.FieldError("release_id", "choose the release that editions are made from")
	}
	if err != nil {
		return frame, err
	}
	settings, err := s.settings.GetSettings(ctx)
	if err != nil {
		return frame, fmt.Errorf("read settings: %w", err)
	}
	story := campaign.PlainStory
	if s.Stories != nil {
		story = s.Stories(&settings.Brand)
	}
	r := c.Content.Edition(c, &frame, found, dayOf(c, slot), story)
	return r, r.Normalize()
}

// dayOf is the day of a slot where the campaign is at home.
func dayOf(c *campaign.Campaign, slot campaign.Slot) string {
	if day, _, ok := strings.Cut(slot.Wall, "T"); ok {
		return day
	}
	zone, err := time.LoadLocation(c.Schedule.Zone)
	if err != nil {
		zone = time.UTC
	}
	return slot.At.In(zone).Format(time.DateOnly)
}

// Outlook puts together what decides about an edition.
func (s *Upcomings) Outlook(ctx context.Context, c *campaign.Campaign, u campaign.Upcoming) (campaign.Outlook, error) {
	o := campaign.Outlook{Upcoming: u, Until: s.now(), Strict: c.Approval.Open()}
	var err error
	if o.Release, err = s.releases.GetRelease(ctx, u.Release); campaign.UnlessMissing(err) != nil {
		return o, err
	}
	frame, err := s.releases.GetRelease(ctx, c.Release)
	if campaign.UnlessMissing(err) != nil {
		return o, err
	}
	if err == nil {
		o.Frame = &frame
	}
	last, err := s.lastRun(ctx, c.ID)
	if err != nil {
		return o, err
	}
	if last != nil {
		e, err := s.runs.GetEdition(ctx, last.ID)
		if campaign.UnlessMissing(err) != nil {
			return o, err
		}
		o.Last = &e.Release
	}
	if c.Content.Kind != campaign.GatherContent {
		return o, nil
	}
	f, err := s.find(ctx, c, o.Until)
	if err != nil {
		return o, err
	}
	o.Found, o.Later, o.Until = f.found, f.later, f.until
	tells := o.Release.ToldIn()
	_, told, err := s.settled(ctx, c.ID, tells)
	if err != nil {
		return o, err
	}
	o.Repeats, err = s.releases.GetReleases(ctx, slices.DeleteFunc(tells, func(id string) bool { return !slices.Contains(told, id) }))
	return o, err
}
