package store

import (
	"context"
	"fmt"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// retentionPage is how much is looked at or changed at once at night.
const retentionPage = 200

// Retention deletes what is too old.
type Retention struct {
	engine document.Engine
	now    func() time.Time

	deliveries *Deliveries
	reviews    *Reviews
	settings   *Settings
}

// Retain does a day's work of forgetting (E-11), once for all processes: false when it was done or begun today. Opens,
// clicks and deliveries lose whom they were about and stay as counts, old entries of the audit log go, and contacts without a sign for
// long are put on the list of those to look at: no contact is ever deleted by itself.
func (s *Retention) Retain(ctx context.Context) (report campaign.RetentionReport, ran bool, err error) {
	now := s.now()
	set, err := s.settings.GetSettings(ctx)
	if err != nil {
		return report, false, err
	}
	last, err := s.lastRetention(ctx)
	if err != nil {
		return report, false, err
	}
	report = campaign.RetentionReport{ID: now.Format(time.DateOnly), StartedAt: now, Until: last.Until}
	n, err := s.engine.InsertNew(ctx, schema.Retention, &report)
	if err != nil || n == 0 {
		return report, false, err
	}
	keep := set.Retention.Full()
	for _, step := range []func(context.Context, *campaign.RetentionReport, campaign.Retention) error{
		s.forgetHits, s.forgetReaders, s.forgetBounceWords, s.forgetRecipients, s.forgetAudit, s.reviews.findReviews,
	} {
		if err := step(ctx, &report, keep); err != nil {
			return report, true, fmt.Errorf("keep the retention periods: %w", err)
		}
	}
	report.EndedAt = s.now()
	if err := s.engine.Upsert(ctx, schema.Retention, &report); err != nil {
		return report, true, err
	}
	_ = s.engine.Scrub(ctx) // while a page is being read it cannot; the next erasure or night will
	return report, true, nil
}

// lastRetention returns the last night's work that was not cut off.
func (s *Retention) lastRetention(ctx context.Context) (campaign.RetentionReport, error) {
	reports, err := s.FindRetentionReports(ctx, 30)
	for _, r := range reports {
		if !r.EndedAt.IsZero() {
			return r, err
		}
	}
	return campaign.RetentionReport{}, err
}

// FindRetentionReports returns what the last nights' work did, the latest first.
func (s *Retention) FindRetentionReports(ctx context.Context, limit int) ([]campaign.RetentionReport, error) {
	var docs []campaign.RetentionReport
	err := s.engine.Find(ctx, schema.Retention, document.Query{Order: []document.Order{{Field: "id", Desc: true}}, Limit: limit}, &docs)
	return docs, err
}

// eachEvent calls fn with the events of a stretch of time, page by page.
func (s *Retention) eachEvent(ctx context.Context, from, to time.Time, more document.Filter, fn func([]campaign.Event) error) error {
	q := document.Query{Filter: document.All{document.Where{Field: "at", Op: document.Gte, Value: from}, document.Where{Field: "at", Op: document.Lt, Value: to}, more}, Order: []document.Order{{Field: "at"}, {Field: "id"}}, Limit: retentionPage}
	for {
		var docs []campaign.Event
		if err := s.engine.Find(ctx, schema.Events, q, &docs); err != nil || len(docs) == 0 {
			return err
		}
		if err := fn(docs); err != nil || len(docs) < retentionPage {
			return err
		}
		last := docs[len(docs)-1]
		q.After = []any{last.At, last.ID}
	}
}

// hitsCompared is how long hits can tell anything of others: their hashes are of one day.
const hitsCompared = 48 * time.Hour

// forgetHits removes the hits that nothing can be compared with any more.
func (s *Retention) forgetHits(ctx context.Context, r *campaign.RetentionReport, _ campaign.Retention) error {
	from := r.StartedAt.AddDate(0, -1, 0)
	if last, err := s.lastRetention(ctx); err == nil && !last.StartedAt.IsZero() {
		from = last.StartedAt.Add(-hitsCompared)
	}
	_, err := s.engine.Delete(ctx, schema.Events, document.All{
		document.Where{Field: "at", Op: document.Gte, Value: from}, document.Where{Field: "at", Op: document.Lt, Value: r.StartedAt.Add(-hitsCompared)},
		document.Equal("kind", string(campaign.HitEvent)),
	})
	return err
}

// forgetReaders unties opens and clicks from who did them.
func (s *Retention) forgetReaders(ctx context.Context, r *campaign.RetentionReport, keep campaign.Retention) error {
	to := s.now().AddDate(0, -keep.Events, 0)
	known := document.Any{document.Where{Field: "contact_id", Op: document.Ne, Value: ""}, document.Where{Field: "delivery_id", Op: document.Ne, Value: ""}}
	err := s.eachEvent(ctx, r.Until.Events, to, known, func(docs []campaign.Event) error {
		ids := campaign.Collect(docs, func(e campaign.Event) string { return e.ID })
		n, err := s.engine.Update(ctx, schema.Events, document.Where{Field: "id", Op: document.In, Value: ids}, document.Change{Set: map[string]any{"contact_id": "", "delivery_id": "", "reader": ""}})
		r.Events += n
		return err
	})
	r.Until.Events = to
	return err
}

func (s *Retention) forgetBounceWords(ctx context.Context, r *campaign.RetentionReport, _ campaign.Retention) error {
	to := s.now().Add(-campaign.BounceWords)
	err := s.eachEvent(ctx, r.Until.Bounces, to, document.Equal("kind", string(campaign.BouncedEvent)), func(docs []campaign.Event) error {
		for i := range docs {
			docs[i].Detail = campaign.CodeOnly(docs[i].Detail)
			if err := s.engine.Upsert(ctx, schema.Events, &docs[i]); err != nil {
				return err
			}
		}
		r.Bounces += int64(len(docs))
		return nil
	})
	r.Until.Bounces = to
	return err
}

// forgetRecipients unties the deliveries of old runs from whom they went to.
func (s *Retention) forgetRecipients(ctx context.Context, r *campaign.RetentionReport, keep campaign.Retention) error {
	to := s.now().AddDate(0, -keep.Deliveries, 0)
	var old []campaign.Run
	err := s.engine.Find(ctx, schema.Runs, document.Query{
		Filter: document.All{document.Where{Field: "created_at", Op: document.Gte, Value: r.Until.Deliveries}, document.Where{Field: "created_at", Op: document.Lt, Value: to}}, Order: []document.Order{{Field: "created_at"}},
	}, &old)
	if err != nil {
		return err
	}
	for _, run := range old {
		if !run.State.Ended() {
			to = run.CreatedAt // one that stands still for years: the next night begins with it again
			break
		}
		err := s.deliveries.EachDelivery(ctx, run.ID, "", func(ds []campaign.Delivery) error {
			ids := campaign.Collect(ds, func(d campaign.Delivery) string { return d.ID })
			n, err := s.engine.Update(ctx, schema.Deliveries, document.All{document.Where{Field: "id", Op: document.In, Value: ids}, document.Where{Field: "contact_id", Op: document.Ne, Value: campaign.ErasedContact}},
				document.Change{Set: map[string]any{"contact_id": campaign.ErasedContact, "email": "", "name": ""}})
			r.Deliveries += n
			return err
		})
		if err != nil {
			return err
		}
	}
	r.Until.Deliveries = to
	return nil
}

func (s *Retention) forgetAudit(ctx context.Context, r *campaign.RetentionReport, keep campaign.Retention) error {
	n, err := s.engine.Delete(ctx, schema.Journal, document.All{document.Where{Field: "at", Op: document.Lt, Value: s.now().AddDate(0, -keep.Audit, 0)}, document.Equal("audit", true)})
	r.Audit = n
	return err
}
