package web

import (
	"context"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// maxLeaveForm is how long a form of a reader may be.
const maxLeaveForm = 64 << 10

// A reader may send so many forms in a row, then one in each interval. It is counted by delivery and not by place: the
// one-click requests of a large mailbox provider come from few places.
const (
	formsPerDelivery = 30
	waitPerDelivery  = 10 * time.Second
)

// leaver is the reader whose message the token stands in.
type leaver struct {
	delivery campaign.Delivery
	contact  campaign.Contact // empty when it is gone
	lists    []string         // of the run
	language campaign.Language
	known    bool // there is such a contact
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

// leave acts on what a reader or their mail program sends. A body that says nothing of ours means leaving as well; no body
// means nothing (D-05).
func (s *Server) leave(v *visit) error {
	r, err := s.findLeaver(v)
	if err != nil || r == nil {
		return err
	}
	if !s.readerThrottle.allowKey("reader "+r.delivery.ID, formsPerDelivery, waitPerDelivery) {
		return v.tellReader(http.StatusTooManyRequests, r.language, "error.too_many")
	}
	form, err := readLeaveForm(v.Request)
	if err != nil || len(form) == 0 {
		return v.tellReader(http.StatusBadRequest, r.language, "reader.empty")
	}
	if strings.EqualFold(form.Get("List-Unsubscribe"), "One-Click") { // RFC 8058 section 3.2
		if err := s.leaveRun(v.ctx(), r); err != nil {
			return err
		}
		v.Header("Cache-Control", "no-store")
		v.String(http.StatusOK, "%s\n", v.publicPage(r.language).T("unsubscribe.one_click"))
		return nil
	}
	return s.choose(v, r, form)
}

// choose does what the button says that was pressed on the page.
func (s *Server) choose(v *visit, r *leaver, form url.Values) error {
	if !r.known {
		return v.showLeave(r, "", nil)
	}
	switch form.Get("action") {
	case "save":
		return s.savePreferences(v, r, form)
	case "undo":
		return s.undoLeaving(v, r, form["list"])
	case "leave_all":
		return s.leaveEverything(v, r)
	}
	on := r.subscribedOf(r.lists)
	if err := s.leaveRun(v.ctx(), r); err != nil {
		return err
	}
	named := on
	if len(named) == 0 {
		named = r.ownLists()
	}
	return v.showLeave(r, v.publicPage(r.language).T("unsubscribe.done", s.namesOf(v.ctx(), named)), on)
}

// findLeaver reads the token and finds the reader; nil when the answer is given already.
func (s *Server) findLeaver(v *visit) (*leaver, error) {
	id, ok := s.tracker.links.ReadUnsubscribe(v.Param("token"))
	if !ok {
		return nil, v.tellReader(http.StatusNotFound, v.acceptedLanguage(), "error.not_found")
	}
	d, err := s.store.GetDelivery(v.ctx(), id)
	if campaign.CodeOf(err) == campaign.NotFound {
		return nil, v.tellReader(http.StatusOK, v.acceptedLanguage(), "reader.gone")
	}
	if err != nil {
		return nil, err
	}
	r := &leaver{delivery: d, language: readerLanguage(d.Language)}
	if l, err := campaign.ParseLanguage(v.Query("lang")); err == nil && l != "" {
		r.language = l
	}
	if d.Contact == "" {
		return nil, v.tellReader(http.StatusOK, r.language, "reader.test")
	}
	edition, err := s.store.GetEdition(v.ctx(), d.Run)
	if err != nil {
		return nil, err
	}
	for _, l := range edition.Lists {
		r.lists = append(r.lists, l.ID)
	}
	r.contact, err = s.store.GetContact(v.ctx(), d.Contact)
	r.known = err == nil
	return r, unlessMissing(err)
}

// readLeaveForm reads a form in either encoding, and as plain text too: what says List-Unsubscribe=One-Click is obeyed
// however it is labelled.
func readLeaveForm(r *http.Request) (url.Values, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && kind == "multipart/form-data" {
		if err := r.ParseMultipartForm(maxLeaveForm); err != nil {
			return nil, err
		}
		return r.PostForm, nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	return url.ParseQuery(strings.TrimSpace(string(body)))
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
	return s.leaveLists(ctx, r, r.ownLists())
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

// undoLeaving puts the reader back on lists they left: their own act.
func (s *Server) undoLeaving(v *visit, r *leaver, lists []string) error {
	c, err := s.store.UpdateContact(v.ctx(), r.contact.ID, func(c *campaign.Contact) error {
		for _, l := range lists {
			if m := c.Membership(l); m != nil && m.Status == campaign.Unsubscribed {
				c.Subscribe(s.ownMembership(l), true)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.contact = c
	if err := s.store.LiftLeaving(v.ctx(), c.Email); err != nil {
		return err
	}
	return v.showLeave(r, v.publicPage(r.language).T("unsubscribe.undone"), nil)
}

// ownMembership is what a reader's own joining of a list is recorded as.
func (s *Server) ownMembership(list string) campaign.Membership {
	return campaign.Membership{
		List: list, Status: campaign.Subscribed, Basis: campaign.ConsentBasis, Source: preferenceSource, Since: s.Now().UTC(),
	}
}

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

// maskAddress shows enough of an address for its owner to know it, and nobody else: a message may be forwarded.
func maskAddress(address string) string {
	local, domain, _ := strings.Cut(address, "@")
	for _, first := range local {
		return string(first) + "•••@" + domain
	}
	return address
}

// allowKey takes one try from a key.
func (t *throttle) allowKey(key string, burst int, wait time.Duration) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.take(key, burst, wait)
}

// suppressedAs says whether and why the reader's address is suppressed.
func (r *leaver) suppressedAs(ctx context.Context, s *store.Store) (campaign.SuppressionReason, error) {
	found, err := s.Suppressed(ctx, []string{r.contact.Email})
	return found[r.contact.Email], err
}
