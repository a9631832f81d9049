package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/web/request"
)

// maxLeaveForm is how long a form of a reader may be.
const maxLeaveForm = 64 << 10

// A reader may send so many forms in a row by one link from one place, then one in each interval: somebody elsewhere whom a
// message was passed on to must not keep its reader from choosing.
const (
	formsPerLink = 30
	waitPerLink  = 10 * time.Second
)

// maySend takes a try to send a form by a link, which is told by name, from the visitor's place.
func (s *Server) maySend(v *visit, link string) bool {
	return s.readerThrottle.Allow(link+" from "+request.Network(v.ClientIP()), formsPerLink, waitPerLink)
}

// leaver is the reader whose message the token stands in, or whose page of choices it opens.
type leaver struct {
	delivery campaign.Delivery // empty when it is gone, and on a page that belongs to no message
	contact  campaign.Contact  // empty when it is gone
	lists    []string          // of the run
	language campaign.Language
	known    bool      // there is such a contact
	made     time.Time // when the message was made that led here; zero when that is not known
	old      bool      // the message went to an address the reader has no more, or its links were ended: it only lets them leave
}

// leavePage shows one button to leave and, below it, everything the reader can choose. Asking for it changes nothing: mail
// scanners follow every link (D-04).
func (s *Server) leavePage(v *visit) error {
	r, err := s.findLeaver(v)
	if err != nil || r == nil {
		return err
	}
	return v.showLeave(r, "", nil)
}

// leave acts on what a reader or their mail program sends. RFC 8058 section 3.2: the one-click request says
// List-Unsubscribe=One-Click, and our buttons name what they do; whatever else comes is shown the page and changes nothing.
// Leaving is not throttled: a machine that came before must not keep a person from it.
func (s *Server) leave(v *visit) error {
	r, err := s.findLeaver(v)
	if err != nil || r == nil {
		return err
	}
	form, err := readLeaveForm(v.Request)
	if err != nil {
		return v.tellReader(statusOfForm(err), r.language, "reader.empty")
	}
	if isOneClick(form) {
		if err := s.leaveRun(v.ctx(), r); err != nil {
			return err
		}
		v.Header("Cache-Control", "no-store")
		v.String(http.StatusOK, "%s\n", v.publicPage(r.language).T("unsubscribe.one_click"))
		return nil
	}
	return s.choose(v, r, form)
}

func isOneClick(form url.Values) bool {
	for name, values := range form {
		if strings.EqualFold(name, "List-Unsubscribe") && slices.ContainsFunc(values, func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), "One-Click") }) {
			return true
		}
	}
	return false
}

// choose does what the button says that was pressed on the page.
func (s *Server) choose(v *visit, r *leaver, form url.Values) error {
	switch form.Get("action") {
	case "leave":
		return s.leaveByButton(v, r)
	case "leave_all":
		return s.leaveEverything(v, r)
	}
	if !s.maySend(v, "reader "+r.contact.ID+r.delivery.ID) {
		return v.tellReader(http.StatusTooManyRequests, r.language, "error.too_many")
	}
	if form.Get("action") == "link" {
		return s.askLink(v, r)
	}
	if r.old {
		return v.showLeave(r, "", nil)
	}
	switch form.Get("action") {
	case "save":
		return s.savePreferences(v, r, form)
	case "undo":
		return s.undoLeaving(v, r, form["list"])
	case "address":
		return s.askAddress(v, r, form.Get("email"))
	case "data":
		return s.askData(v, r)
	}
	return v.showLeave(r, "", nil)
}

func (s *Server) leaveByButton(v *visit, r *leaver) error {
	lists := r.toLeave()
	on := r.subscribedOf(lists)
	if err := s.leaveRun(v.ctx(), r); err != nil {
		return err
	}
	named := on
	if len(named) == 0 {
		named = lists
	}
	return v.showLeave(r, v.publicPage(r.language).T("unsubscribe.done", s.namesOf(v.ctx(), named)), on)
}

