package store

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// A campaign that also goes to who joins its lists within some days has a run of its own for them, now and then: of the same message,
// to the same lists and segments, as they were approved with it. Such a run moves the campaign as any other does.

// joinedLag is how long before the last run somebody may have joined whom that run did not see yet.
const joinedLag = 10 * time.Minute

// Why a campaign stops to go to who joins, as it stands with the campaign.
const (
	joinedManyWords    = "many came to its lists at once (%d), so it does not go to those who join by itself any more: send it to them from its Results tab"
	joinedChangedWords = "the release was changed since it went out, so it does not go to those who join by itself any more: send it to them from its Results tab"
	joinedStoppedWords = "it does not go to those who join by itself any more: %s"
)

// FindJoining returns the campaigns that go to who joins their lists now, or will once a run of theirs has ended.
func (s *Campaigns) FindJoining(ctx context.Context) ([]campaign.Campaign, error) {
	var docs []campaign.Campaign
	err := s.engine.Find(ctx, schema.Campaigns, document.Query{
		Filter: document.Where{Field: "join_until", Op: document.Gt, Value: s.now()}, Order: []document.Order{{Field: "join_until"}}, Limit: 500,
	}, &docs)
	return docs, err
}

// StartJoined makes a run of a campaign for those who joined its lists since its last one; began is false when there are none, or
// when it must not go to them now. What needs a person ends it, with a note.
func (s *Follows) StartJoined(ctx context.Context, id string) (r campaign.Run, began bool, err error) {
	c, err := s.campaigns.GetCampaign(ctx, id)
	if err != nil || c.State != campaign.Sent || !s.now().Before(c.JoinUntil) {
		return r, false, err
	}
	of, err := s.runs.GetRun(ctx, c.LastRun)
	if err != nil {
		return r, false, campaign.UnlessMissing(err)
	}
	e, err := s.joinedEdition(ctx, &c, &of)
	if err != nil || e.Release.Embargo.After(s.now()) { // nobody who joined later has agreed to it
		return r, false, campaign.UnlessMissing(err)
	}
	count, err := s.sending.audiences.CountAudience(ctx, e)
	if err != nil || count.Reached == 0 {
		return r, false, err
	}
	why, err := s.keepsFromJoined(ctx, &of, e, count.Reached)
	if err != nil || !why.IsZero() {
		return r, false, s.stopJoining(ctx, id, why, err)
	}
	if of.ABTest != nil {
		e = e.Won(of.ABTest.Arm)
	}
	now := s.now()
	r = campaign.Run{
		ID: campaign.RunID(id, now.Truncate(time.Second)), Campaign: id, Release: of.Release, Trigger: campaign.TriggerJoined, State: campaign.Scheduled, Of: of.ID,
		Slot: now.Truncate(time.Second), Priority: of.Priority, Shards: s.sending.shardsFor(count.Members), Members: count.Members,
	}
	if err := s.runs.CreateRun(ctx, &r, e); err != nil {
		if campaign.CodeOf(err) == campaign.Conflict { // somebody else was faster
			err = nil
		}
		return r, false, err
	}
	r, err = s.beginJoined(ctx, &r)
	return r, err == nil && r.State == campaign.Sending, err
}

// joinedEdition is what a run sent, for who came to the campaign's lists since its last run.
func (s *Follows) joinedEdition(ctx context.Context, c *campaign.Campaign, of *campaign.Run) (*edition.Edition, error) {
	e, err := s.runs.GetEdition(ctx, of.ID)
	if err != nil {
		return &e, err
	}
	if e.Lists, err = s.sending.audiences.AudienceLists(ctx, c); err != nil { // what they ask for may have changed
		return &e, err
	}
	begun, err := s.begun(ctx, c.ID)
	since := of.StartedAt
	for _, r := range begun {
		if at := r.StartedAt.Add(-joinedLag); r.Trigger == campaign.TriggerJoined && at.After(since) {
			since = at
		}
	}
	e.Follow, e.Recurring = campaign.Follow{Kind: campaign.FollowJoined, Source: c.ID, Run: of.ID, Since: since}, true
	return &e, err
}

// keepsFromJoined says what a person has to look at before a message goes to who joined; nothing where it may go by itself.
func (s *Follows) keepsFromJoined(ctx context.Context, of *campaign.Run, e *edition.Edition, readers int64) (campaign.Text, error) {
	if campaign.AnotherAudience(of.Deliveries, readers) {
		return campaign.Textf(joinedManyWords, readers), nil
	}
	r, err := s.releases.GetRelease(ctx, e.Release.ID)
	if campaign.CodeOf(err) == campaign.NotFound || err == nil && r.Says() != e.Release.Says() {
		return campaign.Textf(joinedChangedWords), nil
	}
	if err != nil {
		return campaign.Text{}, err
	}
	if err = s.sending.media.CheckMedia(ctx, e.Media); err == nil {
		e.Release.Overrides, e.Release.Assurances = r.Overrides, r.Assurances
		err = s.sending.vet(ctx, append(e.ArmReleases(), e.Release)...)
	}
	if campaign.CodeOf(err) != "" {
		return campaign.Textf(joinedStoppedWords, campaign.TextOf(err)), nil
	}
	return campaign.Text{}, err
}

// stopJoining ends that a campaign goes to who joins, unless there was an error.
func (s *Follows) stopJoining(ctx context.Context, id string, why campaign.Text, err error) error {
	if err != nil {
		return err
	}
	_, err = s.campaigns.UpdateCampaign(ctx, id, func(c *campaign.Campaign) error {
		c.JoinUntil, c.Note = time.Time{}, why.String()
		return nil
	})
	return err
}

// StopJoining ends by hand that a campaign goes to who joins its lists.
func (s *Follows) StopJoining(ctx context.Context, id string) error {
	return s.stopJoining(ctx, id, campaign.Text{}, nil)
}

// beginJoined marks a campaign that was sent as sending again, for a run to who joined, and lets the run begin.
func (s *Follows) beginJoined(ctx context.Context, r *campaign.Run) (campaign.Run, error) {
	_, err := s.campaigns.UpdateCampaign(ctx, r.Campaign, func(c *campaign.Campaign) error {
		if c.State == campaign.Sending && c.LastRun == r.ID {
			return nil
		}
		if c.State != campaign.Sent {
			return c.State.TooLate()
		}
		c.State, c.LastRun, c.Note = campaign.Sending, r.ID, ""
		return nil
	})
	if err != nil {
		return *r, err
	}
	return s.sending.BeginRun(ctx, r.ID)
}

// endJoining ends it for all campaigns: this database may not know who got what since.
func (s *Follows) endJoining(ctx context.Context) error {
	joining, err := s.campaigns.FindJoining(ctx)
	for _, c := range joining {
		if err == nil {
			err = s.stopJoining(ctx, c.ID, campaign.Textf(joinedStoppedWords, campaign.Textf(adoptedWords)), nil)
		}
	}
	return err
}
