package store

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/erasing"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// Enquiries are the letters that ask for a survivor's contact or an interview. What they say is encrypted: neither the store's files nor
// a backup show it.
type Enquiries struct {
	engine document.Engine
	signer *campaign.Signer

	journal *Journal
}

// sealedEnquiry is the purpose under which the words of enquiries are encrypted.
const sealedEnquiry = "protected enquiry"

func (s *Enquiries) seal(t *campaign.EnquiryText) string {
	data, _ := json.Marshal(t) // texts always marshal
	return s.signer.Seal(sealedEnquiry, data)
}

// OpenEnquiry returns what an enquiry says.
func (s *Enquiries) OpenEnquiry(e *campaign.Enquiry) (t campaign.EnquiryText, err error) {
	data, ok := s.signer.Open(sealedEnquiry, e.Sealed)
	if !ok {
		return t, campaign.Errorf(campaign.Conflict, "this letter was stored under another secret and cannot be read")
	}
	return t, json.Unmarshal(data, &t)
}

// add stores the letter of a contact, once however often it is read.
func (s *Enquiries) add(ctx context.Context, c *campaign.Contact, r *campaign.Reply) error {
	_, err := s.engine.InsertNew(ctx, schema.Enquiries, &campaign.Enquiry{
		ID: campaign.DerivedIDAt(r.At, "enquiry", c.ID, r.MessageID), Version: 1, Contact: c.ID, At: r.At, Open: true,
		Sealed: s.seal(&campaign.EnquiryText{Person: c.DisplayName(), From: r.From, Subject: campaign.CleanLine(r.Subject), Text: r.Text, Rule: r.Rule}),
	})
	return err
}

// FindEnquiries returns one page of the enquiries that are open, the oldest first, or of those that are closed.
func (s *Enquiries) FindEnquiries(ctx context.Context, open bool, p Page) ([]campaign.Enquiry, string, error) {
	p.Sort, p.Desc = "at", !open
	return page(ctx, s.engine, schema.Enquiries, document.Equal("open", open), p, func(e *campaign.Enquiry) (any, string) { return e.At, e.ID })
}

// CountOpenEnquiries says how many enquiries nobody has answered.
func (s *Enquiries) CountOpenEnquiries(ctx context.Context) (int64, error) {
	return s.engine.Count(ctx, schema.Enquiries, document.Equal("open", true))
}

// GetEnquiry reads one enquiry.
func (s *Enquiries) GetEnquiry(ctx context.Context, id string) (campaign.Enquiry, error) {
	return document.Get[campaign.Enquiry](ctx, s.engine, schema.Enquiries, id)
}

// CloseEnquiry records what was done about an enquiry, or why nothing. Closing it twice is refused.
func (s *Enquiries) CloseEnquiry(ctx context.Context, id, answer string) error {
	answer = strings.TrimSpace(answer)
	if answer == "" {
		return campaign.FieldError("answer", "say what was done, or why it was refused")
	}
	if campaign.LongerThan(answer, 5000) {
		return campaign.FieldError("answer", "this is longer than 5000 characters")
	}
	_, err := document.Modify(ctx, s.engine, schema.Enquiries, id, func(e *campaign.Enquiry) *int64 { return &e.Version }, func(e *campaign.Enquiry) error {
		if !e.Open {
			return campaign.Errorf(campaign.Conflict, "this letter is closed already")
		}
		t, err := s.OpenEnquiry(e)
		if err != nil {
			return err
		}
		t.Answer = answer
		e.Sealed, e.Open, e.ClosedAt, e.ClosedBy = s.seal(&t), false, s.journal.now(), actorOf(ctx).Name
		return nil
	})
	return err
}

// scrub drops what an erased person asked for.
func (s *Enquiries) scrub(ctx context.Context, p *erasing.Person) error {
	theirs := document.Where{Field: "contact_id", Op: document.In, Value: p.IDs()}
	if some, err := document.Exists[campaign.Enquiry](ctx, s.engine, schema.Enquiries, theirs); err != nil || !some {
		return err
	}
	_, err := s.engine.Delete(ctx, schema.Enquiries, theirs)
	return err
}
