package store

import (
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// This file holds what people and the clock decide about an edition.

// NextEdition returns the open edition of a campaign with its outlook; NotFound where none is made yet.
func (s *Upcomings) NextEdition(ctx context.Context, c *campaign.Campaign) (campaign.Outlook, error) {
	open, err := s.FindUpcomings(ctx, c.ID, campaign.UpcomingOpen, 1)
	if err != nil {
		return campaign.Outlook{}, err
	}
	if len(open) > 0 { // one that has just gone out is open until the next one is made
		gone, err := s.wentOut(ctx, open[0].ID)
		if err != nil {
			return campaign.Outlook{}, err
		}
		if gone {
			open = nil
		}
	}
	if len(open) == 0 && !c.NextAt.IsZero() { // one that is skipped is the next one until its time has gone by
		u, err := s.GetUpcoming(ctx, campaign.RunID(c.ID, c.NextAt))
		if campaign.UnlessMissing(err) != nil {
			return campaign.Outlook{}, err
		}
		if err == nil && u.State == campaign.UpcomingSkipped {
			open = append(open, u)
		}
	}
	if len(open) == 0 {
		return campaign.Outlook{}, campaign.Errorf(campaign.NotFound, "the next edition is not made yet")
	}
	return s.Outlook(ctx, c, open[0])
}

// nextRelease returns the release of the next edition, or what it would say where it is not made yet.
func (s *Upcomings) nextRelease(ctx context.Context, c *campaign.Campaign) (campaign.Release, error) {
	o, err := s.NextEdition(ctx, c)
	if err == nil && o.Release.ID != "" {
		return o.Release, nil
	}
	if campaign.UnlessMissing(err) != nil {
		return o.Release, err
	}
	at := c.NextAt
	if at.IsZero() {
		at = s.now()
	}
	r, _, err := s.Compose(ctx, c, campaign.Slot{At: at, Wall: c.NextWall})
	r.ID = c.Release
	return r, err
}

// ApproveUpcoming lets an edition go as it stands. One of which something has still to be written or taken out is refused, and so is
// one that says something else than whoever approves it has seen; "" takes it as it stands.
func (s *Upcomings) ApproveUpcoming(ctx context.Context, c *campaign.Campaign, id, seen string) error {
	u, err := s.GetUpcoming(ctx, id)
	if err != nil {
		return err
	}
	o, err := s.Outlook(ctx, c, u)
	if err != nil {
		return err
	}
	says := o.Release.Says()
	if seen != "" && seen != says {
		return campaign.Errorf(campaign.Conflict, "the edition has changed since this page was opened: look at it again")
	}
	if why := o.Obstacle(&c.Content); !why.IsZero() {
		return campaign.Errorf(campaign.Conflict, "it cannot go out yet: %s", why)
	}
	if c.Content.Kind == campaign.GatherContent && o.Release.StoryCount() == 0 {
		return campaign.Errorf(campaign.Conflict, "it cannot go out yet: %s", campaign.Textf("nothing was published since the last edition"))
	}
	by := actorOf(ctx)
	if o.Strict {
		if err := s.checkSecond(ctx, c, &o.Release, by); err != nil {
			return err
		}
	}
	_, err = s.update(ctx, id, func(u *campaign.Upcoming) error {
		if u.State != campaign.UpcomingOpen {
			return u.Late()
		}
		u.Approved = &campaign.Clearance{User: by.User, Name: by.Name, At: s.now(), Says: says}
		return nil
	})
	return err
}

// checkSecond refuses whoever may not approve an edition of a campaign that a second person approved.
func (s *Upcomings) checkSecond(ctx context.Context, c *campaign.Campaign, r *campaign.Release, by campaign.Actor) error {
	u, err := s.users.GetUser(ctx, by.User)
	if campaign.UnlessMissing(err) != nil {
		return err
	}
	if err != nil || !u.MayApprove() || c.IsAuthor(&u, r) {
		return campaign.Errorf(campaign.Conflict, "a second person approved this campaign, so each edition is approved by somebody who may approve and wrote none of it")
	}
	return nil
}

// WithdrawApproval makes an edition wait again.
func (s *Upcomings) WithdrawApproval(ctx context.Context, id string) error {
	_, err := s.update(ctx, id, func(u *campaign.Upcoming) error {
		if u.State != campaign.UpcomingOpen {
			return u.Late()
		}
		u.Approved = nil
		return nil
	})
	return err
}

// SkipUpcoming lets the time of an edition go by. What it tells, and what was written for it, waits for the next one. It reports
// whether that is new. One whose run is made has gone out, whoever made it.
func (s *Upcomings) SkipUpcoming(ctx context.Context, id string, why campaign.Text) (skipped bool, err error) {
	if gone, err := s.wentOut(ctx, id); err != nil {
		return false, err
	} else if gone {
		if err := s.markSent(ctx, id); err != nil {
			return false, err
		}
	}
	_, err = s.update(ctx, id, func(u *campaign.Upcoming) error {
		skipped = u.State == campaign.UpcomingOpen
		if u.State == campaign.UpcomingSent {
			return u.Late()
		}
		if skipped {
			u.State, u.Reason = campaign.UpcomingSkipped, why.Stored()
		}
		return nil
	})
	return skipped && err == nil, err
}

// UnskipUpcoming takes a skip back, as long as the time of the edition is to come.
func (s *Upcomings) UnskipUpcoming(ctx context.Context, id string) error {
	_, err := s.update(ctx, id, func(u *campaign.Upcoming) error {
		if u.State == campaign.UpcomingSent || u.Slot.Before(s.now()) {
			return campaign.Errorf(campaign.Conflict, "its time has gone by")
		}
		u.State, u.Reason = campaign.UpcomingOpen, ""
		return nil
	})
	return err
}

// MarkWaiting notes that the deadline of an edition is over and it waits. It reports whether that is new.
func (s *Upcomings) MarkWaiting(ctx context.Context, id string) (marked bool, err error) {
	_, err = s.update(ctx, id, func(u *campaign.Upcoming) error {
		if marked = u.WaitsFrom.IsZero(); marked {
			u.WaitsFrom = s.now()
		}
		return nil
	})
	return marked && err == nil, err
}

// MarkReminded notes that those concerned are told that the deadline of an edition nears. It reports whether that is new.
func (s *Upcomings) MarkReminded(ctx context.Context, id string) (marked bool, err error) {
	_, err = s.update(ctx, id, func(u *campaign.Upcoming) error {
		if marked = u.RemindedAt.IsZero(); marked {
			u.RemindedAt = s.now()
		}
		return nil
	})
	return marked && err == nil, err
}

// TakeOver puts what is new into an edition that somebody changed: stories of the releases that it has not been offered yet.
func (s *Upcomings) TakeOver(ctx context.Context, c *campaign.Campaign, id string) error {
	u, err := s.GetUpcoming(ctx, id)
	if err != nil {
		return err
	}
	if u.State != campaign.UpcomingOpen {
		return u.Late()
	}
	o, err := s.Outlook(ctx, c, u)
	if err != nil {
		return err
	}
	fresh := o.New()
	fresh = fresh[:min(len(fresh), max(0, campaign.MaxStories-o.Release.StoryCount()))]
	want, err := s.composeOf(ctx, c, campaign.Slot{At: u.Slot, Wall: u.Wall}, fresh)
	if err != nil {
		return err
	}
	_, err = s.releases.UpdateRelease(ctx, u.Release, func(r *campaign.Release) error { r.AddStories(&want, s.now()); return nil })
	if err != nil {
		return err
	}
	_, err = s.update(ctx, id, func(u *campaign.Upcoming) error {
		u.Offered = merged(u.Offered, campaign.Collect(fresh, func(r campaign.Release) string { return r.ID }))
		return nil
	})
	return err
}

// RemakeUpcoming makes an edition anew. What was changed by hand is lost from it; the history of its release has it.
func (s *Upcomings) RemakeUpcoming(ctx context.Context, c *campaign.Campaign, id string) error {
	u, err := s.GetUpcoming(ctx, id)
	if err != nil {
		return err
	}
	want, found, err := s.Compose(ctx, c, campaign.Slot{At: u.Slot, Wall: u.Wall})
	if err != nil {
		return err
	}
	u, err = s.update(ctx, id, func(u *campaign.Upcoming) error {
		if u.State != campaign.UpcomingOpen {
			return u.Late()
		}
		u.Making(want.Says())
		u.Offered, u.Approved = found, nil
		return nil
	})
	if err != nil {
		return err
	}
	_, err = s.releases.UpdateRelease(ctx, u.Release, func(r *campaign.Release) error { return replaceText(r, &want, s.now()) })
	return err
}

func merged(a, b []string) []string {
	out := slices.Clone(a)
	for _, id := range b {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// MarkPublished notes that a release was published elsewhere, with the address of the page where it stands, if there is one.
func (s *Upcomings) MarkPublished(ctx context.Context, release, link string) error {
	link, err := campaign.PageAddress("published_link", link)
	if err != nil {
		return err
	}
	return s.publish(ctx, release, s.now(), campaign.Publication{Link: link, By: actorOf(ctx).Name})
}

// UnmarkPublished takes the mark back. A release that went out stays published.
func (s *Upcomings) UnmarkPublished(ctx context.Context, release string) error {
	_, err := document.Modify(ctx, s.engine, schema.Releases, release, func(r *campaign.Release) *int64 { return &r.Version }, func(r *campaign.Release) error {
		if r.Publication != nil && r.Publication.Run != "" {
			return campaign.Errorf(campaign.Conflict, "it went out, and stays published")
		}
		r.PublishedAt, r.Publication = time.Time{}, nil
		return nil
	})
	return err
}

// LogEdition records what the program decided about an edition, in the audit log.
func (s *Upcomings) LogEdition(ctx context.Context, campaignID string, what campaign.Text) error {
	return s.journal.Log(ctx, campaign.Entry{Kind: campaign.SendingEntry, Audit: true, Object: "/campaigns/" + campaignID + "/editions", Detail: what.Stored()})
}
