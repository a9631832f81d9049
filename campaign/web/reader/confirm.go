package reader

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// confirmations answer the links of notices: each page asks for a press of a button.
type confirmations struct {
	store  confirmationStore
	lists  *lists
	limits *limits
	links  campaign.Links
}

type confirmationStore interface {
	GetSignUp(ctx context.Context, id string) (campaign.SignUp, error)
	ConfirmSignUp(ctx context.Context, id string) (campaign.SignUp, campaign.Contact, error)
	GetAddressChange(ctx context.Context, id string) (campaign.AddressChange, error)
	ConfirmAddressChange(ctx context.Context, id string) (campaign.AddressChange, error)
	AgreeToAddressChange(ctx context.Context, id string) (campaign.AddressChange, error)
	StopAddressChange(ctx context.Context, id string) (campaign.AddressChange, error)
	GetWish(ctx context.Context, id string) (campaign.Wish, campaign.Contact, error)
	ConfirmWish(ctx context.Context, id string) (campaign.Contact, error)
	GetPerson(ctx context.Context, id string) (campaign.Contact, error)
	GetContactByAddress(ctx context.Context, address string) (campaign.Contact, error)
	KeepReviewed(ctx context.Context, contact, reason string) error
}

// confirmPage asks for one press of a button: mail scanners follow every link, but press no button.
type confirmPage struct {
	page
	Question  string
	Points    []string // of the question
	Buttons   []pageButton
	Otherwise string // what the link says while nothing is confirmed; "" shows none
	Done      string
	Link      string // to the reader's choices; "" shows none
}

// pageButton is one thing a page offers to do.
type pageButton struct {
	Action, Name string
	Quiet        bool
}

// confirmation is what a link of a notice confirms.
type confirmation struct {
	kind    campaign.NoticeKind
	id      string
	made    time.Time // when the notice was made
	address string
	former  string          // of a change of address, when the address it replaces is asked
	signUp  campaign.SignUp // when one is confirmed
	wish    campaign.Wish
	change  campaign.AddressChange
	page    page
}

// find reads the token; it returns nil when the request is answered already.
func (s *confirmations) find(v *visit) (*confirmation, error) {
	kind, id, made, ok := s.links.ReadConfirm(v.Param("token"))
	if !ok {
		return nil, v.showMessage(http.StatusNotFound, v.pageLanguage(), "error.not_found")
	}
	c := &confirmation{kind: kind, id: id, made: made}
	tag := campaign.Language("")
	var err error
	switch kind {
	case campaign.ConfirmSignUp:
		c.signUp, err = s.store.GetSignUp(v.ctx(), id)
		c.address, tag = c.signUp.Email, c.signUp.Language
	case campaign.ConfirmAddress, campaign.AddressChanged:
		c.change, err = s.store.GetAddressChange(v.ctx(), id)
		c.address = c.change.Email
		if contact, missing := s.store.GetPerson(v.ctx(), c.change.Contact); missing == nil {
			c.former, tag = contact.Email, contact.Language
		}
	case campaign.ConfirmWish:
		var contact campaign.Contact
		c.wish, contact, err = s.store.GetWish(v.ctx(), id)
		c.address, tag = contact.Email, contact.Language
	case campaign.StillWanted:
		var contact campaign.Contact
		contact, err = s.store.GetPerson(v.ctx(), id)
		if err == nil && (contact.ID != id || made.Before(contact.LinksSince)) {
			return nil, v.showMessage(http.StatusGone, v.pageLanguage(), "error.expired")
		}
		c.address, tag = contact.Email, contact.Language
	default:
		return nil, v.showMessage(http.StatusNotFound, v.pageLanguage(), "error.not_found")
	}
	if campaign.CodeOf(err) == campaign.NotFound {
		return nil, v.showMessage(http.StatusGone, v.pageLanguage(), "error.expired")
	}
	if err != nil {
		return nil, err
	}
	if tag == "" || v.Query("lang") != "" {
		tag = v.pageLanguage()
	}
	c.page = v.page(tag)
	ended, err := s.endedSince(v.ctx(), &c.signUp)
	if err != nil || len(ended) == 0 {
		return c, err
	}
	return nil, s.showEnded(v, c.page, ended)
}

