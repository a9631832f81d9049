package store

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/erasing"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// Requests are what people asked for about their data.
type Requests struct {
	engine document.Engine
	now    func() time.Time

	contacts     *Contacts
	journal      *Journal
	suppressions *Suppressions
}

// FindRequests returns one page of the requests that are open, by when they are due, or of those that are closed.
func (s *Requests) FindRequests(ctx context.Context, open bool, p Page) ([]campaign.Request, string, error) {
	p.Sort, p.Desc = "due_at", !open
	return page(ctx, s.engine, schema.Requests, document.Equal("open", open), p, func(r *campaign.Request) (any, string) { return r.DueAt, r.ID })
}

// FindRequestsOf returns the requests about a contact, the latest first.
func (s *Requests) FindRequestsOf(ctx context.Context, contact string) ([]campaign.Request, error) {
	var docs []campaign.Request
	err := s.engine.Find(ctx, schema.Requests, document.Query{Filter: document.Equal("contact_id", contact), Order: []document.Order{{Field: "id", Desc: true}}}, &docs)
	return docs, err
}

// CountOpenRequests says how many requests wait for an answer.
func (s *Requests) CountOpenRequests(ctx context.Context) (int64, error) {
	return s.engine.Count(ctx, schema.Requests, document.Equal("open", true))
}

// GetRequest reads one request.
func (s *Requests) GetRequest(ctx context.Context, id string) (campaign.Request, error) {
	return document.Get[campaign.Request](ctx, s.engine, schema.Requests, id)
}

// CreateRequest checks and adds a request.
func (s *Requests) CreateRequest(ctx context.Context, r *campaign.Request) error {
	if err := r.Normalize(s.now()); err != nil {
		return err
	}
	r.ID, r.Version, r.CreatedAt, r.Open, r.CreatedBy = cmp.Or(r.ID, campaign.NewID(s.now())), 1, s.now(), true, actorOf(ctx).Name
	if err := s.engine.Insert(ctx, schema.Requests, r); err != nil {
		return err
	}
	return s.journal.Log(ctx, campaign.Entry{Kind: campaign.RequestEntry, Contact: r.Contact, Audit: true, Detail: campaign.Textf("Registered a request: %s", r.Kind).Stored()})
}

// CloseRequest records the answer to a request. Answering twice is refused.
func (s *Requests) CloseRequest(ctx context.Context, id, answer string) error {
	answer = strings.TrimSpace(answer)
	if answer == "" {
		return campaign.FieldError("answer", "say what was done, or why it was refused")
	}
	r, err := document.Modify(ctx, s.engine, schema.Requests, id, func(r *campaign.Request) *int64 { return &r.Version }, func(r *campaign.Request) error {
		if !r.Open {
			return campaign.Errorf(campaign.Conflict, "this request is answered already")
		}
		r.Open, r.Answer, r.ClosedAt, r.ClosedBy = false, answer, s.now(), actorOf(ctx).Name
		return nil
	})
	if err != nil {
		return err
	}
	return s.journal.Log(ctx, campaign.Entry{Kind: campaign.RequestEntry, Contact: r.Contact, Audit: true, Detail: campaign.Textf("Answered a request: %s", r.Kind).Stored()})
}

// RestrictContact keeps a person's data and has nobody use it: no mail, no import.
func (s *Requests) RestrictContact(ctx context.Context, id string) error {
	_, err := s.contacts.UpdateContact(ctx, id, func(c *campaign.Contact) error {
		c.Status, c.StatusReason = campaign.Restricted, "asked that their data be kept and not used"
		return nil
	})
	return err
}

// ObjectFor ends all mail to a person who objected to it: at once, for good, and by whatever list (E-09).
func (s *Requests) ObjectFor(ctx context.Context, id string) error {
	c, err := s.contacts.GetContact(ctx, id)
	if err != nil {
		return err
	}
	if err := s.suppressions.Suppress(ctx, c.Email, campaign.LeftAll, "objected"); err != nil {
		return err
	}
	_, err = s.contacts.UpdateContact(ctx, id, func(c *campaign.Contact) error {
		for _, m := range c.Clone().Memberships {
			c.Leave(m.List, campaign.Unsubscribed, s.now())
		}
		c.LimitTracking(campaign.NoTracking, s.now(), "objection")
		return nil
	})
	return err
}

// scrub takes an erased person out of their requests. That they were made and answered in time stays on record.
func (s *Requests) scrub(ctx context.Context, p *erasing.Person) error {
	docs, err := s.FindRequestsOf(ctx, p.ID)
	if err != nil {
		return err
	}
	for i := range docs {
		_, err := document.Modify(ctx, s.engine, schema.Requests, docs[i].ID, func(r *campaign.Request) *int64 { return &r.Version }, func(r *campaign.Request) error {
			r.Contact, r.Person, r.Identity, r.Details = "", "", "", ""
			r.Answer = campaign.CleanWords(r.Answer, p.Words)
			return nil
		})
		if campaign.UnlessMissing(err) != nil {
			return err
		}
	}
	return nil
}
