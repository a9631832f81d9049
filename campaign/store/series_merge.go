package store

import (
	"context"
	"slices"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/erasing"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// carryEnrolments makes what a contact got in series that of another one, into which it is merged: who has got a step does not get
// it again, and who is out of a series by one of the two stays out.
func (s *Enrolments) carryEnrolments(ctx context.Context, from, into string) error {
	var docs []campaign.Enrolment
	if err := s.engine.Find(ctx, schema.Enrolments, document.Query{Filter: document.Equal("contact_id", from)}, &docs); err != nil {
		return err
	}
	for i := range docs {
		if err := s.carry(ctx, &docs[i], into); err != nil {
			return err
		}
	}
	return nil
}

func (s *Enrolments) carry(ctx context.Context, other *campaign.Enrolment, into string) error {
	one, err := s.series.GetSeries(ctx, other.Series)
	if err != nil {
		return campaign.UnlessMissing(err)
	}
	e := *other
	e.ID, e.Contact, e.Version, e.Got = campaign.EnrolmentID(other.Series, into), into, 1, slices.Clone(other.Got)
	if e.State == campaign.EnrolUnderWay { // its message is skipped, or has left: nobody may get it twice
		e.Got = append(e.Got, campaign.GotStep{Step: other.Step, Run: other.Run, At: s.now(), As: campaign.InFlight})
		e.GoOn(&one, s.now(), one.Location())
	}
	n, err := s.engine.InsertNew(ctx, schema.Enrolments, &e)
	if err == nil && n == 0 {
		_, err = s.updateEnrolment(ctx, e.ID, func(mine *campaign.Enrolment) error {
			for _, g := range e.Got {
				if !mine.HasGot(g.Step) {
					mine.Got = append(mine.Got, g)
				}
			}
			switch {
			case mine.State == campaign.EnrolWaiting && other.State == campaign.EnrolStopped:
				mine.State, mine.Step, mine.Why, mine.DueAt = other.State, "", other.Why, s.now()
			case mine.State == campaign.EnrolWaiting && mine.HasGot(mine.Step):
				mine.GoOn(&one, s.now(), one.Location())
			}
			if mine.Answered.IsZero() {
				mine.Answered, mine.By = other.Answered, other.By
			}
			return nil
		})
	}
	if err != nil {
		return err
	}
	_, err = s.engine.Delete(ctx, schema.Enrolments, document.ByID(other.ID))
	return err
}

// scrubEnrolments forgets where erased people stand.
func scrubEnrolments(e document.Engine) erasing.Scrub {
	return func(ctx context.Context, p *erasing.Person) error {
		_, err := e.Delete(ctx, schema.Enrolments, document.Where{Field: "contact_id", Op: document.In, Value: p.IDs()})
		return err
	}
}
