package reader

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/request"
	"github.com/glasnik/glasnik/templates"
)

// SubscribePath is the address of the form for all public lists; that for one list follows after a slash.
const (
	SubscribePath  = "/subscribe"
	subscribedPath = "/subscribe/sent"
)

// signUps takes what people sign up to.
type signUps struct {
	store   signUpStore
	lists   *lists
	limits  *limits
	signer  *campaign.Signer
	wake    func()
	baseURL string
}

type signUpStore interface {
	TakeSignUp(ctx context.Context, su *campaign.SignUp, confirm bool, names []string) error
}

// signUpForm is a filled-in sign-up form, ours or one on another site.
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

// signUpPage is the sign-up form.
type signUpPage struct {
	page
	Form     signUpForm
	Offered  []campaign.List
	One      bool // the page of one list
	Choices  []languageChoice
	Consent  string
	Version  string // of Consent
	Problems map[string]string
}

// Ticked reports whether a list is chosen.
func (p *signUpPage) Ticked(id string) bool { return slices.Contains(p.Form.Lists, id) }

// show sends the form for all public lists, or for one.
func (s *signUps) show(v *visit) error {
	p, ok, err := s.page(v, v.pageLanguage())
	if err != nil || !ok {
		return err
	}
	if len(p.Offered) == 1 {
		p.Form.Lists = []string{p.Offered[0].ID}
	}
	return p.show(v, http.StatusOK)
}

// page returns the form's page; ok is false when there is no such list and the request is answered.
func (s *signUps) page(v *visit, l campaign.Language) (p signUpPage, ok bool, err error) {
	p = signUpPage{page: v.page(l), Problems: map[string]string{}, One: v.Param("list") != ""}
	p.Title = p.T("subscribe.title")
	if p.Offered, err = s.lists.public(v.ctx(), l); err != nil {
		return p, false, err
	}
	if p.One {
		p.Offered = slices.DeleteFunc(p.Offered, func(l campaign.List) bool { return l.ID != v.Param("list") })
		if len(p.Offered) == 0 {
			return p, false, v.showMessage(http.StatusNotFound, l, "error.not_found")
		}
		p.Title = p.T("subscribe.title_one", p.ListName(p.Offered[0]))
	}
	p.Consent = consentWords(l, p.Brand.Name)
	p.Version = campaign.TextVersion(p.Consent)
	p.Form.Language = string(l)
	return p, true, nil
}

func (p *signUpPage) show(v *visit, status int) error {
	for _, l := range campaign.Languages {
		p.Choices = append(p.Choices, languageChoice{Tag: l, Name: l.Name(), Current: string(l) == p.Form.Language})
	}
	p.offerLanguages(v.Request.URL.Path)
	return v.show(status, "subscribe", p.Style, p)
}

// consentWords is what people agree to by signing up. Its version goes with every form, so that what is recorded is what was
// shown.
func consentWords(l campaign.Language, brand string) string {
	return templates.Translate(l, "subscribe.consent", brand)
}

// create takes a form. A form without mistakes gets the same answer whatever is known of the address: only a mail to its owner
// says how things stand.
func (s *signUps) create(v *visit) error {
	l := v.pageLanguage()
	if !s.limits.allowSignUpHere(v) {
		return v.showMessage(http.StatusTooManyRequests, l, "error.too_many")
	}
	form, _, err := request.ReadFields(v.Request.Body)
	if err != nil {
		return v.showMessage(http.StatusBadRequest, l, "reader.empty")
	}
	if said, err := campaign.ParseLanguage(form.Get("lang")); err == nil && said != "" {
		l = said
	}
	p, ok, err := s.page(v, l)
	if err != nil || !ok {
		return err
	}
	if err := request.Decode(&p.Form, form); err != nil {
		return v.showMessage(http.StatusBadRequest, l, "reader.empty")
	}
	if p.One {
		p.Form.Lists = []string{p.Offered[0].ID}
	}
	if p.Form.Consent != p.Version {
		p.Problems["form"] = p.T("subscribe.error.consent")
		return p.show(v, http.StatusConflict)
	}
	if err := s.take(v, &p.Form, p.Offered, p.page); err != nil {
		if errors.Is(err, errManySignUps) {
			return v.showMessage(http.StatusTooManyRequests, l, "error.too_many")
		}
		if !p.refuse(err) {
			return err
		}
		return p.show(v, http.StatusUnprocessableEntity)
	}
	v.Redirect(http.StatusSeeOther, subscribedPath+"?lang="+url.QueryEscape(string(l)))
	return nil
}

