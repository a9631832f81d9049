package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/request"
	"github.com/glasnik/glasnik/templates"
)

// How often sign-ups may come from one place, and from all places together: so many in a row, then one in each interval.
// How many mails one address gets is counted by the store.
const (
	signUpsPerIP   = 20
	waitSignUpIP   = 30 * time.Second
	signUpsForAll  = 300
	waitSignUpAll  = 2 * time.Second
	maxSignUpForm  = 16 << 10
	subscribePath  = "/subscribe"
	subscribedPath = "/subscribe/sent"
)

// signUpForm is what somebody typed into a sign-up form, ours or one on another site.
type signUpForm struct {
	Email     string   `form:"email" json:"email"`
	FirstName string   `form:"first_name" json:"first_name"`
	LastName  string   `form:"last_name" json:"last_name"`
	Language  string   `form:"language" json:"language"` // of the mails
	Lists     []string `form:"list" json:"lists"`
	Tracking  bool     `form:"tracking" json:"tracking"` // agrees to their own opens and clicks being seen
	Consent   string   `form:"consent" json:"consent"`   // version of the words that were shown
	Trap      string   `form:"website" json:"website"`   // people do not see it, programs fill it in
}

// subscribePage is the sign-up form.
type subscribePage struct {
	publicPage
	Form     signUpForm
	Offered  []campaign.List
	One      bool // the page of one list
	Choices  []languageChoice
	Consent  string
	Version  string // of Consent
	Problems map[string]string
}

// Ticked reports whether a list is chosen.
func (p *subscribePage) Ticked(id string) bool { return slices.Contains(p.Form.Lists, id) }

// subscribe shows the form for all public lists, or for one.
func (s *Server) subscribe(v *visit) error {
	p, ok, err := v.subscribePage(v.pageLanguage())
	if err != nil || !ok {
		return err
	}
	if len(p.Offered) == 1 {
		p.Form.Lists = []string{p.Offered[0].ID}
	}
	return v.showSubscribe(http.StatusOK, &p)
}

// subscribePage gives the form's page; when there is no such list, ok is false and the answer is given.
func (v *visit) subscribePage(l campaign.Language) (p subscribePage, ok bool, err error) {
	p = subscribePage{publicPage: v.publicPage(l), Problems: map[string]string{}, One: v.Param("list") != ""}
	p.Title = p.T("subscribe.title")
	if p.Offered, err = v.s.publicLists(v.ctx()); err != nil {
		return p, false, err
	}
	if p.One {
		p.Offered = slices.DeleteFunc(p.Offered, func(l campaign.List) bool { return l.ID != v.Param("list") })
		if len(p.Offered) == 0 {
			return p, false, v.tellReader(http.StatusNotFound, l, "error.not_found")
		}
		p.Title = p.T("subscribe.title_one", p.Offered[0].Name)
	}
	p.Consent = consentWords(l, p.Brand.Name)
	p.Version = campaign.TextVersion(p.Consent)
	p.Form.Language = string(l)
	return p, true, nil
}

func (v *visit) showSubscribe(status int, p *subscribePage) error {
	for _, l := range campaign.Languages {
		p.Choices = append(p.Choices, languageChoice{l, l.Name(), string(l) == p.Form.Language})
	}
	p.otherLanguages(v.Request.URL.Path)
	return v.showPublic(status, "subscribe", p.Style, p)
}

// pageLanguage is that of a page nobody is known on: as the address says, else as the browser does.
func (v *visit) pageLanguage() campaign.Language {
	if l, err := campaign.ParseLanguage(v.Query("lang")); err == nil && l != "" {
		return l
	}
	return v.acceptedLanguage()
}

// consentWords is what somebody agrees to who signs up. Its version goes with every form, so that what is recorded is what
// was shown.
func consentWords(l campaign.Language, brand string) string {
	return templates.Translate(l, "subscribe.consent", brand)
}

// takeSignUp takes a form. What is right with it gets the same answer whoever the address belongs to: in any case a mail
// says how things stand to the owner of the address alone.
func (s *Server) takeSignUp(v *visit) error {
	l := v.pageLanguage()
	if !s.maySignUpHere(v) {
		return v.tellReader(http.StatusTooManyRequests, l, "error.too_many")
	}
	if err := v.readForm(); err != nil {
		return v.tellReader(http.StatusBadRequest, l, "reader.empty")
	}
	if said, err := campaign.ParseLanguage(v.PostForm("lang")); err == nil && said != "" {
		l = said
	}
	p, ok, err := v.subscribePage(l)
	if err != nil || !ok {
		return err
	}
	if err := v.read(&p.Form); err != nil {
		return v.tellReader(http.StatusBadRequest, l, "reader.empty")
	}
	if p.One {
		p.Form.Lists = []string{p.Offered[0].ID}
	}
	if p.Form.Consent != p.Version {
		p.Problems["form"] = p.T("subscribe.error.consent")
		return v.showSubscribe(http.StatusConflict, &p)
	}
	if err := s.signUp(v, &p.Form, p.Offered, p.publicPage); err != nil {
		if errors.Is(err, errManySignUps) {
			return v.tellReader(http.StatusTooManyRequests, l, "error.too_many")
		}
		if !p.refuse(err) {
			return err
		}
		return v.showSubscribe(http.StatusUnprocessableEntity, &p)
	}
	return v.seeOther(subscribedPath + "?lang=" + url.QueryEscape(string(l)))
}

