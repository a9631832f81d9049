package store

import (
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// ClaimStep makes a run of a step that of all readers for whom the step is due now. One that was claimed for a run stays in it: so
// nobody gets a step in two of them.
func (s *Enrolments) ClaimStep(ctx context.Context, st *edition.Step, run *campaign.Run) error {
	_, err := s.engine.Update(ctx, schema.Enrolments, s.dueAt(st.Series, run.Campaign), document.Change{
		Set: map[string]any{"state": string(campaign.EnrolUnderWay), "run_id": run.ID, "due_at": s.now().Add(time.Minute)}, Add: map[string]int64{"version": 1},
	})
	return err
}

// EachOfStep calls fn for pages of the contacts that were claimed for a run, in the order of their ids, after one.
func (s *Enrolments) EachOfStep(ctx context.Context, st *edition.Step, run, after string, size int, fn func([]campaign.Contact) error) error {
	for {
		q := document.Query{Filter: document.Equal("run_id", run), Order: []document.Order{{Field: "id"}}, Limit: size}
		if after != "" {
			q.After = []any{campaign.EnrolmentID(st.Series, after)}
		}
		var docs []campaign.Enrolment
		if err := s.engine.Find(ctx, schema.Enrolments, q, &docs); err != nil || len(docs) == 0 {
			return err
		}
		found, err := s.contacts.GetContacts(ctx, campaign.Collect(docs, func(e campaign.Enrolment) string { return e.Contact }))
		if err != nil {
			return err
		}
		var cs []campaign.Contact
		for _, e := range docs {
			if c := found[e.Contact]; c != nil {
				cs = append(cs, *c)
			}
		}
		if len(cs) > 0 {
			if err := fn(cs); err != nil {
				return err
			}
		}
		if after = docs[len(docs)-1].Contact; len(docs) < size {
			return nil
		}
	}
}

// LeftOutOfStep says why contacts do not get a step of a series now, by contact; who is not named gets it.
func (s *Enrolments) LeftOutOfStep(ctx context.Context, st *edition.Step, run string, cs []*campaign.Contact) (map[string]string, error) {
	ids := campaign.Collect(cs, func(c *campaign.Contact) string { return c.ID })
	known, err := s.enrolments(ctx, st.Series, ids)
	if err != nil {
		return nil, err
	}
	var replied map[string]bool
	if st.StopAtReply {
		if replied, err = s.replied(ctx, known, ids, st.Since); err != nil {
			return nil, err
		}
	}
	answered := map[string]bool{}
	if st.StopAtAnswer || st.Who != campaign.StepAll {
		if answered, err = s.answered(ctx, st, ids); err != nil {
			return nil, err
		}
	}
	out := map[string]string{}
	for _, c := range cs {
		e := known[c.ID]
		m := c.Membership(st.List)
		has := answered[c.ID] || !e.Answered.IsZero()
		switch {
		case st.Joined && (e.State != campaign.EnrolUnderWay || e.Run != run):
			out[c.ID] = campaign.SeriesNotTheirs
		case !st.Joined && e.State == campaign.EnrolStopped:
			out[c.ID] = campaign.SeriesStoppedFor
		case st.Joined && m != nil && m.Status == campaign.Subscribed && m.Since.After(e.JoinedAt):
			out[c.ID] = campaign.SeriesCameBack
		case replied[c.ID]:
			out[c.ID] = campaign.SeriesReplied
		case has && (st.StopAtAnswer || st.Who == campaign.StepUnanswered):
			out[c.ID] = campaign.SeriesHasAnswer
		case !has && st.Who == campaign.StepAnswered:
			out[c.ID] = campaign.SeriesNoAnswer
		}
	}
	return out, nil
}

// replied returns of which contacts it was noted that they replied, since they began.
func (s *Enrolments) replied(ctx context.Context, known map[string]campaign.Enrolment, ids []string, since time.Time) (map[string]bool, error) {
	replies, err := s.journal.repliesOf(ctx, ids, since)
	out := map[string]bool{}
	for _, e := range replies {
		if !e.At.Before(known[e.Contact].JoinedAt) {
			out[e.Contact] = true
		}
	}
	return out, err
}

// answered returns which contacts are known to have followed the link to answer an invitation of the series. It is known only of
// those to whom it was sent with individual tracking.
func (s *Enrolments) answered(ctx context.Context, st *edition.Step, ids []string) (map[string]bool, error) {
	var docs []campaign.Event
	f := document.All{document.Where{Field: "contact_id", Op: document.In, Value: ids}, document.Equal("kind", string(campaign.Clicked)), document.Where{Field: "at", Op: document.Gte, Value: st.Since}}
	if err := s.engine.Find(ctx, schema.Events, document.Query{Filter: f}, &docs); err != nil {
		return nil, err
	}
	out, links := map[string]bool{}, map[string]int64{}
	for _, e := range docs {
		if e.Verdict == campaign.Machine || !slices.Contains(st.Steps, e.Campaign) {
			continue
		}
		link, known := links[e.Run]
		if !known {
			sent, err := s.runs.GetEdition(ctx, e.Run)
			if campaign.UnlessMissing(err) != nil {
				return nil, err
			}
			link = answerLink(&sent)
			links[e.Run] = link
		}
		if link != 0 && e.Link == link {
			out[e.Contact] = true
		}
	}
	return out, nil
}

// answerLink is the number, as events hold it, of the link by which readers answer an invitation; 0 where there is none.
func answerLink(e *edition.Edition) int64 {
	if e.Release.Occasion == nil || e.Release.Occasion.Answer == "" {
		return 0
	}
	return int64(slices.IndexFunc(e.Tracked, func(l campaign.Link) bool { return l.URL == e.Release.Occasion.Answer }) + 1)
}
