package store

import (
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// A series costs what those cost who move in it: contacts are looked at once they were changed, by an index over when that was, and
// enrolments once they are due, by an index over that. Nobody reads its list.

// seriesPage is how many documents are read together, and seriesPages how many such pages before others have their turn.
const seriesPage, seriesPages = 500, 40

// A contact is written a moment after the time it says it was changed at. So contacts are looked at once more, from some time before
// the last such look on.
const rescanEvery, rescanFrom = 10 * time.Minute, 20 * time.Minute

// AdvanceSeries sees to every series that goes on: readers begin, wait for their steps, go on after them and are done, and the
// campaigns of steps that somebody waits for get their times. It may be broken off anywhere and be done by several at once.
func (s *Series) AdvanceSeries(ctx context.Context) error {
	all, err := s.FindSeries(ctx, campaign.SeriesRunning, campaign.SeriesClosing)
	if err != nil {
		return err
	}
	for i := range all {
		err := s.advance(ctx, &all[i])
		if campaign.CodeOf(err) == campaign.Conflict { // somebody changes it just now
			continue
		}
		if campaign.CodeOf(err) != "" {
			err = s.PauseSeries(ctx, all[i].ID, campaign.TextOf(err))
		}
		if err != nil && campaign.CodeOf(err) == "" {
			return err
		}
	}
	return nil
}

func (s *Series) advance(ctx context.Context, one *campaign.Series) error {
	if err := s.scheduleSteps(ctx, one); err != nil { // what was cut off
		return err
	}
	if one.Trigger == campaign.AroundEvent {
		return s.endAfterEvent(ctx, one)
	}
	if one.Replan {
		if err := s.enrolled.replan(ctx, one); err != nil {
			return err
		}
	}
	if !one.TakenIn {
		if err := s.enrolled.takeIn(ctx, one); err != nil {
			return err
		}
	}
	if err := s.enrolled.followChanges(ctx, one); err != nil {
		return err
	}
	if err := s.enrolled.settle(ctx, one); err != nil {
		return err
	}
	waiting, err := s.setTimes(ctx, one)
	if err != nil || waiting || one.State != campaign.SeriesClosing {
		return err
	}
	under, err := document.Exists[campaign.Enrolment](ctx, s.engine, schema.Enrolments, document.All{document.Equal("series_id", one.ID), document.Equal("state", string(campaign.EnrolUnderWay))})
	if err != nil || under {
		return err
	}
	return s.EndSeries(ctx, one.ID, false)
}

// endAfterEvent ends a series around an event once all its campaigns have ended or their times are over.
func (s *Series) endAfterEvent(ctx context.Context, one *campaign.Series) error {
	for i := range one.Steps {
		c, err := s.campaigns.GetCampaign(ctx, one.Steps[i].ID)
		if err != nil {
			return err
		}
		if !c.State.Ended() && (c.State != campaign.Draft && c.State != campaign.Approved || one.AtEvent(&one.Steps[i], one.Location()).After(s.now()) || c.Note != "") {
			return nil
		}
	}
	return s.EndSeries(ctx, one.ID, false)
}

// replan works the waits of those who wait out anew, after they were changed.
func (s *Enrolments) replan(ctx context.Context, one *campaign.Series) error {
	f := document.All{document.Equal("series_id", one.ID), document.Equal("state", string(campaign.EnrolWaiting))}
	loc := one.Location()
	err := document.Each(ctx, s.engine, schema.Enrolments, f, seriesPage, func(e *campaign.Enrolment) string { return e.ID }, func(e *campaign.Enrolment) error {
		_, err := s.updateEnrolment(ctx, e.ID, func(e *campaign.Enrolment) error {
			if e.State == campaign.EnrolWaiting {
				e.GoOn(one, e.From, loc)
			}
			return nil
		})
		return campaign.UnlessMissing(err)
	})
	if err != nil {
		return err
	}
	_, err = s.series.update(ctx, one.ID, func(now *campaign.Series) error { now.Replan = now.Replan && now.Version != one.Version; return nil })
	return err
}

// takeIn sees to those who were there before the series began.
func (s *Enrolments) takeIn(ctx context.Context, one *campaign.Series) error {
	f, err := s.membersOf(ctx, one)
	if err != nil {
		return err
	}
	loc := one.Location()
	err = s.contacts.EachContact(ctx, f, "", seriesPage, func(cs []campaign.Contact) error {
		docs := make([]any, 0, len(cs))
		for i := range cs {
			e := &campaign.Enrolment{ID: campaign.EnrolmentID(one.ID, cs[i].ID), Version: 1, Series: one.ID, Contact: cs[i].ID, State: campaign.EnrolBefore, JoinedAt: one.Since, DueAt: one.Since}
			if one.Trigger == campaign.OnJoining {
				e.JoinedAt = cs[i].Membership(one.Lists[0]).Since
			}
			if e.JoinedAt.After(one.Since) {
				continue // came since, and begins as everybody
			}
			if one.Intake == campaign.TakeBefore {
				e.Begin(one, e.JoinedAt, one.Since, loc)
			}
			docs = append(docs, e)
		}
		_, err := s.engine.InsertNew(ctx, schema.Enrolments, docs...)
		return err
	})
	if err != nil {
		return err
	}
	*one, err = s.series.update(ctx, one.ID, func(now *campaign.Series) error { now.TakenIn = true; return nil })
	return err
}

// membersOf fits who is on the list of a series, or in its segment.
func (s *Enrolments) membersOf(ctx context.Context, one *campaign.Series) (document.Filter, error) {
	on := document.Any{}
	for _, l := range one.Lists {
		on = append(on, document.Where{Field: "on", Op: document.Has, Value: campaign.MembershipKey(l, campaign.Subscribed)})
	}
	if one.Trigger == campaign.OnJoining {
		return on, nil
	}
	within, err := s.segments.GetSegments(ctx, one.Segments)
	if err != nil {
		return nil, err
	}
	var members document.Filter = on
	if len(on) == 0 {
		members = document.All{}
	}
	return s.rules.Narrow(ctx, members, within, nil)
}

// CountBefore counts who is on the list of a series, or in its segment, now.
func (s *Enrolments) CountBefore(ctx context.Context, one *campaign.Series) (int64, error) {
	f, err := s.membersOf(ctx, one)
	if err != nil {
		return 0, err
	}
	return s.engine.Count(ctx, schema.Contacts, f)
}

// followChanges looks at the contacts that were changed since the last look: who came begins, who left stops.
func (s *Enrolments) followChanges(ctx context.Context, one *campaign.Series) error {
	look, err := s.newLook(ctx, one)
	if err != nil {
		return err
	}
	if now := s.now(); now.Sub(one.Rescanned) >= rescanEvery {
		if _, _, err := s.lookFrom(ctx, look, one.Rescanned.Add(-rescanFrom), "", 1<<30); err != nil {
			return err
		}
		one.Rescanned = now
	}
	at, id, err := s.lookFrom(ctx, look, one.Cursor, one.CursorID, seriesPages)
	if err != nil {
		return err
	}
	_, err = s.series.update(ctx, one.ID, func(now *campaign.Series) error {
		if at.After(now.Cursor) || at.Equal(now.Cursor) && id > now.CursorID {
			now.Cursor, now.CursorID = at, id
		}
		now.Rescanned = one.Rescanned
		return nil
	})
	return err
}

// lookFrom looks at contacts in the order in which they were changed, after one that was changed at a time, and returns the last.
func (s *Enrolments) lookFrom(ctx context.Context, look *seriesLook, at time.Time, id string, pages int) (time.Time, string, error) {
	for range pages {
		var docs []campaign.Contact
		q := document.Query{
			Filter: document.Where{Field: "updated_at", Op: document.Gte, Value: at}, Order: []document.Order{{Field: "updated_at"}, {Field: "id"}}, After: []any{at, id}, Limit: seriesPage,
		}
		if err := s.engine.Find(ctx, schema.Contacts, q, &docs); err != nil || len(docs) == 0 {
			return at, id, err
		}
		if err := s.look(ctx, look, docs); err != nil {
			return at, id, err
		}
		last := &docs[len(docs)-1]
		if at, id = last.UpdatedAt, last.ID; len(docs) < seriesPage {
			break
		}
	}
	return at, id, nil
}

// seriesLook is what is known of a series while contacts are looked at for it.
type seriesLook struct {
	one     *campaign.Series
	loc     *time.Location
	segment []segment.Segment
}

func (s *Enrolments) newLook(ctx context.Context, one *campaign.Series) (*seriesLook, error) {
	look := &seriesLook{one: one, loc: one.Location()}
	var err error
	if len(one.Segments) > 0 {
		look.segment, err = s.segments.GetSegments(ctx, one.Segments)
	}
	return look, err
}

// inSegment returns which of some contacts are in the segment that makes a series begin, or to which a series around an event goes.
func (s *Enrolments) inSegment(ctx context.Context, look *seriesLook, ids []string) (map[string]bool, error) {
	f, err := s.rules.Narrow(ctx, document.Where{Field: "id", Op: document.In, Value: ids}, look.segment, nil)
	if err != nil {
		return nil, err
	}
	if scan, ok := f.(document.Scan); ok { // a few ids are found faster than all are scanned
		f = scan.Filter
	}
	var docs []campaign.Contact
	err = s.engine.Find(ctx, schema.Contacts, document.Query{Filter: f}, &docs)
	in := map[string]bool{}
	for i := range docs {
		in[docs[i].ID] = len(look.one.Lists) == 0 || slices.ContainsFunc(look.one.Lists, func(l string) bool { return docs[i].OnAll([]string{l}) })
	}
	return in, err
}

// look lets some contacts begin, go on or stop.
func (s *Enrolments) look(ctx context.Context, look *seriesLook, cs []campaign.Contact) error {
	one := look.one
	ids := campaign.Collect(cs, func(c campaign.Contact) string { return c.ID })
	var in map[string]bool
	if one.Trigger == campaign.OnEntering {
		var err error
		if in, err = s.inSegment(ctx, look, ids); err != nil {
			return err
		}
	}
	known, err := s.enrolments(ctx, one.ID, ids)
	if err != nil {
		return err
	}
	var fresh []any
	for i := range cs {
		c := &cs[i]
		e, isKnown := known[c.ID]
		on, since := in[c.ID], s.now()
		if one.Trigger == campaign.OnJoining {
			m := c.Membership(one.Lists[0])
			if on = m != nil && m.Status == campaign.Subscribed; on {
				since = m.Since
			}
		}
		switch {
		case !isKnown && on && one.State == campaign.SeriesRunning && !since.Before(one.Since):
			e = campaign.Enrolment{ID: campaign.EnrolmentID(one.ID, c.ID), Version: 1, Series: one.ID, Contact: c.ID}
			e.Begin(one, since, since, look.loc)
			fresh = append(fresh, &e)
		case isKnown && (one.Trigger == campaign.OnEntering && on == e.IsOut() && (!on || one.Again || e.State == campaign.EnrolUnderWay) || one.Trigger == campaign.OnJoining && (e.State == campaign.EnrolWaiting && !on || on && since.After(e.JoinedAt))):
			_, err := s.updateEnrolment(ctx, e.ID, func(e *campaign.Enrolment) error { look.moved(e, on, since, s.now()); return nil })
			if campaign.UnlessMissing(err) != nil {
				return err
			}
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	_, err = s.engine.InsertNew(ctx, schema.Enrolments, fresh...)
	return err
}

// moved changes the enrolment of a reader who left, or who left and came back.
func (l *seriesLook) moved(e *campaign.Enrolment, on bool, since, now time.Time) {
	back := on && since.After(e.JoinedAt)
	switch {
	case l.one.Trigger == campaign.OnEntering:
		e.SeeInSegment(l.one, on, now, l.loc)
	case e.State == campaign.EnrolUnderWay: // what becomes of its message is waited for
	case back && l.one.Again && l.one.State == campaign.SeriesRunning && !since.Before(l.one.Since):
		e.Begin(l.one, since, since, l.loc)
	case e.State != campaign.EnrolWaiting:
	case back:
		e.Stop(now, campaign.Textf(campaign.SeriesCameBack))
	case !on:
		e.StopOut(l.one, now)
	}
}

// enrolments reads where some contacts stand in a series, by contact.
func (s *Enrolments) enrolments(ctx context.Context, id string, contacts []string) (map[string]campaign.Enrolment, error) {
	ids := campaign.Collect(contacts, func(c string) string { return campaign.EnrolmentID(id, c) })
	var docs []campaign.Enrolment
	err := s.engine.Find(ctx, schema.Enrolments, document.Query{Filter: document.Where{Field: "id", Op: document.In, Value: ids}}, &docs)
	out := make(map[string]campaign.Enrolment, len(docs))
	for _, e := range docs {
		out[e.Contact] = e
	}
	return out, err
}

// setTimes lets the campaign of each step that somebody waits for leave when the first of them is due.
func (s *Series) setTimes(ctx context.Context, one *campaign.Series) (waiting bool, err error) {
	for i := range one.Steps {
		p := &one.Steps[i]
		var first []campaign.Enrolment
		f := document.All{document.Equal("series_id", one.ID), document.Equal("step", p.ID), document.Equal("state", string(campaign.EnrolWaiting))}
		if err := s.engine.Find(ctx, schema.Enrolments, document.Query{Filter: f, Order: []document.Order{{Field: "due_at"}}, Limit: 1}, &first); err != nil {
			return waiting, err
		}
		if len(first) == 0 {
			continue
		}
		waiting = true
		c, err := s.campaigns.GetCampaign(ctx, p.ID)
		if err != nil {
			return waiting, err
		}
		at := p.LeavesAt(first[0].DueAt, s.now())
		if c.State != campaign.Scheduled || !c.NextAt.IsZero() && !c.NextAt.After(at) {
			continue
		}
		_, err = s.campaigns.UpdateCampaign(ofSeries(ctx), p.ID, func(c *campaign.Campaign) error {
			if c.State == campaign.Scheduled && (c.NextAt.IsZero() || c.NextAt.After(at)) {
				c.NextAt, c.NextWall = at, at.In(one.Location()).Format("2006-01-02T15:04:05")
			}
			return nil
		})
		if err != nil {
			return waiting, err
		}
	}
	return waiting, nil
}
