package store

import (
	"context"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// Reviews finds contacts that have shown no sign for long.
type Reviews struct {
	engine document.Engine
	now    func() time.Time

	contacts     *Contacts
	journal      *Journal
	notices      *Notices
	suppressions *Suppressions
}

// findReviews puts on the list those of whom there was no sign for as long as their kind's rule says, and takes off it those
// who gave one. It walks only contacts that are old enough, by when they were added.
func (s *Reviews) findReviews(ctx context.Context, r *campaign.RetentionReport, keep campaign.Retention) error {
	least := 240
	for _, months := range keep.Review {
		least = min(least, months)
	}
	q := document.Query{Filter: document.Where{Field: "created_at", Op: document.Lt, Value: s.now().AddDate(0, -least, 0)}, Order: []document.Order{{Field: "created_at"}, {Field: "id"}}, Limit: retentionPage}
	for {
		var docs []campaign.Contact
		if err := s.engine.Find(ctx, schema.Contacts, q, &docs); err != nil || len(docs) == 0 {
			return err
		}
		n, err := s.reviewPage(ctx, docs, keep)
		r.Review += n
		if err != nil || len(docs) < retentionPage {
			return err
		}
		last := docs[len(docs)-1]
		q.After = []any{last.CreatedAt, last.ID}
	}
}

// signs are the entries of the journal that are a sign of a contact, or a colleague's word that it is right.
var signs = []campaign.EntryKind{campaign.RepliedEntry, campaign.ReviewedEntry, campaign.JoinedEntry, campaign.ConfirmedEntry, campaign.AgreedEntry}

// lastSigns returns when each of some contacts gave its last sign, as far as it is known.
func (s *Reviews) lastSigns(ctx context.Context, cs []campaign.Contact) (map[string]time.Time, error) {
	ids := make([]string, len(cs))
	last := make(map[string]time.Time, len(cs))
	for i := range cs {
		ids[i] = cs[i].ID
		last[cs[i].ID] = cs[i].LastSign()
	}
	var es []campaign.Event
	err := s.engine.Find(ctx, schema.Events, document.Query{Filter: document.All{document.Where{Field: "contact_id", Op: document.In, Value: ids}, document.Equal("verdict", string(campaign.Human))}}, &es)
	if err != nil {
		return nil, err
	}
	for _, e := range es {
		last[e.Contact] = later(last[e.Contact], e.At)
	}
	var entries []campaign.Entry
	if err := s.engine.Find(ctx, schema.Journal, document.Query{Filter: document.All{document.Where{Field: "contact_id", Op: document.In, Value: ids}, document.OneOf("kind", signs...)}}, &entries); err != nil {
		return nil, err
	}
	for _, e := range entries {
		last[e.Contact] = later(last[e.Contact], e.At)
	}
	return last, nil
}

func (s *Reviews) reviewPage(ctx context.Context, cs []campaign.Contact, keep campaign.Retention) (int64, error) {
	last, err := s.lastSigns(ctx, cs)
	if err != nil {
		return 0, err
	}
	var due []any
	var not []string
	for i := range cs {
		c := &cs[i]
		if last[c.ID].Before(s.now().AddDate(0, -keep.Review[c.Kind], 0)) {
			due = append(due, &campaign.Review{ID: c.ID, Kind: c.Kind, At: s.now()})
		} else {
			not = append(not, c.ID)
		}
	}
	if len(not) > 0 {
		if _, err := s.engine.Delete(ctx, schema.Reviews, document.Where{Field: "id", Op: document.In, Value: not}); err != nil {
			return 0, err
		}
	}
	if len(due) == 0 {
		return 0, nil
	}
	return s.engine.InsertNew(ctx, schema.Reviews, due...)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// FindReviews returns one page of the contacts somebody has to look at, those that wait longest first.
func (s *Reviews) FindReviews(ctx context.Context, p Page) ([]campaign.Review, string, error) {
	p.Sort = "at"
	return page(ctx, s.engine, schema.Reviews, nil, p, func(r *campaign.Review) (any, string) { return r.At, r.ID })
}

// CountReviews says how many contacts wait for somebody to look at them.
func (s *Reviews) CountReviews(ctx context.Context) (int64, error) {
	return s.engine.Count(ctx, schema.Reviews, nil)
}

// KeepReviewed records why a contact is kept. It counts as a sign: the contact comes up again after the time of its kind.
func (s *Reviews) KeepReviewed(ctx context.Context, contact, reason string) error {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return campaign.FieldError("reason", "say why the contact is kept")
	}
	if len(reason) > 500 {
		return campaign.FieldError("reason", "this is longer than 500 characters")
	}
	if _, err := s.contacts.GetContact(ctx, contact); err != nil {
		return err
	}
	if err := s.journal.Log(ctx, campaign.Entry{Kind: campaign.ReviewedEntry, Contact: contact, Detail: reason}); err != nil {
		return err
	}
	_, err := s.engine.Delete(ctx, schema.Reviews, document.ByID(contact))
	return err
}

// reconfirmWait is how long an answer is waited for before somebody is asked again.
const reconfirmWait = 30 * 24 * time.Hour

// AskReconfirm asks a contact by mail whether they still want to hear from us. Who must not be written to is not asked.
func (s *Reviews) AskReconfirm(ctx context.Context, contact string) error {
	c, err := s.contacts.GetContact(ctx, contact)
	if err != nil {
		return err
	}
	r, err := document.Get[campaign.Review](ctx, s.engine, schema.Reviews, contact)
	if err != nil {
		return err
	}
	suppressed, err := s.suppressions.Suppressed(ctx, []string{c.Email})
	switch {
	case err != nil:
		return err
	case suppressed[c.Email] != "" || c.Status != campaign.Active || s.now().Before(c.PausedUntil):
		return campaign.Errorf(campaign.Conflict, "this person must not be written to: keep or erase the contact")
	case s.now().Sub(r.AskedAt) < reconfirmWait:
		return campaign.Errorf(campaign.Conflict, "this person was asked already: give them a month")
	}
	r.AskedAt = s.now()
	if err := s.engine.Upsert(ctx, schema.Reviews, &r); err != nil {
		return err
	}
	return s.notices.SendNotice(ctx, &campaign.Notice{Kind: campaign.StillWanted, About: c.ID, ExpiresAt: s.now().Add(reconfirmWait)}, &c)
}
