package store

import (
	"context"
	"fmt"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store/document"
)

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
		return run, campaign.Errorf(campaign.Conflict, "what was due at this time is done: %s", run.State.Words())
	}
	if err := s.claim(ctx, run); err != nil {
		return run, err
	}
	return s.BeginRun(ctx, run.ID)
}

// makeRun stores a new run and the edition it sends.
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

// BeginRun lets a run begin whose campaign was claimed for it; one that has begun stays as it is.
func (s *Sending) BeginRun(ctx context.Context, id string) (campaign.Run, error) {
	return s.runs.UpdateRun(ctx, id, func(r *campaign.Run) error {
		if r.State == campaign.Scheduled {
			r.State, r.StartedAt = campaign.Sending, s.now()
		}
		return nil
	})
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

// shardsFor chooses how many shards a run has, so that several senders can share a long one. Each costs pages in every
// commit of an embedded engine, and the programs that share its file share one disk: its runs have one.
func (s *Sending) shardsFor(members int64) int {
	// Sixteen are shared fairly by up to eight senders (two each, or five and six among three); a short run under a slow
	// pace is worth sharing too.
	const shardSize, maxShards = 100, 16
	if _, ok := s.engine.(document.Local); ok {
		return 1
	}
	return int(max(1, min(maxShards, members/shardSize)))
}
