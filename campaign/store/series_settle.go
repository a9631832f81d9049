package store

import (
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// settle lets readers go on whose message has left, and stops those to whom none may be written any more.
func (s *Enrolments) settle(ctx context.Context, one *campaign.Series) error {
	for range seriesPages {
		var docs []campaign.Enrolment
		f := document.All{document.Equal("series_id", one.ID), document.Equal("state", string(campaign.EnrolUnderWay)), document.Where{Field: "due_at", Op: document.Lte, Value: s.now()}}
		if err := s.engine.Find(ctx, schema.Enrolments, document.Query{Filter: f, Order: []document.Order{{Field: "due_at"}}, Limit: seriesPage}, &docs); err != nil {
			return err
		}
		if err := s.settleSome(ctx, one, docs); err != nil || len(docs) < seriesPage {
			return err
		}
	}
	return nil
}

func (s *Enrolments) settleSome(ctx context.Context, one *campaign.Series, docs []campaign.Enrolment) error {
	runs := map[string]campaign.Run{}
	ids := make([]string, len(docs))
	for i, e := range docs {
		r, known := runs[e.Run]
		if !known {
			var err error
			if r, err = s.runs.GetRun(ctx, e.Run); campaign.UnlessMissing(err) != nil {
				return err
			}
			runs[e.Run] = r
		}
		ids[i], _ = campaign.DeliveryID(e.Run, r.Shards, e.Contact)
	}
	ds, err := s.deliveries.withIDs(ctx, ids)
	if err != nil {
		return err
	}
	contacts, err := s.contacts.GetContacts(ctx, campaign.Collect(docs, func(e campaign.Enrolment) string { return e.Contact }))
	if err != nil {
		return err
	}
	addresses := []string{}
	for _, c := range contacts {
		addresses = append(addresses, c.Email)
	}
	suppressed, err := s.suppressions.Suppressed(ctx, addresses)
	if err != nil {
		return err
	}
	for i := range docs {
		d := campaign.First(ds, func(d *campaign.Delivery) bool { return d.ID == ids[i] })
		c := contacts[docs[i].Contact]
		var gone campaign.SuppressionReason
		if c != nil {
			gone = suppressed[c.Email]
		}
		run := runs[docs[i].Run]
		_, err := s.updateEnrolment(ctx, docs[i].ID, func(e *campaign.Enrolment) error {
			if e.State == campaign.EnrolUnderWay && e.Run == docs[i].Run {
				s.settleOne(one, e, &run, d, c, gone)
			}
			return nil
		})
		if campaign.UnlessMissing(err) != nil {
			return err
		}
	}
	return nil
}

// settleOne moves one reader by what became of their message.
func (s *Enrolments) settleOne(one *campaign.Series, e *campaign.Enrolment, r *campaign.Run, d *campaign.Delivery, c *campaign.Contact, gone campaign.SuppressionReason) {
	now, loc := s.now(), one.Location()
	switch {
	case c == nil:
		e.Stop(now, campaign.Textf("the contact was deleted"))
	case d == nil && (r.ID == "" || r.State.Ended()): // the run was cancelled before it came to them
		e.State, e.Run, e.DueAt = campaign.EnrolWaiting, "", now
	case d == nil:
		e.DueAt = now.Add(time.Minute)
	case d.State == campaign.Interrupted:
		e.DueAt = now.Add(time.Hour)
	case d.State.Open():
		e.DueAt = now.Add(time.Minute)
		if d.NextAt.After(e.DueAt) {
			e.DueAt = d.NextAt.Add(time.Minute)
		}
	case d.State == campaign.Skipped && c.PausedUntil.After(now):
		e.State, e.Run, e.DueAt = campaign.EnrolWaiting, "", c.PausedUntil
	case d.State == campaign.Skipped && c.Status == campaign.Paused:
		e.State, e.Run, e.DueAt = campaign.EnrolWaiting, "", now.Add(24*time.Hour)
	default:
		at := d.LastAt
		if d.State == campaign.Accepted && !d.SentAt.IsZero() {
			at = d.SentAt
		}
		e.Got = append(e.Got, campaign.GotStep{Step: e.Step, Run: e.Run, At: at, As: d.State})
		s.afterStep(one, e, d, c, gone, at, loc)
	}
}

// stopReasons are why a message is left out so that its reader is out of the series.
var stopReasons = []string{campaign.SeriesCameBack, campaign.SeriesReplied, campaign.SeriesStoppedFor, campaign.SeriesNotTheirs}

// afterStep lets a reader for whom a step is over wait for the next, or stop.
func (s *Enrolments) afterStep(one *campaign.Series, e *campaign.Enrolment, d *campaign.Delivery, c *campaign.Contact, gone campaign.SuppressionReason, at time.Time, loc *time.Location) {
	now := s.now()
	on, since := one.Trigger == campaign.OnEntering && !e.IsOut(), e.JoinedAt
	if one.Trigger == campaign.OnJoining {
		m := c.Membership(one.Lists[0])
		if on = m != nil && m.Status == campaign.Subscribed; on {
			since = m.Since
		}
	}
	skipped := d.State == campaign.Skipped
	switch {
	case on && since.After(e.JoinedAt) && one.Again && one.State == campaign.SeriesRunning:
		e.Begin(one, since, since, loc)
	case !on:
		e.StopOut(one, now)
	case since.After(e.JoinedAt):
		e.Stop(now, campaign.Textf(campaign.SeriesCameBack))
	case gone != "" || c.Status != campaign.Active && c.Status != campaign.Paused:
		why := d.Reason
		if !skipped {
			why = campaign.Textf("no mail may be sent to this address any more").Stored()
		}
		e.Stop(now, campaign.StoredText(why))
	case skipped && (slices.Contains(stopReasons, d.Reason) || d.Reason == campaign.SeriesHasAnswer && one.StopAtAnswer):
		e.Stop(now, campaign.StoredText(d.Reason))
	default:
		e.GoOn(one, at, loc)
	}
}
