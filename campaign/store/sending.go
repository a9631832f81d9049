package store

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign"
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
	holds      *Holds
	notices    *Notices
	releases   *Releases
	recipients *Recipients
	runs       *Runs
	settings   *Settings

	halves halves
}

// ScheduleCampaign makes a draft wait for a slot; a campaign that waits already waits for the new one.
func (s *Sending) ScheduleCampaign(ctx context.Context, id string, slot campaign.Slot) (campaign.Campaign, error) {
	return s.campaigns.UpdateCampaign(ctx, id, func(c *campaign.Campaign) error {
		if err := c.Ready(); err != nil {
			return err
		}
		if c.State != campaign.Scheduled && c.State != campaign.Draft { // others get there only by the end of a run
			return c.State.TooLate()
		}
		c.State, c.NextAt, c.NextWall, c.Note = campaign.Scheduled, slot.At, slot.Wall, ""
		return nil
	})
}

// SendNow makes a campaign leave after a delay in which it can still be called back with UnscheduleCampaign.
func (s *Sending) SendNow(ctx context.Context, id string, delay time.Duration) (campaign.Campaign, error) {
	return s.ScheduleCampaign(ctx, id, campaign.Slot{At: s.now().Add(delay)})
}

// UnscheduleCampaign makes a waiting campaign a draft again.
func (s *Sending) UnscheduleCampaign(ctx context.Context, id string) (campaign.Campaign, error) {
	return s.campaigns.UpdateCampaign(ctx, id, func(c *campaign.Campaign) error {
		if err := campaign.CheckMove(c.State, campaign.Draft); err != nil {
			return err
		}
		c.State, c.NextAt, c.NextWall = campaign.Draft, time.Time{}, ""
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

// MendRuns sees to runs that somebody made and died before they began: those a campaign was claimed for begin, those no
// campaign waits for are cancelled.
func (s *Sending) MendRuns(ctx context.Context) error {
	waiting, err := s.runs.FindRunsIn(ctx, campaign.Scheduled)
	if err != nil {
		return err
	}
	for _, r := range waiting {
		c, err := s.campaigns.GetCampaign(ctx, r.Campaign)
		if err != nil && campaign.CodeOf(err) != campaign.NotFound {
			return err
		}
		switch {
		case c.State == campaign.Sending && c.LastRun == r.ID:
			_, err = s.BeginRun(ctx, r.ID)
		case c.State == campaign.Scheduled && c.NextAt.Equal(r.Slot):
			continue // its maker, or the next process to see the slot, claims the campaign
		default:
			_, err = s.runs.UpdateRun(ctx, r.ID, func(r *campaign.Run) error {
				if r.State == campaign.Scheduled {
					r.State, r.EndedAt, r.Reason = campaign.Cancelled, s.now(), "the campaign was given another time"
				}
				return nil
			})
		}
		if err != nil && campaign.CodeOf(err) != campaign.NotFound {
			return err
		}
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
// zero slot means there is none.
func (s *Sending) FinishRun(ctx context.Context, id string, next campaign.Slot) error {
	r, err := s.runs.UpdateRun(ctx, id, func(r *campaign.Run) error {
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
		if !next.At.IsZero() {
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
