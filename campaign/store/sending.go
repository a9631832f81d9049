package store

import (
	"context"
	"fmt"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store/document"
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
			return campaign.Errorf(campaign.Conflict, "this campaign is %s and cannot become %s", c.State, campaign.Scheduled)
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

// StartRun makes the run of a waiting campaign for the slot it waits for, and marks the campaign as sending. Several may
// do so for one slot at once, or again after one of them died in the middle: there is one run in the end. A slot that was
// sent before, or that the campaign no longer waits for, is a Conflict.
//
// Three documents change, each by itself, in an order that is safe to break off anywhere: the run is made waiting, the
// campaign is claimed for it, the run begins.
func (s *Sending) StartRun(ctx context.Context, id string, slot campaign.Slot, trigger campaign.Trigger, links LinksOf) (campaign.Run, error) {
	c, err := s.campaigns.GetCampaign(ctx, id)
	if err != nil {
		return campaign.Run{}, err
	}
	run, err := s.runs.GetRun(ctx, campaign.RunID(id, slot.At))
	if campaign.CodeOf(err) == campaign.NotFound {
		run, err = s.makeRun(ctx, &c, slot, trigger, links)
	}
	if err != nil {
		return campaign.Run{}, err
	}
	if run.State.Ended() {
		return run, campaign.Errorf(campaign.Conflict, "what was due at this time is %s already", run.State)
	}
	if err := s.claim(ctx, run); err != nil {
		return run, err
	}
	return s.BeginRun(ctx, run.ID)
}

// makeRun records the run that is to be and the edition it sends.
func (s *Sending) makeRun(ctx context.Context, c *campaign.Campaign, slot campaign.Slot, trigger campaign.Trigger, links LinksOf) (campaign.Run, error) {
	if err := c.Ready(); err != nil {
		return campaign.Run{}, err
	}
	if err := waitsFor(c, slot.At); err != nil {
		return campaign.Run{}, err
	}
	edition, err := s.editionOf(ctx, c, links)
	if err != nil {
		return campaign.Run{}, err
	}
	members, err := s.audiences.membersFor(ctx, edition)
	if err != nil {
		return campaign.Run{}, err
	}
	run := campaign.Run{
		ID: campaign.RunID(c.ID, slot.At), Campaign: c.ID, Release: c.Release, Trigger: trigger, State: campaign.Scheduled,
		Slot: slot.At, Wall: slot.Wall, Shards: s.shardsFor(members), Members: members,
	}
	err = s.runs.CreateRun(ctx, &run, edition)
	if campaign.CodeOf(err) == campaign.Conflict {
		return s.runs.GetRun(ctx, run.ID) // somebody else was faster
	}
	return run, err
}

// claim marks the campaign as sending for a run, if it waits for just that slot.
func (s *Sending) claim(ctx context.Context, run campaign.Run) error {
	_, err := s.campaigns.UpdateCampaign(ctx, run.Campaign, func(c *campaign.Campaign) error {
		if c.State == campaign.Sending && c.LastRun == run.ID {
			return nil
		}
		if err := waitsFor(c, run.Slot); err != nil {
			return err
		}
		c.State, c.LastRun, c.NextAt, c.NextWall, c.Note = campaign.Sending, run.ID, time.Time{}, "", ""
		return nil
	})
	return err
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

// BeginRun lets a run begin whose campaign was claimed for it; one that has begun stays as it is.
func (s *Sending) BeginRun(ctx context.Context, id string) (campaign.Run, error) {
	return s.runs.UpdateRun(ctx, id, func(r *campaign.Run) error {
		if r.State == campaign.Scheduled {
			r.State, r.StartedAt = campaign.Sending, s.now()
		}
		return nil
	})
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
			continue // whoever made it is about to claim the campaign, or the next to see the slot come will
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

// StartTest records a run that shows a campaign to colleagues: its release as it stands, to addresses that need not be
// contacts, in one language or ("") in all.
func (s *Sending) StartTest(ctx context.Context, id string, to []string, as campaign.Language, by string, links LinksOf) (campaign.Run, error) {
	c, err := s.campaigns.GetCampaign(ctx, id)
	if err != nil {
		return campaign.Run{}, err
	}
	if c.Release == "" || c.Sender.Email == "" {
		return campaign.Run{}, campaign.Errorf(campaign.Invalid, "choose the release and the sender first")
	}
	for i, a := range to {
		if to[i], err = campaign.ParseAddress(a); err != nil {
			return campaign.Run{}, err
		}
	}
	edition, err := s.editionOf(ctx, &c, links)
	if err != nil {
		return campaign.Run{}, err
	}
	edition.TestTo, edition.TestAs = to, as
	now := s.now()
	run := campaign.Run{
		ID: "t" + campaign.NewID(now), Campaign: c.ID, Release: c.Release, Trigger: campaign.TriggerTest, State: campaign.Sending,
		Slot: now, Shards: 1, StartedBy: by, StartedAt: now,
	}
	return run, s.runs.CreateRun(ctx, &run, edition)
}

// editionOf takes down what a run of a campaign sends, as it stands now.
func (s *Sending) editionOf(ctx context.Context, c *campaign.Campaign, links LinksOf) (*edition.Edition, error) {
	release, err := s.releases.GetRelease(ctx, c.Release)
	if err != nil {
		return nil, fmt.Errorf("read release: %w", err)
	}
	if len(release.Versions) == 0 {
		return nil, campaign.Errorf(campaign.Invalid, "the release %q has no text yet", release.Title)
	}
	ls, err := s.audiences.AudienceLists(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("read lists: %w", err)
	}
	within, without, err := s.audiences.audienceSegments(ctx, c)
	if err != nil {
		return nil, err
	}
	settings, err := s.settings.GetSettings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	return &edition.Edition{
		Name: c.Name, Release: release, Sender: c.Sender, Lists: ls, Exclude: c.Exclude, RequireConsent: c.RequireConsent, LeaveToDigest: settings.Digest.On && !c.ToEveryone, Brand: settings.Brand,
		Recurring: c.Schedule.Kind == campaign.ByCron, Tracked: links(&release), Segments: within, ExcludeSegments: without,
	}, nil
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
		return campaign.Errorf(campaign.Conflict, "only a paused campaign can go on; this one is %s", c.State)
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