// endedSince returns the lists of a confirmed sign-up that its owner is no longer on.
func (s *confirmations) endedSince(ctx context.Context, su *campaign.SignUp) ([]string, error) {
	if su.ConfirmedAt.IsZero() {
		return nil, nil
	}
	c, err := s.store.GetContactByAddress(ctx, su.Email)
	if err != nil {
		return nil, campaign.UnlessMissing(err)
	}
	return slices.DeleteFunc(slices.Clone(su.Lists), func(l string) bool { return c.OnAll([]string{l}) }), nil
}

// showEnded says that a used link brings nobody back, and where to sign up again.
func (s *confirmations) showEnded(v *visit, page page, lists []string) error {
	p := messagePage{page: page, Name: page.T("confirmation.anew")}
	p.Title, p.Text = p.T("reader.empty.title"), p.T("confirmation.ended", s.lists.names(v.ctx(), lists, page))
	open, err := s.lists.public(v.ctx(), p.Language)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(open, func(l campaign.List) bool { return slices.Contains(lists, l.ID) }) {
		p.Link = SubscribePath + "?lang=" + url.QueryEscape(string(p.Language))
	}
	p.offerLanguages(v.Request.URL.Path)
	return v.show(http.StatusOK, "message", p.Style, &p)
}

// show sends the page with the button.
func (s *confirmations) show(v *visit) error {
	c, err := s.find(v)
	if err != nil || c == nil {
		return err
	}
	p := confirmPage{page: c.page}
	button := func(key string) { p.Buttons = append(p.Buttons, pageButton{Action: "confirm", Name: p.T(key)}) }
	switch c.kind {
	case campaign.ConfirmSignUp:
		p.Title = p.T("confirmation.title")
		p.Question = p.T("confirmation.question", s.lists.names(v.ctx(), c.signUp.Lists, p.page), maskAddress(c.address))
		button("confirmation.button")
	case campaign.StillWanted:
		p.Title = p.T("notice.still_wanted.title")
		p.Question = p.T("notice.still_wanted.question", maskAddress(c.address))
		p.Otherwise, p.Link = p.T("mail.leave"), s.links.Preferences(c.id, c.made)
		button("notice.still_wanted.button")
	case campaign.ConfirmWish:
		p.Title = p.T("notice.confirm_wish.title")
		p.Question, p.Points = p.T("wish.question", maskAddress(c.address)), s.lists.wordsOf(v.ctx(), &c.wish, p.page, nil)
		if name := strings.TrimSpace(c.wish.FirstName + " " + c.wish.LastName); name != "" {
			last := len(p.Points) - 1
			p.Points[last] = p.T("public.pair", p.Points[last], name)
		}
		if p.Done = ""; !c.wish.ConfirmedAt.IsZero() {
			p.Done, p.Link = p.T("wish.done"), s.links.Preferences(c.wish.Contact, c.made)
		}
		button("notice.confirm_wish.button")
	default:
		s.askOfChange(c, &p)
	}
	p.offerLanguages(v.Request.URL.Path)
	return v.show(http.StatusOK, "confirm", p.Style, &p)
}

