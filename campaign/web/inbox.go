package web

import (
	"context"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// inboxPages are the pages about letters, and about what mail that came back was taken for.
type inboxPages struct {
	*panel
	store inboxStore
}

type inboxStore interface {
	letterCounts
	CloseEnquiry(ctx context.Context, id, answer string) error
	ConfirmLeave(ctx context.Context, id string) error
	FindEnquiries(ctx context.Context, open bool, p store.Page) ([]campaign.Enquiry, string, error)
	FindLeaveRequests(ctx context.Context, p store.Page) ([]campaign.Request, string, error)
	FindReturned(ctx context.Context, class campaign.BounceClass, p store.Page) ([]store.Returned, string, error)
	GetBounce(ctx context.Context, id string) (campaign.Event, campaign.Delivery, error)
	GetCampaign(ctx context.Context, id string) (campaign.Campaign, error)
	GetEnquiry(ctx context.Context, id string) (campaign.Enquiry, error)
	OpenEnquiry(e *campaign.Enquiry) (campaign.EnquiryText, error)
	ReclassBounce(ctx context.Context, id string, class campaign.BounceClass) (campaign.Event, error)
	RefuseLeave(ctx context.Context, id string) error
	UpdateSettings(ctx context.Context, fn func(*campaign.Settings) error) (campaign.Settings, error)
}

// letterCounts are how many letters wait.
type letterCounts interface {
	CountLeaveRequests(ctx context.Context) (int64, error)
	CountOpenEnquiries(ctx context.Context) (int64, error)
}

// waitingLetters adds what waits to the home page: of letters that ask for survivors nobody learns who is not named for them.
func waitingLetters(v *visit, st letterCounts, add func(bool, string, campaign.Text, campaign.Text)) error {
	if v.user.May(campaign.Editor) {
		n, err := st.CountLeaveRequests(v.ctx())
		if err != nil {
			return err
		}
		if n > 0 {
			add(true, "/replies", campaign.Textf("home: Confirm it"), campaign.Textf("%d readers asked by mail to be taken off.", n))
		}
	}
	if !v.user.MayProtect() {
		return nil
	}
	n, err := st.CountOpenEnquiries(v.ctx())
	if err == nil && n > 0 {
		add(true, "/enquiries", campaign.Textf("home: Read them"), campaign.Textf("%d letters ask for a survivor’s contact or an interview.", n))
	}
	return err
}

type repliesPage struct {
	Page
	Requests []campaign.Request
	Paging   paging
	Rules    campaign.ReplyRules
}

// replies shows who asked by a letter to be taken off: one press does it.
func (s *inboxPages) replies(v *visit) (*repliesPage, error) {
	p := &repliesPage{Page: v.page("returns", "Asked to be taken off"), Rules: v.set.Replies}
	found, next, err := s.store.FindLeaveRequests(v.ctx(), v.tablePage())
	p.Requests, p.Paging = found, p.pages(next)
	return p, err
}

func (s *inboxPages) confirmLeave(v *visit) error {
	if err := s.store.ConfirmLeave(v.ctx(), v.Param("id")); err != nil {
		return gone(err, "request")
	}
	return v.done("/replies", "They are off the lists.")
}

func (s *inboxPages) refuseLeave(v *visit) error {
	if err := s.store.RefuseLeave(v.ctx(), v.Param("id")); err != nil {
		return gone(err, "request")
	}
	return v.done("/replies", "They stay on the lists.")
}

// errProtected turns away everybody who is not named: what an admin may do is no reason to read these letters.
var errProtected = campaign.Errorf(campaign.Forbidden, "These letters are for those alone whom an admin named for them on the Users page.")

type enquiriesPage struct {
	Page
	Rows   []enquiryRow
	Closed bool
	Paging paging
}

type enquiryRow struct {
	campaign.Enquiry
	Text campaign.EnquiryText
}

// enquiries shows the protected queue.
func (s *inboxPages) enquiries(v *visit) (*enquiriesPage, error) {
	if !v.user.MayProtect() {
		return nil, errProtected
	}
	p := &enquiriesPage{Page: v.page("returns", "Protected letters"), Closed: v.Query("closed") == "1"}
	found, next, err := s.store.FindEnquiries(v.ctx(), !p.Closed, v.tablePage())
	if err != nil {
		return nil, err
	}
	p.Paging = p.pages(next)
	for _, e := range found {
		text, err := s.store.OpenEnquiry(&e)
		if err != nil {
			return nil, err
		}
		p.Rows = append(p.Rows, enquiryRow{e, text})
	}
	return p, nil
}

type enquiryPage struct {
	Page
	enquiryRow
	Answer string
}

func (s *inboxPages) enquiry(v *visit) (*enquiryPage, error) {
	if !v.user.MayProtect() {
		return nil, errProtected
	}
	e, err := s.store.GetEnquiry(v.ctx(), v.Param("id"))
	if err != nil {
		return nil, gone(err, "enquiry")
	}
	text, err := s.store.OpenEnquiry(&e)
	return &enquiryPage{Page: v.page("returns", "Protected letter"), enquiryRow: enquiryRow{e, text}}, err
}

func (s *inboxPages) closeEnquiry(v *visit) error {
	p, err := s.enquiry(v)
	if err != nil {
		return err
	}
	p.Answer = v.PostForm("answer")
	if err := s.store.CloseEnquiry(v.ctx(), p.ID, p.Answer); err != nil {
		return v.refused(err, "enquiry", p)
	}
	return v.done("/enquiries", "The letter is closed.")
}

// bouncesPage shows what came back over all runs.
type bouncesPage struct {
	Page
	Class  campaign.BounceClass
	Rows   []store.Returned
	Names  map[string]string // of campaigns, by id
	Paging paging
}

// Classes are what the table can be narrowed to.
func (p *bouncesPage) Classes() []templates.Option {
	return optionsOf(p.Language, p.say("All"), campaign.BounceClasses)
}

func (s *inboxPages) bounces(v *visit) (*bouncesPage, error) {
	p := &bouncesPage{Page: v.page("returns", "Returned messages"), Class: oneOf(v.Query("class"), campaign.BounceClasses), Names: map[string]string{}}
	found, next, err := s.store.FindReturned(v.ctx(), p.Class, v.tablePage())
	if err != nil {
		return nil, err
	}
	p.Rows, p.Paging = found, p.pages(next)
	for i := range found {
		id := found[i].Run.Campaign
		if _, known := p.Names[id]; known || id == "" {
			continue
		}
		c, err := s.store.GetCampaign(v.ctx(), id)
		if campaign.UnlessMissing(err) != nil {
			return nil, err
		}
		p.Names[id] = c.Name
	}
	return p, nil
}

type bounceForm struct {
	Class string `form:"class"`
	Learn bool   `form:"learn"`
	Words string `form:"words"`
}

// bouncePage shows what a returned message was taken for and why, and lets it be corrected.
type bouncePage struct {
	Page
	Event    campaign.Event
	Delivery campaign.Delivery
	Form     bounceForm
	Back     string // the address of the table it stands in
}

// notBounced stands in the form for what is no bounce at all.
const notBounced = "none"

// Classes are what it can be taken for.
func (p *bouncePage) Classes() []templates.Option {
	return append(optionsOf(p.Language, "", campaign.BounceClasses), templates.Option{Value: notBounced, Label: p.say("It is no bounce")})
}

func (s *inboxPages) bounce(v *visit) (*bouncePage, error) {
	e, d, err := s.store.GetBounce(v.ctx(), v.Param("id"))
	if err != nil {
		return nil, gone(err, "bounce")
	}
	p := &bouncePage{Page: v.page("campaigns", "Returned message"), Event: e, Delivery: d, Back: "/runs/" + e.Run + "/recipients?did=bounced"}
	if v.Query("from") == "all" {
		p.Section, p.Back = "returns", "/bounces"
	}
	p.Form = bounceForm{Class: string(e.Verdict), Words: campaign.CleanLine(strings.ReplaceAll(e.Detail, campaign.Masked, " "))}
	return p, nil
}

// reclass gives a returned message another class, and teaches it for the future if that is ticked.
func (s *inboxPages) reclass(v *visit) error {
	p, err := s.bounce(v)
	if err != nil {
		return err
	}
	p.Form = bounceForm{}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	class := campaign.BounceClass(p.Form.Class)
	if p.Form.Class == notBounced {
		class = ""
	} else if p.Form.Class == "" {
		return v.refused(campaign.FieldError("class", "choose one of the classes offered"), "bounce", p)
	}
	switch {
	case p.Form.Learn && class == "":
		err = campaign.FieldError("learn", "only a class can be learned")
	case p.Form.Learn:
		_, err = s.store.UpdateSettings(v.ctx(), func(set *campaign.Settings) error {
			return set.PutBounceText(campaign.BounceText{Words: p.Form.Words, Class: class, By: v.user.Name, At: s.Now().UTC()})
		})
	}
	if err == nil {
		_, err = s.store.ReclassBounce(v.ctx(), p.Event.ID, class)
	}
	if err != nil {
		return v.refused(err, "bounce", p)
	}
	if p.Form.Learn {
		return v.done(p.Back, "It is corrected, and such words mean the same from now on.")
	}
	return v.done(p.Back, "It is corrected, with what follows from it for the contact.")
}

type bounceRulesPage struct {
	Page
	Learned []campaign.BounceText
	Form    bounceForm
}

// Classes are what words can mean.
func (p *bounceRulesPage) Classes() []templates.Option {
	return optionsOf(p.Language, "", campaign.BounceClasses)
}

func (s *inboxPages) rules(v *visit) (*bounceRulesPage, error) {
	return &bounceRulesPage{Page: v.page("returns", "Words of servers"), Learned: v.set.Learned, Form: bounceForm{Class: string(campaign.HardBounced)}}, nil
}

func (s *inboxPages) addRule(v *visit) error {
	p, err := s.rules(v)
	if err == nil {
		err = v.read(&p.Form)
	}
	if err != nil {
		return err
	}
	_, err = s.store.UpdateSettings(v.ctx(), func(set *campaign.Settings) error {
		return set.PutBounceText(campaign.BounceText{Words: p.Form.Words, Class: campaign.BounceClass(p.Form.Class), By: v.user.Name, At: s.Now().UTC()})
	})
	if err != nil {
		return v.refused(err, "bounce_rules", p)
	}
	return v.done("/bounce-rules", "Learned. Such words decide first from now on.")
}

func (s *inboxPages) dropRule(v *visit) error {
	_, err := s.store.UpdateSettings(v.ctx(), func(set *campaign.Settings) error {
		if !set.DropBounceText(v.PostForm("words")) {
			return campaign.Errorf(campaign.Conflict, "this rule is gone already")
		}
		return nil
	})
	if err != nil {
		return err
	}
	return v.done("/bounce-rules", "The rule is gone. What was decided by it stays as it is.")
}

func (s *inboxPages) routes() []route {
	return []route{
		get("/replies", editor, shows("replies", s.replies)),
		post("/replies/:id/leave", editor, s.confirmLeave),
		post("/replies/:id/stay", editor, s.refuseLeave),
		get("/enquiries", viewer, shows("enquiries", s.enquiries)),
		get("/enquiries/:id", viewer, shows("enquiry", s.enquiry)),
		post("/enquiries/:id/close", viewer, s.closeEnquiry),
		get("/bounces", editor, shows("bounces", s.bounces)),
		get("/bounces/:id", editor, shows("bounce", s.bounce)),
		post("/bounces/:id", editor, s.reclass),
		get("/bounce-rules", editor, shows("bounce_rules", s.rules)),
		post("/bounce-rules", editor, s.addRule),
		post("/bounce-rules/delete", editor, s.dropRule),
	}
}
