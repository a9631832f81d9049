package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
	"github.com/glasnik/glasnik/campaign/store/segments"
)

// Series are messages that follow each other for each reader, and where each reader stands in them.
type Series struct {
	engine document.Engine
	now    func() time.Time

	approvals *Approvals
	audiences *Audiences
	campaigns *Campaigns
	contacts  *Contacts
	enrolled  *Enrolments
	journal   *Journal
	runs      *Runs
	sending   *Sending
}

// Enrolments are where readers stand in series.
type Enrolments struct {
	engine document.Engine
	now    func() time.Time
	rules  *segments.Rules

	contacts     *Contacts
	deliveries   *Deliveries
	journal      *Journal
	runs         *Runs
	segments     *Segments
	series       *Series
	suppressions *Suppressions
}

// StepMessage is what a step of a series sends.
type StepMessage struct {
	Release string
	Sender  campaign.Sender
}

// GetSeries reads one series.
func (s *Series) GetSeries(ctx context.Context, id string) (campaign.Series, error) {
	return document.Get[campaign.Series](ctx, s.engine, schema.Series, id)
}

// FindSeries returns all series by their names, of some states where any are named.
func (s *Series) FindSeries(ctx context.Context, states ...campaign.SeriesState) ([]campaign.Series, error) {
	q := document.Query{Order: []document.Order{{Field: "sort_name"}}, Limit: 500}
	if len(states) > 0 {
		q.Filter = document.OneOf("state", states...)
	}
	var docs []campaign.Series
	err := s.engine.Find(ctx, schema.Series, q, &docs)
	return docs, err
}

// CreateSeries adds a series with a campaign for each of its steps.
func (s *Series) CreateSeries(ctx context.Context, one *campaign.Series, messages []StepMessage) error {
	if err := one.Normalize(); err != nil {
		return err
	}
	one.ID, one.Version, one.State, one.CreatedAt, one.UpdatedAt = campaign.NewID(s.now()), 1, campaign.SeriesDraft, s.now(), s.now()
	s.nameSteps(one)
	if err := s.engine.Insert(ctx, schema.Series, one); err != nil {
		return err
	}
	return s.syncSteps(ctx, one, messages)
}

// UpdateSeries changes what a series says, and the campaigns of its steps. One that sends has to be paused first; those in the
// middle of it stay where they are, and their waits are worked out anew when it goes on.
func (s *Series) UpdateSeries(ctx context.Context, id string, version int64, messages []StepMessage, fn func(*campaign.Series) error) (campaign.Series, error) {
	var before campaign.Series
	one, err := s.update(ctx, id, func(one *campaign.Series) error {
		before = *one
		before.Steps = slices.Clone(one.Steps)
		if one.State.Runs() || one.State == campaign.SeriesEnded {
			return campaign.Errorf(campaign.Conflict, "pause the series before you change it; those in the middle stay where they are")
		}
		if version != 0 && one.Version != version {
			return campaign.Errorf(campaign.Conflict, "somebody changed this series meanwhile: look at it as it is now, and change it again")
		}
		if err := fn(one); err != nil {
			return err
		}
		if !one.Since.IsZero() && (one.Trigger != before.Trigger || one.Trigger != campaign.AroundEvent && !(slices.Equal(one.Lists, before.Lists) && slices.Equal(one.Segments, before.Segments))) {
			return campaign.FieldError("trigger", "this series has begun: make a new one for another list, segment or event")
		}
		one.Replan = one.Replan || !one.Since.IsZero() && one.Trigger != campaign.AroundEvent
		s.nameSteps(one)
		return one.Normalize()
	})
	if err != nil {
		return one, err
	}
	for i := range before.Steps {
		if p, _ := one.Step(before.Steps[i].ID); p == nil {
			if err := s.dropStep(ctx, before.Steps[i].ID); err != nil {
				return one, err
			}
		}
	}
	if before.Head() != "" && before.Head() != one.Head() {
		if err := s.endOf(ctx, before.Head(), campaign.Textf("the first step of the series is another one now")); err != nil {
			return one, err
		}
	}
	return one, s.syncSteps(ctx, &one, messages)
}

func (s *Series) update(ctx context.Context, id string, fn func(*campaign.Series) error) (campaign.Series, error) {
	return document.Modify(ctx, s.engine, schema.Series, id, func(one *campaign.Series) *int64 { return &one.Version }, func(one *campaign.Series) error {
		if err := fn(one); err != nil {
			return err
		}
		one.UpdatedAt = s.now()
		return nil
	})
}

