package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/glasnik/glasnik/campaign"
)

// confirmPublicPage asks for one press of a button: mail scanners follow every link, but press no button.
type confirmPublicPage struct {
	publicPage
	Question  string
	Button    string
	Otherwise string // what the link says while nothing is confirmed; "" shows none
	Done      string
	Link      string // to the reader's choices
}

// confirmation is what a link of a notice confirms.
type confirmation struct {
	kind    campaign.NoticeKind
	id      string
	address string
	signUp  campaign.SignUp // where one is confirmed
	page    publicPage
}

// findConfirmation reads the token; nil when the answer is given already.
func (s *Server) findConfirmation(v *visit) (*confirmation, error) {
	kind, id, ok := s.tracker.links.ReadConfirm(v.Param("token"))
	if !ok {
		return nil, v.tellReader(http.StatusNotFound, v.pageLanguage(), "error.not_found")
	}
	c := &confirmation{kind: kind, id: id}
	language := campaign.Language("")
	var err error
	switch kind {
	case campaign.ConfirmSignUp:
		c.signUp, err = s.store.GetSignUp(v.ctx(), id)
		c.address, language = c.signUp.Email, c.signUp.Language
	case campaign.ConfirmAddress:
		var change campaign.AddressChange
		change, err = s.store.GetAddressChange(v.ctx(), id)
		c.address = change.Email
		language = s.languageOf(v.ctx(), change.Contact)
	case campaign.StillWanted:
		var contact campaign.Contact
		contact, err = s.store.GetPerson(v.ctx(), id)
		c.id, c.address, language = contact.ID, contact.Email, contact.Language
	default:
		return nil, v.tellReader(http.StatusNotFound, v.pageLanguage(), "error.not_found")
	}
	if campaign.CodeOf(err) == campaign.NotFound {
		return nil, v.tellReader(http.StatusGone, v.pageLanguage(), "error.expired")
	}
	if err != nil {
		return nil, err
	}
	if language == "" || v.Query("lang") != "" {
		language = v.pageLanguage()
	}
	c.page = v.publicPage(language)
	ended, err := s.endedSince(v.ctx(), &c.signUp)
	if err != nil || len(ended) == 0 {
		return c, err
	}
	return nil, s.showEnded(v, c.page, ended)
}

// endedSince gives the lists of a sign-up that its owner is no longer on, though they confirmed it.
func (s *Server) endedSince(ctx context.Context, su *campaign.SignUp) ([]string, error) {
	if su.ConfirmedAt.IsZero() {
		return nil, nil
	}
	c, err := s.store.GetContactByAddress(ctx, su.Email)
	if err != nil {
		return nil, unlessMissing(err)
	}
	return slices.DeleteFunc(slices.Clone(su.Lists), func(l string) bool { return c.OnAll([]string{l}) }), nil
}

// showEnded says that a link that was used already brings nobody back, and where one can sign up anew.
func (s *Server) showEnded(v *visit, page publicPage, lists []string) error {
	p := messagePage{publicPage: page, Name: page.T("confirmation.anew")}
	p.Title, p.Text = p.T("reader.empty.title"), p.T("confirmation.ended", s.namesOf(v.ctx(), lists))
	open, err := s.publicLists(v.ctx())
	if err != nil {
		return err
	}
	if slices.ContainsFunc(open, func(l campaign.List) bool { return slices.Contains(lists, l.ID) }) {
		p.Link = subscribePath + "?lang=" + url.QueryEscape(string(p.Language))
	}
	p.otherLanguages(v.Request.URL.Path)
	return v.showPublic(http.StatusOK, "message", p.Style, &p)
}

func (s *Server) languageOf(ctx context.Context, contact string) campaign.Language {
	c, err := s.store.GetPerson(ctx, contact)
	if err != nil {
		return ""
	}
	return c.Language
}

// confirmReader shows the button.
func (s *Server) confirmReader(v *visit) error {
	c, err := s.findConfirmation(v)
	if err != nil || c == nil {
		return err
	}
	p := confirmPublicPage{publicPage: c.page}
	switch c.kind {
	case campaign.ConfirmSignUp:
		p.Title, p.Button = p.T("confirmation.title"), p.T("confirmation.button")
		p.Question = p.T("confirmation.question", s.namesOf(v.ctx(), c.signUp.Lists), maskAddress(c.address))
	case campaign.StillWanted:
		p.Title, p.Button = p.T("notice.still_wanted.title"), p.T("notice.still_wanted.button")
		p.Question = p.T("notice.still_wanted.question", maskAddress(c.address))
		p.Otherwise, p.Link = p.T("mail.leave"), s.tracker.links.Preferences(c.id)
	default:
		p.Title, p.Button = p.T("address.title"), p.T("notice.confirm_address.button")
		p.Question = p.T("address.question", maskAddress(c.address))
	}
	p.otherLanguages(v.Request.URL.Path)
	return v.showPublic(http.StatusOK, "confirm", p.Style, &p)
}

// doConfirm does what the button says.
func (s *Server) doConfirm(v *visit) error {
	c, err := s.findConfirmation(v)
	if err != nil || c == nil {
		return err
	}
	if !s.readerThrottle.allowKey("confirm "+c.id, formsPerDelivery, waitPerDelivery) {
		return v.tellReader(http.StatusTooManyRequests, c.page.Language, "error.too_many")
	}
	form, err := readLeaveForm(v.Request)
	if err != nil || form.Get("action") != "confirm" {
		return v.tellReader(http.StatusBadRequest, c.page.Language, "reader.empty")
	}
	p := confirmPublicPage{publicPage: c.page}
	var contact campaign.Contact
	switch c.kind {
	case campaign.ConfirmSignUp:
		p.Title = p.T("confirmation.title")
		p.Done = p.T("confirmation.done", s.namesOf(v.ctx(), c.signUp.Lists))
		_, contact, err = s.store.ConfirmSignUp(v.ctx(), c.id)
	case campaign.StillWanted:
		p.Title, p.Done = p.T("notice.still_wanted.title"), p.T("notice.still_wanted.done")
		contact.ID, err = c.id, s.store.KeepReviewed(v.ctx(), c.id, "said so themselves")
	default:
		p.Title, p.Done = p.T("address.title"), p.T("address.done", maskAddress(c.address))
		contact, err = s.store.ConfirmAddressChange(v.ctx(), c.id)
	}
	switch campaign.CodeOf(err) {
	case "":
	case campaign.NotFound:
		return v.tellReader(http.StatusGone, c.page.Language, "error.expired")
	case campaign.Conflict:
		return v.tellReader(http.StatusConflict, c.page.Language, "address.taken")
	}
	if err != nil {
		return err
	}
	p.Link = s.tracker.links.Preferences(contact.ID)
	return v.showPublic(http.StatusOK, "confirm", p.Style, &p)
}
