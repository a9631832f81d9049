package reader

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

// leaving is the page to leave on, whose reader is found by a token, and what can be done there.
type leaving struct {
	store       leavingStore
	lists       *lists
	limits      *limits
	links       campaign.Links
	tracking    *tracking
	preferences *preferences
	choosing    *choosing
	wishes      *wishes
}

type leavingStore interface {
	GetDelivery(ctx context.Context, id string) (campaign.Delivery, error)
	GetEdition(ctx context.Context, run string) (edition.Edition, error)
	GetPerson(ctx context.Context, id string) (campaign.Contact, error)
	GetContact(ctx context.Context, id string) (campaign.Contact, error)
	LeaveLists(ctx context.Context, id string, lists []string, status campaign.MembershipStatus) ([]string, error)
	Suppress(ctx context.Context, address string, reason campaign.SuppressionReason, detail string) error
}

// recipient is the reader of the message that a token is in, or of the page of choices that it opens.
type recipient struct {
	delivery campaign.Delivery // zero when it is gone, and on a page that belongs to no message
	contact  campaign.Contact
	lists    []string // of the run
	language campaign.Language
	made     time.Time // when the message was made that led here; zero when that is not known
	old      bool      // the message went to a former address of the reader, or its links were ended: it only lets them leave
}

// show sends one button to leave and, below it, everything the reader can choose. Asking for it changes nothing: mail scanners
// follow every link (D-04).
func (s *leaving) show(v *visit) error {
	r, err := s.find(v)
	if err != nil || r == nil {
		return err
	}
	return s.preferences.show(v, r, "", nil)
}

// act does what a reader or their mail program sends. RFC 8058 section 3.2: the one-click request says
// List-Unsubscribe=One-Click, and our buttons name what they do; anything else is answered by the page and changes nothing.
// Leaving is not throttled: a machine that came before must not keep a person from it.
func (s *leaving) act(v *visit) error {
	r, err := s.find(v)
	if err != nil || r == nil {
		return err
	}
	body, err := io.ReadAll(v.Request.Body)
	if err != nil {
		return v.refuseForm(err, r.language)
	}
	v.Request.Body = io.NopCloser(bytes.NewReader(body))
	form, err := readForm(v.Request)
	if isOneClick(form, body) {
		if err := s.leaveLists(v.ctx(), r, r.toLeave()); err != nil {
			return err
		}
		v.Header("Cache-Control", "no-store")
		v.String(http.StatusOK, "%s\n", v.page(r.language).T("unsubscribe.one_click"))
		return nil
	}
	if err != nil {
		return v.refuseForm(err, r.language)
	}
	return s.choose(v, r, form)
}

// oneClick are the words of RFC 8058 in a body that is no form, or a broken one: mail programs send them under other labels too,
// as plain text or with a wrong boundary.
var oneClick = regexp.MustCompile(`(?i)\blist-unsubscribe["']?\s*[=:]?\s*["']?one-click\b`)

func isOneClick(form url.Values, body []byte) bool {
	if oneClick.Match(body) {
		return true
	}
	for name, values := range form {
		if strings.EqualFold(name, "List-Unsubscribe") && slices.ContainsFunc(values, func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), "One-Click") }) {
			return true
		}
	}
	return false
}

// choose does what the pressed button of the page says.
func (s *leaving) choose(v *visit, r *recipient, form url.Values) error {
	switch form.Get("action") {
	case "leave":
		return s.leaveByButton(v, r)
	case "leave_all":
		return s.leaveEverything(v, r)
	}
	if !s.limits.allowForm(v, "reader "+r.contact.ID+r.delivery.ID) {
		return v.showMessage(http.StatusTooManyRequests, r.language, "error.too_many")
	}
	if form.Get("action") == "link" {
		return s.wishes.askLink(v, r)
	}
	if r.old {
		return s.preferences.show(v, r, "", nil)
	}
	switch form.Get("action") {
	case "save":
		return s.choosing.save(v, r, form)
	case "undo":
		return s.wishes.askBack(v, r, form["list"])
	case "address":
		return s.wishes.askAddress(v, r, form.Get("email"))
	case "data":
		return s.wishes.askData(v, r)
	}
	return s.preferences.show(v, r, "", nil)
}

func (s *leaving) leaveByButton(v *visit, r *recipient) error {
	named := r.toLeave()
	on := r.subscribedOf(named)
	if err := s.leaveLists(v.ctx(), r, named); err != nil {
		return err
	}
	if len(on) > 0 {
		named = on
	}
	page := v.page(r.language)
	return s.preferences.show(v, r, page.T("unsubscribe.done", s.lists.names(v.ctx(), named, page)), on)
}

