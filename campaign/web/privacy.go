package web

import (
	"context"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// requestPages are the pages about what persons ask about their data.
type requestPages struct {
	*panel
	store requestStore
}

type requestStore interface {
	CloseRequest(ctx context.Context, id string, answer string) error
	CreateRequest(ctx context.Context, r *campaign.Request) error
	FindRequests(ctx context.Context, open bool, p store.Page) ([]campaign.Request, string, error)
	GetContact(ctx context.Context, id string) (campaign.Contact, error)
	GetContactByAddress(ctx context.Context, address string) (campaign.Contact, error)
	GetRequest(ctx context.Context, id string) (campaign.Request, error)
	ObjectFor(ctx context.Context, id string) error
	RestrictContact(ctx context.Context, id string) error
}

type requestsPage struct {
	Page
	Requests []campaign.Request
	Paging   paging
	Closed   bool
}

func (s *requestPages) index(v *visit) error {
	p := requestsPage{Page: v.page("privacy", "Requests about data"), Closed: v.Query("closed") == "1"}
	found, next, err := s.store.FindRequests(v.ctx(), !p.Closed, v.tablePage())
	if err != nil {
		return err
	}
	p.Requests, p.Paging = found, p.pages(next)
	return v.show("requests", &p)
}

// lookUp finds the person a new request is about: the form names them, and that is logged.
func (s *requestPages) lookUp(v *visit, p *requestPage, id string) error {
	if err := s.findContact(v, p, id); err != nil || p.Contact == nil {
		return err
	}
	return s.journal.Log(v.ctx(), campaign.Entry{Kind: campaign.ViewedEntry, Contact: p.Contact.ID, Audit: true, Detail: campaign.Textf("Looked at a contact, to register a request").Stored()})
}

type requestForm struct {
	Kind     string `form:"kind"`
	Contact  string `form:"contact"` // id
	Person   string `form:"person"`
	Identity string `form:"identity"`
	Details  string `form:"details"`
	Received string `form:"received"`
}

type requestPage struct {
	Page
	Request campaign.Request
	Contact *campaign.Contact // nil when we hold nothing on them
	Form    requestForm
	Answer  string
}

// RequestKinds are the kinds the form offers.
func (p *requestPage) RequestKinds() []templates.Option {
	return optionsOf(p.Language, "", campaign.RequestKinds)
}

func (s *requestPages) new(v *visit) error {
	p := &requestPage{Page: v.page("privacy", "Register a request"), Form: requestForm{Kind: v.Query("kind"), Contact: v.Query("contact"), Received: v.now().Format(time.DateOnly)}}
	if err := s.lookUp(v, p, p.Form.Contact); err != nil {
		return err
	}
	if p.Contact != nil {
		p.Form.Person = p.Contact.DisplayName()
	}
	return v.show("request_new", p)
}

func (s *requestPages) findContact(v *visit, p *requestPage, id string) error {
	if id == "" {
		return nil
	}
	c, err := s.store.GetContact(v.ctx(), id)
	if err == nil {
		p.Contact = &c
	}
	return campaign.UnlessMissing(err)
}

func (s *requestPages) hasRequest(ctx context.Context, id string) error {
	_, err := s.store.GetRequest(ctx, id)
	return err
}

func (s *requestPages) create(v *visit) error {
	p := &requestPage{Page: v.page("privacy", "Register a request")}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	f := &p.Form
	r := campaign.Request{ID: v.once(), Kind: campaign.RequestKind(f.Kind), Person: f.Person, Identity: f.Identity, Details: f.Details}
	if received, err := time.ParseInLocation(time.DateOnly, clean(f.Received), v.zone); err == nil {
		r.ReceivedAt = received.UTC()
	}
	if strings.Contains(f.Contact, "@") {
		if c, err := s.store.GetContactByAddress(v.ctx(), clean(f.Contact)); err == nil {
			f.Contact = c.ID
		} else if campaign.CodeOf(err) != campaign.NotFound {
			return err
		} else {
			f.Contact = ""
		}
	}
	if err := s.lookUp(v, p, f.Contact); err != nil {
		return err
	}
	if p.Contact != nil {
		r.Contact = p.Contact.ID
	}
	if err := s.store.CreateRequest(v.ctx(), &r); err != nil && !v.madeBefore(err, r.ID, s.hasRequest) {
		return v.refused(err, "request_new", p)
	}
	return v.done("/requests/"+r.ID, "The request is registered. Its clock runs.")
}

func (s *requestPages) requestPage(v *visit) (*requestPage, error) {
	r, err := s.store.GetRequest(v.ctx(), v.Param("id"))
	if err != nil {
		return nil, gone(err, "request")
	}
	p := &requestPage{Page: v.page("privacy", "Request about data"), Request: r}
	return p, s.findContact(v, p, r.Contact)
}

func (s *requestPages) close(v *visit) error {
	p, err := s.requestPage(v)
	if err != nil {
		return err
	}
	p.Answer = v.PostForm("answer")
	if err := s.store.CloseRequest(v.ctx(), p.Request.ID, p.Answer); err != nil {
		return v.refused(err, "request", p)
	}
	return v.done("/requests", "The request is answered.")
}

// restrict and object do what a request asks for, at once; the answer is recorded apart.
func (s *requestPages) restrict(v *visit) error {
	return s.act(v, s.store.RestrictContact, campaign.Textf("Nobody writes to this person, and no import changes them."))
}

func (s *requestPages) object(v *visit) error {
	return s.act(v, s.store.ObjectFor, campaign.Textf("The person left all lists, and the address is not mailed again."))
}

func (s *requestPages) act(v *visit, act func(ctx context.Context, contact string) error, notice campaign.Text) error {
	p, err := s.requestPage(v)
	if err != nil {
		return err
	}
	if p.Contact == nil {
		return campaign.Errorf(campaign.NotFound, "This request is about nobody we hold anything on.")
	}
	if err := act(v.ctx(), p.Contact.ID); err != nil {
		return err
	}
	return v.done("/requests/"+p.Request.ID, "%s", notice)
}
