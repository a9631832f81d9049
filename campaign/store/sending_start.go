package store

import (
	"context"
	"fmt"
	"slices"
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
	switch {
	case campaign.CodeOf(err) == campaign.NotFound:
		run, err = s.makeRun(ctx, &c, slot, trigger, links)
	case err == nil && !run.State.Ended() && c.LastRun != run.ID: // its maker died before the campaign was claimed for it
		err = s.gateMade(ctx, &c, slot)
	}
	if err != nil {
		return campaign.Run{}, err
	}
	if !run.State.Ended() && c.LastRun != run.ID {
		if err := s.follows.onlyFollow(ctx, &c, run.ID); err != nil {
			return run, err
		}
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
	release, gathering, err := s.toSend(ctx, c, slot)
	if err != nil {
		return campaign.Run{}, err
	}
	edition, err := s.editionOf(ctx, c, release, links)
	if err != nil {
		return campaign.Run{}, err
	}
	edition.Gathering = gathering
	if err := s.media.CheckMedia(ctx, edition.Media); err != nil {
		return campaign.Run{}, err
	}
	if err := s.vet(ctx, append(edition.ArmReleases(), edition.Release)...); err != nil {
		return campaign.Run{}, err
	}
	if err := edition.ABTest.Fits(c, &edition.Release, edition.Lists, len(edition.Tracked)); err != nil {
		return campaign.Run{}, err
	}
	if err := campaign.Together(s.follows.CheckFollow(ctx, c, &edition.Release), s.follows.onlyFollow(ctx, c, "")); err != nil {
		return campaign.Run{}, err
	}
	if c.Together {
		if err := edition.Release.UpToDate(); err != nil {
			return campaign.Run{}, err
		}
	}
	if err := s.gateRun(ctx, c, edition, slot); err != nil {
		return campaign.Run{}, err
	}
	members, err := s.series.membersFor(ctx, c, edition)
	if err != nil {
		return campaign.Run{}, err
	}
	run := campaign.Run{
		ID: campaign.RunID(c.ID, slot.At), Campaign: c.ID, Release: release.ID, Trigger: trigger, State: campaign.Scheduled,
		Slot: slot.At, Wall: slot.Wall, Priority: c.Priority, Shards: s.shardsFor(members), Members: members,
	}
	err = s.runs.CreateRun(ctx, &run, edition)
	if campaign.CodeOf(err) == campaign.Conflict {
		return s.runs.GetRun(ctx, run.ID) // somebody else was faster
	}
	return run, err
}

// gateRun refuses to make a run of what is not approved as it goes out. That is no Conflict: nobody else was faster.
func (s *Sending) gateRun(ctx context.Context, c *campaign.Campaign, e *edition.Edition, slot campaign.Slot) error {
	if c.Series != "" {
		if err := s.series.mayLeave(ctx, c); err != nil {
			return err
		}
	}
	if c.HasEditions() { // the rule and the frame are approved with the campaign, the edition by itself, see toSend
		var err error
		if e, err = s.approvals.editionOf(ctx, c); err != nil {
			return err
		}
	}
	err := s.approvals.gate(ctx, c, e, slot)
	if campaign.CodeOf(err) == campaign.Conflict {
		return s.approvals.holdAtStart(ctx, c, err)
	}
	return err
}

// gateMade is gateRun for a run that was made before, with what it would send.
func (s *Sending) gateMade(ctx context.Context, c *campaign.Campaign, slot campaign.Slot) error {
	e, err := s.runs.GetEdition(ctx, campaign.RunID(c.ID, slot.At))
	if err != nil {
		return err
	}
	return s.gateRun(ctx, c, &e, slot)
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
		if c.Approval.Open() && c.Approval.Alone() != nil {
			c.EndApproval(s.now(), campaign.Textf("it was for the one time at which it went out"))
		}
		c.State, c.LastRun, c.NextAt, c.NextWall, c.Note = campaign.Sending, run.ID, time.Time{}, "", ""
		return nil
	})
	return err
}