// DeleteSeries removes a series that never began, with its campaigns.
func (s *Series) DeleteSeries(ctx context.Context, id string) error {
	one, err := s.GetSeries(ctx, id)
	if err != nil {
		return err
	}
	if one.State != campaign.SeriesDraft || !one.Since.IsZero() {
		return campaign.Errorf(campaign.Conflict, "this series has begun and stays on record: end it instead")
	}
	for i := range one.Steps {
		if err := s.dropStep(ctx, one.Steps[i].ID); err != nil {
			return err
		}
	}
	_, err = s.engine.Delete(ctx, schema.Series, document.ByID(id))
	return err
}

// nameSteps gives new steps the ids their campaigns will have.
func (s *Series) nameSteps(one *campaign.Series) {
	for i := range one.Steps {
		one.Steps[i].ID = cmp.Or(one.Steps[i].ID, campaign.NewID(s.now()))
	}
}

// dropStep takes the campaign of a step away; one that has sent stays on record.
func (s *Series) dropStep(ctx context.Context, id string) error {
	c, err := s.campaigns.GetCampaign(ctx, id)
	if err != nil {
		return campaign.UnlessMissing(err)
	}
	if !c.State.Ended() {
		if err := s.sending.CancelCampaign(ofSeries(ctx), id); err != nil {
			return err
		}
	}
	if err := s.campaigns.DeleteCampaign(ctx, id); err != nil && campaign.CodeOf(err) != campaign.Conflict {
		return err
	}
	return nil
}

type ofSeriesKey struct{}

// ofSeries returns a context in which the campaign of a step may be changed as its series says.
func ofSeries(ctx context.Context) context.Context {
	return context.WithValue(ctx, ofSeriesKey{}, true)
}

// checkOwnStep refuses to change of a campaign what the series says that it is a step of.
func checkOwnStep(ctx context.Context, before, after *campaign.Campaign) error {
	if before.Series == "" || ctx.Value(ofSeriesKey{}) != nil {
		return nil
	}
	same := slices.Equal(before.Lists, after.Lists) && slices.Equal(before.Segments, after.Segments) && before.Schedule.Kind == after.Schedule.Kind &&
		before.Schedule.Wall == after.Schedule.Wall && before.Schedule.Zone == after.Schedule.Zone && before.Content.Kind == after.Content.Kind && after.Series == before.Series
	if !same {
		return campaign.Errorf(campaign.Conflict, "this campaign is a step of a series, which says to whom and when it goes: change the series")
	}
	return nil
}

