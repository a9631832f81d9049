package reader

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// preferences make the page to leave and to choose on.
type preferences struct {
	store    preferenceReader
	settings settingsReader
	lists    *lists
	now      func() time.Time
}

type preferenceReader interface {
	Suppressed(ctx context.Context, addresses []string) (map[string]campaign.SuppressionReason, error)
	WaitingWish(ctx context.Context, c *campaign.Contact) (*campaign.Wish, error)
	WaitingChange(ctx context.Context, contact string) (*campaign.AddressChange, error)
}

// preferencePage is that page. It says nothing of the reader but the masked address, because messages are forwarded.
type preferencePage struct {
	page
	Done     string   // what was just done
	Problem  string   // what could not be done
	Old      bool     // the link is too old for anything but leaving
	Waits    []string // what waits for the button in a mail, in words
	WaitsFor string   // a change of address that waits, in words; it does not say for which
	On       bool     // the reader is on a list of the run
	OfRun    bool     // the page belongs to a message, whose lists can be left by one button
	Names    string   // of the run's lists
	Address  string
	Undo     []string // lists the reader can go back to
	Lists    []listChoice
	Choices  []languageChoice
	Tracking []trackingChoice
	Topics   []topicChoice
	Digest   bool // the weekly digest is on offer
	Weekly   bool
	Pause    string // a date, "" for none
	Earliest string // a pause may end on
	Latest   string
}

type listChoice struct {
	ID, Name, Description string
	On                    bool
	Waits                 bool     // to be joined, by the button in a mail
	lists                 []string // those it stands for
}

// otherLists stands for the lists a reader is on that are neither open to everybody nor those of the message: the page does not
// say their names, since a message may be passed on.
const otherLists = "other"

type languageChoice struct {
	Tag     campaign.Language
	Name    string
	Current bool
}

type trackingChoice struct {
	Mode       campaign.Tracking
	Name, Help string
	Current    bool
}

type topicChoice struct {
	Key, Name string
	On        bool
}

// show sends the page as things stand; left are lists the reader has just left and can go back to.
func (s *preferences) show(v *visit, r *recipient, done string, left []string) error {
	p, err := s.page(v, r, left)
	if err != nil {
		return err
	}
	p.Done = done
	return v.show(http.StatusOK, "leave", p.Style, p)
}

// refuse sends the page with what cannot be done.
func (s *preferences) refuse(v *visit, r *recipient, problem string) error {
	p, err := s.page(v, r, nil)
	if err != nil {
		return err
	}
	p.Problem = problem
	return v.show(http.StatusUnprocessableEntity, "leave", p.Style, p)
}

func (s *preferences) page(v *visit, r *recipient, left []string) (*preferencePage, error) {
	c := &r.contact
	p := &preferencePage{page: v.page(r.language), Address: maskAddress(c.Email), OfRun: len(r.lists) > 0}
	p.Title, p.Old = p.T("preferences.title"), r.old
	p.offerLanguages(v.Request.URL.Path)
	suppressed, err := s.store.Suppressed(v.ctx(), []string{c.Email})
	if err != nil {
		return nil, err
	}
	on := r.subscribedOf(r.lists)
	p.On = len(on) > 0 && suppressed[c.Email] == ""
	p.Names = s.lists.names(v.ctx(), r.ownLists(), p.page)
	if p.On {
		p.Names = s.lists.names(v.ctx(), on, p.page)
	} else if p.Undo = left; left == nil {
		p.Undo = slices.DeleteFunc(slices.Clone(r.lists), func(l string) bool {
			m := c.Membership(l)
			return m == nil || m.Status != campaign.Unsubscribed
		})
	}
	if r.old {
		p.Undo = nil
		return p, nil
	}
	wish, err := s.fillLists(v, r, p)
	if err != nil {
		return nil, err
	}
	for _, l := range campaign.Languages {
		p.Choices = append(p.Choices, languageChoice{Tag: l, Name: l.Name(), Current: l == r.preferred()})
	}
	now := s.trackingNow(v, r)
	if wish.Tracking != "" {
		now = wish.Tracking
	}
	for _, mode := range campaign.Trackings {
		p.Tracking = append(p.Tracking, trackingChoice{Mode: mode, Name: p.T("tracking." + string(mode)), Help: p.T("tracking." + string(mode) + "_help"), Current: mode == now})
	}
	return p, s.fillWishes(v, r, p, wish)
}