// BeginRun lets a run begin whose campaign was claimed for it; one that has begun stays as it is. What it sends is published from
// then on.
func (s *Sending) BeginRun(ctx context.Context, id string) (campaign.Run, error) {
	r, err := s.runs.GetRun(ctx, id)
	if err != nil {
		return r, err
	}
	if r.State == campaign.Scheduled {
		if err := s.upcomings.markPublished(ctx, &r, s.now()); err != nil {
			return r, fmt.Errorf("mark release as published: %w", err)
		}
	}
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
	release, err := s.NextRelease(ctx, &c)
	if err != nil {
		return campaign.Run{}, err
	}
	edition, err := s.editionOf(ctx, &c, release, links)
	if err != nil {
		return campaign.Run{}, err
	}
	edition.TestTo, edition.TestAs = to, as
	now := s.now()
	run := campaign.Run{
		ID: "t" + campaign.NewID(now), Campaign: c.ID, Release: release.ID, Trigger: campaign.TriggerTest, State: campaign.Sending,
		Slot: now, Shards: 1, StartedBy: by, StartedAt: now,
	}
	return run, s.runs.CreateRun(ctx, &run, edition)
}

// toSend returns what a run for a slot sends: the campaign's release, or its edition for the slot with what that tells. An edition
// that must not go is a Conflict.
func (s *Sending) toSend(ctx context.Context, c *campaign.Campaign, slot campaign.Slot) (campaign.Release, *campaign.Gathering, error) {
	if !c.HasEditions() {
		r, err := s.NextRelease(ctx, c)
		return r, nil, err
	}
	o, err := s.upcomings.PrepareUpcoming(ctx, c, slot)
	if err != nil {
		return campaign.Release{}, nil, err
	}
	if fate, why := o.Fate(&c.Content); fate != campaign.Goes {
		return campaign.Release{}, nil, campaign.Errorf(campaign.Conflict, "the edition does not go out: %s", why)
	}
	r := o.Release
	if c.Content.Kind != campaign.GatherContent {
		return r, nil, nil
	}
	g := o.Gathering()
	r.DropRepeatedIntro(o.Last)
	return r, g, nil
}

// NextRelease returns what a campaign would send now: its release, or its next edition as it stands.
func (s *Sending) NextRelease(ctx context.Context, c *campaign.Campaign) (campaign.Release, error) {
	if c.HasEditions() {
		return s.upcomings.nextRelease(ctx, c)
	}
	r, err := s.releases.GetRelease(ctx, c.Release)
	if err != nil {
		err = fmt.Errorf("read release: %w", err)
	}
	return r, err
}

// editionOf takes down what a run of a campaign sends, as it stands now.
func (s *Sending) editionOf(ctx context.Context, c *campaign.Campaign, release campaign.Release, links LinksOf) (*edition.Edition, error) {
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
	e := &edition.Edition{
		Name: c.Name, Release: release, Sender: c.Sender, Lists: ls, Exclude: c.Exclude, RequireConsent: c.RequireConsent, LeaveToDigest: settings.Digest.On && !c.ToEveryone, Brand: settings.Brand,
		Recurring: c.Schedule.Recurs(), Tracked: links(&release), Segments: within, ExcludeSegments: without,
		Window: c.Window, Together: c.Together, Follow: c.Follow, ABTest: c.ABTest,
	}
	for _, r := range e.ArmReleases() {
		for _, l := range links(&r) {
			if !slices.Contains(e.Tracked, l) {
				e.Tracked = append(e.Tracked, l)
			}
		}
	}
	if e.Step, err = s.series.stepOf(ctx, c); err != nil {
		return nil, fmt.Errorf("read series: %w", err)
	}
	if err := s.layouts.FillLayout(ctx, e); err != nil {
		return nil, fmt.Errorf("read layout: %w", err)
	}
	return e, s.media.FillPictures(ctx, e)
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
		case r.Trigger == campaign.TriggerJoined && c.State == campaign.Sent:
			_, err = s.follows.beginJoined(ctx, &r)
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