// maySignUpHere takes a try from the visitor's place, before anything of a form is read.
func (s *Server) maySignUpHere(v *visit) bool {
	return s.signUps.Allow("ip "+request.Network(v.ClientIP()), signUpsPerIP, waitSignUpIP)
}

// maySignUp takes a try from the visitor's place and from everybody's.
func (s *Server) maySignUp(v *visit) bool {
	return s.maySignUpHere(v) && s.signUps.Allow("all", signUpsForAll, waitSignUpAll)
}

// errManySignUps is for a form that is right, when everybody together has sent too many.
var errManySignUps = &request.TooMany{Message: "There were too many sign-ups. Wait a minute and try again."}

// refuse puts a mistake into the reader's language; false when it is none of theirs.
func (p *subscribePage) refuse(err error) bool {
	for _, e := range campaign.FaultsOf(err) {
		if field := mistakeIn(e); field != "" {
			p.Problems[field] = p.T("subscribe.error." + field)
		}
	}
	return mistakeIn(err) != ""
}

// locate does nothing: the form is short, and each mistake stands at its field.
func (*subscribePage) locate(string) {}

// mistakeIn gives the field of a form that cannot be accepted: email, list or name.
func mistakeIn(err error) string {
	var domain *campaign.Error
	switch {
	case !errors.As(err, &domain) || domain.Code != campaign.Invalid:
		return ""
	case domain.Field == "email" || domain.Field == "list":
		return domain.Field
	case strings.HasSuffix(domain.Field, "_name"):
		return "name"
	}
	return "email"
}

// signUp hands a form on to the store.
func (s *Server) signUp(v *visit, f *signUpForm, offered []campaign.List, page publicPage) error {
	su := campaign.SignUp{
		Email: strings.TrimSpace(f.Email), FirstName: f.FirstName, LastName: f.LastName, Language: readerLanguage(campaign.Language(f.Language)),
		Individual: f.Tracking,
		Consent: campaign.SignUpConsent{
			Text: consentWords(page.Language, page.Brand.Name), Language: page.Language, Form: v.formAddress(),
			Network: s.Links.Signer.NetworkHash(v.ClientIP()),
		},
	}
	if f.Tracking {
		su.Consent.Tracking = trackingWords(page)
	}
	confirm, names := false, []string{}
	for _, l := range offered {
		if slices.Contains(f.Lists, l.ID) {
			su.Lists, names = append(su.Lists, l.ID), append(names, l.Name)
			confirm = confirm || l.OptIn != campaign.SingleOptIn
		}
	}
	if err := su.Normalize(); err != nil {
		return err
	}
	if f.Trap != "" {
		return nil // a program: it is told what people are told
	}
	if !s.signUps.Allow("all", signUpsForAll, waitSignUpAll) { // only what would send a mail counts against all
		return errManySignUps
	}
	if err := s.store.TakeSignUp(v.ctx(), &su, confirm, names); err != nil {
		return err
	}
	s.Wake()
	return nil
}

// formAddress says which form was filled in: a page of ours, or the site another form stands on.
func (v *visit) formAddress() string {
	own := v.s.BaseURL + v.Request.URL.Path
	origin := v.GetHeader("Origin")
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || len(origin) > 200 || strings.HasPrefix(own, origin+"/") {
		return own
	}
	return origin
}

// signUpSent is the page everybody sees who sent a form.
func (s *Server) signUpSent(v *visit) error {
	return v.tellReader(http.StatusOK, v.pageLanguage(), "subscribe.sent")
}

// snippetsOf gives the forms for other sites, one for each language, for the team to copy.
func (s *Server) snippetsOf(ctx context.Context, l *campaign.List) ([]templates.Snippet, error) {
	if !l.Public || l.Archived {
		return nil, nil
	}
	set, err := s.store.GetSettings(ctx)
	if err != nil {
		return nil, err
	}
	var out []templates.Snippet
	name := set.Brand.Name
	if name == "" {
		name = standInBrand
	}
	for _, language := range campaign.Languages {
		words := consentWords(language, name)
		out = append(out, templates.SignUpSnippet(language, s.BaseURL+subscribePath+"/"+l.ID, words, set.Brand.Privacy))
	}
	return out, nil
}