// find reads the token and finds the reader; it returns nil when the request is answered already.
func (s *leaving) find(v *visit) (*recipient, error) {
	if strings.HasPrefix(v.FullPath(), campaign.PreferencesPath) {
		return s.findByPage(v)
	}
	id, ok := s.links.ReadUnsubscribe(v.Param("token"))
	if !ok {
		return nil, v.showMessage(http.StatusNotFound, v.pageLanguage(), "error.not_found")
	}
	r := &recipient{}
	var err error
	if r.delivery, err = s.store.GetDelivery(v.ctx(), id); campaign.UnlessMissing(err) != nil {
		return nil, err
	}
	run, contact, _ := campaign.SplitDeliveryID(id)
	r.made = campaign.TimeOfID(run)
	if err == nil {
		r.language = knownLanguage(r.delivery.Language)
		if !r.delivery.MadeAt.IsZero() {
			r.made = r.delivery.MadeAt
		}
		if r.delivery.Contact != campaign.ErasedContact { // the records of an old run no longer say whom they are about
			contact = r.delivery.Contact
		}
	}
	if r.delivery.ID != "" && contact == "" {
		return nil, v.showMessage(http.StatusOK, v.languageOr(r.language), "reader.test")
	}
	return s.aboutContact(v, r, contact, run)
}

// findByPage finds the reader whose page of choices a token opens by itself.
func (s *leaving) findByPage(v *visit) (*recipient, error) {
	contact, made, ok := s.links.ReadPreferences(v.Param("token"))
	if !ok {
		return nil, v.showMessage(http.StatusNotFound, v.pageLanguage(), "error.not_found")
	}
	return s.aboutContact(v, &recipient{made: made}, contact, "")
}

// aboutContact reads the contact and the lists of the run. The link of a message works for years: when the run's records were
// dropped meanwhile, its lists are all the reader is on.
func (s *leaving) aboutContact(v *visit, r *recipient, contact, run string) (*recipient, error) {
	var err error
	if r.contact, err = s.store.GetPerson(v.ctx(), contact); campaign.UnlessMissing(err) != nil {
		return nil, err
	}
	missing := err != nil
	if r.contact.Language != "" { // they may have chosen it since the message was written
		r.language = r.contact.Language
	}
	r.language = v.languageOr(r.language)
	if missing {
		return nil, v.showMessage(http.StatusOK, r.language, "reader.gone")
	}
	to := r.delivery.Email
	r.old = r.contact.ID != contact || r.made.Before(r.contact.LinksSince) || to != "" && campaign.AddressKey(to) != r.contact.Address
	if run == "" {
		return r, nil
	}
	sent, err := s.store.GetEdition(v.ctx(), run)
	if campaign.CodeOf(err) == campaign.NotFound {
		r.lists = r.everyList()
		return r, nil
	}
	for _, l := range sent.Lists {
		r.lists = append(r.lists, l.ID)
	}
	return r, err
}

// subscribedOf returns those of some lists that the reader is on.
func (r *recipient) subscribedOf(lists []string) []string {
	var out []string
	for _, l := range lists {
		if m := r.contact.Membership(l); m != nil && m.Status == campaign.Subscribed {
			out = append(out, l)
		}
	}
	return out
}

// ownLists returns those of the run's lists that the reader is or was on. The names of the others are the team's own business.
func (r *recipient) ownLists() []string {
	own := slices.DeleteFunc(slices.Clone(r.lists), func(l string) bool { return r.contact.Membership(l) == nil })
	if len(own) == 0 {
		return r.lists
	}
	return own
}

// toLeave returns the lists a request to leave is about: those of the message, or, on a page that belongs to none, every list
// the reader is on.
func (r *recipient) toLeave() []string {
	if len(r.lists) > 0 {
		return r.ownLists()
	}
	return r.subscribedOf(r.everyList())
}

// everyList returns the lists the reader is or was on.
func (r *recipient) everyList() []string {
	var all []string
	for _, m := range r.contact.Memberships {
		all = append(all, m.List)
	}
	return all
}

// leaveLists takes the reader off lists and records that this message made them leave. Doing it again changes nothing.
func (s *leaving) leaveLists(ctx context.Context, r *recipient, lists []string) error {
	left, err := s.store.LeaveLists(ctx, r.contact.ID, lists, campaign.Unsubscribed)
	if err == nil && len(left) > 0 {
		err = s.tracking.left(ctx, &r.delivery)
	}
	if err != nil {
		return campaign.UnlessMissing(err)
	}
	r.contact, err = s.store.GetContact(ctx, r.contact.ID)
	return campaign.UnlessMissing(err)
}

// leaveEverything ends all memberships and keeps the address from ever being written to again (E-09).
func (s *leaving) leaveEverything(v *visit, r *recipient) error {
	all := r.everyList()
	on := r.subscribedOf(all)
	if err := s.store.Suppress(v.ctx(), r.contact.Email, campaign.LeftAll, preferenceSource); err != nil {
		return err
	}
	if err := s.leaveLists(v.ctx(), r, all); err != nil {
		return err
	}
	return s.preferences.show(v, r, v.page(r.language).T("unsubscribe.done_all"), on)
}