// act does what the button says.
func (s *confirmations) act(v *visit) error {
	c, err := s.find(v)
	if err != nil || c == nil {
		return err
	}
	if !s.limits.allowForm(v, string(c.kind)+" "+c.id) { // both addresses of a change have a link to it: one must not use up the other's tries
		return v.showMessage(http.StatusTooManyRequests, c.page.Language, "error.too_many")
	}
	form, err := readForm(v.Request)
	if err != nil {
		return v.refuseForm(err, c.page.Language)
	}
	action := form.Get("action")
	if action != "confirm" && (action != "stop" || c.kind != campaign.AddressChanged) {
		return v.showMessage(http.StatusBadRequest, c.page.Language, "reader.empty")
	}
	p := confirmPage{page: c.page}
	var contact campaign.Contact
	switch c.kind {
	case campaign.ConfirmSignUp:
		p.Title = p.T("confirmation.title")
		p.Done = p.T("confirmation.done", s.lists.names(v.ctx(), c.signUp.Lists, p.page))
		_, contact, err = s.store.ConfirmSignUp(v.ctx(), c.id)
	case campaign.StillWanted:
		p.Title, p.Done = p.T("notice.still_wanted.title"), p.T("notice.still_wanted.done")
		contact.ID, err = c.id, s.store.KeepReviewed(v.ctx(), c.id, "said so themselves")
	case campaign.ConfirmWish:
		p.Title, p.Done = p.T("notice.confirm_wish.title"), p.T("wish.done")
		contact, err = s.store.ConfirmWish(v.ctx(), c.id)
	default:
		err = s.answerChange(v, c, action, &p)
	}
	switch campaign.CodeOf(err) {
	case "":
	case campaign.NotFound:
		return v.showMessage(http.StatusGone, c.page.Language, "error.expired")
	case campaign.Conflict:
		return v.showMessage(http.StatusConflict, c.page.Language, "address.taken")
	}
	if err != nil {
		return err
	}
	if contact.ID != "" { // the link is as old as the message that led here
		p.Link = s.links.Preferences(contact.ID, c.made)
	}
	return v.show(http.StatusOK, "confirm", p.Style, &p)
}

// askOfChange asks either address of a change whether it is wanted, or says what became of it.
func (s *confirmations) askOfChange(c *confirmation, p *confirmPage) {
	p.Title = p.T("address.title")
	a := &c.change
	due := language.DateInSentence(p.Language, a.DueAt.In(p.zone))
	switch {
	case !a.DoneAt.IsZero():
		p.Done = p.T("address.done", maskAddress(c.address))
	case !a.RefusedAt.IsZero():
		if p.Done = p.T("address.stopped"); c.kind == campaign.AddressChanged { // old by now: it leads to where a new one is sent
			p.Link = s.links.Preferences(a.Contact, c.made)
		}
	case !a.StoppedAt.IsZero() && c.kind == campaign.AddressChanged: // another may have been asked for since
		p.Question = p.T("address.over")
		p.Buttons = append(p.Buttons, pageButton{Action: "stop", Name: p.T("address.stop"), Quiet: true})
	case !a.StoppedAt.IsZero():
		p.Done = p.T("address.over")
	case c.kind == campaign.AddressChanged:
		p.Question = p.T("address.question_old", maskBeside(c.address, c.former), due)
		if hasOtherLetters(c.address) {
			p.Question += " " + p.T("address.other_letters")
		}
		if a.AgreedAt.IsZero() {
			p.Buttons = append(p.Buttons, pageButton{Action: "confirm", Name: p.T("address.agree")})
		} else {
			p.Question = p.T("address.agreed")
		}
		p.Buttons = append(p.Buttons, pageButton{Action: "stop", Name: p.T("address.stop"), Quiet: true})
	case !a.ConfirmedAt.IsZero():
		p.Done = p.T("address.confirmed", due)
	default:
		p.Question = p.T("address.question", maskAddress(c.address))
		p.Buttons = append(p.Buttons, pageButton{Action: "confirm", Name: p.T("notice.confirm_address.button")})
	}
}

// answerChange does what one of the addresses of a change decided.
func (s *confirmations) answerChange(v *visit, c *confirmation, action string, p *confirmPage) (err error) {
	switch {
	case c.kind == campaign.ConfirmAddress:
		c.change, err = s.store.ConfirmAddressChange(v.ctx(), c.id)
	case action == "stop":
		c.change, err = s.store.StopAddressChange(v.ctx(), c.id)
	default:
		c.change, err = s.store.AgreeToAddressChange(v.ctx(), c.id)
	}
	if s.askOfChange(c, p); p.Done == "" {
		p.Done, p.Buttons = p.Question, nil
	}
	return err
}
