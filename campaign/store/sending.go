package store

import (
	"context"
	"fmt"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// This file holds the steps that touch a campaign and its run together. The panel, the commands and the scheduler all
// take them through here, so that each step is taken in one way only.

// LinksOf finds the addresses a release's readers can be sent to; the templates know how.
type LinksOf func(*campaign.Release) []campaign.Link

// Sending moves campaigns and their runs from state to state, together.
type Sending struct {
	engine document.Engine
	now    func() time.Time

	audiences  *Audiences
	campaigns  *Campaigns
	contacts   *Contacts
	deliveries *Deliveries
	follows    *Follows
	holds      *Holds
	layouts    *Layouts
	media      *Media
	notices    *Notices
	releases   *Releases
	recipients *Recipients
	runs       *Runs
	series     *Series
	approvals  *Approvals
	settings   *Settings
	upcomings  *Upcomings

	halves halves

	// Vet refuses to send a release, before it is planned and again before its run begins; nil takes every release.
	Vet func(r *campaign.Release, s *campaign.Settings) error
}

// ScheduleCampaign makes a draft or an approved campaign wait for a slot; one that waits already waits for the new one. One that
// is not approved as it has to be is a Conflict.
func (s *Sending) ScheduleCampaign(ctx context.Context, id string, slot campaign.Slot) (campaign.Campaign, error) {
	return s.approvals.step(ctx, id, func(c *campaign.Campaign) error {
		if !c.State.Waiting() { // others get there only by the end of a run
			return c.State.TooLate()
		}
		if err := s.checkRelease(ctx, c); err != nil {
			return err
		}
		e, err := s.approvals.editionOf(ctx, c)
		if err != nil {
			return err
		}
		if err := s.approvals.gate(ctx, c, e, slot); err != nil {
			return err
		}
		if c.State == campaign.InReview && c.Approval.Alone() == nil {
			return c.State.TooLate()
		}
		return nil
	}, func(c *campaign.Campaign) error {
		c.State, c.NextAt, c.NextWall, c.Note = campaign.Scheduled, slot.At, slot.Wall, ""
		return nil
	})
}

// checkRelease refuses to send a campaign with pictures or files that must not be shown, or with words that must not go out.
func (s *Sending) checkRelease(ctx context.Context, c *campaign.Campaign) error {
	r, err := s.NextRelease(ctx, c)
	if err != nil {
		return campaign.UnlessMissing(err) // that it has no release is told elsewhere
	}
	if err := s.media.CheckMedia(ctx, r.Media); err != nil {
		return err
	}
	if err := s.follows.CheckFollow(ctx, c, &r); err != nil {
		return err
	}
	if c.ABTest == nil {
		return s.vet(ctx, r)
	}
	lists, err := s.audiences.AudienceLists(ctx, c)
	if err != nil {
		return err
	}
	if err := c.ABTest.Fits(c, &r, lists, linksUnknown); err != nil {
		return err
	}
	e := edition.Edition{Release: r, ABTest: c.ABTest}
	return s.vet(ctx, append(e.ArmReleases(), r)...)
}

// linksUnknown is how many links a release has where that is looked at later.
const linksUnknown = -1

// vetRun refuses to let a run go on with words that must not go out, by the rules, overrides and assurances of today.
func (s *Sending) vetRun(ctx context.Context, id string) error {
	if s.Vet == nil || id == "" {
		return nil
	}
	e, err := s.runs.GetEdition(ctx, id)
	if err != nil {
		return campaign.UnlessMissing(err)
	}
	now, err := s.releases.GetRelease(ctx, e.Release.ID)
	if err := campaign.UnlessMissing(err); err != nil {
		return err
	}
	if err == nil {
		e.Release.Overrides, e.Release.Assurances = now.Overrides, now.Assurances
	}
	return s.vet(ctx, append(e.ArmReleases(), e.Release)...)
}

// vet refuses to send any of some releases.
func (s *Sending) vet(ctx context.Context, all ...campaign.Release) error {
	if s.Vet == nil {
		return nil
	}
	settings, err := s.settings.GetSettings(ctx)
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	for i := range all {
		if err := s.Vet(&all[i], &settings); err != nil {
			return err
		}
	}
	return nil
}

// SendNow makes a campaign leave after a delay in which it can still be called back with UnscheduleCampaign.
func (s *Sending) SendNow(ctx context.Context, id string, delay time.Duration) (campaign.Campaign, error) {
	return s.ScheduleCampaign(ctx, id, campaign.Slot{At: s.now().Add(delay)})
}

// UnscheduleCampaign makes a waiting campaign a draft again, or what it was: approved. To let one go out alone was for that time.
func (s *Sending) UnscheduleCampaign(ctx context.Context, id string) (campaign.Campaign, error) {
	return s.campaigns.UpdateCampaign(ctx, id, func(c *campaign.Campaign) error {
		if err := notOfSeries(ctx, c); err != nil {
			return err
		}
		if c.State != campaign.Scheduled {
			return c.State.TooLate()
		}
		c.TakeOffClock(s.now())
		return nil
	})
}

func waitsFor(c *campaign.Campaign, slot time.Time) error {
	if err := campaign.CheckMove(c.State, campaign.Sending); err != nil {
		return err
	}
	if c.State != campaign.Scheduled || !c.NextAt.Equal(slot) {
		return campaign.Errorf(campaign.Conflict, "this campaign does not wait for this time (any more)")
	}
	return nil
}

// PauseCampaign stops a campaign that is sending; what is on the wire is finished.
func (s *Sending) PauseCampaign(ctx context.Context, id, reason string) error {
	return s.moveBoth(ctx, id, campaign.PausedRun, reason)
}

// ResumeCampaign lets a paused campaign go on where it stopped.
func (s *Sending) ResumeCampaign(ctx context.Context, id string) error {
	c, err := s.campaigns.GetCampaign(ctx, id)
	if err != nil {
		return err
	}
	if c.State != campaign.PausedRun {
		return campaign.Errorf(campaign.Conflict, "only a paused campaign can go on; %s", c.State.Words())
	}
	if err := s.vetRun(ctx, c.LastRun); err != nil {
		return err
	}
	if err := s.holds.tryHolds(ctx); err != nil {
		return err
	}
	return s.moveBoth(ctx, id, campaign.Sending, "")
}

// CancelCampaign ends a campaign for good: what was not sent is not sent. Done again, it completes what was cut off, and says that the
// campaign was cancelled already.
func (s *Sending) CancelCampaign(ctx context.Context, id string) error {
	c, err := s.campaigns.GetCampaign(ctx, id)
	if err != nil {
		return err
	}
	if err := notOfSeries(ctx, &c); err != nil {
		return err
	}
	var already error
	if c.State == campaign.Cancelled {
		already = campaign.CheckMove(c.State, campaign.Cancelled)
	} else {
		if err := s.moveBoth(ctx, id, campaign.Cancelled, ""); err != nil {
			return err
		}
		if c, err = s.campaigns.GetCampaign(ctx, id); err != nil {
			return err
		}
	}
	if c.LastRun != "" {
		if err := s.deliveries.DropAll(ctx, c.LastRun, cancelledWords); err != nil {
			return err
		}
	}
	if err := s.cancelEarlier(ctx, id); err != nil {
		return err
	}
	return already
}

const cancelledWords = "the campaign was cancelled"

// moveBoth moves the run of a campaign that is under way first, because that is what senders obey, then the campaign.
func (s *Sending) moveBoth(ctx context.Context, id string, to campaign.State, reason string) error {
	c, err := s.campaigns.GetCampaign(ctx, id)
	if err != nil {
		return err
	}
	if err := campaign.CheckMove(c.State, to); err != nil {
		return err
	}
	if c.LastRun != "" {
		if _, err := s.runs.UpdateRun(ctx, c.LastRun, func(r *campaign.Run) error {
			if r.State.Ended() && to == campaign.PausedRun {
				return campaign.Errorf(campaign.Conflict, "the last message has just gone out: there is nothing left to pause")
			}
			if r.State == to || r.State.Ended() {
				return nil
			}
			r.State, r.Reason = to, reason
			if to == campaign.Cancelled {
				r.EndedAt = s.now()
			}
			return nil
		}); err != nil {
			return err
		}
	}
	_, err = s.campaigns.UpdateCampaign(ctx, id, func(c *campaign.Campaign) error {
		c.State, c.Note = to, reason
		if to == campaign.Cancelled {
			c.NextAt, c.NextWall = time.Time{}, ""
		}
		return nil
	})
	return err
}

// FinishRun ends a run that has nothing left to do. Its campaign is sent, or, when it recurs, waits for its next slot; a
// zero slot means there is none. A run whose balance sheet does not close is not ended: it goes on while somebody waits, and is
// paused, for a person to look at, when messages are missing.
func (s *Sending) FinishRun(ctx context.Context, id string, next campaign.Slot) error {
	r, err := s.runs.GetRun(ctx, id)
	if err != nil {
		return err
	}
	if r.State == campaign.Sending && r.Trigger.MovesCampaign() {
		b, err := s.deliveries.balance(ctx, &r)
		switch {
		case err != nil:
			return err
		case b.Missing != 0:
			return s.PauseCampaign(ctx, r.Campaign, fmt.Sprintf("%d messages were planned and %d are on record, so this does not count as sent: look at the list of recipients and cancel it, or ask whoever looks after the database", b.Planned, b.Planned-b.Missing))
		case b.Waiting > 0:
			return nil
		}
	}
	r, err = s.runs.UpdateRun(ctx, id, func(r *campaign.Run) error {
		if r.State == campaign.Sending {
			r.State, r.EndedAt = campaign.Sent, s.now()
		}
		return nil
	})
	if err != nil || r.State != campaign.Sent {
		return err
	}
	if r.Trigger == campaign.TriggerNotice {
		return s.notices.ReopenNotices(ctx, id)
	}
	if !r.Trigger.MovesCampaign() {
		return nil
	}
	if err := s.markReached(ctx, &r); err != nil {
		return err
	}
	_, err = s.campaigns.UpdateCampaign(ctx, r.Campaign, func(c *campaign.Campaign) error {
		if c.LastRun != id || c.State != campaign.Sending {
			return nil
		}
		c.State = campaign.Sent
		if r.Of != "" {
			c.LastRun = r.Of
		} else if c.JoinDays > 0 && c.JoinUntil.IsZero() {
			c.JoinUntil = r.StartedAt.AddDate(0, 0, c.JoinDays)
		}
		if !next.At.IsZero() || c.Schedule.Kind == campaign.BySeries {
			c.State, c.NextAt, c.NextWall = campaign.Scheduled, next.At, next.Wall
		}
		return nil
	})
	return err
}

// FreeCampaign lets a recurring campaign wait for its next slot while its run still has retries to make.
func (s *Sending) FreeCampaign(ctx context.Context, id, runID string, next campaign.Slot) error {
	_, err := s.campaigns.UpdateCampaign(ctx, id, func(c *campaign.Campaign) error {
		if c.LastRun == runID && c.State == campaign.Sending {
			c.State, c.NextAt, c.NextWall = campaign.Scheduled, next.At, next.Wall
		}
		return nil
	})
	return err
}

// markReached notes on the lists of a run that everybody on them was written to.
func (s *Sending) markReached(ctx context.Context, r *campaign.Run) error {
	e, err := s.runs.GetEdition(ctx, r.ID)
	if err != nil || !e.Reaches() {
		return campaign.UnlessMissing(err)
	}
	for _, l := range e.Lists {
		_, err := document.Modify(ctx, s.engine, schema.Lists, l.ID, func(l *campaign.List) *int64 { return &l.Version }, func(l *campaign.List) error {
			if l.ReachedAt.Before(r.CreatedAt) {
				l.ReachedAt = r.CreatedAt
			}
			return nil
		})
		if campaign.UnlessMissing(err) != nil {
			return err
		}
	}
	return nil
}

// cancelEarlier ends the runs of a recurring campaign before its last that still have retries to make.
func (s *Sending) cancelEarlier(ctx context.Context, id string) error {
	rs, err := s.runs.FindRunsIn(ctx, campaign.Sending, campaign.PausedRun)
	if err != nil {
		return err
	}
	for _, r := range rs {
		if r.Campaign != id || !r.Trigger.MovesCampaign() {
			continue
		}
		_, err := s.runs.UpdateRun(ctx, r.ID, func(r *campaign.Run) error {
			if !r.State.Ended() {
				r.State, r.EndedAt = campaign.Cancelled, s.now()
			}
			return nil
		})
		if err != nil {
			return err
		}
		if err := s.deliveries.DropAll(ctx, r.ID, cancelledWords); err != nil {
			return err
		}
	}
	return nil
}