// waiting returns the wish that waits for the reader's button, to be added to, or an empty one.
func (s *preferences) waiting(v *visit, r *recipient) (*campaign.Wish, error) {
	w, err := s.store.WaitingWish(v.ctx(), &r.contact)
	if w == nil {
		w = &campaign.Wish{}
	}
	return w, err
}

// fillLists fills in the lists, and what waits for a button in a mail.
func (s *preferences) fillLists(v *visit, r *recipient, p *preferencePage) (*campaign.Wish, error) {
	wish, err := s.waiting(v, r)
	if err != nil {
		return nil, err
	}
	if p.Lists, err = s.choices(v, r, wish); err != nil {
		return nil, err
	}
	p.Waits = s.lists.wordsOf(v.ctx(), wish, p.page, p.Lists)
	change, err := s.store.WaitingChange(v.ctx(), r.contact.ID)
	if err == nil && change != nil {
		p.WaitsFor = p.T("address.waits", language.DateInSentence(p.Language, change.At.In(p.zone)))
	}
	return wish, err
}

// fillWishes fills in what the reader can wish for beside lists.
func (s *preferences) fillWishes(v *visit, r *recipient, p *preferencePage, wish *campaign.Wish) error {
	set, err := s.settings.GetSettings(v.ctx())
	if err != nil {
		return err
	}
	c := &r.contact
	for _, t := range set.Topics {
		p.Topics = append(p.Topics, topicChoice{Key: t.Key, Name: cmp.Or(language.TextFor(t.Names, p.Language, set.Brand.Phrases...), t.Key), On: slices.Contains(c.Topics, t.Key)})
	}
	p.Weekly = c.Frequency == campaign.Weekly
	p.Digest = set.Digest.On || p.Weekly
	now := s.now().In(p.zone)
	p.Earliest, p.Latest = now.AddDate(0, 0, 1).Format(time.DateOnly), now.Add(campaign.MaxPause).Format(time.DateOnly)
	if now.Before(c.PausedUntil) {
		p.Pause = c.PausedUntil.In(p.zone).Format(time.DateOnly)
	}
	if now.Before(wish.PausedUntil) {
		p.Pause = wish.PausedUntil.In(p.zone).Format(time.DateOnly)
	}
	return nil
}

// choices returns the lists everybody may join, those of the message, and the reader's others as one. wish says which of them
// wait to be joined; it may be nil.
func (s *preferences) choices(v *visit, r *recipient, wish *campaign.Wish) ([]listChoice, error) {
	all, err := s.lists.store.FindLists(v.ctx(), true)
	if err != nil {
		return nil, err
	}
	sortLists(all, r.language)
	page := v.page(r.language)
	other := listChoice{ID: otherLists, Name: page.T("preferences.other_lists"), Description: page.T("preferences.other_lists_help"), On: true}
	var out []listChoice
	for _, l := range all {
		on := len(r.subscribedOf([]string{l.ID})) > 0
		switch {
		case l.Public && !l.Archived, on && slices.Contains(r.lists, l.ID):
			waits := wish != nil && !on && slices.Contains(wish.Lists, l.ID)
			out = append(out, listChoice{ID: l.ID, Name: page.ListName(l), Description: page.ListDescription(l), On: on, Waits: waits, lists: []string{l.ID}})
		case on:
			other.lists = append(other.lists, l.ID)
		}
	}
	if len(other.lists) > 0 {
		out = append(out, other)
	}
	return out, nil
}

// preferred is the language the reader gets mail in.
func (r *recipient) preferred() campaign.Language {
	if r.contact.Language != "" {
		return r.contact.Language
	}
	return cmp.Or(r.delivery.Language, r.language)
}

// addressee is the contact as they are written to.
func (r *recipient) addressee() *campaign.Contact {
	to := r.contact
	to.Language = r.preferred()
	return &to
}

// trackingNow returns the mode of the reader's next message: their own wish, or that of the lists they are on.
func (s *preferences) trackingNow(v *visit, r *recipient) campaign.Tracking {
	var modes []campaign.Tracking
	for _, m := range r.contact.Memberships {
		if l, err := s.lists.store.GetList(v.ctx(), m.List); err == nil && m.Status == campaign.Subscribed {
			modes = append(modes, l.Tracking)
		}
	}
	return campaign.TrackingFor(&r.contact, modes)
}