// errManySignUps refuses a form without mistakes when everybody together has sent too many.
var errManySignUps = &request.TooMany{Text: campaign.Textf("There were too many sign-ups. Wait a minute and try again.")}

// refuse says what is wrong in the reader's language; it returns false when the mistake is not theirs.
func (p *signUpPage) refuse(err error) bool {
	for _, e := range campaign.FaultsOf(err) {
		if field := mistakeIn(e); field != "" {
			p.Problems[field] = p.T("subscribe.error." + field)
		}
	}
	return mistakeIn(err) != ""
}

// mistakeIn returns the field of a form that cannot be accepted: email, list or name.
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

// take hands a form on to the store.
func (s *signUps) take(v *visit, f *signUpForm, offered []campaign.List, page page) error {
	su := campaign.SignUp{
		Email: strings.TrimSpace(f.Email), FirstName: f.FirstName, LastName: f.LastName, Language: knownLanguage(campaign.Language(f.Language)),
		Individual: f.Tracking,
		Consent: campaign.SignUpConsent{
			Text: consentWords(page.Language, page.Brand.Name), Language: page.Language, Form: s.formAddress(v),
			Network: s.signer.NetworkHash(v.ClientIP()),
		},
	}
	if f.Tracking {
		su.Consent.Tracking = trackingWords(page)
	}
	confirm, names := false, []string{}
	for _, l := range offered {
		if slices.Contains(f.Lists, l.ID) {
			su.Lists, names = append(su.Lists, l.ID), append(names, templates.ListName(&l, su.Language, page.Brand.Phrases...))
			confirm = confirm || l.OptIn != campaign.SingleOptIn
		}
	}
	if err := su.Normalize(); err != nil {
		return err
	}
	if f.Trap != "" {
		return nil // a program: it is told what people are told
	}
	if !s.limits.allowMail() { // only what would send a mail counts against all
		return errManySignUps
	}
	if err := s.store.TakeSignUp(v.ctx(), &su, confirm, names); err != nil {
		return err
	}
	s.wake()
	return nil
}

// formAddress returns which form was filled in: a page of ours, or the site that another form is on.
func (s *signUps) formAddress(v *visit) string {
	own := s.baseURL + v.Request.URL.Path
	origin := v.GetHeader("Origin")
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || len(origin) > 200 || strings.HasPrefix(own, origin+"/") {
		return own
	}
	return origin
}

// sent is the page everybody sees who sent a form.
func (s *signUps) sent(v *visit) error {
	return v.showMessage(http.StatusOK, v.pageLanguage(), "subscribe.sent")
}

// Snippets returns the forms for other sites, one for each language, for the team to copy.
func (s *Site) Snippets(ctx context.Context, l *campaign.List) ([]templates.Snippet, error) {
	if !l.Public || l.Archived {
		return nil, nil
	}
	set, err := s.pages.settings.GetSettings(ctx)
	if err != nil {
		return nil, err
	}
	var out []templates.Snippet
	for _, language := range campaign.Languages {
		words := consentWords(language, brandName(&set, language))
		out = append(out, templates.SignUpSnippet(language, s.BaseURL+SubscribePath+"/"+l.ID, words, set.Brand.Privacy))
	}
	return out, nil
}
