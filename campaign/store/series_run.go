package store

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// StartSeries lets a series begin, or go on after a pause. The campaigns of all its steps have to be approved together as they are,
// where that is asked for. Who was on its list or in its segment before it began gets it only by an Intake that says so.
func (s *Series) StartSeries(ctx context.Context, id string, intake campaign.Intake) (campaign.Series, error) {
	one, err := s.GetSeries(ctx, id)
	if err != nil {
		return one, err
	}
	if one.State != campaign.SeriesDraft && one.State != campaign.SeriesPaused {
		return one, campaign.Errorf(campaign.Conflict, "this series cannot be started: it goes on already, or has ended")
	}
	if err := s.ready(ctx, &one); err != nil {
		return one, err
	}
	one, err = s.update(ctx, id, func(now *campaign.Series) error {
		if now.Version != one.Version {
			return campaign.Errorf(campaign.Conflict, "somebody changed this series meanwhile: look at it as it is now")
		}
		now.State, now.Note = campaign.SeriesRunning, ""
		if now.Since.IsZero() {
			now.Since, now.Cursor, now.Rescanned, now.Intake = s.now(), s.now(), s.now(), intake
			now.TakenIn = now.Trigger == campaign.AroundEvent || now.Trigger == campaign.OnJoining && intake != campaign.TakeBefore
		}
		return nil
	})
	if err != nil {
		return one, err
	}
	if err := s.log(ctx, &one, campaign.Textf("Started a series")); err != nil {
		return one, err
	}
	if one.Trigger == campaign.OnEntering && !one.TakenIn { // who comes in from now on must not be taken for one who was there
		if err := s.enrolled.takeIn(ctx, &one); err != nil {
			return one, err
		}
	}
	if err := s.resumeRuns(ctx, &one); err != nil {
		return one, err
	}
	return one, s.scheduleSteps(ctx, &one)
}

// ready refuses to start a series of which something is missing, or that is not approved.
func (s *Series) ready(ctx context.Context, one *campaign.Series) error {
	ahead := one.Trigger != campaign.AroundEvent
	for i := range one.Steps {
		p := &one.Steps[i]
		c, err := s.campaigns.GetCampaign(ctx, p.ID)
		if err != nil {
			return err
		}
		if one.Trigger == campaign.AroundEvent && one.AtEvent(p, one.Location()).After(s.now()) {
			ahead = true
		}
		if err := c.Ready(); err != nil {
			return campaign.Errorf(campaign.Invalid, "step %d: %v", i+1, campaign.TextOf(err))
		}
		if err := s.sending.checkRelease(ctx, &c); err != nil {
			return campaign.Errorf(campaign.Invalid, "step %d: %v", i+1, campaign.TextOf(err))
		}
		if _, err := s.approvals.editionOf(ctx, &c); err != nil {
			return err
		}
	}
	if !ahead {
		return campaign.Errorf(campaign.Conflict, "all times of this series are over: set the event to a later time")
	}
	head, err := s.campaigns.GetCampaign(ctx, one.Head())
	if err != nil {
		return err
	}
	e, err := s.approvals.editionOf(ctx, &head)
	if err != nil {
		return err
	}
	return s.approvals.gate(ctx, &head, e, campaign.Slot{Wall: "–"})
}