// syncSteps makes and changes the campaigns of the steps as the series says.
func (s *Series) syncSteps(ctx context.Context, one *campaign.Series, messages []StepMessage) error {
	for i := range one.Steps {
		p := &one.Steps[i]
		set := func(c *campaign.Campaign) error {
			c.Name, c.Series = fmt.Sprintf("%s – %d", one.Name, i+1), one.ID
			c.Lists, c.Segments = slices.Clone(one.Lists), slices.Clone(one.Segments)
			if i < len(messages) {
				c.Release, c.Sender = messages[i].Release, messages[i].Sender
			}
			c.Schedule = campaign.Schedule{Kind: campaign.BySeries, Zone: one.Zone}
			if one.Trigger == campaign.AroundEvent {
				c.Schedule = campaign.Schedule{Kind: campaign.Once, Zone: one.Zone, Wall: one.AtEvent(p, one.Location()).In(one.Location()).Format(campaign.WallLayout)}
			}
			return nil
		}
		c, err := s.campaigns.GetCampaign(ctx, p.ID)
		switch {
		case campaign.CodeOf(err) == campaign.NotFound:
			c = campaign.Campaign{ID: p.ID, Owner: one.Owner}
			if err = set(&c); err == nil {
				err = s.campaigns.CreateCampaign(ctx, &c)
			}
		case err == nil && !c.State.Ended():
			_, err = s.campaigns.UpdateCampaign(ofSeries(ctx), p.ID, set)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// log adds to the audit log what happened to a series.
func (s *Series) log(ctx context.Context, one *campaign.Series, words campaign.Text) error {
	detail := campaign.Textf("%s: %s", words, one.Name)
	return s.journal.Log(ctx, campaign.Entry{Kind: campaign.SendingEntry, Audit: true, Object: "/series/" + one.ID, Detail: detail.Stored()})
}

// StepFigures are how many readers stand at a step, by their state.
type StepFigures map[campaign.EnrolmentState]int64

// CountEnrolments counts the readers of a series by step and state; those that have ended are under the step "".
func (s *Enrolments) CountEnrolments(ctx context.Context, id string) (map[string]StepFigures, error) {
	out := map[string]StepFigures{}
	groups, err := s.engine.GroupCount(ctx, schema.Enrolments, document.Equal("series_id", id), "step", "state")
	for key, n := range groups {
		step, state, _ := strings.Cut(key, "\x00")
		if out[step] == nil {
			out[step] = StepFigures{}
		}
		out[step][campaign.EnrolmentState(state)] += n
	}
	return out, err
}

// FindEnrolments returns one page of the readers of a series in a state ("" is waiting), those whose turn comes first, first; of
// those who have ended the last first.
func (s *Enrolments) FindEnrolments(ctx context.Context, id string, state campaign.EnrolmentState, p Page) ([]campaign.Enrolment, string, error) {
	state = cmp.Or(state, campaign.EnrolWaiting)
	p.Sort, p.Desc = "due_at", state != campaign.EnrolWaiting && state != campaign.EnrolUnderWay
	f := document.All{document.Equal("series_id", id), document.Equal("state", string(state))}
	return page(ctx, s.engine, schema.Enrolments, f, p, func(e *campaign.Enrolment) (any, string) { return e.DueAt, e.ID })
}

// FindWaiting returns the readers of a series who wait for a step that is due before a time, those whose turn comes first, first.
func (s *Enrolments) FindWaiting(ctx context.Context, id string, before time.Time, limit int) ([]campaign.Enrolment, error) {
	f := document.All{document.Equal("series_id", id), document.Equal("state", string(campaign.EnrolWaiting)), document.Where{Field: "due_at", Op: document.Lt, Value: before}}
	var docs []campaign.Enrolment
	err := s.engine.Find(ctx, schema.Enrolments, document.Query{Filter: f, Order: []document.Order{{Field: "due_at"}}, Limit: limit}, &docs)
	return docs, err
}

// EnrolmentsOf returns where a contact stands in all series; those that took no notice of them are left out.
func (s *Enrolments) EnrolmentsOf(ctx context.Context, contact string) ([]campaign.Enrolment, error) {
	var docs []campaign.Enrolment
	f := document.All{document.Equal("contact_id", contact), document.Where{Field: "state", Op: document.Ne, Value: string(campaign.EnrolBefore)}}
	err := s.engine.Find(ctx, schema.Enrolments, document.Query{Filter: f, Limit: 100}, &docs)
	return docs, err
}

// SeriesPlace is where one contact stands in one series.
type SeriesPlace struct {
	Series    campaign.Series
	Enrolment campaign.Enrolment // without a state, the contact gets the steps of a series around an event at their times
}

// PlacesOf returns where a contact stands in series: in those that took notice of them, and in those around an event that will go
// to them.
func (s *Series) PlacesOf(ctx context.Context, c *campaign.Contact) ([]SeriesPlace, error) {
	enrolments, err := s.enrolled.EnrolmentsOf(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	all, err := s.FindSeries(ctx)
	if err != nil {
		return nil, err
	}
	var out []SeriesPlace
	for i := range all {
		p := SeriesPlace{Series: all[i]}
		if e := campaign.First(enrolments, func(e *campaign.Enrolment) bool { return e.Series == p.Series.ID }); e != nil {
			p.Enrolment = *e
		} else {
			goes, err := s.enrolled.goesTo(ctx, &p.Series, c.ID)
			if err != nil && campaign.CodeOf(err) == "" { // one whose segment cannot be read goes to nobody
				return nil, err
			}
			if !goes {
				continue
			}
		}
		out = append(out, p)
	}
	return out, nil
}

// goesTo reports whether a series around an event goes to a contact, who is on one of its lists and in its segment.
func (s *Enrolments) goesTo(ctx context.Context, one *campaign.Series, contact string) (bool, error) {
	if one.Trigger != campaign.AroundEvent || !one.State.Runs() {
		return false, nil
	}
	look, err := s.newLook(ctx, one)
	if err != nil {
		return false, err
	}
	in, err := s.inSegment(ctx, look, []string{contact})
	return in[contact], err
}