// findLeaver reads the token and finds the reader; nil when the answer is given already.
func (s *Server) findLeaver(v *visit) (*leaver, error) {
	if strings.HasPrefix(v.FullPath(), campaign.PreferencesPath) {
		return s.findByPage(v)
	}
	id, ok := s.tracker.links.ReadUnsubscribe(v.Param("token"))
	if !ok {
		return nil, v.tellReader(http.StatusNotFound, v.pageLanguage(), "error.not_found")
	}
	r := &leaver{}
	var err error
	if r.delivery, err = s.store.GetDelivery(v.ctx(), id); unlessMissing(err) != nil {
		return nil, err
	}
	run, contact, _ := campaign.SplitDeliveryID(id)
	r.made = campaign.TimeOfID(run)
	if err == nil {
		r.language = readerLanguage(r.delivery.Language)
		if !r.delivery.MadeAt.IsZero() {
			r.made = r.delivery.MadeAt
		}
		if r.delivery.Contact != campaign.ErasedContact { // the records of an old run were untied from whom they are about
			contact = r.delivery.Contact
		}
	}
	if r.delivery.ID != "" && contact == "" {
		return nil, v.tellReader(http.StatusOK, v.languageFor(r), "reader.test")
	}
	return s.aboutContact(v, r, contact, run)
}

// findByPage finds the reader whose page of choices a token opens by itself.
func (s *Server) findByPage(v *visit) (*leaver, error) {
	contact, made, ok := s.tracker.links.ReadPreferences(v.Param("token"))
	if !ok {
		return nil, v.tellReader(http.StatusNotFound, v.pageLanguage(), "error.not_found")
	}
	return s.aboutContact(v, &leaver{made: made}, contact, "")
}

// aboutContact reads the contact and the lists of the run. The link of a message works for years: where the run's records
// were dropped meanwhile, its lists are all the reader is on.
func (s *Server) aboutContact(v *visit, r *leaver, contact, run string) (*leaver, error) {
	var err error
	if r.contact, err = s.store.GetPerson(v.ctx(), contact); unlessMissing(err) != nil {
		return nil, err
	}
	r.known = err == nil
	if r.contact.Language != "" { // they may have chosen it since the message was written
		r.language = r.contact.Language
	}
	r.language = v.languageFor(r)
	if !r.known {
		return nil, v.tellReader(http.StatusOK, r.language, "reader.gone")
	}
	to := r.delivery.Email
	r.old = r.contact.ID != contact || r.made.Before(r.contact.LinksSince) || to != "" && campaign.AddressKey(to) != r.contact.Address
	if run == "" {
		return r, nil
	}
	edition, err := s.store.GetEdition(v.ctx(), run)
	if campaign.CodeOf(err) == campaign.NotFound {
		for _, m := range r.contact.Memberships {
			r.lists = append(r.lists, m.List)
		}
		return r, nil
	}
	for _, l := range edition.Lists {
		r.lists = append(r.lists, l.ID)
	}
	return r, err
}

// languageFor is the language of a page: as the address says, else the reader's, else the browser's.
func (v *visit) languageFor(r *leaver) campaign.Language {
	if r.language == "" || v.Query("lang") != "" {
		return v.pageLanguage()
	}
	return r.language
}

