package web

import (
	"context"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// privacyRoutes are the pages about what the law asks of the team.
func (s *Server) privacyRoutes() []route {
	return []route{
		{get, "/requests", editor, s.requests, 0},
		{get, "/requests/new", editor, s.newRequest, 0},
		{post, "/requests/new", editor, s.createRequest, 0},
		{get, "/requests/:id", editor, s.request, 0},
		{post, "/requests/:id/close", editor, s.closeRequest, 0},
		{post, "/requests/:id/restrict", editor, s.restrictFor, 0},
		{post, "/requests/:id/object", editor, s.objectFor, 0},

		{get, "/review", editor, s.reviews, 0},
		{post, "/review/:id/keep", editor, s.keepReviewed, 0},
		{post, "/review/:id/ask", editor, s.askReconfirm, 0},
		{get, "/retention", admin, s.retention, 0},
		{post, "/retention", admin, s.updateRetention, 0},
		{get, "/processing", viewer, s.processing, 0},
		{get, "/audit", admin, s.audit, 0},
		{get, "/breach", admin, s.breach, 0},
	}
}

type requestsPage struct {
	Page
	Requests  []campaign.Request
	NextAfter string
	Closed    bool
}

// Next is the address of the next page, "" on the last.
func (p *requestsPage) Next() string {
	if p.NextAfter == "" {
		return ""
	}
	return p.Page.Next(p.NextAfter)
}

func (s *Server) requests(v *visit) error {
	p := requestsPage{Page: v.page("Requests about data", "privacy"), Closed: v.Query("closed") == "1"}
	var err error
	p.Requests, p.NextAfter, err = s.store.FindRequests(v.ctx(), !p.Closed, v.tablePage())
	if err != nil {
		return err
	}
	return v.show("requests", &p)
}

// lookUpPerson finds who a request to be registered is about: the form names them, and that is noted.
func (s *Server) lookUpPerson(v *visit, p *requestPage, id string) error {
	if err := s.findRequestContact(v, p, id); err != nil || p.Contact == nil {
		return err
	}
	return s.store.Log(v.ctx(), campaign.Entry{Kind: campaign.ViewedEntry, Contact: p.Contact.ID, Audit: true, Detail: "to register a request"})
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

// RequestKinds are the choices of the form.
func (p *requestPage) RequestKinds() []templates.Option { return optionsOf("", campaign.RequestKinds) }

func (s *Server) newRequest(v *visit) error {
	p := &requestPage{Page: v.page("Register a request", "privacy"), Form: requestForm{Kind: v.Query("kind"), Contact: v.Query("contact"), Received: v.now().Format(time.DateOnly)}}
	if err := s.lookUpPerson(v, p, p.Form.Contact); err != nil {
		return err
	}
	if p.Contact != nil {
		p.Form.Person = p.Contact.DisplayName()
	}
	return v.show("request_new", p)
}

func (s *Server) findRequestContact(v *visit, p *requestPage, id string) error {
	if id == "" {
		return nil
	}
	c, err := s.store.GetContact(v.ctx(), id)
	if err == nil {
		p.Contact = &c
	}
	return unlessMissing(err)
}

func (s *Server) createRequest(v *visit) error {
	p := &requestPage{Page: v.page("Register a request", "privacy")}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	f := &p.Form
	r := campaign.Request{Kind: campaign.RequestKind(f.Kind), Person: f.Person, Identity: f.Identity, Details: f.Details}
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
	if err := s.lookUpPerson(v, p, f.Contact); err != nil {
		return err
	}
	if p.Contact != nil {
		r.Contact = p.Contact.ID
	}
	if err := s.store.CreateRequest(v.ctx(), &r); err != nil {
		return v.refused(err, "request_new", p)
	}
	return v.done("/requests/"+r.ID, "The request is registered. Its clock runs.")
}

func (s *Server) requestPage(v *visit) (*requestPage, error) {
	r, err := s.store.GetRequest(v.ctx(), v.Param("id"))
	if err != nil {
		return nil, gone(err, "request")
	}
	p := &requestPage{Page: v.page("Request about data", "privacy"), Request: r}
	return p, s.findRequestContact(v, p, r.Contact)
}

func (s *Server) request(v *visit) error {
	p, err := s.requestPage(v)
	if err != nil {
		return err
	}
	return v.show("request", p)
}

func (s *Server) closeRequest(v *visit) error {
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

// restrictFor and objectFor do what a request asks for, at once; the answer is recorded apart.
func (s *Server) restrictFor(v *visit) error {
	return s.actFor(v, s.store.RestrictContact, "Nobody writes to this person, and no import changes them.")
}

func (s *Server) objectFor(v *visit) error {
	return s.actFor(v, s.store.ObjectFor, "The person left all lists, and the address is not mailed again.")
}

func (s *Server) actFor(v *visit, act func(ctx context.Context, contact string) error, notice string) error {
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