// scheduleSteps lets the campaigns of a series that goes on wait for their readers, or for their times.
func (s *Series) scheduleSteps(ctx context.Context, one *campaign.Series) error {
	for i := range one.Steps {
		p := &one.Steps[i]
		_, err := s.campaigns.UpdateCampaign(ofSeries(ctx), p.ID, func(c *campaign.Campaign) error {
			if c.State != campaign.Draft && c.State != campaign.Approved {
				return nil
			}
			if one.Trigger != campaign.AroundEvent {
				c.State, c.NextAt, c.NextWall, c.Note = campaign.Scheduled, time.Time{}, "", ""
			} else if at := one.AtEvent(p, one.Location()); at.After(s.now()) {
				c.State, c.NextAt, c.NextWall, c.Note = campaign.Scheduled, at, c.Schedule.Wall, ""
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// PauseSeries stops a series: nobody begins, nobody gets a step. Everybody stays where they are.
func (s *Series) PauseSeries(ctx context.Context, id string, why campaign.Text) error {
	one, err := s.update(ctx, id, func(one *campaign.Series) error {
		if !one.State.Runs() {
			return campaign.Errorf(campaign.Conflict, "this series does not send")
		}
		one.State, one.Note = campaign.SeriesPaused, why.Stored()
		return nil
	})
	if err != nil {
		return err
	}
	words := campaign.Textf("Paused a series")
	if !why.IsZero() {
		words = campaign.Textf("Paused a series (%s)", why)
	}
	if err := s.log(ctx, &one, words); err != nil {
		return err
	}
	return s.stopSteps(ctx, &one)
}

// stopSteps takes the campaigns of a series off the clock and pauses their runs.
func (s *Series) stopSteps(ctx context.Context, one *campaign.Series) error {
	for i := range one.Steps {
		id := one.Steps[i].ID
		c, err := s.campaigns.UpdateCampaign(ofSeries(ctx), id, func(c *campaign.Campaign) error {
			if c.State == campaign.Scheduled {
				c.TakeOffClock(s.now())
			}
			return nil
		})
		if err == nil && c.State == campaign.Sending {
			err = s.sending.PauseCampaign(ctx, id, seriesPausedWords)
		}
		if code := campaign.CodeOf(err); err != nil && code != campaign.NotFound && code != campaign.Conflict {
			return err
		}
	}
	return s.eachRun(ctx, one, campaign.Sending, func(r *campaign.Run) { r.State, r.Reason = campaign.PausedRun, seriesPausedWords })
}

const seriesPausedWords = "the series was paused"

// resumeRuns lets the runs go on that were paused with their series.
func (s *Series) resumeRuns(ctx context.Context, one *campaign.Series) error {
	for i := range one.Steps {
		c, err := s.campaigns.GetCampaign(ctx, one.Steps[i].ID)
		if err == nil && c.State == campaign.PausedRun {
			err = s.sending.ResumeCampaign(ctx, c.ID)
		}
		if campaign.UnlessMissing(err) != nil {
			return err
		}
	}
	return s.eachRun(ctx, one, campaign.PausedRun, func(r *campaign.Run) {
		if r.Reason == seriesPausedWords {
			r.State, r.Reason = campaign.Sending, ""
		}
	})
}

// eachRun changes the runs of a series in a state: also those before the last of their campaign, which have somebody waiting.
func (s *Series) eachRun(ctx context.Context, one *campaign.Series, state campaign.State, fn func(*campaign.Run)) error {
	rs, err := s.runs.FindRunsIn(ctx, state)
	for _, r := range rs {
		if p, _ := one.Step(r.Campaign); err != nil || p == nil || !r.Trigger.MovesCampaign() {
			continue
		}
		_, err = s.runs.UpdateRun(ctx, r.ID, func(r *campaign.Run) error {
			if r.State == state {
				fn(r)
			}
			return nil
		})
	}
	return err
}

// EndSeries ends a series for good. With letFinish those in the middle get the steps that are still to come for them, and nobody
// begins; else it is over for everybody now.
func (s *Series) EndSeries(ctx context.Context, id string, letFinish bool) error {
	one, err := s.update(ctx, id, func(one *campaign.Series) error {
		switch {
		case one.State == campaign.SeriesEnded, one.State == campaign.SeriesClosing && letFinish:
			return campaign.Errorf(campaign.Conflict, "this series has ended already")
		case letFinish && one.State != campaign.SeriesRunning:
			return campaign.Errorf(campaign.Conflict, "a series that is paused cannot finish: let it go on first, or end it for everybody")
		case letFinish:
			one.State = campaign.SeriesClosing
		default:
			one.State, one.Note = campaign.SeriesEnded, ""
		}
		return nil
	})
	if err != nil {
		return err
	}
	if letFinish {
		return s.log(ctx, &one, campaign.Textf("Let a series take nobody new"))
	}
	if err := s.log(ctx, &one, campaign.Textf("Ended a series")); err != nil {
		return err
	}
	return s.wipe(ctx, &one)
}

// wipe cancels the campaigns of a series that has ended, and ends it for everybody who is in the middle.
func (s *Series) wipe(ctx context.Context, one *campaign.Series) error {
	for i := range one.Steps {
		c, err := s.campaigns.GetCampaign(ctx, one.Steps[i].ID)
		if err == nil && !c.State.Ended() {
			err = s.sending.CancelCampaign(ofSeries(ctx), c.ID)
		}
		if campaign.UnlessMissing(err) != nil {
			return err
		}
	}
	f := document.All{document.Equal("series_id", one.ID), document.OneOf("state", campaign.EnrolWaiting, campaign.EnrolUnderWay)}
	_, err := s.engine.Update(ctx, schema.Enrolments, f, document.Change{
		Set: map[string]any{"state": string(campaign.EnrolStopped), "step": "", "run_id": "", "due_at": s.now()}, Add: map[string]int64{"version": 1},
	})
	return err
}

// pauseAll pauses every series that goes on.
func (s *Series) pauseAll(ctx context.Context, why campaign.Text) error {
	all, err := s.FindSeries(ctx, campaign.SeriesRunning, campaign.SeriesClosing)
	for i := range all {
		if err == nil {
			err = s.PauseSeries(ctx, all[i].ID, why)
		}
	}
	return err
}

// StopFor ends a series for one reader by hand, or notes that they answered, and says why. A series around an event has an
// enrolment of nobody else.
func (s *Series) StopFor(ctx context.Context, id, contact string, answered bool) error {
	one, err := s.GetSeries(ctx, id)
	if err != nil {
		return err
	}
	if _, err := s.contacts.GetContact(ctx, contact); err != nil {
		return err
	}
	by := actorOf(ctx).Name
	fresh := campaign.Enrolment{ID: campaign.EnrolmentID(id, contact), Version: 1, Series: id, Contact: contact, State: campaign.EnrolAnswered, DueAt: s.now(), JoinedAt: s.now()}
	if one.Trigger == campaign.AroundEvent {
		if _, err := s.engine.InsertNew(ctx, schema.Enrolments, &fresh); err != nil {
			return err
		}
	}
	_, err = s.enrolled.updateEnrolment(ctx, fresh.ID, func(e *campaign.Enrolment) error {
		if !e.State.InTheMiddle() {
			return campaign.Errorf(campaign.Conflict, "the series is over for this reader already")
		}
		e.By = by
		if answered {
			e.Answered = s.now()
		}
		if !answered || one.StopAtAnswer && e.State == campaign.EnrolWaiting {
			why := campaign.Textf("stopped by %s", by)
			if answered {
				why = campaign.Textf("the reader answered the invitation")
			}
			e.Stop(s.now(), why)
		}
		return nil
	})
	if campaign.CodeOf(err) == campaign.NotFound {
		return campaign.Errorf(campaign.NotFound, "this reader is not in the series")
	}
	return err
}

// StopReplied ends, for a reader of whom it was just noted that they replied, the series that stop at a reply.
func (s *Enrolments) StopReplied(ctx context.Context, contact string) error {
	found, err := s.EnrolmentsOf(ctx, contact)
	for _, e := range found {
		if err != nil || e.State != campaign.EnrolWaiting {
			continue
		}
		one, getErr := s.series.GetSeries(ctx, e.Series)
		if getErr != nil || !one.StopAtReply {
			continue
		}
		_, err = s.updateEnrolment(ctx, e.ID, func(e *campaign.Enrolment) error {
			if e.State == campaign.EnrolWaiting {
				e.Stop(s.now(), campaign.Textf("the reader replied"))
			}
			return nil
		})
	}
	return err
}

func (s *Enrolments) updateEnrolment(ctx context.Context, id string, fn func(*campaign.Enrolment) error) (campaign.Enrolment, error) {
	return document.Modify(ctx, s.engine, schema.Enrolments, id, func(e *campaign.Enrolment) *int64 { return &e.Version }, fn)
}