// readLeaveForm reads a form in either encoding of RFC 8058, and what says nothing of its encoding too: a request to leave must
// not fail for want of a label. Of a form that is broken it gives what can be read.
func readLeaveForm(r *http.Request) (url.Values, error) {
	if request.MediaType(r.Header.Get("Content-Type")) == request.Multipart {
		if err := r.ParseMultipartForm(maxLeaveForm); err != nil {
			return nil, err
		}
		return url.Values(r.MultipartForm.Value), nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, _ := url.ParseQuery(strings.TrimSpace(string(body)))
	return form, nil
}

// statusOfForm is how a form is refused that cannot be read.
func statusOfForm(err error) int {
	var tooLong *http.MaxBytesError
	if errors.As(err, &tooLong) {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}

// subscribedOf gives those of some lists the reader is on.
func (r *leaver) subscribedOf(lists []string) []string {
	var out []string
	for _, l := range lists {
		if m := r.contact.Membership(l); m != nil && m.Status == campaign.Subscribed {
			out = append(out, l)
		}
	}
	return out
}

// ownLists gives those of the run's lists the reader is or was on. The names of the others are the team's own business.
func (r *leaver) ownLists() []string {
	own := slices.DeleteFunc(slices.Clone(r.lists), func(l string) bool { return r.contact.Membership(l) == nil })
	if len(own) == 0 {
		return r.lists
	}
	return own
}

// leaveRun takes the reader off the lists of the run and records that this message made them leave. Somebody who was on
// some of the lists leaves those; doing it again changes nothing.
func (s *Server) leaveRun(ctx context.Context, r *leaver) error {
	if !r.known {
		return nil
	}
	return s.leaveLists(ctx, r, r.toLeave())
}

// toLeave gives the lists a request to leave is about: those of the message, or, by a page that belongs to none, every list the
// reader is on.
func (r *leaver) toLeave() []string {
	if len(r.lists) > 0 {
		return r.ownLists()
	}
	var all []string
	for _, m := range r.contact.Memberships {
		all = append(all, m.List)
	}
	return r.subscribedOf(all)
}

func (s *Server) leaveLists(ctx context.Context, r *leaver, lists []string) error {
	left, err := s.store.LeaveLists(ctx, r.contact.ID, lists, campaign.Unsubscribed)
	if err == nil && len(left) > 0 {
		err = s.recordLeaving(ctx, r)
	}
	if err != nil {
		return unlessMissing(err)
	}
	r.contact, err = s.store.GetContact(ctx, r.contact.ID)
	return unlessMissing(err)
}

func (s *Server) recordLeaving(ctx context.Context, r *leaver) error {
	d := &r.delivery
	if d.ID == "" {
		return nil // no message is known that made them leave
	}
	return s.tracker.recorder.add(ctx, &campaign.Event{
		ID:  campaign.EventID(d.Run, campaign.UnsubscribedEvent, campaign.Human, d.ID, 0),
		Run: d.Run, Campaign: d.Campaign, Kind: campaign.UnsubscribedEvent, Verdict: campaign.Human,
		Delivery: d.ID, Contact: d.Contact, Reader: d.ID, Language: d.Language, At: s.Now().UTC(),
	})
}

// leaveEverything ends all memberships and keeps the address from ever being written to again (E-09).
func (s *Server) leaveEverything(v *visit, r *leaver) error {
	var all []string
	for _, m := range r.contact.Memberships {
		all = append(all, m.List)
	}
	on := r.subscribedOf(all)
	if err := s.store.Suppress(v.ctx(), r.contact.Email, campaign.LeftAll, "preference page"); err != nil {
		return err
	}
	if err := s.leaveLists(v.ctx(), r, all); err != nil {
		return err
	}
	return v.showLeave(r, v.publicPage(r.language).T("unsubscribe.done_all"), on)
}

// undoLeaving asks by mail whether the reader wants to be back on lists they left.
func (s *Server) undoLeaving(v *visit, r *leaver, lists []string) error {
	wish, err := s.waitingOr(v, r)
	if err != nil {
		return err
	}
	for _, l := range lists {
		if m := r.contact.Membership(l); m != nil && m.Status == campaign.Unsubscribed {
			wish.Lists = append(wish.Lists, l)
		}
	}
	s.agreed(v, wish, v.publicPage(r.language))
	return s.askWish(v, r, wish, "")
}

// preferenceSource is where less was chosen, which takes effect at once.
const preferenceSource = "preference page"

// namesOf joins the names of lists for a sentence.
func (s *Server) namesOf(ctx context.Context, ids []string) string {
	var names []string
	for _, id := range ids {
		if l, err := s.store.GetList(ctx, id); err == nil {
			names = append(names, l.Name)
		}
	}
	return strings.Join(names, ", ")
}

// suppressedAs says whether and why the reader's address is suppressed.
func (r *leaver) suppressedAs(ctx context.Context, s *store.Store) (campaign.SuppressionReason, error) {
	found, err := s.Suppressed(ctx, []string{r.contact.Email})
	return found[r.contact.Email], err
}
