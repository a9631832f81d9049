package store

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

// A digest tells of a week, or of the time since the last one where weeks were missed, up to a limit.
const (
	digestWeek  = 7 * 24 * time.Hour
	digestLimit = 4 * digestWeek
)

// StartDigest makes the run of the weekly digest for a slot: of everything sent since the last that left the readers of the
// digest to it. There is one run a slot, however many try. When there is nothing to tell, the run is on record as sent, and
// nothing goes out. ok is false when the slot has its run already.
func (s *Sending) StartDigest(ctx context.Context, slot campaign.Slot) (r campaign.Run, ok bool, err error) {
	id := campaign.RunID(campaign.DigestCampaign, slot.At)
	if r, err = s.runs.GetRun(ctx, id); campaign.CodeOf(err) != campaign.NotFound {
		return r, false, err
	}
	e, err := s.digestEdition(ctx, slot.At)
	if err != nil {
		return r, false, err
	}
	now := s.now()
	r = campaign.Run{
		ID: id, Campaign: campaign.DigestCampaign, Trigger: campaign.TriggerDigest, State: campaign.Sending, Slot: slot.At, Wall: slot.Wall,
		Shards: 1, StartedAt: now,
	}
	if len(e.Digest) == 0 {
		r.State, r.Planned, r.EndedAt, r.Reason = campaign.Sent, true, now, "nothing was sent since the last digest"
	}
	err = s.runs.CreateRun(ctx, &r, e)
	if campaign.CodeOf(err) == campaign.Conflict {
		return r, false, nil // somebody else was faster
	}
	return r, err == nil, err
}

func (s *Sending) digestEdition(ctx context.Context, until time.Time) (*edition.Edition, error) {
	settings, err := s.settings.GetSettings(ctx)
	if err != nil {
		return nil, err
	}
	e := &edition.Edition{Name: "Weekly digest", Brand: settings.Brand, Recurring: true}
	if len(settings.Senders) > 0 {
		e.Sender = settings.Senders[0]
	}
	since, err := s.lastDigest(ctx, until)
	if err != nil {
		return nil, err
	}
	var found []campaign.Run
	err = s.engine.Find(ctx, schema.Runs, document.Query{
		Filter: document.All{document.Where{Field: "created_at", Op: document.Gt, Value: since}, document.Where{Field: "created_at", Op: document.Lte, Value: until}, document.OneOf("trigger", campaign.TriggerHand, campaign.TriggerSchedule)},
		Order:  []document.Order{{Field: "created_at", Desc: true}},
	}, &found)
	if err != nil {
		return nil, err
	}
	for _, r := range found {
		if err := s.addToDigest(ctx, e, &r, until); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// addToDigest adds what a run sent, unless its digest readers got it at once, or it may not be published yet.
func (s *Sending) addToDigest(ctx context.Context, e *edition.Edition, r *campaign.Run, until time.Time) error {
	if r.State == campaign.Cancelled || r.State == campaign.Scheduled {
		return nil
	}
	sent, err := s.runs.GetEdition(ctx, r.ID)
	if campaign.CodeOf(err) == campaign.NotFound {
		return nil
	}
	if err != nil || !sent.LeaveToDigest || sent.Follow.Any() || sent.Release.Embargo.After(until) {
		return err
	}
	e.Digest = append(e.Digest, sent.DigestItem())
	if e.Sender.Email == "" {
		e.Sender = sent.Sender
	}
	known := map[string]bool{}
	for _, l := range e.Lists {
		known[l.ID] = true
	}
	for _, l := range sent.Lists {
		if !known[l.ID] {
			e.Lists = append(e.Lists, l)
		}
	}
	return nil
}

// lastDigest is when the digest before this one was due.
func (s *Sending) lastDigest(ctx context.Context, until time.Time) (time.Time, error) {
	before, _, err := s.runs.FindRuns(ctx, campaign.DigestCampaign, false, Page{Limit: 1})
	if err != nil || len(before) == 0 {
		return until.Add(-digestWeek), err
	}
	if earliest := until.Add(-digestLimit); before[0].Slot.Before(earliest) {
		return earliest, nil
	}
	return before[0].Slot, nil
}
