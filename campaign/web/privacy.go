package web

import (
	"context"
	"strconv"
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

// reviewPages are the pages about how long things are stored, and whom nobody has heard of for long.
type reviewPages struct {
	*panel
	store reviewStore
}

type reviewStore interface {
	AskReconfirm(ctx context.Context, contact string) error
	CountReviews(ctx context.Context) (int64, error)
	FindRetentionReports(ctx context.Context, limit int) ([]campaign.RetentionReport, error)
	FindReviews(ctx context.Context, p store.Page) ([]campaign.Review, string, error)
	GetContacts(ctx context.Context, ids []string) (map[string]*campaign.Contact, error)
	KeepReviewed(ctx context.Context, contact string, reason string) error
	UpdateSettings(ctx context.Context, fn func(*campaign.Settings) error) (campaign.Settings, error)
}

// reviewRow is a contact who gave no sign of life for long.
type reviewRow struct {
	campaign.Review
	Contact campaign.Contact
}

type reviewsPage struct {
	Page
	Rows    []reviewRow
	Paging  paging
	Total   int64
	Refused string // id of the row whose reason is missing
}

// reviewsPage lists the contacts that somebody must decide about by the retention rules: nothing happens by itself.
func (s *reviewPages) reviewsPage(v *visit) (*reviewsPage, error) {
	p := &reviewsPage{Page: v.page("privacy", "Contacts to look at")}
	rs, next, err := s.store.FindReviews(v.ctx(), store.Page{After: v.Query("after")})
	if err != nil {
		return nil, err
	}
	p.Paging = p.pages(next)
	ids := campaign.Collect(rs, func(r campaign.Review) string { return r.ID })
	contacts, err := s.store.GetContacts(v.ctx(), ids)
	if err != nil {
		return nil, err
	}
	for _, r := range rs {
		if c := contacts[r.ID]; c != nil {
			p.Rows = append(p.Rows, reviewRow{Review: r, Contact: *c})
		}
	}
	p.Total, err = s.store.CountReviews(v.ctx())
	return p, err
}

func (s *reviewPages) keep(v *visit) error {
	id := v.Param("id")
	err := s.store.KeepReviewed(v.ctx(), id, v.PostForm("reason"))
	if campaign.CodeOf(err) == campaign.Invalid {
		p, pageErr := s.reviewsPage(v)
		if pageErr != nil {
			return pageErr
		}
		p.Refused = id
		return v.refused(err, "review", p)
	}
	if err != nil {
		return gone(err, "contact")
	}
	return v.done("/review", "Kept, with the reason on the contact's timeline.")
}

type retentionForm struct {
	edited
	Events     string `form:"events"`
	Deliveries string `form:"deliveries"`
	Audit      string `form:"audit"`
	Journalist string `form:"review_journalist"`
	School     string `form:"review_school"`
	Business   string `form:"review_business"`
	Partner    string `form:"review_partner"`
	Other      string `form:"review_other"`
}

// reviews are the fields of the kinds.
func (f *retentionForm) reviews() map[campaign.Kind]*string {
	return map[campaign.Kind]*string{
		campaign.Journalist: &f.Journalist, campaign.School: &f.School, campaign.Business: &f.Business, campaign.Partner: &f.Partner, campaign.OtherKind: &f.Other,
	}
}

func retentionFormOf(set *campaign.Settings) retentionForm {
	keep := set.Retention.Full()
	f := retentionForm{Events: strconv.Itoa(keep.Events), Deliveries: strconv.Itoa(keep.Deliveries), Audit: strconv.Itoa(keep.Audit)}
	for k, field := range f.reviews() {
		*field = strconv.Itoa(keep.Review[k])
	}
	begin(&f, set.Version)
	return f
}

// retention reads what was typed.
func (f *retentionForm) retention() (campaign.Retention, error) {
	keep := campaign.Retention{Review: map[campaign.Kind]int{}}
	var faults []error
	read := func(field, typed string) (n int) {
		n, err := months(field, typed)
		faults = append(faults, err)
		return n
	}
	keep.Events, keep.Deliveries, keep.Audit = read("events", f.Events), read("deliveries", f.Deliveries), read("audit", f.Audit)
	for k, field := range f.reviews() {
		keep.Review[k] = read("review_"+string(k), *field)
	}
	return keep, campaign.Together(append(faults, keep.Check())...)
}

type retentionPage struct {
	Page
	Form    retentionForm
	Reports []campaign.RetentionReport
}

// Kinds are the kinds a rule is set for.
func (p *retentionPage) Kinds() []campaign.Kind { return campaign.Kinds }

// Review is what stands in the field of a kind.
func (p *retentionPage) Review(k campaign.Kind) string { return *p.Form.reviews()[k] }

func (s *reviewPages) retentionPage(v *visit) (*retentionPage, error) {
	p := &retentionPage{Page: v.page("privacy", "How long things are kept"), Form: retentionFormOf(&v.set)}
	var err error
	p.Reports, err = s.store.FindRetentionReports(v.ctx(), 30)
	return p, err
}

func (s *reviewPages) updateRetention(v *visit) error {
	p, err := s.retentionPage(v)
	if err != nil {
		return err
	}
	theirs := p.Form
	p.Form = retentionForm{}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	if asked, err := v.together("retention", p, &p.Form, &theirs); asked || err != nil {
		return err
	}
	keep, err := p.Form.retention()
	if err == nil {
		_, err = s.store.UpdateSettings(v.ctx(), func(set *campaign.Settings) error {
			if set.Version != p.Form.Version {
				return errChanged("settings")
			}
			set.Retention = keep
			return nil
		})
	}
	if err != nil {
		return v.refused(err, "retention", p)
	}
	return v.savedAs("/retention", "Saved. The next night keeps to it.")
}

func months(field, typed string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(typed))
	if err != nil || n < 1 || n > 240 {
		return 0, campaign.FieldError(field, "give a number of months from 1 to 240")
	}
	return n, nil
}

// Waiting is for how many whole days the contact has been on the list.
func (r *reviewRow) Waiting(now time.Time) int { return int(now.Sub(r.At).Hours() / 24) }

// ask sends a mail that asks the contact whether they still want mail.
func (s *reviewPages) ask(v *visit) error {
	if err := s.store.AskReconfirm(v.ctx(), v.Param("id")); err != nil {
		return gone(err, "contact")
	}
	s.Wake()
	return v.done("/review", "A mail asks them. If they press its button, they are off this list.")
}
